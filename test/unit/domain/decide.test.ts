import { describe, expect, test } from 'vitest';
import { decide, type Command } from '../../../src/domain/decide.ts';
import { JournalRig, makePlan, MINUTE, START, taskId } from '../../rig/events.ts';

const go = { stopping: false };
const idsOf = (commands: readonly Command[]): readonly string[] => commands.map((command) => command.id);
const four = makePlan([
  { id: 'T-001' },
  { id: 'T-002' },
  { id: 'T-003' },
  { id: 'T-004', dependencies: ['T-001'] },
]);

describe('starting', () => {
  test('as many tasks start as there are slots, with the agent of the policy', () => {
    const { commands, settled } = decide(
      new JournalRig(four).begin({ parallel: 2, agent: 'claude' }).state(),
      START,
      go,
    );
    expect(commands).toEqual([
      { type: 'start', id: 'T-001/1/start', task: 'T-001', attempt: 1, agent: 'claude' },
      { type: 'start', id: 'T-002/1/start', task: 'T-002', attempt: 1, agent: 'claude' },
    ]);
    expect(settled).toBe(undefined);
  });

  test('a task in work takes a slot until it is proven', () => {
    const rig = new JournalRig(four).begin({ parallel: 2 }).start('T-001').start('T-002');
    expect(idsOf(decide(rig.state(), START, go).commands)).toEqual([]);
    rig.prove('T-001');
    expect(idsOf(decide(rig.state(), START, go).commands)).toEqual(['T-001/1/land', 'T-003/1/start']);
  });

  test('a later attempt has the next number, also after one that was cut off', () => {
    const rig = new JournalRig(four).begin({ parallel: 1 }).start('T-001').interrupt('T-001');
    expect(idsOf(decide(rig.state(), START, go).commands)).toEqual(['T-001/2/start']);
  });

  test('nothing starts when a person asked to stop, but what was committed is proven and landed', () => {
    const rig = new JournalRig(four)
      .begin()
      .start('T-001')
      .prove('T-001')
      .start('T-002')
      .commit('T-002')
      .start('T-003');
    expect(idsOf(decide(rig.state(), START, { stopping: true }).commands)).toEqual([
      'T-002/1/check',
      'T-001/1/land',
    ]);
  });

  test('nothing starts once the environment was found broken', () => {
    const rig = new JournalRig(four)
      .begin()
      .start('T-001')
      .fail('T-001', 1, { kind: 'setup', output: 'npm: not found' });
    expect(decide(rig.state(), START, go)).toEqual({ commands: [], settled: 'finished' });
    rig.session();
    expect(idsOf(decide(rig.state(), START, go).commands)).toContain('T-001/2/start');
  });
});

describe('landing', () => {
  test('of two proofs in one millisecond the first journalled lands first, and keeps its turn', () => {
    const rig = new JournalRig(four).begin({ parallel: 2 }).start('T-001').start('T-002').prove('T-002');
    const landings = (): readonly string[] =>
      idsOf(decide(rig.state(), rig.now, go).commands.filter((command) => command.type === 'land'));
    expect(landings()).toEqual(['T-002/1/land']);
    rig.prove('T-001');
    expect(landings()).toEqual(['T-002/1/land']);
  });

  test('one at a time, in the order of proving', () => {
    const rig = new JournalRig(four).begin().start('T-001').start('T-002').start('T-003');
    rig.at(1).prove('T-003').at(2).prove('T-001').at(3).prove('T-002');
    const landings = decide(rig.state(), rig.now, go).commands.filter((command) => command.type === 'land');
    expect(idsOf(landings)).toEqual(['T-003/1/land']);
    rig.land('T-003');
    expect(idsOf(decide(rig.state(), rig.now, go).commands)).toContain('T-001/1/land');
  });

  test('a task sent back from the queue starts again', () => {
    const rig = new JournalRig(four).begin().start('T-001').prove('T-001');
    rig.reject('T-001', 1, { kind: 'conflict', paths: ['a.ts'], onto: 'c0ffee' });
    expect(idsOf(decide(rig.state(), START, go).commands)).toContain('T-001/2/start');
  });
});

