import type { FileChange } from '../domain/event.ts';
import type { Failure } from '../domain/failure.ts';
import type { Result } from '../util/result.ts';
import type { StartProcess } from './processes.ts';

/** An isolated checkout outside the user's repository. One holder at a time. */
export interface Workspace {
  /** `w01` … */
  readonly name: string;
  /** Absolute path of the checkout. */
  readonly path: string;
  /** Its own git directory, as made; the `.git` file in the checkout may be changed by an agent. */
  readonly gitDir: string;
  /** Private folder for temporary files, emptied at every reset. */
  readonly tmp: string;
}

export interface WorkspacePool {
  /** A free workspace, or a new one. Not clean yet: see {@link WorkspacePool.reset}. */
  acquire(): Promise<Workspace>;
  release(workspace: Workspace): void;
  /** Takes the workspace at that path, as it was left; undefined when it is held, half-made or gone. */
  takeOver(path: string): Workspace | undefined;
  /**
   * Makes it exactly `commit`: tracked files reset, untracked and ignored files gone, nothing half-done left in
   * git, dependencies provided as by a fresh set-up. An expected failure is a value.
   */
  reset(workspace: Workspace, commit: string, context: ResetContext): Promise<Result<void, Failure>>;
  /** Brings the pool to a known state after a crash: half-made workspaces are removed, the rest is free. */
  repair(): Promise<void>;
}

export interface ResetContext {
  readonly label: string;
  readonly startProcess: StartProcess;
  readonly signal: AbortSignal;
}

/** What an agent left in its workspace, as one commit. */
export interface Snapshot {
  readonly head: string;
  readonly tree: string;
  readonly files: readonly FileChange[];
}
