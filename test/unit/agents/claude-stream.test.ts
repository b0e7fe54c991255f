import { describe, expect, test } from 'vitest';
import { decideClaudeOutcome } from '../../../src/adapters/agents/claude/outcome.ts';
import { initialClaudeState, readClaudeLine } from '../../../src/adapters/agents/claude/stream.ts';
import type { ClaudeState } from '../../../src/adapters/agents/claude/stream.ts';
import { addUsage } from '../../../src/domain/usage.ts';
import type { AgentEvent } from '../../../src/ports/agent.ts';
import type { ProcessEnd } from '../../../src/ports/processes.ts';

const done: ProcessEnd = { kind: 'exited', code: 0 };
const failed: ProcessEnd = { kind: 'exited', code: 1 };

function read(...lines: readonly unknown[]): { state: ClaudeState; events: AgentEvent[] } {
  const events: AgentEvent[] = [];
  let state = initialClaudeState;
  for (const line of lines) {
    const step = readClaudeLine(state, typeof line === 'string' ? line : JSON.stringify(line));
    state = step.state;
    events.push(...step.events);
  }
  return { state, events };
}

function says(text: string, id = 'msg_1', usage: object = {}): object {
  return {
    type: 'assistant',
    parent_tool_use_id: null,
    message: { id, content: [{ type: 'text', text }], usage },
  };
}

function result(fields: object = {}): object {
  return { type: 'result', subtype: 'success', is_error: false, result: 'All done', ...fields };
}

function modelUsage(tokens: number, costUSD: number): object {
  return {
    inputTokens: tokens,
    outputTokens: 1,
    cacheReadInputTokens: 2,
    cacheCreationInputTokens: 3,
    costUSD,
  };
}

function seen(events: readonly AgentEvent[]): readonly AgentEvent[] {
  return events.filter(({ type }) => type !== 'turn' && type !== 'usage');
}

describe('what a person sees of a run', () => {
  test('text and tool calls become events, with the telling argument of the call', () => {
    const call = { type: 'tool_use', name: 'Bash', input: { description: 'list files', command: 'ls -l' } };
    const { events } = read(says('Working on it.'), { type: 'assistant', message: { content: [call] } });
    expect(seen(events)).toEqual([
      { type: 'text', text: 'Working on it.' },
      { type: 'tool', name: 'Bash', detail: 'ls -l' },
    ]);
  });

  test('a call without a well-known argument shows its input', () => {
    const call = { type: 'tool_use', name: 'TaskStop', input: { id: 7 } };
    const { events } = read({ type: 'assistant', message: { content: [call] } });
    expect(events).toEqual([{ type: 'tool', name: 'TaskStop', detail: '{"id":7}' }]);
  });

  test('a retry of the API is named with its status and count', () => {
    const retry = {
      subtype: 'api_retry',
      attempt: 1,
      max_retries: 2,
      retry_delay_ms: 616.4,
      error_status: 429,
    };
    const { events } = read({ type: 'system', ...retry, error: 'rate_limit' });
    expect(events).toEqual([
      { type: 'retrying', reason: 'rate_limit (HTTP 429): retry 1 of 2, next in 616 ms' },
    ]);
  });

  test('a denied permission is shown with its reason', () => {
    const denial = {
      subtype: 'permission_denied',
      tool_name: 'Write',
      decision_reason: 'outside the folder',
    };
    const { events } = read({ type: 'system', ...denial });
    expect(events).toEqual([{ type: 'tool', name: 'Write', detail: 'denied: outside the folder' }]);
  });

  test('a very long text is shown cut', () => {
    const { events } = read(says('x'.repeat(50_000)));
    expect(seen(events)).toEqual([{ type: 'text', text: `${'x'.repeat(1_999)}…` }]);
  });
});

describe('lines that mean nothing', () => {
  test.each([
    ['an empty line', ''],
    ['plain text', 'API Error: 500 Internal server error.'],
    ['half a JSON object', '{"type":"result","subtype":"succ'],
    ['an unknown event', '{"type":"from_the_future","is_error":false}'],
    ['JSON that is no object', '[{"type":"result"}]'],
    ['a result without a verdict', '{"type":"result","subtype":"success"}'],
  ])('%s changes nothing', (_name, line) => {
    expect(read(line)).toEqual({ state: initialClaudeState, events: [] });
  });

  test('fields of another type than expected do not hide the verdict', () => {
    const odd = {
      api_error_status: 'none',
      modelUsage: [],
      errors: 5,
      total_cost_usd: 'free',
      stop_reason: {},
    };
    expect(decideClaudeOutcome(read(result(odd)).state, done, '')).toEqual({
      kind: 'finished',
      claim: 'done',
      lastWords: 'All done',
    });
  });
});

