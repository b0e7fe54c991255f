/** What the blocks of a superpowers plan mean: files, criteria, the text for the agent, and statuses. */
import type { Criterion, DeclaredStatus } from '../../../domain/plan.ts';
import { declaredOfMark } from '../../checkbox.ts';
import { warningAt, type Diagnostic } from '../../diagnostic.ts';
import { pathsIn } from '../../path-mentions.ts';
import { leavesRepository, looksLikePath, normaliseScope } from '../../scope-text.ts';
import type { PlanDocument, PlanSection } from './sections.ts';
import { parseStatus } from '../tasks-md/values.ts';

export interface PlanFiles {
  readonly scope: readonly string[];
  readonly tests: readonly string[];
  /** To be read, not to be changed. */
  readonly readings: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
}

/** The Files block: `- Create: \`path\` (note)`, with the words that people use for what is done to a file. */
export function filesOf(file: string, document: PlanDocument, section: PlanSection): PlanFiles {
  const { lines } = document;
  const scope = new Set<string>();
  const tests = new Set<string>();
  const readings = new Set<string>();
  const diagnostics: Diagnostic[] = [];
  for (const block of section.blocks) {
    if (block.key !== 'files' && !(block.key === 'produces' && document.isOneTask)) continue;
    for (let at = block.value.line; at < block.end; at += 1) {
      const line = lines[at]!;
      const isFirst = at === block.value.line;
      // The list ends with the first line that is none; what follows is prose on what to do.
      const isItem = /^[ \t]*(?:[-*+]|\d+[.)])[ \t]/.test(line.text) || /^[ \t]{2,}\S/.test(line.text);
      if (!isFirst && line.text.trim() !== '' && !isItem) break;
      if (line.fenced || line.text.trim() === '') continue;
      const text = withoutNotes(isFirst ? line.text.slice(block.value.column) : line.text);
      const word = /^[\s*+-]*([\p{L}]+)/u.exec(text)?.[1]?.toLowerCase() ?? '';
      const isReading = /^(?:reference|refer|read|see|verify|keep|context|check|review|\u53c2\u8003)$/.test(
        word,
      );
      for (const path of inOneFolder(pathsIn(text.slice(0, 2_000)))) {
        (isReading ? readings : scope).add(path);
        if (word === 'test' || word === 'tests') tests.add(path);
      }
      for (const { 1: code = '', index } of text.matchAll(/`([^`]+)`/g)) {
        const path = normaliseScope(code);
        if (!looksLikePath(path) || !leavesRepository(path) || /^\/[^/]*$/.test(path)) continue;
        const column = (isFirst ? block.value.column : 0) + index + 2;
        const span = { file, line: at + 1, column, length: code.length };
        diagnostics.push(warningAt(span, `${path.slice(0, 80)} lies outside the repository`));
      }
    }
  }
  return { scope: [...scope], tests: [...tests], readings: [...readings], diagnostics };
}

/** `src/a.go`, `b.go`, `…/c.go` in one line: names without a folder that are of the same kind stand beside the first. */
function inOneFolder(paths: readonly string[]): readonly string[] {
  const first = paths.find((path) => path.includes('/'));
  if (first === undefined) return paths;
  const kind = (path: string): string => path.slice(path.lastIndexOf('.'));
  let folder = '';
  return paths.map((path) => {
    const short = path.replace(/^(?:\u2026|\.{3})\//u, '');
    if (short.includes('/')) folder = short.slice(0, short.lastIndexOf('/') + 1);
    const isBeside = !short.includes('/') && (short !== path || kind(short) === kind(first));
    return isBeside ? folder + short : path;
  });
}

/** Notes in brackets outside of back-ticks become blanks; the paths they mention are not the task's. */
function withoutNotes(text: string): string {
  let depth = 0;
  let isCode = false;
  let out = '';
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at]!;
    if (character === '`') isCode = !isCode;
    if (!isCode && character === '(' && text[at - 1] !== ']') depth += 1;
    out += depth > 0 ? ' ' : character;
    if (!isCode && character === ')') depth = Math.max(0, depth - 1);
  }
  return out;
}

