import type { TaskId } from '../domain/ids.ts';
import { indexOf } from '../domain/plan.ts';
import { recordOf } from '../domain/run-state.ts';
import { integrationRefOf } from './effects/land-attempt.ts';
import type { RunTools } from './tools.ts';

/**
 * For a journal that begins while its integration branch is there already: the old journal was lost. What the
 * branch's landing commits name in their trailers is completed, so that nothing landed is done twice.
 */
export async function adoptLanded({ record, repository }: RunTools): Promise<void> {
  const { run, plan } = record.state;
  if (run === undefined || plan === undefined) return;
  const ref = integrationRefOf({ record });
  if ((await repository.resolve(ref)) === undefined) return;
  for (const { commit, value } of await repository.findTrailers(run.base, ref, 'Pawl-Task')) {
    const task = value as TaskId;
    if (!indexOf(plan).has(task) || recordOf(record.state, task).state.status === 'completed') continue;
    record.record({ type: 'landing.found', task, commit });
  }
}
