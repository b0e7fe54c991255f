import type { TaskId } from './ids.ts';

/** A task's status in Pawl's own words, as every backlog format maps it to its own at the edge. */
export type ViewStatus =
  | 'pending'
  | 'running'
  | 'proven'
  | 'completed'
  | 'completed-external'
  | 'stale'
  | 'blocked'
  | 'skipped'
  | 'abandoned'
  | 'externally-managed';

/** What is written back to a backlog about one task. Times are ISO 8601, UTC, whole seconds. */
export interface TaskView {
  readonly id: TaskId;
  readonly status: ViewStatus;
  readonly startedAt?: string;
  readonly completedAt?: string;
  readonly criteriaDone: readonly string[];
  readonly criteriaRemaining: readonly string[];
  /** Paths relative to the repository's root, of what landed. */
  readonly filesModified: readonly string[];
  readonly note?: string;
  readonly blockedBecause?: string;
}

/** What is written back to a backlog about the run. */
export interface RunView {
  readonly planHash: string;
  readonly at: string;
  readonly startedAt: string;
  readonly complete: boolean;
  /** The integration branch's commit when the session ended or the view was made. */
  readonly commit?: string;
  readonly parallel: boolean;
  /** In backlog order. */
  readonly tasks: readonly TaskView[];
}
