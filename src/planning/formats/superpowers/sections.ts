/**
 * The shape of a superpowers plan: its header, its tasks, and the labelled blocks in them. What the blocks mean is
 * not looked at here. Nothing inside a code fence is ever a heading, a label or a step: plans about plans quote whole
 * tasks.
 */
import { parseCheckbox, type Checkbox } from '../../checkbox.ts';
import { readLines, type Line } from '../../lines.ts';

/** A piece of text and where it stands: `line` counts lines from 0, `column` characters of the line from 0. */
export interface Piece {
  readonly text: string;
  readonly line: number;
  readonly column: number;
}

export type BlockKey =
  'dependencies' | 'interfaces' | 'consumes' | 'produces' | 'files' | 'status' | 'criteria';

/** A label such as `**Files:**`: what stands behind it, and the lines below that belong to it (`end` exclusive). */
export interface Block {
  readonly key: BlockKey;
  readonly value: Piece;
  readonly end: number;
}

export interface PlanSection {
  /** What the file calls the task (`3`, `2b`, `A1`); the number of the file for one that is a task as a whole. */
  readonly key: Piece;
  readonly title: string;
  /** The heading itself says that it is done. */
  readonly isMarkedDone: boolean;
  /** The `## Chunk N`, `## Phase N` … it stands under. */
  readonly phase: string | undefined;
  readonly blocks: readonly Block[];
  readonly boxes: readonly (Checkbox & { readonly line: number })[];
  /** The lines below the heading, `end` exclusive. */
  readonly start: number;
  readonly end: number;
}

export interface PlanDocument {
  readonly lines: readonly Line[];
  readonly title: string | undefined;
  /** Of a file `02-events.md`: `02`. Dates are no numbers. */
  readonly number: string | undefined;
  /** The file has no task headings and is a task as a whole. */
  readonly isOneTask: boolean;
  /** The labels above the first task or the first `##`. */
  readonly header: readonly Block[];
  /** What stands under `## Global Constraints`. */
  readonly constraints: string;
  readonly sections: readonly PlanSection[];
}

