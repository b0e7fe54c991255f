import { readLines, type Line } from './lines.ts';

/**
 * The text of a section of a Markdown file, from its heading to the next one of the same level or above, or of the
 * lines `L10-L20` of any file. Undefined when there is no such section. A name is compared with the headings
 * outside code fences: by words, then by anchor, then by number (`Section 2` is `## 2. Data`); the first one counts.
 */
export function sectionOf(text: string, section: string): string | undefined {
  const lines = readLines(text);
  const range = /^L(\d{1,7})(?:-L?(\d{1,7}))?$/i.exec(section);
  if (range !== null) {
    const [from, to] = [Number(range[1]), Number(range[2] ?? range[1])];
    return from < 1 || from > lines.length ? undefined : textBetween(lines, from - 1, to);
  }
  const headings = lines.flatMap((line, at) => headingAt(line, at));
  const wanted = wordsOf(section);
  const number = numberOf(section);
  const found =
    headings.find(({ title }) => wordsOf(title) === wanted) ??
    headings.find(({ title }) => anchorOf(title) === section.toLowerCase()) ??
    headings.find(({ title }) => wordsOf(withoutNumber(title)) === wanted) ??
    (number === undefined ? undefined : headings.find(({ title }) => numberOf(title) === number));
  if (found === undefined) return undefined;
  const end = headings.find(({ at, level }) => at > found.at && level <= found.level)?.at;
  return textBetween(lines, found.at, end ?? lines.length);
}

/** The headings a section can be named by, for messages. */
export function sectionNames(text: string): readonly string[] {
  return readLines(text).flatMap((line, at) => headingAt(line, at).map(({ title }) => title));
}

interface Heading {
  readonly at: number;
  readonly level: number;
  readonly title: string;
}

function headingAt(line: Line, at: number): readonly Heading[] {
  const mark = line.fenced ? null : /^ {0,3}(#{1,6})[ \t]+(\S.*)$/.exec(line.text);
  if (mark === null) return [];
  return [{ at, level: mark[1]!.length, title: mark[2]!.replace(/[ \t]+#+[ \t]*$/, '').trim() }];
}

function textBetween(lines: readonly Line[], from: number, to: number): string {
  return lines
    .slice(from, to)
    .map(({ text }) => text)
    .join('\n');
}

/** Emphasis, code marks and punctuation are not what a section is known by. */
function wordsOf(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}.]+/gu, ' ')
    .replace(/\.(?=\s|$)/g, '')
    .trim();
}

/** As GitHub makes anchors: lower case, punctuation gone, a dash for every blank. */
function anchorOf(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replace(/\s/g, '-');
}

const numbering = /^(?:section|chapter|part|§)?\s*(\d+(?:\.\d+)*)\.?(?:[\s:)\u2013\u2014-]|$)/i;

function numberOf(text: string): string | undefined {
  return numbering.exec(text.trim())?.[1];
}

function withoutNumber(title: string): string {
  return title.replace(numbering, '').trim();
}
