/**
 * A plan as spec-kit's tasks.md. Phases that follow each other in the plan, too, stay so; where that would make tasks
 * wait that need not, the phases are stories side by side. Edges that the layout does not stand for are listed under
 * "Dependencies & Execution Order".
 */
import type { Task } from '../../../domain/plan.ts';
import { onOneLine } from '../new-text.ts';
import { boxWith } from '../box-text.ts';
import { markOf } from '../declared-mark.ts';
import { singleFile, type BacklogFormat, type ComposedBacklog, type NewBacklog } from '../format.ts';
import { onlyTask, pathsOf, spellTask, type TaskText } from '../task-text.ts';
import { layOut, type Layout } from './layout.ts';
import { waitsFor } from './references.ts';

export function composeSpecKit(
  { entry, title, tasks }: NewBacklog,
  read: BacklogFormat['read'],
): ComposedBacklog {
  const layout = layOut(tasks);
  const ids = idsOf(layout.sections.flatMap(({ members }) => members.map(({ task }) => task)));
  const parts = layout.sections.map(({ heading, story, members }) => {
    const lines = members.map(({ task, isParallel }) => {
      const id = ids.get(task.id)!;
      const labels = `${isParallel ? '[P] ' : ''}${story === undefined ? '' : `[${story}] `}`;
      const text = spell(task, id, entry, read);
      return render(`${id} ${labels}`, task, text);
    });
    return `## ${heading}\n\n${lines.join('\n')}`;
  });
  const head = `# Tasks: ${onOneLine(title) || 'Plan'}`;
  const order = orderLines(layout, ids);
  const last = order.length === 0 ? [] : [`## Dependencies & Execution Order\n\n${order.join('\n')}`];
  return {
    files: new Map([[entry, `${[head, ...parts, ...last].join('\n\n')}\n`]]),
    companions: new Map(),
    ids: new Map(tasks.map(({ id }) => [id, ids.get(id)!])),
  };
}

/** `T007` stays, `T-7` becomes it, and any other task gets a number that is free, in the order of the file. */
function idsOf(tasks: readonly Task[]): ReadonlyMap<Task['id'], string> {
  const ids = new Map<Task['id'], string>();
  const taken = new Set<string>();
  const take = (task: Task, id: string): boolean => {
    if (taken.has(id.toLowerCase()) || ids.has(task.id)) return false;
    ids.set(task.id, id);
    taken.add(id.toLowerCase());
    return true;
  };
  for (const task of tasks) if (/^T\d{3,6}[A-Za-z]?$/.test(task.id)) take(task, task.id);
  for (const task of tasks) {
    const number = /^T-?(\d{1,6})$/i.exec(task.id)?.[1];
    if (number !== undefined) take(task, `T${String(Number(number)).padStart(3, '0')}`);
  }
  let next = 1;
  for (const task of tasks) {
    if (ids.has(task.id)) continue;
    while (!take(task, `T${String(next).padStart(3, '0')}`)) next += 1;
  }
  return ids;
}

function render(lead: string, task: Task, text: TaskText): string {
  const mark = markOf(task.declared);
  const scope = pathsOf(task.scope);
  const details = [
    ...(scope.length === 0 ? [] : [`Files: ${scope.map((path) => `\`${path}\``).join(', ')}`]),
    ...text.criteria.map((criterion) => `[${mark}] ${criterion}`),
  ];
  return boxWith(`[${mark}] ${lead}${text.title}`, text.description, details);
}

function spell(task: Task, id: string, entry: string, read: BacklogFormat['read']): TaskText {
  return spellTask(task, (text) => {
    // A phase or a story that is named here may be in the whole file.
    const isWaiting = [text.title, ...text.description, ...text.criteria].some(
      (line) => waitsFor(line).length > 0,
    );
    if (isWaiting) return undefined;
    const alone = `# Tasks: Plan\n\n## Phase 1: Work\n\n${render(`${id} [P] [US1] `, task, text)}\n`;
    return onlyTask(read(singleFile(entry, alone)));
  });
}

/** Longer lines are not read as edges. */
const longestList = 100;

function orderLines({ stated }: Layout, ids: ReadonlyMap<Task['id'], string>): readonly string[] {
  return [...stated].flatMap(([task, dependencies]) => {
    const names = dependencies.map((id) => ids.get(id)!);
    const lines: string[] = [];
    for (let at = 0; at < names.length; at += longestList)
      lines.push(`- ${ids.get(task)!} depends on ${names.slice(at, at + longestList).join(', ')}`);
    return lines;
  });
}
