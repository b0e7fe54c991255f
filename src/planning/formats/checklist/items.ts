/**
 * The shape of a plain checklist: headings, items with a box or with an emoji for their state, and what stands below
 * them. What of it is a task is not decided here. Code fences and HTML comments hold no items.
 */
import type { DeclaredStatus } from '../../../domain/plan.ts';
import { declaredOfMark, parseCheckbox } from '../../checkbox.ts';
import { readLines, type Line } from '../../lines.ts';
import { withoutClosing } from '../superpowers/sections.ts';
import { declaredOfSign, emojiSign, signOfTail, type Sign } from './signs.ts';
import { emojiSource } from './status-words.ts';
import { readTable, type Table } from './tables.ts';

export interface Item {
  /** Counts lines from 0. */
  readonly line: number;
  /** Of the text; 1-based. */
  readonly column: number;
  readonly indent: number;
  /** Undefined for a bullet without a box, which only holds other items together. */
  readonly sign: Sign | undefined;
  /** The sign stands behind the text, where it may as well belong to what is below. */
  readonly isTrailing?: boolean;
  /** Undefined for an unknown mark. */
  readonly said: DeclaredStatus | undefined;
  readonly optional: boolean;
  readonly text: string;
  /** Plain lines below that are indented deeper. */
  readonly details: string[];
  readonly children: Item[];
  /** The plain line with a colon that it stands under: `Acceptance tests:`. */
  readonly label: string | undefined;
  readonly isNumbered: boolean;
}

export interface ListSection {
  /** Empty for what stands above the first heading. */
  readonly heading: string;
  readonly level: number;
  readonly line: number;
  readonly parent: ListSection | undefined;
  /** Plain lines between the heading and the next one. */
  readonly prose: { readonly text: string; readonly line: number }[];
  /** Those that are not indented below others. */
  readonly items: Item[];
  readonly tables: Table[];
}

export interface Checklist {
  readonly lines: readonly Line[];
  /** By line: it lies in an HTML comment. */
  readonly hidden: ReadonlySet<number>;
  readonly title: string | undefined;
  readonly sections: readonly ListSection[];
}

const headingPattern = /^ {0,3}(#{1,6})[ \t]+(\S.*)$/;
const bulletPattern = /^([ \t]*)(?:[-*+]|\d+[.)])[ \t]+(\S.*)$/;
const emojiPattern = new RegExp(`^(${emojiSource})[ \\t]*(?=\\S)`, 'u');

export function readChecklist(text: string): Checklist {
  const lines = readLines(text);
  const top: ListSection = {
    ...{ heading: '', level: 0, line: 0, parent: undefined },
    ...{ prose: [], items: [], tables: [] },
  };
  const sections = [top];
  let section = top;
  let title: string | undefined;
  let open: Item[] = [];
  let label: string | undefined;
  let isComment = false;
  let tableEnd = 0;
  const hidden = new Set<number>();
  lines.forEach((line, index) => {
    const wasComment = isComment;
    if (!line.fenced) isComment = staysComment(line.text, isComment);
    if (wasComment || (!line.fenced && /^\s*<!--/.test(line.text))) {
      hidden.add(index);
      return;
    }
    const heading = line.fenced ? null : headingPattern.exec(line.text);
    if (heading !== null) {
      section = openSection(section, heading, index);
      title ??= section.level === 1 ? section.heading : undefined;
      sections.push(section);
      [open, label] = [[], undefined];
      return;
    }
    const item = line.fenced ? undefined : itemOf(line, index, label);
    if (item === undefined) {
      const indent = /^[ \t]*/.exec(line.text)![0].replaceAll('\t', '    ').length;
      const isBlank = line.text.trim() === '';
      const owner = isBlank ? open.at(-1) : open.findLast((above) => indent > above.indent);
      if (owner !== undefined) owner.details.push(line.text);
      else if (!isBlank) {
        open = [];
        const table = index < tableEnd ? undefined : readTable(lines, index);
        if (table !== undefined) {
          section.tables.push(table);
          tableEnd = table.end;
        }
        section.prose.push({ text: line.text.trim(), line: index });
        label = /^\**([^:*]{2,60})\**[:\uff1a]\**$/u.exec(line.text.trim())?.[1];
      }
      return;
    }
    while (open.length > 0 && open.at(-1)!.indent >= item.indent) open.pop();
    (open.at(-1)?.children ?? section.items).push(item);
    open.push(item);
  });
  return { lines, hidden, title, sections };
}

/** The section and those around it, the innermost first. */
export function upwards(section: ListSection): readonly ListSection[] {
  const path: ListSection[] = [];
  for (let at: ListSection | undefined = section; at !== undefined; at = at.parent) path.push(at);
  return path;
}

function staysComment(text: string, isComment: boolean): boolean {
  const opens = text.lastIndexOf('<!--');
  const closes = text.lastIndexOf('-->');
  return closes > opens ? false : opens !== -1 || isComment;
}

function openSection(from: ListSection, match: RegExpExecArray, line: number): ListSection {
  const level = match[1]!.length;
  let parent: ListSection | undefined = from;
  while (parent !== undefined && parent.level >= level) parent = parent.parent;
  const heading = withoutClosing(match[2]!);
  return { heading, level, line, parent, prose: [], items: [], tables: [] };
}

function itemOf(line: Line, index: number, label: string | undefined): Item | undefined {
  const box = parseCheckbox(line);
  const shared = { line: index, details: [], children: [], label };
  const isNumbered = /^\s*\d/.test(line.text);
  if (box !== undefined) {
    const { mark, markAt, indent, optional, text, textColumn } = box;
    // `- [x] \u2705 text` says it twice; the box counts.
    const sign = { kind: 'box', mark, markAt } as const;
    const said = declaredOfMark(mark);
    return { ...shared, column: textColumn, indent, sign, said, optional, text, isNumbered };
  }
  const bullet = bulletPattern.exec(line.text);
  if (bullet === null) return undefined;
  const at = bullet[0].length - bullet[2]!.length;
  const text = bullet[2]!.trimEnd();
  const emoji = emojiPattern.exec(text);
  const own = {
    ...shared,
    indent: bullet[1]!.replaceAll('\t', '    ').length,
    optional: false,
    isNumbered,
  };
  if (emoji === null) {
    const sign = endsInEmoji(text) ? signOfTail(text, line.start + at) : undefined;
    const said = sign === undefined ? undefined : declaredOfSign(sign);
    const isTrailing = sign !== undefined;
    return { ...own, column: at + 1, sign, said, text, ...(isTrailing ? { isTrailing } : {}) };
  }
  const sign = emojiSign(emoji[1]!, line.start + at);
  return {
    ...own,
    column: at + emoji[0].length + 1,
    sign,
    said: declaredOfSign(sign),
    text: text.slice(emoji[0].length),
  };
}

const emojiEnd = new RegExp(`${emojiSource}[*_ \\t]*$`, 'u');

/** A word behind the text is no status there: `wait until it is done`. */
function endsInEmoji(text: string): boolean {
  return text.length > 2 && emojiEnd.test(text.slice(-12));
}
