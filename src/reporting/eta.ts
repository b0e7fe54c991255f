/** How long the rest of a run may take, from what its landed tasks took. */
import { buildGraph, sizeDurationMs } from '../domain/graph.ts';
import type { TaskId } from '../domain/ids.ts';
import { taskOf, type Plan } from '../domain/plan.ts';
import { slotsFor } from '../domain/policy.ts';
import { isSatisfied, isToDo, recordOf, type RunState, type TaskRecord } from '../domain/run-state.ts';
import { openTasks } from '../domain/schedule.ts';
import { endedAt } from './tally.ts';

/** A task at work is taken to need at least this share of its predicted time still, a proven one just that. */
const LEAST_LEFT = 0.1;

/**
 * Milliseconds until every task that can still go on by itself has landed; undefined until the first task has
 * landed. A task is predicted to take its declared size's time, scaled by the median of (time taken / size's
 * time) over this run's landed tasks, failed attempts included. The result is the larger of two lower bounds:
 * the longest remaining chain, and the remaining work divided by the slots (Graham 1966).
 */
export function etaMs(state: RunState, now: number): number | undefined {
  const { plan, session } = state;
  if (plan === undefined || session === undefined) return undefined;
  const scale = scaleOf(state, plan);
  if (scale === undefined) return undefined;
  const left = remainingWork(state, plan, scale, now);
  const graph = buildGraph(plan);
  const tails = new Map<TaskId, number>();
  let work = 0;
  let longest = 0;
  for (const id of graph.order.toReversed()) {
    const own = left.get(id);
    if (own === undefined) continue;
    const behind = graph.successors(id).reduce((most, next) => Math.max(most, tails.get(next) ?? 0), 0);
    tails.set(id, own + behind);
    work += own;
    longest = Math.max(longest, own + behind);
  }
  return Math.max(longest, work / slotsFor(openTasks(state, plan).length, session.policy));
}

function scaleOf(state: RunState, plan: Plan): number | undefined {
  const ratios = plan.tasks.flatMap((task) => {
    const record = recordOf(state, task.id);
    if (record.state.status !== 'completed' || record.state.by !== 'pawl') return [];
    return [timeTaken(record) / sizeDurationMs[task.size]];
  });
  return ratios.toSorted((a, b) => a - b)[Math.floor(ratios.length / 2)];
}

function timeTaken({ attempts }: TaskRecord): number {
  return attempts.reduce(
    (sum, attempt) =>
      attempt.end.status === 'interrupted' ? sum : sum + (endedAt(attempt) ?? 0) - attempt.startedAt,
    0,
  );
}

/** Of tasks that can go on: open, not blocked, held or left out, and depending only on such tasks. */
function remainingWork(state: RunState, plan: Plan, scale: number, now: number): ReadonlyMap<TaskId, number> {
  const only = state.session?.policy.only;
  const left = new Map<TaskId, number>();
  for (const id of buildGraph(plan).order) {
    const task = taskOf(plan, id);
    const record = recordOf(state, id);
    const { status } = record.state;
    const isWaiting = isToDo(record.state);
    if (task === undefined || (!isWaiting && status !== 'running' && status !== 'proven')) continue;
    if (isWaiting && (state.holds.has(id) || (only !== undefined && !only.includes(id)))) continue;
    if (!task.dependencies.every((other) => isSatisfied(state, other) || left.has(other))) continue;
    const predicted = sizeDurationMs[task.size] * scale;
    const started = isWaiting ? now : (record.attempts.at(-1)?.startedAt ?? now);
    const expected = status === 'proven' ? 0 : predicted - Math.max(0, now - started);
    left.set(id, Math.max(predicted * LEAST_LEFT, expected));
  }
  return left;
}
