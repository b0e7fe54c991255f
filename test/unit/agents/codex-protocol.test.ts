import { describe, expect, test } from 'vitest';
import { decideCodexOutcome } from '../../../src/adapters/agents/codex/outcome.ts';
import {
  type Conversation,
  interruptTurn,
  openConversation,
  readServerLine,
} from '../../../src/adapters/agents/codex/protocol.ts';
import { agentOutcomeSchema } from '../../../src/domain/agent-outcome.ts';
import type { ProcessEnd } from '../../../src/ports/processes.ts';

const done: ProcessEnd = { kind: 'exited', code: 0 };

function talk(...messages: readonly object[]): {
  state: Conversation;
  events: readonly unknown[];
  sent: readonly unknown[];
} {
  let { state, send } = openConversation('/w', 'Do it.');
  const events: unknown[] = [];
  const sent = [...send];
  for (const message of [
    { id: 1, result: {} },
    { id: 2, result: { thread: { id: 't' } } },
    { id: 3, result: { turn: { id: 'u' } } },
    ...messages,
  ]) {
    const step = readServerLine(state, JSON.stringify(message));
    ({ state } = step);
    events.push(...step.events);
    sent.push(...step.send);
  }
  return { state, events, sent: sent.map((line) => JSON.parse(line) as unknown) };
}

const item = (type: string, more: object, method = 'item/completed', threadId = 't'): object => ({
  method,
  params: { item: { type, ...more }, threadId, turnId: 'u' },
});
const said = (text: string): object => item('agentMessage', { text });
const ended = (status: string, error: object | null = null): object => ({
  method: 'turn/completed',
  params: { threadId: 't', turn: { id: 'u', status, error } },
});
const failed = (message: string, codexErrorInfo: unknown): object =>
  ended('failed', { message, codexErrorInfo, additionalDetails: null });
const limits = (primary: object | null, secondary: object | null = null): object => ({
  method: 'account/rateLimits/updated',
  params: { rateLimits: { limitId: 'codex', primary, secondary } },
});
const reconnecting = {
  method: 'error',
  params: {
    error: {
      message: 'Reconnecting... waiting for network',
      codexErrorInfo: { responseStreamDisconnected: { httpStatusCode: null } },
      additionalDetails: 'Connection failed',
    },
    willRetry: true,
    threadId: 't',
  },
};
const waitingForLimit = {
  ...reconnecting,
  params: {
    ...reconnecting.params,
    error: {
      message: 'Reconnecting... 1/1',
      codexErrorInfo: { responseStreamDisconnected: { httpStatusCode: 429 } },
      additionalDetails: 'exceeded retry limit, last status: 429 Too Many Requests',
    },
  },
};
const running = item('commandExecution', { command: "/bin/bash -lc 'npm test'" }, 'item/started');