interface Step {
  readonly number: string | undefined;
  readonly text: string;
  readonly line: number;
}

const stepPattern =
  /^(?:\**#{1,6}[ \t]+)?\**Step[ \t]+(\d+[a-z]?)\b[^:\uff1a*]*[:\uff1a]?\**[:\uff1a]?[ \t]*/iu;

/**
 * What must hold when the task is done: its acceptance criteria where it has such a block, else its steps. A step
 * that wants a test to fail first, and one that only commits, hold for a moment and are no criteria.
 */
export function criteriaOf(id: string, document: PlanDocument, section: PlanSection): readonly Criterion[] {
  const stated = section.blocks.filter(({ key }) => key === 'criteria');
  const steps =
    stated.length > 0
      ? stated.flatMap((block) => itemsIn(document, block.value.line + 1, block.end))
      : stepsIn(document, section);
  const used = new Set<string>();
  return steps.map(({ number, text }, index) => {
    const named = number === undefined ? undefined : `${id}.S${number}`;
    let criterion = named === undefined || used.has(named) ? `${id}.AC${index + 1}` : named;
    while (used.has(criterion)) criterion += 'x';
    used.add(criterion);
    return { id: criterion, text };
  });
}

function itemsIn({ lines }: PlanDocument, start: number, end: number): readonly Step[] {
  return lines.slice(start, end).flatMap((line, offset): readonly Step[] => {
    const match = line.fenced
      ? null
      : /^ {0,3}(?:[-*+]|\d+[.)])[ \t]+(?:\[.?\][ \t]+)?(\S.*)$/.exec(line.text);
    return match === null ? [] : [{ number: undefined, text: match[1]!.trimEnd(), line: start + offset }];
  });
}

