/** All dependencies of a spec-kit backlog: what tasks and the order section say, then what the layout stands for. */
import { errorAt, warningAt, type Diagnostic, type Span } from '../../diagnostic.ts';
import type { SpecKitDocument } from './document.ts';
import type { Piece } from '../task-list.ts';
import { join, orderOf, type Ends, type PhaseOrder } from './order.ts';
import { readOrder, vagueDependencies, waitsFor, type Mention } from './references.ts';

/** More ids than this are not taken from words: they are products of long ranges, and no person's work. */
const maxStated = 100_000;

const nowhere: Ends = { entries: [], exits: [] };

export class SpecKitEdges {
  readonly diagnostics: Diagnostic[] = [];
  private readonly document: SpecKitDocument;
  private readonly file: string;
  private readonly order: PhaseOrder;
  /** By task: what it waits for, and where that is said; without a place for what the layout stands for. */
  private readonly found: readonly Map<string, Span | undefined>[];
  private readonly byId: ReadonlyMap<string, number>;
  /** By the number of an id, ascending; `T010a` beside `T010`. */
  private readonly byNumber: readonly { readonly number: number; readonly at: number }[];
  private readonly ends = new Map<string, Ends>();
  private readonly byLabel: ReadonlyMap<string | undefined, readonly number[]>;
  private readonly byStory: ReadonlyMap<string | undefined, readonly number[]>;
  private readonly byPhase: ReadonlyMap<string | undefined, readonly number[]>;
  private left = maxStated;

  constructor(document: SpecKitDocument, file: string) {
    this.document = document;
    this.file = file;
    this.order = orderOf(document);
    const { tasks } = document;
    this.found = tasks.map(() => new Map());
    this.byId = new Map(tasks.map(({ id }, at): [string, number] => [id.text, at]).toReversed());
    this.byNumber = tasks
      .map(({ id }, at) => ({ number: numberOf(id.text), at }))
      .toSorted((a, b) => a.number - b.number || a.at - b.at);
    this.byLabel = Map.groupBy(tasks.keys(), (at) => tasks[at]!.story);
    this.byStory = Map.groupBy(document.phases.keys(), (at) => document.phases[at]!.story);
    this.byPhase = Map.groupBy(document.phases.keys(), (at) => document.phases[at]!.number);
    this.readTasks();
    this.readSection();
    for (const [at, edges] of this.order.edges.entries())
      for (const to of edges) this.add(at, this.idOf(to), undefined);
  }

  dependenciesOf(task: number): readonly string[] {
    return [...this.found[task]!.keys()];
  }

  /** Undefined for an edge that no words stand for. */
  spanOf(task: number, index: number): Span | undefined {
    return [...(this.found[task]?.values() ?? [])][index];
  }

  private readTasks(): void {
    for (const [at, { text, details, phase, story }] of this.document.tasks.entries()) {
      for (const piece of [text, ...details]) {
        for (const mention of waitsFor(piece.text)) {
          const span = this.span(piece, mention);
          if (this.isOwn(mention, phase, story)) {
            const message = `${this.idOf(at)} is said to wait for ${mention.name}, which it belongs to; no edge is made`;
            this.diagnostics.push(warningAt(span, message));
          } else for (const id of this.exitsOf(mention, span)) this.add(at, id, span);
        }
        for (const vague of vagueDependencies(piece.text)) {
          const message = `${this.idOf(at)} depends on something that is no task, story or phase; no edge is made`;
          this.diagnostics.push(warningAt(this.span(piece, vague), message));
        }
      }
    }
  }

  private isOwn(mention: Mention, phase: number, story: string | undefined): boolean {
    if (mention.kind === 'task') return false;
    if (mention.kind === 'story' && mention.name === story) return true;
    return this.phasesOf(mention).includes(phase);
  }

  private readSection(): void {
    for (const { earlier, later, line } of readOrder(this.document.order)) {
      const from = later.flatMap((mention) => this.tasksOf(mention, 'entries', this.span(line, mention)));
      for (const mention of earlier) {
        const span = this.span(line, mention);
        // A story that is said to come before its own phase says nothing.
        if (later.some((one) => this.isSame(one, mention))) continue;
        const to = this.exitsOf(mention, span);
        const known = to.flatMap((id) => this.byId.get(id) ?? []);
        for (const id of to) if (!this.byId.has(id)) for (const at of from) this.add(at, id, span);
        join(known, from, (at, targets) => {
          for (const target of targets) this.add(at, this.idOf(target), span);
        });
      }
    }
  }

  private isSame(one: Mention, other: Mention): boolean {
    if (one.kind === 'task' || other.kind === 'task') return false;
    const phases = new Set(this.phasesOf(one));
    return one.name === other.name || this.phasesOf(other).some((phase) => phases.has(phase));
  }

  /** Ids that words stand for, as long as there are not too many in all. */
  private spend<T>(items: readonly T[], span: Span): readonly T[] {
    const had = this.left;
    this.left -= items.length;
    if (this.left >= 0) return items;
    if (had >= 0) {
      const message = `the words up to here stand for more than ${maxStated} dependencies`;
      this.diagnostics.push(
        errorAt(span, 'PLAN-TOO-LARGE', message, 'name fewer ranges, stories and phases'),
      );
    }
    return [];
  }

