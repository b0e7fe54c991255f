/**
 * What waits for what in superpowers plans. In this order: `**Depends on:**` of a task; what its Interfaces consume
 * from tasks above it; the order of the document. The header's `**Dependencies:**` of a numbered sub-plan names other
 * files by the number in front of their names.
 */
import { warningAt, type Diagnostic, type Span } from '../../diagnostic.ts';
import { parseReferences } from '../../references.ts';
import { interfacesOf, type Interfaces } from './interfaces.ts';
import type { Block, PlanDocument, PlanSection } from './sections.ts';

export interface PlanFile {
  readonly file: string;
  readonly document: PlanDocument;
  /** The ids of the document's sections, in order. */
  readonly ids: readonly string[];
}

export interface Edge {
  readonly id: string;
  readonly span: Span;
}

export interface Edges {
  /** By file and section. */
  readonly edges: readonly (readonly (readonly Edge[])[])[];
  readonly diagnostics: readonly Diagnostic[];
}

/** More edges between two files than this are left out but for one each: they would slow down everything. */
const maxProduct = 10_000;

export function planEdges(files: readonly PlanFile[]): Edges {
  const diagnostics: Diagnostic[] = [];
  const known = new Set(files.flatMap(({ ids }) => ids));
  const places = filePlaces(files);
  const inner = files.map((file) => new FileEdges(file, known, diagnostics).read());
  const sinks = files.map(({ ids }, at) => {
    const needed = new Set(inner[at]!.flatMap((edges) => edges.map(({ id }) => id)));
    return ids.filter((id) => !needed.has(id));
  });
  const edges = files.map((file, at) => {
    const own = new Set(file.ids);
    const roots = inner[at]!.filter((list) => list.every(({ id }) => !own.has(id))).length;
    const outer = outerEdges(file, at, { known, places, sinks }, diagnostics);
    const isTooMany = roots * outer.length > maxProduct;
    if (isTooMany) {
      const message = `${roots} tasks wait for ${outer.length} tasks of other files; only the last one is kept`;
      diagnostics.push(warningAt(outer[0]!.span, message));
    }
    const kept = isTooMany ? outer.slice(-1) : outer;
    return inner[at]!.map((list) => (list.every(({ id }) => !own.has(id)) ? [...list, ...kept] : list));
  });
  return { edges, diagnostics };
}

interface Folder {
  readonly known: ReadonlySet<string>;
  /** Files by name, by name without folder, and by number. */
  readonly places: ReadonlyMap<string, number>;
  /** Per file the tasks that no other task of the file waits for. */
  readonly sinks: readonly (readonly string[])[];
}

/** What the first tasks of a file wait for in other files. */
function outerEdges(
  file: PlanFile,
  at: number,
  { known, places, sinks }: Folder,
  diagnostics: Diagnostic[],
): readonly Edge[] {
  const block = file.document.header.find(({ key }) => key === 'dependencies');
  const start: Span = { file: file.file, line: 1, column: 1, length: 1 };
  const before = (at === 0 ? [] : sinks[at - 1]!).map((id) => ({ id, span: start }));
  if (block === undefined) return before;
  const span = spanIn(file.file, block);
  const list = referencesIn(block);
  if (list.kind === 'none') return [];
  if (list.kind === 'all')
    return sinks.slice(0, at).flatMap((ids) => ids.map((id) => ({ id, span: span() })));
  const seen = new Set<number>();
  const named = list.items.flatMap((item): readonly Edge[] => {
    const place = span(item.at, item.length);
    const other = places.get(fileKey(item.text));
    if (other !== undefined) {
      if (seen.has(other)) return [];
      seen.add(other);
      return sinks[other]!.map((id) => ({ id, span: place }));
    }
    if (known.has(item.text) || isIdLike(item.text)) return [{ id: item.text, span: place }];
    diagnostics.push(warningAt(place, `"${clip(item.text)}" names no plan of this folder; it is left out`));
    return [];
  });
  return named.length === 0 ? before : named;
}

class FileEdges {
  private readonly file: PlanFile;
  private readonly known: ReadonlySet<string>;
  private readonly diagnostics: Diagnostic[];
  private readonly places = new Map<string, number>();
  /** What no task above depends on: waiting for these is waiting for all. */
  private readonly open = new Set<string>();
  /** The task that last produced a name. */
  private readonly producers = new Map<string, string>();
  private interfaces: readonly Interfaces[] = [];

  constructor(file: PlanFile, known: ReadonlySet<string>, diagnostics: Diagnostic[]) {
    this.file = file;
    this.known = known;
    this.diagnostics = diagnostics;
    file.document.sections.forEach(({ key }, at) => {
      const name = key.text.toLowerCase();
      if (!this.places.has(name)) this.places.set(name, at);
    });
  }

  read(): readonly (readonly Edge[])[] {
    const { lines, sections, isOneTask } = this.file.document;
    if (isOneTask) return sections.map(() => []);
    this.interfaces = sections.map((section) => interfacesOf(section, lines));
    return sections.map((section, at) => {
      const edges = this.explicit(section) ?? this.consumed(section, at) ?? this.allAbove(section);
      for (const { id } of edges) this.open.delete(id);
      this.open.add(this.file.ids[at]!);
      for (const name of this.interfaces[at]!.produced) this.producers.set(name, this.file.ids[at]!);
      return edges;
    });
  }

