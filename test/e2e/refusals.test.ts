import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { codes } from '../../src/domain/codes.ts';
import { projectRoot, runPawl } from '../rig/pawl.ts';
import { createProject, type Project } from '../rig/repository.ts';
import { makeTemporaryFolder } from '../rig/temporary.ts';
import { jsonOf, leavingUserAlone, refusalOf, type RefusalJson } from './observations.ts';

const run = promisify(execFile);

const oneTask = { tasks: [{ id: 'T-001' }] };

/** `CODE exit code` of a run that must refuse to start, without a trace of it. */
async function refusedRun(project: Project, ...args: readonly string[]): Promise<string> {
  const events = project.events().length;
  const branches = await project.git(['branch', '--list', 'pawl/*']);
  const exit = await leavingUserAlone(project, () => project.run(['run', '--json', ...args]));
  expect(exit.stderr).toBe('');
  expect(project.events()).toHaveLength(events);
  expect(await project.git(['branch', '--list', 'pawl/*'])).toBe(branches);
  return refusalOf(exit);
}

describe('outside a repository', () => {
  test('every command says what to type, on one line and as JSON', async () => {
    await using folder = makeTemporaryFolder('nowhere');
    const env = { PATH: process.env['PATH'] ?? '', HOME: folder.path, PAWL_CACHE: folder.path };
    const options = { cwd: folder.path, env: { ...env, GIT_CEILING_DIRECTORIES: folder.path } };
    const text = await runPawl(['run'], options);
    expect(text).toMatchObject({ exitCode: 4, stdout: '' });
    expect(text.stderr).toBe(
      `NO-REPOSITORY: ${folder.path} is not in a git repository with a working tree\n` +
        '  → Go to your project, or make it a repository: `git init && git add -A && git commit -m "First commit"`.\n',
    );
    for (const command of [
      ['init'],
      ['plan'],
      ['convert', 'TASKS.md', 'prd.json'],
      ['run'],
      ['status'],
      ['next'],
      ['blocked'],
      ['show', 'T-001'],
      ['retry', 'T-001'],
      ['skip', 'T-001'],
      ['explain', 'T-001'],
      ['doctor'],
      ['land'],
    ])
      expect(refusalOf(await runPawl([...command, '--json'], options)), command.join(' ')).toBe(
        'NO-REPOSITORY 4',
      );
  });

  test('a repository without git is refused with what to install', async () => {
    await using folder = makeTemporaryFolder('no-git');
    const exit = await runPawl(['run', '--json'], {
      cwd: folder.path,
      env: { PATH: folder.path, HOME: folder.path },
    });
    expect(refusalOf(exit)).toBe('NO-GIT 4');
  });
});