function stepsIn(document: PlanDocument, section: PlanSection): readonly Step[] {
  const { lines } = document;
  const boxAt = new Map(section.boxes.map((box) => [box.line, box]));
  const steps: Step[] = [];
  for (let at = section.start; at < section.end; at += 1) {
    const line = lines[at]!;
    const box = boxAt.get(at);
    const isStep =
      box === undefined ? !line.fenced && /^(?:#{2,6}[ \t]|\*\*)/.test(line.text) : box.indent < 2;
    if (!isStep) continue;
    const text = box?.text ?? line.text.trim();
    const match = stepPattern.exec(text);
    if (match === null && (box === undefined || box.text === '')) continue;
    const bare = plain(match === null ? text : text.slice(match[0].length));
    steps.push({ number: match?.[1], text: bare === '' ? plain(text) : bare, line: at });
  }
  if (steps.length === 0 && document.isOneTask) return numberedSteps(document, section).filter(isLasting);
  return steps.filter((step, index) => {
    if (!isLasting(step)) return false;
    const end = steps[index + 1]?.line ?? section.end;
    return !lines
      .slice(step.line + 1, end)
      .some(({ text }) => /^\s*\**Expected:?\**:?\s*\**FAIL/i.test(text.slice(0, 200)));
  });
}

/** `## Steps` of a sub-plan, with a numbered list below. */
function numberedSteps({ lines }: PlanDocument, section: PlanSection): readonly Step[] {
  const start = lines.findIndex(
    ({ text, fenced }, at) =>
      at >= section.start && !fenced && /^#{2,4}[ \t]+(?:\w+[ \t]+)?steps\b/i.test(text),
  );
  if (start === -1) return [];
  const next = lines.findIndex(({ text, fenced }, at) => at > start && !fenced && /^#{1,4}[ \t]/.test(text));
  return lines.slice(start + 1, next === -1 ? section.end : next).flatMap((line, offset): readonly Step[] => {
    const match = line.fenced ? null : /^ {0,1}(\d+)[.)][ \t]+(\S.*)$/.exec(line.text);
    return match === null ? [] : [{ number: match[1], text: plain(match[2]!), line: start + 1 + offset }];
  });
}

function isLasting({ text }: Step): boolean {
  const isCommit = /^(?:`?git commit|commit\b)/i.test(text);
  const isRed =
    /^(?:(?:re-?)?run|verify|confirm|see|watch|check|execute)\b.{0,120}\bfail(?:s|ing|ure)?\b/i.test(text);
  return !isCommit && !isRed;
}

function plain(text: string): string {
  return text.replaceAll('**', '').trim();
}

/** All that the plan says of the task, its boxes emptied: ticking one changes nothing of what is to be done. */
export function descriptionOf(document: PlanDocument, section: PlanSection): string {
  const { lines, constraints, isOneTask } = document;
  const boxAt = new Map(section.boxes.map((box) => [box.line, box]));
  const statusLines = new Set(
    section.blocks.filter(({ key }) => key === 'status').map(({ value }) => value.line),
  );
  const text = lines
    .slice(section.start, section.end)
    .flatMap((line, offset) => {
      if (statusLines.has(section.start + offset)) return [];
      const box = boxAt.get(section.start + offset);
      if (box === undefined) return [line.text];
      const at = box.markAt - line.start;
      return [`${line.text.slice(0, at)} ${line.text.slice(line.text.indexOf(']', at))}`];
    })
    .join('\n')
    .replace(/^(?:[ \t]*\n)+/, '')
    .trimEnd()
    .replace(/\n-{3,}$/, '')
    .trimEnd();
  if (constraints === '' || isOneTask) return text;
  return `${text}\n\nConstraints of the whole plan:\n\n${constraints}`;
}

/** Where a task's status stands, and what it says. */
export interface PlanStatus {
  readonly declared: DeclaredStatus;
  /** `word`: a `**Status:**` line of the task. `boxes`: its steps. `none`: nothing that can be changed. */
  readonly carrier: 'word' | 'boxes' | 'none';
  readonly diagnostics: readonly Diagnostic[];
}

export function statusOf(file: string, document: PlanDocument, section: PlanSection): PlanStatus {
  const word = section.blocks.find(({ key }) => key === 'status');
  if (word !== undefined && word.value.text !== '') {
    const { text, line, column } = word.value;
    const declared = parseStatus(text);
    const span = { file, line: line + 1, column: column + 1, length: text.length };
    const message = `"${text.slice(0, 80)}" is no status; it is read as pending`;
    const diagnostics = declared === undefined ? [warningAt(span, message)] : [];
    return { declared: declared ?? 'pending', carrier: 'word', diagnostics };
  }
  if (section.boxes.length > 0) return statusOfBoxes(file, section);
  const header = document.isOneTask ? undefined : document.header.find(({ key }) => key === 'status');
  const said = header === undefined ? undefined : parseStatus(header.value.text);
  const declared = section.isMarkedDone ? 'completed' : said === 'completed' ? said : 'pending';
  return { declared, carrier: 'none', diagnostics: [] };
}

function statusOfBoxes(file: string, { boxes }: PlanSection): PlanStatus {
  const said = boxes.map(({ mark }) => declaredOfMark(mark));
  const diagnostics = boxes.flatMap((box, at) => {
    if (said[at] !== undefined) return [];
    const span = { file, line: box.line + 1, column: Math.max(1, box.textColumn), length: 1 };
    return [warningAt(span, `[${box.mark}] is no mark of a step; it is read as open`)];
  });
  const isDone = said.every((status) => status === 'completed');
  const isBegun = said.some((status) => status === 'completed' || status === 'in-progress');
  return {
    declared: isDone ? 'completed' : isBegun ? 'in-progress' : 'pending',
    carrier: 'boxes',
    diagnostics,
  };
}
