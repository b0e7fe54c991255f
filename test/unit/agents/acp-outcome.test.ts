import { describe, expect, test } from 'vitest';
import { recordOf } from '../../../src/adapters/agents/acp/opencode.ts';
import { type AcpEvidence, decideAcpOutcome } from '../../../src/adapters/agents/acp/outcome.ts';
import { openAcp, readAcpLine } from '../../../src/adapters/agents/acp/protocol.ts';
import { agentOutcomeSchema } from '../../../src/domain/agent-outcome.ts';

const opened = [
  '{"jsonrpc":"2.0","id":0,"result":{"protocolVersion":1}}',
  '{"jsonrpc":"2.0","id":1,"result":{"sessionId":"s"}}',
];
const said =
  '{"jsonrpc":"2.0","method":"session/update","params":{"sessionId":"s","update":{"sessionUpdate":"agent_message_chunk","content":{"type":"text","text":"Done."}}}}';
const called =
  '{"jsonrpc":"2.0","method":"session/update","params":{"sessionId":"s","update":{"sessionUpdate":"tool_call","toolCallId":"t","title":"ls","kind":"execute","status":"in_progress"}}}';
const stop = (reason: string): string => `{"jsonrpc":"2.0","id":2,"result":{"stopReason":"${reason}"}}`;
const failed = (error: string, id = 2): string => `{"jsonrpc":"2.0","id":${id},"error":${error}}`;
const info = (meta: string): string =>
  `{"jsonrpc":"2.0","method":"session/update","params":{"sessionId":"s","update":{"sessionUpdate":"session_info_update","_meta":${meta}}}}`;

function decide(lines: readonly string[], more: Partial<AcpEvidence> = {}) {
  let { state } = openAcp({ folders: ['/w'], brief: 'Do it.', mcpServers: [] });
  for (const line of lines) ({ state } = readAcpLine(state, line));
  const outcome = decideAcpOutcome({
    state,
    end: { kind: 'exited', code: 0 },
    cancelled: false,
    complaint: '',
    ...more,
  });
  expect(agentOutcomeSchema.parse(outcome)).toEqual(outcome);
  return outcome;
}

