import type { PlanFormat } from '../../../src/domain/plan.ts';

/** A short valid backlog to begin with. All paths are relative to a repository's root, with `/`. */
export interface Seed {
  readonly format: PlanFormat;
  readonly name: string;
  /** The backlog's file, or the folder of a tree. */
  readonly entry: string;
  /** The backlog's own files, in reading order. */
  readonly files: Readonly<Record<string, string>>;
  /** What is read with it or written beside it. */
  readonly beside: Readonly<Record<string, string>>;
}
