import { againOf, buildsOn, renderBrief, type BriefInput, type BriefTemplate } from './brief.ts';
import type { TaskId } from './ids.ts';
import { taskOf } from './plan.ts';
import { earlierWordsOf, retryContextOf } from './retry-context.ts';
import { renderRepair } from './retry-section.ts';
import { recordOf, type RunState } from './run-state.ts';

/** What a project gives to every brief. */
export interface BriefSettings extends Pick<BriefInput, 'gates' | 'maxAttempts'> {
  readonly template: BriefTemplate;
}

/** What an agent is told in an attempt at a task of the plan, by what the journal knows. `attempt` is 1-based. */
export function briefOfAttempt(
  state: RunState,
  id: TaskId,
  attempt: number,
  { template, gates, maxAttempts }: BriefSettings,
): string {
  const { plan } = state;
  const task = plan === undefined ? undefined : taskOf(plan, id);
  if (plan === undefined || task === undefined)
    throw new Error(`Internal error: a brief of ${id} outside its plan`);
  const record = recordOf(state, id);
  return renderBrief(template, {
    plan,
    task,
    attempt,
    maxAttempts,
    gates,
    again: againOf(record),
    earlier: earlierWordsOf(record, attempt),
    retry: retryContextOf(record, attempt, maxAttempts),
    done: buildsOn(plan, task, (other) => filesLanded(state, other)),
  });
}

/** What an agent is told that takes the conversation of a failed attempt up again: it knows the task. */
export function repairBriefOf(state: RunState, id: TaskId, attempt: number, maxAttempts: number): string {
  const retry = retryContextOf(recordOf(state, id), attempt, maxAttempts);
  if (retry === undefined) throw new Error(`Internal error: nothing to repair in ${id}`);
  return renderRepair(retry);
}

function filesLanded(state: RunState, id: TaskId): readonly string[] {
  const landed = recordOf(state, id).attempts.findLast((attempt) => attempt.end.status === 'landed');
  return (landed?.files ?? []).filter((file) => file.change !== 'deleted').map((file) => file.path);
}