describe('how a run over the protocol ended', () => {
  test.each<readonly [string, readonly string[], object]>([
    ['an end of turn with words', [said, stop('end_turn')], { kind: 'finished', lastWords: 'Done.' }],
    ['an end of turn without words', [stop('end_turn')], { kind: 'crashed' }],
    ['words, a tool, and no more words', [said, called, stop('end_turn')], { kind: 'crashed' }],
    ['a tool, then words', [called, said, stop('end_turn')], { kind: 'finished' }],
    ['the output limit', [said, stop('max_tokens')], { kind: 'truncated' }],
    ['the limit of turns', [said, stop('max_turn_requests')], { kind: 'turn-limit' }],
    ['a refusal', [said, stop('refusal')], { kind: 'refused' }],
    ['a cancel that nobody asked for', [said, stop('cancelled')], { kind: 'crashed' }],
    ['a reason of a later version', [said, stop('tired')], { kind: 'crashed' }],
    ['a result without a reason', [said, '{"jsonrpc":"2.0","id":2,"result":{}}'], { kind: 'crashed' }],
    ['no answer at all', [said], { kind: 'crashed', exitCode: 0 }],
    ['a status as the code', [failed('{"code":429,"message":"slow down"}')], { kind: 'rate-limited' }],
    ['a refused key as the code', [failed('{"code":401,"message":"no"}')], { kind: 'auth' }],
    [
      'another status as the code',
      [failed('{"code":500,"message":"down"}')],
      { kind: 'api-error', httpStatus: 500, message: 'down' },
    ],
    ['the code for a login', [failed('{"code":-32000,"message":"log in"}')], { kind: 'auth' }],
    [
      'a class in the data',
      [failed('{"code":-32603,"message":"x","data":{"errorKind":"rate_limit"}}')],
      { kind: 'rate-limited' },
    ],
    [
      'an error of the provider without a status',
      [failed('{"code":-32603,"message":"x","data":{"errorName":"APIError"}}')],
      { kind: 'api-error' },
    ],
    [
      'a status in the data',
      [failed('{"code":-32603,"message":"x","data":{"statusCode":529}}')],
      { kind: 'api-error', httpStatus: 529 },
    ],
    [
      'a full context',
      [failed('{"code":-32603,"message":"x","data":{"errorName":"ContextOverflowError"}}')],
      { kind: 'context-full' },
    ],
    [
      'a full context that only words tell from a bad request',
      [
        failed(
          '{"code":400,"message":"The input token count (9) exceeds the maximum number of tokens (8)."}',
        ),
      ],
      { kind: 'context-full' },
    ],
    [
      'a bad request',
      [failed('{"code":400,"message":"no such tool"}')],
      { kind: 'api-error', httpStatus: 400 },
    ],
    [
      'an error of the agent itself',
      [failed('{"code":-32603,"message":"oops"}')],
      { kind: 'crashed', message: 'the agent answered session/prompt with an error (exit code 0): oops' },
    ],
    [
      'a rate limit behind an end of turn',
      [
        info('{"codex":{"error":{"message":"slow","codexErrorInfo":{"x":{"httpStatusCode":429}}}}}'),
        said,
        stop('end_turn'),
      ],
      { kind: 'rate-limited', message: 'slow' },
    ],
    [
      'a system error behind an end of turn',
      [info('{"codex":{"threadStatus":{"type":"systemError"}}}'), said, stop('end_turn')],
      { kind: 'crashed' },
    ],
    [
      'an error that the agent retried',
      [info('{"codex":{"error":{"message":"slow"},"willRetry":true}}'), said, stop('end_turn')],
      { kind: 'finished' },
    ],
    [
      'an error in the meta of the result',
      [
        '{"jsonrpc":"2.0","id":2,"result":{"stopReason":"end_turn","_meta":{"error":{"message":"m","statusCode":503}}}}',
      ],
      { kind: 'api-error', httpStatus: 503 },
    ],
  ])('%s', (_name, lines, expected) => {
    expect(decide([...opened, ...lines])).toMatchObject(expected);
  });

  test('no login, told when the session is opened', () => {
    const lines = [...opened.slice(0, 1), failed('{"code":-32000,"message":"log in"}', 1)];
    expect(decide(lines)).toMatchObject({ kind: 'auth', message: 'log in' });
  });

  test('another version of the protocol cannot be worked with', () => {
    expect(decide(['{"jsonrpc":"2.0","id":0,"result":{"protocolVersion":2}}'])).toMatchObject({
      kind: 'unavailable',
      message: 'the agent speaks version 2 of the Agent Client Protocol; Pawl speaks 1',
    });
  });

  test('an end that Pawl brought about counts as such', () => {
    expect(decide([...opened, said], { end: { kind: 'idle', idleMs: 5 } })).toMatchObject({ kind: 'idle' });
    expect(decide([...opened, said], { end: { kind: 'deadline', totalMs: 9 } }).kind).toBe('deadline');
    expect(decide([...opened, said, stop('end_turn')], { cancelled: true }).kind).toBe('cancelled');
    const missing = { end: { kind: 'spawn-failed', message: 'none' }, cancelled: true } as const;
    expect(decide([], missing).kind).toBe('unavailable');
  });

  test('how the server went after its answer is no news', () => {
    for (const end of [
      { kind: 'cancelled' },
      { kind: 'signalled', signal: 'SIGTERM' },
      { kind: 'exited', code: 1 },
    ] as const) {
      expect(decide([...opened, said, stop('end_turn')], { end }).kind).toBe('finished');
    }
  });
});

describe('what OpenCode wrote down', () => {
  const message = (more: object): string => JSON.stringify({ role: 'assistant', ...more });
  const tokens = { input: 10, output: 2, reasoning: 1, cache: { read: 5, write: 4 } };

  test('gives the usage of all steps', () => {
    const record = recordOf([
      JSON.stringify({ role: 'user' }),
      message({ tokens, cost: 0.5, finish: 'tool-calls' }),
      message({ tokens, cost: 0.25, finish: 'stop' }),
    ]);
    const usage = {
      inputTokens: 20,
      outputTokens: 6,
      cacheReadTokens: 10,
      cacheWriteTokens: 8,
      costUsd: 0.75,
    };
    expect(record).toEqual({ fault: undefined, finish: 'stop', usage });
    expect(decide([...opened, said, stop('end_turn')], { record })).toMatchObject({
      kind: 'finished',
      usage,
    });
  });

  test.each([
    [401, 'auth'],
    [429, 'rate-limited'],
    [500, 'api-error'],
  ])('gives the status %d that the protocol left out', (statusCode, kind) => {
    const record = recordOf([message({ error: { name: 'APIError', data: { message: 'm', statusCode } } })]);
    const line = failed('{"code":-32603,"message":"Internal error: m","data":{"errorName":"APIError"}}');
    expect(decide([...opened, line], { record })).toMatchObject({ kind, message: 'm' });
  });

  test('tells that an answer was cut, and is nothing where it cannot be read', () => {
    const record = recordOf([message({ tokens, finish: 'length' })]);
    expect(decide([...opened, said, stop('end_turn')], { record }).kind).toBe('truncated');
    expect(recordOf(['nonsense', '[]', '{"role":"assistant","error":7}'])).toEqual({
      fault: undefined,
      finish: undefined,
      usage: undefined,
    });
    expect(recordOf([])).toBeUndefined();
  });
});
