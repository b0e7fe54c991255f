import { expect, test } from 'vitest';
import { runViewOf } from '../../../src/reporting/views.ts';
import { commitId, JournalRig, makePlan, MINUTE, START } from '../../rig/events.ts';

test('every status has its view, with the times of the journal', () => {
  const plan = makePlan([
    { id: 'T-001' },
    { id: 'T-002', dependencies: ['T-001'] },
    { id: 'T-003' },
    { id: 'T-004' },
    { id: 'T-005', declared: 'completed' },
    { id: 'T-006', declared: 'skipped' },
    { id: 'T-007', dependencies: ['T-003'] },
    { id: 'T-008' },
  ]);
  const rig = new JournalRig(plan).begin();
  rig.start('T-001').at(5);
  rig.commit('T-001', 1, [
    { path: 'src/b.ts', change: 'renamed', from: 'src/old.ts' },
    { path: 'src/a.ts', change: 'added' },
  ]);
  rig.gate('T-001').add({ type: 'attempt.proven', task: plan.tasks[0]!.id, attempt: 1 });
  rig.at(6).land('T-001', 1, commitId('abc1234')).at(7).start('T-002');
  rig.start('T-003').fail('T-003', 1, { kind: 'agent-blocked', message: 'which port?' });
  rig.start('T-004').refute('T-004', 1).start('T-008').prove('T-008');
  const { tasks, ...run } = runViewOf(rig.state(), START + 10 * MINUTE + 345);
  expect(run).toEqual({
    planHash: 'b'.repeat(64),
    at: '2026-09-28T10:40:00Z',
    startedAt: '2026-09-28T10:30:00Z',
    complete: false,
    commit: commitId('abc1234'),
    parallel: true,
  });
  const open = { criteriaDone: [], criteriaRemaining: ['AC1', 'AC2'], filesModified: [] };
  expect(tasks).toEqual([
    {
      id: 'T-001',
      status: 'completed',
      startedAt: '2026-09-28T10:30:00Z',
      completedAt: '2026-09-28T10:36:00Z',
      criteriaDone: ['AC1', 'AC2'],
      criteriaRemaining: [],
      filesModified: ['src/a.ts', 'src/b.ts'],
    },
    { id: 'T-002', status: 'running', startedAt: '2026-09-28T10:37:00Z', ...open },
    {
      id: 'T-003',
      status: 'blocked',
      startedAt: '2026-09-28T10:37:00Z',
      ...open,
      blockedBecause: 'the agent asks for a decision: which port?',
    },
    {
      id: 'T-004',
      status: 'pending',
      startedAt: '2026-09-28T10:37:00Z',
      ...open,
      note: 'attempt 1 sent back: gate test failed',
    },
    {
      id: 'T-005',
      status: 'completed-external',
      criteriaDone: ['AC1', 'AC2'],
      criteriaRemaining: [],
      filesModified: [],
      note: 'external',
    },
    { id: 'T-006', status: 'skipped', ...open, note: 'the backlog says so' },
    { id: 'T-007', status: 'pending', ...open },
    {
      id: 'T-008',
      status: 'proven',
      startedAt: '2026-09-28T10:37:00Z',
      ...open,
      note: 'gates passed, waits to land',
    },
  ]);
});

test('an unchanged task has the same view later', () => {
  const rig = new JournalRig(makePlan([{ id: 'T-001' }])).begin({ parallel: 1 }).start('T-001');
  const early = runViewOf(rig.state(), START + MINUTE);
  const late = runViewOf(rig.state(), START + 60 * MINUTE);
  expect(late.tasks).toEqual(early.tasks);
  expect(late.parallel).toBe(false);
});

test('a run is complete when no task is open', () => {
  const rig = new JournalRig(makePlan([{ id: 'T-001' }, { id: 'T-002' }])).begin();
  rig.start('T-001').prove('T-001').land('T-001');
  expect(runViewOf(rig.state(), START).complete).toBe(false);
  rig.decide('T-002', 'skip');
  expect(runViewOf(rig.state(), START).complete).toBe(true);
});
