import { describe, expect, test } from 'vitest';
import { aiSdkEnvironmentNames } from '../../../src/adapters/agents/ai-sdk/agent.ts';
import { initialCoderState, readCoderLine } from '../../../src/adapters/agents/ai-sdk/lines.ts';
import { decideCoderOutcome } from '../../../src/adapters/agents/ai-sdk/outcome.ts';
import { agentConfigSchema } from '../../../src/adapters/agents/registry.ts';
import { providers } from '../../../src/coder/packages.ts';
import type { ProcessEnd } from '../../../src/ports/processes.ts';

const well: ProcessEnd = { kind: 'exited', code: 0 };
const badly: ProcessEnd = { kind: 'exited', code: 1 };

function read(lines: readonly (object | string)[], end: ProcessEnd = well) {
  let state = initialCoderState;
  const events: unknown[] = [];
  for (const line of lines) {
    const step = readCoderLine(state, typeof line === 'string' ? line : JSON.stringify(line));
    ({ state } = step);
    events.push(...step.events);
  }
  return { outcome: decideCoderOutcome(state, end, 'on standard error'), events };
}

const usage = { inputTokens: 300, outputTokens: 50, cacheReadTokens: 700, cacheWriteTokens: 0 };
const turn = { type: 'turn', model: 'm-1', usage };
const said = { type: 'text', text: 'Done.' };
const ending = { type: 'end', finishReason: 'stop', rawFinishReason: 'end_turn', steps: 2, text: 'Done.' };

describe('the lines of pawl-coder', () => {
  test('become events, and usage of the attempt so far', () => {
    const tool = { type: 'tool', name: 'bash', detail: 'npm test' };
    const failed = { type: 'tool-failed', name: 'bash', message: 'no' };
    const sum = { inputTokens: 600, outputTokens: 100, cacheReadTokens: 1_400, cacheWriteTokens: 0 };
    const writing = { type: 'writing', characters: 4_000 };
    const retrying = { type: 'retrying', reason: 'HTTP status 529' };
    expect(read([tool, turn, failed, retrying, writing, said, turn, ending])).toEqual({
      events: [
        tool,
        { type: 'turn' },
        { type: 'usage', usage: { ...usage, model: 'm-1' } },
        retrying,
        { type: 'text', text: '[writing: 4000 characters so far]' },
        said,
        { type: 'turn' },
        { type: 'usage', usage: { ...sum, model: 'm-1' } },
      ],
      outcome: { kind: 'finished', claim: 'done', lastWords: 'Done.', usage: { ...sum, model: 'm-1' } },
    });
  });

  test('tell what was denied, each once', () => {
    const denied = { type: 'denied', message: '/etc/hosts is outside of the workspace' };
    const { outcome, events } = read([denied, denied, said, ending]);
    expect(outcome.denials).toEqual(['files: /etc/hosts is outside of the workspace']);
    expect(events).toEqual([said]);
  });

  test('that are not of the protocol change nothing', () => {
    const strange = ['', 'null', '[]', '{"type":"end"}', '{"type":"finished"}', 'Warning: {"type":"end"}'];
    expect(read(strange)).toEqual({
      events: [],
      outcome: {
        kind: 'crashed',
        exitCode: 0,
        message: 'pawl-coder ended before the model did (exit code 0): on standard error',
        lastWords: '',
      },
    });
  });
});

