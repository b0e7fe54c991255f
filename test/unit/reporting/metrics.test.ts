import { expect, test } from 'vitest';
import { emptyState } from '../../../src/domain/run-state.ts';
import { etaMs } from '../../../src/reporting/eta.ts';
import { metricsOf } from '../../../src/reporting/metrics.ts';
import { attemptsAllowed } from '../../../src/reporting/tally.ts';
import { recordOf } from '../../../src/domain/run-state.ts';
import { commitId, JournalRig, makePlan, MINUTE, START, taskId } from '../../rig/events.ts';

const two = makePlan([{ id: 'T-001' }, { id: 'T-002' }]);

test('an empty journal has no figures but zeros', () => {
  expect(metricsOf(emptyState(), START)).toEqual({
    attempts: 0,
    landed: 0,
    sentBack: 0,
    falseCompletions: 0,
    conflicts: 0,
    conflictRate: 0,
    reworkRate: 0,
    verificationFailureRate: 0,
    gateRunsPerLanding: 0,
    slots: 1,
    wallMs: 0,
    workMs: 0,
    parallelEfficiency: 0,
    velocityPerHour: 0,
    timeSavedMs: 0,
  });
});

test('times are measured against the slots of the session', () => {
  const rig = new JournalRig(two).begin({ parallel: 2 }).start('T-001').start('T-002');
  rig.at(20).prove('T-001').land('T-001').at(30).prove('T-002').land('T-002').at(40).endSession('done');
  // 20 + 30 minutes of work in 40 minutes with two slots; a later look changes nothing.
  expect(metricsOf(rig.state(), START + 500 * MINUTE)).toMatchObject({
    slots: 2,
    wallMs: 40 * MINUTE,
    workMs: 50 * MINUTE,
    parallelEfficiency: 0.625,
    velocityPerHour: 3,
    timeSavedMs: 10 * MINUTE,
  });
});

test('rework, conflicts, false completions and gate runs are counted from how attempts ended', () => {
  const rig = new JournalRig(two).begin();
  rig.start('T-001').refute('T-001', 1);
  rig.start('T-001', 2).prove('T-001', 2);
  rig.reject('T-001', 2, { kind: 'conflict', paths: ['a'], onto: commitId('1') });
  rig.start('T-001', 3).interrupt('T-001', 3);
  rig.start('T-001', 4).fail('T-001', 4, { kind: 'agent', how: 'crashed', message: 'exit code 1' });
  rig.start('T-001', 5).prove('T-001', 5).gate('T-001', 5, { cached: true }, 'landing').land('T-001', 5);
  expect(metricsOf(rig.state(), rig.now)).toMatchObject({
    attempts: 5,
    landed: 1,
    sentBack: 3,
    falseCompletions: 1,
    conflicts: 1,
    conflictRate: 1 / 2,
    reworkRate: 2 / 3,
    verificationFailureRate: 1 / 3,
    gateRunsPerLanding: 3,
  });
  // The conflict, the interruption and the crash were free: 5 of its own fault, and 3.
  expect(attemptsAllowed(recordOf(rig.state(), taskId('T-001')), 5)).toBe(8);
});

test('only what happened within the session counts as its work', () => {
  const rig = new JournalRig(two).begin({ parallel: 1 }).start('T-001');
  rig.at(10).interrupt('T-001').endSession().at(60).session({ parallel: 1 }).start('T-001', 2);
  expect(metricsOf(rig.state(), START + 70 * MINUTE)).toMatchObject({
    wallMs: 10 * MINUTE,
    workMs: 10 * MINUTE,
    parallelEfficiency: 1,
  });
});

test('there is no ETA until a task has landed; then it is scaled by what that task took', () => {
  const plan = makePlan([
    { id: 'T-001', size: 'S' },
    { id: 'T-002', size: 'M' },
    { id: 'T-003', size: 'M', dependencies: ['T-002'] },
    { id: 'T-004', size: 'L' },
  ]);
  const rig = new JournalRig(plan).begin({ parallel: 2 }).start('T-001');
  expect(etaMs(rig.state(), rig.now)).toBeUndefined();
  // An S task took 10 minutes and not 5: everything takes twice as long. 30 + 30 minutes of chain, 80 of L.
  rig.at(10).prove('T-001').land('T-001');
  expect(etaMs(rig.state(), rig.now)).toBe(80 * MINUTE);
  rig.start('T-004').at(50);
  expect(etaMs(rig.state(), rig.now)).toBe(60 * MINUTE);
});

test('blocked tasks, and those that wait for them, are left out of the ETA', () => {
  const plan = makePlan([
    { id: 'T-001', size: 'S' },
    { id: 'T-002', size: 'L' },
    { id: 'T-003', size: 'L', dependencies: ['T-002'] },
    { id: 'T-004', size: 'S' },
  ]);
  const rig = new JournalRig(plan).begin().start('T-001').at(5).prove('T-001').land('T-001');
  rig.start('T-002').fail('T-002', 1, { kind: 'budget', message: '20 USD' });
  expect(etaMs(rig.state(), rig.now)).toBe(5 * MINUTE);
});

test('of a proven task only a tenth of its time is expected still', () => {
  const plan = makePlan([
    { id: 'T-001', size: 'S' },
    { id: 'T-002', size: 'L' },
  ]);
  const rig = new JournalRig(plan).begin().start('T-001').at(5).prove('T-001').land('T-001');
  rig.start('T-002').at(15);
  expect(etaMs(rig.state(), rig.now)).toBe(30 * MINUTE);
  expect(etaMs(rig.prove('T-002').state(), rig.now)).toBe(4 * MINUTE);
});