describe('the state of the checkout', () => {
  test('without a first commit is refused', async () => {
    await using folder = makeTemporaryFolder('no-commit');
    await using project = await createProject(oneTask);
    await project.git(['init', '--quiet', '--initial-branch=main', folder.path]);
    writeFileSync(join(folder.path, 'TASKS.md'), readFileSync(join(project.root, 'TASKS.md')));
    const exit = await runPawl(['run', '--json'], { cwd: folder.path, env: project.env });
    expect(refusalOf(exit)).toBe('NO-COMMIT 4');
  });

  test('with a detached HEAD is refused', async () => {
    await using project = await createProject(oneTask);
    await project.git(['checkout', '--quiet', '--detach']);
    expect(await refusedRun(project)).toBe('DETACHED-HEAD 4');
  });

  test('on another branch is refused, unless that is allowed', async () => {
    await using project = await createProject(oneTask);
    await project.git(['checkout', '--quiet', '-b', 'topic']);
    expect(await refusedRun(project)).toBe('BLOCKED::NOT-ON-MAIN-BRANCH 4');
    const allowed = await leavingUserAlone(project, () => project.run(['run', '--allow-branch']));
    expect(allowed.exitCode).toBe(0);
    await project.git(['checkout', '--quiet', 'main']);
    const land = await project.run(['land', '--json']);
    expect(refusalOf(land)).toBe('BLOCKED::NOT-ON-MAIN-BRANCH 4');
    expect((jsonOf(land) as RefusalJson).error.hint).toContain('git switch topic');
  });

  test('with changes that agents would not see is refused, whatever kind they are, unless that is allowed', async () => {
    await using project = await createProject({ ...oneTask, files: { 'a.txt': 'a\n', 'ü b.txt': 'b\n' } });
    project.write({ 'a.txt': 'changed\n' });
    expect(await refusedRun(project)).toBe('BLOCKED::DIRTY-GIT-STATUS 4');
    await project.git(['add', 'a.txt']);
    expect(await refusedRun(project)).toBe('BLOCKED::DIRTY-GIT-STATUS 4');
    await project.git(['reset', '--quiet', '--hard']);
    project.write({ 'new/untracked.txt': 'x\n' });
    expect(await refusedRun(project)).toBe('BLOCKED::DIRTY-GIT-STATUS 4');
    rmSync(join(project.root, 'new'), { recursive: true });
    await project.git(['mv', 'ü b.txt', 'c d.txt']);
    const exit = await project.run(['run']);
    expect(exit.exitCode).toBe(4);
    expect(exit.stderr).toBe(
      'BLOCKED::DIRTY-GIT-STATUS: uncommitted changes that agents would not see: c d.txt\n' +
        '  → Commit or stash them, or `pawl run --allow-dirty` to work from HEAD without them.\n',
    );
    const allowed = await leavingUserAlone(project, () => project.run(['run', '--allow-dirty']));
    expect(allowed.exitCode).toBe(0);
    expect(allowed.stdout).toContain(
      '! Working from HEAD; agents do not see the uncommitted changes in c d.txt.',
    );
  });

  test('with changes in the configuration, the backlog and its views only is none of those', async () => {
    await using project = await createProject(oneTask);
    const text = readFileSync(join(project.root, 'TASKS.md'), 'utf8');
    project.write({
      'TASKS.md': text.replace('Do T-001', 'Do it'),
      'IMPLEMENTATION_PROGRESS.md': '# Implementation Progress\n\nMy own words.\n',
      'pawl.config.json': `${readFileSync(join(project.root, 'pawl.config.json'), 'utf8')}\n`,
    });
    expect((await project.run(['run'])).exitCode).toBe(0);
    expect(readFileSync(join(project.root, 'IMPLEMENTATION_PROGRESS.md'), 'utf8')).toContain('My own words.');
  });

  test('with the integration branch checked out is refused', async () => {
    await using project = await createProject(oneTask);
    await project.git(['branch', 'pawl/tasks']);
    await project.git(['worktree', 'add', '--quiet', join(project.folder, 'other'), 'pawl/tasks']);
    expect(await refusedRun(project)).toBe('INTEGRATION-CHECKED-OUT 4');
  });

  test('with a branch named pawl is refused, because pawl/tasks could not be made', async () => {
    await using project = await createProject(oneTask);
    await project.git(['branch', 'pawl']);
    expect(await refusedRun(project)).toBe('BRANCH-NAME-TAKEN 4');
  });
});

