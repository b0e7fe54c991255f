import { syncPlan } from '../../app/sync.ts';
import { renderChanges } from '../../reporting/changes-text.ts';
import type { CommandContext, Output } from '../output.ts';
import { readCurrent, requireRun } from './current.ts';

export async function syncCommand(context: CommandContext, dryRun: boolean): Promise<Output> {
  const current = await readCurrent(context);
  requireRun(current);
  const { project, loaded, journalled } = current;
  const changes = await syncPlan(project, loaded, journalled, dryRun);
  const isChanged = changes.tasks.length > 0;
  const next = !isChanged
    ? ''
    : dryRun
      ? '\n\nNothing was written; `pawl sync` takes it over.'
      : '\n\nTaken over. Type `pawl run` to go on.';
  return {
    exitCode: 0,
    text: `${renderChanges(changes)}${next}`,
    json: { plan: loaded.plan.name, dryRun, changes: changes.tasks, readings: changes.readings },
  };
}
