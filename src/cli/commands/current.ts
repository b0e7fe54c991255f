import { checkPlan } from '../../app/activation.ts';
import { effectsUnder } from '../../app/adoption.ts';
import { loadRun } from '../../app/planned-run.ts';
import { openProject, workerOf, type Project } from '../../app/project.ts';
import type { Plan } from '../../domain/plan.ts';
import { PawlError } from '../../domain/refusal.ts';
import { emptyState, type RunState } from '../../domain/run-state.ts';
import type { LoadedPlan } from '../../planning/read-plan.ts';
import { withPlan } from '../../reporting/tally.ts';
import type { CommandContext } from '../output.ts';

export interface Current {
  readonly project: Project;
  /** With the inferred dependencies that are in force. */
  readonly loaded: LoadedPlan;
  /** The plan as the backlog declares it. */
  readonly declared: Plan;
  /** The run as journalled, with the backlog as it is now. Nothing run yet: the backlog's own statuses. */
  readonly state: RunState;
  /** The run as the journal has it; empty when nothing has been run. */
  readonly journalled: RunState;
  readonly begun: boolean;
  /** What a run would refuse the plan for; the journal can be looked at all the same. */
  readonly refusal: PawlError | undefined;
  readonly now: number;
}

/** What reading commands look at. Takes no lease and writes nothing. */
export async function readCurrent(context: CommandContext): Promise<Current> {
  const project = await openProject(context.folder);
  const { loaded, declared, state: run } = await loadRun(project, context);
  const isAtWork = (await workerOf(project)) !== undefined;
  const effects = isAtWork ? [] : effectsUnder(project.config.onSpecChange, run, loaded.plan);
  const state = withPlan(run, loaded.plan, effects);
  if (!isAtWork && run !== undefined) endSession(state);
  const refusal = isAtWork ? undefined : await lookAtHolds(state, project, loaded);
  const begun = run?.run !== undefined;
  return {
    project,
    loaded,
    declared,
    state,
    journalled: run ?? emptyState(),
    begun,
    refusal,
    now: Date.now(),
  };
}

/**
 * A process that was killed could not say that its session ended; nobody works on the run all the same. What that
 * session was told to leave out, the next one is not.
 */
function endSession(state: RunState): void {
  const { session, at } = state;
  if (session === undefined) return;
  const { only: _only, ...policy } = session.policy;
  state.session = { ...session, policy, ended: session.ended ?? { reason: 'killed', at } };
}

/** What the next session would hold: a fault that was mended in the backlog holds nothing any more. */
async function lookAtHolds(
  state: RunState,
  project: Project,
  loaded: LoadedPlan,
): Promise<PawlError | undefined> {
  try {
    const { holds } = await checkPlan(project.root, loaded, state, project.config, {});
    state.holds = new Map(holds.map((hold) => [hold.task, hold]));
    return undefined;
  } catch (error) {
    if (error instanceof PawlError) return error;
    throw error;
  }
}

export function requireRun({ begun, loaded }: Current): void {
  if (begun) return;
  throw new PawlError('NO-RUN', `nothing has been run for ${loaded.plan.file} yet`, {
    hint: 'Type `pawl run`.',
  });
}