describe('the configuration', () => {
  test('with faults is refused with every fault at once', async () => {
    await using project = await createProject(oneTask);
    project.write({
      'pawl.config.json':
        '{ "paralel": 3, "gates": { "test": 4 }, "agent": "", "limits": { "idleSeconds": 0 } }',
    });
    const exit = await project.run(['run', '--json']);
    expect(refusalOf(exit)).toBe('CONFIG-INVALID 3');
    const { message } = (jsonOf(exit) as RefusalJson).error;
    for (const field of ['paralel', 'gates.test', 'agent', 'limits.idleSeconds'])
      expect(message).toContain(field);
  });

  test.each([
    [{ sandbox: { hide: ['secrets'] } }, 'sandbox.hide.0: an absolute path'],
    [{ sandbox: { network: ['localhost:99999'] } }, 'sandbox.network.0: a name such as'],
    [{ sandbox: { network: 'none' } }, 'sandbox.network: `all`, or a list of names'],
    [{ budgets: { run: {} } }, 'budgets.run: `usd`, `tokens` or both'],
    [
      { roles: { implementer: { byRisk: { High: ['codex'] } } } },
      'roles.implementer: a name, a list of names, or `{ agents, byRisk, byKind }`',
    ],
    [
      { agent: 'claude', roles: { implementer: 'codex' } },
      'roles.implementer: `agent` says the same thing; take it out',
    ],
  ])('with %j, which would do nothing, is refused in words', async (config, words) => {
    await using project = await createProject(oneTask);
    project.write({ 'pawl.config.json': JSON.stringify(config) });
    const exit = await project.run(['plan', '--json']);
    expect(refusalOf(exit)).toBe('CONFIG-INVALID 3');
    expect((jsonOf(exit) as RefusalJson).error.message).toContain(words);
  });

  test('that limits the network of an agent without a sandbox is warned of', async () => {
    await using project = await createProject({
      ...oneTask,
      config: { sandbox: { mode: 'off', network: ['registry.npmjs.org'] } },
    });
    const exit = await project.run(['run']);
    expect(exit.stdout + exit.stderr).toContain('WARN::NO-SANDBOX: nothing limits the network of scripted');
  });

  test('that is no JSON, or throws, is refused with the reason', async () => {
    await using project = await createProject(oneTask);
    project.write({ 'pawl.config.json': '{ "agent": ' });
    expect(await refusedRun(project)).toBe('CONFIG-UNREADABLE 3');
    rmSync(join(project.root, 'pawl.config.json'));
    project.write({ 'pawl.config.ts': "throw new Error('not today');\n" });
    const exit = await project.run(['plan', '--json']);
    expect(refusalOf(exit)).toBe('CONFIG-UNREADABLE 3');
    expect((jsonOf(exit) as RefusalJson).error.message).toContain('not today');
  });

  test('in TypeScript is read without a word from Node, whatever package.json says', async () => {
    await using project = await createProject(oneTask);
    rmSync(join(project.root, 'pawl.config.json'));
    project.write({
      'package.json': '{}\n',
      'pawl.config.ts':
        "const agent: string = 'own';\nexport default { agent, agents: { own: { kind: 'command', argv: ['true'] } } };\n",
    });
    const exit = await project.run(['doctor']);
    expect(exit.stderr).toBe('');
    expect(exit.stdout).toContain('✓ agent own');
  });
});

describe('pawl init', () => {
  test('writes what it found, never over a configuration, and leaves the rest alone', async () => {
    await using project = await createProject({
      ...oneTask,
      files: { 'package.json': '{ "scripts": { "test": "node --test", "lint": "eslint ." } }\n' },
    });
    expect(refusalOf(await project.run(['init', '--json']))).toBe('CONFIG-EXISTS 3');
    await project.git(['rm', '--quiet', 'pawl.config.json']);
    await project.git(['commit', '--quiet', '--message=No configuration']);
    const exit = await project.run(['init', '--agent', 'claude']);
    expect(exit).toMatchObject({ exitCode: 0, stderr: '' });
    expect(exit.stdout).toContain('  backlog  TASKS.md\n  agent    claude');
    expect(exit.stdout).toContain('  gates    test, lint\n  setup    none needed\n');
    expect(readFileSync(join(project.root, 'pawl.config.ts'), 'utf8')).toBe(`export default {
  backlog: 'TASKS.md',
  agent: 'claude',
  gates: {
    test: 'npm run --silent test',
    lint: 'npm run --silent lint',
  },
  // setup: 'npm ci',
  parallel: 'auto',
};
`);
    expect(await project.git(['status', '--porcelain'])).toBe('?? pawl.config.ts');
    const plan = await project.run(['plan', '--json']);
    expect(plan).toMatchObject({ exitCode: 0, stderr: '' });
  });
});

