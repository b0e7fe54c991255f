import { execFile, spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseScript } from '../../src/scripted-agent/script.ts';

const agent = join(import.meta.dirname, '../../src/scripted-agent/main.ts');

let folder: string;
let workspace: string;
let scripts: number;
const running = new Set<ChildProcessWithoutNullStreams>();
const leftBehind = new Set<number>();

beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'pawl-scripted-')));
  workspace = join(folder, 'workspace');
  await mkdir(workspace);
  scripts = 0;
});

afterEach(async () => {
  for (const child of running) child.kill('SIGKILL');
  for (const pid of leftBehind) endIfAlive(pid);
  leftBehind.clear();
  await rm(folder, { recursive: true, force: true });
});

interface Run {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly lines: readonly Record<string, unknown>[];
  readonly stdoutBytes: number;
  readonly stderr: string;
}

interface Call {
  readonly task?: string;
  readonly attempt?: number;
  readonly brief?: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

async function start(script: unknown, call: Call = {}): Promise<ChildProcessWithoutNullStreams> {
  scripts += 1;
  const file = join(folder, `script-${scripts}.json`);
  await writeFile(file, JSON.stringify(script));
  const { task = 'T-001', attempt = 1, args = ['--script', file] } = call;
  const env = { ...process.env, PAWL_TASK: task, PAWL_ATTEMPT: String(attempt), ...call.env };
  const child = spawn(process.execPath, [agent, ...args], { cwd: workspace, env, stdio: 'pipe' });
  running.add(child);
  child.once('exit', () => running.delete(child));
  child.stdin.end(call.brief ?? '');
  return child;
}

async function finish(child: ChildProcessWithoutNullStreams): Promise<Run> {
  const chunks: Buffer[] = [];
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  const stdout = Buffer.concat(chunks);
  const lines = stdout
    .toString()
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  return { code, signal, lines, stdoutBytes: stdout.length, stderr };
}

/** Plays these steps as the first and only attempt at T-001. */
async function play(steps: readonly unknown[], call: Call = {}): Promise<Run> {
  return finish(await start({ tasks: { 'T-001': [steps] } }, call));
}

/** Resolves with the first line of this type, while the agent goes on. */
async function lineOf(child: ChildProcessWithoutNullStreams, type: string): Promise<Record<string, unknown>> {
  const reader = createInterface({ input: child.stdout });
  return new Promise((resolve, reject) => {
    reader.on('line', (text) => {
      const line = JSON.parse(text) as Record<string, unknown>;
      if (line['type'] === type) resolve(line);
    });
    reader.once('close', () => reject(new Error(`the agent ended without a line of type ${type}`)));
  });
}

interface Forked {
  readonly pid: number;
  readonly gone: Promise<unknown>;
  readonly isGone: () => boolean;
}

/** Waits for the agent's end; the child that it left holds the output open, so `gone` settles when it ends. */
async function forked(options: Record<string, unknown>): Promise<Forked> {
  const steps = [{ fork: { keepOutput: true, ...options } }];
  const child = await start({ tasks: { 'T-001': [steps] } }, { env: { MARK: 'inherited' } });
  let ended = false;
  const gone = once(child, 'close').then(() => (ended = true));
  const exit = once(child, 'exit');
  const pid = Number((await lineOf(child, 'tool'))['detail']);
  leftBehind.add(pid);
  expect(await exit).toEqual([0, null]);
  return { pid, gone, isGone: () => ended };
}

function read(path: string): Promise<string> {
  return readFile(join(workspace, path), 'utf8');
}

async function git(...args: readonly string[]): Promise<string> {
  // Without a home and without settings git knows no identity, as on a fresh machine.
  const env = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1', HOME: folder };
  const { stdout } = await promisify(execFile)('git', [...args], { cwd: workspace, env });
  return stdout.trimEnd();
}

const withoutIdentity = { GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' };
const done = { type: 'result', claim: 'done', summary: 'done' };

describe('claims', () => {
  test('the end of the steps is a claim to be done', async () => {
    const run = await play([{ say: 'working on {{task}}' }, { progress: { percent: 40, next: 'tests' } }]);
    expect(run.lines).toEqual([
      { type: 'text', text: 'working on T-001' },
      { type: 'progress', percent: 40, next: 'tests' },
      done,
    ]);
    expect([run.code, run.stderr]).toEqual([0, '']);
  });

  test('a lie is a claim without any work', async () => {
    await git('init', '--quiet');
    const run = await play([{ claim: 'done', summary: 'All 12 tests pass.' }]);
    expect(run.lines).toEqual([{ type: 'result', claim: 'done', summary: 'All 12 tests pass.' }]);
    expect(await git('status', '--porcelain')).toBe('');
  });

  test('there is one result line, even when the script goes on after its claim', async () => {
    const run = await play([{ claim: 'blocked', summary: 'no key' }, { run: { argv: ['false'] } }]);
    expect(run.lines.filter((line) => line['type'] === 'result')).toEqual([
      { type: 'result', claim: 'blocked', summary: 'no key' },
    ]);
  });

  test('the attempt chooses the steps, and the last ones serve all further attempts', async () => {
    const script = { tasks: {}, default: [[{ claim: 'none' }], [{ claim: 'done' }]] };
    const first = await finish(await start(script, { task: 'X-1' }));
    const fourth = await finish(await start(script, { task: 'X-1', attempt: 4 }));
    expect([first.lines[0]?.['claim'], fourth.lines[0]?.['claim']]).toEqual(['none', 'done']);
  });
});

describe('edits', () => {
  test('files are written, appended to, changed, renamed and removed', async () => {
    await writeFile(join(workspace, 'old.txt'), 'one\ntwo\n');
    const run = await play([
      { write: { path: 'src/deep/a.ts', lines: ['const task = "{{task}}";'] } },
      { append: { path: 'src/deep/a.ts', text: '// attempt {{attempt}}\n' } },
      { write: { path: 'gone.txt', text: '' } },
      { remove: 'gone.txt' },
      { replace: { path: 'old.txt', find: 'two', with: ['2', '3'] } },
      { rename: { from: 'old.txt', to: 'docs/new.txt' } },
    ]);
    expect(run.code).toBe(0);
    expect(await read('src/deep/a.ts')).toBe('const task = "T-001";\n// attempt 1\n');
    expect(await read('docs/new.txt')).toBe('one\n2\n3\n');
    expect((await readdir(workspace)).toSorted()).toEqual(['docs', 'src']);
    expect(run.lines.at(-2)).toEqual({ type: 'tool', name: 'rename', detail: 'old.txt to docs/new.txt' });
  });

  test.each([
    ['replace', { path: 'a.txt', find: 'zebra', with: '' }, 'a.txt does not contain "zebra"'],
    ['replace', { path: 'a.txt', find: 'aba', with: '' }, 'a.txt contains "aba" more than once'],
    ['replace', { path: 'b.txt', find: 'a', with: '' }, 'b.txt does not exist'],
    ['remove', 'b.txt', 'b.txt does not exist'],
    ['rename', { from: 'b.txt', to: 'c.txt' }, 'b.txt does not exist'],
  ])('a %s that cannot be done ends the run without a result (%j)', async (verb, options, message) => {
    await writeFile(join(workspace, 'a.txt'), 'ababa');
    const run = await play([{ say: 'hello' }, { [verb]: options }]);
    expect([run.code, run.lines]).toEqual([1, [{ type: 'text', text: 'hello' }]]);
    expect(run.stderr).toBe(`pawl-scripted-agent: T-001, attempt 1, step 2 (${verb}): ${message}\n`);
  });

  test.each(['../outside.txt', '/outside-of-everything.txt', 'link/outside.txt'])(
    'writing to %s is refused',
    async (path) => {
      await symlink(folder, join(workspace, 'link'));
      const run = await play([{ write: { path, text: '' } }]);
      expect([run.code, run.lines]).toEqual([1, []]);
      expect(run.stderr).toContain(`${path} is outside the workspace; only "escape" may write there\n`);
      expect(await readdir(folder)).not.toContain('outside.txt');
    },
  );

  test('only escape writes outside the workspace', async () => {
    const absolute = join(folder, 'absolute.txt');
    const run = await play([
      { escape: { path: '../relative.txt', text: 'r' } },
      { escape: { path: absolute, text: 'a' } },
    ]);
    expect(run.code).toBe(0);
    expect(await readFile(join(folder, 'relative.txt'), 'utf8')).toBe('r');
    expect(await readFile(absolute, 'utf8')).toBe('a');
  });
});

describe('commits', () => {
  test('everything is committed, without an identity and without hooks', async () => {
    await git('init', '--quiet');
    const hook = join(workspace, '.git/hooks/pre-commit');
    await mkdir(join(workspace, '.git/hooks'), { recursive: true });
    await writeFile(hook, '#!/bin/sh\nexit 1\n', { mode: 0o755 });
    const steps = [{ write: { path: 'a.txt', text: 'a' } }, { commit: '{{task}}: add a' }];
    const run = await play(steps, { env: withoutIdentity });
    expect([run.code, run.stderr]).toEqual([0, '']);
    expect(await git('log', '--format=%an: %s')).toBe('Scripted Agent: T-001: add a');
    expect(await git('status', '--porcelain')).toBe('');
  });

  test('nothing to commit is no failure', async () => {
    await git('init', '--quiet');
    const run = await play([{ commit: 'nothing' }], { env: withoutIdentity });
    expect(run.lines).toEqual([{ type: 'text', text: 'nothing to commit' }, done]);
  });

  test('outside a repository the run ends without a result', async () => {
    const run = await play([{ commit: 'x' }], { env: { GIT_CEILING_DIRECTORIES: folder } });
    expect([run.code, run.lines]).toEqual([1, []]);
    expect(run.stderr).toContain('step 1 (commit): git: exit code 128');
  });
});

describe('commands and the brief', () => {
  test('a command that fails ends the attempt with nothing claimed', async () => {
    const run = await play([{ run: { argv: ['sh', '-c', 'echo broken; exit 3'] } }, { say: 'never' }]);
    expect(run.lines.slice(1)).toEqual([
      { type: 'text', text: 'sh -c echo broken; exit 3: exit code 3\nbroken' },
      { type: 'result', claim: 'none', summary: 'sh -c echo broken; exit 3: exit code 3' },
    ]);
    expect(run.code).toBe(0);
  });

  test('a command that may fail does not end it', async () => {
    const run = await play([{ run: { argv: ['no-such-program'], mayFail: true } }, { say: 'on' }]);
    expect(run.lines.at(1)?.['text']).toContain('ENOENT');
    expect(run.lines.slice(2)).toEqual([{ type: 'text', text: 'on' }, done]);
  });

  test('a command works in the workspace with the environment of the agent', async () => {
    await play([{ run: { argv: ['sh', '-c', 'echo $MARK > made.txt'] } }], { env: { MARK: 'inherited' } });
    expect(await read('made.txt')).toBe('inherited\n');
  });

  test('a brief is searched for what it must say', async () => {
    const steps = [{ expectBrief: 'criterion {{task}}.1' }];
    const told = await play(steps, { brief: `${'x'.repeat(500_000)} criterion T-001.1` });
    expect(told.lines).toEqual([done]);
    const untold = await play(steps, { brief: 'nothing' });
    expect([untold.code, untold.lines]).toEqual([1, []]);
    expect(untold.stderr).toContain('(expectBrief): the brief does not contain "criterion T-001.1"\n');
  });
});

describe('misbehaviour', () => {
  test('an agent that hangs ends on TERM, and one that ignores TERM needs KILL', async () => {
    const obedient = await start({ default: [[{ hang: true }, { say: 'never' }]] });
    const stubborn = await start({ default: [[{ hang: { ignoreTerm: true } }]] });
    expect(await lineOf(obedient, 'tool')).toMatchObject({ name: 'hang', detail: 'until TERM' });
    expect(await lineOf(stubborn, 'tool')).toMatchObject({ name: 'hang', detail: 'ignoring TERM' });
    stubborn.kill('SIGTERM');
    // The second one to be told has gone by then, so the first one had its time.
    obedient.kill('SIGTERM');
    expect(await once(obedient, 'exit')).toEqual([null, 'SIGTERM']);
    expect([stubborn.exitCode, stubborn.signalCode]).toEqual([null, null]);
    stubborn.kill('SIGKILL');
    expect(await once(stubborn, 'exit')).toEqual([null, 'SIGKILL']);
  });

  test.each(['stdout', 'stderr'] as const)('a flood on %s has its size', async (stream) => {
    const run = await play([{ flood: { megabytes: 3, stream } }, { say: 'still here' }]);
    expect(run.code).toBe(0);
    expect(run.lines.slice(-2)).toEqual([{ type: 'text', text: 'still here' }, done]);
    if (stream === 'stderr') expect(run.stderr).toHaveLength(3_000_000);
    else expect(run.lines).toHaveLength(3002);
    expect(run.stdoutBytes > 3_000_000).toBe(stream === 'stdout');
  });

  test('a flood ends when its reader has gone', async () => {
    const child = await start({ default: [[{ flood: { megabytes: 20 } }]] });
    await once(child.stdout, 'readable');
    child.stdout.destroy();
    const [code] = (await once(child, 'exit')) as [number | null];
    expect(code).toBe(1);
  });

  test('an agent crashes by an exit code, and by a signal', async () => {
    const byCode = await play([{ say: 'x' }, { crash: { exitCode: 7 } }]);
    expect([byCode.code, byCode.signal, byCode.lines]).toEqual([7, null, [{ type: 'text', text: 'x' }]]);
    const bySignal = await play([{ crash: { signal: 'SIGKILL' } }]);
    expect([bySignal.code, bySignal.signal, bySignal.lines]).toEqual([null, 'SIGKILL', []]);
  });

  test('a rate limit says when it resets, and is no result', async () => {
    const before = Math.floor(Date.now() / 1000);
    const run = await play([{ rateLimit: { resetsInSeconds: 3600 } }, { say: 'never' }]);
    expect(run.code).toBe(1);
    expect(run.lines).toEqual([{ type: 'rate-limit', resetsAt: expect.any(Number) }]);
    expect(run.lines[0]?.['resetsAt']).toBeGreaterThanOrEqual(before + 3600);
  });
});

describe('a forked child', () => {
  test('outlives the agent and ignores TERM', async () => {
    const stubborn = await forked({});
    process.kill(stubborn.pid, 'SIGTERM');
    // A whole second agent and the end of its child: by then the first child has had its time to obey.
    const obedient = await forked({ ignoreTerm: false });
    process.kill(obedient.pid, 'SIGTERM');
    await obedient.gone;
    expect(stubborn.isGone()).toBe(false);
    process.kill(stubborn.pid, 'SIGKILL');
    await stubborn.gone;
  });

  test('ends by itself when its time is over', async () => {
    const { gone } = await forked({ holdMs: 100 });
    await gone;
  });

  test('has the environment of the agent, and may have a session of its own', async (context) => {
    if (!existsSync('/proc/self/environ')) {
      console.warn(
        'skipped: without /proc there is no portable way to see a process’s session and environment',
      );
      context.skip();
    }
    const inside = await forked({});
    const outside = await forked({ newSession: true });
    expect((await readFile(`/proc/${inside.pid}/environ`, 'utf8')).split('\0')).toContain('MARK=inherited');
    expect(await sessionOf(inside.pid)).toBe(await sessionOf(process.pid));
    expect(await sessionOf(outside.pid)).toBe(outside.pid);
    for (const { pid, gone } of [inside, outside]) {
      process.kill(pid, 'SIGKILL');
      await gone;
    }
  });

  test('does not hold the output open unless it is asked to', async () => {
    const run = await play([{ fork: {} }]);
    const pid = Number(run.lines[0]?.['detail']);
    expect(run.lines.slice(1)).toEqual([done]);
    // Throws where there is no such process any more.
    process.kill(pid, 'SIGKILL');
  });
});

test('every step and script in the guide is valid', async () => {
  const guide = await readFile(join(import.meta.dirname, '../../docs/guides/scripted-agent.md'), 'utf8');
  const examples = [...guide.matchAll(/^ *```json\n(.*?)^ *```/gms)].map(
    ([, json = '']) => JSON.parse(json) as Record<string, unknown>,
  );
  const steps = examples.filter((example) => !('agents' in example));
  for (const example of steps) {
    const script = 'tasks' in example ? example : { default: [[example]] };
    expect(parseScript(JSON.stringify(script), 'guide')).toMatchObject({ ok: true });
  }
  const verbs = new Set(steps.flatMap((example) => Object.keys(example)));
  expect(
    [...verbs].filter((verb) => verb !== 'tasks' && verb !== 'default' && verb !== 'summary'),
  ).toHaveLength(20);
});

describe('refusals', () => {
  test('a task without steps is named with the script', async () => {
    const run = await play([], { task: 'T-404' });
    expect([run.code, run.lines]).toEqual([2, []]);
    expect(run.stderr).toBe(
      `pawl-scripted-agent: ${join(folder, 'script-1.json')}: no steps for task T-404, and no "default"\n`,
    );
  });

  test('a script with a mistake does nothing', async () => {
    const run = await play([{ write: { path: 'a.txt', text: 'a' } }, { wait: { ms: 'long' } }]);
    expect([run.code, await readdir(workspace)]).toEqual([2, []]);
    expect(run.stderr).toContain('tasks.T-001[0][1].wait.ms: ');
  });

  test.each([
    [[], '--script FILE is missing'],
    [['--script', 'missing.json'], 'cannot read the script: ENOENT'],
    [['--script', 'x.json', '--attempt', '0'], 'the attempt must be a whole number from 1, not "0"'],
    [['--script', 'x.json', '--task', ''], 'no task: give --task ID, or set PAWL_TASK'],
    [['--colour'], "Unknown option '--colour'"],
  ])('the call %j is refused', async (args, message) => {
    const run = await finish(await start({}, { args }));
    expect([run.code, run.lines]).toEqual([2, []]);
    expect(run.stderr).toContain(`pawl-scripted-agent: ${message}`);
  });

  test('help and version are printed', async () => {
    const version = await finish(await start({}, { args: ['--version'] }));
    expect([version.code, version.stderr]).toEqual([0, '']);
    const help = await finish(await start({}, { args: ['--help'] }));
    expect([help.code, help.stdoutBytes > 0]).toEqual([0, true]);
  });
});

/** Linux: the sixth field of the status, counted behind the name, which may itself hold blanks. */
async function sessionOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/stat`, 'utf8');
  return Number(status.slice(status.lastIndexOf(')') + 2).split(' ')[3]);
}

/** For tests that failed half way; where all went well, the child is gone already. */
function endIfAlive(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