  private allAbove(section: PlanSection): readonly Edge[] {
    const { text, line, column } = section.key;
    const span = { file: this.file.file, line: line + 1, column: column + 1, length: text.length };
    return [...this.open].map((id) => ({ id, span }));
  }

  /** Undefined when the task does not say, or says nothing that can be found. */
  private explicit(section: PlanSection): readonly Edge[] | undefined {
    const blocks = section.blocks.filter(({ key }) => key === 'dependencies');
    if (blocks.length === 0) return undefined;
    let isSaid = false;
    const edges = blocks.flatMap((block): readonly Edge[] => {
      const list = referencesIn(block);
      const span = spanIn(this.file.file, block);
      if (list.kind === 'all') isSaid = true;
      if (list.kind === 'all') return [...this.open].map((id) => ({ id, span: span() }));
      if (list.kind === 'none') {
        isSaid ||= block.value.text !== '';
        return [];
      }
      return list.items.flatMap((item): readonly Edge[] => {
        const id = this.resolve(item.text) ?? (isIdLike(item.text) ? item.text : undefined);
        const place = span(item.at, item.length);
        if (id === undefined)
          this.warn(place, `"${clip(item.text)}" names no task of this plan; it is left out`);
        return id === undefined ? [] : [{ id, span: place }];
      });
    });
    return isSaid || edges.length > 0 ? edges : undefined;
  }

  private resolve(text: string): string | undefined {
    const at = this.places.get(text.toLowerCase());
    if (at !== undefined) return this.file.ids[at];
    // With another plan's number in front: `02/3`, or the plan as a whole where that is one task.
    return this.known.has(text) ? text : undefined;
  }

  private consumed(section: PlanSection, at: number): readonly Edge[] | undefined {
    const { consumed, tasks, saysNothing } = this.interfaces[at]!;
    const found = new Map<string, Edge>();
    for (const { text, line, column } of tasks) {
      const place = this.places.get(text.toLowerCase());
      const span = { file: this.file.file, line: line + 1, column: column + 1, length: text.length };
      if (place === undefined) this.warn(span, `Task ${text} is none of this plan; it is left out`);
      else if (place > at)
        this.warn(
          span,
          `Task ${section.key.text} consumes from Task ${text}, which comes later; it does not wait for it`,
        );
      else if (place < at) found.set(this.file.ids[place]!, { id: this.file.ids[place]!, span });
    }
    for (const { text, line, column } of consumed) {
      const id = this.producers.get(text);
      if (id === undefined || found.has(id)) continue;
      const span = { file: this.file.file, line: line + 1, column: column + 1, length: text.length };
      found.set(id, { id, span });
    }
    return found.size > 0 || saysNothing ? [...found.values()] : undefined;
  }

  private warn(span: Span, message: string): void {
    this.diagnostics.push(warningAt(span, message));
  }
}

/** `Task 2`, `Sub-Plan 02` and `02-events.md` are all meant by their numbers; offsets stay those of the value. */
function referencesIn(block: Block): ReturnType<typeof parseReferences> {
  const text = block.value.text.replace(
    /\b(?:sub-?plans?|plans?|tasks?|steps?)[ \t]+#?(?=[A-Za-z]{0,3}-?\d)/gi,
    (word) => ' '.repeat(word.length),
  );
  const list = parseReferences(text);
  if (list.kind !== 'list') return list;
  const items = [...list.items, ...list.faults].map((item) => {
    const text = /^((?:[A-Za-z]{1,3}-?)?\d[\w./-]*?)[.:]?(?:\s|$)/.exec(item.text)?.[1] ?? item.text;
    return { ...item, text };
  });
  return { kind: 'list', items, faults: [] };
}

function isIdLike(text: string): boolean {
  return /^(?:[A-Za-z]{1,3}-?)?\d[\w./-]*$/.test(text) && text.length <= 128;
}

/** The first file of a name or a number counts. */
function filePlaces(files: readonly PlanFile[]): ReadonlyMap<string, number> {
  const places = new Map<string, number>();
  files.forEach(({ file, document }, at) => {
    for (const name of [file, document.number]) {
      const key = name === undefined ? undefined : fileKey(name);
      if (key !== undefined && !places.has(key)) places.set(key, at);
    }
  });
  return places;
}

/** `02-events.md`, `plans/02-events` and the number alone: `2` for `02`. */
function fileKey(text: string): string {
  const name = text.slice(text.lastIndexOf('/') + 1).replace(/\.(?:md|markdown)$/i, '');
  return /^\d+[a-z]?$/i.test(name) ? name.replace(/^0+(?=\d)/, '').toLowerCase() : name;
}

function spanIn(file: string, { value }: Block): (at?: number, length?: number) => Span {
  return (at = 0, length = value.text.length) => ({
    file,
    line: value.line + 1,
    column: value.column + at + 1,
    length: Math.max(1, length),
  });
}

function clip(text: string): string {
  return text.length > 80 ? `${text.slice(0, 79)}\u2026` : text;
}