describe('a run of pawl-coder', () => {
  test.each([
    ['stop', { rawFinishReason: 'end_turn' }, 'finished'],
    ['stop', { text: ' \n' }, 'refused'],
    ['stop', { rawFinishReason: 'pause_turn' }, 'crashed'],
    ['length', { rawFinishReason: 'max_tokens' }, 'truncated'],
    ['length', { rawFinishReason: 'model_context_window_exceeded' }, 'context-full'],
    ['content-filter', { rawFinishReason: 'refusal' }, 'refused'],
    ['tool-calls', {}, 'turn-limit'],
    ['interrupted', {}, 'api-error'],
    ['error', {}, 'crashed'],
    ['other', {}, 'crashed'],
    ['a reason of the future', {}, 'crashed'],
  ])('whose model ended with %s %j is %s', (finishReason, more, kind) => {
    expect(read([said, { ...ending, finishReason, ...more }]).outcome.kind).toBe(kind);
  });

  test.each([
    [{ status: 401 }, 'auth'],
    [{ status: 402 }, 'auth'],
    [{ status: 403 }, 'auth'],
    [{ codes: ['missing-key'] }, 'auth'],
    [{ status: 429, codes: ['insufficient_quota'] }, 'auth'],
    [{ status: 400, message: 'Your credit balance is too low to access the API.' }, 'auth'],
    [{ status: 400, codes: ['INVALID_ARGUMENT', 'API_KEY_INVALID'] }, 'auth'],
    [{ status: 429 }, 'rate-limited'],
    [{ codes: ['rate_limit_error'] }, 'rate-limited'],
    [{ status: 400, codes: ['context_length_exceeded'] }, 'context-full'],
    [{ status: 400, message: 'prompt is too long: 210000 tokens > 200000 maximum' }, 'context-full'],
    [{ status: 400, message: "This model's maximum context length is 8192 tokens." }, 'context-full'],
    [{ status: 413 }, 'context-full'],
    [{ status: 400 }, 'api-error'],
    [{ status: 404 }, 'api-error'],
    [{ status: 500 }, 'api-error'],
    [{ status: 529, codes: ['overloaded_error'] }, 'api-error'],
    [{ codes: ['overloaded_error'] }, 'api-error'],
    [{ codes: ['connection'] }, 'api-error'],
    [{}, 'crashed'],
  ])('with an error %j is %s', (error, kind) => {
    const line = { type: 'error', message: 'it failed', codes: [], ...error };
    const { outcome } = read([said, turn, line], badly);
    expect(outcome).toMatchObject({ kind, usage: { inputTokens: 300 }, lastWords: 'Done.' });
    expect(outcome).not.toHaveProperty('resetsAt');
    const httpStatus = 'httpStatus' in outcome ? outcome.httpStatus : undefined;
    expect(httpStatus).toBe(kind === 'api-error' && 'status' in error ? error.status : undefined);
  });

  test('knows when a limit resets where the provider said so', () => {
    const error = {
      type: 'error',
      status: 429,
      message: 'slow down',
      codes: [],
      resetsAt: 1_700_000_000_000,
    };
    expect(read([error], badly).outcome).toEqual({
      kind: 'rate-limited',
      resetsAt: 1_700_000_000_000,
      message: 'slow down',
      lastWords: '',
    });
  });

  test('that had nothing to work with is unavailable', () => {
    const end: ProcessEnd = { kind: 'exited', code: 2 };
    const { outcome } = read([{ type: 'unable', message: 'ai is not installed' }], end);
    expect(outcome).toEqual({ kind: 'unavailable', message: 'ai is not installed', lastWords: '' });
  });

  test.each<[ProcessEnd, string]>([
    [{ kind: 'idle', idleMs: 1 }, 'idle'],
    [{ kind: 'deadline', totalMs: 1 }, 'deadline'],
    [{ kind: 'cancelled' }, 'cancelled'],
    [{ kind: 'spawn-failed', message: 'no' }, 'unavailable'],
    [badly, 'crashed'],
    [{ kind: 'signalled', signal: 'SIGKILL' }, 'crashed'],
  ])('has not finished when its process ended by %j, whatever it said', (end, kind) => {
    expect(read([said, ending], end).outcome.kind).toBe(kind);
  });
});

test('the program and its adapter know the same providers', () => {
  for (const provider of providers) {
    const entry = { kind: 'ai-sdk', provider, model: 'm', baseUrl: 'http://127.0.0.1/v1' };
    expect(agentConfigSchema.safeParse(entry).success).toBe(true);
    const keys = aiSdkEnvironmentNames(provider, undefined).filter((name) => name.endsWith('_API_KEY'));
    expect(keys).toHaveLength(provider === 'openai-compatible' ? 0 : 1);
  }
  const entries = agentConfigSchema.options.map((option) => option.shape);
  const own = entries.find((shape) => shape.kind.value === 'ai-sdk');
  expect(own !== undefined && 'provider' in own && own.provider.options).toEqual(providers);
});
