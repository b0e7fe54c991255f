import { decideTask, type Decision } from '../../app/decision.ts';
import { findTaskId } from '../../app/project.ts';
import { PawlError } from '../../domain/refusal.ts';
import { recordOf } from '../../domain/run-state.ts';
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
  const { project, loaded, journalled } = current;
  const task = findTaskId(loaded.plan, text);
  const isNew = recordOf(current.state, task).state.status === 'stale';
  if (decision === 'keep' && isNew && recordOf(journalled, task).state.status !== 'stale') {
    throw new PawlError('DECISION-REFUSED', `the change of ${task} is not taken over yet`, {
      hint: `\`pawl sync\`, then \`pawl keep ${task}\`.`,
    });
  }
  const state = decision === 'keep' ? journalled : current.state;
  const how = await decideTask(project, loaded, state, task, decision, reason);
  const done = { retry: 'is open again', skip: 'is left out', keep: 'stays completed as it is' }[decision];
  const next =
    how === 'handed-over' ? 'The running process takes it within a second.' : 'Type `pawl run` to go on.';
  return { exitCode: 0, text: `${task} ${done}. ${next}`, json: { task, decision, reason, how } };
}
