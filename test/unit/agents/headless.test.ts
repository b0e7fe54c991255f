import { describe, expect, test } from 'vitest';
import { geminiReader } from '../../../src/adapters/agents/headless/gemini.ts';
import { opencodeReader } from '../../../src/adapters/agents/headless/opencode.ts';
import {
  type HeadlessReader,
  type HeadlessReading,
  openReading,
} from '../../../src/adapters/agents/headless/surface.ts';
import type { AgentOutcome } from '../../../src/domain/agent-outcome.ts';
import type { ProcessEnd } from '../../../src/ports/processes.ts';

const exited = (code: number): ProcessEnd => ({ kind: 'exited', code });

function read<State>(reader: HeadlessReader<State>, lines: readonly unknown[]): HeadlessReading {
  const reading = openReading(reader);
  for (const line of lines) reading.onLine(typeof line === 'string' ? line : JSON.stringify(line));
  return reading;
}

function decide<State>(
  reader: HeadlessReader<State>,
  lines: readonly unknown[],
  end: ProcessEnd = exited(0),
  complaint = '',
): AgentOutcome {
  return read(reader, lines).decide(end, complaint);
}

describe('the printed output of OpenCode', () => {
  const start = { type: 'step_start', part: {} };
  const text = (said: string): object => ({ type: 'text', part: { text: said } });
  const tool = { type: 'tool_use', part: { tool: 'bash', state: { status: 'completed', input: {} } } };
  const finish = (reason: string): object => ({ type: 'step_finish', part: { reason } });

  test('is finished by a last step that stopped with something said, and exit code 0', () => {
    const lines = [start, tool, finish('tool-calls'), start, text('Done.'), finish('stop')];
    expect(decide(opencodeReader, lines)).toEqual({ kind: 'finished', claim: 'done', lastWords: 'Done.' });
    expect(decide(opencodeReader, lines, exited(1))).toMatchObject({ kind: 'crashed', exitCode: 1 });
    expect(decide(opencodeReader, lines, { kind: 'cancelled' }).kind).toBe('cancelled');
  });

  test.each([
    ['nothing', []],
    ['a step that is not over', [start, text('Done.'), finish('stop'), start, text('More.')]],
    [
      'a step that stopped with nothing said',
      [start, text('Done.'), tool, finish('tool-calls'), start, finish('stop')],
    ],
    ['blanks', [start, text(' \n'), finish('stop')]],
    ['an end by the agent after a tool', [start, text('Working.'), tool, finish('tool-calls')]],
    ['words for people', ['Done.', '{"type":"step_finish"', '{}']],
  ])('is not finished by %s', (_name, lines) => {
    expect(decide(opencodeReader, lines).kind).toBe('crashed');
  });

  test('whose steps bring nothing again and again is hopeless, and a refusal', () => {
    const empty = [start, finish('unknown')];
    expect(read(opencodeReader, [...empty, ...empty]).isHopeless()).toBe(false);
    const reading = read(opencodeReader, [...empty, ...empty, ...empty]);
    expect(reading.isHopeless()).toBe(true);
    expect(reading.decide(exited(1), '')).toMatchObject({ kind: 'refused' });
  });

  test('whose steps bring something in between is not hopeless', () => {
    const empty = [start, finish('unknown')];
    const busy = [start, tool, finish('unknown')];
    expect(read(opencodeReader, [...empty, ...empty, ...busy, ...empty, ...empty]).isHopeless()).toBe(false);
  });

  test.each([
    ['retry-after', '30', 1_030_000],
    ['Retry-After', 'Thu, 01 Jan 1970 01:00:00 GMT', 3_600_000],
    ['retry-after', 'soon', undefined],
    ['x-other', '30', undefined],
  ])('with a rate limit and %s: %s resets then', (name, value, resetsAt) => {
    const data = { message: 'slow', statusCode: 429, responseHeaders: { [name]: value } };
    const outcome = decide(
      opencodeReader,
      [{ type: 'error', timestamp: 1_000_000, error: { name: 'APIError', data } }],
      exited(1),
    );
    expect(outcome).toEqual({
      kind: 'rate-limited',
      message: 'slow',
      lastWords: '',
      ...(resetsAt === undefined ? {} : { resetsAt }),
    });
  });
});

