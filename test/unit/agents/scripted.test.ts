import { describe, expect, test } from 'vitest';
import { decideScriptedOutcome, readScriptedLine } from '../../../src/adapters/agents/scripted.ts';
import type { ScriptedState } from '../../../src/adapters/agents/scripted.ts';
import type { AgentOutcome } from '../../../src/domain/agent-outcome.ts';
import type { AgentEvent } from '../../../src/ports/agent.ts';
import type { ProcessEnd } from '../../../src/ports/processes.ts';

const good: ProcessEnd = { kind: 'exited', code: 0 };
const result = '{"type":"result","claim":"blocked","summary":"no spec"}';

function read(...lines: readonly string[]): { state: ScriptedState; events: AgentEvent[] } {
  const events: AgentEvent[] = [];
  let state: ScriptedState = { lastText: '' };
  for (const line of lines) {
    const step = readScriptedLine(state, line);
    state = step.state;
    events.push(...step.events);
  }
  return { state, events };
}

function decide(lines: readonly string[], end: ProcessEnd = good): AgentOutcome {
  return decideScriptedOutcome(read(...lines).state, end, '');
}

describe('the scripted agent’s lines', () => {
  test('become events', () => {
    const { events } = read(
      '{"type":"text","text":"hello"}',
      '{"type":"progress","percent":40,"next":"tests"}',
      '{"type":"tool","name":"edit","detail":"a.ts"}',
    );
    expect(events).toEqual([
      { type: 'text', text: 'hello' },
      { type: 'progress', percent: 40, next: 'tests' },
      { type: 'tool', name: 'edit', detail: 'a.ts' },
    ]);
  });

  test('that are not of the protocol are shown as they are', () => {
    const { events } = read('not JSON', '{"type":"progress","percent":4000,"next":""}', ' ');
    expect(events).toEqual([
      { type: 'text', text: 'not JSON' },
      { type: 'text', text: '{"type":"progress","percent":4000,"next":""}' },
    ]);
  });
});

describe('the scripted agent’s end', () => {
  test('is finished with its claim after a result line and exit code 0', () => {
    expect(decide([result])).toEqual({ kind: 'finished', claim: 'blocked', lastWords: 'no spec' });
  });

  test('is a crash without a result line, whatever the exit code', () => {
    expect(decide(['{"type":"text","text":"I am done"}'])).toEqual({
      kind: 'crashed',
      exitCode: 0,
      message: 'the scripted agent ended without a result line (exit code 0)',
      lastWords: 'I am done',
    });
  });

  test('is a crash when the exit contradicts the result line', () => {
    expect(decide([result], { kind: 'exited', code: 3 })).toMatchObject({ kind: 'crashed', exitCode: 3 });
  });

  test('is a rate limit, in milliseconds, when one came and no result followed', () => {
    const limit = '{"type":"rate-limit","resetsAt":1795159989}';
    expect(decide([limit], { kind: 'exited', code: 1 })).toMatchObject({
      kind: 'rate-limited',
      resetsAt: 1_795_159_989_000,
    });
    expect(decide([limit, result])).toMatchObject({ kind: 'finished' });
  });

  test('is Pawl’s when Pawl ended it', () => {
    expect(decide([result], { kind: 'cancelled' })).toEqual({ kind: 'cancelled', lastWords: 'no spec' });
  });
});
