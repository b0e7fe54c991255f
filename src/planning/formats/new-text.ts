/**
 * Texts of a plan as they are fit for a backlog that is to be written. In a Markdown backlog a description may hold
 * lines that would be headings, tasks or fields there. Such a line is kept word for word, and one blank in it becomes
 * one that no reader takes for the blank behind a mark ({@link textBlank}): readers then give the text back with
 * nothing but white space changed, which an escape (`\-`) would not do.
 */
import type { Criterion, DeclaredStatus, Task } from '../../domain/plan.ts';
import type { ViewStatus } from '../../domain/view.ts';
import { endsInFence, readLines, type Line } from '../lines.ts';

/** EN SPACE: white space, but neither the blank nor the tab that stand behind a mark. */
export const textBlank = '\u2002';

/** On one line, without control characters: a file that holds them is taken for a binary one. */
export function onOneLine(text: string): string {
  return text.replace(/[\s\u0000-\u001f\u007f]+/g, ' ').trim();
}

/** The title without the id that lists without ids begin it with; the id where there is no title. */
export function titleOf(task: Pick<Task, 'id' | 'title'>): string {
  const title = onOneLine(task.title);
  return withoutLabel(title, task.id) || task.id;
}

/** `T1: Read it`, `**T1** - Read it` and `01.2) Read it` without their label. */
export function withoutLabel(title: string, id: string): string {
  const lead = /^[*~]*/.exec(title)![0].length;
  if (!title.startsWith(id, lead)) return title;
  const label = /^[*~]*(?:[:.)]+[*~]*(?=\s|$)|\s+[-\u2013\u2014](?=\s))\s*/.exec(
    title.slice(lead + id.length),
  );
  // Marks that begin before the id may end behind the title: then they belong together.
  return label === null || lead > 0 ? title : title.slice(lead + id.length + label[0].length);
}

/** A heading's text. `Use C #` would lose its end, which closes a heading, if the heading had no other. */
export function headingText(text: string): string {
  return /(?:^|\s)#+$/.test(text) ? `${text} #` : text;
}

/**
 * A description's lines, none of which `isStructure`, without blank ones around them. A code fence that is not closed
 * is closed: it would swallow the rest of the file.
 */
export function proseLines(
  text: string,
  isStructure: (line: Line) => boolean,
  guard: (line: string) => string = withTextBlank,
): readonly string[] {
  const clean = plainLines(text);
  if (clean === '') return [];
  const raw = clean.split('\n').map((line) => line.trimEnd());
  const read = readLines(clean);
  return closeFence(
    raw.map((line, at) => (!read[at]!.fenced && isStructure(read[at]!) ? guard(line) : line)),
  );
}

/** The lines and, where they end in a code fence, one that closes it. */
export function closeFence(lines: readonly string[]): readonly string[] {
  const text = lines.join('\n');
  if (!endsInFence(text)) return lines;
  const opening = readLines(text).findLast(({ fenced, language }) => fenced && language === undefined)!;
  return [...lines, /^\s*/.exec(opening.text)![0] + /`{3,}|~{3,}/.exec(opening.text)![0]];
}

/** With line feeds only, without control characters, and without blank lines around. */
export function plainLines(text: string): string {
  return text
    .replace(/\r\n?/g, '\n')
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g, ' ')
    .replace(/^(?:\s*\n)+/, '')
    .trimEnd();
}

/** The line with a blank behind its first mark that is none for readers. */
export function withTextBlank(line: string): string {
  return line.replace(/^(\s*(?:[-*+]|\d+[.)]|#{1,6}))[^\S\n]+/, `$1${textBlank}`);
}

export function indented(lines: readonly string[], width: number): readonly string[] {
  const space = ' '.repeat(width);
  return lines.map((line) => (line === '' ? '' : space + line));
}

/** Whether the line is a heading, wherever it is indented to. */
export function isHeading({ text }: Line): boolean {
  return /^\s*#{1,6}\s/.test(text);
}

/**
 * Criteria on one line each, with an id in front where the reader would find another one: `readId` says which id a
 * line begins with for it, `fallback` which one it gives to the criterion at a place that has none.
 */
export function criterionLines(
  criteria: readonly Criterion[],
  fallback: (at: number) => string,
  readId: (line: string) => string | undefined,
): readonly string[] {
  const taken = new Set(criteria.map(({ id }) => id));
  return criteria.flatMap(({ id, text }, at) => {
    const line = onOneLine(text);
    if (line === '') return [];
    if (id !== fallback(at) && readId(`${id}: ${line}`) === id) return [`${id}: ${line}`];
    if (readId(line) === undefined) return [line];
    // The words would be taken for an id: another one in front of them keeps them together.
    let number = at + 1;
    while (taken.has(`AC${number}`)) number += 1;
    taken.add(`AC${number}`);
    return [`AC${number}: ${line}`];
  });
}

/** One without a text asks for nothing. */
export function statedCriteria({ criteria }: Pick<Task, 'criteria'>): readonly Criterion[] {
  return criteria.filter(({ text }) => onOneLine(text) !== '');
}

/** The criterion's id in the new backlog: one that is made of the task's id goes with it. */
export function criterionIdOf({ id }: Criterion, task: string, newId: string): string {
  return id.startsWith(`${task}.`) ? newId + id.slice(task.length) : id;
}

/** The criteria under their ids in the new backlog. */
export function renamedCriteria(
  { id, criteria }: Pick<Task, 'id' | 'criteria'>,
  newId: string,
): readonly Criterion[] {
  return criteria.map((criterion) => ({ id: criterionIdOf(criterion, id, newId), text: criterion.text }));
}

/**
 * Without the one that only repeats the title: formats that have no place for criteria, or tasks without any, are read
 * as if it stood there.
 */
export function ownCriteria(task: Task, newId: string): readonly Criterion[] {
  const [only, ...more] = task.criteria;
  const isTitle = only !== undefined && more.length === 0 && onOneLine(only.text) === onOneLine(task.title);
  return isTitle ? [] : renamedCriteria(task, newId);
}

/** The phase on one line; empty when there is none. */
export function phaseOf({ phase }: Pick<Task, 'phase'>): string {
  return onOneLine(phase ?? '');
}

/** Tasks by their phase, those without one first, phases as they come. */
export function byPhase(
  tasks: readonly Task[],
  nameOf: (task: Task) => string = phaseOf,
): ReadonlyMap<string, readonly Task[]> {
  const groups = Map.groupBy(tasks, nameOf);
  return new Map([...groups].toSorted(([a], [b]) => Number(a !== '') - Number(b !== '')));
}

/** The status of a view that says what the backlog said: what formats have words for is written in their words. */
export function viewStatusOf(declared: DeclaredStatus): ViewStatus {
  if (declared === 'in-progress') return 'running';
  return declared === 'needs-re-verification' ? 'stale' : declared;
}
