/** The built-in agent with each provider, in that provider's own protocol. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makePlace } from './agent-run.ts';
import { error, runWith } from './coder-run.ts';

const providers = ['anthropic', 'openai', 'openai-compatible', 'google'] as const;

// Most of the time is waiting: for a retry, or for an idle limit.
describe.concurrent.each(providers)('the built-in agent with %s', (provider) => {
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
    [401, 'authentication_error', 'auth', {}, 1],
    [500, 'api_error', 'api-error', { httpStatus: 500 }, 2],
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

describe.concurrent('the built-in agent', () => {
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
});
