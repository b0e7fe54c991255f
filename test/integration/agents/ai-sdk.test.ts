/** The built `pawl-coder` against a scripted model on loopback: no account, no network. `npm run build` comes first. */
import { existsSync } from 'node:fs';
import { readFile, watch, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type AiSdkProvider, createAiSdkAgent } from '../../../src/adapters/agents/ai-sdk/agent.ts';
import { identifyProcess } from '../../../src/adapters/process/process-table.ts';
import type { Agent } from '../../../src/ports/agent.ts';
import { type ScriptedModel, startScriptedModel, type Step } from '../../../src/testing/index.ts';
import { projectRoot } from '../../rig/pawl.ts';
import { makePlace, type Place, runAgent } from './agent-run.ts';

interface Settings {
  readonly provider?: AiSdkProvider;
  readonly maxSteps?: number;
  readonly maxOutputTokens?: number;
}

function coder(baseUrl: string, { provider = 'anthropic', ...settings }: Settings = {}): Agent {
  const root = projectRoot;
  return createAiSdkAgent({ name: 'coder', provider, model: 'scripted-1', baseUrl, root, ...settings });
}

const keys = { ANTHROPIC_API_KEY: 'dummy', OPENAI_API_KEY: 'dummy', GOOGLE_GENERATIVE_AI_API_KEY: 'dummy' };

function baseUrl(model: ScriptedModel, provider: AiSdkProvider = 'anthropic'): string {
  return `${model.baseUrl('script')}/${provider === 'google' ? 'v1beta' : 'v1'}`;
}

/** One attempt with a model that follows these steps. */
async function runWith(
  place: Place,
  steps: readonly [Step, ...Step[]],
  settings: Settings = {},
  options: Parameters<typeof runAgent>[2] = {},
) {
  await using model = await startScriptedModel({ script: steps });
  const run = await runAgent(coder(baseUrl(model, settings.provider), settings), place, {
    env: keys,
    ...options,
  });
  expect(model.faults).toEqual([]);
  expect(run.survivors).toEqual([]);
  return { ...run, requests: model.requests };
}

function error(status: number, type: string, headers: Readonly<Record<string, string>> = {}): Step {
  return { kind: 'error', status, type, message: `a scripted ${status}`, headers };
}

const providers = ['anthropic', 'openai', 'openai-compatible', 'google'] as const;

