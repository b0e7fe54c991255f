import { describe, expect, test } from 'vitest';
import { agentsAtWork, chooseAgent } from '../../../src/domain/agent-choice.ts';
import { decide } from '../../../src/domain/decide.ts';
import type { Failure } from '../../../src/domain/failure.ts';
import { taskOf } from '../../../src/domain/plan.ts';
import type { Policy } from '../../../src/domain/policy.ts';
import { recordOf } from '../../../src/domain/run-state.ts';
import { explainTask, isStuck } from '../../../src/reporting/stall-text.ts';
import { JournalRig, makePlan, MINUTE, START, taskId, type TaskSketch } from '../../rig/events.ts';

const limited = (minutes: number): Failure => ({
  kind: 'rate-limited',
  message: '',
  resetsAt: START + minutes * MINUTE,
});
const red: Failure = { kind: 'gate', gate: 'test', output: 'red' };
const pool: Partial<Policy> = { agent: 'first', fallbacks: ['second', 'third'] };

function rigOf(policy: Partial<Policy>, tasks: readonly TaskSketch[] = [{ id: 'T-001' }, { id: 'T-002' }]) {
  const plan = makePlan(tasks);
  const rig = new JournalRig(plan).begin({ parallel: 8, backoffMs: 0, ...policy });
  return {
    rig,
    /** Fails the task's next attempt by each agent in turn. */
    failBy(failures: readonly (readonly [string, Failure])[], id = 'T-001') {
      for (const [agent, failure] of failures) {
        const attempt = recordOf(rig.state(), taskId(id)).attempts.length + 1;
        rig.start(id, attempt, agent).fail(id, attempt, failure);
      }
      return this;
    },
    choice: (id = 'T-001', now = START) => {
      const state = rig.state();
      const task = taskOf(plan, taskId(id));
      if (task === undefined || state.session === undefined) throw new Error(`no task ${id}`);
      return chooseAgent(state, state.session.policy, task, now);
    },
  };
}

describe('an attempt gets', () => {
  test('the first of its pool, and there is nothing to say', () => {
    expect(rigOf(pool).choice()).toEqual({ kind: 'agent', agent: 'first', passedOver: [] });
  });

  test('the first that is not rate-limited', () => {
    const run = rigOf(pool).failBy([
      ['first', limited(1)],
      ['second', limited(2)],
    ]);
    expect(run.choice('T-002')).toEqual({
      kind: 'agent',
      agent: 'third',
      passedOver: [
        { agent: 'first', why: 'rate-limited' },
        { agent: 'second', why: 'rate-limited' },
      ],
    });
    expect(run.choice('T-002', START + MINUTE)).toMatchObject({ agent: 'first', passedOver: [] });
  });

  test('the next after one that failed twice at the task by its own fault, and for that task only', () => {
    const run = rigOf(pool).failBy([['first', red]]);
    expect(run.choice()).toMatchObject({ agent: 'first' });
    run.failBy([['first', { kind: 'no-change' }]]);
    expect(run.choice()).toEqual({
      kind: 'agent',
      agent: 'second',
      passedOver: [{ agent: 'first', why: 'failed' }],
    });
    expect(run.choice('T-002')).toMatchObject({ agent: 'first', passedOver: [] });
  });

  test('the first again when all have failed twice', () => {
    const run = rigOf({ ...pool, maxAttempts: 9, sameFailureLimit: 9 });
    run.failBy(['first', 'first', 'second', 'second', 'third', 'third'].map((agent) => [agent, red]));
    expect(run.choice()).toMatchObject({ agent: 'first', passedOver: [] });
  });

  test.each(['crashed', 'idle', 'api-error'] as const)('another after one that %s, once', (how) => {
    const run = rigOf(pool).failBy([['first', { kind: 'agent', how, message: '' }]]);
    expect(run.choice()).toEqual({
      kind: 'agent',
      agent: 'second',
      passedOver: [{ agent: 'first', why: 'broke-off' }],
    });
    run.failBy([['second', { kind: 'agent', how, message: '' }]]);
    expect(run.choice()).toMatchObject({ agent: 'first' });
  });

  test('the one that failed when nobody else may be asked', () => {
    const run = rigOf({ agent: 'first', fallbacks: ['second'] });
    run.failBy([['second', limited(5)]], 'T-002').failBy([
      ['first', red],
      ['first', { kind: 'no-change' }],
    ]);
    expect(run.choice()).toEqual({ kind: 'agent', agent: 'first', passedOver: [] });
  });

  test('the first again when a person has re-opened the task', () => {
    const run = rigOf(pool).failBy([
      ['first', red],
      ['first', { kind: 'agent-blocked', message: 'which?' }],
    ]);
    run.rig.decide('T-001', 'retry');
    run.failBy([['first', red]]);
    expect(run.choice()).toMatchObject({ agent: 'first' });
  });
});

