/**
 * A plan as a folder of BMAD stories. A story waits for the one before it in its epic, so an epic is made of tasks
 * that wait for each other anyway; what else a story waits for it says.
 */
import type { DeclaredStatus, Task } from '../../../domain/plan.ts';
import { unreachable } from '../../../util/unreachable.ts';
import { workOrder } from '../document-order.ts';
import { isForeignBacklog } from '../foreign-text.ts';
import type { BacklogFormat, ComposedBacklog, NewBacklog } from '../format.ts';
import { criterionNumbers, renamed } from '../new-ids.ts';
import { orderTasks } from '../task-order.ts';
import { onlyTask, pathsOf, spellTask, type TaskText } from '../task-text.ts';
import { inFolder, readingOrder, treeFolder } from '../tree-files.ts';
import { isStory, readStory } from './story.ts';

export function composeStories({ entry, tasks }: NewBacklog, read: BacklogFormat['read']): ComposedBacklog {
  const folder = treeFolder(entry, /\.(?:md|markdown)$/i);
  const ids = areChains(tasks) ? new Map(tasks.map(({ id }) => [id, id as string])) : numbersOf(tasks);
  const files = tasks.map((task): readonly [string, string] => {
    const id = ids.get(task.id)!;
    const file = inFolder(folder, `${id}.story.md`);
    const text = spellTask(task, (spelled) => {
      const alone = render(id, task, spelled, []);
      // Whether a story is known that is named in its text depends on the folder.
      if (isForeignBacklog(alone) || !isStory(file, alone) || readStory(file, alone).dependsOn.length > 0)
        return undefined;
      const files = new Map([[file, alone]]);
      return onlyTask(read({ entry, file, text: alone, files, companions: new Map() }));
    });
    const dependencies = renamed(ids, task.dependencies);
    return [file, render(id, task, text, dependencies)];
  });
  return { files: readingOrder(files), companions: new Map(), ids };
}

/** Whether the ids are numbers of stories whose order says nothing that the dependencies do not. */
function areChains(tasks: readonly Task[]): boolean {
  if (!tasks.every(({ id }) => /^\d{1,3}\.\d{1,3}[a-z]?$/.test(id))) return false;
  const stories = tasks.toSorted((a, b) => a.id.localeCompare(b.id, 'en', { numeric: true }));
  const places = new Map(stories.map(({ id }, at) => [id, at]));
  const lastOfEpic = new Map<number, Task['id']>();
  return workOrder(stories.map((task) => task.dependencies.map((id) => places.get(id)!))).every((at) => {
    const { id, declared, dependencies } = stories[at]!;
    const epic = Number.parseInt(id, 10);
    const before = lastOfEpic.get(epic);
    if (!isPassedOver(declared)) lastOfEpic.set(epic, id);
    return before === undefined || dependencies.includes(before);
  });
}

/** The next story does not wait for one that nobody will do. */
function isPassedOver(declared: DeclaredStatus): boolean {
  return declared === 'skipped' || declared === 'abandoned';
}

/** What a number in a story's name may be. */
const mostStories = 999;
const mostEpics = 999;

/** Each task goes behind one that it waits for, as the next story of that epic, else it begins an epic. */
function numbersOf(tasks: readonly Task[]): ReadonlyMap<Task['id'], string> {
  const { order, dependencies } = orderTasks(tasks);
  const epics: { last: number; count: number }[] = [];
  const epicEndingWith = new Map<number, number>();
  const ids = new Map<Task['id'], string>();
  for (const at of order) {
    const open = dependencies[at]!.map((other) => epicEndingWith.get(other)).find(
      (epic) => epic !== undefined && epics[epic]!.count < mostStories,
    );
    const epic = open ?? (epics.length < mostEpics ? epics.length : shortest(epics));
    const { last, count } = epics[epic] ?? { last: -1, count: 0 };
    epicEndingWith.delete(last);
    epicEndingWith.set(at, epic);
    epics[epic] = { last: at, count: count + 1 };
    ids.set(tasks[at]!.id, `${epic + 1}.${count + 1}`);
  }
  return new Map(tasks.map(({ id }) => [id, ids.get(id)!]));
}

/** With all numbers of epics used up some story has to wait for one that it need not wait for. */
function shortest(epics: readonly { readonly count: number }[]): number {
  return epics.reduce((best, { count }, at) => (count < epics[best]!.count ? at : best), 0);
}

function render(id: string, task: Task, text: TaskText, dependencies: readonly string[]): string {
  const numbers = criterionNumbers(task);
  const criteria = text.criteria.length === 0 ? [text.title] : text.criteria;
  const list = (paths: readonly string[]): string => paths.map((path) => `- \`${path}\``).join('\n');
  const scope = pathsOf(task.scope);
  const tests = pathsOf(task.testFiles);
  const sources = text.context.map((entry) => `- [Source: ${entry}]`);
  const notes = [
    ...(sources.length === 0 ? [] : [sources.join('\n')]),
    ...(scope.length === 0 ? [] : [`### File Locations\n\n${list(scope)}`]),
    ...(tests.length === 0 ? [] : [`### Testing\n\n${list(tests)}`]),
  ];
  const waits = dependencies.map((other) => `Story ${other}`).join(', ');
  return `${[
    `# Story ${id}: ${text.title}`,
    `## Status\n\n${statusWord(task.declared)}`,
    ...(waits === '' ? [] : [`Depends on: ${waits}`]),
    ...(text.description.length === 0 ? [] : [`## Story\n\n${text.description.join('\n')}`]),
    `## Acceptance Criteria\n\n${criteria.map((one, at) => `${numbers[at] ?? 1}. ${one}`).join('\n')}`,
    ...(notes.length === 0 ? [] : ['## Dev Notes', ...notes]),
  ].join('\n\n')}\n`;
}

function statusWord(declared: DeclaredStatus): string {
  switch (declared) {
    case 'pending':
      return 'Approved';
    case 'in-progress':
      return 'InProgress';
    case 'needs-re-verification':
      return 'Review';
    case 'completed':
    case 'completed-external':
    case 'externally-managed':
      return 'Done';
    case 'blocked':
      return 'Blocked';
    case 'skipped':
      return 'Shelved';
    case 'abandoned':
      return 'Cancelled';
    default:
      return unreachable(declared);
  }
}