describe.each(providers)('the built-in agent with %s', (provider) => {
  test('writes a file, runs a command and finishes', async () => {
    await using place = await makePlace();
    const cached = { cacheReadTokens: 700 };
    const { outcome, events, requests } = await runWith(
      place,
      [
        { kind: 'answer', text: 'Writing.', call: { tool: 'write', path: 'a/b.txt', content: 'hello\n' } },
        {
          kind: 'answer',
          call: { tool: 'shell', command: 'tr a-z A-Z < a/b.txt > loud.txt' },
          usage: cached,
        },
        { kind: 'answer', text: 'Both files are there.' },
      ],
      { provider },
    );
    const usage = {
      inputTokens: 3_000,
      outputTokens: 150,
      cacheReadTokens: 700,
      cacheWriteTokens: 0,
      model: 'scripted-1',
    };
    expect(outcome).toEqual({ kind: 'finished', claim: 'done', lastWords: 'Both files are there.', usage });
    expect(events.filter((event) => event.type !== 'usage')).toEqual([
      { type: 'text', text: 'Writing.' },
      { type: 'tool', name: 'write', detail: 'a/b.txt' },
      { type: 'turn' },
      { type: 'tool', name: 'bash', detail: 'tr a-z A-Z < a/b.txt > loud.txt' },
      { type: 'turn' },
      { type: 'text', text: 'Both files are there.' },
      { type: 'turn' },
    ]);
    expect(events.findLast((event) => event.type === 'usage')).toEqual({ type: 'usage', usage });
    expect(await readFile(join(place.workspace, 'loud.txt'), 'utf8')).toBe('HELLO\n');
    expect(JSON.stringify(requests[0]?.body)).toContain('Do the task.');
  });

  test.each([
    [400, 'invalid_request_error', 'api-error', { httpStatus: 400 }, 1],
    [401, 'authentication_error', 'auth', {}, 1],
    [402, 'billing_error', 'auth', {}, 1],
    [403, 'permission_error', 'auth', {}, 1],
    [413, 'request_too_large', 'context-full', {}, 1],
    [500, 'api_error', 'api-error', { httpStatus: 500 }, 2],
    [529, 'overloaded_error', 'api-error', { httpStatus: 529 }, 2],
  ] as const)('a status of %i (%s) ends as %s', async (status, type, kind, more, count) => {
    await using place = await makePlace();
    const { outcome, events, requests } = await runWith(place, [error(status, type)], { provider });
    expect(outcome).toEqual({ kind, message: `a scripted ${status}`, lastWords: '', ...more });
    expect(requests).toHaveLength(count);
    const retrying = { type: 'retrying', reason: `HTTP status ${status}` };
    expect(events).toEqual(count === 1 ? [] : [retrying]);
  });

  test('a rate limit ends with the time the provider named, and with none where it named none', async () => {
    await using place = await makePlace();
    const soon = { 'retry-after': '1' };
    const began = Date.now();
    const limited = await runWith(place, [error(429, 'rate_limit_error', soon)], { provider });
    expect(limited.outcome).toMatchObject({ kind: 'rate-limited', message: 'a scripted 429' });
    const resetsAt = limited.outcome.kind === 'rate-limited' ? limited.outcome.resetsAt : undefined;
    expect(resetsAt).toBeGreaterThanOrEqual(began + 1_000);
    expect(resetsAt).toBeLessThanOrEqual(Date.now() + 1_000);
    expect(limited.requests).toHaveLength(2);
    const silent = await runWith(place, [error(429, 'rate_limit_error')], { provider });
    expect(silent.outcome).toEqual({ kind: 'rate-limited', message: 'a scripted 429', lastWords: '' });
  });

  test('a model that never answers is ended at the idle limit', async () => {
    await using place = await makePlace();
    const limits = { idleMs: 2_000, totalMs: 60_000, graceMs: 2_000 };
    const { outcome } = await runWith(place, [{ kind: 'hang' }], { provider }, { limits });
    expect(outcome).toMatchObject({ kind: 'idle', idleMs: 2_000 });
  });

  test('an answer that stalls is ended at the idle limit', async () => {
    await using place = await makePlace();
    const limits = { idleMs: 2_000, totalMs: 60_000, graceMs: 2_000 };
    const steps = [{ kind: 'answer', text: 'Hal', breakOff: 'stall' }] as const;
    expect((await runWith(place, steps, { provider }, { limits })).outcome.kind).toBe('idle');
  });

  test('an answer that is cut off is an API error, and no finish', async () => {
    await using place = await makePlace();
    const { outcome } = await runWith(place, [{ kind: 'answer', text: 'Hal', breakOff: 'cut' }], {
      provider,
    });
    expect(outcome.kind).toBe('api-error');
    expect(outcome).not.toHaveProperty('httpStatus');
  });

  test('an answer that ends with an error is an API error', async () => {
    await using place = await makePlace();
    const breakOff = { type: 'server_error', message: 'a scripted fault' };
    const { outcome } = await runWith(place, [{ kind: 'answer', text: 'Hal', breakOff }], { provider });
    expect(outcome).toMatchObject({
      kind: 'api-error',
      message: expect.stringContaining('a scripted fault'),
    });
  });

  test('stops at its limit of steps', async () => {
    await using place = await makePlace();
    const steps = [{ kind: 'answer', call: { tool: 'shell', command: 'true' } }] as const;
    const { outcome, requests } = await runWith(place, steps, { provider, maxSteps: 2 });
    expect(outcome).toMatchObject({ kind: 'turn-limit', message: 'the model was stopped after 2 answers' });
    expect(requests).toHaveLength(2);
  });

  test('a model that ends without a word has not finished', async () => {
    await using place = await makePlace();
    const { outcome } = await runWith(place, [{ kind: 'answer', text: '' }], { provider });
    expect(outcome).toMatchObject({ kind: 'refused', message: 'the model ended without a word' });
  });
});