describe('the conversation with codex app-server', () => {
  test('introduces itself, starts a thread that leaves nothing behind, and hands over the brief', () => {
    expect(talk().sent).toEqual([
      {
        id: 1,
        method: 'initialize',
        params: { clientInfo: { name: 'pawl', title: 'Pawl', version: '1' } },
      },
      { method: 'initialized' },
      { id: 2, method: 'thread/start', params: { cwd: '/w', ephemeral: true } },
      {
        id: 3,
        method: 'turn/start',
        params: { threadId: 't', input: [{ type: 'text', text: 'Do it.' }] },
      },
    ]);
  });

  test('tells what is said, which tools are used and how many tokens it took', () => {
    const tokens = {
      inputTokens: 2_700,
      cachedInputTokens: 700,
      cacheWriteInputTokens: 0,
      outputTokens: 100,
    };
    const { state, events } = talk(
      said('Testing.'),
      running,
      said('Done.'),
      { method: 'thread/tokenUsage/updated', params: { threadId: 't', tokenUsage: { total: tokens } } },
      ended('completed'),
    );
    const usage = { inputTokens: 2_000, outputTokens: 100, cacheReadTokens: 700, cacheWriteTokens: 0 };
    expect(events).toEqual([
      { type: 'text', text: 'Testing.' },
      { type: 'tool', name: 'exec', detail: 'npm test' },
      { type: 'text', text: 'Done.' },
      { type: 'turn' },
      { type: 'usage', usage },
    ]);
    expect(decideCodexOutcome(state, done, '')).toEqual({
      kind: 'finished',
      claim: 'done',
      lastWords: 'Done.',
      usage,
    });
  });

  test.each([
    ['item/commandExecution/requestApproval', { cwd: '/w/src' }, { decision: 'accept' }],
    ['item/commandExecution/requestApproval', {}, { decision: 'accept' }],
    ['item/commandExecution/requestApproval', { cwd: '/world' }, { decision: 'decline' }],
    ['item/fileChange/requestApproval', { grantRoot: null }, { decision: 'accept' }],
    ['item/fileChange/requestApproval', { grantRoot: '/w/../etc' }, { decision: 'decline' }],
    ['item/permissions/requestApproval', {}, { permissions: {}, scope: 'turn' }],
    ['item/tool/requestUserInput', {}, { answers: {} }],
    ['mcpServer/elicitation/request', {}, { action: 'decline', content: null, _meta: null }],
  ])('answers %s about %j at once', (method, params, result) => {
    expect(talk({ id: 0, method, params }).sent.at(-1)).toEqual({ id: 0, result });
  });

  test('keeps what it declined, once', () => {
    const params = { cwd: '/world', command: 'rm -r .' };
    const question = { id: 0, method: 'item/commandExecution/requestApproval', params };
    expect(talk(question, question).state.denials).toEqual(['exec: rm -r . in /world']);
    expect(talk({ ...question, params: { cwd: '/w' } }).state.denials).toEqual([]);
  });

  test('answers a question it does not know with an error, so that nothing hangs', () => {
    expect(talk({ id: 'a', method: 'item/new', params: {} }).sent.at(-1)).toEqual({
      id: 'a',
      error: { code: -32_601, message: 'Pawl does not answer item/new' },
    });
  });

  test('interrupts a turn that is running, and only such a one', () => {
    expect(JSON.parse(interruptTurn(talk().state) ?? '')).toEqual({
      id: 4,
      method: 'turn/interrupt',
      params: { threadId: 't', turnId: 'u' },
    });
    expect(interruptTurn(openConversation('/w', '').state)).toBeUndefined();
    expect(interruptTurn(talk(ended('completed')).state)).toBeUndefined();
  });

  test('is not moved by odd lines or by other threads', () => {
    const { state } = talk(said('Mine.'));
    for (const line of [
      '',
      'not json',
      '{"method":',
      '[]',
      '{"method":"item/completed","params":7}',
      '{"method":"item/completed","params":{"item":{"type":"agentMessage","text":"Theirs."},"threadId":"x"}}',
      '{"method":"turn/completed","params":{"threadId":"x","turn":{"status":"completed"}}}',
    ]) {
      expect(readServerLine(state, line)).toEqual({ state, events: [], send: [] });
    }
  });
});

const full = { usedPercent: 100, resetsAt: 1_795_186_687 };
const week = { usedPercent: 40, resetsAt: 1_795_543_087 };
const tooMany = { responseTooManyFailedAttempts: { httpStatusCode: 429 } };

