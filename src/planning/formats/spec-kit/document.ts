/**
 * The shape of a spec-kit tasks.md: phases, their tasks, and the lines that say how they depend on each other. What
 * the order means is not looked at here. Nothing in a code fence or an HTML comment is a heading or a task.
 */
import { declaredOfMark, parseCheckbox, type Checkbox } from '../../checkbox.ts';
import { readLines, type Line } from '../../lines.ts';
import { commentsIn, newPhase, phasePattern, type Phase, type Said } from './phase.ts';
import { headingOf, type Piece } from '../task-list.ts';

export interface TaskLine {
  readonly id: Piece;
  readonly box: Checkbox;
  /** `[P]`: the writer thinks that it may run beside its neighbours. */
  readonly parallel: boolean;
  /** The first `[USn]` label. */
  readonly story: string | undefined;
  /** The text behind id and labels. */
  readonly text: Piece;
  /** The indented lines below it, boxes without an id left out. */
  readonly details: Piece[];
  /** Boxes without an id below it. */
  readonly steps: Piece[];
  /** Index in {@link SpecKitDocument.phases}. */
  readonly phase: number;
  /** Counts the headings within the phase. */
  readonly group: number;
  /** It stands under a heading such as "Tests for User Story 1". */
  readonly isTest: boolean;
  readonly notes: readonly string[];
}

/** A box that is no task. */
export interface StrayBox extends Piece {
  readonly heading: string;
}

export interface SpecKitDocument {
  readonly title: string | undefined;
  readonly lines: readonly Line[];
  readonly phases: readonly Phase[];
  readonly tasks: readonly TaskLine[];
  /** The lines of "Dependencies & Execution Order". */
  readonly order: readonly Piece[];
  /** The names in `**Prerequisites**`. */
  readonly prerequisites: string;
  /** Boxes with the template's `TXXX`. */
  readonly placeholders: readonly Piece[];
  readonly strays: readonly StrayBox[];
}

const orderHeading = /\bdependenc(?:y|ies)\b|\bexecution order\b|依赖|依存|執行順序|执行顺序|実行順序/i;
const doneHeading =
  /\bdone when\b|\bdefinition of done\b|\bchecklist\b|\bnotes?\b|\bQA\b|\bacceptance\b|完成/i;
