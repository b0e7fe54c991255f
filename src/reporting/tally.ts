/** What several reports count alike, so that pulse, board and plan never disagree. */
import type { SyncEffect } from '../domain/event.ts';
import { classOf } from '../domain/failure.ts';
import type { TaskId } from '../domain/ids.ts';
import { indexOf, type Plan, type Task } from '../domain/plan.ts';
import { slotsFor } from '../domain/policy.ts';
import { fold } from '../domain/fold.ts';
import {
  emptyState,
  isOpen,
  recordOf,
  type AttemptRecord,
  type RunState,
  type TaskRecord,
  type TaskState,
} from '../domain/run-state.ts';
import { readyTasks } from '../domain/schedule.ts';
import { unreachable } from '../util/unreachable.ts';

/** Task counts in the words of source 001, "State values". */
export interface Tally {
  readonly pending: number;
  readonly inProgress: number;
  readonly blocked: number;
  readonly completed: number;
  readonly abandoned: number;
  readonly total: number;
}

export type Word = Exclude<keyof Tally, 'total'>;

/** What is done again is pending; proven work is still in progress until it has landed; what others manage counts as completed. */
export function wordOf(state: TaskState): Word {
  switch (state.status) {
    case 'pending':
    case 'stale':
      return 'pending';
    case 'running':
    case 'proven':
      return 'inProgress';
    case 'blocked':
      return 'blocked';
    case 'completed':
    case 'externally-managed':
      return 'completed';
    case 'skipped':
    case 'abandoned':
      return 'abandoned';
    default:
      return unreachable(state);
  }
}

export function tallyOf(state: RunState, tasks: readonly Task[]): Tally {
  const tally = { pending: 0, inProgress: 0, blocked: 0, completed: 0, abandoned: 0, total: tasks.length };
  for (const task of tasks) tally[wordOf(recordOf(state, task.id).state)] += 1;
  return tally;
}

/** Ready tasks, best first, under the session's policy, or the default order when there was no session yet. */
export function readyIds(state: RunState, plan: Plan, now: number): readonly TaskId[] {
  return readyTasks(state, plan, state.session?.policy ?? { riskOrder: true }, now).map((task) => task.id);
}

/** True while a session has begun and not ended, as far as the journal knows; it may have been killed. */
export function isInSession(state: RunState): boolean {
  return state.session !== undefined && state.session.ended === undefined;
}

/**
 * How many tasks may be worked on at once: by the number of tasks that were open when the session began, so that
 * figures over the whole session have one denominator. 1 without a session.
 */
export function slotsOfSession(state: RunState, plan: Plan): number {
  const { session } = state;
  if (session === undefined) return 1;
  const open = plan.tasks.filter((task) => {
    const { state: now } = recordOf(state, task.id);
    return isOpen(now) || (now.status === 'completed' && now.by === 'pawl' && now.at >= session.startedAt);
  });
  return slotsFor(open.length, session.policy);
}

/**
 * The number the last attempt may have: `maxAttempts`, and one more for each attempt that did not count against
 * the task (interrupted, transient, a conflict, the environment, or before a person re-opened it).
 */
export function attemptsAllowed(record: TaskRecord, maxAttempts: number): number {
  const free = record.attempts.filter(
    (attempt) => attempt.end.status !== 'open' && !isOwnFault(attempt, record),
  );
  return maxAttempts + free.length;
}

function isOwnFault({ number, end }: AttemptRecord, record: TaskRecord): boolean {
  if (end.status !== 'failed' || number < record.countFrom) return end.status === 'landed';
  const kind = classOf(end.failure);
  return kind === 'logic' || kind === 'resource';
}

/** When the attempt ended, in ms since the epoch; undefined while it is open. */
export function endedAt(attempt: AttemptRecord): number | undefined {
  return attempt.end.status === 'open' ? undefined : attempt.end.at;
}

/**
 * What the state would be if a session adopted `plan` now: the backlog's own statuses are taken over where the
 * journal knows nothing. `state` itself is left as it is; undefined means that nothing has been run yet.
 */
export function withPlan(
  state: RunState | undefined,
  plan: Plan,
  effects: readonly SyncEffect[] = [],
): RunState {
  const copy = { ...(state ?? emptyState()), tasks: new Map(state?.tasks) };
  const holds = [...copy.holds.values()].filter((hold) => indexOf(plan).has(hold.task));
  return fold(copy, { seq: copy.seq, at: copy.at, body: { type: 'plan.adopted', plan, holds, effects } });
}
