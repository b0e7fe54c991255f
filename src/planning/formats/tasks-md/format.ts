/** `TASKS.md` of the implementer (source 003), with IMPLEMENTATION_PROGRESS.md as a view beside it. */
import type { Plan } from '../../../domain/plan.ts';
import type { RunView } from '../../../domain/view.ts';
import { errorAt, warningAt, type Diagnostic, type Span } from '../../diagnostic.ts';
import { applyEdits, lineBreakOf, type TextEdit } from '../../lines.ts';
import { leavesRepository } from '../../scope-text.ts';
import { didYouMean } from '../../spelling.ts';
import { folderOf, type BacklogFormat, type Draft, type DraftTask, type FormatInput } from '../format.ts';
import type { Place, ViewText } from '../format.ts';
import { composeTasksMd } from './compose.ts';
import { readDrawnEdges, type DrawnEdge } from './mermaid.ts';
import { writeProgress } from './progress.ts';
import {
  manifestPlaces,
  manifestWarnings,
  placeOfSpec,
  readSpecManifest,
  suggestionsOf,
  type SpecManifest,
} from './spec-manifest.ts';
import { isTasksDocument, readTasksDocument } from './sections.ts';
import type { Field, FieldKey, Piece, Section, TasksDocument } from './sections.ts';
import * as values from './values.ts';

export const tasksMdFormat: BacklogFormat = {
  name: 'tasks-md',
  detect: (file, text) => /\.(?:md|markdown)$/i.test(file) && (text.trim() === '' || isTasksDocument(text)),
  companionFiles: ({ entry }) => manifestPlaces(entry),
  viewFiles: ({ entry }) => [entry, progressFileOf(entry)],
  read: (input) => new TasksMdReader(input).read(),
  writeBack({ plan, texts, view }) {
    const progress = progressFileOf(plan.file);
    return [
      writeStatuses(plan, texts.get(plan.file), view),
      writeProgress(progress, texts.get(progress), plan, view),
    ];
  },
  compose: composeTasksMd,
};

function progressFileOf(file: string): string {
  return `${folderOf(file)}IMPLEMENTATION_PROGRESS.md`;
}

class TasksMdReader {
  private readonly file: string;
  private readonly document: TasksDocument;
  private readonly known: ReadonlySet<string>;
  private readonly manifest: SpecManifest | undefined;
  private readonly diagnostics: Diagnostic[] = [];
  private readonly places: { readonly dependencies: readonly Span[]; readonly conflicts: readonly Span[] }[] =
    [];

  constructor({ file, text, companions }: FormatInput) {
    this.file = file;
    const [manifest] = companions;
    this.manifest = manifest === undefined ? undefined : readSpecManifest(...manifest);
    this.document = readTasksDocument(text);
    this.known = new Set(this.document.sections.map(({ id }) => id.text));
  }

  read(): Draft {
    const { sections, title, lines } = this.document;
    const tasks = this.withManifest(sections.map((section) => this.task(section)));
    this.checkDrawing(tasks, readDrawnEdges(lines, [...this.known]));
    return {
      title: title ?? 'Implementation Tasks',
      tasks,
      diagnostics: this.diagnostics,
      facts: undefined,
      locate: (task, place) => this.locate(task, place),
    };
  }

  private withManifest(tasks: readonly DraftTask[]): readonly DraftTask[] {
    const { manifest } = this;
    if (manifest === undefined) return tasks;
    this.diagnostics.push(...manifestWarnings(manifest, tasks));
    const suggestions = suggestionsOf(manifest, tasks);
    return tasks.map((task) => {
      const suggested = suggestions.get(task.id);
      const specs = task.context.specs.map((entry) => placeOfSpec(manifest, entry));
      const placed = { ...task, context: { ...task.context, specs } };
      return suggested === undefined ? placed : { ...placed, suggested };
    });
  }

