import { describe, expect, test } from 'vitest';
import {
  classOf,
  consequenceOf,
  describeFailure,
  signatureOf,
  type Consequence,
  type Failure,
} from '../../../src/domain/failure.ts';
import type { Policy } from '../../../src/domain/policy.ts';
import { makePolicy, START } from '../../rig/events.ts';

const gate: Failure = { kind: 'gate', gate: 'test', output: 'expected 1, got 2' };
const otherGate: Failure = { kind: 'gate', gate: 'lint', output: 'unused variable' };
const noChange: Failure = { kind: 'no-change' };
const conflict: Failure = { kind: 'conflict', paths: ['a.ts', 'b.ts'], onto: 'c0ffee' };
const landingGate: Failure = { kind: 'landing-gate', gate: 'test', output: 'red', onto: 'c0ffee' };
const limited: Failure = { kind: 'rate-limited', message: 'too many requests' };
const agent = (how: Extract<Failure, { kind: 'agent' }>['how']): Failure => ({
  kind: 'agent',
  how,
  message: 'said so',
});

function judge(failures: readonly Failure[], policy: Partial<Policy> = {}): Consequence {
  return consequenceOf(failures, makePolicy(policy), 'T-001/1');
}

describe('the class of a failure', () => {
  test.each<[Failure, string]>([
    [noChange, 'logic'],
    [gate, 'logic'],
    [landingGate, 'logic'],
    [conflict, 'conflict'],
    [agent('gave-up'), 'logic'],
    [agent('refused'), 'logic'],
    [agent('turn-limit'), 'logic'],
    [agent('context-full'), 'logic'],
    [agent('truncated'), 'logic'],
    [agent('idle'), 'resource'],
    [agent('deadline'), 'resource'],
    [agent('crashed'), 'transient'],
    [agent('api-error'), 'transient'],
    [limited, 'transient'],
    [{ kind: 'budget', message: '' }, 'budget'],
    [{ kind: 'agent-blocked', message: '' }, 'requirement'],
    [{ kind: 'agent-unavailable', agent: 'claude', message: '' }, 'environment'],
    [{ kind: 'agent-auth', agent: 'claude', message: '' }, 'environment'],
    [{ kind: 'setup', output: '' }, 'environment'],
    [{ kind: 'gate-unrunnable', gate: 'test', message: '' }, 'environment'],
    [{ kind: 'workspace', message: '' }, 'environment'],
  ])('%j is %s', (failure, expected) => {
    expect(classOf(failure)).toBe(expected);
  });
});

describe('what a failure means for its task', () => {
  test('the first failure of a gate is tried again at once', () => {
    expect(judge([gate])).toEqual({ type: 'retry', delayMs: 0 });
  });

  test('the fifth attempt that failed by its own fault blocks the task', () => {
    const mixed = [gate, noChange, otherGate, agent('idle')];
    expect(judge(mixed)).toEqual({ type: 'retry', delayMs: 0 });
    expect(judge([...mixed, agent('gave-up')])).toEqual({
      type: 'block',
      because: 'failure',
      message: '5 attempts failed; the last: agent gave-up: said so',
    });
  });

  test('the same failure three times blocks the task, also with others in between', () => {
    expect(judge([gate, gate])).toEqual({ type: 'retry', delayMs: 0 });
    expect(judge([gate, otherGate, gate, gate])).toEqual({
      type: 'block',
      because: 'failure',
      message: 'the same failure 3 times: gate test failed',
    });
  });

  test('failures that differ in numbers only are the same, in words are not', () => {
    const output = (text: string): Failure => ({ kind: 'gate', gate: 'test', output: text });
    expect(judge([output('took 12 ms'), output('took 9 ms'), output('took 1234   ms')]).type).toBe('block');
    expect(judge([output('a is red'), output('b is red'), output('c is red')]).type).toBe('retry');
  });

  test('a conflict is tried again at once, and does not count as an attempt', () => {
    expect(judge([conflict, conflict, conflict, conflict])).toEqual({ type: 'retry', delayMs: 0 });
    expect(judge([conflict, conflict, conflict, conflict, gate])).toEqual({ type: 'retry', delayMs: 0 });
    expect(judge([conflict, conflict], { maxConflicts: 2 })).toEqual({
      type: 'block',
      because: 'failure',
      message: 'it conflicted with other work 2 times',
    });
  });

  test('transient failures wait, twice as long each time, up to the cap', () => {
    const policy = { backoffMs: 1_000, backoffCapMs: 3_000 };
    const waits = [1, 2, 3, 4].map((count) => {
      const consequence = judge(
        Array.from({ length: count }, () => agent('crashed')),
        policy,
      );
      return consequence.type === 'retry' ? consequence.delayMs : -1;
    });
    for (const [index, ceiling] of [1_000, 2_000, 3_000, 3_000].entries()) {
      expect(waits[index]).toBeGreaterThanOrEqual(ceiling / 2);
      expect(waits[index]).toBeLessThanOrEqual(ceiling);
    }
  });

  test('two tasks that fail together do not come back together', () => {
    const at = (key: string): Consequence => consequenceOf([agent('crashed')], makePolicy(), key);
    expect(at('T-001/1')).not.toEqual(at('T-002/1'));
  });

  test('a rate limit makes its task wait for nothing: the agent is left alone, and another may take over', () => {
    expect(judge([limited])).toEqual({ type: 'retry', delayMs: 0 });
    expect(judge([{ ...limited, resetsAt: START + 90_000 }])).toEqual({ type: 'retry', delayMs: 0 });
  });

  test('redelivery is capped', () => {
    const five = Array.from({ length: 5 }, () => agent('crashed'));
    expect(judge(five.slice(1)).type).toBe('retry');
    expect(judge(five)).toEqual({
      type: 'block',
      because: 'failure',
      message: '5 transient failures; the last: agent crashed: said so',
    });
  });

  test('a spent budget and an open question block at once, each for its own reason', () => {
    expect(judge([{ kind: 'budget', message: '20 USD' }])).toEqual({
      type: 'block',
      because: 'budget',
      message: 'budget used up: 20 USD',
    });
    expect(judge([{ kind: 'agent-blocked', message: 'which language?' }])).toEqual({
      type: 'block',
      because: 'decision-needed',
      message: 'the agent asks for a decision: which language?',
    });
  });

  test('a broken environment ends the run and not the task, however often the task failed before', () => {
    const setup: Failure = { kind: 'setup', output: 'npm: not found' };
    expect(judge([setup])).toEqual({ type: 'refuse-run' });
    expect(judge([gate, noChange, otherGate, gate, setup])).toEqual({ type: 'refuse-run' });
  });

  test('a history without a failure is a bug', () => {
    expect(() => judge([])).toThrow('Internal error');
  });
});

test('a failure of the merged tree is told apart from one of the attempt’s own', () => {
  expect(signatureOf({ ...landingGate, output: 'red' })).not.toBe(
    signatureOf({ kind: 'gate', gate: 'test', output: 'red' }),
  );
});

test('no change after a denial names what was denied', () => {
  expect(describeFailure(noChange)).toBe('the agent changed nothing');
  const denied = { kind: 'no-change', denied: ['Write: /etc/hosts'] } as const;
  expect(describeFailure(denied)).toBe('the agent changed nothing, and was denied Write: /etc/hosts');
});

test('a conflict names its files', () => {
  expect(describeFailure(conflict)).toBe('conflict with landed work in a.ts, b.ts');
});
