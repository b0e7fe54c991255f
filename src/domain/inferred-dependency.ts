/**
 * Dependencies that nobody declared and the texts of the tasks suggest. One that is in force stands among a task's
 * `dependencies`, with its reason in `inferred`; a wrong one costs parallel work and never correctness.
 */
import { z } from 'zod';
import { taskIdSchema, type TaskId } from './ids.ts';

/**
 * What an inferred dependency was read from: a path that one task creates and another uses; an interface produced
 * and consumed; a symbol defined and used; prose that names the task; the cross-spec table; an agent's answer.
 */
export const evidenceSchema = z.enum(['path', 'interface', 'symbol', 'prose', 'spec', 'agent']);

export const inferredDependencySchema = z
  .object({
    on: taskIdSchema,
    evidence: evidenceSchema,
    /** Half a sentence; `it` is the task that is needed: `it creates src/a.ts`. */
    reason: z.string().min(1).max(400),
    /** In [0, 1]. */
    confidence: z.number().min(0).max(1),
  })
  .readonly();
export type InferredDependency = z.infer<typeof inferredDependencySchema>;

/** `task` depends on `on`. */
export const inferredEdgeSchema = z
  .object({ task: taskIdSchema, ...inferredDependencySchema.unwrap().shape })
  .readonly();
export type InferredEdge = z.infer<typeof inferredEdgeSchema>;

/** What a person said of an inferred dependency. */
export const edgeVerdictSchema = z.enum(['accept', 'refuse']);
export type EdgeVerdict = z.infer<typeof edgeVerdictSchema>;

export interface DecidedEdge {
  readonly edge: InferredEdge;
  readonly verdict: EdgeVerdict;
  readonly reason: string;
  readonly by: string;
}

export interface Inference {
  /** Counted among the tasks' dependencies. Surest first, then in backlog order, as the others. */
  readonly inForce: readonly InferredEdge[];
  /** Not sure enough; for a person to accept. */
  readonly proposed: readonly InferredEdge[];
  readonly refused: readonly InferredEdge[];
  /** Would have closed a cycle with what is declared or surer. */
  readonly dropped: readonly InferredEdge[];
  /** False when the plan was too large to be looked at. */
  readonly complete: boolean;
}

export function edgeKey({ task, on }: { readonly task: TaskId; readonly on: TaskId }): string {
  return `${task}\u0000${on}`;
}
