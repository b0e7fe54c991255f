/** Every stall has a name and a next thing to type: why a task is not further than it is. */
import { isUsableWithout } from '../domain/agent-choice.ts';
import { describeOverdraft, grantCommand, overdraftOf } from '../domain/budget.ts';
import type { TaskId } from '../domain/ids.ts';
import { taskOf, type Plan, type Task } from '../domain/plan.ts';
import {
  lastFailure,
  recordOf,
  type RunState,
  type TaskRecord,
  type TaskState,
} from '../domain/run-state.ts';
import { classOf, describeFailure } from '../domain/failure.ts';
import { waitingOf, type Waiting } from '../domain/schedule.ts';
import { formatAge, formatDuration } from '../util/duration.ts';
import { unreachable } from '../util/unreachable.ts';
import { endedAt, isInSession } from './tally.ts';
import { isoTime, listed, plain, short } from './text.ts';
import { describeWaiting } from './waiting-text.ts';

export interface Explanation {
  /** One sentence, without the task's id in front. */
  readonly summary: string;
  /** Since when, in ms since the epoch; absent when the journal does not tell. */
  readonly since?: number;
  /** What to type next, or in words that nothing needs to be typed. */
  readonly next: string;
}

const WATCH = 'Nothing; `pawl status --watch` shows it live.';

/** `now` in ms since the epoch. The task must be of the plan. */
export function explainTask(state: RunState, id: TaskId, now: number): Explanation {
  const task = state.plan && taskOf(state.plan, id);
  if (state.plan === undefined || task === undefined) {
    throw new Error(`Internal error: no task ${id} to explain`);
  }
  const record = recordOf(state, id);
  return record.state.status === 'pending' || record.state.status === 'stale'
    ? explainPending(state, state.plan, task, now)
    : explainState(state, record, record.state);
}

function explainState(
  state: RunState,
  record: TaskRecord,
  now: Exclude<TaskState, { status: 'pending' | 'stale' }>,
): Explanation {
  const { id, attempts } = record;
  switch (now.status) {
    case 'running': {
      const summary = `attempt ${now.attempt} is under way (${now.stage})`;
      const since = attempts.at(-1)?.startedAt ?? now.since;
      return isInSession(state)
        ? { summary, since, next: WATCH }
        : { summary: `attempt ${now.attempt} was cut off`, since, next: '`pawl run` takes it up again.' };
    }
    case 'proven': {
      const next = isInSession(state) ? WATCH : '`pawl run` lands it.';
      return { summary: 'its gates passed; it waits to land', since: now.since, next };
    }
    case 'completed':
      return now.by === 'pawl'
        ? { summary: `landed as ${short(now.commit)}`, since: now.at, next: NOTHING }
        : { summary: 'the backlog says that it is completed', since: now.at, next: NOTHING };
    case 'blocked':
      return {
        summary: `blocked (${now.because}): ${plain(now.message)}`,
        since: now.since,
        next: unblock(record, now),
      };
    case 'skipped':
    case 'abandoned':
      return {
        summary: `${now.status}: ${plain(now.reason)}`,
        next: `\`pawl retry ${id}\` opens it again.`,
      };
    case 'externally-managed':
      return { summary: `managed elsewhere: ${plain(now.reason)}`, next: NOTHING };
    default:
      return unreachable(now);
  }
}

const NOTHING = 'Nothing.';

function unblock(record: TaskRecord, now: Extract<TaskState, { status: 'blocked' }>): string {
  const { id, completion, attempts } = record;
  const show = `\`pawl show ${id}\` tells what happened`;
  switch (now.because) {
    case 'failure':
      return `${show}; then \`pawl retry ${id}\` or \`pawl skip ${id}\`.`;
    case 'budget':
      return `Grant it more as said, then \`pawl run\`. Was it the agent's own limit, raise that, then \`pawl retry ${id}\`.`;
    case 'decision-needed': {
      const end = attempts.at(-1)?.end;
      if (end?.status === 'failed' && classOf(end.failure) === 'requirement')
        return `\`pawl retry ${id} --reason "your answer"\` tells the next agent; or settle it in the backlog, or \`pawl skip ${id}\`.`;
      return completion !== undefined
        ? `\`pawl keep ${id}\` lets its result stand; \`pawl retry ${id}\` does it again.`
        : `Settle it in the backlog, then \`pawl retry ${id}\` or \`pawl skip ${id}\`.`;
    }
    default:
      return unreachable(now.because);
  }
}

