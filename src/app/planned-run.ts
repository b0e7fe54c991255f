/** A backlog with its run: the plan with the inferred dependencies that are in force, and the journal's state. */
import { loadPlan, readRun, type BacklogChoice, type Project } from './project.ts';
import { withEdges } from '../domain/inferred-edges.ts';
import type { Inference, InferredEdge } from '../domain/inferred-dependency.ts';
import type { Plan } from '../domain/plan.ts';
import { emptyState, type RunState } from '../domain/run-state.ts';
import { admitEdges, inferDependencies } from '../planning/inference/infer-edges.ts';
import type { LoadedPlan } from '../planning/read-plan.ts';

export interface PlannedRun {
  /** Its plan holds the inferred dependencies that are in force. */
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
  const plan = project.config.infer ? inferredPlan(loaded.plan, state) : loaded.plan;
  return { loaded: { ...loaded, plan }, declared: loaded.plan, state };
}

/** Everything that is inferred, also what is not in force. */
export function inferenceOf(plan: Plan, state: RunState | undefined): Inference {
  const { inferredByAgent, decidedEdges } = state ?? emptyState();
  return inferDependencies(plan.tasks, inferredByAgent, decidedEdges);
}

function inferredPlan(plan: Plan, state: RunState | undefined): Plan {
  // What the journal has of the same texts is what inferring again would give, decisions included.
  const isKnown = state?.plan?.hash === plan.hash && state.inferredByAgent.length === 0;
  const known = isKnown ? edgesIn(state.plan!) : inferenceOf(plan, state).inForce;
  return withEdges(plan, admitEdges(plan.tasks, known).edges);
}

function edgesIn({ tasks }: Plan): readonly InferredEdge[] {
  return tasks.flatMap(({ id, inferred }) => (inferred ?? []).map((edge) => ({ task: id, ...edge })));
}
