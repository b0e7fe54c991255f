/** The shape of one `.code-task.md`: front matter, title, sections. Nothing inside a code fence is ever a heading. */
import type { Criterion, DeclaredStatus, Risk, Size } from '../../../domain/plan.ts';
import { readLines, type Line } from '../../lines.ts';

export interface CodeTaskDocument {
  readonly lines: readonly Line[];
  /** The first top heading; undefined for a file without one. */
  readonly title: Piece | undefined;
  /** The fields of the front matter; undefined without one. */
  readonly frontMatter: FrontMatter | undefined;
  /** The first `## Status: In Progress` of the body. */
  readonly statusHeading: Piece | undefined;
  readonly sections: readonly Section[];
  /** The body between the title and the first section. */
  readonly lead: readonly Line[];
}

/** `line` counts lines from 0, `column` characters of the line from 0. */
export interface Piece {
  readonly text: string;
  readonly line: number;
  readonly column: number;
}

export interface FrontMatter {
  readonly status: Piece | undefined;
  /** The line that closes it. */
  readonly end: number;
}

export interface Section {
  /** In lower case, without a colon at the end. */
  readonly name: string;
  /** The line of the heading. */
  readonly line: number;
  /** Behind the heading, up to the next one of its level. */
  readonly lines: readonly Line[];
}

const sectionHeading = /^ {0,3}##[ \t]+(\S.*)$/;

