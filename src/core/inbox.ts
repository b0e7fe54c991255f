import type { EventBody } from '../domain/event.ts';
import { recordOf } from '../domain/run-state.ts';
import { admitEdges } from '../planning/inference/infer-edges.ts';
import type { RunTools } from './tools.ts';

/**
 * Takes in the decisions of people that other processes left. One that does not fit the task's state any more is
 * dropped: the person saw an older state, and `pawl show` tells the present one.
 */
export function applyInbox({ journal, record }: Pick<RunTools, 'journal' | 'record'>): void {
  for (const entry of journal.readInbox(record.plan)) {
    const { body } = entry;
    const isFit =
      (body.type === 'task.decided' && isDecidable(record, body)) ||
      (body.type === 'edge.decided' && isAcyclicWith(record, body)) ||
      body.type === 'budget.granted';
    if (isFit) record.record(body);
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

/** The plan may have grown since the person looked at it. */
function isAcyclicWith(
  { state }: RunTools['record'],
  { edge, verdict }: Extract<EventBody, { type: 'edge.decided' }>,
): boolean {
  if (verdict === 'refuse' || state.plan === undefined) return true;
  return admitEdges(state.plan.tasks, [edge]).dropped.length === 0;
}
