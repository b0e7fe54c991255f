/** Kiro's `.kiro/specs/<feature>/tasks.md`, with the requirements beside it; also as cc-sdd writes it. */
import type { Criterion } from '../../../domain/plan.ts';
import { declaredOfMark } from '../../checkbox.ts';
import { warningAt, type Diagnostic, type Span } from '../../diagnostic.ts';
import { applyEdits } from '../../lines.ts';
import { folderOf, type BacklogFormat, type Draft, type DraftTask, type FormatInput } from '../format.ts';
import { composeKiro } from './compose.ts';
import { isKiroDocument, isTask, readKiroDocument } from './document.ts';
import type { KiroBox, KiroDocument } from './document.ts';
import { dependenciesInOrder, type Ordered } from '../document-order.ts';
import { dependencyLabel, KiroReferenceReader, type KiroReference } from './references.ts';
import {
  labelled,
  piecesOf,
  readRequirements,
  requirementLabel,
  resolveRequirement,
} from './requirements.ts';
import { scopeOfProse } from '../prose-scope.ts';
import { readWaves } from './waves.ts';
import { statusEdits } from './write.ts';

export const kiroFormat: BacklogFormat = {
  name: 'kiro',
  detect: isKiro,
  companionFiles: ({ entry }) => [
    ...['requirements.md', 'design.md'].map((name) => folderOf(entry) + name),
    ...steeringFiles(entry),
  ],
  viewFiles: ({ entry }) => [entry],
  read: (input) => new KiroReader(input).read(),
  writeBack({ backlog, texts, view }) {
    const text = texts.get(backlog.entry);
    if (text === undefined) return [{ file: backlog.entry, problem: 'the file is gone' }];
    return [{ file: backlog.entry, text: applyEdits(text, statusEdits(readKiroDocument(text).boxes, view)) }];
  },
  compose: (backlog) => composeKiro(backlog, (input) => kiroFormat.read(input)),
};

/** `.kiro/steering/*.md`, the three that Kiro makes. */
function steeringFiles(entry: string): readonly string[] {
  const at = `/${entry}`.indexOf('/.kiro/specs/');
  if (at === -1) return [];
  return ['product', 'tech', 'structure'].map((name) => `${entry.slice(0, at)}.kiro/steering/${name}.md`);
}

/**
 * Numbered boxes alone are also what OpenSpec has. What tells Kiro is its folder, or lines that refer to requirements
 * and top-level numbers that are boxes, not headings.
 */
