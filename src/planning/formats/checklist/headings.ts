/**
 * Headings that are tasks: `## Stage 2: name` with a Status field, `### 1.1 name ✅`, `## Task 3`. What stands below
 * such a heading belongs to it, down to the next one of its level.
 */
import { fieldsOf, namesCriteria, sectionFields, type Field } from './fields.ts';
import type { Checklist, Item, ListSection } from './items.ts';
import { taskKey, type TaskKey } from './labels.ts';
import { declaredOfSign, emojiSign, signOfTail, signOfValue, type SignPart, type WordSign } from './signs.ts';
import { declaredOfEmoji, emojiSource } from './status-words.ts';

export interface HeadingTask {
  readonly section: ListSection;
  /** All sections that belong to it, its own first. */
  readonly sections: readonly ListSection[];
  readonly key: TaskKey | undefined;
  readonly title: string;
  /** Undefined for one that says no status: it has no place for one. */
  readonly sign: WordSign | undefined;
  readonly fields: readonly Field[];
  /** The line behind its last. */
  readonly endLine: number;
}

interface Read {
  readonly section: ListSection;
  /** Index of the first section that is not below it. */
  readonly end: number;
  readonly key: TaskKey | undefined;
  readonly headingSign: WordSign | undefined;
  readonly status: WordSign | undefined;
  readonly fields: readonly Field[];
}

/**
 * `holds` says how many tasks of other kinds (boxes, rows) a section itself has; `isAlone`, that there is nothing else
 * with a status in the whole text.
 */
export function headingTasks(
  list: Checklist,
  holds: (section: ListSection) => number,
  isAlone: boolean,
): readonly HeadingTask[] {
  const { sections } = list;
  const ends = sectionEnds(sections);
  const reads = sections.map((section, at) => readHeading(list, section, ends[at]!));
  const others = sums(sections, ends, holds);
  const ownSigns = sums(sections, ends, (_, at) => {
    const { key, status, headingSign } = reads[at]!;
    return key !== undefined && (status ?? headingSign) !== undefined ? 1 : 0;
  });
  const peers = Map.groupBy(
    reads.filter(({ status }) => status !== undefined),
    ({ section }) => section.level,
  );
  const found: HeadingTask[] = [];
  for (let at = 0; at < sections.length;) {
    const read = reads[at]!;
    const isTask = decides(read, {
      holdsOthers: others(at, read.end) > 0,
      isFiner: ownSigns(at + 1, read.end) > 0,
      isAlone,
      peers: peers.get(read.section.level)?.length ?? 0,
    });
    if (isTask) found.push(taskOf(list, read, sections.slice(at, read.end)));
    at = isTask ? read.end : at + 1;
  }
  return found;
}

/** A section as a task, whatever it says of a status: for lists in which nothing says one. */
export function plainHeading(list: Checklist, at: number, end: number): HeadingTask {
  const section = list.sections[at]!;
  const read = { ...readHeading(list, section, end), headingSign: undefined, status: undefined };
  return taskOf(list, read, list.sections.slice(at, end));
}

interface Around {
  readonly holdsOthers: boolean;
  readonly isFiner: boolean;
  readonly isAlone: boolean;
  readonly peers: number;
}

function decides(read: Read, { holdsOthers, isFiner, isAlone, peers }: Around): boolean {
  const { section, key, status, headingSign } = read;
  if (section.level === 0 || (section.level === 1 && key === undefined)) return false;
  const isTaskWord = key !== undefined && ['task', 'step', 'stage'].includes(key.word);
  if (isTaskWord && status !== undefined) return true;
  if (holdsOthers) return false;
  if (isTaskWord && headingSign !== undefined) return true;
  if (key?.word === 'task') return true;
  if (isFiner) return false;
  // The sign of a phase is that of what it holds, where anything else says what that is.
  if (key?.word === 'phase' || key?.word === 'other')
    return status !== undefined || (headingSign !== undefined && isAlone);
  if (key !== undefined) return (status ?? headingSign) !== undefined;
  return status !== undefined && peers > 1 && !namesCriteria(section.heading);
}

/** For each section the index of the next one that is not below it. */
export function sectionEnds(sections: readonly ListSection[]): readonly number[] {
  const ends = sections.map(() => sections.length);
  const open: number[] = [];
  sections.forEach(({ level }, at) => {
    while (open.length > 0 && sections[open.at(-1)!]!.level >= level) ends[open.pop()!] = at;
    open.push(at);
  });
  return ends;
}

/** Counts over stretches of sections, in one step each. */
function sums(
  sections: readonly ListSection[],
  ends: readonly number[],
  count: (section: ListSection, at: number) => number,
): (from: number, end: number) => number {
  const upTo = [0];
  for (const at of ends.keys()) upTo.push(upTo[at]! + count(sections[at]!, at));
  return (from, end) => (end <= from ? 0 : upTo[end]! - upTo[from]!);
}

const leadPattern = new RegExp(`^[*_ \\t]{0,6}(${emojiSource})`, 'u');

function readHeading(list: Checklist, section: ListSection, end: number): Read {
  const { lines } = list;
  const heading = section.heading;
  const line = lines[section.line];
  const at = line === undefined ? 0 : line.start + line.text.indexOf(heading);
  const lead = section.level === 0 ? null : leadPattern.exec(heading);
  const bare = lead === null ? heading : heading.slice(lead[0].length);
  const key = section.level === 0 ? undefined : taskKey(bare);
  const offset = heading.length - bare.length;
  const shifted = key === undefined ? undefined : { ...key, length: key.length + offset };
  const headingSign = section.level === 0 ? undefined : signOfHeading(heading, at, lead, shifted);
  const fields = sectionFields(section, lines);
  return { section, end, key: shifted, headingSign, fields, status: statusOf(list, fields, headingSign) };
}

