import { expect, test } from 'vitest';
import { renderTask, taskJson } from '../../../src/reporting/task-text.ts';
import { commitId, JournalRig, makePlan, MINUTE, START, taskId } from '../../rig/events.ts';

const plan = makePlan([
  { id: 'T-001', title: 'Set up' },
  { id: 'T-002', title: 'Parse', dependencies: ['T-001'], risk: 'High' },
]);

function history(): JournalRig {
  const rig = new JournalRig(plan).begin({ sameFailureLimit: 2 });
  rig.start('T-001').at(1).prove('T-001').land('T-001').start('T-002');
  rig.at(4).refute('T-002', 1, '\u001B[31mexpected 4\u001B[0m\n  at parse.test.ts:12');
  rig
    .start('T-002', 2)
    .at(5)
    .refute('T-002', 2, 'expected 5')
    .at(10)
    .decide('T-002', 'retry', 'try once more');
  rig.start('T-002', 3).at(11).interrupt('T-002', 3).start('T-002', 4).at(12);
  rig.commit(
    'T-002',
    4,
    [
      { path: 'src/parse.ts', change: 'modified' },
      { path: 'src/new.ts', change: 'renamed', from: 'src/old.ts' },
    ],
    'I parsed it.\nTests pass.',
  );
  return rig.gate('T-002', 4).add({ type: 'attempt.proven', task: taskId('T-002'), attempt: 4 });
}

test('a landed task is shown with every attempt, its result and its decisions', () => {
  const rig = history().gate('T-002', 4, { cached: true, gate: 'lint' }, 'landing');
  rig.at(13).land('T-002', 4, commitId('abc1234'));
  expect(renderTask(rig.state(), taskId('T-002'), START + 20 * MINUTE, ['/logs/T-002-4.log'])).toBe(
    `T-002  Parse
completed: landed as abc1234 · for 7m
risk High · size M · TASKS.md:2

Criteria
  ✓ AC1  Criterion 1 of T-002
  ✓ AC2  Criterion 2 of T-002

Depends on
  T-001  Set up (completed)

Attempt 1  scripted · 2026-09-28T10:31:00Z · 3m 00s · gate test failed · false claim of being done
  base ba5e000 · head c0ffee0
  A src/a.ts
  ✗ gate test failed (1.2s, exit code 1)
    │ expected 4
    │   at parse.test.ts:12
  said: All done.

Attempt 2  scripted · 2026-09-28T10:34:00Z · 1m 00s · gate test failed · false claim of being done
  base ba5e000 · head c0ffee0
  A src/a.ts
  ✗ gate test failed (1.2s, exit code 1)
    │ expected 5
  said: All done.

Attempt 3  scripted · 2026-09-28T10:40:00Z · 1m 00s · interrupted (crash), does not count
  base ba5e000

Attempt 4  scripted · 2026-09-28T10:41:00Z · 2m 00s · landed abc1234
  base ba5e000 · head c0ffee0
  M src/parse.ts
  R src/old.ts → src/new.ts
  ✓ gate test passed (1.2s)
  ✓ gate lint passed on the merged tree (same tree as before)
  said: I parsed it.
        Tests pass.

Result
  commit     ${commitId('abc1234')}
  workspace  /ws/T-002
  files      2

Decisions
  retry by ann, 10m ago: try once more

Logs
  /logs/T-002-4.log

next: Nothing.`,
  );
});

test('a task nobody has begun is shown with what it waits for', () => {
  const state = new JournalRig(plan).begin().start('T-001').state();
  expect(renderTask(state, taskId('T-002'), START + MINUTE)).toBe(
    `T-002  Parse
pending: waits for T-001 (running) · for 1m
risk High · size M · TASKS.md:2

Criteria
  · AC1  Criterion 1 of T-002
  · AC2  Criterion 2 of T-002

Depends on
  T-001  Set up (running)

next: Nothing; \`pawl status --watch\` shows it live.`,
  );
});

test('the plain object has ISO times and the result of the landed attempt', () => {
  const rig = history().at(13).land('T-002', 4, commitId('abc1234'));
  expect(taskJson(rig.state(), taskId('T-002'), rig.now)).toMatchObject({
    id: 'T-002',
    status: 'completed',
    since: '2026-09-28T10:43:00Z',
    dependencies: [{ id: 'T-001', state: 'completed' }],
    attempts: [
      { number: 1, end: { status: 'failed', falseClaim: true, at: '2026-09-28T10:34:00Z' } },
      { number: 2 },
      { number: 3, end: { status: 'interrupted', because: 'crash' } },
      { number: 4, startedAt: '2026-09-28T10:41:00Z', end: { status: 'landed' } },
    ],
    result: {
      id: 'T-002',
      commit: commitId('abc1234'),
      workspace: '/ws/T-002',
      filesChanged: [
        { path: 'src/parse.ts', change: 'modified' },
        { path: 'src/new.ts', change: 'renamed', from: 'src/old.ts' },
      ],
    },
    decisions: [{ decision: 'retry', at: '2026-09-28T10:40:00Z' }],
    logs: [],
  });
});