const testHeading = /^\W*tests?\b|^\W*(?:测试|テスト)/iu;
/** `T012`, `[T012]`, `**T012**`, `T012:`, `T010a`, and the template's `TXXX`. */
const idPattern =
  /^(?:\*\*|`|\[)*(T-?\d{2,6}[A-Za-z]?(?:\.\d+)?|TXXX)(?![\w-])(?:\*\*|`|\])*[:.：]?(?:\*\*)?(?=\s|\[|$|\P{ASCII})/u;
const labelPattern = /^\s*(?:\*\*|`)?\[(P|(?:US|Story)[ -]?\d+(?:\s*[,/&+]\s*(?:US)?\d+)*)\](?:\*\*|`)?/i;
const statementPattern = /^\s*(?:[-*]\s+|>\s*)?\*\*([^*]{1,60})\*\*\s*[:：]?\s*(.*)$/;

const statements: Readonly<Record<string, 'goal' | 'test' | 'checkpoint'>> = {
  goal: 'goal',
  purpose: 'goal',
  目标: 'goal',
  目的: 'goal',
  ゴール: 'goal',
  'independent test': 'test',
  独立测试: 'test',
  独立テスト: 'test',
  checkpoint: 'checkpoint',
  检查点: 'checkpoint',
  チェックポイント: 'checkpoint',
};

/** Whether a text has boxes with spec-kit's ids, and the headings or labels that go with them. */
export function isSpecKitDocument(text: string): boolean {
  let hasTask = false;
  let hasFrame = false;
  for (const line of readLines(text)) {
    if (line.fenced) continue;
    const heading = headingOf(line)?.text;
    if (heading !== undefined) {
      if (/^\W*(?:T|F)-\d/u.test(heading)) return false;
      hasFrame ||= /^tasks\s*[:：]/i.test(heading) || phasePattern.test(heading);
      continue;
    }
    const box = parseCheckbox(line);
    const id = box === undefined ? null : idPattern.exec(box.text);
    if (id === null) continue;
    hasTask ||= /^T(?:\d{3}|XXX)/.test(id[1]!);
    hasFrame ||= labelPattern.test(box!.text.slice(id[0].length));
    if (hasTask && hasFrame) break;
  }
  return hasTask && hasFrame && !/^#{2,6}\s+(?:\*\*)?[TF]-\d/m.test(text);
}

export function readSpecKitDocument(text: string): SpecKitDocument {
  return new DocumentReader(text).read();
}

class DocumentReader {
  private readonly lines: readonly Line[];
  private readonly comments: readonly (readonly [number, number])[];
  private readonly tasks: TaskLine[] = [];
  private readonly phases: Phase[] = [];
  private readonly order: Piece[] = [];
  private readonly placeholders: Piece[] = [];
  private readonly strays: StrayBox[] = [];
  private title: string | undefined;
  private prerequisites = '';

  private section: 'head' | 'order' | 'phase' = 'head';
  private level = 1;
  private heading = '';
  private groupHeading = '';
  private group = 0;
  private notes: string[] = [];
  /** The phase of the section; it counts once it has a task. */
  private phase: Phase | undefined;
  private isListed = false;
  private task: TaskLine | undefined;
  private isLazy = false;
  private statement: Said | undefined;

  constructor(text: string) {
    this.lines = readLines(text);
    this.comments = commentsIn(text, this.lines);
  }

  read(): SpecKitDocument {
    let comment = 0;
    for (const [index, line] of this.lines.entries()) {
      while (comment < this.comments.length && this.comments[comment]![1] <= line.start) comment += 1;
      const span = this.comments[comment];
      if (span !== undefined && span[0] <= line.start) continue;
      this.line(line, index);
    }
    for (const [at, phase] of this.phases.entries()) phase.story ??= this.labelOf(phase, at);
    const { title, lines, phases, tasks, order, prerequisites, placeholders, strays } = this;
    return { title, lines, phases, tasks, order, prerequisites, placeholders, strays };
  }

  private line(line: Line, index: number): void {
    const heading = headingOf(line);
    if (heading !== undefined) {
      this.enter(heading.level, heading.text);
      return;
    }
    const box = parseCheckbox(line);
    const isTask = box !== undefined && idPattern.test(box.text);
    // A phase may be called "Dependencies", too.
    if (this.section === 'order' && isTask) this.section = 'phase';
    if (this.section === 'order') {
      this.order.push({ text: line.text, line: index, column: 0 });
      return;
    }
    // `- [P] tasks = different files` is a sentence.
    const isBox = box !== undefined && (declaredOfMark(box.mark) !== undefined || isTask);
    if (isBox) this.box(box, index);
    else this.prose(line, index);
  }

  private enter(level: number, heading: string): void {
    this.task = undefined;
    this.statement = undefined;
    this.isLazy = false;
    this.notes = [];
    const number = phasePattern.exec(heading);
    const isOrder = number === null && orderHeading.test(heading);
    const isWithin = level > this.level && this.section !== 'head' && !(isOrder && level <= 2);
    if (level === 1 && number === null) {
      this.title ??= heading.replace(/^tasks?\s*[:：]\s*/i, '').trim();
      this.section = 'head';
      [this.level, this.heading, this.groupHeading, this.phase] = [1, heading, '', undefined];
    } else if (isWithin && (number === null || this.section === 'order')) {
      this.groupHeading = heading;
      this.group += 1;
    } else {
      this.section = isOrder ? 'order' : 'phase';
      [this.level, this.heading, this.groupHeading] = [level, heading, ''];
      this.group += 1;
      this.phase = this.section === 'order' ? undefined : newPhase(heading, number?.[1] ?? number?.[2]);
      this.isListed = false;
    }
  }

  private box(box: Checkbox, line: number): void {
    this.statement = undefined;
    this.isLazy = false;
    const column = box.textColumn - 1;
    const id = idPattern.exec(box.text);
    if (id === null) {
      const piece = { text: box.text, line, column };
      if (this.task !== undefined && box.indent > this.task.box.indent) this.task.steps.push(piece);
      else if (this.isListed && doneHeading.test(this.groupHeading)) this.phase!.done.push(box.text);
      else {
        this.task = undefined;
        this.strays.push({ ...piece, heading: this.groupHeading || this.heading });
      }
      return;
    }
    const name = { text: id[1]!, line, column: column + id[0].indexOf(id[1]!) };
    if (id[1] === 'TXXX') {
      this.task = undefined;
      this.placeholders.push(name);
      return;
    }
    this.phase ??= newPhase(this.heading, undefined);
    if (!this.isListed) this.phases.push(this.phase);
    this.isListed = true;
    let at = id[0].length;
    let parallel = false;
    let story: string | undefined;
    for (let label = labelPattern.exec(box.text.slice(at)); label !== null;) {
      if (label[1]!.toUpperCase() === 'P') parallel = true;
      else story ??= `US${Number(/\d+/.exec(label[1]!)![0])}`;
      at += label[0].length;
      label = labelPattern.exec(box.text.slice(at));
    }
    const rest = box.text.slice(at).replace(/^[\s:\u2013\u2014-]+/, '');
    this.task = {
      id: name,
      box,
      parallel,
      story,
      text: { text: rest, line, column: column + box.text.length - rest.length },
      details: [],
      steps: [],
      phase: this.phases.length - 1,
      group: this.group,
      isTest: testHeading.test(this.groupHeading),
      notes: this.notes,
    };
    this.tasks.push(this.task);
    this.isLazy = true;
  }

  private prose(line: Line, index: number): void {
    const trimmed = line.text.trim();
    if (trimmed === '') {
      this.isLazy = false;
      if (this.statement?.text !== '') this.statement = undefined;
      if (line.fenced) this.task?.details.push({ text: '', line: index, column: 0 });
      return;
    }
    const indent = line.text.length - line.text.trimStart().length;
    const isPlain = !/^(?:[-*+>|#]|\d+[.)]|\*\*)/.test(trimmed) && !line.fenced;
    if (this.task !== undefined && (indent > this.task.box.indent || (this.isLazy && isPlain))) {
      this.task.details.push({
        text: line.text.slice(Math.min(indent, this.task.box.indent + 2)),
        line: index,
        column: Math.min(indent, this.task.box.indent + 2),
      });
      return;
    }
    this.task = undefined;
    this.isLazy = false;
    const stated = line.fenced ? null : statementPattern.exec(line.text);
    const label =
      stated === null
        ? ''
        : stated[1]!
            .trim()
            .replace(/\s?[:：]$/, '')
            .toLowerCase();
    const key = Object.hasOwn(statements, label) ? statements[label] : undefined;
    if (label === 'prerequisites') this.prerequisites = stated![2]!;
    if (key !== undefined && this.phase !== undefined) {
      this.statement = { text: stated![2]!.trim() };
      this.phase[key].push(this.statement);
    } else if (this.section === 'phase' && trimmed.startsWith('>')) {
      this.statement = undefined;
      this.notes.push(trimmed.replace(/^(?:>\s?)+/, ''));
    } else if (stated !== null || /^(?:-{3,}|\*{3,}|_{3,})$/.test(trimmed)) this.statement = undefined;
    else if (this.statement !== undefined) this.statement.text = `${this.statement.text}\n${trimmed}`.trim();
  }

  /** The one story that all labelled tasks of a phase belong to. Polish and the like stay without. */
  private labelOf(phase: Phase, at: number): string | undefined {
    if (phase.name !== undefined) return undefined;
    this.labels ??= labelsByPhase(this.tasks);
    const labels = this.labels.get(at);
    return labels?.size === 1 ? [...labels][0] : undefined;
  }

  private labels: ReadonlyMap<number, ReadonlySet<string | undefined>> | undefined;
}

function labelsByPhase(tasks: readonly TaskLine[]): ReadonlyMap<number, ReadonlySet<string | undefined>> {
  const found = new Map<number, Set<string | undefined>>();
  for (const { phase, story } of tasks) {
    const labels = found.get(phase) ?? new Set();
    labels.add(story);
    found.set(phase, labels);
  }
  return found;
}
