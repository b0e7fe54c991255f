import type { TaskId } from '../../../domain/ids.ts';
import type { Task } from '../../../domain/plan.ts';
import type { Line } from '../../lines.ts';
import { parseReferences } from '../../references.ts';
import { markOf } from '../declared-mark.ts';
import { isForeignBacklog } from '../foreign-text.ts';
import type { ComposedBacklog, NewBacklog } from '../format.ts';
import { newIds, renamed } from '../new-ids.ts';
import {
  byPhase,
  headingText,
  indented,
  isHeading,
  onOneLine,
  ownCriteria,
  phaseOf,
  plainLines,
  proseLines,
  textBlank,
  titleOf,
  withTextBlank,
} from '../new-text.ts';
import { requirementLabel } from '../kiro/requirements.ts';
import { isTasksDocument } from '../tasks-md/sections.ts';
import { namesCriteria } from './fields.ts';
import { labelOf } from './labels.ts';

/** Labels in front of the items are their ids, so that other items can name them. */
export function composeChecklist({ title, entry, tasks }: NewBacklog): ComposedBacklog {
  let ids = newIds(tasks, isLabel, (number) => `T${number}`);
  // Boxes with ids such as `T001` or `1.1` may be a task list of spec-kit or OpenSpec.
  if (isForeignBacklog(textOf(title, tasks, ids)))
    ids = newIds(
      tasks,
      (id) => /^[A-S]\d+$/.test(id),
      (number) => `A${number}`,
    );
  return { files: new Map([[entry, textOf(title, tasks, ids)]]), companions: new Map(), ids };
}

function textOf(title: string, tasks: readonly Task[], ids: ReadonlyMap<TaskId, string>): string {
  const parts = [...byPhase(tasks, headingOf)].flatMap(([phase, group]) => [
    ...(phase === '' ? [] : [`## ${headingText(phase)}`]),
    group.map((task) => itemOf(task, ids)).join('\n'),
  ]);
  const name = uncommented(onOneLine(title));
  const isNone = name === '' || isTasksDocument(`# ${name}`);
  // As a title, `M1` is a milestone of gsd.
  const heading = isNone ? 'To do' : /^\W*[MST]\d/i.test(name) ? `To do: ${name}` : name;
  return `${[`# ${headingText(heading)}`, ...parts].join('\n\n')}\n`;
}

function isLabel(id: string): boolean {
  const read = parseReferences(id);
  const isOne = read.kind === 'list' && read.faults.length === 0 && read.items.length === 1;
  return labelOf(`${id}: x`) === id && isOne && read.items[0]!.text === id;
}

/** None for a phase whose name says something else: below `Notes` there are no tasks, and `T-001` is one of TASKS.md. */
function headingOf(task: Task): string {
  const phase = uncommented(phaseOf(task));
  return namesCriteria(phase) || isTasksDocument(`## ${phase}`) ? '' : phase;
}

const notToDo = new Set(['skipped', 'abandoned']);

function itemOf(task: Task, ids: ReadonlyMap<TaskId, string>): string {
  const id = ids.get(task.id)!;
  // What ends with a colon is a heading of the boxes below it.
  const title = withoutNotes(uncommented(titleOf(task))).replace(/[:\uff1a*\s]*[:\uff1a]\**$/u, '');
  const label = `${id}: ${title === '' ? task.id : title}`;
  const mark = markOf(task.declared, '~');
  const text = notToDo.has(task.declared) ? `~~${label}~~` : label;
  const tick = mark === 'x' ? 'x' : ' ';
  const dependencies = renamed(ids, task.dependencies);
  const prose = descriptionOf(task);
  const further = [
    ...(dependencies.length === 0 ? [] : [`- Depends on: ${dependencies.join(', ')}`]),
    ...(task.scope.length === 0 ? [] : [`- Files: ${task.scope.map((path) => `\`${path}\``).join(', ')}`]),
    ...ownCriteria(task, id).flatMap((criterion) => {
      // A box whose text begins with an id in brackets is a task of a todo board.
      const line = uncommented(onOneLine(criterion.text)).replace(/^(?=[*_`~]{0,4}\[)/, textBlank);
      return line === '' ? [] : [`- [${tick}] ${line}`];
    }),
  ];
  const gap = prose.length > 0 && further.length > 0 ? [''] : [];
  return [`- [${mark}] ${text}`, ...indented([...prose, ...gap, ...further], 2)].join('\n');
}

/** `(depends on T2)` in a title names a dependency, which the plan may not have. */
function withoutNotes(title: string): string {
  return title.replace(/\((?:depends on|blocked by|after)(?=[ \t:])/gi, (note) =>
    note.includes(' ') ? note.replace(' ', textBlank) : note + textBlank,
  );
}

/** A comment that begins here could end anywhere. */
function uncommented(text: string): string {
  return text.replaceAll('<!--', `<!${textBlank}--`);
}

/**
 * As it is where its bullets come back as they are: only with dashes, and nothing behind them that is no bullet. Else
 * no line of it is a bullet for the reader.
 */
function descriptionOf({ description }: Task): readonly string[] {
  const text = uncommented(plainLines(description));
  const lines = text.split('\n');
  const first = lines.findIndex((line) => bullet.test(line));
  const isPlain = first === -1 || lines.slice(first).every((line) => plainBullet.test(line));
  const isStructure = (line: Line): boolean =>
    isHeading(line) || requirementLabel.test(line.text) || (!isPlain && bullet.test(line.text));
  // Dependencies count in code, too.
  return proseLines(text, isStructure).map((line) => (fieldPattern.test(line) ? withoutField(line) : line));
}

const bullet = /^\s*(?:[-*+]|\d+[.)])\s/;
const plainBullet = /^\s*$|^\s*-[ \t]+(?![ \t]|\[.?\]|[\u2705\u2714\u2611\u23f3\u274c]|\ud83d)/;
const fieldPattern = /^[*\s+-]*(?:depends on|dependencies|blocked by)\**[ \t]*[:\uff1a]/i;

/** With a blank that the reader does not know in front of the colon, if not between the words. */
function withoutField(line: string): string {
  return withTextBlank(line).replace(
    /^([*\s+-]*)(?:(depends|blocked) |(dependencies))/i,
    (_, lead: string, verb?: string, noun?: string) => `${lead}${verb ?? noun}${textBlank}`,
  );
}