describe('the built-in agent', () => {
  test.each([
    ['anthropic', 'refusal', 'refused'],
    ['openai-compatible', 'content_filter', 'refused'],
    ['openai', 'content_filter', 'refused'],
    ['anthropic', 'max_tokens', 'truncated'],
    ['openai-compatible', 'length', 'truncated'],
    ['openai', 'max_output_tokens', 'truncated'],
    ['anthropic', 'model_context_window_exceeded', 'context-full'],
    ['anthropic', 'pause_turn', 'crashed'],
  ] as const)('with %s, an answer that stops for %s ends as %s', async (provider, stopReason, kind) => {
    await using place = await makePlace();
    const { outcome } = await runWith(place, [{ kind: 'answer', text: 'No.', stopReason }], { provider });
    expect(outcome.kind).toBe(kind);
  });

  test('has the same beginning in every request, and asks Anthropic to cache it', async () => {
    await using place = await makePlace();
    const steps = [
      { kind: 'answer', call: { tool: 'shell', command: 'true' } },
      { kind: 'answer', text: 'Done.' },
    ] as const;
    const { requests } = await runWith(place, steps);
    const [first, second] = requests.map(({ body }) => body as Record<string, unknown>);
    expect(first?.['cache_control']).toEqual({ type: 'ephemeral' });
    expect(second).toMatchObject({ system: first?.['system'], tools: first?.['tools'] });
  });

  test('limits the length of an answer where it is told to', async () => {
    await using place = await makePlace();
    const { requests } = await runWith(place, [{ kind: 'answer', text: 'Done.' }], { maxOutputTokens: 321 });
    expect(requests[0]?.body).toMatchObject({ max_tokens: 321 });
  });

  test('tells the model why a call failed, and goes on', async () => {
    await using place = await makePlace();
    const steps = [
      { kind: 'answer', call: { tool: 'write', path: '../outside.txt', content: 'no' } },
      { kind: 'answer', call: { tool: 'named', name: 'no-such-tool', input: {} } },
      { kind: 'answer', text: 'Refused.' },
    ] as const;
    const { outcome, requests } = await runWith(place, steps);
    expect(outcome.kind).toBe('finished');
    expect(JSON.stringify(requests[1]?.body)).toContain('../outside.txt holds \\"..\\"');
    expect(JSON.stringify(requests[2]?.body)).toContain('no-such-tool');
    expect(existsSync(join(place.workspace, '..', 'outside.txt'))).toBe(false);
  });

  test('gives commands no key of the provider', async () => {
    await using place = await makePlace();
    const steps = [
      { kind: 'answer', call: { tool: 'shell', command: 'env > environment.txt' } },
      { kind: 'answer', text: 'Done.' },
    ] as const;
    await runWith(place, steps, {}, { env: { ANTHROPIC_API_KEY: 'very-secret', OTHER: 'visible' } });
    const environment = await readFile(join(place.workspace, 'environment.txt'), 'utf8');
    expect(environment).toContain('OTHER=visible');
    expect(environment).not.toContain('very-secret');
  });

  test('without a key asks nobody, and says which variable it wants', async () => {
    await using place = await makePlace();
    const run = await runWith(place, [{ kind: 'answer', text: 'Done.' }], {}, { env: {} });
    expect(run.outcome).toMatchObject({ kind: 'auth', message: 'the variable ANTHROPIC_API_KEY is not set' });
    expect(run.requests).toEqual([]);
  });

  test('needs no key for a local model', async () => {
    await using place = await makePlace();
    const settings = { provider: 'openai-compatible' } as const;
    const run = await runWith(place, [{ kind: 'answer', text: 'Done.' }], settings, { env: {} });
    expect(run.outcome.kind).toBe('finished');
  });

  test('that cannot connect reports an API error without a status', async () => {
    await using place = await makePlace();
    const agent = coder(`http://127.0.0.1:${await closedPort()}/v1`);
    const { outcome } = await runAgent(agent, place, { env: keys });
    expect(outcome.kind).toBe('api-error');
    expect(outcome).not.toHaveProperty('httpStatus');
  });

  test('that is cancelled takes a stubborn child of its command with it', async () => {
    await using place = await makePlace();
    const child = "process.on('SIGTERM', () => {}); require('fs').writeFileSync('pid', String(process.pid));";
    await writeFile(join(place.home, 'stubborn.cjs'), `${child} setInterval(() => {}, 1_000);\n`);
    const command = `setsid ${process.execPath} ${join(place.home, 'stubborn.cjs')}`;
    const stop = new AbortController();
    const written = pidWrittenTo(place, 'pid').finally(() => stop.abort());
    const steps = [{ kind: 'answer', call: { tool: 'shell', command } }] as const;
    const { outcome } = await runWith(place, steps, {}, { env: keys, signal: stop.signal });
    expect(outcome.kind).toBe('cancelled');
    expect(identifyProcess(await written)).toBeUndefined();
  });

  test('leaves nothing of what its commands left in the background', async () => {
    await using place = await makePlace();
    const steps = [
      { kind: 'answer', call: { tool: 'shell', command: 'setsid sleep 600 & echo $! > pid' } },
      { kind: 'answer', text: 'Done.' },
    ] as const;
    expect((await runWith(place, steps)).outcome.kind).toBe('finished');
    const pid = Number(await readFile(join(place.workspace, 'pid'), 'utf8'));
    expect(pid).toBeGreaterThan(0);
    expect(identifyProcess(pid)).toBeUndefined();
  });
});

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