  private task(section: Section): DraftTask {
    const id = section.id.text;
    const dependencies = this.ids(section, 'dependencies');
    const conflicts = this.ids(section, 'conflicts');
    this.places.push({
      dependencies: dependencies.map((piece) => this.span(piece, piece.length)),
      conflicts: conflicts.map((piece) => this.span(piece, piece.length)),
    });
    const described = this.fields(section, 'description').map(textOf);
    const scope = this.lists(section, 'scope', values.parsePaths);
    return {
      id,
      kind: /^F-\d/.test(id) ? 'fix' : 'task',
      title: section.title,
      description: [...described, section.prose].filter((part) => part !== '').join('\n\n'),
      criteria: this.criteria(section),
      dependencies: dependencies.map(({ text }) => text),
      conflictsWith: conflicts.map(({ text }) => text),
      scope,
      parallel: this.value(section, 'parallel', values.parseYesNo, 'yes or no'),
      risk: this.value(section, 'risk', values.parseRisk, 'High, Medium or Low') ?? 'Medium',
      size: this.value(section, 'size', values.parseSize, 'Simple, Medium or Complex') ?? 'M',
      provisional: this.value(section, 'provisional', values.parseYesNo, 'yes or no') ?? false,
      phase: this.text(section, 'phase') ?? section.area,
      slice: this.text(section, 'slice'),
      context: {
        specs: this.lists(section, 'specs', values.parseSpecReferences),
        adrs: this.lists(section, 'adrs', values.parseReadings),
        guides: this.lists(section, 'guides', values.parseReadings),
      },
      testFiles: this.lists(section, 'tests', values.parsePaths),
      gapCodes: [],
      declared: this.value(section, 'status', values.parseStatus, values.statusWords.join(', ')) ?? 'pending',
      line: section.id.line + 1,
    };
  }

  private fields(section: Section, key: FieldKey): readonly Field[] {
    return section.fields.filter((field) => field.key === key);
  }

  /** The one field of a kind; a second one is said to be ignored. */
  private field(section: Section, key: FieldKey): Field | undefined {
    const [first, ...more] = this.fields(section, key);
    for (const { value } of more) {
      const message = `${section.id.text} says this a second time; the line ${first!.value.line + 1} counts`;
      this.diagnostics.push(warningAt(this.span(value), message));
    }
    return first;
  }

  private text(section: Section, key: FieldKey): string | undefined {
    const text = this.field(section, key)?.value.text;
    return text === '' ? undefined : text;
  }

  private value<T>(
    section: Section,
    key: FieldKey,
    parse: (text: string) => T | undefined,
    allowed: string,
  ): T | undefined {
    const field = this.field(section, key);
    if (field === undefined || field.value.text === '') return undefined;
    const value = parse(field.value.text);
    if (value === undefined) {
      const { text } = field.value;
      const near = key === 'status' ? didYouMean(text, values.statusWords) : undefined;
      const message = `"${clip(text)}" is no ${key} of ${clip(section.id.text)}`;
      this.diagnostics.push(
        errorAt(this.span(field.value), 'PLAN-BAD-FIELD', message, near ?? `one of ${allowed}`),
      );
    }
    return value;
  }

  private lists(
    section: Section,
    key: FieldKey,
    parse: (field: Field) => readonly string[],
  ): readonly string[] {
    return this.fields(section, key).flatMap((field) => {
      const items = parse(field);
      for (const item of items) {
        if (key !== 'scope' || !leavesRepository(item)) continue;
        this.diagnostics.push(warningAt(this.span(field.value), `${clip(item)} lies outside the repository`));
      }
      return items;
    });
  }

  private ids(section: Section, key: 'dependencies' | 'conflicts'): readonly values.IdPiece[] {
    return this.fields(section, key).flatMap((field) => {
      const { ids, faults } = values.parseIds(field, this.known);
      for (const { piece, message } of faults) {
        this.diagnostics.push(errorAt(this.span(piece), 'PLAN-BAD-FIELD', message));
      }
      return ids;
    });
  }

  private criteria(section: Section): DraftTask['criteria'] {
    const field = this.field(section, 'criteria');
    if (field === undefined) return [];
    const { criteria, oddBoxes } = values.parseCriteria(field, section.id.text);
    for (const box of oddBoxes) {
      this.diagnostics.push(
        warningAt(this.span(box), 'a checkbox with an unknown mark; it is read as a criterion'),
      );
    }
    const seen = new Set<string>();
    for (const { id, piece } of criteria) {
      if (seen.has(id)) {
        const message = `${section.id.text} has two criteria with the id ${id}`;
        this.diagnostics.push(errorAt(this.span(piece), 'PLAN-BAD-FIELD', message));
      }
      seen.add(id);
    }
    return criteria.map(({ id, text }) => ({ id, text }));
  }

