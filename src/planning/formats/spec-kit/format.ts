/** `specs/<feature>/tasks.md` of spec-kit: phases and stories, tasks with `[P]`, checkboxes as statuses. */
import { declaredOfMark, type Checkbox } from '../../checkbox.ts';
import { errorAt, warningAt, type Diagnostic, type Span } from '../../diagnostic.ts';
import { applyEdits } from '../../lines.ts';
import { folderOf, type BacklogFormat, type Draft, type DraftTask, type FormatInput } from '../format.ts';
import { composeSpecKit } from './compose.ts';
import { SpecKitEdges } from './edges.ts';
import { isSpecKitDocument, readSpecKitDocument, type TaskLine } from './document.ts';
import { riskOf, type Phase } from './phase.ts';
import type { SpecKitDocument } from './document.ts';
import { boxEdits, clip, type Piece } from '../task-list.ts';
import { scopeOf } from '../line-scope.ts';

const ownPlace = /(?:^|\/)specs\/[^/]+\/tasks\.md$/;

export const specKitFormat: BacklogFormat = {
  name: 'spec-kit',
  detect(file, text) {
    if (!/\.(?:md|markdown)$/i.test(file) || /(?:^|\/)openspec\/changes\/|(?:^|\/)\.kiro\//.test(file))
      return false;
    return text.trim() === '' ? ownPlace.test(file) : isSpecKitDocument(text);
  },
  companionFiles: ({ entry }) => [...specs, ...guides].map((name) => folderOf(entry) + name),
  viewFiles: ({ entry }) => [entry],
  read: (input) => new SpecKitReader(input).read(),
  writeBack({ plan, texts, view }) {
    const file = plan.file;
    const text = texts.get(file);
    if (text === undefined) return [{ file, problem: 'the file is gone' }];
    const boxes = new Map<string, Checkbox>();
    // Of two tasks with one id the first counts, here as everywhere.
    for (const { id, box } of readSpecKitDocument(text).tasks.toReversed()) boxes.set(id.text, box);
    const edits = view.tasks.flatMap(({ id, status }) => boxEdits(text, boxes.get(id), status));
    return [{ file, text: applyEdits(text, edits) }];
  },
  compose: (backlog) => composeSpecKit(backlog, (input) => specKitFormat.read(input)),
};

/** The documents beside a tasks.md that spec-kit makes. */
const specs = ['spec.md', 'data-model.md'];
const guides = ['plan.md', 'research.md', 'quickstart.md'];

class SpecKitReader {
  private readonly file: string;
  private readonly document: SpecKitDocument;
  private readonly companions: ReadonlyMap<string, string>;
  private readonly diagnostics: Diagnostic[] = [];
  private readonly edges: SpecKitEdges;

  constructor({ file, text, companions }: FormatInput) {
    this.file = file;
    this.companions = companions;
    this.document = readSpecKitDocument(text);
    this.edges = new SpecKitEdges(this.document, file);
  }

  read(): Draft {
    const { tasks, title } = this.document;
    this.checkBoxes();
    const context = this.context();
    const drafts = tasks.map((task, at) => this.task(task, at, context));
    return {
      title: title ?? (folderOf(this.file).split('/').at(-2) || 'Tasks'),
      tasks: drafts,
      diagnostics: [...this.diagnostics, ...this.edges.diagnostics],
      facts: undefined,
      locate: (task, place) => {
        const found = place.field === 'dependency' ? this.edges.spanOf(task, place.index) : undefined;
        const id = tasks[task]?.id;
        return found ?? (id === undefined ? this.span({ text: ' ', line: 0, column: 0 }) : this.span(id));
      },
    };
  }

  private task(task: TaskLine, at: number, context: DraftTask['context']): DraftTask {
    const phase = this.document.phases[task.phase]!;
    const declared = declaredOfMark(task.box.mark);
    if (declared === undefined) {
      const message = `the mark "${task.box.mark}" of ${task.id.text} is unknown; the task is read as pending`;
      const span = {
        text: task.box.mark,
        line: task.id.line,
        column: this.columnOf(task.box.markAt, task.id.line),
      };
      this.diagnostics.push(warningAt(this.span(span), message, 'one of a blank, x and X'));
    }
    const details = task.details
      .map(({ text }) => text)
      .join('\n')
      .trim();
    const whole = [task.text.text, details].join('\n');
    this.checkLinks(task);
    return {
      id: task.id.text,
      kind: 'task',
      title: task.text.text || task.id.text,
      description: describe(task, phase, details),
      criteria: this.criteria(task, phase),
      dependencies: this.edges.dependenciesOf(at),
      conflictsWith: [],
      scope: scopeOf(whole),
      parallel: task.parallel ? true : undefined,
      risk: riskOf(phase.priority),
      size: 'M',
      provisional: false,
      phase: phase.title === '' ? undefined : phase.title,
      slice: task.story ?? phase.story,
      context,
      testFiles: [],
      gapCodes: [],
      declared: declared ?? 'pending',
      line: task.id.line + 1,
    };
  }

  /** What the story is tested by; a task of no story is done when it does what it says. */
  private criteria(task: TaskLine, phase: Phase): DraftTask['criteria'] {
    const story = task.story ?? phase.story;
    const home = story === undefined || phase.story === story ? phase : (this.storyPhase(story) ?? phase);
    const shared = this.sharedCriteria(home);
    const steps = task.steps.map(({ text }, at) => ({ id: `${task.id.text}.AC${at + 1}`, text }));
    if (steps.length > 0) return [...steps, ...shared];
    return shared.length > 0 ? shared : [{ id: `${task.id.text}.AC1`, text: task.text.text }];
  }

  /** The same list for all tasks of a phase: copies would grow with the product of both. */
  private readonly shared = new Map<Phase, DraftTask['criteria']>();

  private sharedCriteria(home: Phase): DraftTask['criteria'] {
    const known = this.shared.get(home);
    if (known !== undefined) return known;
    const name = home.story ?? `PHASE${home.number ?? this.document.phases.indexOf(home) + 1}`;
    const named = (kind: string, texts: readonly string[]): DraftTask['criteria'] =>
      texts
        .filter((text) => text !== '')
        .map((text, at) => ({ id: `${name}.${kind}${at === 0 ? '' : at + 1}`, text }));
    const found = [
      ...named(
        'TEST',
        home.test.map(({ text }) => text),
      ),
      ...named(
        'CHECKPOINT',
        home.checkpoint.map(({ text }) => text),
      ),
      ...named('DONE', home.done),
    ];
    this.shared.set(home, found);
    return found;
  }

  private stories: ReadonlyMap<string | undefined, Phase> | undefined;

  private storyPhase(story: string): Phase | undefined {
    this.stories ??= new Map(this.document.phases.toReversed().map((phase) => [phase.story, phase]));
    return this.stories.get(story);
  }

  private context(): DraftTask['context'] {
    const folder = folderOf(this.file);
    const there = (names: readonly string[]): readonly string[] =>
      names.map((name) => folder + name).filter((name) => this.companions.has(name));
    const contracts = [...this.document.prerequisites.matchAll(/(?<![\w/])contracts\/[\w./-]*/g)].map(
      ([name]) => folder + name.replace(/(?<!\.)\.+$/, ''),
    );
    return { specs: [], adrs: [], guides: [...there(specs), ...new Set(contracts), ...there(guides)] };
  }

  private checkBoxes(): void {
    for (const piece of this.document.placeholders) {
      const message = 'TXXX is a placeholder of the template, not an id';
      this.diagnostics.push(
        errorAt(this.span(piece), 'PLAN-BAD-ID', message, 'give the task a number, as T061'),
      );
    }
    for (const [heading, strays] of Map.groupBy(this.document.strays, (stray) => stray.heading)) {
      const where = heading === '' ? '' : ` under "${heading.slice(0, 60)}"`;
      const count = strays.length === 1 ? 'a checkbox' : `${strays.length} checkboxes`;
      const message = `${count}${where} without an id such as T001: read as no task, and not checked`;
      this.diagnostics.push(warningAt(this.span(strays[0]!), message));
    }
  }

  /** Links into the writer's own disk say nothing here. */
  private checkLinks(task: TaskLine): void {
    for (const piece of [task.text, ...task.details]) {
      for (const match of piece.text.matchAll(/file:\/\/[^\s)]+/g)) {
        const span = { text: match[0], line: piece.line, column: piece.column + match.index };
        this.diagnostics.push(warningAt(this.span(span), `${clip(match[0])} lies outside the repository`));
      }
    }
  }

  private columnOf(offset: number, line: number): number {
    return offset - this.document.lines[line]!.start;
  }

  private span({ text, line, column }: Piece): Span {
    return { file: this.file, line: line + 1, column: column + 1, length: Math.max(1, text.length) };
  }
}

/** Longer texts are no goal of a phase. In UTF-16 units; they are given to every task of the phase. */
const maxGoal = 8_000;

function describe(task: TaskLine, phase: Phase, details: string): string {
  const goals = phase.goal.map(({ text }) => text).filter((text) => text !== '');
  const isGoal = goals.reduce((length, text) => length + text.length, 0) <= maxGoal;
  const said = isGoal ? goals.map((text) => `${phase.story ?? phase.title}: ${text}`) : [];
  return [details, ...said, ...task.notes].filter((part) => part !== '').join('\n\n');
}