const headingPattern = /^ {0,3}(#{1,6})[ \t]+(\S.*)$/;
const taskPattern =
  /^[^\p{L}\p{N}]*(?:Task|\u4efb\u52a1)[ \t]+#?((?:[A-Za-z]{1,3}-?)?\d+[A-Za-z]?(?:[.-]\d+[A-Za-z]?)*)(?![\p{L}\p{N}])(.*)$/iu;
const labelPattern =
  /^[ \t]*(?:>[ \t]?)?(?:[-*+][ \t]+)?\*\*([^*:\uff1a]{2,40})(?:[:\uff1a]\*\*|\*\*[ \t]*[:\uff1a])[ \t]*/u;
const doneMark = /[\u2705\u2714\u2611]|[([](?:done|completed?)[)\]]$/iu;

const blockKeys: Readonly<Record<string, BlockKey>> = {
  'depends on': 'dependencies',
  depends: 'dependencies',
  dependencies: 'dependencies',
  dependency: 'dependencies',
  'blocked by': 'dependencies',
  interfaces: 'interfaces',
  consumes: 'consumes',
  produces: 'produces',
  files: 'files',
  file: 'files',
  '\u6587\u4ef6': 'files',
  status: 'status',
  'acceptance criteria': 'criteria',
  'success criteria': 'criteria',
};

interface Heading {
  readonly line: number;
  readonly level: number;
  readonly text: string;
  readonly column: number;
}

/** The number in front of a plan's file name: `02-events.md`, `1_setup.md`. */
export function planNumber(file: string): string | undefined {
  const name = file.slice(file.lastIndexOf('/') + 1);
  return /^\d{4}-\d{2}/.test(name) ? undefined : /^(\d{1,4}[a-z]?)[-_. ]\D/i.exec(name)?.[1];
}

/** Whether a heading may call a task so: `3`, `2b`, `A1`, `T-003`, `1.2`. */
export function isTaskKey(text: string): boolean {
  const match = taskPattern.exec(`Task ${text}`);
  return match?.[1] === text;
}

/** Whether a file is a superpowers plan, or one of its numbered sub-plans. */
export function isSuperpowersPlan(file: string, text: string): boolean {
  if (!/\.(?:md|markdown)$/i.test(file) || /-design\.\w+$/i.test(file)) return false;
  const { sections, isOneTask, title, header } = readPlanDocument(file, text);
  const isMarked = /REQUIRED SUB-SKILL|\bsuperpowers:[a-z]/i.test(text.slice(0, 4_000));
  if (isOneTask) {
    const isSubPlan = /^sub-?plan\b/i.test(title ?? '');
    return (isSubPlan || isMarked) && (isSubPlan || header.some(({ key }) => key === 'dependencies'));
  }
  if (sections.length === 0) return false;
  const isPlan = /\bplan\b|\u8ba1\u5212/i.test(title ?? '');
  const hasFiles = sections.some(({ blocks }) => blocks.some(({ key }) => key === 'files'));
  const hasSteps = /^[ \t]*(?:[-*+][ \t]+\[.\][ \t]+)?\*\*Step \d+/m.test(text);
  return isMarked || (hasFiles && (isPlan || hasSteps)) || (isPlan && hasSteps);
}

export function readPlanDocument(file: string, text: string): PlanDocument {
  const lines = readLines(text);
  const headings = lines.flatMap((line, index): Heading[] => {
    const match = line.fenced ? null : headingPattern.exec(line.text);
    if (match === null) return [];
    const column = match[0].length - match[2]!.length;
    return [{ line: index, level: match[1]!.length, text: withoutClosing(match[2]!), column }];
  });
  const number = planNumber(file);
  const title = headings.find(({ level }) => level === 1);
  const sections = readSections(lines, headings);
  const isOneTask = sections.length === 0 && number !== undefined && title !== undefined;
  const bodyAt = headings.find((heading) => heading.level > 1 || taskPattern.test(heading.text));
  const header = readBlocks(lines, 0, bodyAt?.line ?? lines.length);
  return {
    lines,
    title: title?.text,
    number,
    isOneTask,
    header,
    constraints: constraintsOf(lines, headings),
    sections: isOneTask ? [wholeFile(lines, number, title)] : sections,
  };
}

/** A heading without the `##` that may close it. Steps from the end: a pattern would look at long blanks again and again. */
export function withoutClosing(heading: string): string {
  const text = heading.trimEnd();
  let end = text.length;
  while (end > 0 && text[end - 1] === '#') end -= 1;
  return end < text.length && /\s/.test(text[end - 1] ?? ' ') ? text.slice(0, end).trimEnd() : text;
}

function readSections(lines: readonly Line[], headings: readonly Heading[]): readonly PlanSection[] {
  // For each heading the next one of its level or above, found from the end with a stack: one look at each.
  const ends: number[] = [];
  const open: Heading[] = [];
  for (let at = headings.length - 1; at >= 0; at -= 1) {
    const heading = headings[at]!;
    while (open.length > 0 && open.at(-1)!.level > heading.level && !taskPattern.test(open.at(-1)!.text))
      open.pop();
    ends[at] = open.at(-1)?.line ?? lines.length;
    open.push(heading);
  }
  const sections: PlanSection[] = [];
  let phase: { readonly name: string; readonly level: number } | undefined;
  headings.forEach((heading, at) => {
    const match = heading.level > 5 ? null : taskPattern.exec(heading.text);
    if (match === null || heading.level === 1) {
      if (/^(?:chunk|phase|wave|part|milestone|stage)\b/i.test(heading.text))
        phase = { name: heading.text, level: heading.level };
      else if (phase !== undefined && heading.level <= phase.level) phase = undefined;
      return;
    }
    const [whole, key = '', rest = ''] = match;
    const start = heading.line + 1;
    const end = ends[at]!;
    const name = bare(rest.replace(/^[*`~\s]*[:.)\u2013\u2014\uff1a-]*/u, ''));
    sections.push({
      key: {
        text: key,
        line: heading.line,
        column: heading.column + whole.length - rest.length - key.length,
      },
      title: name === '' ? `Task ${key}` : name,
      isMarkedDone: doneMark.test(heading.text),
      phase: phase !== undefined && phase.level < heading.level ? bare(phase.name) : undefined,
      blocks: readBlocks(lines, start, end),
      boxes: readBoxes(lines, start, end),
      start,
      end,
    });
  });
  return sections;
}

function wholeFile(lines: readonly Line[], number: string, title: Heading): PlanSection {
  const start = title.line + 1;
  const name = bare(title.text.replace(/^(?:sub-?)?plan[ \t]+\d+[a-z]?[ \t]*[:.\u2013\u2014-]?/i, ''));
  return {
    key: { text: number, line: title.line, column: title.column },
    title: name === '' ? title.text : name,
    isMarkedDone: doneMark.test(title.text),
    phase: undefined,
    blocks: readBlocks(lines, start, lines.length),
    boxes: readBoxes(lines, start, lines.length),
    start,
    end: lines.length,
  };
}

/** A title without emphasis and without marks of its status, which change while it is worked on. */
function bare(text: string): string {
  const unmarked = text
    .trim()
    .replace(/[([](?:done|completed?)[)\]]$/i, '')
    .replace(/[\u2705\u2714\u2611]\ufe0f?(?: ?(?:done|completed?)\b)?/giu, '');
  let start = 0;
  let end = unmarked.length;
  while (start < end && /[*~\s]/.test(unmarked[start]!)) start += 1;
  while (end > start && /[*~\s]/.test(unmarked[end - 1]!)) end -= 1;
  return unmarked.slice(start, end);
}

function readBoxes(lines: readonly Line[], start: number, end: number): PlanSection['boxes'] {
  return lines.slice(start, end).flatMap((line, offset) => {
    const box = parseCheckbox(line);
    return box === undefined ? [] : [{ ...box, line: start + offset }];
  });
}

function readBlocks(lines: readonly Line[], start: number, end: number): readonly Block[] {
  const blocks: Block[] = [];
  for (let at = start; at < end; at += 1) {
    const line = lines[at]!;
    const match = line.fenced ? null : labelPattern.exec(line.text);
    if (match === null || parseCheckbox(line) !== undefined) continue;
    const label = match[1]!.trim().toLowerCase();
    if (!Object.hasOwn(blockKeys, label)) continue;
    const value = { text: line.text.slice(match[0].length).trimEnd(), line: at, column: match[0].length };
    let next = at + 1;
    while (next < end && !endsBlock(lines[next]!)) next += 1;
    blocks.push({ key: blockKeys[label]!, value, end: next });
    at = next - 1;
  }
  return blocks;
}

function endsBlock(line: Line): boolean {
  if (line.fenced) return false;
  return (
    headingPattern.test(line.text) ||
    labelPattern.test(line.text) ||
    /^(?:\*\*|-{3,}\s*$)/.test(line.text) ||
    (parseCheckbox(line)?.text.startsWith('**') ?? false)
  );
}

/** Longer texts are left to the plan itself, which every agent is told to read. In UTF-16 units. */
const maxConstraints = 4_000;

function constraintsOf(lines: readonly Line[], headings: readonly Heading[]): string {
  const at = headings.findIndex(({ text }) => /^global constraints\b/i.test(text));
  if (at === -1) return '';
  const isNext = (next: Heading): boolean => next.level <= headings[at]!.level || taskPattern.test(next.text);
  const end = headings.find((next, index) => index > at && isNext(next))?.line;
  const text = lines
    .slice(headings[at]!.line + 1, end)
    .map((line) => line.text.replace(/^([ \t]*[-*+][ \t]+\[)[xX~/-](?=\])/, '$1 '))
    .join('\n')
    .trim()
    .replace(/\n-{3,}$/, '');
  return text.length > maxConstraints ? '' : text;
}
