import { describe, expect, test } from 'vitest';
import { readExecLine } from '../../../src/adapters/agents/codex/exec-stream.ts';
import { decideCodexOutcome } from '../../../src/adapters/agents/codex/outcome.ts';
import { initialCodexState, plainCommand } from '../../../src/adapters/agents/codex/state.ts';

function read(...lines: readonly string[]): { outcome: object; events: readonly unknown[] } {
  let state = initialCodexState;
  const events: unknown[] = [];
  for (const line of lines) {
    const step = readExecLine(state, line);
    ({ state } = step);
    events.push(...step.events);
  }
  return { outcome: decideCodexOutcome(state, { kind: 'exited', code: 0 }, 'stderr'), events };
}

const started = '{"type":"turn.started"}';
const warning =
  '{"type":"item.completed","item":{"id":"item_0","type":"error","message":"Model metadata for `m` not found."}}';
const said = '{"type":"item.completed","item":{"id":"item_1","type":"agent_message","text":"Done."}}';
const tool =
  '{"type":"item.started","item":{"id":"item_2","type":"command_execution","command":"/bin/bash -lc \'npm test\'","status":"in_progress"}}';
const completed =
  '{"type":"turn.completed","usage":{"input_tokens":1000,"cached_input_tokens":400,"cache_write_input_tokens":0,"output_tokens":50}}';
const failed = (message: string): string => JSON.stringify({ type: 'turn.failed', error: { message } });
const reconnecting =
  '{"type":"error","message":"Reconnecting... waiting for network (Connection failed: error sending request)"}';

describe('the stream of codex exec', () => {
  test('with a message and a completed turn is finished; a warning is no failure', () => {
    const usage = { inputTokens: 600, outputTokens: 50, cacheReadTokens: 400, cacheWriteTokens: 0 };
    expect(read(started, warning, tool, said, completed)).toEqual({
      outcome: { kind: 'finished', claim: 'done', lastWords: 'Done.', usage },
      events: [
        { type: 'tool', name: 'exec', detail: 'npm test' },
        { type: 'text', text: 'Done.' },
        { type: 'usage', usage },
      ],
    });
  });

  test.each([
    ['no message', [completed], { kind: 'refused' }],
    ['a tool after the last message', [said, tool, completed], { kind: 'refused', lastWords: 'Done.' }],
    ['no end', [said], { kind: 'crashed', message: 'codex ended before its turn did (exit code 0): stderr' }],
    ['401', [failed('unexpected status 401 Unauthorized: no')], { kind: 'auth' }],
    ['429', [failed('exceeded retry limit, last status: 429 Too Many Requests')], { kind: 'rate-limited' }],
    [
      'the usage limit',
      [failed('You’ve hit your usage limit. Try again at 7:38 AM.')],
      { kind: 'rate-limited' },
    ],
    ['500', [failed('unexpected status 500 : no')], { kind: 'api-error', httpStatus: 500 }],
    ['no network', Array.from({ length: 3 }, () => reconnecting), { kind: 'api-error' }],
  ])('with %s has that outcome', (_name, lines, expected) => {
    const { outcome } = read(...lines);
    expect(outcome).toMatchObject(expected);
    expect(outcome).not.toHaveProperty('resetsAt');
  });
});

test.each([
  [`/bin/bash -lc 'a b'`, 'a b'],
  [`/usr/bin/zsh -lc "echo \\"x\\""`, 'echo "x"'],
  ['/bin/bash -lc true', 'true'],
  ['git status', 'git status'],
])('the command %s is shown as %s', (command, shown) => {
  expect(plainCommand(command)).toBe(shown);
});
