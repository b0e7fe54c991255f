/**
 * Workspaces as git worktrees in one folder outside the repository.
 *
 * Owns: making, cleaning and repairing them. Does not own: who works in one, nor what is kept of the work.
 * 1. A worktree without its ready mark is half-made and is removed, never repaired.
 * 2. After `reset` nothing of an earlier attempt is left: tracked, untracked and ignored files, the index's flags,
 *    a half-done merge or rebase, the temporary folder, the agent's home.
 * 3. git is told where the worktree's git directory is; a `.git` file that an agent changed is not believed.
 */
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Failure } from '../../domain/failure.ts';
import type { HitFaultPoint } from '../../ports/fault-points.ts';
import type { ResetContext, Workspace, WorkspacePool } from '../../ports/workspaces.ts';
import { ok, type Result } from '../../util/result.ts';
import { removeTree, reopenFolder } from '../home/remove-tree.ts';
import { endPlace } from '../isolation/end-place.ts';
import { git, tryGit } from './git.ts';

/** Leftovers of git operations that an agent began and did not end, and settings of its own (a sparse checkout). */
const halfDone = [
  'index.lock',
  'HEAD.lock',
  'rebase-merge',
  'rebase-apply',
  'sequencer',
  'BISECT_LOG',
  'info',
  'config.worktree',
];

export interface WorktreePoolOptions {
  readonly root: string;
  readonly commonDir: string;
  /** Absolute; made when missing. */
  readonly folder: string;
  readonly hit: HitFaultPoint;
  /** Puts the project's dependencies into a workspace that has just been made clean. */
  readonly provide: (
    workspace: Workspace,
    commit: string,
    context: ResetContext,
  ) => Promise<Result<void, Failure>>;
}

export function createWorktreePool(options: WorktreePoolOptions): WorkspacePool {
  return new WorktreePool(options);
}

class WorktreePool implements WorkspacePool {
  readonly #options: WorktreePoolOptions;
  readonly #held = new Set<string>();
  /** Worktrees are made one at a time: concurrent `git worktree add` races on the repository's lock files. */
  #making: Promise<unknown> = Promise.resolve();

  constructor(options: WorktreePoolOptions) {
    this.#options = options;
  }