export function readCodeTask(text: string): CodeTaskDocument {
  const lines = readLines(text);
  const frontMatter = readFrontMatter(lines);
  let title: Piece | undefined;
  let statusHeading: Piece | undefined;
  const starts: { readonly name: string; readonly line: number }[] = [];
  for (let at = frontMatter === undefined ? 0 : frontMatter.end + 1; at < lines.length; at += 1) {
    const { text: line, fenced } = lines[at]!;
    if (fenced) continue;
    title ??= titleOf(line, at);
    const heading = sectionHeading
      .exec(line)?.[1]!
      .trimEnd()
      .replace(/[ \t]#{1,6}$/, '');
    if (heading === undefined) continue;
    const status = /^(\W*Status:\s*)(\S.*)$/i.exec(heading);
    if (status !== null) {
      const column = line.indexOf(heading) + status[1]!.length;
      statusHeading ??= { text: status[2]!, line: at, column };
    }
    starts.push({ name: heading.toLowerCase().replace(/(?<![\s:])[\s:]+$/, ''), line: at });
  }
  const sections = starts.map(({ name, line }, at): Section => {
    return { name, line, lines: lines.slice(line + 1, starts[at + 1]?.line ?? lines.length) };
  });
  const body = Math.max((title?.line ?? -1) + 1, frontMatter === undefined ? 0 : frontMatter.end + 1);
  const lead = lines.slice(body, Math.max(body, starts[0]?.line ?? lines.length));
  return { lines, title, frontMatter, statusHeading, sections, lead };
}

/** Its bullets are looked through for other tasks. */
export function isAboutDependencies({ name }: Section): boolean {
  return /^(?:dependencies|dependency|depends on|prerequisites)\b/.test(name);
}

function titleOf(line: string, at: number): Piece | undefined {
  const match = /^ {0,3}#[ \t]+(?:(?:Code[ \t]+)?Task(?:[ \t]+\d+)?[ \t]*:[ \t]*)?(\S.*)$/i.exec(line);
  const text = match?.[1]!.trimEnd();
  return text === undefined ? undefined : { text, line: at, column: line.lastIndexOf(text) };
}

function readFrontMatter(lines: readonly Line[]): FrontMatter | undefined {
  if (lines[0]?.text.trimEnd() !== '---') return undefined;
  let status: Piece | undefined;
  for (let at = 1; at < lines.length; at += 1) {
    const { text } = lines[at]!;
    if (/^(?:---|\.\.\.)\s*$/.test(text)) return { status, end: at };
    const match = /^(status[ \t]*:[ \t]*)(.*)$/i.exec(text);
    if (match === null || status !== undefined) continue;
    const value = /^(?:"[^"]*"|'[^']*'|(?:[^#]|(?<=\S)#)*)/.exec(match[2]!)![0].trimEnd();
    status = { text: value, line: at, column: match[1]!.length };
  }
  return undefined;
}

/** Undefined for a word that is none of the format's. No word at all, and `null`, are pending. */
export function parseStatus(text: string): DeclaredStatus | undefined {
  const word = text
    .toLowerCase()
    .replace(/^[^a-z]+|(?<![^a-z])[^a-z]+$/g, '')
    .replace(/[\s_-]+/g, '-');
  if (/^(?:|null|pending|todo|open|ready|not-started)$/.test(word)) return 'pending';
  if (/^(?:in-progress|started|active|doing)$/.test(word)) return 'in-progress';
  if (/^(?:completed?|done)$/.test(word)) return 'completed';
  if (/^(?:obsoleted?|superseded|abandoned|cancell?ed)$/.test(word)) return 'abandoned';
  return word === 'blocked' || word === 'skipped' ? word : undefined;
}

/** A complexity between two counts as the higher one. Undefined for another word. */
export function parseComplexity(text: string): Size | undefined {
  const words = text.toLowerCase().match(/[a-z]+/g) ?? [];
  if (words.slice(0, 2).some((word) => /^(?:high|large|complex)$/.test(word))) return 'L';
  if (words.slice(0, 2).some((word) => /^(?:medium|moderate)$/.test(word))) return 'M';
  return /^(?:low|small|simple|trivial)$/.test(words[0] ?? '') ? 'S' : undefined;
}

export function parsePriority(text: string): Risk | undefined {
  const word = /[a-z]+[0-9]?/i.exec(text)?.[0].toLowerCase() ?? '';
  if (/^(?:critical|urgent|highest|high|p[01])$/.test(word)) return 'High';
  if (/^(?:medium|normal|p2)$/.test(word)) return 'Medium';
  return /^(?:low|lowest|p[34])$/.test(word) ? 'Low' : undefined;
}

/** `- **Complexity**: High` of the Metadata, or the first line of a section of that name. */
export function metadataOf({ sections, lines }: CodeTaskDocument, key: string): Piece | undefined {
  const field = new RegExp(`^(\\s*[-*+][ \\t]+\\**${key}(?::\\*\\*|\\*\\*[ \\t]*:|:)[ \\t]*)(.*)$`, 'i');
  for (const { name, line, lines: own } of sections) {
    if (name === key.toLowerCase()) {
      const at = own.findIndex(({ text, fenced }) => !fenced && text.trim() !== '');
      const text = own[at]?.text.trim();
      if (text !== undefined) return { text, line: line + 1 + at, column: own[at]!.text.indexOf(text) };
    }
    if (name !== 'metadata') continue;
    for (const [at, { text, fenced }] of own.entries()) {
      const match = fenced ? null : field.exec(text);
      if (match !== null && lines.length > 0)
        return { text: match[2]!.trimEnd(), line: line + 1 + at, column: match[1]!.length };
    }
  }
  return undefined;
}

interface Item {
  readonly number: number | undefined;
  readonly parts: string[];
}

/**
 * The criteria as people write them: numbered with Given/When/Then below, checkboxes, bullets, headings, or a plain
 * paragraph. The file's own numbers are kept in the ids; where it has none, or one twice, the place in the list counts.
 */
export function readCriteria(lines: readonly Line[], id: string): readonly Criterion[] {
  const items = criterionItems(lines);
  const numbers = items.map(({ number }) => number);
  const isNumbered =
    numbers.every((number) => number !== undefined) && new Set(numbers).size === items.length;
  return items.map(({ number, parts }, at) => {
    const [first = '', ...rest] = parts;
    const head = first.replace(/:$/, '');
    const text = rest.length === 0 ? first : `${head}: ${rest.join('; ')}`;
    return { id: `${id}.AC${isNumbered ? number! : at + 1}`, text };
  });
}

function criterionItems(lines: readonly Line[]): readonly Item[] {
  const items: Item[] = [];
  let base: number | undefined;
  let heading: Item | undefined;
  for (const { text, fenced } of lines) {
    const trimmed = text.trim();
    if (trimmed === '' || /^-{3,}$/.test(trimmed)) continue;
    const title = fenced ? null : /^ {0,3}#{3,6}[ \t]+(?:(\d+)[.)][ \t]+)?(.*)$/.exec(text);
    if (title !== null) {
      // A heading over a list names the list; one over Given/When/Then or prose is the criterion.
      heading = {
        number: title[1] === undefined ? undefined : Number(title[1]),
        parts: [plain(title[2]!.trimEnd())],
      };
      base = undefined;
      continue;
    }
    const bullet = fenced ? null : /^([ \t]*)(?:(\d+)[.)]|[-*+])[ \t]+(\[[^\]]?\][ \t]*)?(.*)$/.exec(text);
    const body = plain(bullet === null ? trimmed : bullet[4]!.trim());
    const indent = bullet?.[1]!.replaceAll('\t', '    ').length ?? 0;
    const isStep = bullet !== null && bullet[2] === undefined && /^(?:Given|When|Then|And|But)\b/i.test(body);
    const isOwn = bullet !== null && indent <= (base ?? indent) && !(isStep && bullet[3] === undefined);
    if (isOwn) {
      base = indent;
      heading = undefined;
      items.push({ number: bullet[2] === undefined ? undefined : Number(bullet[2]), parts: [body] });
      continue;
    }
    if (heading !== undefined) {
      items.push(heading);
      heading = undefined;
    }
    const last = items.at(-1);
    if (last === undefined || (isStep && indent === 0 && startsAnew(last, body)))
      items.push({ number: undefined, parts: [body] });
    else last.parts.push(body);
  }
  return items;
}

/** Given/When/Then bullets that stand under nothing: each `Given` begins a criterion. */
function startsAnew({ parts }: Item, body: string): boolean {
  return /^Given\b/i.test(body) && /^Given\b/i.test(parts[0] ?? '');
}

function plain(text: string): string {
  return text.replace(/\*\*([^*]+)\*\*/g, '$1');
}
