/**
 * A plan as OpenSpec's tasks.md. Every box waits for the one before it, so the tasks stand in an order of work; a
 * group is a stretch of one phase.
 */
import type { Task } from '../../../domain/plan.ts';
import { onOneLine, phaseOf } from '../new-text.ts';
import { markOf } from '../declared-mark.ts';
import { singleFile, type BacklogFormat, type ComposedBacklog, type NewBacklog } from '../format.ts';
import { boxWith } from '../box-text.ts';
import { orderTasks } from '../task-order.ts';
import { onlyTask, pathsOf, spellTask, type TaskText } from '../task-text.ts';

export function composeOpenSpec(
  { entry, title, tasks }: NewBacklog,
  read: BacklogFormat['read'],
): ComposedBacklog {
  const groups = groupsOf(orderTasks(tasks).order.map((at) => tasks[at]!));
  const isKept = tasks.every(({ id }) => ownShape.test(id));
  const ids = new Map<Task['id'], string>();
  for (const [at, { members }] of groups.entries())
    for (const [place, { id }] of members.entries()) ids.set(id, isKept ? id : `${at + 1}.${place + 1}`);
  const parts = groups.map(({ heading, members }, at) => {
    const lines = members.map((task) => {
      const id = ids.get(task.id)!;
      const text = spellTask(task, (spelled) =>
        onlyTask(read(singleFile(entry, `## 1. Group\n\n${render(id, task, spelled)}\n`))),
      );
      return render(id, task, text);
    });
    return `## ${at + 1}. ${heading}\n\n${lines.join('\n')}`;
  });
  const name = onOneLine(title);
  const head = name === '' ? [] : [`# Tasks: ${name}`];
  const text = `${[...head, ...parts].join('\n\n')}\n`;
  return {
    files: new Map([[entry, text]]),
    companions: new Map(),
    ids: new Map(tasks.map(({ id }) => [id, ids.get(id)!])),
  };
}

/** Ids that a box may have without anything around them. */
const ownShape = /^(?:\d+(?:\.\d+)+[a-z]?|T-?\d+(?:\.\d+)*[a-z]?)$/;

interface Group {
  readonly heading: string;
  readonly members: Task[];
}

function groupsOf(tasks: readonly Task[]): readonly Group[] {
  const groups: Group[] = [];
  for (const task of tasks) {
    const heading = phaseOf(task).replace(/^\d+\.\s+(?=\S)/, '') || 'Implementation';
    if (groups.at(-1)?.heading !== heading) groups.push({ heading, members: [] });
    groups.at(-1)!.members.push(task);
  }
  return groups;
}

function render(id: string, task: Task, text: TaskText): string {
  const scope = pathsOf(task.scope);
  const details = [
    ...(scope.length === 0 ? [] : [`Files: ${scope.map((path) => `\`${path}\``).join(', ')}`]),
    ...text.criteria.map((criterion) => `Done when: ${criterion}`),
  ];
  return boxWith(`[${markOf(task.declared, '~')}] ${id} ${text.title}`, text.description, details);
}