describe('a task waits', () => {
  test('while its whole pool is rate-limited, until the first is asked again, and others start', () => {
    const roles = {
      implementer: { agents: ['first', 'second'], byRisk: { Low: ['third'] } },
    };
    const run = rigOf({ agent: 'first', roles }, [{ id: 'T-001' }, { id: 'T-002', risk: 'Low' }]);
    run.failBy([
      ['first', limited(3)],
      ['second', limited(2)],
    ]);
    expect(run.choice()).toEqual({
      kind: 'cooling',
      agents: ['first', 'second'],
      until: START + 2 * MINUTE,
      source: 'reported',
    });
    expect(decide(run.rig.state(), START, { stopping: false })).toEqual({
      commands: [{ type: 'start', id: 'T-002/1/start', task: 'T-002', attempt: 1, agent: 'third' }],
      wakeAt: START + 2 * MINUTE,
    });
  });

  test('while nobody may have one more, and decides again when a limit ends', () => {
    const run = rigOf({ agent: 'first', fallbacks: ['second'], maxConcurrent: { second: 1 } });
    run.failBy([['first', limited(3)]]).rig.start('T-001', 2, 'second');
    expect(run.choice('T-002')).toEqual({
      kind: 'busy',
      agents: ['second'],
      until: START + 3 * MINUTE,
    });
    expect(decide(run.rig.state(), START, { stopping: false })).toEqual({
      commands: [],
      wakeAt: START + 3 * MINUTE,
    });
  });
});

describe('in one decision', () => {
  const six = Array.from({ length: 6 }, (_, index) => ({ id: `T-00${index + 1}` }));
  const startsOf = (rig: JournalRig, now: number): readonly string[] =>
    decide(rig.state(), now, { stopping: false }).commands.flatMap((command) =>
      command.type === 'start' ? [`${command.task} ${command.agent}`] : [],
    );

  test('no agent gets more than it may have, and the others take what is left', () => {
    const { rig } = rigOf(
      { agent: 'first', fallbacks: ['second'], maxConcurrent: { first: 2, second: 1 } },
      six,
    );
    expect(startsOf(rig, START)).toEqual(['T-001 first', 'T-002 first', 'T-003 second']);
    rig.start('T-001', 1, 'first');
    expect(startsOf(rig, START)).toEqual(['T-002 first', 'T-003 second']);
  });

  test('a task whose agents are busy leaves its slot to another pool', () => {
    const roles = { implementer: { agents: ['first'], byRisk: { Low: ['second'] } } };
    const tasks = [...six.slice(0, 3), { id: 'T-004', risk: 'Low' as const }];
    const { rig } = rigOf({ parallel: 2, roles, maxConcurrent: { first: 1 } }, tasks);
    expect(startsOf(rig, START)).toEqual(['T-001 first', 'T-004 second']);
  });

  test('after a limit an agent gets half of what it had at work, then one more for each that ends', () => {
    const { rig } = rigOf({ agent: 'first' }, six);
    for (const { id } of six.slice(0, 4)) rig.start(id, 1, 'first');
    rig.at(1).fail('T-001', 1, limited(2)).fail('T-002', 1, limited(2));
    expect(agentsAtWork(rig.state()).get('first')).toBe(2);
    rig.at(2).commit('T-003').commit('T-004');
    expect(startsOf(rig, START + 2 * MINUTE)).toEqual(['T-001 first', 'T-002 first']);
    rig.start('T-001', 2, 'first').at(3).commit('T-001', 2);
    expect(startsOf(rig, START + 3 * MINUTE)).toEqual(['T-002 first', 'T-005 first', 'T-006 first']);
  });
});

