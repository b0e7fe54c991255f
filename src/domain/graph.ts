/**
 * The dependency graph of a plan: cycles, order, critical path, and which tasks may touch the same files. Pure.
 * An edge `A -> B` reads "A depends on B". Wherever an order is free, backlog order decides.
 */
import {
  componentsOf,
  isAcyclic,
  reachableFrom,
  Reachability,
  shortestCycle,
  topologicalOrder,
} from './graph-search.ts';
import type { TaskId } from './ids.ts';
import type { Plan, Size, Task } from './plan.ts';
import { narrowerScope, parseScope, patternsOverlap, ScopeIndex } from './scope-pattern.ts';

/** What a task of a size is taken to last before anything is known of it, in milliseconds. */
export const sizeDurationMs: Readonly<Record<Size, number>> = {
  S: 5 * 60_000,
  M: 15 * 60_000,
  L: 40 * 60_000,
};

/** Ids are checked only later in the reading of a backlog, so any text may be one here. */
export interface GraphNode<Id extends string = TaskId> {
  readonly id: Id;
  readonly dependencies: readonly Id[];
}

/**
 * One cycle for every strongly connected component of two tasks or more: the shortest one through the
 * component's first task in backlog order, beginning with it, the closing task not repeated. Each task of a path
 * depends on the next, the last on the first. Self-loops and unknown dependencies are not looked at; of two
 * nodes with one id the first counts. O(V + E).
 */
export function findCycles<Id extends string>(nodes: readonly GraphNode<Id>[]): readonly (readonly Id[])[] {
  const indexById = new Map<Id, number>();
  nodes.forEach((node, index) => {
    if (!indexById.has(node.id)) indexById.set(node.id, index);
  });
  const edges = nodes.map((node) => {
    const targets: number[] = [];
    for (const id of node.dependencies) {
      const index = id === node.id ? undefined : indexById.get(id);
      if (index !== undefined) targets.push(index);
    }
    return targets;
  });
  if (isAcyclic(edges)) return [];
  const component = componentsOf(edges);
  const isDone = component.sizes.map((size) => size < 2);
  const cycles: Id[][] = [];
  component.of.forEach((number, index) => {
    if (isDone[number]!) return;
    isDone[number] = true;
    cycles.push(shortestCycle(index, edges, component.of).map((at) => nodes[at]!.id));
  });
  return cycles;
}

export interface Graph {
  /** Dependencies first; of the tasks that could come next, the earliest in the backlog. */
  readonly order: readonly TaskId[];
  /** The tasks that depend on it directly, in backlog order. */
  successors(id: TaskId): readonly TaskId[];
  /** 0 for a task without dependencies, else one more than its deepest dependency. */
  level(id: TaskId): number;
  /** Milliseconds from the task's start to the end of the longest chain behind it, by declared size. */
  tailMs(id: TaskId): number;
  /** How many tasks depend on it, directly or not. A search at the first call for an id, then remembered. */
  transitiveSuccessorCount(id: TaskId): number;
  /** The chain of tasks that lasts longest, by declared size. Empty for an empty plan. */
  criticalPath(): readonly TaskId[];
  /** The tasks by level, each in backlog order. A way to look at a plan, never a barrier for running it. */
  levels(): readonly (readonly TaskId[])[];
}

const graphs = new WeakMap<Plan, Graph>();

/** The graph of a valid plan, built once per plan. Throws on a cycle: validation has ruled it out. */
export function buildGraph(plan: Plan): Graph {
  let graph = graphs.get(plan);
  if (graph === undefined) {
    graph = makeGraph(plan.tasks);
    graphs.set(plan, graph);
  }
  return graph;
}

function makeGraph(tasks: readonly Task[]): Graph {
  const { at, successors } = indexTasks(tasks);
  const { order, level } = topologicalOrder(successors);
  if (order.length < tasks.length) throw new Error('Internal error: the plan has a dependency cycle');
  const tail = new Float64Array(tasks.length);
  for (let position = order.length - 1; position >= 0; position -= 1) {
    const index = order[position]!;
    let longest = 0;
    for (const next of successors[index]!) longest = Math.max(longest, tail[next]!);
    tail[index] = longest + sizeDurationMs[tasks[index]!.size];
  }
  const ids = (indices: readonly number[]): readonly TaskId[] => indices.map((index) => tasks[index]!.id);
  const counts = new Map<number, number>();
  return {
    order: ids(order),
    successors: (id) => ids(successors[at(id)]!),
    level: (id) => level[at(id)]!,
    tailMs: (id) => tail[at(id)]!,
    transitiveSuccessorCount(id) {
      const index = at(id);
      const count = counts.get(index) ?? reachableFrom(index, successors).length;
      counts.set(index, count);
      return count;
    },
    criticalPath: () => ids(longestChain(successors, tail)),
    levels() {
      const groups: TaskId[][] = [];
      tasks.forEach((task, index) => (groups[level[index]!] ??= []).push(task.id));
      return groups;
    },
  };
}

function indexTasks(tasks: readonly Task[]): {
  readonly at: (id: TaskId) => number;
  readonly successors: number[][];
} {
  const indexById = new Map(tasks.map((task, index) => [task.id, index]));
  const at = (id: TaskId): number => {
    const index = indexById.get(id);
    if (index === undefined) throw new Error(`Internal error: the plan has no task ${id}`);
    return index;
  };
  const successors: number[][] = tasks.map(() => []);
  tasks.forEach((task, index) => {
    const { dependencies } = task;
    for (const id of dependencies.length < 2 ? dependencies : new Set(dependencies))
      successors[at(id)]!.push(index);
  });
  return { at, successors };
}

