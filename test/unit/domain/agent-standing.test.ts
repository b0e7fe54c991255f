import { describe, expect, test } from 'vitest';
import {
  afterFinish,
  afterLimit,
  allowanceOf,
  type AgentStanding,
  type LimitMet,
} from '../../../src/domain/agent-standing.ts';
import { makePolicy, MINUTE, START } from '../../rig/events.ts';

const policy = makePolicy({ parallel: 8, backoffMs: 1_000, backoffCapMs: 10_000 });
const met = (change: Partial<LimitMet> = {}): LimitMet => ({
  agent: 'claude',
  at: START,
  startedAt: START - 1,
  resetsAt: undefined,
  atWork: 1,
  ...change,
});
/** Limited again by each attempt that it is given, as soon as it may have one. */
function limitedAgain(times: number, resetsAt?: (at: number) => number): readonly AgentStanding[] {
  const all: AgentStanding[] = [];
  for (let index = 0; index < times; index += 1) {
    const startedAt = (all.at(-1)?.until ?? START) + 1;
    const limit = { at: startedAt + 1, startedAt, resetsAt: resetsAt?.(startedAt + 1) };
    all.push(afterLimit(all.at(-1), met(limit), policy));
  }
  return all;
}

describe('a rate-limited agent is asked again', () => {
  test('at the reset time that it reported', () => {
    const resetsAt = START + 90 * MINUTE;
    expect(afterLimit(undefined, met({ resetsAt }), policy)).toMatchObject({
      until: resetsAt,
      source: 'reported',
    });
  });

  test('after a wait of ours when it reported none, or one that has passed', () => {
    for (const resetsAt of [undefined, START, START - MINUTE]) {
      const { until, source } = afterLimit(undefined, met({ resetsAt }), policy);
      expect(source).toBe('backoff');
      expect(until).toBeGreaterThanOrEqual(START + 500);
      expect(until).toBeLessThanOrEqual(START + 1_000);
    }
  });

  test('after twice as long for each limit in a row, up to the cap', () => {
    const waits = limitedAgain(6).map(({ until, limitedAt }) => until - limitedAt);
    for (const [index, ceiling] of [1_000, 2_000, 4_000, 8_000, 10_000, 10_000].entries()) {
      expect(waits[index]).toBeGreaterThanOrEqual(ceiling / 2);
      expect(waits[index]).toBeLessThanOrEqual(ceiling);
    }
  });

  test('later than it says, by a wait of ours, when its own time was not enough before', () => {
    const soon = limitedAgain(4, (at) => at + 1);
    expect(soon.map(({ source }) => source)).toEqual(['reported', 'backoff', 'backoff', 'backoff']);
    const late = limitedAgain(4, (at) => at + MINUTE);
    expect(late.map(({ source }) => source)).toEqual(['reported', 'reported', 'reported', 'reported']);
  });

  test('as soon as the first time once it has brought an attempt to its end', () => {
    const [, , third] = limitedAgain(3);
    if (third === undefined) throw new Error('no third limit');
    const startedAt = third.until + 1;
    const finished = afterFinish(third, 'claude', startedAt, policy);
    const again = afterLimit(finished, met({ at: startedAt + 9, startedAt: startedAt + 8 }), policy);
    expect([third.inARow, finished.inARow, again.inARow]).toEqual([3, 0, 1]);
  });
});

describe('attempts that were at work together', () => {
  const first = afterLimit(undefined, met({ atWork: 4, at: START, startedAt: START - 9 }), policy);

  test('meet one limit: it counts once, and halves once', () => {
    const second = afterLimit(first, met({ atWork: 3, at: START + 5, startedAt: START - 7 }), policy);
    expect(second).toMatchObject({ inARow: 1, atOnce: 2, limitedAt: START });
  });

  test('of which one was told a reset time: that one holds, be it the shorter', () => {
    const resetsAt = START + 10;
    const told = afterLimit(first, met({ at: START + 5, startedAt: START - 7, resetsAt }), policy);
    expect(told).toMatchObject({ until: resetsAt, source: 'reported' });
    const guessed = afterLimit(told, met({ at: START + 6, startedAt: START - 6 }), policy);
    expect(guessed).toMatchObject({ until: resetsAt, source: 'reported' });
  });

  test('of which two were told: the later time holds', () => {
    const one = afterLimit(undefined, met({ resetsAt: START + MINUTE }), policy);
    const two = afterLimit(one, met({ at: START + 1, startedAt: START - 1, resetsAt: START + 9 }), policy);
    expect(two.until).toBe(START + MINUTE);
    const three = afterLimit(
      two,
      met({ at: START + 1, startedAt: START - 1, resetsAt: START + 2 * MINUTE }),
      policy,
    );
    expect(three.until).toBe(START + 2 * MINUTE);
  });
});

describe('how many attempts an agent may have at once', () => {
  test.each([
    [8, 4],
    [3, 1],
    [1, 1],
  ])('with %i at work, %i after a limit', (atWork, atOnce) => {
    const standing = afterLimit(undefined, met({ atWork }), policy);
    expect(allowanceOf(standing, policy, 'claude')).toBe(atOnce);
  });

  test('one more for each that comes to its end, until it is all it may have', () => {
    let standing = afterLimit(undefined, met({ atWork: 8 }), policy);
    const seen = [5, 6, 7].map(() => {
      standing = afterFinish(standing, 'claude', START + 1, policy);
      return standing.atOnce;
    });
    expect(seen).toEqual([5, 6, 7]);
    expect(afterFinish(standing, 'claude', START + 1, policy).atOnce).toBe(undefined);
  });

  test('no more for one that was at work when the limit was met', () => {
    const standing = afterLimit(undefined, met({ atWork: 8 }), policy);
    expect(afterFinish(standing, 'claude', START, policy)).toBe(standing);
  });

  test('never more than the policy gives it by name', () => {
    const few = makePolicy({ parallel: 8, maxConcurrent: { claude: 3 } });
    expect(allowanceOf(undefined, few, 'claude')).toBe(3);
    expect(allowanceOf(undefined, few, 'codex')).toBe(Infinity);
    const standing = afterLimit(undefined, met({ atWork: 3 }), few);
    expect(allowanceOf(standing, few, 'claude')).toBe(1);
    const grown = afterFinish(standing, 'claude', START + 1, few);
    expect(allowanceOf(grown, few, 'claude')).toBe(2);
    expect(afterFinish(grown, 'claude', START + 1, few).atOnce).toBe(undefined);
  });
});
