/**
 * The three kinds of gsd plans: a milestone's roadmap lists slices, a slice's plan lists tasks, a task's plan tells
 * one. Roadmaps are written by models in many shapes: check lists, tables and headings are read. Nothing in a code
 * fence or in an HTML comment is ever an entry.
 */
import { parseCheckbox, type Checkbox } from '../../checkbox.ts';
import { readLines, type Line } from '../../lines.ts';

export type GsdKind = 'roadmap' | 'slice' | 'task';

export interface GsdDocument {
  readonly kind: GsdKind;
  readonly lines: readonly Line[];
  /** `M001`, `S01` or `T01`, as the top heading has it. */
  readonly id: string | undefined;
  readonly title: string;
  readonly titleLine: number;
  readonly entries: readonly Entry[];
}

/** A slice of a roadmap, or a task of a slice's plan. Lines count from 0, columns from 0. */
export interface Entry {
  readonly id: string;
  readonly title: string;
  readonly line: number;
  readonly column: number;
  readonly state: State;
  readonly risk: Value | undefined;
  readonly depends: Value | undefined;
  readonly estimate: string | undefined;
  /** `> After this: …`, what can be shown when the slice is done. */
  readonly demo: string | undefined;
  /** The lines below that belong to the entry. */
  readonly body: readonly Line[];
}

export interface Value {
  readonly text: string;
  readonly line: number;
  readonly column: number;
}

/** Where the entry says whether it is done. */
export type State =
  | { readonly kind: 'box'; readonly box: Checkbox }
  /** A cell of a table; `start` is its text's offset in the file. */
  | { readonly kind: 'cell'; readonly text: string; readonly start: number; readonly line: number }
  /** A heading: `end` is the offset behind its text, `done` the mark that stands there. */
  | { readonly kind: 'heading'; readonly end: number; readonly mark: Value | undefined }
  /** A table without a column for it. */
  | { readonly kind: 'none' };

const letters: Readonly<Record<GsdKind, string>> = { roadmap: 'M', slice: 'S', task: 'T' };

/** What a text is by its top heading (`# M001: Title`) and, for one without an id there, by its file's name. */
export function kindOf(file: string, text: string): GsdKind | undefined {
  return kindOfLines(file, visibleLines(text));
}

