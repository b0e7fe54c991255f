/**
 * Which task is next, and why another is not. Event-driven list scheduling: whenever a slot is free, the best
 * ready task starts; levels are never barriers. Overlapping scopes alone do not hold a task back, because on real
 * histories file overlap predicts conflicts badly; declared conflicts are obeyed.
 */
import { chooseAgent, type AgentChoice } from './agent-choice.ts';
import { overdraftOf, type Overdraft } from './budget.ts';
import { buildGraph } from './graph.ts';
import type { Hold } from './event.ts';
import type { TaskId } from './ids.ts';
import { indexOf, isInferred, type Plan, type Risk, type Task } from './plan.ts';
import type { Policy } from './policy.ts';
import { isOpen, isSatisfied, isToDo, recordOf, type RunState } from './run-state.ts';

/** What a pending task waits for. `nothing`: it is ready and starts when a slot is free. */
export type Waiting =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'held'; readonly hold: Hold }
  | { readonly kind: 'not-selected' }
  | { readonly kind: 'dependency'; readonly on: readonly TaskId[] }
  | { readonly kind: 'conflict'; readonly with: readonly TaskId[] }
  | { readonly kind: 'provisional'; readonly on: readonly TaskId[] }
  | { readonly kind: 'backoff'; readonly until: number }
  /** Nothing starts before a person grants more. */
  | { readonly kind: 'budget'; readonly overdraft: Overdraft }
  /** No agent of its pool may be asked now. */
  | Exclude<AgentChoice, { kind: 'agent' }>;

/** `now` in ms since the epoch. The task must be pending or stale. */
export function waitingOf(state: RunState, plan: Plan, task: Task, now: number): Waiting {
  const hold = state.holds.get(task.id);
  if (hold !== undefined) return { kind: 'held', hold };
  const only = state.session?.policy.only;
  if (only !== undefined && !only.includes(task.id)) return { kind: 'not-selected' };
  const on = openDependencies(state, task);
  if (on.length > 0) return { kind: 'dependency', on };
  if (task.provisional) {
    const untouched = plan.tasks
      .filter((other) => isUntouchedHighRisk(state, other))
      .map((other) => other.id);
    if (untouched.length > 0) return { kind: 'provisional', on: untouched };
  }
  const record = recordOf(state, task.id);
  if (record.state.status === 'pending' && record.state.notBefore > now) {
    return { kind: 'backoff', until: record.state.notBefore };
  }
  const overdraft = overdraftOf(state, task.id, now);
  if (overdraft !== undefined) return { kind: 'budget', overdraft };
  const { policy } = state.session ?? {};
  const choice = policy && chooseAgent(state, policy, task, now);
  if (choice !== undefined && choice.kind !== 'agent') return choice;
  const rivals = (conflictsOf(plan).get(task.id) ?? []).filter((id) => isInWork(state, id));
  return rivals.length > 0 ? { kind: 'conflict', with: rivals } : { kind: 'nothing' };
}

/**
 * What a task still waits for. An inferred dependency is a guess: nothing waits by it for a task that was set aside
 * or that this session was told to leave out.
 */
export function openDependencies(state: RunState, task: Task): readonly TaskId[] {
  const open = task.dependencies.filter((id) => !isSatisfied(state, id));
  if (open.length === 0 || task.inferred === undefined) return open;
  const only = state.session?.policy.only;
  return open.filter((id) => {
    const { status } = recordOf(state, id).state;
    const isAside = status === 'skipped' || status === 'abandoned' || only?.includes(id) === false;
    return !(isAside && isInferred(task, id));
  });
}

/** Pending tasks that could start at `now`, best first; declared conflicts among them are not yet resolved. */
export function readyTasks(
  state: RunState,
  plan: Plan,
  policy: Pick<Policy, 'riskOrder'>,
  now: number,
): readonly Task[] {
  return startable(state, plan, now).toSorted(byPriority(state, plan, policy));
}

/** The best of {@link readyTasks}, without sorting them all. */
export function nextReady(
  state: RunState,
  plan: Plan,
  policy: Pick<Policy, 'riskOrder'>,
  now: number,
): Task | undefined {
  const compare = byPriority(state, plan, policy);
  let best: Task | undefined;
  for (const task of startable(state, plan, now)) {
    if (best === undefined || compare(task, best) < 0) best = task;
  }
  return best;
}