function signOfHeading(
  heading: string,
  at: number,
  lead: RegExpExecArray | null,
  key: TaskKey | undefined,
): WordSign | undefined {
  const parts: SignPart[] = [];
  const behindKey = key === undefined ? null : leadPattern.exec(heading.slice(key.length));
  const first = lead?.[1] ?? behindKey?.[1];
  const tail = signOfTail(heading, at);
  if (tail !== undefined) parts.push(...tail.parts);
  if (first !== undefined && declaredOfEmoji(first) !== undefined) {
    const from =
      lead === null ? key!.length + behindKey![0].length - first.length : lead[0].length - first.length;
    if (!parts.some((part) => part.at === at + from)) parts.push(...emojiSign(first, at + from).parts);
  }
  return parts.length === 0 ? undefined : { kind: 'words', parts };
}

/**
 * The Status field; of a heading that has a sign itself only one that stands on a line of its own counts, since a
 * bullet tells of something below it.
 */
function statusOf(
  { lines }: Checklist,
  fields: readonly Field[],
  headingSign: WordSign | undefined,
): WordSign | undefined {
  for (const { key, value, line, column, from } of fields) {
    if (key !== 'status') continue;
    const isBullet = from === 0 && /^\s*[-*+]\s/.test(lines[line]!.text);
    if (isBullet && headingSign !== undefined) continue;
    const sign = signOfValue(value, lines[line]!.start + column);
    if (sign !== undefined && declaredOfSign(sign) !== undefined) return sign;
  }
  return undefined;
}

function taskOf(list: Checklist, read: Read, sections: readonly ListSection[]): HeadingTask {
  const { section, key, headingSign, status } = read;
  const parts = [...(status?.parts ?? []), ...(headingSign?.parts ?? [])];
  const sign: WordSign | undefined = parts.length === 0 ? undefined : { kind: 'words', parts };
  const fields = [...read.fields];
  let title = titleOf(list, section, key, headingSign);
  // `### Title` and `### Description` of a task hold what a field would.
  for (const below of sections.slice(1)) {
    const [field] = fieldsOf(`${below.heading}: x`, below.line);
    const [prose] = below.prose;
    if (field === undefined || prose === undefined) continue;
    if (field.key === 'title') title = title === '' ? prose.text : title;
    else if (field.key !== 'status' && field.key !== 'criteria')
      fields.push({ ...field, value: prose.text, line: prose.line, column: 0, from: 0, to: 0 });
  }
  const after = list.sections[read.end];
  return { section, sections, key, title, sign, fields, endLine: after?.line ?? list.lines.length };
}

/** The heading without its number and its signs. */
function titleOf(
  { lines }: Checklist,
  { heading, line }: ListSection,
  key: TaskKey | undefined,
  sign: WordSign | undefined,
): string {
  const at = lines[line]!.start + lines[line]!.text.indexOf(heading);
  let text = heading;
  for (const part of (sign?.parts ?? []).toSorted((a, b) => b.at - a.at)) {
    const from = part.at - at;
    text = text.slice(0, from) + text.slice(from + part.text.length);
  }
  const bare = text.replace(/^[*_\s]+/, '');
  const own = key === undefined ? undefined : taskKey(bare);
  return bare
    .slice(own?.length ?? 0)
    .replace(/\*\*|~~/g, '')
    .replace(/[(\uff08[][\s*]*[)\uff09\]]\s*$/, '')
    .replace(/(?<![\s|\-\u2013\u2014:\uff1a])[\s|\-\u2013\u2014:\uff1a]+$/, '')
    .trim();
}

/** The text of a task's sections, without statuses: what an agent is told. */
export function textOfHeading(
  list: Checklist,
  task: Pick<HeadingTask, 'section' | 'sections' | 'fields' | 'endLine'>,
): string {
  const { lines, hidden } = list;
  const signs = new Map<number, Item>();
  for (const { items } of task.sections) collectSigned(items, signs);
  const states = new Map(
    task.fields.flatMap((field) => (field.key === 'status' ? [[field.line, field] as const] : [])),
  );
  const out: string[] = [];
  for (let at = task.section.line + 1; at < task.endLine; at += 1) {
    if (hidden.has(at)) continue;
    const { text, fenced } = lines[at]!;
    const item = signs.get(at);
    const state = states.get(at);
    if (state !== undefined && state.to > 0) {
      const rest = (text.slice(0, state.from).replace(/\s*\|\s*$/, '') + text.slice(state.to)).trimEnd();
      if (rest.trim() !== '') out.push(rest.replace(/^\s*\|\s*/, ''));
    } else if (item !== undefined)
      out.push(`${' '.repeat(Math.min(item.indent, 40))}- ${withoutTail(item.text)}`);
    else out.push(fenced ? text : withoutTail(text));
  }
  return out
    .join('\n')
    .replace(/^(?:[ \t]*\n)+/, '')
    .trimEnd()
    .replace(/(?:^|\n)-{3,}$/, '')
    .trimEnd();
}

function collectSigned(items: readonly Item[], into: Map<number, Item>): void {
  const rest = [...items];
  for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
    if (next.sign !== undefined && next.isTrailing !== true) into.set(next.line, next);
    for (const child of next.children) rest.push(child);
  }
}

const tailEmoji = new RegExp(`[ \\t]*${emojiSource}[ \\t]*$`, 'u');

function withoutTail(text: string): string {
  const from = Math.max(0, text.length - 16);
  return text.slice(0, from) + text.slice(from).replace(tailEmoji, '');
}