function kindOfLines(file: string, lines: readonly Line[]): GsdKind | undefined {
  const heading = topHeading(lines);
  const letter = heading === undefined ? undefined : /^([MST])\d/i.exec(heading.id ?? '')?.[1]?.toUpperCase();
  const name = file.slice(file.lastIndexOf('/') + 1);
  const named = /^M\d[\w-]*-ROADMAP\.md$/i.test(name) ? 'M' : /^([ST])\d+-PLAN\.md$/i.exec(name)?.[1];
  const kind = (['roadmap', 'slice', 'task'] as const).find(
    (one) => letters[one] === (letter ?? named?.toUpperCase()),
  );
  if (kind === undefined || heading === undefined) return undefined;
  const has = (pattern: RegExp): boolean => lines.some(({ text, fenced }) => !fenced && pattern.test(text));
  switch (kind) {
    case 'roadmap':
      return has(slicesHeading) || has(/^\s*[-*+]\s+\[.?\]\s+\**\[?S\d+\]?\b/) ? kind : undefined;
    case 'slice':
      return has(/^##\s+Tasks\b/i) && (named !== undefined || has(/^\*\*(?:Goal|Demo):?\*\*/i))
        ? kind
        : undefined;
    case 'task':
      return has(/^\*\*Slice:?\*\*/i) || named !== undefined ? kind : undefined;
  }
}

const slicesHeading =
  /^#{1,4}\s+Slices?(?:\s+(?:Overview|Table|Roadmap|List|Breakdown|Plan|Status))?\s*:?\s*$/i;
const tasksHeading = /^#{1,4}\s+Tasks?(?:\s+(?:Overview|Table|List|Breakdown))?\s*:?\s*$/i;

export function readGsd(file: string, text: string): GsdDocument {
  const lines = visibleLines(text);
  const heading = topHeading(lines);
  const kind = kindOfLines(file, lines) ?? 'task';
  const entries = kind === 'task' ? [] : readEntries(lines, kind === 'roadmap' ? 'S' : 'T');
  const title = heading?.title ?? file;
  return { kind, lines, id: heading?.id, title, titleLine: heading?.line ?? 0, entries };
}

/** Comments hold the rules of the format, with examples: their lines count as fenced. */
function visibleLines(text: string): readonly Line[] {
  let inComment = false;
  return readLines(text).map((line) => {
    if (line.fenced && !inComment) return line;
    const opens = line.text.lastIndexOf('<!--');
    const closes = line.text.lastIndexOf('-->');
    // Behind other text it is no comment: an entry below it would be lost.
    const hidden = inComment || /^\s*<!--/.test(line.text);
    inComment = hidden && (opens > closes || closes === -1);
    return hidden ? { ...line, fenced: true } : line;
  });
}

interface TopHeading {
  readonly id: string | undefined;
  readonly title: string;
  readonly line: number;
}

function topHeading(lines: readonly Line[]): TopHeading | undefined {
  const line = lines.findIndex(({ text, fenced }) => !fenced && /^#[ \t]+\S/.test(text));
  if (line === -1) return undefined;
  const text = lines[line]!.text.replace(/^#[ \t]+/, '').trim();
  const match = /^\**([MST]\d+(?:-[a-z0-9]{4,8})?)\**(?:\s*[:.\u2013\u2014-]\s*|\s+|$)(.*)$/i.exec(text);
  const title = match === null || match[2] === '' ? text : match[2]!;
  return { id: match?.[1], title: title.replace(/(?<!\*)\*+$/, ''), line };
}

function readEntries(lines: readonly Line[], letter: 'S' | 'T'): readonly Entry[] {
  const start = lines.findIndex(
    ({ text, fenced }) => !fenced && (letter === 'S' ? slicesHeading : tasksHeading).test(text),
  );
  const level = start === -1 ? 7 : levelOf(lines[start]!);
  const heads: { readonly line: number; readonly entry: Head }[] = [];
  let columns: readonly string[] | undefined;
  let end = lines.length;
  for (let at = start + 1; at < lines.length; at += 1) {
    const line = lines[at]!;
    if (line.fenced) continue;
    const own = levelOf(line);
    if (own > 0) {
      const entry = headingEntry(line, at, letter);
      if (entry !== undefined) heads.push({ line: at, entry });
      else if (own <= level && (start !== -1 || /boundary map/i.test(line.text))) {
        end = at;
        break;
      }
      continue;
    }
    const row = /^\s*\|/.test(line.text) ? cellsOf(line) : undefined;
    if (row === undefined) columns = undefined;
    else if (columns === undefined) columns = row.map(({ text }) => text.toLowerCase());
    const entry = row !== undefined ? rowEntry(row, columns!, line, at, letter) : boxEntry(line, at, letter);
    if (entry !== undefined) heads.push({ line: at, entry });
  }
  const same = oneList(heads);
  return same.map(({ line, entry }, index) => {
    const body = lines.slice(line + 1, Math.min(end, same[index + 1]?.line ?? end));
    const own = entry.state.kind === 'cell' || entry.state.kind === 'none' ? [] : body;
    return withBody({ ...entry, demo: entry.demo ?? demoIn(own), body: own }, line + 1);
  });
}

/** A check list, a table and headings of the same entries are one list told several times: the first such counts. */
function oneList<T extends { readonly entry: Pick<Entry, 'state'> }>(heads: readonly T[]): readonly T[] {
  const indents = heads.flatMap(({ entry }) => (entry.state.kind === 'box' ? [entry.state.box.indent] : []));
  const least = indents.reduce((a, b) => Math.min(a, b), Infinity);
  if (least < Infinity)
    return heads.filter(({ entry: { state } }) => state.kind === 'box' && state.box.indent === least);
  const rows = heads.filter(({ entry: { state } }) => state.kind === 'cell' || state.kind === 'none');
  return rows.length > 0 ? rows : heads;
}

function levelOf({ text }: Line): number {
  return /^ {0,3}(#{1,6})[ \t]/.exec(text)?.[1]!.length ?? 0;
}

interface Named {
  readonly id: string;
  /** Of the id, in the text. */
  readonly at: number;
  readonly title: string;
  readonly done: Value | undefined;
}

const check = '(?:[\\u2713\\u2714\\u2705]\\ufe0f?)';
const checkPattern = new RegExp(check, 'u');
const doneTail = new RegExp(
  `(?:${check}|\\((?:complete|completed|done)\\)|\\[(?:complete|completed|done|x)\\])[*_ ]*$`,
  'iu',
);
const leads = { S: leadOf('S'), T: leadOf('T') };
const ids = { S: /^\[?(S\d{1,4})(?![\w/])\]?/i, T: /^\[?(T\d{1,4})(?![\w/])\]?/i };

function leadOf(letter: 'S' | 'T'): RegExp {
  const word = `(?:slice|task)\\s+(?=\\[?${letter}\\d)`;
  return new RegExp(`^(?:[\\s*_\`~]|${check}|\\d+[.)]\\s|\\(\\d+\\)\\s|${word})*`, 'iu');
}

/** What stands further to the right is neither title nor tag. */
const longestName = 2_000;

/** `**S01: Title**`, `[S01] Title`, `(1) S01 - Title`, `✅ S01: Title (Complete)`. */
function parseName(whole: string, letter: 'S' | 'T'): Named | undefined {
  const text = whole.slice(0, longestName);
  const skipped = leads[letter].exec(text)![0];
  const match = ids[letter].exec(text.slice(skipped.length));
  if (match === null) return undefined;
  const at = skipped.length + match[0].indexOf(match[1]!);
  const rest = text.slice(skipped.length + match[0].length);
  // `### S01 → S02` of the boundary map names an edge.
  if (/^[*_`\s]*(?:\u2192|->|=>)/.test(rest)) return undefined;
  const bare = rest
    .replace(/`(?:risk|depends|est):[^`]*`/gi, '')
    .replace(/\b(?:risk|depends|est):[ \t]*(?:\[[^\][]*\]|[\w.]+)/gi, '')
    .trimEnd();
  const tail = doneTail.exec(bare);
  const title = (tail === null ? bare : bare.slice(0, tail.index))
    .replace(/^[*_`]*\s*[:.\u2013\u2014-]*\s*[*_`]*\s*/, '')
    .trimEnd()
    .replace(/[*_]{1,3}$/, '');
  const early = checkPattern.exec(skipped);
  const mark = early?.[0] ?? tail?.[0].replace(/(?<![*_ ])[*_ ]+$/, '');
  const column = early?.index ?? text.lastIndexOf(mark ?? '');
  return {
    id: match[1]!.toUpperCase(),
    at,
    title: title.trimEnd(),
    done: mark === undefined ? undefined : { text: mark, line: 0, column },
  };
}

function boxEntry(line: Line, at: number, letter: 'S' | 'T'): Head | undefined {
  const box = parseCheckbox(line);
  const name = box === undefined ? undefined : parseName(box.text, letter);
  if (box === undefined || name === undefined) return undefined;
  return {
    ...named(name, at, box.textColumn - 1),
    ...tagsIn(line.text, at),
    state: { kind: 'box', box },
  };
}

function headingEntry(line: Line, at: number, letter: 'S' | 'T'): Head | undefined {
  const match = /^( {0,3}#{1,6}[ \t]+)(.*)$/.exec(line.text);
  const text = match?.[2]!.trimEnd().replace(/[ \t]#{1,6}$/, '') ?? '';
  const name = parseName(text, letter);
  if (match === null || name === undefined) return undefined;
  const column = match[1]!.length;
  const mark =
    name.done === undefined ? undefined : { ...name.done, line: at, column: column + name.done.column };
  const end = line.start + column + text.trimEnd().length;
  return {
    ...named(name, at, column),
    ...tagsIn(line.text, at),
    state: { kind: 'heading', end, mark },
  };
}

function named(
  { id, at, title }: Named,
  line: number,
  column: number,
): Pick<Entry, 'id' | 'title' | 'line' | 'column'> {
  return { id, title: title === '' ? id : title, line, column: column + at };
}

/** `risk:high`, `depends:[S01]` and `est:30m`, in back-ticks or not. */
function tagsIn(whole: string, line: number): Pick<Entry, 'risk' | 'depends' | 'estimate'> {
  const text = whole.slice(0, longestName);
  const value = (pattern: RegExp): Value | undefined => {
    const match = pattern.exec(text);
    return match === null ? undefined : { text: match[2]!, line, column: match.index + match[1]!.length };
  };
  return {
    risk: value(/(\brisk:[ \t]*)([\w-]+)/i),
    depends: value(/(\bdepends:[ \t]*)(\[[^\][]*\]|[^\s`[\]][^\s`]*)/i),
    estimate: value(/(\best:[ \t]*)([\w.]+)/i)?.text,
  };
}

/** The quote below an entry, all its lines. */
function demoIn(body: readonly Line[]): string | undefined {
  const pattern = /^\s*(?:>|[-*+]\s)\s*\**After this(?::\*\*|\*\*\s*:|:)\s*(.*)$/i;
  const at = body.findIndex(({ text, fenced }) => !fenced && pattern.test(text));
  if (at === -1) return undefined;
  const parts = [pattern.exec(body[at]!.text)![1]!.trim()];
  for (let next = at + 1; /^\s*>/.test(body[next]?.text ?? ''); next += 1)
    parts.push(body[next]!.text.replace(/^\s*>\s*/, '').trim());
  return parts.join(' ').trim();
}

/** What a line of its own below the entry says, where the entry's line does not: `**Depends on:** S01-S03`. */
function withBody(entry: Entry, from: number): Entry {
  let { risk, depends } = entry;
  for (const [offset, { text, fenced }] of entry.body.entries()) {
    const match = fenced
      ? null
      : /^(\s*(?:[-*+>]\s+)?\**(Depends(?: on)?|Dependencies|Risk)(?::\*\*|\*\*\s*:|:)\s*)(.*)$/i.exec(text);
    if (match === null) continue;
    const value = { text: match[3]!.trimEnd(), line: from + offset, column: match[1]!.length };
    if (/^risk$/i.test(match[2]!)) risk ??= value;
    else depends ??= value;
  }
  return { ...entry, risk, depends };
}

type Head = Omit<Entry, 'body' | 'demo'> & { readonly demo?: string | undefined };

interface Cell {
  readonly text: string;
  /** In the line. */
  readonly column: number;
}

function cellsOf({ text }: Line): readonly Cell[] {
  const bars = [...text.matchAll(/(?<!\\)\|/g)].map(({ index }) => index);
  const ends = /\|\s*$/.test(text) ? bars : [...bars, text.length];
  return ends.slice(0, -1).map((bar, at) => {
    const raw = text.slice(bar + 1, ends[at + 1]);
    return { text: raw.trim(), column: bar + 1 + (raw.length - raw.trimStart().length) };
  });
}

function rowEntry(
  row: readonly Cell[],
  columns: readonly string[],
  line: Line,
  at: number,
  letter: 'S' | 'T',
): Head | undefined {
  const first = row.findIndex(({ text }) => parseName(text, letter) !== undefined);
  if (first === -1 || first > 1) return undefined;
  const name = parseName(row[first]!.text, letter)!;
  const cell = (pattern: RegExp): Cell | undefined =>
    row[columns.findIndex((column) => pattern.test(column))];
  const value = (found: Cell | undefined): Value | undefined =>
    found === undefined ? undefined : { ...found, line: at };
  const title = row.find(
    (_, index) => index !== first && /title|name|description|^slice$|^task$/.test(columns[index] ?? ''),
  );
  const status = cell(/^(?:status|state|done\??|completed?\??|[\u2713\u2714\u2705].*)$/u);
  const own = { ...named(name, at, row[first]!.column) };
  return {
    ...own,
    title: own.title === own.id && title !== undefined ? title.text.replace(/\*\*/g, '') : own.title,
    risk: value(cell(/risk/)),
    depends: value(cell(/depend/)),
    estimate: cell(/^est/)?.text,
    demo: cell(/after this|^demo|outcome/)?.text,
    state:
      status === undefined || status === row[first]
        ? { kind: 'none' }
        : { kind: 'cell', text: status.text, start: line.start + status.column, line: at },
  };
}
