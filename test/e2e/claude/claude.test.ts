/**
 * The real Claude Code program against a scripted model on loopback: no account, no network. Its version is the
 * one that scripts/install-test-agents.sh pins, or whatever PAWL_TEST_CLAUDE names.
 */
import { existsSync } from 'node:fs';
import { readFile, symlink, watch, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { type ClaudeAgentOptions, createClaudeAgent } from '../../../src/adapters/agents/claude/agent.ts';
import { identifyProcess } from '../../../src/adapters/process/process-table.ts';
import type { Agent } from '../../../src/ports/agent.ts';
import { makePlace, type Place, runAgent } from '../../integration/agents/agent-run.ts';
import { type ScriptedModel, startScriptedModel } from '../../../src/testing/index.ts';

const installed = fileURLToPath(
  new URL('../../../.cache/agents/claude/node_modules/.bin/claude', import.meta.url),
);
const program = process.env['PAWL_TEST_CLAUDE'] ?? installed;
const present = existsSync(program);
if (!present) {
  console.warn(
    `skipped: there is no Claude Code at ${program}; run scripts/install-test-agents.sh or set PAWL_TEST_CLAUDE`,
  );
}

type Options = Pick<ClaudeAgentOptions, 'maxTurns' | 'maxBudgetUsd'>;

function variables(baseUrl: string): Readonly<Record<string, string>> {
  return { ANTHROPIC_API_KEY: 'dummy', ANTHROPIC_BASE_URL: baseUrl };
}

function error(
  status: number,
  type: string,
): { kind: 'error'; status: number; type: string; message: string } {
  return { kind: 'error', status, type, message: `a scripted ${status}` };
}

function sizesOf(model: ScriptedModel): readonly number[] {
  return model.requests.map((request) => JSON.stringify(request.body).length);
}

async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => {
    server.close(resolve);
  });
  return port;
}

/** Becomes the pid in a file of the workspace, as soon as it is there. */
async function pidWrittenTo(place: Place, name: string): Promise<number> {
  const file = join(place.workspace, name);
  for await (const _change of watch(place.workspace)) {
    const pid = existsSync(file) ? Number(await readFile(file, 'utf8')) : 0;
    if (pid > 0) return pid;
  }
  throw new Error(`${file} was never written`);
}

const surfaces = ['control', 'print'] as const;

