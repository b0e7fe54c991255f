/** The lines of a Kiro `tasks.md`: numbered boxes, what is written below each, and how they nest. */
import { declaredFor, declaredOfMark } from '../../checkbox.ts';
import { readLines, type Line, type TextEdit } from '../../lines.ts';
import type { ViewStatus } from '../../../domain/view.ts';
import { requirementLabel } from './requirements.ts';

/** A box with a number: a task, a parent of tasks, or a checkpoint. */
export interface KiroBox {
  /** Its number as it stands in the file, without a dot at the end: `2.1`. */
  readonly id: string;
  readonly title: string;
  /** `[ ]*`. */
  readonly optional: boolean;
  /** `(P)` before or behind the title. */
  readonly parallel: boolean;
  /** "Checkpoint - Ensure all tests pass": a gate, not work. */
  readonly checkpoint: boolean;
  readonly mark: string;
  /** Where the mark stands in the file; `markLength` is 0 for `[]`. */
  readonly markAt: number;
  readonly markLength: number;
  /** Index of its line. */
  readonly line: number;
  /** 0-based. */
  readonly idColumn: number;
  /** Length of the number in the file, which differs from that of `id` where numbers count within a parent. */
  readonly idLength: number;
  /** Indices of the lines below it, up to the next box. */
  readonly detail: readonly number[];
  /** The nearest heading above, except one that only says that tasks follow. */
  readonly heading: string | undefined;
  /** Index of the box whose number this one continues. */
  readonly parent: number | undefined;
  readonly children: readonly number[];
}

export interface KiroDocument {
  readonly title: string | undefined;
  readonly lines: readonly Line[];
  readonly boxes: readonly KiroBox[];
  /** Indices of lines with a box that has no number and belongs to no task. */
  readonly strayBoxes: readonly number[];
}

interface RawBox {
  readonly indent: number;
  readonly mark: string;
  readonly markAt: number;
  readonly markLength: number;
  readonly optional: boolean;
  readonly text: string;
  readonly textColumn: number;
}

type Growing = { -readonly [K in keyof KiroBox]: KiroBox[K] } & {
  detail: number[];
  children: number[];
  readonly indent: number;
};

/** Also a box with more than one character between the brackets (`[x  ]`) or none, as people's slips have them. */
export function readBox(line: Line): RawBox | undefined {
  if (line.fenced) return undefined;
  const match = /^([ \t]*)[-*+][ \t]+\[([^\][]{0,4})\](\*?)[ \t]*(?!\()/u.exec(line.text);
  if (match === null) return undefined;
  const [whole, space = '', inside = '', star = ''] = match;
  const mark = inside.trim() === '' ? ' ' : inside.trim();
  const offset = inside.trim() === '' ? 0 : inside.indexOf(mark);
  return {
    indent: space.replaceAll('\t', '    ').length,
    mark,
    markAt: line.start + line.text.indexOf('[', space.length) + 1 + offset,
    markLength: inside === '' ? 0 : mark.length,
    optional: star === '*',
    text: line.text.slice(whole.length).trimEnd(),
    textColumn: whole.length,
  };
}

/** A number of one part needs a dot or the word "Task", so that "3 retries" is none. */
const numberPattern =
  /^(?:\*\*|__)?(?:(?:tasks?|タスク|任务|任務)[ \t]*)?(\d+(?:\.\d+){1,7}[A-Za-z]?|\d+[A-Za-z]?(?=[.):、：])|(?<=[^\s\d*_][ \t]*)\d+[A-Za-z]?)[.):、：]?(?=[\s*_]|$|[^\u0000-\u007f])[ \t]*(?:\*\*|__)?[ \t]*/iu;

const checkpointPattern =
  /^(?:(?:final|last|最终|最後の?)[ \t]{0,4})?(?:checkpoint|检查点|チェックポイント)[ \t]{0,4}\d{0,4}[ \t]{0,4}(?:$|[-\u2010-\u2015:：])/iu;

const plainHeading =
  /^(?:tasks?|task list|implementation (?:plan|tasks)|overview|任务列表|任务|实施任务列表|タスク)$/iu;

/** Whether boxes with whole numbers, and lines below them that name requirements, say so wherever it stands. */
export function isKiroDocument({ boxes, lines }: KiroDocument): boolean {
  const refers = lines.some(
    (line) => !line.fenced && /^\s*[-*+]\s/.test(line.text) && requirementLabel.test(line.text),
  );
  return refers && boxes.some(({ id }) => !id.includes('.'));
}

export function readKiroDocument(text: string): KiroDocument {
  return new KiroDocumentReader(readLines(text)).read();
}

