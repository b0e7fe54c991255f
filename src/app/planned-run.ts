/** A backlog with its run: the plan with the inferred dependencies that are in force, and the journal's state. */
import { loadPlan, readRun, type BacklogChoice, type Project } from './project.ts';
import { withKnownCriterionIds } from '../domain/criterion-ids.ts';
import { withEdges } from '../domain/inferred-edges.ts';
import type { Inference, InferredEdge } from '../domain/inferred-dependency.ts';
import type { Plan } from '../domain/plan.ts';
import { emptyState, type RunState } from '../domain/run-state.ts';
import {
  admitEdges,
  inferDependencies,
  inferredInForce,
  type Hearsay,
} from '../planning/inference/infer-edges.ts';
import type { LoadedPlan } from '../planning/read-plan.ts';

export interface PlannedRun {
  /** Its plan holds the inferred dependencies that are in force, and the criterion ids that the run knows. */
  readonly loaded: LoadedPlan;
  /** The plan as the backlog declares it. */
  readonly declared: Plan;
  /** What the journal knows; it may know decisions and no run yet. */
  readonly state: RunState | undefined;
}

/** Reads backlog and journal. Throws what {@link loadPlan} and {@link readRun} throw. */
export async function loadRun(project: Project, choice: BacklogChoice): Promise<PlannedRun> {
  const loaded = await loadPlan(project, choice);
  const state = await readRun(project, loaded.plan.name);
  const declared = withKnownCriterionIds(loaded.plan, state?.plan);
  const plan = project.config.infer ? inferredPlan(declared, state) : declared;
  return { loaded: { ...loaded, plan }, declared, state };
}

/** Everything that is inferred, also what is not in force. */
export function inferenceOf(plan: Plan, state: RunState | undefined): Inference {
  return inferDependencies(plan.tasks, hearsayOf(state));
}

function hearsayOf(state: RunState | undefined): Hearsay {
  const { inferredByAgent, decidedEdges } = state ?? emptyState();
  return { byAgent: inferredByAgent, decided: decidedEdges };
}

function inferredPlan(plan: Plan, state: RunState | undefined): Plan {
  // What the journal has of the same texts is what inferring again would give, decisions included.
  const isSame = state?.plan?.hash === plan.hash && state.inferredByAgent.length === 0;
  const known = isSame ? edgesIn(state.plan!) : [];
  // None in the journal may mean that nobody inferred then.
  const edges =
    known.length > 0 ? admitEdges(plan.tasks, known).edges : inferredInForce(plan.tasks, hearsayOf(state));
  return withEdges(plan, edges);
}

function edgesIn({ tasks }: Plan): readonly InferredEdge[] {
  return tasks.flatMap(({ id, inferred }) => (inferred ?? []).map((edge) => ({ task: id, ...edge })));
}