describe('waiting and settling', () => {
  const one = makePlan([{ id: 'T-001' }]);

  test('a backoff sets the timer', () => {
    const resetsAt = START + MINUTE;
    const rig = new JournalRig(one)
      .begin()
      .start('T-001')
      .fail('T-001', 1, { kind: 'rate-limited', message: '', resetsAt });
    expect(decide(rig.state(), START, go)).toEqual({ commands: [], wakeAt: resetsAt });
    expect(idsOf(decide(rig.state(), resetsAt, go).commands)).toEqual(['T-001/2/start']);
    expect(decide(rig.state(), START, { stopping: true })).toEqual({ commands: [], settled: 'finished' });
  });

  test('the earliest of several backoffs sets the timer, also while others work', () => {
    const rig = new JournalRig(four).begin().start('T-001').start('T-002').start('T-003');
    const crash = { kind: 'agent', how: 'crashed', message: '' } as const;
    rig.fail('T-001', 1, crash).fail('T-002', 1, crash);
    const { tasks } = rig.state();
    const untils = [...tasks.values()].map(({ state }) =>
      state.status === 'pending' ? state.notBefore : Infinity,
    );
    const { commands, wakeAt } = decide(rig.state(), START, go);
    expect([commands, wakeAt]).toEqual([[], Math.min(...untils)]);
    expect(wakeAt).toBeGreaterThan(START);
  });

  test('an agent that is rate-limited starts nothing else until its own reset time', () => {
    const rig = new JournalRig(four).begin({ parallel: 2 }).start('T-001').start('T-002');
    rig.fail('T-001', 1, { kind: 'rate-limited', message: '', resetsAt: START + 2 * MINUTE });
    rig.fail('T-002', 1, { kind: 'rate-limited', message: '', resetsAt: START + MINUTE });
    expect(decide(rig.state(), START, go)).toEqual({ commands: [], wakeAt: START + 2 * MINUTE });
    expect(idsOf(decide(rig.state(), START + 2 * MINUTE, go).commands)).toEqual(['T-001/2/start']);
  });

  test('its work moves to the next agent of the pool at once, and comes back when the limit is over', () => {
    const rig = new JournalRig(four).begin({ parallel: 2, agent: 'first', fallbacks: ['second'] });
    const agentsOf = (now: number): readonly string[] =>
      decide(rig.state(), now, go).commands.flatMap((command) =>
        command.type === 'start' ? [command.agent] : [],
      );
    expect(agentsOf(START)).toEqual(['first', 'first']);
    rig
      .start('T-001', 1, 'first')
      .fail('T-001', 1, { kind: 'rate-limited', message: '', resetsAt: START + MINUTE });
    expect(agentsOf(START)).toEqual(['second', 'second']);
    rig
      .start('T-001', 2, 'second')
      .fail('T-001', 2, { kind: 'rate-limited', message: '', resetsAt: START + 2 * MINUTE });
    expect(decide(rig.state(), START, go)).toEqual({ commands: [], wakeAt: START + MINUTE });
    expect(agentsOf(START + MINUTE)).toEqual(['first']);
    expect(agentsOf(START + 2 * MINUTE)).toEqual(['first', 'second']);
  });

  test('done when no task is open', () => {
    const rig = new JournalRig(one).begin().start('T-001').prove('T-001').land('T-001');
    expect(decide(rig.state(), START, go)).toEqual({ commands: [], settled: 'done' });
    expect(decide(new JournalRig(one).begin().decide('T-001', 'skip').state(), START, go)).toEqual({
      commands: [],
      settled: 'done',
    });
  });

  test('finished when what is open cannot go on by itself', () => {
    const rig = new JournalRig(four).begin({ only: [taskId('T-001')] });
    rig.start('T-001').fail('T-001', 1, { kind: 'agent-blocked', message: 'which?' });
    expect(decide(rig.state(), START, go)).toEqual({ commands: [], settled: 'finished' });
  });

  test('deciding before there is a plan and a session is a bug', () => {
    expect(() => decide(new JournalRig(one).state(), START, go)).toThrow('Internal error');
  });
});