describe('the command line', () => {
  test('with a mistake is refused with exit code 2, in words and as JSON', async () => {
    await using project = await createProject(oneTask);
    for (const args of [
      ['frobnicate'],
      ['run', '--frobnicate'],
      ['run', '--parallel', '0'],
      ['run', '--parallel', 'many'],
      ['run', '--parallel', '2', '--sequential'],
      ['run', 'T-001'],
      ['plan', 'TASKS.md'],
      ['show'],
      ['show', 'T-001', 'T-002'],
      ['plan', '--format', 'yaml'],
      [],
    ]) {
      const json = await project.run([...args, '--json']);
      expect(refusalOf(json), args.join(' ')).toBe('USAGE 2');
      expect(json.stderr).toBe('');
    }
    const text = await project.run(['run', '--parallel', '0']);
    expect(text).toMatchObject({ exitCode: 2, stdout: '' });
    expect(text.stderr).toBe(
      "error: option '--parallel <n>' argument '0' is invalid. Give a number from 1 to 64, or auto.\n" +
        'Type `pawl help` for the commands; a backlog is named with `--backlog <path>`.\n',
    );
    const named = await project.run(['plan', 'TASKS.md', '--json']);
    expect((jsonOf(named) as RefusalJson).error.hint).toContain('`--backlog <path>`');
  });

  test('suggests the nearest task for one that is not there', async () => {
    await using project = await createProject({ tasks: [{ id: 'T-001' }, { id: 'DB_SCHEMA--T01' }] });
    for (const [typed, meant] of [
      ['t-001', 'T-001'],
      ['T-01', 'T-001'],
      ['schema', 'DB_SCHEMA--T01'],
      ['DB_SCEHMA--T01', 'DB_SCHEMA--T01'],
    ] as const) {
      const exit = await project.run(['show', typed, '--json']);
      expect(refusalOf(exit)).toBe('UNKNOWN-TASK 2');
      expect((jsonOf(exit) as RefusalJson).error.hint).toBe(`Did you mean ${meant}?`);
    }
    expect(refusalOf(await project.run(['run', '--only', 'T-001,T-999', '--json']))).toBe('UNKNOWN-TASK 2');
  });

  test('explains every code, in any case, and with a task behind it', async () => {
    await using folder = makeTemporaryFolder('codes');
    const options = { cwd: folder.path, env: { PATH: process.env['PATH'] ?? '', HOME: folder.path } };
    // One process for all of them, with the built command line: one process each would take ten seconds.
    const names = Object.keys(codes);
    const script = `const { main } = await import(${JSON.stringify(`${projectRoot}/dist/cli/main.js`)});
      for (const code of ${JSON.stringify(names)}) if ((await main(['explain', code.toLowerCase()])) !== 0) process.exit(1);`;
    const all = await run(process.execPath, ['--input-type=module', '--eval', script], options);
    expect(all.stdout).toBe(
      Object.entries(codes)
        .map(([code, { meaning, next }]) => `${code}\n  ${meaning}\n  → ${next}\n`)
        .join(''),
    );
    const held = await runPawl(['explain', 'BLOCKED::EMPTY-AC::T-003', '--json'], options);
    expect(jsonOf(held)).toMatchObject({ code: 'BLOCKED::EMPTY-AC' });
    expect(refusalOf(await runPawl(['explain', 'NO-SUCH-CODE', '--json'], options))).toBe('UNKNOWN-CODE 2');
  });

  test('works from any folder of the repository, and from elsewhere with -C', async () => {
    await using project = await createProject({ ...oneTask, files: { 'deep/er/file.txt': 'x\n' } });
    const inside = await project.run(['next', '--json'], { cwd: join(project.root, 'deep/er') });
    expect(jsonOf(inside)).toMatchObject({ id: 'T-001' });
    const outside = await project.run(['next', '--json', '-C', project.root], { cwd: project.folder });
    expect(jsonOf(outside)).toMatchObject({ id: 'T-001' });
  });

  test('asked before anything was run says that nothing was', async () => {
    await using project = await createProject(oneTask);
    for (const args of [['status'], ['retry', 'T-001'], ['skip', 'T-001'], ['land']])
      expect(refusalOf(await project.run([...args, '--json'])), args[0]).toBe('NO-RUN 2');
    for (const args of [
      ['plan'],
      ['next'],
      ['blocked'],
      ['show', 'T-001'],
      ['explain', 'T-001'],
      ['doctor'],
    ]) {
      const exit = await leavingUserAlone(project, () => project.run([...args, '--json']));
      expect(exit, args[0]).toMatchObject({ exitCode: 0, stderr: '' });
      jsonOf(exit);
    }
    expect(project.events()).toEqual([]);
  });
});