describe.skipIf(!present).each(surfaces)('Claude Code by %s', { timeout: 90_000 }, (surface) => {
  function claude(options: Options = {}): Agent {
    return createClaudeAgent({ name: 'claude', program, surface, model: 'claude-sonnet-4-5', ...options });
  }

  test('is found with its version, without network', async () => {
    expect(await claude().probe()).toMatchObject({
      kind: 'ready',
      program,
      version: expect.stringMatching(/^\d+\.\d+\.\d+ \(Claude Code\)$/),
    });
  });

  test('writes a file, runs a command and finishes', async () => {
    await using place = await makePlace();
    const path = join(place.workspace, 'hello.txt');
    await using model = await startScriptedModel({
      work: [
        { kind: 'answer', text: 'Writing.', call: { tool: 'write', path, content: 'hello\n' } },
        {
          kind: 'answer',
          call: { tool: 'shell', command: 'tr a-z A-Z < hello.txt > loud.txt' },
          usage: { cacheReadTokens: 700, cacheWriteTokens: 30 },
        },
        { kind: 'answer', text: 'Both files are there.' },
      ],
    });
    const run = await runAgent(claude(), place, { env: variables(model.baseUrl('work')) });
    expect(run.outcome).toEqual({
      kind: 'finished',
      claim: 'done',
      lastWords: 'Both files are there.',
      usage: {
        inputTokens: 3_000,
        outputTokens: 150,
        cacheReadTokens: 700,
        cacheWriteTokens: 30,
        costUsd: expect.closeTo(0.011_57, 4),
        model: 'claude-sonnet-4-5',
      },
    });
    expect(run.events).toEqual(
      expect.arrayContaining([
        { type: 'text', text: 'Writing.' },
        { type: 'tool', name: 'Write', detail: path },
        { type: 'tool', name: 'Bash', detail: 'tr a-z A-Z < hello.txt > loud.txt' },
      ]),
    );
    expect(await readFile(join(place.workspace, 'loud.txt'), 'utf8')).toBe('HELLO\n');
    expect(run.survivors).toEqual([]);
    expect(model.faults).toEqual([]);
  });

  test('takes a brief of 200 kB', async () => {
    await using place = await makePlace();
    await using model = await startScriptedModel({ text: [{ kind: 'answer', text: 'Read.' }] });
    const brief = `${'word '.repeat(40_000)}END-OF-BRIEF`;
    const run = await runAgent(claude(), place, { brief, env: variables(model.baseUrl('text')) });
    expect(run.outcome).toMatchObject({ kind: 'finished', lastWords: 'Read.' });
    expect(JSON.stringify(model.requests[0]?.body)).toContain(brief.slice(-150_000));
    expect(sizesOf(model)[0]).toBeGreaterThan(brief.length);
  });

  test('that is rate limited retries twice and then says so', async () => {
    await using place = await makePlace();
    await using model = await startScriptedModel({ full: [error(429, 'rate_limit_error')] });
    const run = await runAgent(claude(), place, { env: variables(model.baseUrl('full')) });
    expect(run.outcome).toMatchObject({ kind: 'rate-limited', message: expect.stringContaining('429') });
    expect(run.events.filter((event) => event.type === 'retrying')).toHaveLength(2);
    expect(model.requests).toHaveLength(3);
  });

  test('whose key is refused stops after two retries, for a person to act', async () => {
    await using place = await makePlace();
    await using model = await startScriptedModel({ locked: [error(401, 'authentication_error')] });
    const run = await runAgent(claude(), place, { env: variables(model.baseUrl('locked')) });
    expect(run.outcome.kind).toBe('auth');
    expect(model.requests.length).toBeLessThanOrEqual(3);
  });

  test('that is not logged in says so without asking anybody', async () => {
    await using place = await makePlace();
    const run = await runAgent(claude(), place);
    expect(run.outcome).toMatchObject({ kind: 'auth', message: expect.stringContaining('Not logged in') });
  });

  test('that meets an overloaded service reports the status', async () => {
    await using place = await makePlace();
    await using model = await startScriptedModel({ busy: [error(529, 'overloaded_error')] });
    const run = await runAgent(claude(), place, { env: variables(model.baseUrl('busy')) });
    expect(run.outcome).toMatchObject({ kind: 'api-error', httpStatus: 529 });
  });

  test('that cannot connect reports an API error without a status', async () => {
    await using place = await makePlace();
    const env = variables(`http://127.0.0.1:${await closedPort()}`);
    const { outcome } = await runAgent(claude(), place, { env });
    expect(outcome).toMatchObject({ kind: 'api-error', message: expect.stringContaining('refused') });
    expect(outcome).not.toHaveProperty('httpStatus');
  });

  test('whose answer breaks off in the middle retries, and then reports an API error', async () => {
    await using place = await makePlace();
    await using model = await startScriptedModel({
      torn: [{ kind: 'answer', text: 'Hal', breakOff: 'cut' }],
    });
    const run = await runAgent(claude(), place, { env: variables(model.baseUrl('torn')) });
    expect(run.outcome.kind).toBe('api-error');
  });

  test('whose model refuses is refused', async () => {
    await using place = await makePlace();
    await using model = await startScriptedModel({
      no: [{ kind: 'answer', text: 'No.', stopReason: 'refusal' }],
    });
    const run = await runAgent(claude(), place, { env: variables(model.baseUrl('no')) });
    expect(run.outcome.kind).toBe('refused');
  });

  test('stops at its limit of turns', async () => {
    await using place = await makePlace();
    await using model = await startScriptedModel({
      loop: [{ kind: 'answer', call: { tool: 'shell', command: 'true' } }],
    });
    const run = await runAgent(claude({ maxTurns: 2 }), place, { env: variables(model.baseUrl('loop')) });
    expect(run.outcome).toMatchObject({ kind: 'turn-limit', message: expect.stringContaining('(2)') });
  });

  test('stops at its budget, and the overshoot is counted', async () => {
    await using place = await makePlace();
    await using model = await startScriptedModel({
      loop: [{ kind: 'answer', call: { tool: 'shell', command: 'true' } }],
    });
    const agent = claude({ maxBudgetUsd: 0.005 });
    const { outcome } = await runAgent(agent, place, { env: variables(model.baseUrl('loop')) });
    expect(outcome.kind).toBe('budget');
    expect(outcome.usage?.costUsd).toBeGreaterThan(0.005);
  });

  test('whose model never answers is ended at the idle limit, and nothing is left of it', async () => {
    await using place = await makePlace();
    await using model = await startScriptedModel({ silent: [{ kind: 'hang' }] });
    const limits = { idleMs: 4_000, totalMs: 60_000, graceMs: 2_000 };
    const run = await runAgent(claude(), place, { limits, env: variables(model.baseUrl('silent')) });
    expect(run.outcome).toMatchObject({ kind: 'idle', idleMs: 4_000 });
    expect(model.requests).toHaveLength(1);
    expect(run.survivors).toEqual([]);
  });

  test('whose model falls silent in the middle is ended at the idle limit', async () => {
    await using place = await makePlace();
    await using model = await startScriptedModel({
      stuck: [{ kind: 'answer', text: 'Hal', breakOff: 'stall' }],
    });
    const limits = { idleMs: 4_000, totalMs: 60_000, graceMs: 2_000 };
    const run = await runAgent(claude(), place, { limits, env: variables(model.baseUrl('stuck')) });
    expect(run.outcome.kind).toBe('idle');
    expect(run.survivors).toEqual([]);
  });

  test('that is cancelled takes a stubborn child of its tool with it', async () => {
    await using place = await makePlace();
    const child = "process.on('SIGTERM', () => {}); require('fs').writeFileSync('pid', String(process.pid));";
    await writeFile(join(place.home, 'stubborn.cjs'), `${child} setInterval(() => {}, 1_000);\n`);
    const command = `setsid ${process.execPath} ${join(place.home, 'stubborn.cjs')}`;
    await using model = await startScriptedModel({
      fork: [{ kind: 'answer', call: { tool: 'shell', command } }],
    });
    const stop = new AbortController();
    const written = pidWrittenTo(place, 'pid').finally(() => stop.abort());
    const run = await runAgent(claude(), place, {
      signal: stop.signal,
      env: variables(model.baseUrl('fork')),
    });
    expect(run.outcome.kind).toBe('cancelled');
    expect(identifyProcess(await written)).toBeUndefined();
    expect(run.survivors).toEqual([]);
  });
});