describe('what counts as finished', () => {
  test('a result event without error and exit code 0', () => {
    const { state } = read(says('Working on it.'), result());
    const outcome = decideClaudeOutcome(state, done, '');
    expect(outcome).toMatchObject({ kind: 'finished', claim: 'done', lastWords: 'All done' });
  });

  test('exit code 0 without a result event is a crash', () => {
    expect(decideClaudeOutcome(read(says('Working on it.')).state, done, 'went away\n')).toEqual({
      kind: 'crashed',
      exitCode: 0,
      message: 'claude ended without a result event (exit code 0): went away',
      lastWords: 'Working on it.',
      usage: { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 },
    });
  });

  test('a good result followed by a bad exit is a crash', () => {
    const { state } = read(result());
    expect(decideClaudeOutcome(state, failed, '')).toMatchObject({ kind: 'crashed', exitCode: 1 });
    expect(decideClaudeOutcome(state, { kind: 'signalled', signal: 'SIGKILL' }, '')).toEqual({
      kind: 'crashed',
      signal: 'SIGKILL',
      message: 'claude did not end well after its result event (ended by SIGKILL)',
      lastWords: 'All done',
    });
  });

  test('an error is an error although its subtype says success and the exit code says 0', () => {
    const { state } = read(result({ is_error: true, terminal_reason: 'api_error', api_error_status: 529 }));
    expect(decideClaudeOutcome(state, done, '')).toMatchObject({ kind: 'api-error', httpStatus: 529 });
  });

  test('a result with another subtype is not finished, error or not', () => {
    const { state } = read(result({ subtype: 'error_during_execution' }));
    expect(decideClaudeOutcome(state, done, '')).toMatchObject({ kind: 'crashed' });
  });
});

describe('errors by kind', () => {
  test.each([
    ['turn-limit', { subtype: 'error_max_turns', terminal_reason: 'max_turns' }],
    ['budget', { subtype: 'error_max_budget_usd', terminal_reason: 'budget_exhausted' }],
    ['context-full', { terminal_reason: 'prompt_too_long', api_error_status: 400 }],
    ['truncated', { terminal_reason: 'api_error', api_error: 'max_output_tokens' }],
    ['refused', { terminal_reason: 'api_error', stop_reason: 'refusal' }],
    ['rate-limited', { terminal_reason: 'api_error', api_error_status: 429 }],
    ['rate-limited', { terminal_reason: 'api_error', api_error: 'usage_limit_reached' }],
    ['auth', { terminal_reason: 'api_error', api_error_status: 401 }],
    ['auth', { terminal_reason: 'api_error', api_error_status: 403 }],
    ['api-error', { terminal_reason: 'api_error', api_error_status: 500 }],
    ['api-error', { terminal_reason: 'api_error', api_error: 'connection_failed' }],
    ['crashed', { subtype: 'error_during_execution', terminal_reason: 'aborted_tools' }],
    ['crashed', { subtype: 'error_of_another_kind' }],
  ])('%s from %j', (kind, fields) => {
    const { state } = read(result({ is_error: true, ...fields }));
    expect(decideClaudeOutcome(state, failed, '').kind).toBe(kind);
  });

  test('an error that only lists messages has them as its message', () => {
    const fields = {
      is_error: true,
      subtype: 'error_max_turns',
      result: undefined,
      errors: ['Too many', 'turns'],
    };
    expect(decideClaudeOutcome(read(result(fields)).state, failed, '')).toMatchObject({
      kind: 'turn-limit',
      message: 'Too many\nturns',
    });
  });

  test('not being logged in, which has no status, is known by the class of the error message', () => {
    const error = { ...says('Not logged in'), is_api_error_message: true, error: 'authentication_failed' };
    const { state } = read(error, result({ is_error: true, terminal_reason: 'api_error' }));
    expect(decideClaudeOutcome(state, failed, '').kind).toBe('auth');
  });

  test('an error that was overcome does not colour a later one', () => {
    const error = { ...says('Not logged in'), is_api_error_message: true, error: 'authentication_failed' };
    const last = result({ is_error: true, terminal_reason: 'api_error', api_error_status: 500 });
    expect(decideClaudeOutcome(read(error, says('Hello again'), last).state, failed, '').kind).toBe(
      'api-error',
    );
  });

  test('the time at which a limit ends is kept in milliseconds, while the limit holds', () => {
    const limit = (status: string): object => ({
      type: 'rate_limit_event',
      rate_limit_info: { status, resetsAt: 1_795_159_989 },
    });
    const last = result({ is_error: true, terminal_reason: 'api_error', api_error_status: 429 });
    const held = decideClaudeOutcome(read(limit('rejected'), last).state, failed, '');
    expect(held).toMatchObject({ kind: 'rate-limited', resetsAt: 1_795_159_989_000 });
    const lifted = decideClaudeOutcome(read(limit('rejected'), limit('allowed'), last).state, failed, '');
    expect(lifted).not.toHaveProperty('resetsAt');
  });
});