  /** The drawing is a picture of the bullets, which count; where it tells another story, somebody forgot one. */
  private checkDrawing(tasks: readonly DraftTask[], edges: readonly DrawnEdge[]): void {
    // Of two tasks with one id the first counts, here as everywhere.
    const dependencies = new Map(tasks.toReversed().map((task) => [task.id, task.dependencies]));
    for (const edge of edges) {
      const { from, to } = edge;
      const unknown = [from, to].find((id) => !this.known.has(id));
      if (unknown !== undefined) {
        this.warnOfDrawing(edge, `the drawn graph has a node ${clip(unknown)}, which no task has`);
      } else if (dependsOn(from, to, dependencies)) {
        this.warnOfDrawing(edge, `the drawn graph has ${from} before ${to}, but ${from} depends on ${to}`);
      } else if (!dependsOn(to, from, dependencies)) {
        const message = `the drawn graph has ${from} before ${to}, but ${to} does not depend on ${from}`;
        this.warnOfDrawing(
          edge,
          message,
          `the Dependencies of ${to} count; add ${from} there if it is needed`,
        );
      }
    }
  }

  private warnOfDrawing({ line, column, length }: DrawnEdge, message: string, hint?: string): void {
    const span = { file: this.file, line: line + 1, column: column + 1, length };
    this.diagnostics.push(warningAt(span, message, hint));
  }

  private locate(task: number, place: Place): Span {
    const start: Span = { file: this.file, line: 1, column: 1, length: 1 };
    const id = this.document.sections[task]?.id;
    switch (place.field) {
      case 'id':
        return id === undefined ? start : this.span(id);
      case 'dependency':
        return this.places[task]?.dependencies[place.index] ?? start;
      case 'conflict':
        return this.places[task]?.conflicts[place.index] ?? start;
    }
  }

  private span({ text, line, column }: Piece, length = text.length): Span {
    return { file: this.file, line: line + 1, column: column + 1, length: Math.max(1, length) };
  }
}

/** Bounded: a drawing is checked for slips, it is not worth more than a moment. */
const maxSearched = 20_000;

function dependsOn(id: string, other: string, dependencies: ReadonlyMap<string, readonly string[]>): boolean {
  const seen = new Set([id]);
  for (const at of seen) {
    for (const next of dependencies.get(at) ?? []) {
      if (next === other) return true;
      if (seen.size < maxSearched) seen.add(next);
    }
  }
  return false;
}

function textOf(field: Field): string {
  return [field.value.text, ...field.children.map(({ text }) => text)].join('\n').trim();
}

function clip(text: string): string {
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}

/** Only the words behind `**Status**:` change; a task without that line gets one when it is no longer pending. */
function writeStatuses(plan: Plan, text: string | undefined, view: RunView): ViewText {
  if (text === undefined) return { file: plan.file, problem: 'the file is gone' };
  const { lines, sections } = readTasksDocument(text);
  const first = new Map<string, Section>();
  for (const section of sections) if (!first.has(section.id.text)) first.set(section.id.text, section);
  const edits = view.tasks.flatMap((task): TextEdit[] => {
    const section = first.get(task.id);
    if (section === undefined) return [];
    const value = section.fields.find(({ key }) => key === 'status')?.value;
    const word = values.statusWordOf(task.status);
    if (value === undefined) {
      if (task.status === 'pending') return [];
      const { line, lead, isApart } = section.insertion;
      const lineBreak = lineBreakOf(text);
      const insert = `${isApart ? lineBreak : ''}${lead}**Status**: ${word}`;
      const at = lines[line]?.start;
      return at === undefined
        ? [{ start: text.length, end: text.length, text: `${lineBreak}${insert}` }]
        : [{ start: at, end: at, text: `${insert}${lineBreak}` }];
    }
    if (values.saysStatus(value.text === '' ? 'pending' : value.text, task.status)) return [];
    const start = lines[value.line]!.start + value.column;
    const comment = value.text.endsWith('-->') ? value.text.indexOf('<!--') : -1;
    const length = (comment === -1 ? value.text : value.text.slice(0, comment).trimEnd()).length;
    // `**Status**:` with nothing behind it lacks the blank, too.
    const blank = value.text === '' && !/\s/.test(text[start - 1]!) ? ' ' : '';
    return [{ start, end: start + length, text: blank + word }];
  });
  return { file: plan.file, text: applyEdits(text, edits) };
}