  async acquire(): Promise<Workspace> {
    const free = this.#readyNames().find((name) => !this.#held.has(name));
    const name = free ?? this.#nextName();
    this.#held.add(name);
    try {
      if (free === undefined) await this.#makeInTurn(name);
      return { name, ...this.#places(name), gitDir: this.#readMark(name) };
    } catch (error) {
      this.#held.delete(name);
      throw error;
    }
  }

  takeOver(path: string): Workspace | undefined {
    const name = basename(dirname(path));
    const places = this.#places(name);
    if (places.path !== path || this.#held.has(name) || !this.#isWhole(name)) return undefined;
    this.#held.add(name);
    return { name, ...places, gitDir: this.#readMark(name) };
  }

  release(workspace: Workspace): void {
    this.#held.delete(workspace.name);
  }

  async reset(workspace: Workspace, commit: string, context: ResetContext): Promise<Result<void, Failure>> {
    const { gitDir } = workspace;
    const env = { GIT_DIR: gitDir, GIT_WORK_TREE: workspace.path };
    for (const name of halfDone) rmSync(join(gitDir, name), { recursive: true, force: true });
    restoreEntrance(workspace);
    await endPlace(workspace);
    clearAround(workspace);
    // Whatever an agent made of it (a branch, a commit that is gone): detached, so that no branch moves with it.
    writeFileSync(join(gitDir, 'HEAD'), `${commit}\n`);
    if (await this.#hasHiddenEntries(workspace, env)) rmSync(join(gitDir, 'index'), { force: true });
    await git(workspace.path, ['reset', '--hard', '--quiet', commit], { env });
    const cleaned = await tryGit(workspace.path, ['clean', '-ffdxq'], { env });
    if (cleaned.code !== 0) await emptyAndReset(workspace, commit, env);
    removeTree(workspace.tmp);
    mkdirSync(workspace.tmp, { recursive: true });
    this.#options.hit('workspace-reset');
    return this.#options.provide(workspace, commit, context);
  }

  async repair(): Promise<void> {
    const { folder, root } = this.#options;
    mkdirSync(folder, { recursive: true });
    for (const name of this.#allNames()) {
      const { path } = this.#places(name);
      if (this.#held.has(name)) continue;
      if (this.#isWhole(name)) {
        await endPlace({ name, ...this.#places(name), gitDir: this.#readMark(name) });
        continue;
      }
      await tryGit(root, ['worktree', 'remove', '--force', '--force', path]);
      removeTree(dirname(path));
    }
  }

  #makeInTurn(name: string): Promise<void> {
    const made = this.#making.then(() => this.#make(name));
    // The next one is made whatever became of this one; its own caller hears of a failure.
    this.#making = made.catch(() => undefined);
    return made;
  }

  async #make(name: string): Promise<void> {
    const { root, hit } = this.#options;
    const { path } = this.#places(name);
    mkdirSync(dirname(path), { recursive: true });
    await git(root, [
      '-c',
      'branch.autoSetupMerge=false',
      'worktree',
      'add',
      '--quiet',
      '--detach',
      '--no-checkout',
      // The folder may have been deleted by hand while git still knows it. Not `worktree prune`: that would also
      // forget the user's own worktrees on a disk that is not mounted now.
      '--force',
      path,
      'HEAD',
    ]);
    hit('workspace-half-made');
    const gitDir = (await git(path, ['rev-parse', '--absolute-git-dir'])).trim();
    writeFileSync(this.#mark(name), gitDir);
    hit('workspace-made');
  }

  /** True when the index holds entries marked assume-unchanged or skip-worktree, which `reset` would pass over. */
  async #hasHiddenEntries(workspace: Workspace, env: Readonly<Record<string, string>>): Promise<boolean> {
    const listing = await tryGit(workspace.path, ['ls-files', '-v', '-z'], { env });
    // An index that git cannot read hides everything.
    if (listing.code !== 0) return true;
    return listing.stdout.split('\0').some((entry) => entry !== '' && !entry.startsWith('H '));
  }

  /**
   * Each checkout has a folder around it: `../x` from inside is nobody's checkout, and goes with the next reset.
   */
  #places(name: string): { readonly path: string; readonly tmp: string } {
    const { folder } = this.#options;
    return { path: join(folder, name, 'checkout'), tmp: join(folder, name, 'tmp') };
  }

  #mark(name: string): string {
    return join(this.#options.folder, name, 'ready');
  }

  #readMark(name: string): string {
    return readFileSync(this.#mark(name), 'utf8');
  }

  #isWhole(name: string): boolean {
    return (
      existsSync(this.#mark(name)) &&
      existsSync(join(this.#readMark(name), 'HEAD')) &&
      existsSync(this.#places(name).path)
    );
  }

  #allNames(): readonly string[] {
    const { folder } = this.#options;
    if (!existsSync(folder)) return [];
    return readdirSync(folder)
      .filter((name) => /^w\d+$/.test(name))
      .toSorted();
  }

  #readyNames(): readonly string[] {
    return this.#allNames().filter((name) => existsSync(this.#mark(name)));
  }

  #nextName(): string {
    const taken = new Set([...this.#allNames(), ...this.#held]);
    for (let number = 1; ; number += 1) {
      const name = `w${String(number).padStart(2, '0')}`;
      if (!taken.has(name)) return name;
    }
  }
}

/** An agent may have put a link to another folder in its place, or a repository of its own: neither is followed. */
function restoreEntrance({ path, gitDir }: Workspace): void {
  if (!lstatSync(path, { throwIfNoEntry: false })?.isDirectory()) {
    rmSync(path, { force: true });
    mkdirSync(path, { recursive: true });
  }
  reopenFolder(path);
  removeTree(join(path, '.git'));
  writeFileSync(join(path, '.git'), `gitdir: ${gitDir}\n`);
}

/** For what git cannot remove: folders that may not be looked into, paths that are longer than the system takes. */
async function emptyAndReset(
  { path }: Workspace,
  commit: string,
  env: Readonly<Record<string, string>>,
): Promise<void> {
  for (const name of readdirSync(path)) if (name !== '.git') removeTree(join(path, name));
  await git(path, ['reset', '--hard', '--quiet', commit], { env });
  await git(path, ['clean', '-ffdxq'], { env });
}

/** What an agent put beside its checkout. */
function clearAround({ path }: Workspace): void {
  const around = dirname(path);
  for (const name of readdirSync(around)) {
    if (!['checkout', 'tmp', 'ready'].includes(name)) removeTree(join(around, name));
  }
}

export const nothingToProvide: WorktreePoolOptions['provide'] = () => Promise.resolve(ok(undefined));
