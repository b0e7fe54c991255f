import type { EventBody } from '../domain/event.ts';
import { recordOf } from '../domain/run-state.ts';
import type { RunTools } from './tools.ts';

/**
 * Takes in the decisions of people that other processes left. One that does not fit the task's state any more is
 * dropped: the person saw an older state, and `pawl show` tells the present one.
 */
export function applyInbox({ journal, record }: Pick<RunTools, 'journal' | 'record'>): void {
  for (const entry of journal.readInbox(record.plan)) {
    const { body } = entry;
    if (body.type === 'task.decided' && isDecidable(record, body)) record.record(body);
    journal.removeInbox(entry.id);
  }
}

function isDecidable(
  record: RunTools['record'],
  { task, decision }: Extract<EventBody, { type: 'task.decided' }>,
): boolean {
  const { state, completion } = recordOf(record.state, task);
  const { status } = state;
  if (decision === 'keep' && completion === undefined) return false;
  return status !== 'running' && status !== 'proven' && status !== 'completed';
}
