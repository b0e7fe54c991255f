import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { PawlError } from '../../domain/refusal.ts';
import { git, tryGit } from './git.ts';

/** What Pawl needs to know of the user's checkout before it does anything. Reading only. */
export interface Checkout {
  /** Absolute, links resolved. */
  readonly root: string;
  /** The directory shared by all worktrees of the repository. */
  readonly commonDir: string;
  readonly branch: string;
  readonly head: string;
  readonly identity: Readonly<Record<string, string>>;
  /** The same, complete: for agents, who do not see the person's git configuration. */
  readonly committer: Readonly<Record<string, string>>;
}

const OLDEST_GIT = [2, 38] as const;

/** Throws NO-GIT, NO-REPOSITORY, NO-COMMIT or DETACHED-HEAD. */
export async function inspectCheckout(folder: string): Promise<Checkout> {
  const [{ root, commonDir }, branch, head, identity, committer] = await Promise.all([
    locateRepository(folder),
    tryGit(folder, ['symbolic-ref', '--quiet', '--short', 'HEAD']),
    tryGit(folder, ['rev-parse', '--verify', '--quiet', 'HEAD^{commit}']),
    identityFor(folder),
    committerFor(folder),
  ]);
  if (head.code !== 0) {
    throw new PawlError('NO-COMMIT', `${root} has no commit yet`, {
      hint: 'Make a first commit: `git add -A && git commit -m "First commit"`.',
    });
  }
  if (branch.code !== 0) {
    throw new PawlError('DETACHED-HEAD', `HEAD of ${root} is a commit, not a branch`, {
      hint: 'Check out the branch that the work should land on: `git switch main`.',
    });
  }
  return {
    root,
    commonDir,
    branch: branch.stdout.trim(),
    head: head.stdout.trim(),
    identity,
    committer: { ...committer, ...identity },
  };
}

/** Where the repository of a folder is. Throws NO-GIT or NO-REPOSITORY. */
export async function locateRepository(
  folder: string,
): Promise<{ readonly root: string; readonly commonDir: string }> {
  const [found] = await Promise.all([
    tryGit(folder, ['rev-parse', '--show-toplevel', '--git-common-dir']),
    requireGit(folder),
  ]);
  const [root = '', commonDir = ''] = found.stdout.split('\n');
  if (found.code !== 0 || root === '') {
    throw new PawlError('NO-REPOSITORY', `${folder} is not in a git repository with a working tree`, {
      hint: 'Go to your project, or make it a repository: `git init && git add -A && git commit -m "First commit"`.',
    });
  }
  return { root: realpathSync(root), commonDir: realpathSync(resolve(folder, commonDir)) };
}

async function requireGit(folder: string): Promise<void> {
  const text = await git(folder, ['version']);
  const [major = 0, minor = 0] = (/(\d+)\.(\d+)/.exec(text)?.slice(1) ?? []).map(Number);
  if (major < OLDEST_GIT[0] || (major === OLDEST_GIT[0] && minor < OLDEST_GIT[1])) {
    throw new PawlError(
      'NO-GIT',
      `${text.trim()} is too old; Pawl needs git ${OLDEST_GIT.join('.')} for merge-tree`,
      {
        hint: 'Install a newer git.',
      },
    );
  }
}

async function identityFor(folder: string): Promise<Readonly<Record<string, string>>> {
  const known = await tryGit(folder, ['config', '--get', 'user.email']);
  if (known.code === 0 || process.env['GIT_AUTHOR_EMAIL'] !== undefined) return {};
  return {
    GIT_AUTHOR_NAME: 'Pawl',
    GIT_AUTHOR_EMAIL: 'pawl@localhost',
    GIT_COMMITTER_NAME: 'Pawl',
    GIT_COMMITTER_EMAIL: 'pawl@localhost',
  };
}

async function committerFor(folder: string): Promise<Readonly<Record<string, string>>> {
  const [author, committer] = await Promise.all(
    (['AUTHOR', 'COMMITTER'] as const).map(async (role) => {
      const found = await tryGit(folder, ['var', `GIT_${role}_IDENT`]);
      const [, name, email] = /^(.*) <(.*)> \d+ [+-]\d+$/.exec(found.stdout.trim()) ?? [];
      return name === undefined || email === undefined
        ? {}
        : { [`GIT_${role}_NAME`]: name, [`GIT_${role}_EMAIL`]: email };
    }),
  );
  return { ...author, ...committer };
}

/** Paths with uncommitted or staged changes, untracked ones included. Relative to the root. */
export async function dirtyPaths(root: string): Promise<readonly string[]> {
  const fields = (await git(root, ['status', '--porcelain', '-z', '--untracked-files=all'])).split('\0');
  const paths: string[] = [];
  for (let index = 0; index < fields.length; index += 1) {
    const field = fields[index] ?? '';
    if (field === '') continue;
    paths.push(field.slice(3));
    // A rename's former path follows as a field of its own.
    if (field[0] === 'R' || field[0] === 'C') index += 1;
  }
  return paths;
}

/** Branches checked out in any working tree: full ref name to the tree's path. */
export async function checkedOutBranches(root: string): Promise<ReadonlyMap<string, string>> {
  const branches = new Map<string, string>();
  let path = '';
  for (const field of (await git(root, ['worktree', 'list', '--porcelain', '-z'])).split('\0')) {
    if (field.startsWith('worktree ')) path = field.slice('worktree '.length);
    if (field.startsWith('branch ')) branches.set(field.slice('branch '.length), path);
  }
  return branches;
}
