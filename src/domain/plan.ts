import { z } from 'zod';
import { taskIdSchema, type TaskId } from './ids.ts';
import { inferredDependencySchema } from './inferred-dependency.ts';

export const riskSchema = z.enum(['High', 'Medium', 'Low']);
export type Risk = z.infer<typeof riskSchema>;

export const taskKindSchema = z.enum(['task', 'fix']);

export const sizeSchema = z.enum(['S', 'M', 'L']);
export type Size = z.infer<typeof sizeSchema>;

/** One acceptance criterion. `id` is unique within its task. */
export const criterionSchema = z.object({ id: z.string().min(1), text: z.string() }).readonly();
export type Criterion = z.infer<typeof criterionSchema>;

/**
 * What the backlog itself says of a task when it is read, in Pawl's words. It is a claim of the backlog's
 * author, used where the journal knows nothing of the task; it never overrides a journalled result.
 */
export const declaredStatusSchema = z.enum([
  'pending',
  'in-progress',
  'completed',
  'completed-external',
  'needs-re-verification',
  'blocked',
  'skipped',
  'abandoned',
  'externally-managed',
]);
export type DeclaredStatus = z.infer<typeof declaredStatusSchema>;

/** One unit of work, as read from a backlog. Paths are relative to the repository's root, with `/`. */
export const taskSchema = z
  .object({
    id: taskIdSchema,
    kind: taskKindSchema,
    title: z.string(),
    description: z.string(),
    criteria: z.array(criterionSchema).readonly(),
    /** Declared ones, and inferred ones that are in force. */
    dependencies: z.array(taskIdSchema).readonly(),
    /** Why there are dependencies that the backlog does not declare; absent when there are none. */
    inferred: z.array(inferredDependencySchema).readonly().optional(),
    /** What the backlog's files suggest without declaring it; candidates for inference. */
    suggested: z.array(inferredDependencySchema).readonly().optional(),
    /** Declared conflicts: the two never run at the same time. */
    conflictsWith: z.array(taskIdSchema).readonly(),
    /** Globs or paths the task may touch; empty when the backlog does not say. A prediction, never a lock. */
    scope: z.array(z.string()).readonly(),
    /** The backlog's own hint that the task may run beside others; absent when it does not say. */
    parallel: z.boolean().optional(),
    /** The set of tasks (a wave, a group) that the backlog says may run side by side: a hint, too. */
    parallelGroup: z.string().optional(),
    risk: riskSchema,
    size: sizeSchema,
    /** Provisional tasks wait until every non-provisional High-risk task is at least in progress. */
    provisional: z.boolean(),
    phase: z.string().optional(),
    slice: z.string().optional(),
    /**
     * Files an agent must read first, or sections of them (spec-reference.ts): `specs` and `adrs` are what the task
     * itself names as its specification, `guides` what is read with every task, by convention or as help.
     * Entries that are titles stay as text.
     */
    context: z
      .object({
        specs: z.array(z.string()).readonly(),
        adrs: z.array(z.string()).readonly(),
        guides: z.array(z.string()).readonly(),
      })
      .readonly(),
    /** Test files that are expected to verify the task. */
    testFiles: z.array(z.string()).readonly(),
    gapCodes: z.array(z.string()).readonly(),
    declared: declaredStatusSchema,
    /**
     * sha256 (hex) over the normalised text the task stands for: its own, and that of the specs and decisions it
     * refers to. Its status is not part of it.
     */
    specHash: z.string(),
    /** sha256 (hex) of the text of each entry of `context` that could be read; absent where none could. */
    references: z.record(z.string(), z.string()).readonly().optional(),
    /** Where the task stands: path relative to the repository's root, 1-based line. */
    origin: z.object({ file: z.string(), line: z.number().int().positive() }).readonly(),
  })
  .readonly();
export type Task = z.infer<typeof taskSchema>;

export const planFormatSchema = z.enum([
  'manifest',
  'tasks-md',
  'code-task',
  'spec-kit',
  'kiro',
  'openspec',
  'taskmaster',
  'beads',
  'bmad',
  'superpowers',
  'ralph-prd',
  'todo-board',
  'gsd',
  'checklist',
]);
export type PlanFormat = z.infer<typeof planFormatSchema>;

/** A validated backlog: ids are unique, every dependency exists, and there is no cycle. */
export const planSchema = z
  .object({
    /** A slug, used for the integration branch `pawl/<name>`. */
    name: z.string().regex(/^[a-z0-9][a-z0-9-]*$/),
    title: z.string(),
    format: planFormatSchema,
    /** The backlog file itself, relative to the repository's root. */
    file: z.string(),
    /** sha256 (hex) over every task's spec hash, id and dependencies; statuses are not part of it. */
    hash: z.string(),
    /** In backlog order. */
    tasks: z.array(taskSchema).readonly(),
  })
  .readonly();
export type Plan = z.infer<typeof planSchema>;

/** Without those that were inferred. */
export function declaredDependencies({ dependencies, inferred }: Task): readonly TaskId[] {
  return inferred === undefined
    ? dependencies
    : dependencies.filter((id) => !inferred.some(({ on }) => on === id));
}

export function isInferred({ inferred }: Task, on: TaskId): boolean {
  return inferred !== undefined && inferred.some((dependency) => dependency.on === on);
}

export function taskOf(plan: Plan, id: TaskId): Task | undefined {
  return indexOf(plan).get(id);
}

const indices = new WeakMap<Plan, ReadonlyMap<TaskId, Task>>();

/** The plan's tasks by id; built once per plan. */
export function indexOf(plan: Plan): ReadonlyMap<TaskId, Task> {
  let index = indices.get(plan);
  if (index === undefined) {
    index = new Map(plan.tasks.map((task) => [task.id, task]));
    indices.set(plan, index);
  }
  return index;
}
