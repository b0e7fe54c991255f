/** A plan that an agent drafted from a specification: its answer's shape, and the same checks as any backlog's. */
import { z } from 'zod';
import { riskSchema, sizeSchema, type Plan, type PlanFormat } from '../domain/plan.ts';
import type { Draft, DraftTask } from './formats/format.ts';
import { planHash } from './spec-hash.ts';
import { validateDraft } from './validate.ts';

const text = z.string().trim();
const texts = z.array(text.min(1)).max(500).default([]);

export const draftedPlanSchema = z.object({
  title: text.min(1),
  tasks: z
    .array(
      z.object({
        id: text.min(1),
        title: text.min(1),
        description: text.default(''),
        criteria: z.array(text.min(1)).min(1, 'every task needs a criterion').max(100),
        dependencies: texts,
        conflictsWith: texts,
        files: texts,
        tests: texts,
        risk: riskSchema.default('Medium'),
        size: sizeSchema.default('M'),
        section: text.optional(),
      }),
    )
    .min(1, 'the specification asks for at least one task')
    .max(2_000),
});
export type DraftedPlan = z.output<typeof draftedPlanSchema>;

export interface Drafted {
  /** Undefined when there are faults. */
  readonly plan: Plan | undefined;
  /** A sentence each. */
  readonly faults: readonly string[];
}

/** `spec`: the specification's path, which every task refers to; `entry`: the backlog that it will be. */
export function planOfDraft(
  drafted: DraftedPlan,
  spec: string,
  target: { readonly name: string; readonly entry: string; readonly format: PlanFormat },
): Drafted {
  const draft: Draft = {
    title: drafted.title,
    tasks: drafted.tasks.map((task) => draftTask(task, spec)),
    diagnostics: [],
    facts: undefined,
    locate: (at) => ({ file: target.entry, line: at + 1, column: 1, length: 1 }),
  };
  const { tasks, diagnostics } = validateDraft(draft, target.entry);
  const faults = diagnostics.map(({ message, hint }) =>
    hint === undefined ? message : `${message}; ${hint}`,
  );
  if (tasks.length === 0) return { plan: undefined, faults };
  const plan: Plan = {
    name: target.name,
    title: drafted.title,
    format: target.format,
    file: target.entry,
    hash: planHash(tasks),
    tasks,
  };
  return { plan: faults.length === 0 ? plan : undefined, faults };
}

function draftTask(task: DraftedPlan['tasks'][number], spec: string): DraftTask {
  const reference = task.section === undefined || task.section === '' ? spec : `${spec}#${task.section}`;
  return {
    id: task.id,
    kind: 'task',
    title: task.title.replace(/\s+/g, ' '),
    description: task.description,
    criteria: task.criteria.map((criterion, at) => ({
      id: `${task.id}.AC${at + 1}`,
      text: criterion.replace(/\s+/g, ' '),
    })),
    dependencies: task.dependencies,
    conflictsWith: task.conflictsWith,
    scope: task.files,
    parallel: undefined,
    risk: task.risk,
    size: task.size,
    provisional: false,
    phase: undefined,
    slice: undefined,
    context: { specs: [reference], adrs: [], guides: [] },
    testFiles: task.tests,
    gapCodes: [],
    declared: 'pending',
    line: 1,
  };
}