describe('a rate limit of OpenCode', () => {
  const limited = (responseBody: string): object => ({
    type: 'error',
    error: { name: 'APIError', data: { message: 'no', statusCode: 429, responseBody } },
  });

  test.each([
    ['{"error":{"code":"insufficient_quota"}}', 'auth'],
    ['{"error":{"type":"insufficient_quota","code":null}}', 'auth'],
    ['{"error":{"code":"rate_limit_exceeded"}}', 'rate-limited'],
    ['<html>insufficient_quota</html>', 'rate-limited'],
  ])('whose response says %s ends as %s', (body, kind) => {
    expect(decide(opencodeReader, [limited(body)], exited(1)).kind).toBe(kind);
  });
});

describe('the printed output of Gemini', () => {
  const piece = (content: string): object => ({ type: 'message', role: 'assistant', content, delta: true });
  const tool = { type: 'tool_use', tool_name: 'run_shell_command', parameters: { command: 'ls' } };
  const result = (more: object): object => ({ type: 'result', status: 'success', ...more });

  test('is finished by a successful result after words, and exit code 0', () => {
    const lines = [
      { type: 'message', role: 'user', content: 'Do it' },
      tool,
      piece('Do'),
      piece('ne.'),
      result({}),
    ];
    expect(decide(geminiReader, lines)).toEqual({ kind: 'finished', claim: 'done', lastWords: 'Done.' });
    expect(decide(geminiReader, lines, exited(1)).kind).toBe('crashed');
  });

  test.each([
    ['no result', [piece('Done.')]],
    ['nothing said since a tool', [piece('Working.'), tool, result({})]],
    ['another status', [piece('Done.'), result({ status: 'other' })]],
    ['a brief that looks like a result', ['Do it: {"type":"result","status":"success"}', piece('Done.')]],
  ])('is not finished by %s', (_name, lines) => {
    expect(decide(geminiReader, lines).kind).toBe('crashed');
  });

  test('tells a whole message, and what came from the cache apart', () => {
    const reading = openReading(geminiReader);
    const stats = { input_tokens: 3_700, output_tokens: 150, cached: 700 };
    const lines = [piece('Wor'), piece('king.'), tool, piece('Done.'), result({ stats })];
    expect(lines.flatMap((line) => reading.onLine(JSON.stringify(line)))).toEqual([
      { type: 'text', text: 'Working.' },
      { type: 'turn' },
      { type: 'tool', name: 'run_shell_command', detail: 'ls' },
      { type: 'text', text: 'Done.' },
      {
        type: 'usage',
        usage: { inputTokens: 3_000, outputTokens: 150, cacheReadTokens: 700, cacheWriteTokens: 0 },
      },
    ]);
  });

  test.each([
    [173, '[API Error: too many requests]', { kind: 'rate-limited' }],
    [244, '[API Error: {"error":{"code": 503}}]', { kind: 'api-error', httpStatus: 503 }],
    [1, '[API Error: exception TypeError: fetch failed sending request]', { kind: 'api-error' }],
    [145, 'no', { kind: 'auth' }],
    [143, 'something else', { kind: 'crashed', exitCode: 143 }],
  ])('with exit code %d and %s has the outcome of its status', (code, message, expected) => {
    const lines = [result({ status: 'error', error: { type: 'unknown', message } })];
    expect(decide(geminiReader, lines, exited(code))).toMatchObject(expected);
  });

  test('that never began because it is not logged in needs a person', () => {
    const complaint = 'Please set an Auth method\n';
    expect(decide(geminiReader, [], exited(41), complaint)).toEqual({
      kind: 'auth',
      message: 'Please set an Auth method',
      lastWords: '',
    });
  });
});
