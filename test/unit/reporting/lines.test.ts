import { expect, test } from 'vitest';
import { fold } from '../../../src/domain/fold.ts';
import { emptyState, type RunState } from '../../../src/domain/run-state.ts';
import { lineOf } from '../../../src/reporting/lines.ts';
import { commitId, JournalRig, makePlan, START } from '../../rig/events.ts';

function linesOf({ events }: JournalRig): readonly string[] {
  let state: RunState = emptyState();
  return events.flatMap((event) => {
    state = fold(state, event);
    return lineOf(event, state) ?? [];
  });
}

test('a run without a terminal is told line by line', () => {
  const rig = new JournalRig(makePlan([{ id: 'T-001' }, { id: 'T-002', declared: 'completed' }])).begin();
  rig.start('T-001').at(1).refute('T-001', 1, 'FAIL config.test.ts\n  expected 4, got 5\n');
  rig.start('T-001', 2).interrupt('T-001', 2, 'stop').endSession('stopped');
  rig.at(60).session().start('T-001', 3).prove('T-001', 3);
  rig.reject('T-001', 3, { kind: 'conflict', paths: ['src/a.ts'], onto: commitId('1') });
  rig.start('T-001', 4).prove('T-001', 4).land('T-001', 4, commitId('abc1234')).endSession('done');
  rig.add({ type: 'run.landed', branch: 'main', commit: commitId('abc1234'), from: commitId('ba5e') });
  expect(linesOf(rig)).toEqual([
    '10:30:00 run of demo begins at ba5e000 on main',
    '10:30:00 plan demo: 2 tasks, 1 completed',
    '10:30:00 session 1 started: agent scripted, 3 at once',
    '10:30:00 T-001 attempt 1 started (scripted)',
    '10:31:00 T-001 attempt 1 committed c0ffee0, 1 file',
    '10:31:00 T-001 gate test failed in 1.2s (exit code 1)\n  FAIL config.test.ts\n    expected 4, got 5',
    '10:31:00 T-001 sent back: gate test failed; the agent had claimed to be done  (next: attempt 2 of 5)',
    '10:31:00 T-001 attempt 2 started (scripted)',
    '10:31:00 T-001 attempt 2 interrupted by the stop; it does not count',
    '10:31:00 session 1 stopped; pawl run goes on',
    '11:30:00 session 2 started: agent scripted, 3 at once',
    '11:30:00 T-001 attempt 3 started (scripted)',
    '11:30:00 T-001 attempt 3 committed c0ffee0, 1 file',
    '11:30:00 T-001 gate test passed in 1.2s',
    '11:30:00 T-001 attempt 3 passed its gates, waits to land',
    '11:30:00 T-001 sent back: conflict with landed work in src/a.ts  (next: attempt 4 of 7)',
    '11:30:00 T-001 attempt 4 started (scripted)',
    '11:30:00 T-001 attempt 4 committed c0ffee0, 1 file',
    '11:30:00 T-001 gate test passed in 1.2s',
    '11:30:00 T-001 attempt 4 passed its gates, waits to land',
    '11:30:00 T-001 landed abc1234',
    '11:30:00 session 2 ended: every task is done',
    '11:30:00 landed on main: ba5e000 → abc1234',
  ]);
});

test('a blocked task comes with what to type next', () => {
  const rig = new JournalRig(makePlan([{ id: 'T-001' }])).begin().start('T-001');
  rig.fail('T-001', 1, { kind: 'agent-blocked', message: 'which port?' }).decide('T-001', 'retry', '8080');
  expect(linesOf(rig).slice(4)).toEqual([
    '10:30:00 T-001 blocked: the agent asks for a decision: which port?\n  next: pawl show T-001, then pawl retry T-001 or pawl skip T-001',
    '10:30:00 T-001 re-opened by ann: 8080',
  ]);
});

test('a failure that is tried again later says when', () => {
  const rig = new JournalRig(makePlan([{ id: 'T-001' }])).begin().start('T-001');
  rig.fail('T-001', 1, { kind: 'rate-limited', resetsAt: START + 90_000, message: '429' });
  expect(linesOf(rig).at(-1)).toBe(
    '10:30:00 T-001 sent back: rate limited: 429  (next: attempt 2 of 6 in 1m 30s)\n' +
      '  scripted is asked again in 1m 30s, when its limit resets by its own word',
  );
});

test('when the environment fails, the task is not blamed and the output is shown', () => {
  const rig = new JournalRig(makePlan([{ id: 'T-001' }])).begin().start('T-001');
  rig.fail('T-001', 1, { kind: 'setup', output: 'npm error missing lock file' });
  rig.add({ type: 'session.ended', reason: 'refused', code: 'SETUP-FAILED', message: 'npm ci failed' });
  expect(linesOf(rig).slice(4)).toEqual([
    '10:30:00 T-001 attempt 1 ended: the set-up command failed; the task is not to blame\n  npm error missing lock file',
    '10:30:00 session 1 refused to go on: SETUP-FAILED: npm ci failed',
  ]);
});

test('of a long output the last twelve lines are shown, without its escape sequences', () => {
  const output = Array.from({ length: 40 }, (_, index) => `\u001B[31mline ${index + 1}\u001B[0m`).join('\n');
  const rig = new JournalRig(makePlan([{ id: 'T-001' }])).begin().start('T-001').refute('T-001', 1, output);
  const lines = linesOf(rig)
    .find((line) => line.includes('gate test failed in'))!
    .split('\n');
  expect(lines).toHaveLength(13);
  expect(lines[1]).toBe('  line 29');
  expect(lines[12]).toBe('  line 40');
});

test('held tasks, foreign commits and left-over processes are told', () => {
  const plan = makePlan([{ id: 'T-001' }]);
  const hold = { code: 'BLOCKED::EMPTY-AC', message: 'no criteria', hint: 'Write one.' };
  const rig = new JournalRig(plan).begin({}, [{ task: plan.tasks[0]!.id, ...hold }]);
  rig.add({ type: 'integration.moved', from: commitId('aaa'), to: commitId('bbb') });
  rig.add({ type: 'process.ended', marker: 'm', leftovers: 2 });
  rig.add({ type: 'process.ended', marker: 'n', leftovers: 0 });
  expect(linesOf(rig).slice(1)).toEqual([
    '10:30:00 plan demo: 1 task\n  T-001 held: BLOCKED::EMPTY-AC: no criteria · Write one.',
    '10:30:00 session 1 started: agent scripted, 3 at once',
    '10:30:00 the integration branch went on from aaa0000 to bbb0000',
    '10:30:00 ended left-over processes: 2',
  ]);
});
