/**
 * The shape of a plain checklist: headings, items with a box or with an emoji for their state, and what stands below
 * them. What of it is a task is not decided here. Code fences and HTML comments hold no items.
 */
import type { DeclaredStatus } from '../../../domain/plan.ts';
import { declaredOfMark, parseCheckbox } from '../../checkbox.ts';
import { readLines, type Line } from '../../lines.ts';
import { withoutClosing } from '../superpowers/sections.ts';

/** Where a status stands, and what is there now. */
export interface Sign {
  readonly kind: 'box' | 'emoji';
  readonly mark: string;
  readonly markAt: number;
}

export interface Item {
  /** Counts lines from 0. */
  readonly line: number;
  /** Of the text; 1-based. */
  readonly column: number;
  readonly indent: number;
  /** Undefined for a bullet without a box, which only holds other items together. */
  readonly sign: Sign | undefined;
  /** Undefined for an unknown mark. */
  readonly said: DeclaredStatus | undefined;
  readonly optional: boolean;
  readonly text: string;
  /** Plain lines below that are indented deeper. */
  readonly details: string[];
  readonly children: Item[];
  /** The plain line with a colon that it stands under: `Acceptance tests:`. */
  readonly label: string | undefined;
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
}

export interface Checklist {
  readonly lines: readonly Line[];
  readonly title: string | undefined;
  readonly sections: readonly ListSection[];
}

const headingPattern = /^ {0,3}(#{1,6})[ \t]+(\S.*)$/;
const bulletPattern = /^([ \t]*)(?:[-*+]|\d+[.)])[ \t]+(\S.*)$/;
const emojiPattern =
  /^(\u2705|\u2714\ufe0f?|\u2611\ufe0f?|\ud83d\udea7|\ud83d\udd04|\u23f3|\ud83d\udccb|\u274c)[ \t]*(?=\S)/u;

const emojiStates: Readonly<Record<string, DeclaredStatus>> = {
  '\u2705': 'completed',
  '\u2714': 'completed',
  '\u2611': 'completed',
  '\ud83d\udea7': 'in-progress',
  '\ud83d\udd04': 'in-progress',
  '\u23f3': 'pending',
  '\ud83d\udccb': 'pending',
  '\u274c': 'pending',
};

export function declaredOfEmoji(mark: string): DeclaredStatus | undefined {
  const key = mark.replace('\ufe0f', '');
  return Object.hasOwn(emojiStates, key) ? emojiStates[key] : undefined;
}

export function readChecklist(text: string): Checklist {
  const lines = readLines(text);
  const top: ListSection = { heading: '', level: 0, line: 0, parent: undefined, prose: [], items: [] };
  const sections = [top];
  let section = top;
  let title: string | undefined;
  let open: Item[] = [];
  let label: string | undefined;
  let isComment = false;
  lines.forEach((line, index) => {
    const wasComment = isComment;
    if (!line.fenced) isComment = staysComment(line.text, isComment);
    if (wasComment || (!line.fenced && /^\s*<!--/.test(line.text))) return;
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
        section.prose.push({ text: line.text.trim(), line: index });
        label = /^\**([^:*]{2,60})\**[:\uff1a]\**$/u.exec(line.text.trim())?.[1];
      }
      return;
    }
    while (open.length > 0 && open.at(-1)!.indent >= item.indent) open.pop();
    (open.at(-1)?.children ?? section.items).push(item);
    open.push(item);
  });
  return { lines, title, sections };
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
  return { heading, level, line, parent, prose: [], items: [] };
}

function itemOf(line: Line, index: number, label: string | undefined): Item | undefined {
  const box = parseCheckbox(line);
  const shared = { line: index, details: [], children: [], label };
  if (box !== undefined) {
    const { mark, markAt, indent, optional, text, textColumn } = box;
    // `- [x] \u2705 text` says it twice; the box counts.
    const sign = { kind: 'box', mark, markAt } as const;
    return { ...shared, column: textColumn, indent, sign, said: declaredOfMark(mark), optional, text };
  }
  const bullet = bulletPattern.exec(line.text);
  if (bullet === null) return undefined;
  const indent = bullet[1]!.replaceAll('\t', '    ').length;
  const at = bullet[0].length - bullet[2]!.length;
  const text = bullet[2]!.trimEnd();
  const emoji = emojiPattern.exec(text);
  if (emoji === null)
    return { ...shared, column: at + 1, indent, sign: undefined, said: undefined, optional: false, text };
  return {
    ...shared,
    column: at + emoji[0].length + 1,
    indent,
    sign: { kind: 'emoji', mark: emoji[1]!, markAt: line.start + at },
    said: declaredOfEmoji(emoji[1]!),
    optional: false,
    text: text.slice(emoji[0].length),
  };
}
