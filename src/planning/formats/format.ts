import type { InferredDependency } from '../../domain/inferred-dependency.ts';
import type { Criterion, DeclaredStatus, Plan, PlanFormat, Risk, Size, Task } from '../../domain/plan.ts';
import type { TaskId } from '../../domain/ids.ts';
import type { RunView } from '../../domain/view.ts';
import type { Diagnostic, Span } from '../diagnostic.ts';

/**
 * A backlog format: pure functions over text. Finding, reading and writing files is done outside, once for all
 * formats; so are the checks that do not depend on the format (ids, dependencies, cycles). A new format is one
 * folder whose `format.ts` exports one of these, and one entry in `formats/all.ts`.
 */
export interface BacklogFormat {
  readonly name: PlanFormat;
  /** Whether a file is of this format, by its content first. Must not throw, whatever the text. */
  detect(file: string, text: string): boolean;
  /** Sorts the files found into backlogs. Absent: every file is a backlog of its own. */
  group?(files: readonly string[]): readonly BacklogFiles[];
  /** Files that are read together with the backlog, as paths and globs; they need not exist. */
  companionFiles(backlog: BacklogFiles): readonly string[];
  /** Files that {@link writeBack} may change or make. */
  viewFiles(backlog: BacklogFiles): readonly string[];
  /** Reads all there is and reports every fault the format knows of; never throws on any text. */
  read(input: FormatInput): Draft;
  /**
   * The least edit that brings statuses into the files: a text that is already right comes back as it is. Words
   * of the same meaning are not replaced. Called with one view file's text at a time; results for others may be left
   * out.
   */
  writeBack(input: WriteBackInput): readonly ViewText[];
  /**
   * A new backlog that says as much of a plan as the format can hold: read again by {@link read}, it gives the same
   * tasks with every dependency at least implied. Whatever else the format has no place for is left out; what that
   * is, is found by reading the result (`planning/conversion.ts`). Pure and total: any valid plan, any text in it.
   */
  compose(backlog: NewBacklog): ComposedBacklog;
}

/** A backlog that is to be written. */
export interface NewBacklog {
  readonly title: string;
  /** The file it will be, or the folder of a tree; relative to the repository's root, with `/`. */
  readonly entry: string;
  /** A valid plan's, in backlog order: dependencies may point forward, and there is no cycle. At least one. */
  readonly tasks: readonly Task[];
}

export interface ComposedBacklog {
  /** Texts by path, in reading order; the first is the entry itself or the tree's first file. */
  readonly files: ReadonlyMap<string, string>;
  /** What stands beside the backlog's own files (requirements, states), read as companions. */
  readonly companions: ReadonlyMap<string, string>;
  /** The id each task has in the new backlog, by its id in the plan; every task is there. */
  readonly ids: ReadonlyMap<TaskId, string>;
}

/** All paths are relative to the repository's root, with `/`. */
export interface BacklogFiles {
  /** What names the backlog: its file, or the folder of a tree. */
  readonly entry: string;
  /** In reading order; at least one. */
  readonly files: readonly string[];
}

/** All paths are relative to the repository's root, with `/`. */
export interface FormatInput {
  readonly entry: string;
  /** The first of {@link files}, and its text: all there is of a backlog in one file. */
  readonly file: string;
  readonly text: string;
  /** The backlog's own files, in reading order. */
  readonly files: ReadonlyMap<string, string>;
  /** The companion files that exist. */
  readonly companions: ReadonlyMap<string, string>;
}

/** A task as the format read it: well-formed fields, but ids and edges are not checked yet. */
export interface DraftTask {
  readonly id: string;
  readonly kind: Task['kind'];
  readonly title: string;
  readonly description: string;
  readonly criteria: readonly Criterion[];
  readonly dependencies: readonly string[];
  readonly conflictsWith: readonly string[];
  readonly scope: readonly string[];
  readonly parallel: boolean | undefined;
  readonly parallelGroup?: string | undefined;
  readonly risk: Risk;
  readonly size: Size;
  readonly provisional: boolean;
  readonly phase: string | undefined;
  readonly slice: string | undefined;
  readonly context: Task['context'];
  readonly testFiles: readonly string[];
  readonly gapCodes: readonly string[];
  readonly declared: DeclaredStatus;
  /** Dependencies that the backlog's files suggest without declaring them. */
  readonly suggested?: readonly InferredDependency[];
  /** Where it stands; the backlog's only file when absent. */
  readonly file?: string;
  /** 1-based. */
  readonly line: number;
}

/** A value of a draft task whose place can be asked for. */
export type Place =
  | { readonly field: 'id' }
  /** `index` counts in the draft's `dependencies` or `conflictsWith`. */
  | { readonly field: 'dependency' | 'conflict'; readonly index: number };

export interface Draft {
  readonly title: string;
  readonly tasks: readonly DraftTask[];
  readonly diagnostics: readonly Diagnostic[];
  readonly facts: ManifestFacts | undefined;
  /** Where a value of `tasks[task]` stands. May be slow: it is asked only for what is reported. */
  locate(task: number, place: Place): Span;
}

/** What a manifest and its task-state.json say about themselves, for the checks before work (source 001). */
export interface ManifestFacts {
  /** The manifest's own `status`; absent when it has none. */
  readonly status: string | undefined;
  /** `gaps.blocking`, each as one line of text. */
  readonly blockingGaps: readonly string[];
  readonly manifestHash: string | undefined;
  /** The manifest hash that task-state.json was written for. */
  readonly stateManifestHash: string | undefined;
  /** The PRD the manifest names, and the hash it had then. */
  readonly prd: { readonly path: string; readonly hash: string | undefined } | undefined;
  /** Every task has both `parallel` and `conflicts_with`. */
  readonly hasParallelMetadata: boolean;
  /** What task-state.json claims, by task id. Times are typed by agents: never trusted for decisions. */
  readonly claims: ReadonlyMap<string, StateClaim>;
}

export interface StateClaim {
  readonly status: DeclaredStatus;
  readonly startedAt: string | undefined;
  readonly criteriaDone: readonly string[];
}

export interface WriteBackInput {
  readonly backlog: BacklogFiles;
  /** The backlog's own tasks, with the ids that stand in its files; `plan.file` is the backlog's entry. */
  readonly plan: Plan;
  readonly facts: ManifestFacts | undefined;
  /** The current texts of the view files that exist. */
  readonly texts: ReadonlyMap<string, string>;
  readonly view: RunView;
}

export type ViewText =
  | { readonly file: string; readonly text: string }
  /** The file is not in a state in which it can be edited safely; says why. */
  | { readonly file: string; readonly problem: string };

/** The folder of a repository path, with its slash; empty for a file at the root. */
export function folderOf(file: string): string {
  return file.slice(0, file.lastIndexOf('/') + 1);
}

/** The input for a backlog that is one file. */
export function singleFile(
  file: string,
  text: string,
  companions: ReadonlyMap<string, string> = new Map(),
): FormatInput {
  return { entry: file, file, text, files: new Map([[file, text]]), companions };
}
