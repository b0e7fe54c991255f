/**
 * What the live terminal board shows, as data; board-text.ts draws it.
 *
 * Owns: which rows there are, in which order, with which words. Does not own: columns, rows, colour, the terminal.
 */
import { describeTokens, describeUsd } from '../domain/amount.ts';
import { describeFailure } from '../domain/failure.ts';
import type { TaskId } from '../domain/ids.ts';
import type { Plan } from '../domain/plan.ts';
import { describeBlock, isToDo, recordOf, titleOf, type RunState } from '../domain/run-state.ts';
import { waitingOf } from '../domain/schedule.ts';
import { tokensOf, type Usage } from '../domain/usage.ts';
import { etaMs } from './eta.ts';
import { metricsOf, type Metrics } from './metrics.ts';
import { attemptsAllowed, isInSession, tallyOf, type Tally } from './tally.ts';
import { plain } from './text.ts';
import { describeWaiting } from './waiting-text.ts';

/** What is seen of a task's work right now and is not in the journal. For people to watch only. */
export interface LiveActivity {
  /** 0..100, as the agent reports it. */
  readonly percent?: number;
  /** The tool that the agent uses, with the file or command; absent while it writes. */
  readonly doing?: string;
  /** What the agent said last. */
  readonly said?: string;
  /** Why a request to the model is made once more. That is no progress. */
  readonly retrying?: string;
  /** The gate that is running. */
  readonly gate?: string;
  /** When the last real progress was seen, in ms since the epoch. */
  readonly since?: number;
}

export interface RunningRow {
  readonly task: TaskId;
  readonly title: string;
  readonly agent: string;
  readonly attempt: number;
  /** The highest number an attempt of this task may still get. */
  readonly attemptsAllowed: number;
  /** `preparing`, `coding`, `proving`, `gate test`, `landing`, `landing: test`. */
  readonly stage: string;
  readonly startedAt: number;
  readonly percent?: number;
  readonly doing?: string;
  readonly said?: string;
  readonly retrying?: string;
  /** When the last real progress was seen. */
  readonly activeAt?: number;
  /** Of this attempt so far, in words: `43k tokens · 0.12 USD`. */
  readonly used?: string;
}

export interface RecentRow {
  readonly kind: 'landed' | 'sent-back' | 'blocked';
  readonly task: TaskId;
  readonly title: string;
  readonly detail: string;
  readonly at: number;
}

export interface WaitingRow {
  readonly task: TaskId;
  readonly title: string;
  readonly reason: string;
  readonly ready: boolean;
}

/** All texts have passed `plain`. Times are ms since the epoch, lengths ms. */
export interface BoardModel {
  readonly title: string;
  readonly tally: Tally;
  readonly elapsedMs: number;
  /** Absent until the first task has landed, and when nothing is left that can go on. */
  readonly etaMs?: number;
  /** Tasks being worked on, longest first, then the one that is landing. */
  readonly running: readonly RunningRow[];
  /** Proven tasks behind the landing one, next first. */
  readonly queue: readonly TaskId[];
  /** What ended in this session: blocked first, then newest first; at most 50. */
  readonly recent: readonly RecentRow[];
  /** Ready tasks first, then backlog order; at most 50. */
  readonly waiting: readonly WaitingRow[];
  /** Waiting tasks beyond the listed ones. */
  readonly moreWaiting: number;
  readonly metrics: Metrics;
}

const MOST_ROWS = 50;

/** `now` in ms since the epoch. */
export function boardOf(state: RunState, live: ReadonlyMap<TaskId, LiveActivity>, now: number): BoardModel {
  const { plan, session } = state;
  const queue = plan === undefined ? [] : mergeQueue(state, plan);
  const [landing, ...queued] = queue;
  const eta = isInSession(state) ? etaMs(state, now) : undefined;
  const inWork = plan?.tasks.flatMap(({ id }) => runningRow(state, id, landing, live.get(id))) ?? [];
  return {
    title: plain(plan?.title ?? '') || (plan?.name ?? ''),
    tally: tallyOf(state, plan?.tasks ?? []),
    elapsedMs: session === undefined ? 0 : Math.max(0, (session.ended?.at ?? now) - session.startedAt),
    ...(eta !== undefined && eta > 0 && { etaMs: eta }),
    running: inWork.toSorted(
      (a, b) => Number(a.task === landing) - Number(b.task === landing) || a.startedAt - b.startedAt,
    ),
    queue: queued,
    recent: plan === undefined ? [] : recentRows(state, plan),
    ...(plan === undefined ? { waiting: [], moreWaiting: 0 } : waitingRows(state, plan, now)),
    metrics: metricsOf(state, now),
  };
}