describe('ends that were not the agent’s own', () => {
  test.each([
    [{ kind: 'idle', idleMs: 5 } as const, { kind: 'idle', idleMs: 5 }],
    [{ kind: 'deadline', totalMs: 9 } as const, { kind: 'deadline', totalMs: 9 }],
    [{ kind: 'cancelled' } as const, { kind: 'cancelled' }],
    [{ kind: 'spawn-failed', message: 'no claude' } as const, { kind: 'unavailable', message: 'no claude' }],
  ])('%j keeps the last words', (end, expected) => {
    const { state } = read(says('Working on it.'));
    expect(decideClaudeOutcome(state, end, '')).toMatchObject({ ...expected, lastWords: 'Working on it.' });
  });

  test('a result does not make up for being ended by force', () => {
    const { state } = read(result());
    expect(decideClaudeOutcome(state, { kind: 'idle', idleMs: 5 }, '').kind).toBe('idle');
  });
});

describe('last words', () => {
  test('are those of the main conversation, not of a subagent', () => {
    const subagent = { ...says('I am only a part', 'msg_2'), parent_tool_use_id: 'toolu_1' };
    const outcome = decideClaudeOutcome(read(says('The main one'), subagent).state, done, '');
    expect(outcome.lastWords).toBe('The main one');
  });

  test('hold 4,000 characters at most, the end of them', () => {
    const outcome = decideClaudeOutcome(read(result({ result: `${'x'.repeat(9_000)}end` })).state, done, '');
    expect(outcome.lastWords).toBe(`${'x'.repeat(3_997)}end`);
  });
});

describe('usage', () => {
  const counted = { inputTokens: 10, outputTokens: 1, cacheReadTokens: 2, cacheWriteTokens: 3 };

  test('is summed over models and over results of the same process', () => {
    const first = result({
      model_usage_since_last_result: { a: modelUsage(10, 0.5), b: modelUsage(20, 0.25) },
    });
    const second = result({ model_usage_since_last_result: { a: modelUsage(5, 0.25) }, total_cost_usd: 99 });
    expect(decideClaudeOutcome(read(first, second).state, done, '').usage).toEqual({
      inputTokens: 35,
      outputTokens: 3,
      cacheReadTokens: 6,
      cacheWriteTokens: 9,
      costUsd: 1,
      model: 'a',
    });
  });

  test('comes from the totals where the difference is not reported', () => {
    const fields = { modelUsage: { a: modelUsage(10, 0.5) }, total_cost_usd: 0.75 };
    const { state, events } = read(result(fields));
    expect(decideClaudeOutcome(state, done, '').usage).toEqual({ ...counted, costUsd: 0.75, model: 'a' });
    expect(events).toEqual([{ type: 'usage', usage: { ...counted, costUsd: 0.75, model: 'a' } }]);
  });

  test('of a run that was ended is what its messages add up to, each message once', () => {
    const usage = { input_tokens: 5, output_tokens: 1, cache_read_input_tokens: 2 };
    const lines = [
      says('one', 'msg_1', usage),
      says('more of one', 'msg_1', usage),
      says('two', 'msg_2', usage),
    ];
    const outcome = decideClaudeOutcome(read(...lines).state, { kind: 'idle', idleMs: 5 }, '');
    expect(outcome.usage).toEqual({
      inputTokens: 10,
      outputTokens: 2,
      cacheReadTokens: 4,
      cacheWriteTokens: 0,
    });
  });

  test('is told with every answer of the model, as far as it is known', () => {
    const usage = { input_tokens: 5, output_tokens: 1, cache_read_input_tokens: 2 };
    const { events } = read(says('one', 'msg_1', usage), says('two', 'msg_2', usage));
    const told = { inputTokens: 5, outputTokens: 1, cacheReadTokens: 2, cacheWriteTokens: 0 };
    expect(events).toEqual([
      { type: 'turn' },
      { type: 'usage', usage: told },
      { type: 'text', text: 'one' },
      { type: 'turn' },
      { type: 'usage', usage: addUsage(told, told) },
      { type: 'text', text: 'two' },
    ]);
  });

  test('is absent where nothing was reported', () => {
    expect(decideClaudeOutcome(initialClaudeState, failed, '')).not.toHaveProperty('usage');
  });
});
