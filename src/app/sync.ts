import { RunRecord } from '../core/record.ts';
import type { Hold } from '../domain/event.ts';
import { changesSince, type PlanChanges } from '../domain/plan-changes.ts';
import { indexOf } from '../domain/plan.ts';
import { PawlError } from '../domain/refusal.ts';
import type { RunState } from '../domain/run-state.ts';
import type { LoadedPlan } from '../planning/read-plan.ts';
import { writeViews } from '../planning/write-views.ts';
import { runViewOf } from '../reporting/views.ts';
import { checkPlan } from './activation.ts';
import { adoptPlan } from './adoption.ts';
import { systemClock, withJournal } from './open-journal.ts';
import type { Project } from './project.ts';

/**
 * Takes the backlog and what it refers to into the run as they are now, and keeps what is done. `dryRun`: looks only.
 * Throws RUN-IN-PROGRESS while another process works on the repository.
 */
export async function syncPlan(
  project: Project,
  loaded: LoadedPlan,
  state: RunState,
  dryRun: boolean,
): Promise<PlanChanges> {
  if (dryRun) return changesSince(state, loaded.plan);
  return withJournal(project, async (journal) => {
    const record = new RunRecord(loaded.plan.name, journal, systemClock);
    const holds = await holdsOf(project, loaded, record.state);
    const changes = adoptPlan(record, loaded.plan, holds, 'sync');
    if (project.config.views)
      await writeViews({ root: project.root, loaded, view: runViewOf(record.state, systemClock.now()) });
    return changes;
  });
}

/** Where a run would be refused, what it held before stays held: the next run looks again. */
async function holdsOf(project: Project, loaded: LoadedPlan, state: RunState): Promise<readonly Hold[]> {
  try {
    return (await checkPlan(project.root, loaded, state, project.config, {})).holds;
  } catch (error) {
    if (!(error instanceof PawlError)) throw error;
    return [...state.holds.values()].filter(({ task }) => indexOf(loaded.plan).has(task));
  }
}
