/**
 * The shape of a TASKS.md: which headings are tasks, and which lines are fields of a task. What the values mean is
 * not looked at here. Nothing inside a code fence is ever a heading or a field.
 */
import { readLines, type Line } from '../../lines.ts';

const fieldKeys = {
  'spec reference': 'specs',
  'spec references': 'specs',
  dependencies: 'dependencies',
  dependency: 'dependencies',
  'depends on': 'dependencies',
  status: 'status',
  'acceptance criteria': 'criteria',
  complexity: 'size',
  size: 'size',
  risk: 'risk',
  files: 'scope',
  scope: 'scope',
  'file scope': 'scope',
  'files affected': 'scope',
  'conflicts with': 'conflicts',
  'test files': 'tests',
  tests: 'tests',
  phase: 'phase',
  slice: 'slice',
  context: 'guides',
  guides: 'guides',
  adrs: 'adrs',
  description: 'description',
  provisional: 'provisional',
  parallel: 'parallel',
  'spec hash': 'ignored',
  source: 'ignored',
} as const;

export type FieldKey = (typeof fieldKeys)[keyof typeof fieldKeys];

/** A piece of text and where it stands: `line` counts lines from 0, `column` characters of the line from 0. */
export interface Piece {
  readonly text: string;
  readonly line: number;
  readonly column: number;
}

export interface Field {
  readonly key: FieldKey;
  /** What stands behind the colon, without blanks around it. */
  readonly value: Piece;
  /** The lines below that belong to the field, blank ones left out. */
  readonly children: readonly Piece[];
}

export interface Section {
  readonly id: Piece;
  readonly title: string;
  /** The `## Area: …` it stands in. */
  readonly area: string | undefined;
  readonly fields: readonly Field[];
  /** All lines that belong to no field, as they are. */
  readonly prose: string;
  /** The line before which a missing field is inserted, how such a line begins, and whether a blank one comes first. */
  readonly insertion: { readonly line: number; readonly lead: string; readonly isApart: boolean };
}

export interface TasksDocument {
  readonly lines: readonly Line[];
  /** The first top heading. */
  readonly title: string | undefined;
  readonly sections: readonly Section[];
}

const plainId = /^(?:\*\*|`|~~)*((?:T|F)-\d+[A-Za-z]?)(?![\w-])/;

/** Whether a text has the heading of a task, or the title that the implementer gives the file. */
export function isTasksDocument(text: string): boolean {
  return readLines(text).some(({ text: line, fenced }) => {
    const heading = fenced ? null : headingPattern.exec(line);
    if (heading === null) return false;
    const isTask = heading[1]!.length >= 2 && plainId.test(heading[3]!);
    return isTask || (heading[1]!.length === 1 && /^implementation tasks$/i.test(unclosed(heading[3]!)));
  });
}

const headingPattern = /^ {0,3}(#{1,6})([ \t]+)(.*)$/;

/** A heading's text without the hashes that close it. */
function unclosed(text: string): string {
  return text.replace(/(?<![ \t])[ \t]+$/, '').replace(/(?<![ \t])[ \t]+#+$/, '');
}

interface Heading {
  readonly line: number;
  readonly level: number;
  readonly text: string;
  readonly column: number;
}

export function readTasksDocument(text: string): TasksDocument {
  const lines = readLines(text);
  const headings = lines.flatMap((line, index): Heading[] => {
    const match = line.fenced ? null : headingPattern.exec(line.text);
    if (match === null) return [];
    const column = match[0].indexOf('#') + match[1]!.length + match[2]!.length;
    return [{ line: index, level: match[1]!.length, text: unclosed(match[3]!), column }];
  });
  const sections: Section[] = [];
  let area: { readonly name: string; readonly level: number } | undefined;
  headings.forEach((heading, at) => {
    const id = taskIdOf(heading, lines, headings[at + 1]?.line ?? lines.length);
    if (id === undefined) {
      const name = /^Area:\s*(.+)$/i.exec(heading.text)?.[1];
      if (name !== undefined) area = { name, level: heading.level };
      else if (area !== undefined && heading.level <= area.level) area = undefined;
      return;
    }
    let next = at + 1;
    while (next < headings.length && !endsSection(headings[next]!, heading)) next += 1;
    const end = headings[next]?.line ?? lines.length;
    sections.push(readSection(heading, id, area?.name, lines, end));
  });
  return { lines, title: headings.find(({ level }) => level === 1)?.text, sections };
}

function endsSection(next: Heading, heading: Heading): boolean {
  return next.level <= heading.level || plainId.test(next.text);
}

/** The id in a task's heading; undefined for other headings. */
function taskIdOf(heading: Heading, lines: readonly Line[], end: number): Piece | undefined {
  if (heading.level < 2) return undefined;
  const plain = plainId.exec(heading.text);
  if (plain !== null) {
    const offset = plain[0].length - plain[1]!.length;
    return { text: plain[1]!, line: heading.line, column: heading.column + offset };
  }
  // Ids of another shape, good or bad, are known by the fields below them.
  const isTask = lines.slice(heading.line + 1, end).some(({ text, fenced }) => {
    const field = fenced ? undefined : fieldOf(text);
    return field !== undefined && field.isBullet && ['dependencies', 'criteria', 'specs'].includes(field.key);
  });
  if (!isTask) return undefined;
  const name = heading.text.slice(0, /:(?:\s|$)/.exec(heading.text)?.index).trimEnd();
  const text = name.replace(/^[*`~]+|(?<![*`~])[*`~]+$/g, '');
  return { text, line: heading.line, column: heading.column + Math.max(0, heading.text.indexOf(text)) };
}

