import type { TaskId } from '../../../domain/ids.ts';
import type { Size, Task } from '../../../domain/plan.ts';
import { describeSpecReference } from '../../../domain/spec-reference.ts';
import type { Line } from '../../lines.ts';
import type { ComposedBacklog, NewBacklog } from '../format.ts';
import { newIds, renamed } from '../new-ids.ts';
import {
  criterionLines,
  headingText,
  isHeading,
  onOneLine,
  phaseOf,
  proseLines,
  renamedCriteria,
  titleOf,
  withTextBlank,
} from '../new-text.ts';
import { isFieldLine, isTaskIdInHeading, type Field } from './sections.ts';
import {
  parsePaths,
  parseReadings,
  parseSpecReferences,
  splitCriterionId,
  wordOfDeclared,
} from './values.ts';

export function composeTasksMd({ title, entry, tasks }: NewBacklog): ComposedBacklog {
  const ids = newIds(
    tasks,
    (id) => isTaskIdInHeading(id) !== 'no',
    (number) => `T-${String(number).padStart(3, '0')}`,
  );
  // Without a heading that begins with such an id, the file is known by its title.
  const isKnown = [...ids.values()].some((id) => isTaskIdInHeading(id) === 'plain');
  const name = isKnown ? onOneLine(title) : '';
  const areas = areasOf(tasks);
  // `None` is an id that a task may have.
  const none = [...ids.values()].some((id) => /^none$/i.test(id)) ? '\u2014' : 'None';
  const parts = tasks.flatMap((task, at) => [
    ...(areas === undefined || areas[at] === areas[at - 1] ? [] : [`## Area: ${headingText(areas[at]!)}`]),
    sectionOf(task, ids, none, areas !== undefined),
  ]);
  const text = `${[`# ${headingText(name === '' ? 'Implementation Tasks' : name)}`, ...parts].join('\n\n')}\n`;
  return { files: new Map([[entry, text]]), companions: new Map(), ids };
}

/** The area of each task, where every task has a phase and none comes back to an earlier one. */
function areasOf(tasks: readonly Task[]): readonly string[] | undefined {
  const phases = tasks.map(phaseOf);
  const starts = phases.filter((phase, at) => phase !== phases[at - 1]);
  return phases.includes('') || new Set(starts).size < starts.length ? undefined : phases;
}

const sizes: Readonly<Record<Size, string>> = { S: 'Simple', M: 'Medium', L: 'Complex' };

function sectionOf(task: Task, ids: ReadonlyMap<TaskId, string>, none: string, hasArea: boolean): string {
  const id = ids.get(task.id)!;
  const title = titleOf(task);
  const { specs, adrs, guides } = task.context;
  const listed = (list: readonly TaskId[]): string => renamed(ids, list).join(', ');
  const phase = hasArea ? '' : phaseOf(task);
  const lines = [
    ...listing('Spec reference', specs, '; ', parseSpecReferences, describeSpecReference),
    ...field('Dependencies', listed(task.dependencies) || none),
    ...field('Conflicts with', listed(task.conflictsWith)),
    ...field('Status', wordOfDeclared(task.declared)),
    ...field('Phase', phase),
    ...field('Slice', onOneLine(task.slice ?? '')),
    ...field('Risk', task.risk),
    ...field('Provisional', task.provisional ? 'yes' : ''),
    ...field('Parallel', task.parallel === undefined ? '' : task.parallel ? 'yes' : 'no'),
    ...listing('Files', task.scope, ', ', parsePaths, ticked),
    ...listing('Tests', task.testFiles, ', ', parsePaths, ticked),
    ...listing('ADRs', adrs, ', ', parseReadings),
    ...listing('Guides', guides, ', ', parseReadings),
    ...criteria(task, id),
    ...field('Complexity', sizes[task.size]),
  ];
  const prose = proseLines(task.description, isStructure, guarded);
  const heading = `### ${headingText(title === id ? id : `${id}: ${title}`)}`;
  return [heading, ...(prose.length === 0 ? [] : [prose.join('\n')]), lines.join('\n')].join('\n\n');
}

function isStructure(line: Line): boolean {
  return isHeading(line) || isFieldLine(line.text);
}

/** A field that is indented deeper than the task's own ones is text. */
function guarded(line: string): string {
  return isFieldLine(line) ? `  ${line}` : withTextBlank(line);
}

function field(name: string, value: string): readonly string[] {
  return value === '' ? [] : [`- **${name}**: ${value}`];
}

function ticked(path: string): string {
  return `\`${path}\``;
}

function criteria(task: Task, id: string): readonly string[] {
  const mark = ['completed', 'completed-external', 'externally-managed'].includes(task.declared) ? 'x' : ' ';
  const lines = criterionLines(
    renamedCriteria(task, id),
    (at) => `${id}.AC${at + 1}`,
    (line) => splitCriterionId(line)?.id,
  );
  return lines.length === 0
    ? []
    : ['- **Acceptance criteria**:', ...lines.map((line) => `  - [${mark}] ${line}`)];
}

/** On one line where the reader then finds the same entries, else a bullet each, as a link where that is needed. */
function listing(
  name: string,
  entries: readonly string[],
  separator: string,
  parse: (field: Field) => readonly string[],
  print: (entry: string) => string = (entry) => entry,
): readonly string[] {
  const wanted = entries.map(onOneLine);
  const isRead = (text: string, ...items: readonly string[]): boolean => {
    const read = parse({ key: 'guides', value: { text, line: 0, column: 0 }, children: [] });
    return read.length === items.length && read.every((entry, at) => entry === items[at]);
  };
  const line = wanted.map(print).join(separator);
  if (isRead(line, ...wanted)) return field(name, line);
  const bullets = wanted.map((entry) =>
    isRead(print(entry), entry) ? print(entry) : `[${entry}](${entry})`,
  );
  return [`- **${name}**:`, ...bullets.map((bullet) => `  - ${bullet}`)];
}
