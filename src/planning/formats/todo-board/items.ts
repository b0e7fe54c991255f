/** The shape of a todo board: which lines are tasks, and what stands below them. Nothing in a code fence is a task. */
import type { Risk } from '../../../domain/plan.ts';
import { parseCheckbox, type Checkbox } from '../../checkbox.ts';
import { readLines, type Line } from '../../lines.ts';

/** A piece of text and where it stands: `line` counts from 1, `column` too. */
export interface TextPiece {
  readonly text: string;
  readonly line: number;
  readonly column: number;
}

const fieldKeys = {
  effort: 'effort',
  size: 'effort',
  estimate: 'effort',
  dependencies: 'dependencies',
  dependency: 'dependencies',
  'depends on': 'dependencies',
  'blocked by': 'dependencies',
  'parallel-safe': 'parallel',
  'parallel safe': 'parallel',
  parallel: 'parallel',
  files: 'files',
  file: 'files',
  conflicts: 'conflicts',
  'conflicts with': 'conflicts',
  priority: 'priority',
  'acceptance criteria': 'criteria',
  'completion criteria': 'criteria',
  acceptance: 'criteria',
  criteria: 'criteria',
  'done when': 'criteria',
} as const;

export type TodoKey = (typeof fieldKeys)[keyof typeof fieldKeys];

interface TodoField {
  readonly key: TodoKey;
  /** What stands behind the colon, and the lines below it; empty ones left out. */
  readonly pieces: readonly TextPiece[];
}

export interface TodoItem {
  readonly id: TextPiece;
  readonly box: Checkbox;
  /** 1-based, of the character in the box. */
  readonly markColumn: number;
  readonly title: string;
  /** That of the `## High Priority` it stands under. */
  readonly priority: Risk | undefined;
  /** The heading it stands under, where that is no priority. */
  readonly section: string | undefined;
  readonly fields: readonly TodoField[];
  /** Boxes below the task: steps that are to be ticked, each with the lines below it. */
  readonly boxes: readonly TextPiece[];
  /** All other lines below the task. */
  readonly prose: string;
}

export interface TodoBoard {
  readonly title: string | undefined;
  readonly items: readonly TodoItem[];
  /** Boxes under a priority that have no id. */
  readonly nameless: readonly TextPiece[];
}

