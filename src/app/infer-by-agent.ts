import { z } from 'zod';
import { withAnswer, type AnsweredBy } from './question.ts';
import type { Project } from './project.ts';
import { inferenceBrief } from '../domain/question-briefs.ts';
import type { InferredEdge } from '../domain/inferred-dependency.ts';
import type { TaskId } from '../domain/ids.ts';
import { indexOf, type Plan } from '../domain/plan.ts';

const answerSchema = z.object({
  edges: z
    .array(
      z.object({
        task: z.string().min(1),
        on: z.string().min(1),
        reason: z.string().trim().min(1, 'every edge needs a reason').max(400),
        confidence: z.number().min(0).max(1),
      }),
    )
    .max(5_000),
});
type Answer = z.infer<typeof answerSchema>;

/**
 * Asks an agent which dependencies a plan lacks and journals its answer, in place of the one before. What would close
 * a cycle is dropped where the plan is made, the weakest first. Throws what {@link withAnswer} throws.
 */
export function inferByAgent(
  project: Project,
  declared: Plan,
  agent: string | undefined,
  signal: AbortSignal,
): Promise<AnsweredBy> {
  const question = {
    name: 'pawl-infer',
    plan: declared.name,
    agent,
    brief: inferenceBrief(declared),
    schema: answerSchema,
    check: (answer: Answer) => faultsOf(declared, answer),
  };
  return withAnswer(project, question, signal, ({ answer, agent: name, passedOver, record }) => {
    record.record({ type: 'edges.inferred', agent: name, edges: edgesOf(answer) });
    return { agent: name, passedOver };
  });
}

function faultsOf(plan: Plan, { edges }: Answer): readonly string[] {
  const known = indexOf(plan);
  return edges.flatMap(({ task, on }, at) => [
    ...[task, on].flatMap((id) => (known.has(id as TaskId) ? [] : [`edges.${at}: no task has the id ${id}`])),
    ...(task === on ? [`edges.${at}: ${task} cannot depend on itself`] : []),
  ]);
}

function edgesOf({ edges }: Answer): readonly InferredEdge[] {
  return edges.map(({ task, on, reason, confidence }) => ({
    task: task as TaskId,
    on: on as TaskId,
    evidence: 'agent',
    reason,
    confidence,
  }));
}
