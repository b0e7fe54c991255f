import { describe, expect, test } from 'vitest';
import { agentRecords, type AgentRecord } from '../../../src/domain/agent-records.ts';
import type { Failure } from '../../../src/domain/failure.ts';
import { noUsage } from '../../../src/domain/usage.ts';
import { finished, JournalRig, makePlan, MINUTE, START, taskId } from '../../rig/events.ts';

const plan = makePlan([
  { id: 'T-001', risk: 'High' },
  { id: 'T-002', risk: 'Low' },
  { id: 'F-001', kind: 'fix', risk: 'High' },
]);
const begun = (): JournalRig => new JournalRig(plan).begin();
const red: Failure = { kind: 'gate', gate: 'test', output: 'red' };
const usage = (inputTokens: number, costUsd?: number) => ({ ...noUsage, inputTokens, costUsd });

function recordOf(agent: string, ...rigs: readonly JournalRig[]): AgentRecord {
  const record = agentRecords(rigs.map(({ events }) => events)).get(agent);
  if (record === undefined) throw new Error(`no record of ${agent}`);
  return record;
}

test('without a journal there are no records', () => {
  expect(agentRecords([]).size).toBe(0);
  expect(agentRecords([begun().events]).size).toBe(0);
});

describe('the record of an agent', () => {
  test('has its attempts only, of all runs', () => {
    const one = begun().start('T-001', 1, 'claude').prove('T-001').land('T-001');
    one.start('T-002', 1, 'codex').prove('T-002').land('T-002');
    const other = begun().start('T-002', 1, 'claude').refute('T-002');
    expect(recordOf('claude', one, other)).toMatchObject({
      attempts: 2,
      landed: 1,
      judged: 2,
      landedRate: 0.5,
    });
    expect(recordOf('codex', one, other)).toMatchObject({ attempts: 1, landed: 1, judged: 1, landedRate: 1 });
  });

  test('judges it by what landed and what failed by its own doing', () => {
    const rig = begun().start('T-001').prove('T-001');
    rig.reject('T-001', 1, { kind: 'conflict', paths: ['a.ts'], onto: 'c0ffee' });
    rig.start('T-001', 2).fail('T-001', 2, { kind: 'rate-limited', message: '' });
    rig.start('T-001', 3).fail('T-001', 3, { kind: 'agent', how: 'crashed', message: '' });
    rig.start('T-001', 4).interrupt('T-001', 4);
    rig.start('T-001', 5).refute('T-001', 5);
    rig.start('T-001', 6).fail('T-001', 6, { kind: 'agent', how: 'deadline', message: '' });
    rig.start('T-001', 7).prove('T-001', 7).land('T-001', 7);
    rig.start('T-002').fail('T-002', 1, { kind: 'setup', output: '' });
    rig.start('F-001');
    expect(recordOf('scripted', rig)).toMatchObject({
      attempts: 9,
      open: 1,
      landed: 1,
      judged: 4,
      landedRate: 0.25,
      interrupted: 1,
      failures: { conflict: 1, transient: 2, logic: 1, resource: 1, environment: 1 },
      falseClaims: 1,
      crashes: 1,
      rateLimits: 1,
    });
  });

  test('says nothing of how good it is while there is nothing to judge by', () => {
    const record = recordOf(
      'scripted',
      begun().start('T-001').fail('T-001', 1, { kind: 'setup', output: '' }),
    );
    expect(record).not.toHaveProperty('landedRate');
    expect(record).not.toHaveProperty('medianMs');
  });

  test('has a tally for each risk and kind of task that it had', () => {
    const rig = begun().start('T-001').refute('T-001').start('T-001', 2).prove('T-001', 2).land('T-001', 2);
    rig.start('F-001').prove('F-001').land('F-001');
    const { byRisk, byKind } = recordOf('scripted', rig);
    expect(Object.keys(byRisk)).toEqual(['High']);
    expect(byRisk.High).toMatchObject({ attempts: 3, landed: 2, judged: 3 });
    expect(byKind.task).toMatchObject({ attempts: 2, landed: 1 });
    expect(byKind.fix).toMatchObject({ attempts: 1, landed: 1 });
  });

  test('knows its last limit, with the reset time that it reported', () => {
    const resetsAt = START + 9 * MINUTE;
    const rig = begun()
      .start('T-001')
      .at(1)
      .fail('T-001', 1, { kind: 'rate-limited', message: '', resetsAt });
    expect(recordOf('scripted', rig).lastLimit).toEqual({ at: START + MINUTE, resetsAt });
    rig.start('T-001', 2).at(2).fail('T-001', 2, { kind: 'rate-limited', message: '' });
    expect(recordOf('scripted', rig)).toMatchObject({ rateLimits: 2, lastLimit: { at: START + 2 * MINUTE } });
    expect(recordOf('scripted', rig).lastLimit).not.toHaveProperty('resetsAt');
  });

  test('sums what was used: the last word of each attempt, also of one that was cut off', () => {
    const rig = begun();
    const uses = (id: string, tokens: number, costUsd?: number): JournalRig =>
      rig.add({ type: 'usage.recorded', task: taskId(id), attempt: 1, usage: usage(tokens, costUsd) });
    rig.start('T-001');
    uses('T-001', 10, 1);
    uses('T-001', 30, 2);
    const outcome = { ...finished('Done.'), usage: usage(40, 3) };
    rig.add({ type: 'agent.ended', task: taskId('T-001'), attempt: 1, outcome, unread: [] });
    rig.start('T-002');
    uses('T-002', 5);
    rig.interrupt('T-002');
    expect(recordOf('scripted', rig).usage).toMatchObject({ inputTokens: 45, costUsd: 3 });
  });

  test('has the median of its times at work, from the brief to its end', () => {
    const rig = begun();
    for (const [index, minutes] of [1, 9, 2].entries()) {
      rig.at(index * 60).start('T-001', index + 1);
      rig.at(index * 60 + minutes).commit('T-001', index + 1);
      // The gates take their time; it is not the agent's.
      rig.at(index * 60 + 50).fail('T-001', index + 1, red);
    }
    expect(recordOf('scripted', rig).medianMs).toBe(2 * MINUTE);
  });
});