function isKiro(file: string, text: string): boolean {
  if (!/\.(?:md|markdown)$/i.test(file) || !/^[ \t]*[-*+][ \t]+\[/m.test(text)) return false;
  const document = readKiroDocument(text);
  const isAtHome = /(?:^|\/)\.kiro\/specs\/[^/]+\/[^/]+$/.test(file);
  return isAtHome ? document.boxes.length > 0 : isKiroDocument(document);
}

/** More criteria than this are not repeated for all tasks of a file together; they stay numbers in the text. */
const maxCriteria = 100_000;

const completionLabel =
  /^\s*(?:[-*+][ \t]+)?[_*]{0,3}(?:completion criteria|acceptance criteria|完了条件|完了基準)[_*]{0,3}[ \t]*[:：][_*]{0,3}[ \t]*/iu;

interface Named {
  readonly references: readonly KiroReference[];
  /** The box that says so: the task's own, or one above it. */
  readonly box: number;
}

/** In UTF-16 units. */
const maxFrame = 8_000;

class KiroReader {
  private readonly file: string;
  private readonly document: KiroDocument;
  private readonly companions: ReadonlyMap<string, string>;
  private readonly requirements: ReturnType<typeof readRequirements> | undefined;
  private readonly references: KiroReferenceReader;
  private readonly diagnostics: Diagnostic[] = [];
  private readonly named: (readonly KiroReference[] | undefined)[] = [];
  private readonly unread: { line: number; column: number; length: number }[] = [];
  private readonly spans: { readonly id: Span; readonly dependencies: readonly Span[] }[] = [];
  private criteriaLeft = maxCriteria;

  constructor({ file, text, companions }: FormatInput) {
    this.file = file;
    this.document = readKiroDocument(text);
    this.companions = companions;
    const requirements = companions.get(`${folderOf(file)}requirements.md`);
    this.requirements = requirements === undefined ? undefined : readRequirements(requirements);
    this.references = new KiroReferenceReader(this.document.boxes);
  }

  read(): Draft {
    const { boxes, title } = this.document;
    for (const at of boxes.keys()) this.named.push(this.namedBy(at));
    const leaves = [...boxes.keys()].filter((at) => isTask(boxes[at]!));
    const waves = readWaves(this.document, this.file);
    this.diagnostics.push(...waves.diagnostics);
    const dependencies = this.dependencies(leaves, waves.waveOf);
    const wanted = new Set<number>();
    for (const [index, at] of leaves.entries()) {
      if (boxes[at]!.optional) continue;
      for (const { target } of dependencies[index]!) if (typeof target === 'number') wanted.add(target);
    }
    const tasks = leaves.map((at, index) => {
      const known = dependencies[index]!;
      this.spans.push({
        id: this.span(boxes[at]!.line, boxes[at]!.idColumn, boxes[at]!.idLength),
        dependencies: known.map(({ line, column, length }) => this.span(line, column, length)),
      });
      const ids = known.map(({ target }) => (typeof target === 'number' ? boxes[target]!.id : target));
      return this.task(at, ids, waves.waveOf.get(boxes[at]!.id), wanted.has(at));
    });
    this.checkRequirements();
    this.checkBoxes();
    return {
      title: title ?? 'Implementation Plan',
      tasks,
      diagnostics: this.diagnostics,
      facts: undefined,
      locate: (task, place) => {
        const spans = this.spans[task];
        const found = place.field === 'dependency' ? spans?.dependencies[place.index] : spans?.id;
        return found ?? { file: this.file, line: 1, column: 1, length: 1 };
      },
    };
  }

  private task(
    at: number,
    dependencies: readonly string[],
    wave: string | undefined,
    isWanted: boolean,
  ): DraftTask {
    const box = this.document.boxes[at]!;
    const above = box.parent === undefined ? undefined : this.document.boxes[box.parent]!;
    const own = this.textOf(box);
    const frame = above === undefined ? '' : this.frameOf(above);
    const description = [own, frame.trim()].filter((part) => part !== '').join('\n\n');
    const folder = folderOf(this.file);
    const present = (files: readonly string[]): readonly string[] =>
      files.filter((name) => this.companions.has(name));
    return {
      id: box.id,
      kind: 'task',
      title: box.title === '' ? box.id : box.title,
      description,
      criteria: this.criteria(box),
      dependencies,
      conflictsWith: [],
      scope: scopeOfProse(`${box.title}\n${own}`),
      parallel: box.parallel || wave !== undefined ? true : undefined,
      parallelGroup: wave,
      risk: 'Medium',
      size: 'M',
      provisional: false,
      phase: box.heading ?? above?.title,
      slice: undefined,
      context: {
        specs: [],
        adrs: [],
        guides: present([`${folder}requirements.md`, `${folder}design.md`, ...steeringFiles(this.file)]),
      },
      testFiles: [],
      gapCodes: [],
      declared: this.declared(box, isWanted),
      line: box.line + 1,
    };
  }

  private readonly frames = new Map<KiroBox, string>();

  /** What a box with children says to each of them; a text that is too long for that is left in the file. */
  private frameOf(box: KiroBox): string {
    let frame = this.frames.get(box);
    if (frame === undefined) {
      const text = this.textOf(box);
      const title = `Part of ${box.id}: ${box.title}`;
      frame = [title, ...(text.length > maxFrame ? [] : [text])].join('\n');
      this.frames.set(box, frame);
    }
    return frame;
  }

  private declared(box: KiroBox, isWanted: boolean): DraftTask['declared'] {
    const declared = declaredOfMark(box.mark) ?? 'pending';
    // Kiro leaves out what has a star; what a task needs cannot be left out.
    return declared === 'pending' && box.optional && !isWanted ? 'skipped' : declared;
  }

  /** The lines below a box, without their common indentation and without the marks of boxes in them. */
  private textOf(box: KiroBox): string {
    const texts = box.detail.map((at) => this.document.lines[at]!);
    const indents = texts
      .filter(({ text }) => text.trim() !== '')
      .map(({ text }) => /^[ \t]*/.exec(text)![0].length);
    const indent = indents.reduce((least, next) => Math.min(least, next), Infinity);
    return texts
      .map(({ text, fenced }) => {
        const bare = text.slice(Math.min(indent, text.length)).trimEnd();
        return fenced ? bare : bare.replace(/^([ \t]*[-*+][ \t]+)\[[^\][]?\][ \t]+/u, '$1');
      })
      .join('\n')
      .replace(/^\n+/, '')
      .trimEnd();
  }

  /** The `_Dependencies:_` of a box; undefined when it has none, so that document order counts. */
  private namedBy(at: number): readonly KiroReference[] | undefined {
    let found: KiroReference[] | undefined;
    for (const line of this.document.boxes[at]!.detail) {
      const { text, fenced } = this.document.lines[line]!;
      const value = fenced ? undefined : labelled(text, dependencyLabel);
      if (value === undefined) continue;
      const { named, prose } = this.references.read(value.text, at, line, value.column);
      for (const piece of prose) {
        const span = this.span(line, piece.column, piece.text.length);
        this.diagnostics.push(warningAt(span, `"${clip(piece.text)}" names no task; it is no dependency`));
      }
      const isOnlyProse = named?.length === 0 && prose.length > 0;
      if (named !== undefined && !isOnlyProse) found = [...(found ?? []), ...named];
    }
    return found;
  }

  /** Named by the box itself, or else by the nearest one above it that names any. */
  private namedFor(at: number): Named | undefined {
    const { boxes } = this.document;
    for (let box: number | undefined = at; box !== undefined; box = boxes[box]!.parent) {
      const references = this.named[box];
      if (references !== undefined) return { references, box };
    }
    return undefined;
  }

  private dependencies(
    leaves: readonly number[],
    waveOf: ReadonlyMap<string, string>,
  ): readonly (readonly KiroReference[])[] {
    const { boxes } = this.document;
    const indexOf = new Map(leaves.map((at, index) => [at, index]));
    const named = leaves.map((at) => this.namedFor(at));
    const ordered = leaves.map((at, index): Ordered => {
      const { id, parallel, optional, parent } = boxes[at]!;
      const own = named[index];
      const explicit = own?.references.flatMap(({ target }) =>
        typeof target === 'number' && indexOf.has(target) ? [indexOf.get(target)!] : [],
      );
      const wave = waveOf.get(id);
      const run = wave ?? (parallel ? `(P) ${parent ?? ''}` : undefined);
      return { explicit, optional, run, group: own === undefined || own.box === at ? undefined : own.box };
    });
    return dependenciesInOrder(ordered).map((found, index): readonly KiroReference[] => {
      const { line, idColumn, idLength } = boxes[leaves[index]!]!;
      const references = named[index]?.references ?? [];
      const said = new Map(references.map((reference) => [reference.target, reference]));
      const byOrder = found
        .map((other) => leaves[other]!)
        .filter((target) => !said.has(target))
        .map((target): KiroReference => ({ target, line, column: idColumn, length: idLength }));
      return [...said.values(), ...byOrder];
    });
  }

  private criteria(box: KiroBox): readonly Criterion[] {
    const found = new Map<string, Criterion>();
    let count = 0;
    for (const line of box.detail) {
      const { text, fenced } = this.document.lines[line]!;
      if (fenced) continue;
      const completion = labelled(text, completionLabel);
      if (completion !== undefined && completion.text !== '') {
        count += 1;
        const id = `${box.id}.AC${count}`;
        found.set(id, { id, text: completion.text });
      }
      const value = labelled(text, requirementLabel);
      if (value === undefined) continue;
      for (const piece of piecesOf(value.text, value.column)) {
        for (const criterion of this.required(piece, line)) found.set(criterion.id, criterion);
      }
    }
    return [...found.values()];
  }

  private required(
    piece: { readonly text: string; readonly column: number },
    line: number,
  ): readonly Criterion[] {
    const place = { line, column: piece.column, length: piece.text.length };
    if (this.requirements === undefined) {
      this.unread.push(place);
      return [];
    }
    const criteria = this.criteriaLeft > 0 ? resolveRequirement(piece.text, this.requirements) : undefined;
    if (criteria === 'all' || criteria === 'none') return [];
    this.criteriaLeft -= criteria?.length ?? 0;
    if (criteria !== undefined) return criteria;
    const message = `"${clip(piece.text)}" is no requirement of ${folderOf(this.file)}requirements.md`;
    this.diagnostics.push(warningAt(this.span(line, piece.column, piece.text.length), message));
    return [];
  }

  private checkRequirements(): void {
    const file = `${folderOf(this.file)}requirements.md`;
    for (const { number, line } of this.requirements?.repeated ?? []) {
      const message = `a second requirement has the number ${number}; the first counts`;
      this.diagnostics.push(warningAt({ file, line: line + 1, column: 1, length: 1 }, message));
    }
  }

  private checkBoxes(): void {
    const { boxes, lines, strayBoxes } = this.document;
    const missing = this.unread[0];
    if (missing !== undefined) {
      const message = `there is no ${folderOf(this.file)}requirements.md; ${counted(this.unread.length, 'requirement number')} stay without their text`;
      this.diagnostics.push(warningAt(this.span(missing.line, missing.column, missing.length), message));
    }
    for (const box of boxes) {
      const { line, mark, markAt } = box;
      const column = markAt - lines[line]!.start;
      if (declaredOfMark(mark) === undefined) {
        const message = `the mark of ${box.id} is none of "[ ]", "[-]" and "[x]"; it is read as open`;
        this.diagnostics.push(warningAt(this.span(line, column, mark.length), message));
      }
      const open = box.mark.toLowerCase() === 'x' ? this.openBelow(box) : undefined;
      if (open === undefined) continue;
      const message = `${box.id} is ticked, but ${boxes[open]!.id} in it is open; what is in it counts`;
      this.diagnostics.push(warningAt(this.span(line, column, mark.length), message));
    }
    const stray = strayBoxes[0];
    if (stray === undefined) return;
    const message = `${counted(strayBoxes.length, 'box', 'boxes')} without a number, of which this is the first, ${strayBoxes.length === 1 ? 'is no task' : 'are no tasks'}`;
    this.diagnostics.push(warningAt(this.span(stray, 0, lines[stray]!.text.length), message));
  }

  private openBelow({ children }: KiroBox): number | undefined {
    const { boxes } = this.document;
    return children.find((at) => {
      const child = boxes[at]!;
      return isTask(child) && !child.optional && declaredOfMark(child.mark) !== 'completed';
    });
  }

  private span(line: number, column: number, length: number): Span {
    return { file: this.file, line: line + 1, column: column + 1, length: Math.max(1, length) };
  }
}

function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

function clip(text: string): string {
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}
