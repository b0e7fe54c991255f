import { describe, expect, test } from 'vitest';
import { describeOverdraft, overdraftOf, type Budgets } from '../../../src/domain/budget.ts';
import { decide } from '../../../src/domain/decide.ts';
import type { EventBody } from '../../../src/domain/event.ts';
import { foldAll } from '../../../src/domain/fold.ts';
import type { RunState } from '../../../src/domain/run-state.ts';
import { waitingOf } from '../../../src/domain/schedule.ts';
import { commitId, finished, JournalRig, makePlan, START, taskId } from '../../rig/events.ts';

const plan = makePlan([{ id: 'T-001' }, { id: 'T-002' }]);
const T1 = taskId('T-001');
const day = 24 * 60;

function used(costUsd: number, tokens = 0): EventBody {
  const usage = { inputTokens: tokens, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0, costUsd };
  return { type: 'usage.recorded', task: T1, attempt: 1, usage };
}

/** T-001's first attempt is at work. */
function atWork(budgets: Budgets, ...events: readonly EventBody[]): JournalRig {
  const rig = new JournalRig(plan).begin({ budgets });
  rig.add({ type: 'attempt.started', task: T1, attempt: 1, agent: 'scripted' });
  rig.add({ type: 'attempt.prepared', task: T1, attempt: 1, base: commitId('ba5e'), workspace: '/ws/w01' });
  for (const event of events) rig.add(event);
  return rig;
}

function stateOf(rig: JournalRig): RunState {
  return foldAll(rig.events);
}

function grant(change: Partial<Extract<EventBody, { type: 'budget.granted' }>>): EventBody {
  return {
    type: 'budget.granted',
    id: 'g',
    scope: 'run',
    amount: { usd: 1 },
    reason: '',
    by: 'ann',
    ...change,
  };
}

describe('a budget', () => {
  test('holds nothing while something of it is left, and what nobody limits', () => {
    expect(overdraftOf(stateOf(atWork({ attempt: { usd: 2 } }, used(1.99))), T1, START)).toBeUndefined();
    expect(overdraftOf(stateOf(atWork({ run: { tokens: 9 } }, used(500))), T1, START)).toBeUndefined();
  });

  test.each([
    ['attempt', { attempt: { usd: 2 } }],
    ['task', { task: { usd: 2 } }],
    ['run', { run: { usd: 2 } }],
    ['day', { day: { usd: 2 } }],
  ] as const)('of the %s is used up by what was told so far', (scope, budgets) => {
    const found = overdraftOf(stateOf(atWork(budgets, used(1), used(2))), T1, START);
    expect(found).toEqual({ scope, spent: { usd: 2 }, limit: { usd: 2 } });
  });

  test('in tokens counts every kind of them', () => {
    const usage = { inputTokens: 1, outputTokens: 2, cacheReadTokens: 3, cacheWriteTokens: 4 };
    const rig = atWork({ run: { tokens: 10 } }, { type: 'usage.recorded', task: T1, attempt: 1, usage });
    expect(overdraftOf(stateOf(rig), T1, START)?.spent).toEqual({ tokens: 10 });
  });

  test('of a day is new on the next day, in UTC', () => {
    const rig = atWork({ day: { usd: 2 } }, used(2));
    expect(overdraftOf(stateOf(rig), T1, START)?.scope).toBe('day');
    expect(overdraftOf(stateOf(rig), T1, START + day * 60_000)).toBeUndefined();
  });

  test('counts what an attempt had used that was killed', () => {
    const rig = atWork({ run: { usd: 2 } }, used(2));
    rig.add({ type: 'attempt.interrupted', task: T1, attempt: 1, because: 'crash' });
    const state = stateOf(rig);
    expect(overdraftOf(state, taskId('T-002'), START)?.scope).toBe('run');
    expect(decide(state, START, { stopping: false })).toEqual({ commands: [], settled: 'finished' });
  });

  test('takes the last word of an agent for the whole, however low', () => {
    const rig = atWork({ run: { usd: 2 } }, used(2));
    const usage = { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0, costUsd: 0.5 };
    rig.add({ type: 'agent.ended', task: T1, attempt: 1, outcome: { ...finished('ok'), usage }, unread: [] });
    expect(stateOf(rig).spending.run.usd).toBeCloseTo(0.5);
  });

  test('that is gone says what was used, of what, and what to type', () => {
    const state = stateOf(atWork({ task: { usd: 2 } }, used(2.5)));
    const found = overdraftOf(state, T1, START);
    expect(found && describeOverdraft(found, T1)).toBe(
      '2.50 USD of the 2.00 USD for this task are used; `pawl grant 2usd --task T-001` grants as much again',
    );
    const waiting = waitingOf(state, plan, plan.tasks[1]!, START);
    expect(waiting).toEqual({ kind: 'nothing' });
  });

  test('names a sum that a person would type', () => {
    const limit = { usd: 0.1 + 0.2 };
    expect(describeOverdraft({ scope: 'run', spent: { usd: 1 }, limit })).toContain(
      '`pawl grant 0.3usd --run`',
    );
  });
});

describe('a grant', () => {
  test('adds to its budget, and lets work go on', () => {
    const rig = atWork({ run: { usd: 2 } }, used(2), grant({}));
    expect(overdraftOf(stateOf(rig), T1, START)).toBeUndefined();
  });

  test('that is handed over twice counts once', () => {
    const rig = atWork({ run: { usd: 2 } }, used(3), grant({}), grant({}));
    expect(overdraftOf(stateOf(rig), T1, START)?.limit).toEqual({ usd: 3 });
  });

  test('opens a task that was blocked for its budget, and no other', () => {
    const rig = atWork({ attempt: { usd: 2 } }, used(2));
    rig.add({
      type: 'attempt.failed',
      task: T1,
      attempt: 1,
      failure: { kind: 'budget', message: 'used up' },
      falseClaim: false,
      files: [],
    });
    expect(stateOf(rig).tasks.get(T1)?.state).toMatchObject({ status: 'blocked', because: 'budget' });
    rig.add(grant({ scope: 'task', forTask: taskId('T-002') }));
    expect(stateOf(rig).tasks.get(T1)?.state.status).toBe('blocked');
    rig.add(grant({ id: 'h', scope: 'task', forTask: T1, amount: { usd: 5 } }));
    const state = stateOf(rig);
    expect(state.tasks.get(T1)?.state).toEqual({ status: 'pending', notBefore: 0 });
    expect(overdraftOf(state, T1, START)).toBeUndefined();
  });

  test('to a task is what its next attempt may use', () => {
    const rig = atWork(
      { attempt: { usd: 2 } },
      grant({ scope: 'task', forTask: T1, amount: { usd: 5 } }),
      used(4),
    );
    expect(overdraftOf(stateOf(rig), T1, START)).toBeUndefined();
  });
});
