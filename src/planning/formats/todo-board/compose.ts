import type { TaskId } from '../../../domain/ids.ts';
import type { Risk, Task } from '../../../domain/plan.ts';
import { parseReferences } from '../../references.ts';
import { splitOwnId } from '../criteria-text.ts';
import { markOf } from '../declared-mark.ts';
import type { ComposedBacklog, NewBacklog } from '../format.ts';
import { newIds, renamed } from '../new-ids.ts';
import {
  byPhase,
  criterionLines,
  headingText,
  indented,
  onOneLine,
  ownCriteria,
  phaseOf,
  proseLines,
  titleOf,
} from '../new-text.ts';
import { isTasksDocument } from '../tasks-md/sections.ts';
import { isBoardStructure, isTodoId, riskOfHeading } from './items.ts';

const risks: readonly Risk[] = ['High', 'Medium', 'Low'];

/** A heading for each priority, and below it one for each phase. */
export function composeTodoBoard({ title, entry, tasks }: NewBacklog): ComposedBacklog {
  const ids = newIds(tasks, isBoardId, (number) => `TASK-${String(number).padStart(3, '0')}`);
  const groups = risks.flatMap((risk) => {
    const group = tasks.filter((task) => task.risk === risk);
    return group.length === 0 ? [] : [`## ${risk} Priority`, ...phasesOf(group, ids)];
  });
  const name = onOneLine(title).replace(/^todo list for\b:?\s*/i, '') || 'the plan';
  const text = `${[`# Todo List for ${headingText(name)}`, ...groups].join('\n\n')}\n`;
  return { files: new Map([[entry, text]]), companions: new Map(), ids };
}

/** An id that a list of dependencies gives back as it is: `M1-2` would be a range there. */
function isBoardId(id: string): boolean {
  const read = parseReferences(id);
  const isOne = read.kind === 'list' && read.faults.length === 0 && read.items.length === 1;
  return isTodoId(id) && isOne && read.items[0]!.text === id;
}

function phasesOf(tasks: readonly Task[], ids: ReadonlyMap<TaskId, string>): readonly string[] {
  return [...byPhase(tasks, headingOf)].flatMap(([phase, group]) => [
    ...(phase === '' ? [] : [`### ${headingText(phase)}`]),
    group.map((task) => itemOf(task, ids)).join('\n'),
  ]);
}

/** None for a phase whose name says something else: `High priority work` is a priority, `T-001` a task of TASKS.md. */
function headingOf(task: Task): string {
  const phase = phaseOf(task);
  return riskOfHeading(phase) !== undefined || isTasksDocument(`## ${phase}`) ? '' : phase;
}

function itemOf(task: Task, ids: ReadonlyMap<TaskId, string>): string {
  const id = ids.get(task.id)!;
  const title = titleOf(task);
  // The reader takes a colon for the end of the id.
  const lead = title.startsWith(':') ? ': ' : ' ';
  const listed = (list: readonly TaskId[]): string => renamed(ids, list).join(', ');
  const prose = proseLines(task.description, isBoardStructure);
  const lines = [
    ...prose,
    ...(prose.length === 0 ? [] : ['']),
    `- Effort: ${task.size}`,
    `- Dependencies: ${listed(task.dependencies) || 'None'}`,
    ...(task.conflictsWith.length === 0 ? [] : [`- Conflicts with: ${listed(task.conflictsWith)}`]),
    ...(task.parallel === undefined ? [] : [`- Parallel-safe: ${task.parallel ? 'Yes' : 'No'}`]),
    ...(task.scope.length === 0 ? [] : [`- Files: ${task.scope.join(', ')}`]),
    ...criteriaOf(task, id),
  ];
  const box = `- [${markOf(task.declared, '~')}] [${id}]${lead}${title === id ? '' : title}`;
  return [box.trimEnd(), ...indented(lines, 2)].join('\n');
}

function criteriaOf(task: Task, id: string): readonly string[] {
  const lines = criterionLines(
    ownCriteria(task, id),
    (at) => `${id}.AC${at + 1}`,
    (line) => splitOwnId(line)?.id,
  );
  // Text that begins with a box gets one of its own; with a box before it, any other text could be a task.
  const bulleted = lines.map((line) => (/^\[.?\](?:\*?\s|\*?$)/.test(line) ? `- [ ] ${line}` : `- ${line}`));
  return lines.length === 0 ? [] : ['- Acceptance criteria:', ...indented(bulleted, 2)];
}
