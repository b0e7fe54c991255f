/** Why nothing, or not everything, goes on: the root causes first, then every task that waits. */
import { buildGraph } from '../domain/graph.ts';
import type { TaskId } from '../domain/ids.ts';
import type { Plan } from '../domain/plan.ts';
import { isSatisfied, isToDo, recordOf, titleOf, type RunState } from '../domain/run-state.ts';
import { waitingOf } from '../domain/schedule.ts';
import { explainTask, isStuck, sinceWords, type Explanation } from './stall-text.ts';
import { counted, isoTime, listed, plain } from './text.ts';

export interface StalledTask extends Explanation {
  readonly task: TaskId;
  readonly title: string;
}

export interface RootCause extends StalledTask {
  /** True when a person must do something; false when it goes on, or will, by itself. */
  readonly stuck: boolean;
  /** How many open tasks wait for it, directly or not. */
  readonly holdsUp: number;
}

export interface BlockedReport {
  /** Stuck ones first, then those that hold up most, then backlog order. */
  readonly roots: readonly RootCause[];
  /** Pending tasks that wait for something, and are no root cause, in backlog order. */
  readonly waiting: readonly StalledTask[];
}

/** `now` in ms since the epoch. A root cause is stuck itself, or holds others up and waits for no other task. */
export function blockedReport(state: RunState, now: number): BlockedReport {
  const { plan } = state;
  if (plan === undefined) return { roots: [], waiting: [] };
  const roots: RootCause[] = [];
  const waiting: StalledTask[] = [];
  for (const task of plan.tasks) {
    if (isSatisfied(state, task.id)) continue;
    const stalled = (): StalledTask => ({
      task: task.id,
      title: plain(titleOf(state, task.id)),
      ...explainTask(state, task.id, now),
    });
    const isPending = isToDo(recordOf(state, task.id).state);
    const { kind } = isPending ? waitingOf(state, plan, task, now) : { kind: 'nothing' };
    const stuck = isStuck(state, task.id, now);
    if (stuck || kind !== 'dependency') {
      const holdsUp = countHeldUp(state, plan, task.id);
      if (holdsUp > 0 || (stuck && isOpenAndStuck(state, task.id))) {
        roots.push({ ...stalled(), stuck, holdsUp });
        continue;
      }
    }
    if (isPending && kind !== 'nothing') waiting.push(stalled());
  }
  return {
    roots: roots.toSorted((a, b) => Number(b.stuck) - Number(a.stuck) || b.holdsUp - a.holdsUp),
    waiting,
  };
}

/** Skipped tasks are no stall of their own, only for those that depend on them. */
function isOpenAndStuck(state: RunState, id: TaskId): boolean {
  const { state: now } = recordOf(state, id);
  return now.status === 'blocked' || isToDo(now);
}

function countHeldUp(state: RunState, plan: Plan, id: TaskId): number {
  const graph = buildGraph(plan);
  const behind = new Set(graph.successors(id));
  for (const next of behind) for (const after of graph.successors(next)) behind.add(after);
  return [...behind].filter((other) => isToDo(recordOf(state, other).state)).length;
}

/** For `pawl blocked`; without a line break at the end. */
export function renderBlocked(report: BlockedReport, now: number): string {
  const { roots, waiting } = report;
  if (roots.length === 0 && waiting.length === 0) return 'Nothing is blocked and nothing waits.';
  const lines: string[] = [];
  if (roots.length > 0) {
    lines.push('Root causes');
    for (const root of roots) {
      const held = root.holdsUp === 0 ? '' : ` · holds up ${counted(root.holdsUp, 'task')}`;
      lines.push(`  ${root.task}  ${root.title}${held}`, ...detailLines(root, now));
    }
  }
  if (waiting.length > 0) {
    if (lines.length > 0) lines.push('');
    lines.push('Waiting');
    for (const task of waiting) lines.push(`  ${task.task}  ${task.title}`, `    ${task.summary}`);
  }
  const stuck = roots.filter((root) => root.stuck).map(({ task }) => task);
  if (stuck.length > 0) lines.push('', `Only a person can move ${listed(stuck, 12)}.`);
  return lines.join('\n');
}

function detailLines(task: StalledTask, now: number): readonly string[] {
  return [`    ${task.summary}${sinceWords(task, now)}`, `    next: ${task.next}`];
}

/** For `pawl blocked --json`. `since` is ISO 8601, UTC. */
export function blockedJson(report: BlockedReport): object {
  const withTime = ({ since, ...rest }: StalledTask): object => ({
    ...rest,
    ...(since !== undefined && { since: isoTime(since) }),
  });
  return { roots: report.roots.map(withTime), waiting: report.waiting.map(withTime) };
}
