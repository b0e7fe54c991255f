import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createDependencyStore } from '../../src/adapters/dependencies/dependency-store.ts';
import { createWorktreePool } from '../../src/adapters/git/worktree-pool.ts';
import type { Failure } from '../../src/domain/failure.ts';
import type { Workspace, WorkspacePool } from '../../src/ports/workspaces.ts';
import type { Result } from '../../src/util/result.ts';
import { createProject, type Project } from '../rig/repository.ts';
import { createProcessLog, type ProcessLog } from './process-rig.ts';

interface Rig extends AsyncDisposable {
  readonly project: Project;
  readonly pool: WorkspacePool;
  readonly log: ProcessLog;
  readonly store: string;
  reset(workspace: Workspace, commit?: string): Promise<Result<void, Failure>>;
}

/** Its effect is seen in the folder it makes; that it ran, in the list of processes. */
const SETUP =
  'mkdir -p node_modules/dep && cp package-lock.json node_modules/dep/lock && echo made > node_modules/dep/file';

async function makeRig(setup = SETUP): Promise<Rig> {
  const project = await createProject({
    tasks: [],
    files: { 'package-lock.json': '{"version":1}\n', '.gitignore': 'node_modules\n.cache-dir\n' },
  });
  const { root } = project;
  const store = join(project.cache, 'dependencies');
  const log = createProcessLog();
  const environmentFor = (): Record<string, string> => ({ PATH: process.env['PATH'] ?? '' });
  const provide = createDependencyStore({ root, folder: store, setup, timeoutMs: 30_000, environmentFor });
  const pool = createWorktreePool({
    root,
    commonDir: join(root, '.git'),
    folder: join(project.cache, 'pool'),
    hit: () => undefined,
    provide,
  });
  const signal = new AbortController().signal;
  return {
    project,
    pool,
    log,
    store,
    reset: (workspace, commit = 'HEAD') =>
      project
        .git(['rev-parse', commit])
        .then((id) =>
          pool.reset(workspace, id, { label: 'T-001/1', startProcess: log.startProcess, signal }),
        ),
    [Symbol.asyncDispose]: () => project[Symbol.asyncDispose](),
  };
}

const fileOf = (workspace: Workspace): string => join(workspace.path, 'node_modules', 'dep', 'file');

test('the set-up runs once, whoever comes after gets what it made', async () => {
  await using rig = await makeRig();
  const one = await rig.pool.acquire();
  const two = await rig.pool.acquire();
  expect(await rig.reset(one)).toMatchObject({ ok: true });
  expect(await rig.reset(two)).toMatchObject({ ok: true });
  expect(await rig.reset(one)).toMatchObject({ ok: true });
  expect(rig.log.started.map((spec) => [spec.role, spec.label])).toEqual([['setup', 'T-001/1/setup']]);
  for (const workspace of [one, two]) expect(readFileSync(fileOf(workspace), 'utf8')).toBe('made\n');
});

test('workspaces that are set up at the same moment share one set-up', async () => {
  await using rig = await makeRig(`${SETUP} && sleep 0.2`);
  const workspaces = [await rig.pool.acquire(), await rig.pool.acquire(), await rig.pool.acquire()];
  for (const result of await Promise.all(workspaces.map((workspace) => rig.reset(workspace))))
    expect(result).toMatchObject({ ok: true });
  expect(rig.log.started).toHaveLength(1);
  for (const workspace of workspaces) expect(existsSync(fileOf(workspace))).toBe(true);
});

test('a file that an attempt changed in its dependencies reaches nobody else', async () => {
  await using rig = await makeRig();
  const one = await rig.pool.acquire();
  const two = await rig.pool.acquire();
  await rig.reset(one);
  await rig.reset(two);
  writeFileSync(fileOf(one), 'poison\n');
  writeFileSync(fileOf(two), 'poison\n');
  const three = await rig.pool.acquire();
  await rig.reset(three);
  expect(readFileSync(fileOf(three), 'utf8')).toBe('made\n');
  await rig.reset(one);
  expect(readFileSync(fileOf(one), 'utf8')).toBe('made\n');
});

test('another lock file is another set-up; another source file is not', async () => {
  await using rig = await makeRig();
  const workspace = await rig.pool.acquire();
  await rig.reset(workspace);
  rig.project.write({ 'src/a.ts': 'export {};\n' });
  await rig.project.git(['add', '--all']);
  await rig.project.git(['commit', '--quiet', '-m', 'source']);
  await rig.reset(workspace);
  expect(rig.log.started).toHaveLength(1);
  rig.project.write({ 'package-lock.json': '{"version":2}\n' });
  await rig.project.git(['commit', '--quiet', '-am', 'lock']);
  await rig.reset(workspace);
  expect(rig.log.started).toHaveLength(2);
  expect(readFileSync(join(workspace.path, 'node_modules', 'dep', 'lock'), 'utf8')).toBe('{"version":2}\n');
  await rig.reset(workspace, 'HEAD~1');
  expect(rig.log.started).toHaveLength(2);
  expect(readFileSync(join(workspace.path, 'node_modules', 'dep', 'lock'), 'utf8')).toBe('{"version":1}\n');
});

test('an entry that a crash left half-made is made again', async () => {
  await using rig = await makeRig();
  const workspace = await rig.pool.acquire();
  await rig.reset(workspace);
  for (const mark of readdirSync(rig.store).filter((name) => name.endsWith('.ready'))) {
    rmSync(join(rig.store, mark));
    writeFileSync(join(rig.store, mark.replace('.ready', ''), 'node_modules', 'dep', 'file'), 'half');
  }
  await rig.reset(workspace);
  expect(rig.log.started).toHaveLength(2);
  const other = await rig.pool.acquire();
  await rig.reset(other);
  expect(readFileSync(fileOf(other), 'utf8')).toBe('made\n');
});

test('a set-up that fails is a failure with its output, keeps nothing, and is tried again', async () => {
  await using rig = await makeRig('echo fetching; test -e /nowhere || { echo npm ERR 404 >&2; exit 7; }');
  const workspace = await rig.pool.acquire();
  const result = await rig.reset(workspace);
  if (result.ok) throw new Error('it went well');
  expect(result.error.kind).toBe('setup');
  const output = 'output' in result.error ? result.error.output : '';
  for (const part of ['$ echo fetching', 'fetching', 'npm ERR 404', '[exit code 7]'])
    expect(output).toContain(part);
  await rig.reset(workspace);
  expect(rig.log.started).toHaveLength(2);
});

test('everything a set-up makes comes along, with modes and links, and nothing that is in git', async () => {
  const setup = `${SETUP}; mkdir .cache-dir node_modules/.bin; echo c > .cache-dir/c; ln -s ../dep/file node_modules/.bin/dep; chmod +x node_modules/dep/file; echo g > generated.txt`;
  await using rig = await makeRig(setup);
  const first = await rig.pool.acquire();
  await rig.reset(first);
  const second = await rig.pool.acquire();
  await rig.reset(second);
  expect(rig.log.started).toHaveLength(1);
  const at = (path: string): string => readFileSync(join(second.path, path), 'utf8');
  expect([at('.cache-dir/c'), at('node_modules/.bin/dep'), at('generated.txt')]).toEqual([
    'c\n',
    'made\n',
    'g\n',
  ]);
  const [entry = ''] = readdirSync(rig.store).filter((name) => !name.includes('.'));
  expect(readdirSync(join(rig.store, entry)).toSorted()).toEqual([
    '.cache-dir',
    'generated.txt',
    'node_modules',
  ]);
});