describe('two runs at once', () => {
  test('in one repository are refused, with the process that is at work', async () => {
    await using project = await createProject({
      ...oneTask,
      script: { 'T-001': [[{ wait: { ms: 60_000 } }]] },
    });
    await using first = project.start(['run']);
    await first.waitForLine(/T-001 attempt 1 started/);
    const second = await project.run(['run', '--json']);
    expect(refusalOf(second)).toBe('RUN-IN-PROGRESS 4');
    expect((jsonOf(second) as RefusalJson).error.message).toContain(String(first.pid));
    expect(refusalOf(await project.run(['land', '--json']))).toBe('RUN-IN-PROGRESS 4');
    first.kill('SIGINT');
    first.kill('SIGINT');
    await first.waitForLine(/Stopping/);
    first.kill('SIGINT');
    expect((await first.exit).exitCode).toBe(130);
  });
});

describe('a place that cannot be written', () => {
  test('where the journal belongs is refused before anything runs', async () => {
    await using project = await createProject(oneTask);
    // A file where a folder is needed: permissions do not stop root.
    writeFileSync(join(project.root, '.git', 'pawl'), 'in the way\n');
    const exit = await leavingUserAlone(project, () => project.run(['run', '--json']));
    expect(refusalOf(exit)).toBe('JOURNAL-UNWRITABLE 4');
    expect((jsonOf(exit) as RefusalJson).error.message).toContain(join(project.root, '.git', 'pawl'));
  });

  test('where workspaces belong ends the run, and the task is not blamed', async () => {
    await using project = await createProject(oneTask);
    const file = join(project.folder, 'no-folder');
    writeFileSync(file, 'in the way\n');
    const exit = await leavingUserAlone(project, () =>
      project.run(['run', '--json'], { env: { PAWL_CACHE: file } }),
    );
    expect(refusalOf(exit)).toMatch(/^(WORKSPACE-FAILED|READ-ONLY) 4$/);
    const again = await project.run(['run']);
    expect(again.exitCode, again.stdout).toBe(0);
  });

  test('where the backlog’s views belong is a warning; the work goes on', async () => {
    await using project = await createProject(oneTask);
    mkdirSync(join(project.root, 'IMPLEMENTATION_PROGRESS.md'));
    const exit = await project.run(['run', '--allow-dirty']);
    expect(exit.exitCode).toBe(0);
    expect(exit.stdout).toMatch(/^! VIEW-UNWRITABLE: IMPLEMENTATION_PROGRESS\.md: .+/m);
    expect(readFileSync(join(project.root, 'TASKS.md'), 'utf8')).toContain('- **Status**: done');
  });

  test('a journal that is none is refused, and named', async () => {
    await using project = await createProject(oneTask);
    mkdirSync(join(project.root, '.git', 'pawl'));
    writeFileSync(project.journalFile, 'this is no database, and it is long enough to look at\n'.repeat(99));
    const exit = await project.run(['run', '--json']);
    expect(refusalOf(exit)).toBe('JOURNAL-DAMAGED 4');
    expect((jsonOf(exit) as RefusalJson).error.message).toContain('pawl.db');
    expect(refusalOf(await project.run(['status', '--json']))).toBe('JOURNAL-DAMAGED 4');
  });
});
