/** A plan as a tree of `.code-task.md` files: one per task, all in one folder, or in the `stepNN` its id names. */
import type { DeclaredStatus, Risk, Size, Task } from '../../../domain/plan.ts';
import { unreachable } from '../../../util/unreachable.ts';
import type { BacklogFormat, ComposedBacklog, NewBacklog } from '../format.ts';
import { criterionNumbers, renamed } from '../new-ids.ts';
import { onlyTask, pathsOf, spellTask, underHeading, type TaskText } from '../task-text.ts';
import { inFolder, readingOrder, slugOf, treeFolder } from '../tree-files.ts';
import { isAboutDependencies, readCodeTask } from './document.ts';
import { isSoft, saysNone } from './references.ts';

const ending = '.code-task.md';

export function composeCodeTasks({ entry, tasks }: NewBacklog, read: BacklogFormat['read']): ComposedBacklog {
  const folder = treeFolder(entry, /\.md$/i);
  // Read by the name of one file, ids are names without a folder.
  const isTree = entry === '.' || (entry !== '' && entry === folder);
  const ids = idsOf(tasks, isTree ? /^(?:step\d{1,6}\/)?[^/]{1,80}$/ : /^[^/]{1,80}$/);
  const files = tasks.map((task): readonly [string, string] => {
    const own = ids.get(task.id)!;
    const file = inFolder(folder, own + ending);
    const text = spellTask(task, (spelled) => {
      const alone = render(task, spelled, []);
      // What such a section names depends on the tasks beside it, and here there are none.
      if (readCodeTask(alone).sections.some(isAboutDependencies)) return undefined;
      return onlyTask(
        read({ entry, file, text: alone, files: new Map([[file, alone]]), companions: new Map() }),
      );
    });
    const dependencies = renamed(ids, task.dependencies);
    return [file, render(task, text, dependencies)];
  });
  return { files: readingOrder(files), companions: new Map(), ids };
}

/**
 * An id is the file's name and is kept where the tree and the lists of dependencies can hold it; else it becomes
 * `task-03-title`, by its place.
 */
function idsOf(tasks: readonly Task[], shape: RegExp): ReadonlyMap<Task['id'], string> {
  const isKept = (id: string): boolean => shape.test(id) && isReference(dependencyLine(id));
  const kept = tasks.filter(({ id }) => isKept(id));
  const taken = new Set(kept.map(({ id }) => id.toLowerCase()));
  const width = Math.max(2, String(tasks.length).length);
  return new Map(
    tasks.map(({ id, title }, at) => {
      if (isKept(id)) return [id, id];
      const slug = slugOf(title);
      let name = `task-${String(at + 1).padStart(width, '0')}${slug === '' ? '' : `-${slug}`}`;
      while (taken.has(name)) name += '-x';
      taken.add(name);
      return [id, name];
    }),
  );
}

/** A file may be called "none" or "placeholder", and then its name in a list would say so. */
function isReference(line: string): boolean {
  return !isSoft(line) && !saysNone(line);
}

function dependencyLine(id: string): string {
  return `- \`${id}${ending}\``;
}

function render(task: Task, text: TaskText, dependencies: readonly string[]): string {
  const numbers = criterionNumbers(task);
  const scope = pathsOf(task.scope);
  const sections: readonly (readonly [heading: string, lines: readonly string[]])[] = [
    [
      'Reference Documentation',
      text.context.length === 0 ? [] : ['**Required:**', ...text.context.map((entry) => `- ${entry}`)],
    ],
    ['Dependencies', dependencies.map(dependencyLine)],
    ['Files to Modify', scope.map((path) => `- \`${path}\``)],
    ['Acceptance Criteria', text.criteria.map((criterion, at) => `${numbers[at]}. ${criterion}`)],
    ['Metadata', [`- **Complexity**: ${complexity[task.size]}`, `- **Priority**: ${priority[task.risk]}`]],
  ];
  return [
    `---\nstatus: ${statusWord(task.declared)}\n---`,
    `# Task: ${text.title}`,
    ...(text.description.length === 0 ? [] : ['', ...underHeading('Description', text.description)]),
    ...sections.flatMap(([heading, lines]) =>
      lines.length === 0
        ? []
        : ['', `## ${heading}`, ...(heading === 'Acceptance Criteria' ? [''] : []), ...lines],
    ),
    '',
  ].join('\n');
}

const complexity: Readonly<Record<Size, string>> = { S: 'Low', M: 'Medium', L: 'High' };
const priority: Readonly<Record<Risk, string>> = { High: 'High', Medium: 'Medium', Low: 'Low' };

function statusWord(declared: DeclaredStatus): string {
  switch (declared) {
    case 'completed':
    case 'completed-external':
    case 'externally-managed':
      return 'completed';
    case 'in-progress':
    case 'needs-re-verification':
      return 'in_progress';
    case 'abandoned':
      return 'obsolete';
    case 'pending':
    case 'blocked':
    case 'skipped':
      return declared;
    default:
      return unreachable(declared);
  }
}