/** What stands between brackets at the beginning of a box's text, bold or not; a Markdown link is none. */
const labelPattern = /^([*_`~]{0,4}\[)([^\s[\]]{1,200})\](?!\()[*_`~]{0,4}[ \t]*:?[ \t]*/;

/** `TASK-001`, `STRIPE-2`, `feature/login-12`: a name and a number. */
export function isTodoId(text: string): boolean {
  return text.length <= 200 && /[A-Za-z]/.test(text) && /-\d+[A-Za-z]?(?:\.\d+)*$/.test(text);
}

function labelOf(text: string): RegExpExecArray | null {
  const match = labelPattern.exec(text);
  return match !== null && isTodoId(match[2]!) ? match : null;
}

const fieldPattern =
  /^([ \t]*)[-*+][ \t]+(?:\*\*([A-Za-z][A-Za-z -]{2,24}?)(?::\*\*|\*\*[ \t]*:)|([A-Za-z][A-Za-z -]{2,24}?):)[ \t]*/;

/** Whether a text is such a board: a box with an id, and a sign that it is no other list with ids in brackets. */
export function isTodoBoard(text: string, isPlace: boolean): boolean {
  let hasItem = false;
  let hasSign = isPlace;
  let hasPriority = false;
  for (const line of readLines(text)) {
    if (line.fenced) continue;
    const heading = headingOf(line);
    const box = heading === undefined ? parseCheckbox(line) : undefined;
    if (heading !== undefined) {
      hasPriority = riskOfHeading(heading.text) !== undefined;
      hasSign ||= heading.level === 1 && /^todo list for\b/i.test(heading.text);
    } else if (box !== undefined) {
      const isItem = labelOf(box.text) !== null;
      hasItem ||= isItem;
      hasSign ||= isItem && hasPriority;
    } else if (hasItem && fieldOf(line)?.key === 'parallel') hasSign = true;
    if (hasItem && hasSign) return true;
  }
  return false;
}

export function readTodoBoard(text: string): TodoBoard {
  return new BoardReader().read(readLines(text));
}

/** `High Priority`, `🔴 High priority tasks`, `Priority: High`. */
export function riskOfHeading(text: string): Risk | undefined {
  const match =
    /\b(critical|urgent|high|medium|low)[ -]+priority\b|\bpriority[: -]+(critical|urgent|high|medium|low)\b/i.exec(
      text,
    );
  return riskOfWord(match?.[1] ?? match?.[2] ?? '');
}

export function riskOfWord(text: string): Risk | undefined {
  const word = /^[*`]*([a-z]+)/i.exec(text.trim())?.[1]?.toLowerCase();
  if (word === 'critical' || word === 'urgent' || word === 'high') return 'High';
  if (word === 'medium') return 'Medium';
  return word === 'low' ? 'Low' : undefined;
}

function headingOf(line: Line): { readonly level: number; readonly text: string } | undefined {
  const match = line.fenced ? null : /^ {0,3}(#{1,6})[ \t]+/.exec(line.text);
  if (match === null) return undefined;
  const text = line.text
    .slice(match[0].length)
    .trim()
    .replace(/[ \t]#+$/, '')
    .trimEnd();
  return { level: match[1]!.length, text };
}

interface FieldLine {
  readonly key: TodoKey;
  readonly indent: number;
  readonly value: string;
  readonly column: number;
}

function fieldOf(line: Line): FieldLine | undefined {
  const match = line.fenced ? null : fieldPattern.exec(line.text);
  if (match === null) return undefined;
  const label = (match[2] ?? match[3]!).trim().toLowerCase();
  if (!Object.hasOwn(fieldKeys, label)) return undefined;
  const column = match[0].length + 1;
  const value = line.text.slice(match[0].length).trimEnd();
  return { key: fieldKeys[label as keyof typeof fieldKeys], indent: widthOf(match[1]!), value, column };
}

/** Whether a line below a task would be read as something else than its text. */
export function isBoardStructure(line: Line): boolean {
  const { text } = line;
  return parseCheckbox(line) !== undefined || fieldOf(line) !== undefined || /^\s*#{1,6}\s/.test(text);
}

interface OpenItem extends Omit<TodoItem, 'prose' | 'fields' | 'boxes'> {
  readonly fields: { readonly key: TodoKey; readonly pieces: TextPiece[] }[];
  readonly boxes: TextPiece[];
  readonly prose: string[];
}

class BoardReader {
  private title: string | undefined;
  private readonly items: OpenItem[] = [];
  private readonly nameless: TextPiece[] = [];
  private item: OpenItem | undefined;
  /** What the lines that are indented deeper belong to. */
  private open: { readonly indent: number; readonly add: (piece: TextPiece) => void } | undefined;
  private priority: { readonly risk: Risk; readonly level: number } | undefined;
  private section: { readonly text: string; readonly level: number } | undefined;

  read(lines: readonly Line[]): TodoBoard {
    for (const [at, line] of lines.entries()) this.line(line, at + 1);
    const items = this.items.map((item) => ({ ...item, prose: dedent(item.prose) }));
    return { title: this.title, items, nameless: this.nameless };
  }

  private line(line: Line, number: number): void {
    const heading = headingOf(line);
    if (heading !== undefined) {
      this.heading(heading.level, heading.text);
      return;
    }
    const box = parseCheckbox(line);
    if (box !== undefined && this.box(box, line, number)) return;
    const { item } = this;
    if (item === undefined) return;
    const text = line.text.trim();
    const indent = widthOf(/^[ \t]*/.exec(line.text)![0]);
    const field = fieldOf(line);
    if (this.open !== undefined && indent > this.open.indent && text !== '' && !line.fenced) {
      this.open.add({ text, line: number, column: line.text.indexOf(text) + 1 });
    } else if (field !== undefined && indent >= item.box.indent) {
      const pieces: TextPiece[] = [];
      const { value, column } = field;
      if (value !== '') pieces.push({ text: value, line: number, column });
      item.fields.push({ key: field.key, pieces });
      this.open = { indent: field.indent, add: (piece) => pieces.push(piece) };
    } else if (text === '' || line.fenced || indent > item.box.indent) {
      item.prose.push(line.text);
      if (text !== '') this.open = undefined;
    } else this.close();
  }

  private heading(level: number, text: string): void {
    this.close();
    if (level === 1) this.title ??= text;
    const risk = riskOfHeading(text);
    if (risk !== undefined) this.priority = { risk, level };
    else if (this.priority !== undefined && level <= this.priority.level) this.priority = undefined;
    if (risk !== undefined || level === 1) this.section = undefined;
    else this.section = { text, level };
  }

  private close(): void {
    this.item = undefined;
    this.open = undefined;
  }

  /** False for a box that belongs to what is open above it. */
  private box(box: Checkbox, { start }: Line, line: number): boolean {
    const match = labelOf(box.text);
    const isBelow = this.item !== undefined && box.indent > this.item.box.indent;
    if (match === null && isBelow) {
      if (this.open !== undefined && box.indent > this.open.indent) return false;
      const { boxes } = this.item!;
      boxes.push({ text: box.text, line, column: box.textColumn });
      const at = boxes.length - 1;
      const add = (piece: TextPiece): void => {
        boxes[at] = { ...boxes[at]!, text: `${boxes[at]!.text}\n${piece.text}` };
      };
      this.open = { indent: box.indent, add };
      return true;
    }
    this.close();
    if (match === null) {
      if (this.priority !== undefined) this.nameless.push({ text: box.text, line, column: box.textColumn });
      return true;
    }
    const id = { text: match[2]!, line, column: box.textColumn + match[1]!.length };
    const title = titleOf(box.text.slice(match[0].length), match[1]!.slice(0, -1), match[0]);
    this.item = {
      id,
      box,
      markColumn: box.markAt - start + 1,
      title: title === '' ? id.text : title,
      priority: this.priority?.risk,
      section: this.section?.text,
      fields: [],
      boxes: [],
      prose: [],
    };
    this.items.push(this.item);
    return true;
  }
}

/** Without the check mark that some put behind what is done, and the end of emphasis that began before the id. */
function titleOf(text: string, emphasis: string, label: string): string {
  let end = text.length;
  while (end > 0 && '✓✔✅ \t'.includes(text[end - 1]!)) end -= 1;
  const isOpen = emphasis !== '' && !label.slice(emphasis.length).includes(emphasis);
  const isClosed = isOpen && text.slice(0, end).endsWith(emphasis);
  return text.slice(0, isClosed ? end - emphasis.length : end);
}

function widthOf(space: string): number {
  return space.replaceAll('\t', '    ').length;
}

/** The lines without the indentation that they share, and without blank ones around them. */
function dedent(lines: readonly string[]): string {
  const shared = lines.reduce(
    (least, line) => (line.trim() === '' ? least : Math.min(least, /^[ \t]*/.exec(line)![0].length)),
    Infinity,
  );
  return lines
    .map((line) => line.slice(shared === Infinity ? 0 : shared).trimEnd())
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}