function explainPending(state: RunState, plan: Plan, task: Task, now: number): Explanation {
  const record = recordOf(state, task.id);
  const waiting = waitingOf(state, plan, task, now);
  const failure = lastFailure(record);
  const before = failure === undefined ? '' : ` (attempt ${record.attempts.length}: ${plain(failure)})`;
  const since = pendingSince(state, record);
  const stale = record.state.status === 'stale' ? `stale: ${plain(record.state.reason)}; ` : '';
  return {
    summary: `${stale}${summaryOf(state, plan, task.id, waiting, now)}${before}`,
    ...(since !== undefined && { since }),
    next: `${nextOf(state, plan, task, waiting, now)}${stale === '' ? '' : ` \`pawl keep ${task.id}\` lets its result stand.`}`,
  };
}

/** Since a person last decided on it or its last attempt ended, else since the run began. */
function pendingSince(state: RunState, record: TaskRecord): number | undefined {
  const last = record.attempts.at(-1);
  const times = [record.decisions.at(-1)?.at, last && endedAt(last)].filter((at) => at !== undefined);
  return times.length > 0 ? Math.max(...times) : state.run?.createdAt;
}

function summaryOf(state: RunState, plan: Plan, task: TaskId, waiting: Waiting, now: number): string {
  switch (waiting.kind) {
    case 'nothing':
      if (state.refusal !== undefined && !isInSession(state)) {
        const { task, failure } = state.refusal;
        return `ready; the session ended because of ${task}: ${plain(describeFailure(failure))}`;
      }
      return isInSession(state)
        ? 'ready; it starts as soon as a slot is free'
        : 'ready; no session is at work';
    case 'held':
    case 'not-selected':
    case 'busy':
    case 'unusable':
      return describeWaiting(waiting, now, Infinity);
    case 'dependency':
      return `waits for ${listed(
        waiting.on.map((id) => withState(state, plan, id, now)),
        8,
      )}`;
    case 'conflict':
      return `declared to conflict with ${listed(
        waiting.with.map((id) => withState(state, plan, id, now)),
        8,
      )}`;
    case 'provisional':
      return `provisional; High-risk tasks come first: ${listed(waiting.on, 8)}`;
    case 'budget':
      return `blocked (budget): ${describeOverdraft(waiting.overdraft, task)}`;
    case 'cooling':
      return `${describeWaiting(waiting, now, Infinity)}, at ${isoTime(waiting.until)}`;
    case 'backoff':
      return `tries again in ${formatDuration(waiting.until - now)}, at ${isoTime(waiting.until)}`;
    default:
      return unreachable(waiting);
  }
}

function withState(state: RunState, plan: Plan, id: TaskId, now: number): string {
  return `${id} (${stateWords(state, plan, id, now)})`;
}

/** A task's state in one or two words; a pending one is ready, held, left out or waiting. */
export function stateWords(state: RunState, plan: Plan, id: TaskId, now: number): string {
  const { status } = recordOf(state, id).state;
  const task = taskOf(plan, id);
  if (status !== 'pending' || task === undefined) return status;
  const { kind } = waitingOf(state, plan, task, now);
  if (kind === 'nothing') return 'ready';
  return kind === 'held' ? 'held' : kind === 'not-selected' ? 'not selected' : 'waiting';
}

function nextOf(state: RunState, plan: Plan, task: Task, waiting: Waiting, now: number): string {
  const goOn = isInSession(state) ? WATCH : '`pawl run` goes on.';
  switch (waiting.kind) {
    case 'held':
      return plain(waiting.hold.hint);
    case 'not-selected':
      return `\`pawl run\` without --only, or with \`--only ${task.id}\`.`;
    case 'dependency': {
      const stuck = stuckBehind(state, plan, task, now)[0];
      const guess = task.inferred?.find(({ on }) => waiting.on.includes(on));
      const wrong =
        guess === undefined
          ? ''
          : ` That it needs ${guess.on} is inferred (${plain(guess.reason)}); \`pawl edge refuse ${task.id} ${guess.on}\` if it does not.`;
      return `${stuck === undefined ? goOn : `\`pawl explain ${stuck}\`: it holds this task up.`}${wrong}`;
    }
    case 'budget': {
      const { scope, limit } = waiting.overdraft;
      return `${grantCommand(scope, limit, task.id)}${isInSession(state) ? '' : ', then `pawl run`'}.`;
    }
    case 'unusable':
      return 'Mend that (`pawl doctor` looks for all agents), then `pawl run`.';
    case 'nothing':
    case 'conflict':
    case 'provisional':
    case 'cooling':
    case 'busy':
    case 'backoff':
      return goOn;
    default:
      return unreachable(waiting);
  }
}

/** The tasks it depends on, directly or not, that cannot go on by themselves; nearest first. */
function stuckBehind(state: RunState, plan: Plan, task: Task, now: number): readonly TaskId[] {
  const seen = new Set<TaskId>(task.dependencies);
  for (const id of seen) for (const next of taskOf(plan, id)?.dependencies ?? []) seen.add(next);
  return [...seen].filter((id) => isStuck(state, id, now));
}

/** Open or set aside, and waiting for a person: no session will move it. */
export function isStuck(state: RunState, id: TaskId, now: number): boolean {
  const { status } = recordOf(state, id).state;
  if (status === 'blocked' || status === 'skipped' || status === 'abandoned') return true;
  if (status !== 'pending' && status !== 'stale') return false;
  const only = state.session?.policy.only;
  if (state.holds.has(id) || (only !== undefined && !only.includes(id))) return true;
  return (
    overdraftOf(state, id, now) !== undefined || (state.unusable.size > 0 && !isUsableWithout(state, id))
  );
}

/** ` · for 2h`, or nothing when it is not known. */
export function sinceWords({ since }: Explanation, now: number): string {
  return since === undefined ? '' : ` · for ${formatAge(now - since)}`;
}
