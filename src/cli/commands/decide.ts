import { decideTask, type Decision } from '../../app/decision.ts';
import { findTaskId } from '../../app/project.ts';
import type { CommandContext, Output } from '../output.ts';
import { readCurrent, requireRun } from './current.ts';

export async function decideCommand(
  context: CommandContext,
  text: string,
  decision: Decision,
  reason: string,
): Promise<Output> {
  const current = await readCurrent(context);
  requireRun(current);
  const { project, loaded, state } = current;
  const task = findTaskId(loaded.plan, text);
  const how = await decideTask(project, loaded, state, task, decision, reason);
  const done = decision === 'retry' ? `${task} is open again` : `${task} is left out`;
  const next =
    how === 'handed-over' ? 'The running process takes it within a second.' : 'Type `pawl run` to go on.';
  return { exitCode: 0, text: `${done}. ${next}`, json: { task, decision, reason, how } };
}
