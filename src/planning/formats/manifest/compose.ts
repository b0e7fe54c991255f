import { hash } from 'node:crypto';
import type { Task } from '../../../domain/plan.ts';
import { folderOf, type ComposedBacklog, type NewBacklog } from '../format.ts';
import { onOneLine, titleOf, viewStatusOf } from '../new-text.ts';
import { newTaskState } from './task-state.ts';

/** Nothing but `slice` and the like is derived: the format has a field for all that a plan holds. */
export function composeManifest({ title, entry, tasks }: NewBacklog): ComposedBacklog {
  const records = tasks.map(recordOf);
  const digest = hash('sha256', JSON.stringify(records)).slice(0, 12);
  const criteria = tasks.reduce((sum, task) => sum + task.criteria.length, 0);
  const manifest = {
    status: 'OK',
    title: onOneLine(title) || 'Virtual task manifest',
    manifest_hash: `sha256:${digest}`,
    metadata: {
      total_capabilities: new Set(records.map(({ capability_id: id }) => id)).size,
      total_tasks: tasks.length,
      total_acceptance_criteria: criteria,
    },
    tasks: records,
  };
  // Written also when nothing was begun: a state that another manifest left there would count.
  const state = newTaskState(
    manifest.manifest_hash,
    tasks.map((task) => ({
      id: task.id,
      status: viewStatusOf(task.declared),
      criteria: task.criteria.map(({ id }) => id),
    })),
  );
  return {
    files: new Map([[entry, `${JSON.stringify(manifest, undefined, 2)}\n`]]),
    companions: new Map([[`${folderOf(entry)}task-state.json`, state]]),
    ids: new Map(tasks.map(({ id }) => [id, id])),
  };
}

function recordOf(task: Task) {
  return {
    task_id: task.id,
    capability_id: capabilityOf(task),
    ...(task.phase === undefined ? {} : { phase: task.phase }),
    ...(task.slice === undefined ? {} : { slice: task.slice }),
    title: titleOf(task),
    description: task.description,
    acceptance_criteria: task.criteria.map(({ id, text }) => ({ id, text })),
    risk: task.risk,
    est: { size: task.size },
    depends_on_tasks: task.dependencies,
    gap_codes: task.gapCodes,
    provisional: task.provisional,
    related_specs: task.context.specs,
    related_adrs: task.context.adrs,
    related_guides: task.context.guides,
    test_verification: task.testFiles,
    ...(task.parallel === undefined ? {} : { parallel: task.parallel }),
    conflicts_with: task.conflictsWith,
    file_scope: task.scope,
  };
}

/** `AMOUNTS` of `AMOUNTS--T01`; a task whose id names no capability is one of its own. */
function capabilityOf({ id }: Task): string {
  return /^(.+?)--/.exec(id)?.[1] ?? id;
}
