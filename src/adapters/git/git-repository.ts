import { lstatSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { FileChange } from '../../domain/event.ts';
import type { HitFaultPoint } from '../../ports/fault-points.ts';
import type { MergeResult, Repository } from '../../ports/repository.ts';
import type { Snapshot, Workspace } from '../../ports/workspaces.ts';
import { err, ok, type Result } from '../../util/result.ts';
import { writeMergeAttributes } from './merge-attributes.ts';
import { git, gitRefusal, tryGit, type GitOptions } from './git.ts';

const NO_COMMIT = '0'.repeat(40);

export interface GitRepositoryOptions {
  /** Absolute path of the user's checkout. */
  readonly root: string;
  /** `GIT_AUTHOR_NAME` and its kin, for repositories whose user never told git who they are. */
  readonly identity: Readonly<Record<string, string>>;
  readonly hit: HitFaultPoint;
  /** Where the attributes are written that merges go by. */
  readonly attributesFile: string;
}

export function createGitRepository(options: GitRepositoryOptions): Repository {
  const { root, identity, hit, attributesFile } = options;
  let attributes: Promise<string> | undefined;
  return {
    root,
    async resolve(revision) {
      const result = await tryGit(root, ['rev-parse', '--verify', '--quiet', `${revision}^{commit}`]);
      return result.code === 0 ? result.stdout.trim() : undefined;
    },
    async treeOf(commit) {
      return (await git(root, ['rev-parse', '--verify', `${commit}^{tree}`])).trim();
    },
    isAncestor: (ancestor, descendant) => isAncestor(root, ancestor, descendant),
    sizeOf: (commit, paths) => sizeOf(root, commit, paths),
    changes: (from, to) => changes(root, from, to),
    snapshot: (workspace, base, message) => snapshot(root, workspace, base, message, identity),
    findTrailers: (base, tip, name) => findTrailers(root, base, tip, name),
    async merge(ours, theirs) {
      attributes ??= writeMergeAttributes(root, attributesFile);
      return merge(root, ours, theirs, await attributes);
    },
    async commitTree(tree, parents, message) {
      const commit = await commitTree(root, tree, parents, message, identity);
      hit('merge-made');
      return commit;
    },
    moveRef: (ref, to, expected, reason) => moveRef(root, ref, to, expected, reason),
  };
}

async function isAncestor(root: string, ancestor: string, descendant: string): Promise<boolean> {
  if (ancestor === descendant) return true;
  const args = ['merge-base', '--is-ancestor', ancestor, descendant];
  const result = await tryGit(root, args);
  if (result.code > 1) throw gitRefusal(args, result);
  return result.code === 0;
}

async function findTrailers(
  root: string,
  base: string,
  tip: string,
  name: string,
): Promise<readonly { readonly commit: string; readonly value: string }[]> {
  const format = `--format=%H %(trailers:key=${name},valueonly,separator=%x2C)`;
  const log = await git(root, ['log', '--first-parent', format, `${base}..${tip}`]);
  return log.split('\n').flatMap((line) => {
    const [commit = '', value = ''] = line.split(' ');
    return value === '' ? [] : [{ commit, value }];
  });
}

async function sizeOf(root: string, commit: string, paths: readonly string[]): Promise<number> {
  if (paths.length === 0) return 0;
  const args = [
    '--literal-pathspecs',
    'ls-tree',
    '-r',
    '-z',
    '--format=%(objectsize)',
    commit,
    '--',
    ...paths,
  ];
  const sizes = (await git(root, args)).split('\0');
  return sizes.reduce((sum, size) => sum + (Number(size) || 0), 0);
}

async function changes(root: string, from: string, to: string): Promise<readonly FileChange[]> {
  const fields = (await git(root, ['diff-tree', '-r', '-z', '-M', '--name-status', from, to])).split('\0');
  const found: FileChange[] = [];
  for (let index = 0; index + 1 < fields.length;) {
    const letter = fields[index]?.[0];
    const path = fields[index + 1] ?? '';
    if (letter === 'R' || letter === 'C') {
      const renamed = fields[index + 2] ?? '';
      found.push(
        letter === 'R'
          ? { path: renamed, change: 'renamed', from: path }
          : { path: renamed, change: 'added' },
      );
      index += 3;
    } else {
      found.push({ path, change: letter === 'A' ? 'added' : letter === 'D' ? 'deleted' : 'modified' });
      index += 2;
    }
  }
  return found;
}

async function snapshot(
  root: string,
  workspace: Workspace,
  base: string,
  message: string,
  identity: Readonly<Record<string, string>>,
): Promise<Snapshot | undefined> {
  const options = { env: { GIT_DIR: workspace.gitDir, GIT_WORK_TREE: workspace.path } };
  await stageAll(workspace, base, options);
  const tree = (await git(workspace.path, ['write-tree'], options)).trim();
  const heads = await git(workspace.path, ['rev-parse', 'HEAD', 'HEAD^{tree}'], options);
  const [own = '', ownTree = ''] = heads.split('\n');
  if (tree === (own === base ? ownTree : await treeOf(root, base))) return undefined;
  // The tree is there already, so what changed need not wait for the commit.
  const [head, files] = await Promise.all([
    headFor(root, { own, ownTree, tree, base }, message, identity),
    changes(root, base, tree),
  ]);
  return { head, tree, files };
}

/**
 * Stages everything an agent left, whatever state it left git in: a lock of a git that was killed (its process is
 * gone by now), a broken index, a folder that is a repository without a commit and so cannot be added. What cannot be
 * added is left out; the gates judge the tree that results.
 */
async function stageAll(workspace: Workspace, base: string, options: GitOptions): Promise<void> {
  const { gitDir, path } = workspace;
  rmSync(join(gitDir, 'index.lock'), { force: true });
  const nested = await nestedRepositories(path, options);
  const args = ['add', '--all', '.', ...nested.map((name) => `:(top,literal,exclude)${name}`)];
  const staged = await tryGit(path, args, options);
  if (staged.code === 0) {
    const input = nested.map((name) => `${name}\0`).join('');
    if (nested.length > 0) await git(path, ['update-index', '-z', '--stdin'], { ...options, input });
    return;
  }
  const refusal = gitRefusal(args, staged);
  if (refusal.code === 'NO-SPACE') throw refusal;
  for (const name of ['index', 'index.lock']) rmSync(join(gitDir, name), { force: true });
  await git(path, ['read-tree', base], options);
  const others = await nestedRepositories(path, options);
  const excluded = others.map((name) => `:(top,literal,exclude)${name}`);
  await tryGit(path, ['add', '--all', '--ignore-errors', '.', ...excluded], options);
}

/**
 * Repositories in the workspace that the index knows. `git add` would ask each of them for its status, and so run what
 * their settings name (a monitor, a filter), which the agent wrote; `update-index` asks for their head only.
 */
async function nestedRepositories(path: string, options: GitOptions): Promise<readonly string[]> {
  const listed = await tryGit(path, ['ls-files', '--stage', '-z'], options);
  return listed.stdout.split('\0').flatMap((entry) => {
    const name = entry.slice(entry.indexOf('\t') + 1);
    const isLink = entry.startsWith('160000 ');
    return isLink && lstatSync(join(path, name, '.git'), { throwIfNoEntry: false }) !== undefined
      ? [name]
      : [];
  });
}

/** The agent's own commits are kept when they descend from the base; otherwise its tree becomes one commit on it. */
async function headFor(
  root: string,
  found: { readonly own: string; readonly ownTree: string; readonly tree: string; readonly base: string },
  message: string,
  identity: Readonly<Record<string, string>>,
): Promise<string> {
  const { own, ownTree, tree, base } = found;
  if (!(await isAncestor(root, base, own))) return commitTree(root, tree, [base], message, identity);
  return tree === ownTree ? own : commitTree(root, tree, [own], message, identity);
}

async function treeOf(root: string, commit: string): Promise<string> {
  return (await git(root, ['rev-parse', '--verify', `${commit}^{tree}`])).trim();
}

async function commitTree(
  root: string,
  tree: string,
  parents: readonly string[],
  message: string,
  identity: Readonly<Record<string, string>>,
): Promise<string> {
  const args = ['commit-tree', tree, ...parents.flatMap((parent) => ['-p', parent]), '-F', '-'];
  return (await git(root, args, { env: identity, input: message })).trim();
}

/** git's own three-way merge in the object store; needs git 2.38. */
async function merge(root: string, ours: string, theirs: string, attributes: string): Promise<MergeResult> {
  const config = ['-c', `core.attributesFile=${attributes}`];
  const args = [...config, 'merge-tree', '--write-tree', '-z', '--name-only', '--no-messages', ours, theirs];
  const result = await tryGit(root, args);
  if (result.code > 1) throw gitRefusal(args, result);
  const [tree = '', ...paths] = result.stdout.split('\0').filter((field) => field !== '');
  return result.code === 0 ? { kind: 'merged', tree } : { kind: 'conflict', paths: [...new Set(paths)] };
}

async function moveRef(
  root: string,
  ref: string,
  to: string,
  expected: string | undefined,
  reason: string,
): Promise<Result<void, string | undefined>> {
  const args = ['update-ref', '-m', reason, ref, to, expected ?? NO_COMMIT];
  const result = await tryGit(root, args);
  if (result.code === 0) return ok(undefined);
  const current = await tryGit(root, ['rev-parse', '--verify', '--quiet', ref]);
  const actual = current.code === 0 ? current.stdout.trim() : undefined;
  if (actual === to) return ok(undefined);
  // The ref is where it was expected, so it was not a lost race: the disk or a lock is in the way.
  if (actual === expected) throw gitRefusal(args, result);
  return err(actual);
}
