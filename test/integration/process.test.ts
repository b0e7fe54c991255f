import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { createProcessStarter, endTree } from '../../src/adapters/process/owned-process.ts';
import { findTree, identifyProcess, isAlive, listByPs } from '../../src/adapters/process/process-table.ts';
import type { ProcessIdentity } from '../../src/domain/process-identity.ts';
import type { ProcessOutcome, ProcessSpec } from '../../src/ports/processes.ts';
import { makeTemporaryFolder, type TemporaryFolder } from '../rig/temporary.ts';

interface Rig extends AsyncDisposable {
  readonly folder: TemporaryFolder;
  readonly started: { readonly identity: ProcessIdentity; readonly marker: string }[];
  readonly ended: { readonly marker: string; readonly outcome: ProcessOutcome }[];
  run(change: Partial<ProcessSpec>): Promise<ProcessOutcome>;
  sh(script: string, change?: Partial<ProcessSpec>): Promise<ProcessOutcome>;
}

let markers = 0;

function makeRig(onStarted: () => void = () => undefined): Rig {
  const folder = makeTemporaryFolder('process');
  const started: Rig['started'] = [];
  const ended: Rig['ended'] = [];
  const start = createProcessStarter({
    nextMarker: () => `test-${process.pid}-${(markers += 1)}`,
    onStarted(identity, marker) {
      started.push({ identity, marker });
      onStarted();
    },
    onEnded: (marker, outcome) => void ended.push({ marker, outcome }),
  });
  const run = async (change: Partial<ProcessSpec>): Promise<ProcessOutcome> =>
    (
      await start({
        role: 'gate',
        label: 'T-001/1/test',
        argv: ['true'],
        cwd: folder.path,
        env: { PATH: process.env['PATH'] ?? '' },
        stdin: 'closed',
        limits: { totalMs: 30_000, graceMs: 100 },
        ...change,
      })
    ).outcome;
  return {
    folder,
    started,
    ended,
    run,
    sh: (script, change) => run({ argv: ['sh', '-c', script], ...change }),
    async [Symbol.asyncDispose]() {
      for (const { identity, marker } of started) await endTree(identity, marker, 0);
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** No process of anything the rig started is left. */
function expectGone({ started }: Rig): void {
  expect(started.flatMap(({ identity, marker }) => findTree(identity, marker))).toEqual([]);
}

test('a program that ends well is an exit with code 0 and what it printed, both streams', async () => {
  await using rig = makeRig();
  const lines: string[] = [];
  const outcome = await rig.sh('echo out; echo err >&2; printf rest', {
    onLine: (line, stream) => void lines.push(`${stream}: ${line}`),
  });
  expect(outcome).toMatchObject({ end: { kind: 'exited', code: 0 }, leftovers: 0 });
  // Two pipes: which is read first is nobody's promise.
  for (const text of ['out\n', 'err\n', 'rest']) expect(outcome.tail).toContain(text);
  expect(lines.toSorted()).toEqual(['stderr: err', 'stdout: out', 'stdout: rest']);
  expect(rig.ended).toEqual([{ marker: rig.started[0]?.marker, outcome }]);
});

test('exit codes and signals are told apart', async () => {
  await using rig = makeRig();
  expect((await rig.sh('exit 3')).end).toEqual({ kind: 'exited', code: 3 });
  expect((await rig.sh('kill -SEGV $$')).end).toEqual({ kind: 'signalled', signal: 'SIGSEGV' });
});

test('the program gets its arguments as they are, the folder, and no variable but those it was given', async () => {
  await using rig = makeRig();
  const argv = [
    'node',
    '-e',
    'console.log(JSON.stringify([process.argv.slice(1), process.cwd(), Object.keys(process.env)]))',
    'a b',
    '$HOME',
    '"',
    '',
  ] as const;
  const outcome = await rig.run({ argv, env: { PATH: process.env['PATH'] ?? '', GIVEN: '1' } });
  const [args, cwd, names] = JSON.parse(outcome.tail) as [string[], string, string[]];
  expect([args, cwd]).toEqual([['a b', '$HOME', '"', ''], rig.folder.path]);
  expect(names.filter((name) => !['PWD', 'SHLVL', '_', 'OLDPWD'].includes(name)).toSorted()).toEqual([
    'GIVEN',
    'PATH',
    'PAWL_PROCESS',
  ]);
});

test('a program that is not there is an outcome, and nothing is journalled', async () => {
  await using rig = makeRig();
  const outcome = await rig.run({ argv: ['no-such-program-anywhere'] });
  expect(outcome.end).toEqual({
    kind: 'spawn-failed',
    message: 'no program no-such-program-anywhere on PATH',
  });
  expect((await rig.run({ argv: [rig.folder.path] })).end.kind).toBe('spawn-failed');
  expect(rig.started).toEqual([]);
});

test('nothing runs when the journal refuses the start', async () => {
  await using rig = makeRig(() => {
    throw new Error('disk full');
  });
  const file = join(rig.folder.path, 'ran');
  await expect(rig.sh(`touch ${file}`)).rejects.toThrow('disk full');
  expectGone(rig);
  expect(existsSync(file)).toBe(false);
});

test('the journal knows the process before its first instruction', async () => {
  let file = '';
  let ranBefore = true;
  await using rig = makeRig(() => void (ranBefore = existsSync(file)));
  file = join(rig.folder.path, 'ran');
  await rig.sh(`touch ${file}`);
  expect([ranBefore, existsSync(file)]).toEqual([false, true]);
});

test('silence past the idle limit ends it; output puts the limit off', async () => {
  await using rig = makeRig();
  const limits = { idleMs: 400, totalMs: 30_000, graceMs: 50 };
  expect((await rig.sh('echo once; exec sleep 600', { limits })).end).toEqual({ kind: 'idle', idleMs: 400 });
  expect((await rig.sh('for i in 1 2 3 4 5 6; do echo $i; sleep 0.1; done', { limits })).end).toEqual({
    kind: 'exited',
    code: 0,
  });
  expectGone(rig);
});

test('the total limit ends also what keeps talking', async () => {
  await using rig = makeRig();
  const limits = { idleMs: 10_000, totalMs: 300, graceMs: 50 };
  expect((await rig.sh('while :; do echo x; sleep 0.02; done', { limits })).end).toEqual({
    kind: 'deadline',
    totalMs: 300,
  });
  expectGone(rig);
});

test('a cancelled process is ended, also one that was cancelled before it began', async () => {
  await using rig = makeRig();
  const control = new AbortController();
  const running = rig.sh('echo up; exec sleep 600', {
    signal: control.signal,
    onLine: () => control.abort(),
  });
  expect((await running).end).toEqual({ kind: 'cancelled' });
  expect((await rig.sh('exec sleep 600', { signal: control.signal })).end).toEqual({ kind: 'cancelled' });
  expectGone(rig);
});

test('what ignores TERM is ended by KILL after the grace', async () => {
  await using rig = makeRig();
  const limits = { idleMs: 300, totalMs: 30_000, graceMs: 50 };
  const outcome = await rig.sh(`trap '' TERM; echo deaf; while :; do sleep 0.05; done`, { limits });
  expect(outcome.end).toEqual({ kind: 'idle', idleMs: 300 });
  expectGone(rig);
});

test('a grandchild in a session of its own that ignores TERM is gone when the outcome is there', async (context) => {
  if (process.platform !== 'linux') {
    console.warn('skipped: only Linux shows the environment of a process that left its group');
    return context.skip();
  }
  await using rig = makeRig();
  const stubborn = `setsid sh -c 'trap "" TERM; while :; do sleep 0.05; done' >/dev/null 2>&1 &`;
  const outcome = await rig.sh(`${stubborn} echo main is done`);
  expect(outcome.end).toEqual({ kind: 'exited', code: 0 });
  expect(outcome.leftovers).toBeGreaterThanOrEqual(1);
  expectGone(rig);
});

test('a child that holds the output open does not hold the outcome up', async () => {
  await using rig = makeRig();
  const outcome = await rig.sh('sleep 600 & echo done');
  expect(outcome).toMatchObject({ end: { kind: 'exited', code: 0 }, leftovers: 1, tail: 'done\n' });
  expectGone(rig);
});

test('a flood leaves a bounded tail, a capped log, and ends by itself', async () => {
  await using rig = makeRig();
  const logFile = join(rig.folder.path, 'flood.log');
  const flood = `const line = 'x'.repeat(999) + '\\n'; const chunk = line.repeat(1000); let n = 0;
    const go = () => { while (n < 50) { n += 1; if (!process.stdout.write(chunk)) return process.stdout.once('drain', go); } process.stdout.write('the end'); }; go();`;
  let lines = 0;
  const outcome = await rig.run({ argv: ['node', '-e', flood], logFile, onLine: () => void (lines += 1) });
  expect(outcome.end).toEqual({ kind: 'exited', code: 0 });
  expect(outcome.tail).toHaveLength(32_000);
  expect(outcome.tail.endsWith('x\nthe end')).toBe(true);
  expect(lines).toBe(50_001);
  const limit = 32 * 1024 * 1024;
  expect(statSync(logFile).size).toBeGreaterThanOrEqual(limit);
  expect(statSync(logFile).size).toBeLessThan(limit + 200);
  expect(readFileSync(logFile, 'utf8').endsWith(`[pawl: the log ends here, at ${limit} bytes]\n`)).toBe(true);
});

test('a log is appended to, and characters that arrive in pieces stay whole', async () => {
  await using rig = makeRig();
  const logFile = join(rig.folder.path, 'agent.log');
  const lines: string[] = [];
  await rig.sh(`printf '\\342'; sleep 0.1; printf '\\202\\254\\n'`, {
    logFile,
    onLine: (line) => void lines.push(line),
  });
  await rig.sh('echo two', { logFile });
  expect(lines).toEqual(['€']);
  expect(readFileSync(logFile, 'utf8')).toBe('€\ntwo\n');
});

test('standard input is closed, or holds the text that was given, also when nobody reads it', async () => {
  await using rig = makeRig();
  expect((await rig.sh('cat; echo end')).tail).toBe('end\n');
  expect((await rig.sh('cat', { stdin: { text: 'hello' } })).tail).toBe('hello');
  const unread = await rig.sh('exec 0<&-; echo done', { stdin: { text: 'x'.repeat(1_000_000) } });
  expect(unread.end).toEqual({ kind: 'exited', code: 0 });
});

test('an orphan is ended by its journalled identity alone, and a stranger with its pid is left alone', async () => {
  await using rig = makeRig();
  const running = rig.sh('echo up; exec sleep 600');
  await vi.waitFor(() => expect(rig.started).toHaveLength(1));
  const [{ identity, marker } = expect.fail('not started')] = rig.started;
  expect(isAlive(identity)).toBe(true);
  expect(await endTree({ ...identity, startTime: '1' }, 'another marker', 0)).toBe(0);
  expect(isAlive(identity)).toBe(true);
  expect(await endTree(identity, 'another marker', 0)).toBe(1);
  expect((await running).end).toMatchObject({ kind: 'signalled' });
  expect(marker).not.toBe('');
});

test('a process is known by pid, start time, boot and host together', () => {
  const self = identifyProcess(process.pid) ?? expect.fail('this process is not in the table');
  expect(isAlive(self)).toBe(true);
  for (const change of [{ startTime: '1' }, { bootId: 'another' }, { host: 'another' }, { pid: 2 ** 22 + 1 }])
    expect(isAlive({ ...self, ...change }), JSON.stringify(change)).toBe(false);
});

test('where there is no /proc, the table is read from ps', (context) => {
  const rows = listByPs(['-p', String(process.pid)]);
  if (rows.length === 0) {
    console.warn('skipped: this machine has no ps');
    return context.skip();
  }
  expect(rows).toMatchObject([{ pid: process.pid, parent: process.ppid, zombie: false }]);
});