  private add(at: number, id: string, span: Span | undefined): void {
    const known = this.found[at]!;
    if (!known.has(id)) known.set(id, span);
  }

  /** Ids of tasks, and the text of what does not exist, so that validation reports it. */
  private exitsOf(mention: Mention, span: Span): readonly string[] {
    return this.left < 0 ? [] : this.spend(this.allExitsOf(mention, span), span);
  }

  private allExitsOf(mention: Mention, span: Span): readonly string[] {
    if (mention.kind === 'task') return this.resolve(mention, span);
    const { exits } = this.endsOf(mention);
    return exits.length > 0
      ? exits.map((at) => this.idOf(at))
      : this.isDefault(mention)
        ? []
        : [mention.name];
  }

  /** Tasks that exist; what does not is reported here, because no task could carry it. */
  private tasksOf(mention: Mention, end: keyof Ends, span: Span): readonly number[] {
    return this.left < 0 ? [] : this.spend(this.allTasksOf(mention, end, span), span);
  }

  private allTasksOf(mention: Mention, end: keyof Ends, span: Span): readonly number[] {
    if (mention.kind !== 'task') {
      const ends = this.endsOf(mention)[end];
      if (ends.length === 0 && !this.isDefault(mention)) {
        this.diagnostics.push(
          warningAt(span, `there is no ${mention.name} in this backlog; nothing is made of this`),
        );
      }
      return ends;
    }
    return this.resolve(mention, span).flatMap((id) => {
      const at = this.byId.get(id);
      if (at === undefined) {
        this.diagnostics.push(
          errorAt(span, 'PLAN-UNKNOWN-DEPENDENCY', `${id} is ordered here, but no task has this id`),
        );
      }
      return at ?? [];
    });
  }

  /** The template names these phases in every backlog, whether it has them or not. */
  private isDefault({ kind, name }: Mention): boolean {
    return kind === 'phase' && !/\d/.test(name);
  }

  private resolve({ name, to }: Mention, span: Span): readonly string[] {
    if (to !== undefined) {
      const range = this.between(numberOf(name), numberOf(to));
      const ids = range.map((at) => this.idOf(at));
      const missing = [name, to].filter(
        (id) => !range.some((at) => numberOf(this.idOf(at)) === numberOf(id)),
      );
      return [...ids, ...missing];
    }
    if (this.byId.has(name)) return [name];
    const parts = /\d$/.test(name)
      ? this.between(numberOf(name), numberOf(name)).map((at) => this.idOf(at))
      : [];
    if (parts.length === 0) return [name];
    this.diagnostics.push(
      warningAt(span, `no task has the id ${name}; it is read as ${parts.slice(0, 8).join(', ')}`),
    );
    return parts;
  }

  private between(from: number, to: number): readonly number[] {
    let low = 0;
    for (let high = this.byNumber.length; low < high;) {
      const middle = (low + high) >>> 1;
      if (this.byNumber[middle]!.number < from) low = middle + 1;
      else high = middle;
    }
    const found: number[] = [];
    for (; low < this.byNumber.length && this.byNumber[low]!.number <= to; low += 1)
      found.push(this.byNumber[low]!.at);
    return found.toSorted((a, b) => a - b);
  }

  private endsOf(mention: Mention): Ends {
    const key = mention.name.toLowerCase();
    let ends = this.ends.get(key);
    if (ends === undefined) {
      const phases = this.phasesOf(mention);
      const labelled = this.byLabel.get(mention.name) ?? [];
      ends =
        phases.length > 0
          ? { entries: this.order.ends[phases[0]!]!.entries, exits: this.order.ends[phases.at(-1)!]!.exits }
          : mention.kind === 'story' && labelled.length > 0
            ? { entries: [labelled[0]!], exits: labelled }
            : nowhere;
      this.ends.set(key, ends);
    }
    return ends;
  }

  private readonly phases = new Map<string, readonly number[]>();

  private phasesOf({ kind, name }: Mention): readonly number[] {
    let found = this.phases.get(name);
    if (found === undefined) {
      const number = /\d+[a-z]?|\bN$/i.exec(name)?.[0];
      const plain = name.toLowerCase().replace(/^foundation$/, 'foundational');
      if (kind === 'story') found = this.byStory.get(name) ?? [];
      else if (number !== undefined) found = this.byPhase.get(number) ?? [];
      else found = this.document.phases.flatMap((phase, at) => (phase.name === plain ? [at] : []));
      this.phases.set(name, found);
    }
    return found;
  }

  private idOf(at: number): string {
    return this.document.tasks[at]!.id.text;
  }

  private span({ line, column }: Piece, { at, length }: Pick<Mention, 'at' | 'length'>): Span {
    return { file: this.file, line: line + 1, column: column + at + 1, length: Math.max(1, length) };
  }
}

function numberOf(id: string): number {
  return Number(/\d+/.exec(id)![0]);
}
