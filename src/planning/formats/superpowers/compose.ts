/** A plan as one superpowers plan: every task says what it waits for, so that no order has to be made up. */
import type { DeclaredStatus, Task } from '../../../domain/plan.ts';
import { onOneLine, phaseOf } from '../new-text.ts';
import { parseCheckbox } from '../../checkbox.ts';
import { readLines } from '../../lines.ts';
import { expandRange } from '../../references.ts';
import { markOf } from '../declared-mark.ts';
import type { BacklogFormat, ComposedBacklog, NewBacklog } from '../format.ts';
import { singleFile } from '../format.ts';
import { newIds, renamed } from '../new-ids.ts';
import { onlyTask, pathsOf, spellTask, type TaskText } from '../task-text.ts';
import { isTaskKey, readPlanDocument } from './sections.ts';

export function composeSuperpowers(
  { entry, title, tasks }: NewBacklog,
  read: BacklogFormat['read'],
): ComposedBacklog {
  const ids = newIds(tasks, isKept, String);
  const name = onOneLine(title);
  const parts = [`# ${/\bplan$/i.test(name) ? name : `${name} Implementation Plan`.trim()}`];
  const phases: string[] = [];
  let phase: string | undefined;
  for (const task of tasks) {
    const id = ids.get(task.id)!;
    const text = spellTask(task, (spelled) => {
      // Below the phases of the plan, such boxes may make a list of another format of it.
      const lines = readLines(spelled.description.join('\n'));
      if (lines.some((line) => parseCheckbox(line) !== undefined)) return undefined;
      const alone = render(id, task, spelled, []);
      // `**Depends on:** All` names nothing where there is only one task.
      const { sections } = readPlanDocument(entry, alone);
      const said = sections[0]?.blocks.filter(({ key }) => key === 'dependencies').length;
      return said === 1 ? onlyTask(read(singleFile(entry, alone))) : undefined;
    });
    const own = phaseOf(task);
    if (own !== (phase ?? '')) parts.push(`## ${phaseHeading(own, phases)}`);
    phase = own;
    const dependencies = renamed(ids, task.dependencies);
    parts.push(render(id, task, text, dependencies));
  }
  return { files: new Map([[entry, `${parts.join('\n\n')}\n`]]), companions: new Map(), ids };
}

/** Whether the id can stand behind the word "Task", in a list, too. */
function isKept(id: string): boolean {
  return isTaskKey(id) && expandRange(id)?.join() === id;
}

/** A heading counts as a phase by its first word. */
function phaseHeading(phase: string, phases: string[]): string {
  if (phase === '') return 'Other tasks';
  if (/^(?:chunk|phase|wave|part|milestone|stage)\b/i.test(phase)) return phase;
  if (!phases.includes(phase)) phases.push(phase);
  return `Phase ${phases.indexOf(phase) + 1}: ${phase}`;
}

function render(id: string, task: Task, text: TaskText, dependencies: readonly string[]): string {
  const scope = pathsOf(task.scope);
  const tests = pathsOf(task.testFiles);
  const files = [
    ...scope.filter((path) => !tests.includes(path)).map((path) => `- Modify: \`${path}\``),
    ...tests.map((path) => `- Test: \`${path}\``),
    ...text.context.map((entry) => `- Read: ${/^\S+$/.test(entry) ? `\`${entry}\`` : entry}`),
  ];
  const criteria = text.criteria.length === 0 ? [text.title] : text.criteria;
  const mark = markOf(task.declared);
  const status = statusWord(task.declared);
  return [
    [`### Task ${id}: ${text.title}`],
    [
      `**Depends on:** ${dependencies.length === 0 ? 'None' : dependencies.map((one) => `Task ${one}`).join(', ')}`,
    ],
    status === undefined ? [] : [`**Status:** ${status}`],
    text.description,
    files.length === 0 ? [] : ['**Files:**', ...files],
    ['**Acceptance criteria:**', ...criteria.map((criterion) => `- ${criterion}`)],
    [`- [${mark}] **Step 1: Work until every criterion holds**`, `- [${mark}] **Step 2: Commit**`],
  ]
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}

/** What ticked and open boxes cannot say is said in a word. */
function statusWord(declared: DeclaredStatus): string | undefined {
  if (declared === 'pending' || declared === 'completed') return undefined;
  return declared === 'completed-external' ? 'done (external)' : declared;
}