test('a limit cools the agent also when it blocks the task that met it', () => {
  const run = rigOf({ agent: 'first', maxRedeliveries: 1 }).failBy([['first', limited(3)]]);
  expect(recordOf(run.rig.state(), taskId('T-001')).state).toMatchObject({
    status: 'blocked',
    because: 'failure',
    message: '1 transient failure; the last: rate limited: ',
  });
  expect(run.choice('T-002')).toMatchObject({ kind: 'cooling', until: START + 3 * MINUTE });
});

test('limits of all its agents in turn end in a block that names them as the reason', () => {
  const run = rigOf({ agent: 'first', fallbacks: ['second'], maxRedeliveries: 5 });
  run.failBy(
    ['first', 'second', 'first', 'second'].map((agent) => [agent, { kind: 'rate-limited', message: '429' }]),
  );
  expect(recordOf(run.rig.state(), taskId('T-001')).state.status).toBe('pending');
  run.failBy([['first', { kind: 'rate-limited', message: '429' }]]);
  expect(recordOf(run.rig.state(), taskId('T-001')).state).toMatchObject({
    status: 'blocked',
    message: '5 transient failures; the last: rate limited: 429',
  });
});

describe('an agent that is not logged in, or cannot be started', () => {
  const loggedOut: Failure = { kind: 'agent-auth', agent: 'first', message: 'please log in' };
  const roles = { implementer: { agents: ['first', 'second'], byRisk: { Low: ['first'] } } };
  const run = () =>
    rigOf({ agent: 'first', roles }, [{ id: 'T-001' }, { id: 'T-002' }, { id: 'T-003', risk: 'Low' }]);

  test('makes room for the next, at that task and all others of the session', () => {
    const { rig, choice } = run().failBy([['first', loggedOut]]);
    expect(rig.state().refusal).toBe(undefined);
    for (const id of ['T-001', 'T-002'])
      expect(choice(id)).toEqual({
        kind: 'agent',
        agent: 'second',
        passedOver: [{ agent: 'first', why: 'unusable' }],
      });
    rig.session({ agent: 'first', roles });
    expect(choice('T-001')).toMatchObject({ agent: 'first', passedOver: [] });
  });

  test('leaves a task that has no other waiting for a person, and says why', () => {
    const { rig, choice } = run().failBy([['first', loggedOut]]);
    expect(choice('T-003')).toEqual({ kind: 'unusable', agents: ['first'], failure: loggedOut });
    rig.start('T-001', 2, 'second').prove('T-001', 2).land('T-001', 2).decide('T-002', 'skip');
    expect(decide(rig.state(), START, { stopping: false })).toEqual({ commands: [], settled: 'finished' });
    expect(explainTask(rig.state(), taskId('T-003'), START)).toMatchObject({
      summary: 'no agent of its pool can be used: agent first is not logged in: please log in',
      next: 'Mend that (`pawl doctor` looks for all agents), then `pawl run`.',
    });
    expect(isStuck(rig.state(), taskId('T-003'), START)).toBe(true);
  });

  test('ends the run when it is the last of the pool that could be used', () => {
    const unavailable: Failure = { kind: 'agent-unavailable', agent: 'second', message: 'gone' };
    const { rig } = run().failBy([
      ['first', loggedOut],
      ['second', unavailable],
    ]);
    expect(rig.state().refusal).toEqual({ task: 'T-001', failure: unavailable });
    expect(
      run()
        .failBy([['first', loggedOut]], 'T-003')
        .rig.state().refusal?.failure,
    ).toBe(loggedOut);
  });
});