function startable(state: RunState, plan: Plan, now: number): readonly Task[] {
  return plan.tasks.filter(
    (task) => isToDo(recordOf(state, task.id).state) && waitingOf(state, plan, task, now).kind === 'nothing',
  );
}

/**
 * Fix tasks first; then those that are done again; then High before Medium before Low (unless `riskOrder` is off); then the longest predicted
 * remaining path; then more transitive successors; then backlog order.
 */
function byPriority(
  state: RunState,
  plan: Plan,
  policy: Pick<Policy, 'riskOrder'>,
): (a: Task, b: Task) => number {
  const graph = buildGraph(plan);
  const position = positionsOf(plan);
  return (a, b) =>
    rankOfKind(state, a) - rankOfKind(state, b) ||
    (policy.riskOrder ? rankOfRisk(a.risk) - rankOfRisk(b.risk) : 0) ||
    graph.tailMs(b.id) - graph.tailMs(a.id) ||
    graph.transitiveSuccessorCount(b.id) - graph.transitiveSuccessorCount(a.id) ||
    (position.get(a.id) ?? 0) - (position.get(b.id) ?? 0);
}

function rankOfKind(state: RunState, { id, kind }: Task): number {
  if (kind === 'fix') return 0;
  return recordOf(state, id).state.status === 'stale' ? 1 : 2;
}

function rankOfRisk(risk: Risk): number {
  return risk === 'High' ? 0 : risk === 'Medium' ? 1 : 2;
}

/**
 * From the ready tasks, best first, those that may start together, as what `take` makes of them: no two of them are
 * declared as conflicting. One that `take` gives nothing for is left out, and the next one is asked for.
 */
export function pickCompatible<T>(
  plan: Plan,
  ready: readonly Task[],
  slots: number,
  take: (task: Task) => T | undefined,
): readonly T[] {
  const conflicts = conflictsOf(plan);
  const picked: TaskId[] = [];
  const taken: T[] = [];
  for (const task of ready) {
    if (picked.length >= slots) break;
    const rivals = conflicts.get(task.id) ?? [];
    if (picked.some((other) => rivals.includes(other))) continue;
    const made = take(task);
    if (made === undefined) continue;
    picked.push(task.id);
    taken.push(made);
  }
  return taken;
}

/** Being worked on, or waiting to land: both would meet a conflicting task's changes. */
function isInWork(state: RunState, id: TaskId): boolean {
  const { status } = recordOf(state, id).state;
  return status === 'running' || status === 'proven';
}

function isUntouchedHighRisk(state: RunState, task: Task): boolean {
  return task.risk === 'High' && !task.provisional && recordOf(state, task.id).state.status === 'pending';
}

/** The tasks of the plan that still need work, in backlog order. */
export function openTasks(state: RunState, plan: Plan): readonly Task[] {
  return plan.tasks.filter((task) => isOpen(recordOf(state, task.id).state));
}

const conflictMaps = new WeakMap<Plan, ReadonlyMap<TaskId, readonly TaskId[]>>();

/** Declared conflicts, made symmetric; unknown ids are left out. */
function conflictsOf(plan: Plan): ReadonlyMap<TaskId, readonly TaskId[]> {
  const known = conflictMaps.get(plan);
  if (known !== undefined) return known;
  const map = new Map<TaskId, TaskId[]>();
  const add = (from: TaskId, to: TaskId): void => {
    const list = map.get(from);
    if (list === undefined) map.set(from, [to]);
    else if (!list.includes(to)) list.push(to);
  };
  for (const task of plan.tasks) {
    for (const other of task.conflictsWith) {
      if (!indexOf(plan).has(other)) continue;
      add(task.id, other);
      add(other, task.id);
    }
  }
  conflictMaps.set(plan, map);
  return map;
}

const positionMaps = new WeakMap<Plan, ReadonlyMap<TaskId, number>>();

function positionsOf(plan: Plan): ReadonlyMap<TaskId, number> {
  let positions = positionMaps.get(plan);
  if (positions === undefined) {
    positions = new Map(plan.tasks.map((task, index) => [task.id, index]));
    positionMaps.set(plan, positions);
  }
  return positions;
}
