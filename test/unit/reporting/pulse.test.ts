import { expect, test } from 'vitest';
import { emptyState } from '../../../src/domain/run-state.ts';
import { pulseOf, renderPulse } from '../../../src/reporting/pulse.ts';
import { withPlan } from '../../../src/reporting/tally.ts';
import { JournalRig, makePlan, MINUTE, START, type TaskSketch } from '../../rig/events.ts';

const hold = { code: 'BLOCKED::MISSING-CONTEXT', message: 'docs/a.md does not exist', hint: 'Add the file.' };

test('a run under way is told in the ten lines of the pulse', () => {
  const tasks: TaskSketch[] = [
    { id: 'MONOREPO--T01', risk: 'High' },
    {
      id: 'SCHEMA--T01',
      risk: 'High',
      criteria: 5,
      dependencies: ['MONOREPO--T01'],
      phase: 'Phase 1',
      slice: 'Slice 1.1',
    },
    { id: 'WRITER--T01', dependencies: ['MONOREPO--T01'] },
    { id: 'HASH--T01', risk: 'High', dependencies: ['MONOREPO--T01'] },
    { id: 'LAST--T01', dependencies: ['SCHEMA--T01'] },
    { id: 'OLD--T01', declared: 'abandoned' },
    { id: 'THEIRS--T01', declared: 'externally-managed' },
  ];
  const rig = new JournalRig(makePlan(tasks)).begin();
  rig.start('MONOREPO--T01').at(20).prove('MONOREPO--T01').land('MONOREPO--T01').start('SCHEMA--T01');
  expect(renderPulse(pulseOf(rig.state(), START + 45 * MINUTE))).toBe(
    [
      '### Implementation Pulse (2026-09-28T11:15:00Z)',
      '- Phase: Phase 1 · Slice: Slice 1.1',
      '- Tasks: pending 3 | in-progress 1 | blocked 0 | completed 2 | abandoned 1',
      '- Progress: 28.6% (2/7 tasks)',
      '- High Risk: 1 completed, 2 remaining',
      '- Latest Completed: MONOREPO--T01 (completed 25m ago)',
      '- In Progress: SCHEMA--T01 (0 ACs completed, 5 remaining)',
      '- Next Eligible: HASH--T01, WRITER--T01',
      '- Blockers: none',
      '- Oldest In-Progress: SCHEMA--T01 (started 25m ago)',
    ].join('\n'),
  );
});

test('a plan nobody has worked on has nothing but what is eligible', () => {
  const plan = makePlan([{ id: 'T-001' }, { id: 'T-002', dependencies: ['T-001'] }]);
  expect(renderPulse(pulseOf(withPlan(undefined, plan), START))).toBe(
    [
      '### Implementation Pulse (2026-09-28T10:30:00Z)',
      '- Phase: - · Slice: -',
      '- Tasks: pending 2 | in-progress 0 | blocked 0 | completed 0 | abandoned 0',
      '- Progress: 0.0% (0/2 tasks)',
      '- High Risk: 0 completed, 0 remaining',
      '- Latest Completed: none',
      '- In Progress: none',
      '- Next Eligible: T-001',
      '- Blockers: none',
      '- Oldest In-Progress: none',
    ].join('\n'),
  );
});

test('blocked and held tasks are blockers, and trouble gets lines of its own', () => {
  const plan = makePlan([
    { id: 'T-001' },
    { id: 'T-002', dependencies: ['T-001'] },
    { id: 'T-003', dependencies: ['T-002'] },
    { id: 'T-004' },
    { id: 'T-005' },
  ]);
  const held = { task: plan.tasks[4]!.id, ...hold };
  const rig = new JournalRig(plan).begin({ sameFailureLimit: 2 }, [held]);
  for (const attempt of [1, 3, 5]) {
    rig.at(attempt).start('T-001', attempt).refute('T-001', attempt);
    rig.start('T-001', attempt + 1).refute('T-001', attempt + 1);
    if (attempt < 5) rig.decide('T-001', 'retry');
  }
  rig.start('T-004').fail('T-004', 1, { kind: 'no-change' });
  const lines = renderPulse(pulseOf(rig.state(), START + 60 * MINUTE)).split('\n');
  expect(lines.filter((line) => /Tasks|Blockers/.test(line))).toEqual([
    '- Tasks: pending 4 | in-progress 0 | blocked 1 | completed 0 | abandoned 0',
    '- Blockers: T-001 (failure: the same failure 2 times: gate test failed), T-005 (BLOCKED::MISSING-CONTEXT: docs/a.md does not exist)',
  ]);
  expect(lines.slice(10)).toEqual([
    '- Escalations: T-001 (blocked 3 times, holds up 2)',
    '- False Completions: 6 (T-001 attempt 1, T-001 attempt 2, T-001 attempt 3, T-001 attempt 4, T-001 attempt 5, T-001 attempt 6)',
    '- Sent Back: T-004 (attempt 1: the agent changed nothing)',
  ]);
});

test('the plain object has every id, the text at most eight of them', () => {
  const plan = makePlan(Array.from({ length: 11 }, (_, index) => ({ id: `T-${index + 1}` })));
  const pulse = pulseOf(withPlan(undefined, plan), START);
  expect(pulse.nextEligible).toHaveLength(11);
  expect(renderPulse(pulse)).toContain(
    '- Next Eligible: T-1, T-2, T-3, T-4, T-5, T-6, T-7, T-8 and 3 more\n',
  );
});

test('a state without a plan has an empty pulse', () => {
  expect(pulseOf(emptyState(), START)).toMatchObject({ progress: 0, tasks: { total: 0 }, blockers: [] });
});
