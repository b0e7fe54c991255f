/** What every pool of workspaces must do: after a reset, nothing an agent did to its workspace is left. */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Workspace, WorkspacePool } from '../../src/ports/workspaces.ts';

export interface PoolPlace extends AsyncDisposable {
  readonly pool: WorkspacePool;
  /** Another pool over the same folder: the next process after a crash. */
  reopen(): WorkspacePool;
  /** Two commits on one line: `a.txt` holds `one`, then `two`; both hold `sub/b.txt` and ignore `*.log`. */
  readonly first: string;
  readonly second: string;
  readonly env: Readonly<Record<string, string>>;
}

const context = {
  label: 'T-001/1',
  startProcess: () => Promise.reject(new Error('no process is needed')),
  signal: new AbortController().signal,
};

export function describeWorkspaces(name: string, makePlace: () => Promise<PoolPlace>): void {
  /** Makes a mess in a clean workspace at the second commit, resets to the first, and checks that it is exactly that. */
  const messes: Readonly<Record<string, (workspace: Workspace, place: PoolPlace) => void>> = {
    'changed, deleted and untracked files': ({ path }) => {
      writeFileSync(join(path, 'a.txt'), 'changed\n');
      rmSync(join(path, 'sub'), { recursive: true });
      writeFileSync(join(path, 'new.txt'), 'new\n');
    },
    'ignored files and folders': ({ path }) => {
      mkdirSync(join(path, 'node_modules', 'x'), { recursive: true });
      for (const file of ['x.log', 'sub/y.log', 'node_modules/x/z.log'])
        writeFileSync(join(path, file), 'ignored\n');
      writeFileSync(join(path, '.gitignore'), '*\n');
    },
    'folders that are too deep for git': ({ path }) => {
      const name = 'd'.repeat(100);
      const dig = `for n in $(seq 60); do mkdir ${name} && cd -P ${name} || exit; done; echo x > x`;
      execFileSync('sh', ['-c', dig], { cwd: path });
    },
    'folders that may not be looked into': ({ path }) => {
      mkdirSync(join(path, 'shut', 'in'), { recursive: true });
      writeFileSync(join(path, 'shut', 'in', 'x'), 'x\n');
      for (const folder of ['shut/in', 'shut', '.']) chmodSync(join(path, folder), 0o000);
    },
    'a repository inside': ({ path }, { env }) => {
      mkdirSync(join(path, 'inner'));
      git(['init', '--quiet'], join(path, 'inner'), env);
      writeFileSync(join(path, 'inner', 'c.txt'), 'c\n');
    },
    'changes hidden by assume-unchanged': ({ path }, { env }) => {
      writeFileSync(join(path, 'a.txt'), 'hidden\n');
      git(['update-index', '--assume-unchanged', 'a.txt'], path, env);
    },
    'changes hidden by skip-worktree': ({ path }, { env }) => {
      git(['update-index', '--skip-worktree', 'a.txt'], path, env);
      writeFileSync(join(path, 'a.txt'), 'hidden\n');
    },
    'a sparse checkout': ({ path }, { env }) => {
      git(['sparse-checkout', 'set', 'nowhere'], path, env);
    },
    'own commits on an own branch': ({ path }, { env }) => {
      git(['switch', '--quiet', '-c', 'mine'], path, env);
      writeFileSync(join(path, 'a.txt'), 'mine\n');
      git(['commit', '--quiet', '-am', 'mine'], path, env);
    },
    'a merge in the middle of a conflict': ({ path }, { env, first }) => {
      conflicting(path, env, first);
      expect(() => git(['merge', 'other'], path, env)).toThrow();
    },
    'a rebase in the middle of a conflict': ({ path }, { env, first }) => {
      conflicting(path, env, first);
      expect(() => git(['rebase', 'other'], path, env)).toThrow();
    },
    'a cherry-pick in the middle of a conflict': ({ path }, { env, first }) => {
      conflicting(path, env, first);
      expect(() => git(['cherry-pick', 'other'], path, env)).toThrow();
    },
    'lock files of a git that was killed': ({ gitDir }) => {
      for (const file of ['index.lock', 'HEAD.lock']) writeFileSync(join(gitDir, file), '');
    },
    'an index that git cannot read': ({ gitDir }) => {
      writeFileSync(join(gitDir, 'index'), 'rubbish');
    },
    'a HEAD that names nothing': ({ gitDir }) => {
      writeFileSync(join(gitDir, 'HEAD'), 'ref: refs/heads/never-made\n');
    },
    'a .git file that points elsewhere': ({ path }) => {
      writeFileSync(join(path, '.git'), 'gitdir: /nowhere\n');
    },
    'a .git that is a folder of its own': ({ path }, { env }) => {
      rmSync(join(path, '.git'));
      git(['init', '--quiet'], path, env);
    },
    'a link to another folder in its place': ({ path, tmp }) => {
      const elsewhere = join(tmp, 'elsewhere');
      mkdirSync(elsewhere);
      rmSync(path, { recursive: true });
      symlinkSync(elsewhere, path);
    },
    'excludes of its own': ({ path, gitDir }) => {
      mkdirSync(join(gitDir, 'info'), { recursive: true });
      writeFileSync(join(gitDir, 'info', 'exclude'), '*\n');
      writeFileSync(join(gitDir, 'info', 'attributes'), '* text eol=crlf\n');
      writeFileSync(join(path, 'new.txt'), 'new\n');
    },
    'temporary files': ({ tmp }) => {
      writeFileSync(join(tmp, 'cache'), 'poison\n');
    },
  };

  describe(`workspaces as ${name}`, () => {
    test.for(Object.entries(messes))('a reset leaves nothing of %s', async ([, makeMess]) => {
      await using place = await makePlace();
      const { pool, first, second, env } = place;
      const workspace = await pool.acquire();
      expect(await pool.reset(workspace, second, context)).toMatchObject({ ok: true });
      expect(readFileSync(join(workspace.path, 'a.txt'), 'utf8')).toBe('two\n');
      makeMess(workspace, place);
      expect(await pool.reset(workspace, first, context)).toMatchObject({ ok: true });
      expect(contents(workspace.path)).toEqual(['.git', '.gitignore', 'a.txt', 'sub/b.txt']);
      expect(readFileSync(join(workspace.path, 'a.txt'), 'utf8')).toBe('one\n');
      expect(readdirSync(workspace.tmp)).toEqual([]);
      expect(git(['status', '--porcelain=v2', '--branch', '--ignored'], workspace.path, env)).toBe(
        `# branch.oid ${first}\n# branch.head (detached)\n`,
      );
      expect(git(['status'], workspace.path, env)).not.toMatch(/merging|rebas|cherry|sparse/i);
    });

    test('what is written beside a checkout is in no other one, and goes with the reset', async () => {
      await using place = await makePlace();
      const [one, two] = await Promise.all([place.pool.acquire(), place.pool.acquire()]);
      for (const workspace of [one, two]) await place.pool.reset(workspace, place.first, context);
      const stray = join(one.path, '..', two.name, 'stray.txt');
      mkdirSync(join(one.path, '..', two.name));
      writeFileSync(stray, 'stray\n');
      expect(contents(two.path)).not.toContain('stray.txt');
      await place.pool.reset(one, place.first, context);
      expect(existsSync(stray)).toBe(false);
    });

    test('one workspace has one holder, and is used again when it was given back', async () => {
      await using place = await makePlace();
      const { pool } = place;
      const [one, two] = await Promise.all([pool.acquire(), pool.acquire()]);
      expect(new Set([one.path, two.path, one.tmp, two.tmp, one.gitDir, two.gitDir]).size).toBe(6);
      pool.release(one);
      expect(await pool.acquire()).toEqual(one);
    });

    test('the one an attempt was in can be taken over as it was left, by one only', async () => {
      await using place = await makePlace();
      const workspace = await place.pool.acquire();
      await place.pool.reset(workspace, place.second, context);
      writeFileSync(join(workspace.path, 'half.txt'), 'half\n');
      const next = place.reopen();
      await next.repair();
      expect(next.takeOver(workspace.path)).toEqual(workspace);
      expect(next.takeOver(workspace.path)).toBe(undefined);
      expect(readFileSync(join(workspace.path, 'half.txt'), 'utf8')).toBe('half\n');
      expect(next.takeOver(`${workspace.path}9`)).toBe(undefined);
      expect(next.takeOver(join(workspace.path, '..', '..', '..', 'w01', 'checkout'))).toBe(undefined);
    });

    test('a half-made one is not handed out, and is gone after the repair', async () => {
      await using place = await makePlace();
      const workspace = await place.pool.acquire();
      rmSync(join(workspace.gitDir, 'HEAD'));
      const next = place.reopen();
      await next.repair();
      expect(existsSync(workspace.path)).toBe(false);
      expect(next.takeOver(workspace.path)).toBe(undefined);
      const made = await next.acquire();
      expect(await next.reset(made, place.first, context)).toMatchObject({ ok: true });
      expect(contents(made.path)).toContain('a.txt');
    });

    test('one whose folder somebody deleted is made again', async () => {
      await using place = await makePlace();
      const workspace = await place.pool.acquire();
      rmSync(workspace.path, { recursive: true });
      const next = place.reopen();
      await next.repair();
      const made = await next.acquire();
      expect(await next.reset(made, place.first, context)).toMatchObject({ ok: true });
    });
  });
}

/** On a branch `mine`, a change of a.txt that conflicts with one on a branch `other`. */
function conflicting(path: string, env: PoolPlace['env'], first: string): void {
  git(['switch', '--quiet', '-c', 'other', first], path, env);
  writeFileSync(join(path, 'a.txt'), 'other\n');
  git(['commit', '--quiet', '-am', 'other'], path, env);
  git(['switch', '--quiet', '-c', 'mine', first], path, env);
  writeFileSync(join(path, 'a.txt'), 'mine\n');
  git(['commit', '--quiet', '-am', 'mine'], path, env);
}

function contents(path: string): readonly string[] {
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(path.length + 1))
    .toSorted();
}

function git(args: readonly string[], cwd: string, env: Readonly<Record<string, string>>): string {
  return execFileSync('git', args, { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}
