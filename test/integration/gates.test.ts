import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { detectGates, detectSetup } from '../../src/adapters/gates/detect-gates.ts';
import { createShellGates } from '../../src/adapters/gates/shell-gates.ts';
import { findProgram } from '../../src/adapters/process/program.ts';
import { gateRunSchema, type GateRun } from '../../src/domain/event.ts';
import { commitId } from '../rig/events.ts';
import { makeTemporaryFolder, type TemporaryFolder } from '../rig/temporary.ts';
import { createProcessLog } from './process-rig.ts';

interface GateOptions {
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

async function runGate(
  command: string,
  { timeoutMs = 30_000, signal = new AbortController().signal }: GateOptions = {},
): Promise<GateRun | undefined> {
  await using folder = makeTemporaryFolder('gate');
  const { path } = folder;
  const environmentFor = (): Record<string, string> => ({ PATH: process.env['PATH'] ?? '', CI: '1' });
  const gate = { name: 'test', command };
  const gates = createShellGates({ list: [gate], timeoutMs, environmentFor });
  const workspace = { name: 'w01', path, gitDir: path, tmp: path };
  const { startProcess } = createProcessLog();
  const run = await gates.run(gate, workspace, {
    label: 'T-001/1/attempt',
    tree: commitId('7ee'),
    startProcess,
    signal,
    onStart: () => undefined,
  });
  return run === undefined ? undefined : gateRunSchema.parse(run);
}

describe('a gate', () => {
  test('that exits with 0 has passed', async () => {
    expect(await runGate('echo fine')).toMatchObject({
      gate: 'test',
      command: 'echo fine',
      tree: commitId('7ee'),
      status: 'passed',
      exitCode: 0,
      output: 'fine',
      cached: false,
    });
  });

  test('that exits otherwise has failed, with its output without colours', async () => {
    expect(await runGate(`printf '\\033[31mred\\033[0m\\r\\n'; exit 3`)).toMatchObject({
      status: 'failed',
      exitCode: 3,
      output: 'red',
    });
  });

  test.each([
    ['is not there', 'no-such-program-anywhere --check', 127],
    ['may not be executed', 'touch script && ./script', 126],
  ])('whose program %s cannot be run', async (_how, command, exitCode) => {
    expect(await runGate(command)).toMatchObject({ status: 'unrunnable', exitCode });
  });

  test('that a signal ends has failed, and says which', async () => {
    const run = await runGate('echo before; kill -KILL $$');
    expect(run).toMatchObject({ status: 'failed', output: 'before\n\n[pawl: ended by SIGKILL]' });
    expect(run).not.toHaveProperty('exitCode');
  });

  test('that takes too long has failed, and says so', async () => {
    expect(await runGate('echo begun; exec sleep 600', { timeoutMs: 300 })).toMatchObject({
      status: 'failed',
      output: 'begun\n\n[pawl: ended after 300 ms, the limit for a gate]',
    });
  });

  test('that was cancelled has no result', async () => {
    expect(await runGate('exec sleep 600', { signal: AbortSignal.abort() })).toBe(undefined);
  });

  test('that prints a lot keeps 8,000 characters: the first error and the end', async () => {
    const run = await runGate(
      `echo 'Error: the cause'; i=0; while [ $i -lt 3000 ]; do echo "line $i"; i=$((i+1)); done; echo the end; exit 1`,
    );
    expect(run?.output.length).toBeLessThanOrEqual(8_000);
    expect(run?.output.startsWith('Error: the cause\n')).toBe(true);
    expect(run?.output.endsWith('line 2999\nthe end')).toBe(true);
  });

  test('reads no input and runs without a terminal', async () => {
    expect(await runGate('cat; test -t 0 || test -t 1 || echo none')).toMatchObject({
      status: 'passed',
      output: 'none',
    });
  });
});

describe('what is found in a project', () => {
  function project(
    folder: TemporaryFolder,
    scripts: Record<string, string>,
    files: readonly string[] = [],
    dependencies = {},
  ): string {
    writeFileSync(join(folder.path, 'package.json'), JSON.stringify({ scripts, dependencies }));
    for (const file of files) writeFileSync(join(folder.path, file), '');
    return folder.path;
  }

  test('typecheck, test, lint and build are gates in this order, by the names projects use', async () => {
    await using folder = makeTemporaryFolder('detect');
    const root = project(folder, { build: 'b', lint: 'l', 'check-types': 'tsc', test: 't', start: 's' });
    expect(detectGates(root)).toEqual([
      { name: 'typecheck', command: 'npm run --silent check-types' },
      { name: 'test', command: 'npm run --silent test' },
      { name: 'lint', command: 'npm run --silent lint' },
      { name: 'build', command: 'npm run --silent build' },
    ]);
  });

  test('the script that npm init writes is no gate', async () => {
    await using folder = makeTemporaryFolder('detect');
    expect(detectGates(project(folder, { test: 'echo "Error: no test specified" && exit 1' }))).toEqual([]);
  });

  test.each([
    ['pnpm-lock.yaml', 'pnpm run test', 'pnpm install --frozen-lockfile --prefer-offline'],
    ['yarn.lock', 'yarn run test', 'yarn install --immutable'],
    ['bun.lock', 'bun run test', 'bun install --frozen-lockfile'],
    ['package-lock.json', 'npm run --silent test', 'npm ci --prefer-offline --no-audit --no-fund'],
  ])('with %s, gates are run by %s and dependencies installed by %s', async (lock, command, setup) => {
    await using folder = makeTemporaryFolder('detect');
    const root = project(folder, { test: 't' }, [lock], { left: '1' });
    expect([detectGates(root)[0]?.command, detectSetup(root)]).toEqual([command, setup]);
  });

  test('without dependencies, without a lock file or without a package.json there is no set-up', async () => {
    await using folder = makeTemporaryFolder('detect');
    expect([detectSetup(folder.path), detectGates(folder.path)]).toEqual([undefined, []]);
    expect(detectSetup(project(folder, {}, ['package-lock.json']))).toBe(undefined);
    await using other = makeTemporaryFolder('detect');
    expect(detectSetup(project(other, {}, [], { left: '1' }))).toBe(undefined);
    writeFileSync(join(other.path, 'package.json'), '{ broken');
    expect([detectSetup(other.path), detectGates(other.path)]).toEqual([undefined, []]);
  });
});

test('a program is found as a shell would: by its path, or as the first executable file of that name', async () => {
  await using folder = makeTemporaryFolder('program');
  const { path } = folder;
  for (const name of ['one', 'two', 'three']) mkdirSync(join(path, name));
  writeFileSync(join(path, 'one', 'tool'), '', { mode: 0o644 });
  mkdirSync(join(path, 'two', 'tool'));
  writeFileSync(join(path, 'three', 'tool'), '', { mode: 0o755 });
  const search = ['one', 'two', 'three'].map((name) => join(path, name)).join(':');
  expect(findProgram('tool', search, path)).toBe(join(path, 'three', 'tool'));
  expect(findProgram('./three/tool', '', path)).toBe(join(path, 'three', 'tool'));
  expect(findProgram('./one/tool', search, path)).toBe(undefined);
  expect(findProgram('absent', search, path)).toBe(undefined);
});