class KiroDocumentReader {
  private readonly lines: readonly Line[];
  private readonly boxes: Growing[] = [];
  private readonly strayBoxes: number[] = [];
  /** The boxes that the current line may be nested in, innermost last. */
  private readonly open: number[] = [];
  private title: string | undefined;
  private heading: string | undefined;

  constructor(lines: readonly Line[]) {
    this.lines = lines;
  }

  read(): KiroDocument {
    let afterBlank = false;
    for (const [at, line] of this.lines.entries()) {
      const heading = line.fenced ? null : /^ {0,3}(#{1,6})[ \t]+(\S.*)$/.exec(line.text);
      if (heading !== null) this.startSection(heading[1]!.length, heading[2]!);
      else this.takeLine(line, at, afterBlank);
      afterBlank = line.text.trim() === '';
    }
    this.nest();
    const { title, lines, boxes, strayBoxes } = this;
    return { title, lines, boxes, strayBoxes };
  }

  private startSection(level: number, raw: string): void {
    const text = raw.trim();
    this.open.length = 0;
    if (level === 1) this.title ??= text;
    else this.heading = plainHeading.test(text) ? undefined : text;
  }

  private takeLine(line: Line, at: number, afterBlank: boolean): void {
    const current = this.boxes[this.open.at(-1) ?? -1];
    const box = readBox(line);
    if (box === undefined) {
      if (current === undefined) return;
      const indent = indentOf(line.text);
      const ends = !line.fenced && line.text.trim() !== '' && afterBlank && indent <= current.indent;
      if (ends) this.open.length = 0;
      else current.detail.push(at);
      return;
    }
    const number = numberPattern.exec(box.text);
    if (number === null) {
      if (current !== undefined && box.indent > current.indent) current.detail.push(at);
      else this.strayBoxes.push(at);
      return;
    }
    while (this.open.length > 0 && this.boxes[this.open.at(-1)!]!.indent >= box.indent) this.open.pop();
    this.add(box, number, at);
  }

  private add(box: RawBox, number: RegExpExecArray, line: number): void {
    const written = number[1]!;
    const around = this.boxes[this.open.at(-1) ?? -1];
    // `1.` below `2.` counts within it.
    const id = around !== undefined && !written.includes('.') ? `${around.id}.${written}` : written;
    const behind = box.text.slice(number[0].length);
    const bare = behind
      .replace(/^\(P\)[ \t]*/, '')
      .replace(/[ \t]\(P\)$/, '')
      .trim();
    this.open.push(this.boxes.length);
    this.boxes.push({
      id,
      // Of `**2.1 Title**` the number took the first mark of emphasis; `src/**` has one of its own.
      title: number[0].split('**').length === 2 ? bare.replace('**', '').trim() : bare,
      optional: box.optional,
      parallel: bare !== behind.trim(),
      checkpoint: checkpointPattern.test(bare),
      mark: box.mark,
      markAt: box.markAt,
      markLength: box.markLength,
      line,
      idColumn: box.textColumn + number[0].indexOf(written),
      idLength: written.length,
      detail: [],
      heading: this.heading,
      parent: undefined,
      children: [],
      indent: box.indent,
    });
  }

  /** By their numbers, not by indentation: `2.1` is a child of `2` also where both stand at the margin. */
  private nest(): void {
    const first = new Map<string, number>();
    for (const [at, { id }] of this.boxes.entries()) if (!first.has(id)) first.set(id, at);
    for (const [at, box] of this.boxes.entries()) {
      const parts = box.id.split('.');
      for (let length = Math.min(parts.length - 1, 16); length > 0 && box.parent === undefined; length -= 1) {
        box.parent = first.get(parts.slice(0, length).join('.'));
      }
      if (box.parent === undefined) continue;
      this.boxes[box.parent]!.children.push(at);
    }
  }
}

function indentOf(text: string): number {
  return /^[ \t]*/.exec(text)![0].replaceAll('\t', '    ').length;
}

/** A box is a task when it has no children and is no checkpoint. */
export function isTask(box: KiroBox): boolean {
  return box.children.length === 0 && !box.checkpoint;
}

/** Status words of the format: `[ ]`, `[-]`, `[x]`. Undefined when the box says it already or cannot say it. */
export function boxEdit(box: KiroBox, status: ViewStatus): TextEdit | undefined {
  const wanted = declaredFor(status);
  // A mark of another tool's meaning is kept as long as there is nothing to tell.
  if ((declaredOfMark(box.mark) ?? 'pending') === wanted) return undefined;
  return markEdit(box, wanted === 'completed' ? 'x' : wanted === 'in-progress' ? '-' : ' ');
}

export function markEdit(box: KiroBox, mark: string): TextEdit {
  return { start: box.markAt, end: box.markAt + box.markLength, text: mark };
}
