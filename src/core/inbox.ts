import { recordOf } from '../domain/run-state.ts';
import type { RunTools } from './tools.ts';

/**
 * Takes in the decisions of people that other processes left. One that does not fit the task's state any more is
 * dropped: the person saw an older state, and `pawl show` tells the present one.
 */
export function applyInbox({ journal, record }: Pick<RunTools, 'journal' | 'record'>): void {
  for (const entry of journal.readInbox(record.plan)) {
    const { body } = entry;
    if (body.type === 'task.decided' && isDecidable(record, body.task)) record.record(body);
    journal.removeInbox(entry.id);
  }
}

function isDecidable(record: RunTools['record'], task: Parameters<typeof recordOf>[1]): boolean {
  const { status } = recordOf(record.state, task).state;
  return status !== 'running' && status !== 'proven' && status !== 'completed';
}