type Case = readonly [what: string, messages: readonly object[], outcome: object, end?: ProcessEnd];
const outcomes: readonly Case[] = [
  ['a message and a completed turn', [said('Done.'), ended('completed')], { kind: 'finished' }],
  ['no message', [ended('completed')], { kind: 'refused' }],
  ['only white space', [said(' \n'), ended('completed')], { kind: 'refused' }],
  ['no message after the last tool', [said('Hm.'), running, ended('completed')], { kind: 'refused' }],
  [
    'a completed turn, then a crash',
    [said('Done.'), ended('completed')],
    { kind: 'crashed', signal: 'SIGSEGV' },
    { kind: 'signalled', signal: 'SIGSEGV' },
  ],
  ['an interruption by nobody', [ended('interrupted')], { kind: 'crashed' }],
  ['an exit in the middle', [said('Hm.')], { kind: 'crashed', exitCode: 3 }, { kind: 'exited', code: 3 }],
  ['429', [failed('exceeded retry limit', tooMany)], { kind: 'rate-limited', resetsAt: undefined }],
  [
    'a usage limit with its windows',
    [limits(full, week), failed('limit', 'usageLimitExceeded')],
    { kind: 'rate-limited', resetsAt: 1_795_186_687_000 },
  ],
  [
    'two windows used up',
    [limits(full, { ...week, usedPercent: 101 }), failed('limit', 'usageLimitExceeded')],
    { kind: 'rate-limited', resetsAt: 1_795_543_087_000 },
  ],
  [
    'a limit that no window explains',
    [limits(week), limits(null), failed('limit', 'usageLimitExceeded')],
    { kind: 'rate-limited', resetsAt: undefined },
  ],
  [
    'a window that was full before',
    [limits(full), limits({ ...full, usedPercent: 3 }), failed('limit', 'rateLimitExceeded')],
    { kind: 'rate-limited', resetsAt: undefined },
  ],
  ['a spent quota', [failed('Quota exceeded. Check your plan.', 'usageLimitExceeded')], { kind: 'auth' }],
  ['401', [failed('unexpected', { httpConnectionFailed: { httpStatusCode: 401 } })], { kind: 'auth' }],
  ['403', [failed('unexpected', { httpConnectionFailed: { httpStatusCode: 403 } })], { kind: 'auth' }],
  ['no login', [failed('log in', 'unauthorized')], { kind: 'auth' }],
  [
    '529',
    [failed('busy', { httpConnectionFailed: { httpStatusCode: 529 } })],
    { kind: 'api-error', httpStatus: 529 },
  ],
  [
    'an overloaded server',
    [failed('busy', 'serverOverloaded')],
    { kind: 'api-error', httpStatus: undefined },
  ],
  ['a class from the future', [failed('new', { somethingNew: 1 })], { kind: 'api-error', message: 'new' }],
  ['a status from the future', [ended('paused')], { kind: 'api-error', message: 'the turn ended as paused' }],
  ['a full context', [failed('no room', 'contextWindowExceeded')], { kind: 'context-full' }],
  ['a spent budget', [failed('spent', 'sessionBudgetExceeded')], { kind: 'budget' }],
  ['a policy', [failed('blocked', 'cyberPolicy')], { kind: 'refused' }],
  [
    'an answer that was cut',
    [failed('Incomplete response returned, reason: max_output_tokens', 'other')],
    { kind: 'truncated' },
  ],
  [
    'a filtered answer',
    [failed('stream disconnected: Incomplete response returned, reason: content_filter', 'other')],
    { kind: 'refused' },
  ],
  [
    'a network that never comes',
    Array.from({ length: 3 }, () => reconnecting),
    { kind: 'api-error', message: 'Reconnecting... waiting for network (Connection failed)' },
  ],
  ['a request that is not understood', [{ id: 3, error: { message: 'no' } }], { kind: 'api-error' }],
  ['a stop', [said('Hm.')], { kind: 'cancelled', lastWords: 'Hm.' }, { kind: 'cancelled' }],
  ['silence', [], { kind: 'idle', idleMs: 5 }, { kind: 'idle', idleMs: 5 }],
  [
    'silence at a rate limit that it means to wait out',
    [waitingForLimit],
    { kind: 'rate-limited', message: expect.stringContaining('429') },
    { kind: 'idle', idleMs: 5 },
  ],
  [
    'silence after a retry that went well',
    [waitingForLimit, said('Back.')],
    { kind: 'idle', idleMs: 5 },
    { kind: 'idle', idleMs: 5 },
  ],
  ['the deadline', [ended('completed')], { kind: 'deadline' }, { kind: 'deadline', totalMs: 9 }],
  ['no program', [], { kind: 'unavailable' }, { kind: 'spawn-failed', message: 'no' }],
];

describe('the outcome of codex app-server', () => {
  test.each(outcomes.map(([what, ...rest]) => ({ what, rest })))('after $what', ({ rest }) => {
    const [messages, expected, end = done] = rest;
    const outcome = decideCodexOutcome(talk(...messages).state, end, '');
    expect({ resetsAt: undefined, httpStatus: undefined, ...outcome }).toMatchObject(expected);
    expect(agentOutcomeSchema.safeParse(outcome).success).toBe(true);
  });

  test('a counted retry is Codex’s own business, and progress starts the count of others anew', () => {
    const counted = { ...reconnecting.params.error, message: 'Reconnecting... 1/5' };
    const five = Array.from({ length: 5 }, () => ({
      ...reconnecting,
      params: { ...reconnecting.params, error: counted },
    }));
    const { state, events } = talk(...five, reconnecting, reconnecting, said('Back.'), reconnecting);
    expect(state.end).toBeUndefined();
    expect(events.at(-1)).toEqual({
      type: 'retrying',
      reason: 'Reconnecting... waiting for network (Connection failed)',
    });
  });
});