/** Proven tasks, the one that lands now first. */
function mergeQueue(state: RunState, plan: Plan): readonly TaskId[] {
  return plan.tasks
    .flatMap(({ id }) => {
      const { state: task } = recordOf(state, id);
      return task.status === 'proven' ? [{ id, since: task.since }] : [];
    })
    .toSorted((a, b) => a.since - b.since)
    .map(({ id }) => id);
}

function runningRow(
  state: RunState,
  id: TaskId,
  landing: TaskId | undefined,
  live: LiveActivity = {},
): readonly RunningRow[] {
  const record = recordOf(state, id);
  const attempt = record.attempts.at(-1);
  const { state: task } = record;
  if (attempt === undefined || (task.status !== 'running' && id !== landing)) return [];
  return [
    {
      task: id,
      title: plain(titleOf(state, id)),
      agent: plain(attempt.agent),
      attempt: attempt.number,
      attemptsAllowed: attemptsAllowed(record, state.session?.policy.maxAttempts ?? attempt.number),
      stage: stageOf(task.status === 'running' ? task.stage : 'landing', live.gate),
      startedAt: attempt.startedAt,
      ...(live.percent !== undefined && { percent: Math.min(100, Math.max(0, live.percent)) }),
      ...(live.doing !== undefined && { doing: plain(live.doing) }),
      ...(live.said !== undefined && { said: plain(live.said) }),
      ...(live.retrying !== undefined && { retrying: plain(live.retrying) }),
      ...(live.since !== undefined && { activeAt: live.since }),
      ...(attempt.usage !== undefined && { used: usedText(attempt.usage) }),
    },
  ];
}

function usedText(usage: Usage): string {
  const tokens = describeTokens(tokensOf(usage));
  return usage.costUsd === undefined ? tokens : `${tokens} · ${describeUsd(usage.costUsd)}`;
}

function stageOf(stage: 'preparing' | 'coding' | 'proving' | 'landing', gate: string | undefined): string {
  if (gate === undefined) return stage;
  if (stage === 'landing') return `landing: ${plain(gate)}`;
  return stage === 'proving' ? `gate ${plain(gate)}` : stage;
}

function recentRows(state: RunState, plan: Plan): readonly RecentRow[] {
  const from = state.session?.startedAt ?? 0;
  const rank = (row: RecentRow): number => (row.kind === 'blocked' ? 0 : 1);
  return plan.tasks
    .flatMap(({ id }) => recentRow(state, id))
    .filter((row) => row.at >= from || row.kind === 'blocked')
    .toSorted((a, b) => rank(a) - rank(b) || b.at - a.at)
    .slice(0, MOST_ROWS);
}

function recentRow(state: RunState, id: TaskId): readonly RecentRow[] {
  const record = recordOf(state, id);
  const { state: task } = record;
  const row = { task: id, title: plain(titleOf(state, id)) };
  if (task.status === 'completed' && task.by === 'pawl') {
    return [{ ...row, kind: 'landed', detail: `landed ${task.commit.slice(0, 7)}`, at: task.at }];
  }
  if (task.status === 'blocked') {
    return [{ ...row, kind: 'blocked', detail: plain(describeBlock(task)), at: task.since }];
  }
  if (task.status !== 'pending' && task.status !== 'running') return [];
  // Its attempt may be under way again; why the one before was sent back stays worth a look.
  const end = record.attempts.findLast((attempt) => attempt.end.status !== 'open')?.end;
  if (end?.status !== 'failed') return [];
  return [{ ...row, kind: 'sent-back', detail: plain(describeFailure(end.failure)), at: end.at }];
}

function waitingRows(state: RunState, plan: Plan, now: number): Pick<BoardModel, 'waiting' | 'moreWaiting'> {
  const all = plan.tasks.flatMap((task) => {
    if (!isToDo(recordOf(state, task.id).state)) return [];
    const waiting = waitingOf(state, plan, task, now);
    return [{ task, waiting }];
  });
  const rows = all
    .toSorted((a, b) => Number(b.waiting.kind === 'nothing') - Number(a.waiting.kind === 'nothing'))
    .slice(0, MOST_ROWS)
    .map(({ task, waiting }) => ({
      task: task.id,
      title: plain(task.title),
      reason: describeWaiting(waiting, now, 4),
      ready: waiting.kind === 'nothing',
    }));
  return { waiting: rows, moreWaiting: all.length - rows.length };
}
