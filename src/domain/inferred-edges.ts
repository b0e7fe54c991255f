/** Inferred dependencies in a plan. Pure. */
import type { InferredDependency, InferredEdge } from './inferred-dependency.ts';
import type { TaskId } from './ids.ts';
import type { Plan, Task } from './plan.ts';

/** The plan with more dependencies. They must not close a cycle; one that is declared stays declared. */
export function withEdges(plan: Plan, edges: readonly InferredEdge[]): Plan {
  if (edges.length === 0) return plan;
  const added = Map.groupBy(edges, ({ task }) => task);
  return { ...plan, tasks: plan.tasks.map((task) => withInferred(task, added.get(task.id) ?? [])) };
}

function withInferred(task: Task, edges: readonly InferredEdge[]): Task {
  const fresh = edges.filter(({ on }) => !task.dependencies.includes(on));
  if (fresh.length === 0) return task;
  return {
    ...task,
    dependencies: [...task.dependencies, ...fresh.map(({ on }) => on)],
    inferred: [...(task.inferred ?? []), ...fresh.map(dependencyOf)],
  };
}

function dependencyOf({ on, evidence, reason, confidence }: InferredEdge): InferredDependency {
  return { on, evidence, reason, confidence };
}

/** The plan without an inferred dependency; a declared one stays. */
export function withoutEdge(plan: Plan, edge: { readonly task: TaskId; readonly on: TaskId }): Plan {
  return {
    ...plan,
    tasks: plan.tasks.map((task) => {
      if (task.id !== edge.task || task.inferred?.some(({ on }) => on === edge.on) !== true) return task;
      const { inferred: _inferred, ...bare } = task;
      const left = task.inferred.filter(({ on }) => on !== edge.on);
      const dependencies = task.dependencies.filter((id) => id !== edge.on);
      return left.length === 0 ? { ...bare, dependencies } : { ...bare, dependencies, inferred: left };
    }),
  };
}
