/** Tables of a Markdown text, with the place of every cell. What they tell is not looked at here. */
import type { Line } from '../../lines.ts';

export interface Cell {
  /** Without blanks around it; `\|` is as it stands. */
  readonly text: string;
  /** Offset of the text in the file; of an empty cell, where it begins behind its first blank. */
  readonly at: number;
  /** 1-based, of the text. */
  readonly column: number;
  /** Between the bars, in UTF-16 units. */
  readonly width: number;
  /** Blanks behind the text. */
  readonly behind: number;
}

export interface TableRow {
  /** Counts lines from 0. */
  readonly line: number;
  readonly cells: readonly Cell[];
}

export interface Table {
  readonly line: number;
  /** The line behind its last. */
  readonly end: number;
  readonly header: readonly Cell[];
  readonly delimiters: readonly Cell[];
  readonly rows: readonly TableRow[];
}

/** Wider ones are data. */
const maxColumns = 40;

/** The table whose header is the line: with a delimiter row of as many cells below it, as GitHub has it. */
export function readTable(lines: readonly Line[], line: number): Table | undefined {
  const head = lines[line];
  const below = lines[line + 1];
  if (head === undefined || below === undefined || !isRow(head) || !isRow(below)) return undefined;
  if (!/^[\s|:-]{3,}$/.test(below.text)) return undefined;
  const header = cellsOf(head);
  const delimiters = cellsOf(below);
  const isTable =
    header.length > 1 &&
    header.length <= maxColumns &&
    delimiters.length === header.length &&
    delimiters.every(({ text }) => /^:?-+:?$/.test(text));
  if (!isTable) return undefined;
  const rows: TableRow[] = [];
  let end = line + 2;
  for (; end < lines.length && isRow(lines[end]!); end += 1)
    rows.push({ line: end, cells: cellsOf(lines[end]!).slice(0, header.length) });
  return { line, end, header, delimiters, rows };
}

function isRow({ text, fenced }: Line): boolean {
  return !fenced && text.includes('|') && !/^\s*<!--/.test(text) && !/^ {0,3}#{1,6}[ \t]/.test(text);
}

function cellsOf({ text, start }: Line): readonly Cell[] {
  const bars: number[] = [];
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '|') bars.push(at);
  }
  const first = text.search(/\S/);
  const last = text.trimEnd().length - 1;
  const from = bars[0] === first ? first + 1 : 0;
  const edges = [from - 1, ...bars.filter((at) => at >= from)];
  if (bars.at(-1) !== last || edges.length === 1) edges.push(text.length);
  return edges.slice(1).map((end, index) => {
    const begin = edges[index]! + 1;
    const raw = text.slice(begin, end);
    const inner = raw.trim();
    const lead = inner === '' ? Math.min(1, raw.length) : raw.length - raw.trimStart().length;
    return {
      text: inner,
      at: start + begin + lead,
      column: begin + lead + 1,
      width: raw.length,
      behind: raw.length - lead - inner.length,
    };
  });
}
