/** The order of a plan's tasks, for backlogs in which a task stands behind what it waits for. */
import { topologicalOrder, type Edges } from '../../domain/graph-search.ts';
import type { Task } from '../../domain/plan.ts';

export interface TaskOrder {
  /** Each task behind all that it waits for; where either could come next, the one that the backlog has first. */
  readonly order: readonly number[];
  /** By task, as positions in the backlog: what it waits for, and what waits for it. */
  readonly dependencies: Edges;
  readonly dependents: Edges;
}

export function orderTasks(tasks: readonly Task[]): TaskOrder {
  const at = new Map(tasks.map(({ id }, index) => [id, index]));
  const dependencies = tasks.map(({ dependencies }) => [
    ...new Set(dependencies.flatMap((id) => at.get(id) ?? [])),
  ]);
  const dependents = tasks.map((): number[] => []);
  for (const [index, own] of dependencies.entries()) for (const other of own) dependents[other]!.push(index);
  return { order: topologicalOrder(dependents).order, dependencies, dependents };
}

/** The tasks in that order. */
export function inWorkOrder(tasks: readonly Task[]): readonly Task[] {
  return orderTasks(tasks).order.map((index) => tasks[index]!);
}
