import type { FileChange } from '../domain/event.ts';
import type { Result } from '../util/result.ts';
import type { Snapshot, Workspace } from './workspaces.ts';

/** A merge computed in the object store; no working tree is touched. */
export type MergeResult =
  | { readonly kind: 'merged'; readonly tree: string }
  | { readonly kind: 'conflict'; readonly paths: readonly string[] };

/** The user's git repository, as far as core needs it. Every method throws PawlError on a refusal by git. */
export interface Repository {
  /** Absolute path of the user's checkout. */
  readonly root: string;
  /** The commit a revision names; undefined when it names none. */
  resolve(revision: string): Promise<string | undefined>;
  treeOf(commit: string): Promise<string>;
  isAncestor(ancestor: string, descendant: string): Promise<boolean>;
  /** Bytes of these files of a commit, together; files that it does not have count as nothing. */
  sizeOf(commit: string, paths: readonly string[]): Promise<number>;
  /** Files that differ between two commits, renames found. */
  changes(from: string, to: string): Promise<readonly FileChange[]>;
  /**
   * Turns whatever is in a workspace (committed or not, tracked or not, ignored files left out) into a
   * commit that descends from `base`. Undefined when it is the same tree as `base` and holds no commit of its own.
   */
  snapshot(workspace: Workspace, base: string, message: string): Promise<Snapshot | undefined>;
  /**
   * The commits on the first-parent line from `base` (left out) to `tip` that carry the trailer, newest first, with
   * its value; at most the last 10,000 commits are looked at.
   */
  findTrailers(
    base: string,
    tip: string,
    name: string,
  ): Promise<readonly { readonly commit: string; readonly value: string }[]>;
  merge(ours: string, theirs: string): Promise<MergeResult>;
  /** Writes a commit object; no ref moves. */
  commitTree(tree: string, parents: readonly string[], message: string): Promise<string>;
  /**
   * Moves a ref by compare-and-swap. `expected` undefined: the ref must not exist yet. The error value is the
   * ref's actual commit.
   */
  moveRef(
    ref: string,
    to: string,
    expected: string | undefined,
    reason: string,
  ): Promise<Result<void, string | undefined>>;
}
