import type { TaskId } from '../../../domain/ids.ts';
import type { Risk, Size, Task } from '../../../domain/plan.ts';
import { splitOwnId } from '../criteria-text.ts';
import type { ComposedBacklog, NewBacklog } from '../format.ts';
import { newIds, renamed } from '../new-ids.ts';
import { byPhase, criterionLines, ownCriteria, phaseOf, titleOf } from '../new-text.ts';
import { wordOfDeclared } from './status.ts';

/** Nobody knows when it was, and beads refuses a closed issue without the time it was closed at. */
const unknownTime = '1970-01-01T00:00:00Z';

/**
 * A line for each phase, as an epic, and one for each task below it. `bd-a1.2` is a child of `bd-a1` by its name
 * alone, and a child does not make its parent wait: where an id would make its task one, dashes replace the dots.
 */
export function composeBeads({ entry, tasks }: NewBacklog): ComposedBacklog {
  const known = new Set<string>(tasks.map(({ id }) => id));
  const isBelow = (id: string): boolean => known.has(id.replace(/\.\d+$/, ''));
  const hasChildren = tasks.some(({ id }) => /\.\d+$/.test(id) && isBelow(id));
  const ids = newIds(
    tasks,
    (id) => !hasChildren || !/\.\d+$/.test(id),
    (number) => `bd-${number}`,
  );
  const phases = byPhase(tasks);
  const epics = epicIds([...phases.keys()], [...ids.values()]);
  const lines = [
    ...[...epics].map(([phase, id]) => epicOf(phase, id, phases.get(phase)!)),
    ...tasks.map((task) => issueOf(task, ids, epics.get(phaseOf(task)))),
  ];
  const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
  return { files: new Map([[entry, text]]), companions: new Map(), ids };
}

/** The ids of the phases. None may be the beginning of a task's id: that would make it a child. */
function epicIds(phases: readonly string[], ids: readonly string[]): ReadonlyMap<string, string> {
  const taken = new Set(ids.flatMap((id) => [id.toLowerCase(), id.replace(/\.\d+$/, '').toLowerCase()]));
  let number = 0;
  return new Map(
    phases.flatMap((phase) => {
      if (phase === '') return [];
      do number += 1;
      while (taken.has(`epic-${number}`));
      return [[phase, `epic-${number}`] as const];
    }),
  );
}

function epicOf(phase: string, id: string, tasks: readonly Task[]) {
  const isClosed = tasks.every(({ declared }) => wordOfDeclared(declared) === 'closed');
  return {
    id,
    title: phase,
    description: '',
    status: isClosed ? 'closed' : 'open',
    priority: 2,
    issue_type: 'epic',
    ...timesOf(isClosed),
  };
}

function timesOf(isClosed: boolean) {
  const times = { created_at: unknownTime, updated_at: unknownTime };
  return isClosed ? { ...times, closed_at: unknownTime } : times;
}

const priorities: Readonly<Record<Risk, number>> = { High: 1, Medium: 2, Low: 3 };
/** M is what an issue without an estimate is taken for. */
const minutes: Readonly<Record<Size, number | undefined>> = { S: 60, M: undefined, L: 480 };

function issueOf(task: Task, ids: ReadonlyMap<TaskId, string>, epic: string | undefined) {
  const id = ids.get(task.id)!;
  const status = wordOfDeclared(task.declared);
  const estimate = minutes[task.size];
  const criteria = criterionLines(
    ownCriteria(task, id),
    (at) => `${id}.AC${at + 1}`,
    (line) => splitOwnId(line)?.id,
  );
  const dependencies = [
    ...renamed(ids, task.dependencies).map((on) => ({ issue_id: id, depends_on_id: on, type: 'blocks' })),
    ...(epic === undefined ? [] : [{ issue_id: id, depends_on_id: epic, type: 'parent-child' }]),
  ];
  return {
    id,
    title: titleOf(task),
    description: task.description,
    ...(criteria.length === 0
      ? {}
      : { acceptance_criteria: criteria.map((line) => `- [ ] ${line}`).join('\n') }),
    status,
    priority: priorities[task.risk],
    issue_type: 'task',
    ...(estimate === undefined ? {} : { estimated_minutes: estimate }),
    ...timesOf(status === 'closed'),
    ...(dependencies.length === 0 ? {} : { dependencies }),
  };
}
