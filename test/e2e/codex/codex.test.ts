/** The real Codex program against a scripted model on loopback: no account, no network. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, watch, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createCodexAgent } from '../../../src/adapters/agents/codex/agent.ts';
import { identifyProcess } from '../../../src/adapters/process/process-table.ts';
import type { Agent } from '../../../src/ports/agent.ts';
import { type AgentRun, makePlace, type Place, runAgent } from '../../integration/agents/agent-run.ts';
import { startScriptedModel, type Step } from '../../../src/testing/index.ts';
import { isPresent, program, variables } from './program.ts';

const surfaces = ['app-server', 'exec'] as const;
type Surface = (typeof surfaces)[number];

function codex(surface: Surface, args: readonly string[] = []): Agent {
  return createCodexAgent({ name: 'codex', program, model: 'scripted', surface, args });
}

function error(status: number, type: string, headers: Readonly<Record<string, string>> = {}): Step {
  return { kind: 'error', status, type, message: `a scripted ${status}`, headers };
}

interface Ended extends AgentRun {
  readonly requests: number;
}

/** One run whose model follows the steps; nothing may be left of it. */
async function runWith(surface: Surface, ...steps: readonly [Step, ...Step[]]): Promise<Ended> {
  await using place = await makePlace();
  await using model = await startScriptedModel({ work: steps });
  const limits = { idleMs: 6_000, totalMs: 60_000, graceMs: 2_000 };
  const run = await runAgent(codex(surface), place, { limits, env: variables(model.baseUrl('work')) });
  expect(run.survivors).toEqual([]);
  expect(model.faults).toEqual([]);
  return { ...run, requests: model.requests.length };
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

describe.skipIf(!isPresent())('Codex', { timeout: 90_000 }, () => {
  test('is found with its version, without network', async () => {
    expect(await codex('app-server').probe()).toMatchObject({
      kind: 'ready',
      program,
      version: expect.stringMatching(/^codex-cli \d+\.\d+\.\d+/),
    });
  });

  describe.each(surfaces)('by %s', (surface) => {
    test('writes a file, runs a command and finishes', async () => {
      await using place = await makePlace();
      const write = 'echo hello > hello.txt';
      await using model = await startScriptedModel({
        work: [
          { kind: 'answer', text: 'Writing.', call: { tool: 'shell', command: write } },
          {
            kind: 'answer',
            call: { tool: 'shell', command: 'tr a-z A-Z < hello.txt > loud.txt' },
            usage: { cacheReadTokens: 700 },
          },
          { kind: 'answer', text: 'Both files are there.' },
        ],
      });
      const run = await runAgent(codex(surface), place, { env: variables(model.baseUrl('work')) });
      expect(run.outcome).toEqual({
        kind: 'finished',
        claim: 'done',
        lastWords: 'Both files are there.',
        usage: { inputTokens: 3_000, outputTokens: 150, cacheReadTokens: 700, cacheWriteTokens: 0 },
      });
      expect(run.events).toEqual(
        expect.arrayContaining([
          { type: 'text', text: 'Writing.' },
          { type: 'tool', name: 'exec', detail: write },
          { type: 'tool', name: 'exec', detail: 'tr a-z A-Z < hello.txt > loud.txt' },
        ]),
      );
      expect(await readFile(join(place.workspace, 'loud.txt'), 'utf8')).toBe('HELLO\n');
      expect(run.survivors).toEqual([]);
      expect(model.faults).toEqual([]);
    });

    test('leaves the user’s settings, login and sessions as they were', async () => {
      await using place = await makePlace();
      // Codex would note a repository that it may write to as trusted.
      execFileSync('git', ['init', '-q', place.workspace]);
      const home = join(place.home, '.codex');
      await mkdir(home);
      await writeFile(join(home, 'config.toml'), 'model_reasoning_effort = "low"\n');
      await using model = await startScriptedModel({ text: [{ kind: 'answer', text: 'Read.' }] });
      const run = await runAgent(codex(surface), place, { env: variables(model.baseUrl('text')) });
      expect(run.outcome.kind).toBe('finished');
      expect(await readFile(join(home, 'config.toml'), 'utf8')).toBe('model_reasoning_effort = "low"\n');
      const left = await readdir(home);
      expect(left.filter((name) => /sqlite|auth|sessions|history/.test(name))).toEqual([]);
    });

    test('takes a brief of 200 kB', async () => {
      await using place = await makePlace();
      await using model = await startScriptedModel({ text: [{ kind: 'answer', text: 'Read.' }] });
      const brief = `${'word '.repeat(40_000)}END-OF-BRIEF`;
      const run = await runAgent(codex(surface), place, { brief, env: variables(model.baseUrl('text')) });
      expect(run.outcome).toMatchObject({ kind: 'finished', lastWords: 'Read.' });
      expect(JSON.stringify(model.requests[0]?.body)).toContain(brief);
    });

    test('whose key is refused stops after one retry, for a person to act', async () => {
      const { outcome, requests } = await runWith(surface, error(401, 'invalid_api_key'));
      expect(outcome.kind).toBe('auth');
      expect(requests).toBe(2);
    });

    test('that is rate limited retries once, and then says so without a made-up time', async () => {
      const { outcome, events, requests } = await runWith(
        surface,
        error(429, 'rate_limit_exceeded', { 'retry-after': '1' }),
      );
      expect(outcome).toMatchObject({ kind: 'rate-limited', message: expect.stringContaining('429') });
      expect(outcome).not.toHaveProperty('resetsAt');
      expect(events.filter((event) => event.type === 'retrying')).toHaveLength(1);
      expect(requests).toBe(2);
    });

    test('that meets a failing service reports an API error', async () => {
      const { outcome } = await runWith(surface, error(500, 'server_error'));
      expect(outcome.kind).toBe('api-error');
    });

    test('that meets an overloaded service reports its status', async () => {
      const { outcome } = await runWith(surface, error(529, 'overloaded'));
      expect(outcome).toMatchObject({ kind: 'api-error', httpStatus: 529 });
    });

    test('that hit the usage limit says so, with the time of reset where the surface tells it', async () => {
      const reset = Math.floor(Date.now() / 1_000) + 3_600;
      const headers = {
        'x-codex-primary-used-percent': '100',
        'x-codex-primary-window-minutes': '300',
        'x-codex-primary-reset-at': String(reset),
      };
      const { outcome } = await runWith(surface, error(429, 'usage_limit_reached', headers));
      expect(outcome.kind).toBe('rate-limited');
      if (surface === 'app-server') expect(outcome).toMatchObject({ resetsAt: reset * 1_000 });
      else expect(outcome).not.toHaveProperty('resetsAt');
    });

    test('whose quota is spent needs a person', async () => {
      expect((await runWith(surface, error(429, 'insufficient_quota'))).outcome.kind).toBe('auth');
    });

    test('whose model refuses is refused', async () => {
      const steps: [Step, ...Step[]] = [
        { kind: 'answer', text: 'Looking.', call: { tool: 'shell', command: 'true' } },
        { kind: 'answer', text: 'No.', stopReason: 'refusal' },
      ];
      expect((await runWith(surface, ...steps)).outcome).toMatchObject({ kind: 'refused' });
    });

    test('whose answer is cut at its limit is truncated', async () => {
      const step: Step = { kind: 'answer', text: 'Hal', stopReason: 'max_output_tokens' };
      expect((await runWith(surface, step)).outcome.kind).toBe('truncated');
    });

    test('whose conversation outgrows the model has a full context', async () => {
      const full = { type: 'context_length_exceeded', message: 'too long' };
      expect((await runWith(surface, { kind: 'answer', breakOff: full })).outcome.kind).toBe('context-full');
    });

    test('whose connection is cut in the middle retries once, and then reports an API error', async () => {
      const { outcome, requests } = await runWith(surface, { kind: 'answer', text: 'Hal', breakOff: 'cut' });
      expect(outcome.kind).toBe('api-error');
      expect(requests).toBe(2);
    });

    test.each<Step>([{ kind: 'hang' }, { kind: 'answer', text: 'Hal', breakOff: 'stall' }])(
      'whose model falls silent is ended at the idle limit: %j',
      async (step) => {
        const { outcome, requests } = await runWith(surface, step);
        expect(outcome).toMatchObject({ kind: 'idle', idleMs: 6_000 });
        expect(requests).toBe(1);
      },
    );

    test('that is cancelled takes a stubborn child of its tool with it', async () => {
      await using place = await makePlace();
      const child =
        "process.on('SIGTERM', () => {}); require('fs').writeFileSync('pid', String(process.pid));";
      await writeFile(join(place.home, 'stubborn.cjs'), `${child} setInterval(() => {}, 1_000);\n`);
      const command = `setsid ${process.execPath} ${join(place.home, 'stubborn.cjs')}`;
      await using model = await startScriptedModel({
        fork: [{ kind: 'answer', call: { tool: 'shell', command } }],
      });
      const stop = new AbortController();
      const written = pidWrittenTo(place, 'pid').finally(() => stop.abort());
      const run = await runAgent(codex(surface), place, {
        signal: stop.signal,
        env: variables(model.baseUrl('fork')),
      });
      expect(run.outcome.kind).toBe('cancelled');
      expect(identifyProcess(await written)).toBeUndefined();
      expect(run.survivors).toEqual([]);
    });
  });

  test('that cannot connect is given up, although it would wait for ever', async () => {
    await using place = await makePlace();
    const env = { OPENAI_API_KEY: 'dummy', OPENAI_BASE_URL: `http://127.0.0.1:${await closedPort()}/v1` };
    const { outcome, survivors } = await runAgent(codex('app-server'), place, { env });
    expect(outcome).toMatchObject({ kind: 'api-error', message: expect.stringContaining('network') });
    expect(survivors).toEqual([]);
  });

  test('that is cancelled before it began is cancelled', async () => {
    await using place = await makePlace();
    const run = await runAgent(codex('app-server'), place, { signal: AbortSignal.abort() });
    expect(run.outcome.kind).toBe('cancelled');
    expect(run.survivors).toEqual([]);
  });

  test('is asked to interrupt its turn before its processes are ended', async () => {
    await using place = await makePlace();
    await using model = await startScriptedModel({
      slow: [{ kind: 'answer', call: { tool: 'shell', command: 'echo $$ > pid; exec sleep 600' } }],
    });
    const stop = new AbortController();
    const written = pidWrittenTo(place, 'pid').finally(() => stop.abort());
    const run = await runAgent(codex('app-server'), place, {
      signal: stop.signal,
      env: variables(model.baseUrl('slow')),
    });
    expect(run.outcome.kind).toBe('cancelled');
    expect(identifyProcess(await written)).toBeUndefined();
    expect(await readFile(join(place.home, 'agent.log'), 'utf8')).toContain('"status":"interrupted"');
  });

  test('takes another provider from the arguments', async () => {
    await using place = await makePlace();
    await using model = await startScriptedModel({ other: [{ kind: 'answer', text: 'From elsewhere.' }] });
    const provider = `model_providers.mine={name="mine",base_url="${model.baseUrl('other')}/v1",env_key="MY_KEY",wire_api="responses"}`;
    const agent = codex('app-server', ['-c', 'model_provider="mine"', '-c', provider]);
    const run = await runAgent(agent, place, { env: { MY_KEY: 'dummy', OPENAI_API_KEY: 'dummy' } });
    expect(run.outcome).toMatchObject({ kind: 'finished', lastWords: 'From elsewhere.' });
  });
});
