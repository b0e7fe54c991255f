/** What is written back to backlogs, from the folded state; each format maps it to its own words. */
import type { Task } from '../domain/plan.ts';
import { slotsFor } from '../domain/policy.ts';
import { lastFailure, recordOf, type RunState, type TaskRecord } from '../domain/run-state.ts';
import { openTasks } from '../domain/schedule.ts';
import type { RunView, TaskView, ViewStatus } from '../domain/view.ts';
import { unreachable } from '../util/unreachable.ts';
import { isoTime, plain } from './text.ts';

/** `now` in ms since the epoch. Every other time is the journal's, so that an unchanged task's view stays the same. */
export function runViewOf(state: RunState, now: number): RunView {
  const { plan, run, session } = state;
  if (plan === undefined) throw new Error('Internal error: a view of a run without a plan');
  const open = openTasks(state, plan);
  const commit = state.integrationHead;
  return {
    planHash: plan.hash,
    at: isoTime(now),
    startedAt: isoTime(run?.createdAt ?? now),
    complete: open.length === 0,
    ...(commit !== '' && { commit }),
    parallel: session !== undefined && slotsFor(open.length, session.policy) > 1,
    tasks: plan.tasks.map((task) => taskViewOf(state, task)),
  };
}

function taskViewOf(state: RunState, task: Task): TaskView {
  const record = recordOf(state, task.id);
  const { state: now } = record;
  const done = now.status === 'completed' || now.status === 'externally-managed';
  const ids = task.criteria.map(({ id }) => id);
  const note = noteOf(state, record);
  return {
    id: task.id,
    status: statusOf(record),
    ...(record.startedAt !== undefined && { startedAt: isoTime(record.startedAt) }),
    // When work done elsewhere was completed is not known; the backlog's own word for it stays.
    ...(now.status === 'completed' && now.by === 'pawl' && { completedAt: isoTime(now.at) }),
    criteriaDone: done ? ids : [],
    criteriaRemaining: done ? [] : ids,
    filesModified: landedFiles(record),
    ...(note !== undefined && { note: plain(note) }),
    ...(now.status === 'blocked' && { blockedBecause: plain(now.message) }),
  };
}

/** A task's status in the words of the views. */
export function statusOf({ state }: TaskRecord): ViewStatus {
  return state.status === 'completed' && state.by === 'external' ? 'completed-external' : state.status;
}

function landedFiles({ attempts }: TaskRecord): readonly string[] {
  const landed = attempts.findLast(({ end }) => end.status === 'landed');
  return landed === undefined ? [] : landed.files.map(({ path }) => path).toSorted();
}

function noteOf(state: RunState, record: TaskRecord): string | undefined {
  const { state: now } = record;
  switch (now.status) {
    case 'pending': {
      const hold = state.holds.get(record.id);
      if (hold !== undefined) return `${hold.code}: ${hold.message}`;
      const failure = lastFailure(record);
      return failure === undefined ? undefined : `attempt ${record.attempts.length} sent back: ${failure}`;
    }
    case 'running':
      return now.attempt === 1 ? undefined : `attempt ${now.attempt}`;
    case 'proven':
      return 'gates passed, waits to land';
    case 'completed':
      return now.by === 'external' ? 'external' : undefined;
    case 'blocked':
      return undefined;
    case 'stale':
    case 'skipped':
    case 'abandoned':
    case 'externally-managed':
      return now.reason;
    default:
      return unreachable(now);
  }
}
