/** Turns a specification into a backlog: an agent drafts, Pawl validates, lints, composes, and writes when told to. */
import path from 'node:path';
import {
  composeBacklog,
  findTarget,
  writeNewBacklog,
  type NewBacklog,
  type NewBacklogRequest,
} from './new-backlog.ts';
import type { Project } from './project.ts';
import { withAnswer, type AnsweredBy } from './question.ts';
import { lintPlan, type LintFinding } from '../domain/plan-lint.ts';
import type { Plan } from '../domain/plan.ts';
import { decompositionBrief } from '../domain/question-briefs.ts';
import { PawlError } from '../domain/refusal.ts';
import { draftedPlanSchema, planOfDraft, type DraftedPlan } from '../planning/drafted-plan.ts';
import { planName } from '../planning/read-plan.ts';
import { readSource } from '../planning/source-file.ts';

export interface DecomposeRequest extends NewBacklogRequest {
  /** The specification: relative to the root, or absolute inside it. */
  readonly spec: string;
  readonly agent?: string;
}

export interface Decomposition extends NewBacklog {
  /** As the agent drafted it. */
  readonly plan: Plan;
  readonly findings: readonly LintFinding[];
  readonly draftedBy: AnsweredBy;
}

/** A specification of this size is more than any agent reads at once; in UTF-16 units. */
const longestSpec = 1_000_000;

/**
 * Writes nothing: see {@link writeDecomposition}. Throws SPEC-UNREADABLE, what {@link withAnswer} throws, and of a
 * new backlog CONVERT-FORMAT, CONVERT-OUTSIDE and CONVERT-INVALID.
 */
export async function decompose(
  project: Project,
  request: DecomposeRequest,
  signal: AbortSignal,
): Promise<Decomposition> {
  const { root } = project;
  const target = await findTarget(root, request);
  const spec = await readSpec(root, request.spec);
  const name = planName([{ entry: target.entry, files: [target.entry] }]);
  const draft = (answer: DraftedPlan): ReturnType<typeof planOfDraft> =>
    planOfDraft(answer, spec.file, { name, ...target });
  const question = {
    name: 'pawl-decompose',
    plan: name,
    agent: request.agent,
    brief: decompositionBrief(spec),
    schema: draftedPlanSchema,
    check: (answer: DraftedPlan) => draft(answer).faults,
  };
  const drafted = await withAnswer(project, question, signal, ({ answer, agent, passedOver }) => ({
    plan: draft(answer).plan,
    draftedBy: { agent, passedOver },
  }));
  const { plan, draftedBy } = drafted;
  if (plan === undefined) throw new Error('Internal error: a draft without faults is no plan');
  return { ...(await composeBacklog(root, plan, target)), plan, findings: lintPlan(plan), draftedBy };
}

/** Throws CONVERT-EXISTS or CONVERT-UNWRITABLE. */
export async function writeDecomposition(
  { root }: Project,
  made: Decomposition,
  { spec, force }: Pick<DecomposeRequest, 'spec' | 'force'>,
): Promise<void> {
  await writeNewBacklog(root, made, [relativeTo(root, spec)], force);
}

async function readSpec(
  root: string,
  name: string,
): Promise<{ readonly file: string; readonly text: string }> {
  const file = relativeTo(root, name);
  const isOutside = file === '..' || file.startsWith('../') || path.isAbsolute(file);
  const read = isOutside ? undefined : await readSource(root, file);
  if (read === undefined || !read.ok) {
    const why = read === undefined ? `${name} lies outside the repository ${root}` : read.error.message;
    throw new PawlError('SPEC-UNREADABLE', why, {
      hint: 'Name a text file of the repository: tasks refer to it, and agents read it there.',
    });
  }
  if (read.value.trim() === '' || read.value.length > longestSpec) {
    const what =
      read.value.trim() === '' ? 'is empty' : `has more than ${longestSpec.toLocaleString('en')} characters`;
    throw new PawlError('SPEC-UNREADABLE', `${file} ${what}`, {
      hint: 'Name the specification, or one part of it at a time.',
    });
  }
  return { file, text: read.value };
}

function relativeTo(root: string, name: string): string {
  return path.relative(root, path.resolve(root, name)).split(path.sep).join('/');
}