describe.skipIf(!present)('Claude Code that asks', { timeout: 90_000 }, () => {
  const agent = createClaudeAgent({ name: 'claude', program, model: 'claude-sonnet-4-5' });

  test('may work in the workspace and in TMPDIR, and is denied the rest with a reason', async () => {
    await using place = await makePlace();
    const outside = join(place.home, 'outside.txt');
    await symlink(place.home, join(place.workspace, 'link'));
    const write = (path: string) => ({
      kind: 'answer' as const,
      call: { tool: 'write' as const, path, content: 'x' },
    });
    const shell = (command: string) => ({
      kind: 'answer' as const,
      call: { tool: 'shell' as const, command },
    });
    await using model = await startScriptedModel({
      work: [
        write(join(place.workspace, 'in.txt')),
        write(join(place.environment['TMPDIR'] ?? '', 'in.txt')),
        write(outside),
        write(join(place.workspace, 'link', 'linked.txt')),
        shell(`echo x > ${outside}`),
        shell('node -e "process.stdout.write(String(40 + 2))" > out.txt 2> /dev/null; cat out.txt'),
        { kind: 'answer', text: 'Tried all.' },
      ],
    });
    const run = await runAgent(agent, place, { env: variables(model.baseUrl('work')) });
    expect(run.outcome).toMatchObject({ kind: 'finished', lastWords: 'Tried all.' });
    expect(run.outcome.denials).toEqual([
      `Write: ${outside}`,
      expect.stringMatching(/^Write: .*linked\.txt$/),
      `Bash: ${outside}`,
    ]);
    expect(existsSync(join(place.workspace, 'in.txt'))).toBe(true);
    expect(await readFile(join(place.workspace, 'out.txt'), 'utf8')).toBe('42');
    expect(existsSync(outside)).toBe(false);
    expect(existsSync(join(place.home, 'linked.txt'))).toBe(false);
    expect(JSON.stringify(model.requests.at(-1)?.body)).toContain(`${outside} is outside the workspace`);
    expect(model.faults).toEqual([]);
  });
});
