import { userInfo } from 'node:os';
import { postToInbox } from '../adapters/journal-sqlite/sqlite-journal.ts';
import { RunRecord } from '../core/record.ts';
import type { EventBody } from '../domain/event.ts';
import type { TaskId } from '../domain/ids.ts';
import { PawlError } from '../domain/refusal.ts';
import { recordOf, type RunState } from '../domain/run-state.ts';
import type { LoadedPlan } from '../planning/read-plan.ts';
import { writeViews } from '../planning/write-views.ts';
import { runViewOf } from '../reporting/views.ts';
import { systemClock, withJournal } from './open-journal.ts';
import { workerOf, type Project } from './project.ts';

export type Decision = 'retry' | 'skip' | 'keep';

/**
 * Records a person's decision. While a process works on the run it is handed over to that process, which takes it
 * within a second (`handed-over`). Throws DECISION-REFUSED when it does not fit the task's state, or NO-RUN.
 */
export async function decideTask(
  project: Project,
  loaded: LoadedPlan,
  state: RunState,
  task: TaskId,
  decision: Decision,
  reason: string,
): Promise<'recorded' | 'handed-over'> {
  refuseUnfit(state, task, decision);
  const body: EventBody = { type: 'task.decided', task, decision, reason, by: userName() };
  if ((await workerOf(project)) !== undefined) {
    postToInbox(project.places.journalFile, loaded.plan.name, body, systemClock.now());
    return 'handed-over';
  }
  return withJournal(project, async (journal): Promise<'recorded'> => {
    const record = new RunRecord(loaded.plan.name, journal, systemClock);
    record.record(body);
    if (project.config.views) {
      await writeViews({ root: project.root, loaded, view: runViewOf(record.state, systemClock.now()) });
    }
    return 'recorded';
  });
}

/** In a container the user's number may have no name. */
export function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return process.env['USER'] ?? `user ${process.getuid?.() ?? ''}`.trim();
  }
}

function refuseUnfit(state: RunState, task: TaskId, decision: Decision): void {
  const { state: now, completion } = recordOf(state, task);
  const { status } = now;
  const hint = `Type \`pawl show ${task}\`.`;
  if (status === 'running' || status === 'proven') {
    throw new PawlError('DECISION-REFUSED', `${task} is being worked on`, { hint });
  }
  if (decision === 'keep' && (completion === undefined || status === 'completed')) {
    const why = status === 'completed' ? 'is completed already' : 'was never completed';
    throw new PawlError('DECISION-REFUSED', `${task} ${why}`, { hint });
  }
  if (status === 'completed' && decision === 'skip') {
    throw new PawlError('DECISION-REFUSED', `${task} is completed`, { hint });
  }
  if (decision === 'retry' && status === 'pending' && recordOf(state, task).attempts.length === 0) {
    throw new PawlError('DECISION-REFUSED', `${task} is pending and has not been tried yet`, {
      hint: 'Type `pawl run`.',
    });
  }
  if (decision === 'skip' && status === 'skipped')
    throw new PawlError('DECISION-REFUSED', `${task} is skipped already`, { hint });
}