function longestChain(successors: readonly (readonly number[])[], tail: Float64Array): readonly number[] {
  const path: number[] = [];
  let candidates: readonly number[] = [...tail.keys()];
  while (candidates.length > 0) {
    let best = candidates[0]!;
    for (const candidate of candidates) if (tail[candidate]! > tail[best]!) best = candidate;
    path.push(best);
    candidates = successors[best]!;
  }
  return path;
}

/** A dependency that can be left out, because another one (`through`) needs it already. */
export interface RedundantDependency {
  readonly dependency: TaskId;
  readonly through: TaskId;
}

/** Per task, in the order of its dependencies. Tasks without any are left out. */
export function redundantDependencies(plan: Plan): ReadonlyMap<TaskId, readonly RedundantDependency[]> {
  const { tasks } = plan;
  const { at, successors } = indexTasks(tasks);
  const rank = new Int32Array(tasks.length);
  buildGraph(plan).order.forEach((id, position) => (rank[at(id)] = position));
  const reachability = new Reachability(successors, rank);
  const redundant = new Map<TaskId, RedundantDependency[]>();
  for (const task of tasks) {
    const direct = [...new Set(task.dependencies)].map((id) => at(id));
    if (direct.length < 2) continue;
    const found = direct.flatMap((dependency) => {
      const later = direct.filter((other) => rank[other]! > rank[dependency]!);
      const free = new Set(later.length === 0 ? [] : reachability.outOfReach(dependency, later));
      const through = later.find((other) => !free.has(other));
      return through === undefined
        ? []
        : [{ dependency: tasks[dependency]!.id, through: tasks[through]!.id }];
    });
    if (found.length > 0) redundant.set(task.id, found);
  }
  return redundant;
}

/**
 * Whether some path could lie in both scopes. Segment by segment: `src/a` and `src/ab` do not overlap. `*` and
 * `?` stay within a segment, `**` spans segments, `{a,b}` are alternatives; brackets are ordinary characters, as
 * in `app/[id]/page.ts`. A folder's name, a trailing `/` and a trailing `/**` cover everything below.
 */
export function scopesOverlap(a: string, b: string): boolean {
  return a === b || patternsOverlap(parseScope(a), parseScope(b));
}

export interface ScopeConflict {
  /** Earlier in the backlog than `b`. */
  readonly a: TaskId;
  readonly b: TaskId;
  /** The backlog itself says that the two conflict. */
  readonly declared: boolean;
  /** The narrower scope of each overlapping couple, sorted; empty when the conflict is only declared. */
  readonly paths: readonly string[];
}

export interface ScopeConflicts {
  /** In backlog order of `a`, then `b`; at most 1,000. */
  readonly pairs: readonly ScopeConflict[];
  /** How many pairs were found beyond the listed ones. */
  readonly more: number;
  /** False when the search was ended by its work limit, so that there may be still more than `more`. */
  readonly complete: boolean;
}

const maxConflicts = 1_000;
/** Steps of the search, about a second. Reached where thousands of tasks overlap in one scope. */
const maxConflictWork = 50_000_000;

/** Pairs of tasks that overlap in scope or are declared to conflict, and could run at the same time. */
export function scopeConflicts(plan: Plan): ScopeConflicts {
  const { tasks } = plan;
  const { at, successors } = indexTasks(tasks);
  const order = buildGraph(plan).order.map((id) => at(id));
  const rank = new Int32Array(order.length);
  order.forEach((index, position) => (rank[index] = position));
  const scopes = new ScopeIndex();
  tasks.forEach((task, index) => task.scope.forEach((scope) => scopes.add(index, scope)));
  const declared = declaredConflicts(tasks, at);
  const reachability = new Reachability(successors, rank);
  const found: [number, number][] = [];
  let more = 0;
  let complete = true;
  for (const index of order) {
    // Only those later in topological order, so that every pair comes up once and only they can be the dependent one.
    const others = new Set<number>();
    const add = (other: number): void => {
      if (rank[other]! > rank[index]!) others.add(other);
    };
    tasks[index]!.scope.forEach((scope) => scopes.forEachOverlap(scope, add));
    declared[index]!.forEach(add);
    if (others.size === 0) continue;
    for (const other of reachability.outOfReach(index, [...others])) {
      if (found.length === maxConflicts) more += 1;
      else found.push(index < other ? [index, other] : [other, index]);
    }
    complete = 3 * scopes.work + reachability.work < maxConflictWork;
    if (!complete) break;
  }
  found.sort((x, y) => x[0] - y[0] || x[1] - y[1]);
  const pairs = found.map(([a, b]) => ({
    a: tasks[a]!.id,
    b: tasks[b]!.id,
    declared: declared[a]!.has(b),
    paths: commonScopes(tasks[a]!, tasks[b]!),
  }));
  return { pairs, more, complete };
}

function declaredConflicts(tasks: readonly Task[], at: (id: TaskId) => number): readonly Set<number>[] {
  const declared = tasks.map(() => new Set<number>());
  tasks.forEach((task, index) => {
    for (const id of task.conflictsWith) {
      if (id === task.id) continue;
      declared[index]!.add(at(id));
      declared[at(id)]!.add(index);
    }
  });
  return declared;
}

function commonScopes(a: Task, b: Task): readonly string[] {
  const paths = new Set<string>();
  for (const left of a.scope) {
    for (const right of b.scope) if (scopesOverlap(left, right)) paths.add(narrowerScope(left, right));
  }
  return [...paths].toSorted();
}