interface FieldLine {
  readonly key: FieldKey;
  readonly indent: number;
  readonly isBullet: boolean;
  readonly value: string;
  readonly column: number;
}

function fieldOf(text: string): FieldLine | undefined {
  const match =
    /^([ \t]*)([-*+][ \t]+)?(?:\*\*([^*:]{1,40}?)(?::\*\*|\*\*[ \t]*:)|([A-Z][A-Za-z ]{1,30}):)[ \t]*/.exec(
      text,
    );
  if (match === null) return undefined;
  const isBullet = match[2] !== undefined;
  // A plain `Label: text` is a field only as a bullet; anywhere else it is prose.
  if (match[3] === undefined && !isBullet) return undefined;
  const label = (match[3] ?? match[4]!).trim().toLowerCase();
  if (!Object.hasOwn(fieldKeys, label)) return undefined;
  const key = fieldKeys[label as keyof typeof fieldKeys];
  const column = match[0].length;
  return { key, indent: match[1]!.length, isBullet, value: text.slice(column).trimEnd(), column };
}

function readSection(
  heading: Heading,
  id: Piece,
  area: string | undefined,
  lines: readonly Line[],
  end: number,
): Section {
  const fields: Field[] = [];
  const prose: string[] = [];
  let base = 1;
  let insertion = { line: heading.line + 1, lead: '- ', isApart: false };
  for (let at = heading.line + 1; at < end; at += 1) {
    const line = lines[at]!;
    const field = line.fenced ? undefined : fieldOf(line.text);
    if (field === undefined || field.indent > base) {
      prose.push(line.text);
      continue;
    }
    if (fields.length === 0) {
      base = field.indent + 1;
      insertion = { line: at, lead: /^[ \t]*(?:[-*+][ \t]+)?/.exec(line.text)![0], isApart: false };
    }
    const last = lastChild(lines, at, end, field);
    const children = lines.slice(at + 1, last + 1).flatMap((child, offset): Piece[] => {
      const text = child.text.trim();
      if (text === '') return [];
      return [{ text, line: at + 1 + offset, column: child.text.indexOf(text) }];
    });
    fields.push({ key: field.key, value: { text: field.value, line: at, column: field.column }, children });
    at = last;
  }
  if (fields.length === 0) insertion = behindProse(lines, heading.line, end);
  const title = titleOf(heading.text, id.column - heading.column, id.text);
  return { id, title: title === '' ? id.text : title, area, fields, prose: trimLines(prose), insertion };
}

/** In front of prose a field would take it for its own; and in a fence that is never closed it would be none. */
function behindProse(lines: readonly Line[], heading: number, end: number): Section['insertion'] {
  const isProse = ({ text, fenced }: Line): boolean => fenced || !/^\s*(?:-{3,}\s*)?$/.test(text);
  let at = Math.max(heading, lines.slice(0, end).findLastIndex(isProse)) + 1;
  const isOpen = lines[at - 1]!.fenced && (lines[at]?.fenced ?? true);
  if (isOpen) at = lines.slice(0, at).findLastIndex(({ fenced }) => !fenced) + 1;
  // A blank line in front of a fence would be prose.
  return { line: at, lead: '- ', isApart: at > heading + 1 && !isOpen };
}

/** Without the marks around the id, or around all of it; those of words inside a title are the title's. */
function titleOf(text: string, idAt: number, id: string): string {
  const marks = text.slice(0, idAt);
  const rest = text.slice(idAt + id.length).replace(/^[*`~]*\s*[:.\u2013\u2014-]*\s*/, '');
  const isOpen = marks !== '' && !/^[*`~]/.test(text.slice(idAt + id.length));
  const closed = isOpen ? rest.replace(/^[*`~]+\s*/, '').replace(/(?<![*~])[*~]+$/, '') : rest;
  return /^(\*\*|~~)\s*((?:(?!\1).)+?)\s*\1$/.exec(closed)?.[2] ?? closed;
}

/** Whether a line would be read as a field of a task. */
export function isFieldLine(text: string): boolean {
  return fieldOf(text) !== undefined;
}

/** Whether an id is that of a task wherever it begins a heading, or can only be known by the fields below. */
export function isTaskIdInHeading(id: string): 'plain' | 'by-fields' | 'no' {
  const plain = plainId.exec(id);
  if (plain === null) return 'by-fields';
  return plain[1] === id ? 'plain' : 'no';
}

/** The last line that belongs to the field on line `at`: what is indented deeper, and its checkboxes. */
function lastChild(lines: readonly Line[], at: number, end: number, field: FieldLine): number {
  let last = at;
  for (let next = at + 1; next < end; next += 1) {
    const { text, fenced } = lines[next]!;
    if (text.trim() === '') continue;
    const indent = /^[ \t]*/.exec(text)![0].length;
    const isOwn = indent > field.indent && (field.isBullet || fieldOf(text) === undefined);
    const isBullet = /^[ \t]*(?:[-*+]|\d+[.)])[ \t]/.test(text);
    const isList = isBullet && fieldOf(text) === undefined && (!field.isBullet || isCheckbox(text));
    const isLazy = !fenced && !isBullet && next === last + 1 && fieldOf(text) === undefined && field.isBullet;
    if (!isOwn && !(isList && field.key === 'criteria') && !isLazy) break;
    last = next;
  }
  return last;
}

function isCheckbox(text: string): boolean {
  return /^[ \t]*[-*+][ \t]+\[.\]/.test(text);
}

function trimLines(lines: readonly string[]): string {
  return lines
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .replace(/^(?:[ \t]*\n)+|(?<!\s)\s+$|\n-{3,}\s*$/g, '');
}
