import { expect, test } from 'vitest';
import type { AgentEvent } from '../../../src/ports/agent.ts';
import { activityAfter } from '../../../src/cli/activity.ts';
import type { LiveActivity } from '../../../src/reporting/board.ts';
import { noUsage } from '../../../src/domain/usage.ts';
import { taskId } from '../../rig/events.ts';

const task = taskId('T-1');

function after(...events: readonly (readonly [at: number, event: AgentEvent])[]): LiveActivity {
  return events.reduce<LiveActivity>(
    (before, [now, event]) => activityAfter(before, { type: 'agent', task, event }, now),
    {},
  );
}

const tool: AgentEvent = { type: 'tool', name: 'Edit', detail: 'src/greet.ts' };

test('an agent is doing what its last tool does, until it writes again', () => {
  expect(after([1, { type: 'text', text: 'I look first' }], [2, tool])).toEqual({
    doing: 'Edit src/greet.ts',
    said: 'I look first',
    since: 2,
  });
  expect(after([1, tool], [2, { type: 'text', text: 'Edited.' }])).toEqual({ said: 'Edited.', since: 2 });
});

test('figures and turns are progress, retries are not, and the next progress ends them', () => {
  const retrying = after(
    [1, tool],
    [2, { type: 'usage', usage: noUsage }],
    [9, { type: 'retrying', reason: '529' }],
  );
  expect(retrying).toEqual({ doing: 'Edit src/greet.ts', since: 2, retrying: '529' });
  expect(activityAfter(retrying, { type: 'agent', task, event: { type: 'turn' } }, 12)).toEqual({
    doing: 'Edit src/greet.ts',
    since: 12,
  });
});

test('a gate takes the place of what the agent did', () => {
  expect(
    activityAfter(after([1, tool]), { type: 'gate', task, gate: 'test', purpose: 'attempt' }, 5),
  ).toEqual({
    gate: 'test',
    since: 5,
  });
});
