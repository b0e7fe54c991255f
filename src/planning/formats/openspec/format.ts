/** `openspec/changes/<change>/tasks.md` of OpenSpec: numbered boxes, done from top to bottom. */
import { declaredOfMark } from '../../checkbox.ts';
import { errorAt, warningAt, type Diagnostic, type Span } from '../../diagnostic.ts';
import { applyEdits } from '../../lines.ts';
import { parseReferences } from '../../references.ts';
import { folderOf, type BacklogFormat, type Draft, type DraftTask, type FormatInput } from '../format.ts';
import { composeOpenSpec } from './compose.ts';
import { isOpenSpecDocument, readOpenSpecDocument } from './document.ts';
import type { Box, OpenSpecDocument } from './document.ts';
import { scopeOf } from '../line-scope.ts';
import { boxEdits, clip, type Piece } from '../task-list.ts';

const ownPlace = /(?:^|\/)openspec\/changes\/(?!archive\/)[^/]+\/tasks\.md$/;

export const openspecFormat: BacklogFormat = {
  name: 'openspec',
  detect(file, text) {
    if (!/\.(?:md|markdown)$/i.test(file)) return false;
    if (ownPlace.test(file)) return text.trim() === '' || readOpenSpecDocument(text).boxes.length > 0;
    return !/(?:^|\/)\.kiro\//.test(file) && isOpenSpecDocument(text);
  },
  companionFiles({ entry }) {
    const folder = folderOf(entry);
    return [`${folder}proposal.md`, `${folder}design.md`, `${folder}specs/**/spec.md`];
  },
  viewFiles: ({ entry }) => [entry],
  read: (input) => new OpenSpecReader(input).read(),
  writeBack({ plan, texts, view }) {
    const file = plan.file;
    const text = texts.get(file);
    if (text === undefined) return [{ file, problem: 'the file is gone' }];
    const titles = new Map<string, string>(plan.tasks.map(({ id, title }) => [id, title]));
    const boxes = new Map<string, Box>();
    // Of two tasks with one id the first counts, here as everywhere.
    for (const box of readOpenSpecDocument(text).boxes.toReversed()) {
      // Where the file gives no number, a box that was put in above moves the ids below it.
      if (box.isNumbered || titles.get(box.id) === titleOf(box)) boxes.set(box.id, box);
    }
    const edits = view.tasks.flatMap(({ id, status }) => boxEdits(text, boxes.get(id)?.box, status));
    return [{ file, text: applyEdits(text, edits) }];
  },
  compose: (backlog) => composeOpenSpec(backlog, (input) => openspecFormat.read(input)),
};

/** More ids than this are not taken from words: they are products of long ranges, and no person's work. */
const maxStated = 100_000;

interface Edge {
  readonly id: string;
  /** Absent for the order of the document. */
  readonly span?: Span;
}

class OpenSpecReader {
  private readonly file: string;
  private readonly document: OpenSpecDocument;
  private readonly companions: ReadonlyMap<string, string>;
  private readonly diagnostics: Diagnostic[] = [];
  private readonly edges: (readonly Edge[])[] = [];
  private left = maxStated;
  private isFull = false;

  constructor({ file, text, companions }: FormatInput) {
    this.file = file;
    this.document = readOpenSpecDocument(text);
    this.companions = companions;
  }

  read(): Draft {
    const { boxes, order, title } = this.document;
    const place = new Map(order.map((at, rank) => [boxes[at]!.id, rank]));
    const before = new Map(order.map((at, rank) => [at, rank === 0 ? undefined : order[rank - 1]]));
    for (const at of boxes.keys()) this.edges.push(this.edgesOf(at, before.get(at), place));
    const context = this.context();
    return {
      title: (title ?? '').replace(/^tasks?\s*[:：]\s*/i, '').trim() || this.change(),
      tasks: boxes.map((box, at) => this.task(box, at, context)),
      diagnostics: this.diagnostics,
      facts: undefined,
      locate: (task, at) => {
        const edge = at.field === 'dependency' ? this.edges[task]?.[at.index] : undefined;
        return edge?.span ?? this.span(boxes[task]?.idPiece ?? { text: ' ', line: 0, column: 0 });
      },
    };
  }

  private change(): string {
    return folderOf(this.file).split('/').at(-2) || 'Tasks';
  }

  private task(box: Box, at: number, context: DraftTask['context']): DraftTask {
    const declared = declaredOfMark(box.box.mark);
    if (declared === undefined) {
      const column = box.box.markAt - this.document.lines[box.text.line]!.start;
      const span = this.span({ text: box.box.mark, line: box.text.line, column });
      const message = `the mark "${box.box.mark}" of ${clip(box.id)} is unknown; the task is read as pending`;
      this.diagnostics.push(warningAt(span, message, 'one of a blank, x and ~'));
    }
    const title = titleOf(box);
    const details = box.details.map(({ text }) => text).join('\n');
    const parts = box.parts.map((part) => {
      const { id, text } = this.document.boxes[part]!;
      return `- ${id} ${text.text}`;
    });
    return {
      id: box.id,
      kind: 'task',
      title,
      description: [
        details,
        parts.length === 0 ? '' : `Its parts, which come before it:\n${parts.join('\n')}`,
      ]
        .filter((part) => part !== '')
        .join('\n\n'),
      criteria: [{ id: `${box.id}.AC1`, text: title }],
      dependencies: this.edges[at]!.map(({ id }) => id),
      conflictsWith: [],
      scope: scopeOf(`${box.text.text}\n${details}`),
      parallel: undefined,
      risk: 'Medium',
      size: 'M',
      provisional: false,
      phase: box.group,
      slice: undefined,
      context,
      testFiles: [],
      gapCodes: [],
      declared: declared ?? 'pending',
      line: box.text.line + 1,
    };
  }

  /** The task before it, and what "(depends on 1.2)" names; what stands below is warned of, because order counts. */
  private edgesOf(
    at: number,
    before: number | undefined,
    place: ReadonlyMap<string, number>,
  ): readonly Edge[] {
    const { boxes } = this.document;
    const { id, text, details } = boxes[at]!;
    const found = new Map<string, Edge>();
    for (const piece of [text, ...details]) {
      for (const { id: other, span } of this.stated(piece)) {
        const rank = place.get(other);
        if (rank === undefined || other === id || rank < place.get(id)!)
          found.set(other, { id: other, span });
        else {
          const message = `${clip(id)} is said to depend on ${clip(other)}, which stands below it; the order of the file counts`;
          this.diagnostics.push(warningAt(span, message, `move ${clip(other)} up if it is needed first`));
        }
      }
    }
    const previous = before === undefined ? undefined : boxes[before]!.id;
    // Two boxes with one id in a row are reported as such.
    if (previous !== undefined && previous !== id && !found.has(previous))
      found.set(previous, { id: previous });
    return [...found.values()];
  }

  private stated(piece: Piece): readonly Required<Edge>[] {
    if (this.isFull) return [];
    return [...piece.text.matchAll(statedPattern)].flatMap((match) => {
      const list = match[1] ?? match[2]!;
      const start = match.index + match[0].indexOf(list);
      const read = parseReferences(list);
      if (read.kind !== 'list') return [];
      const at = (offset: number, length: number): Span =>
        this.span({ text: 'x'.repeat(length), line: piece.line, column: piece.column + start + offset });
      const items = [...read.items, ...read.faults];
      this.left -= items.length;
      if (this.left < 0) return this.tooMany(piece);
      return items.flatMap((item) => {
        const span = at(item.at, item.length);
        const id = item.text.replace(/^(?:tasks?|steps?)\s+/i, '');
        if (/^(?:\d+(?:\.\d+)*[a-z]?|T-?\d+(?:\.\d+)*)$/.test(id)) return [{ id, span }];
        const message = `a dependency on "${clip(item.text)}", which is no task of this change; no edge is made`;
        this.diagnostics.push(warningAt(span, message));
        return [];
      });
    });
  }

  /** Said once; what a file of long ranges stands for is not worked out. */
  private tooMany(piece: Piece): readonly Required<Edge>[] {
    if (!this.isFull) {
      const message = `the words up to here stand for more than ${maxStated} dependencies`;
      this.diagnostics.push(errorAt(this.span(piece), 'PLAN-TOO-LARGE', message, 'name fewer ranges'));
    }
    this.isFull = true;
    return [];
  }

  private context(): DraftTask['context'] {
    const folder = folderOf(this.file);
    const names = [...this.companions.keys()];
    const general = names.filter((name) => name === `${folder}proposal.md` || name === `${folder}design.md`);
    const specs = names.filter((name) => name.startsWith(`${folder}specs/`));
    return { specs: [], adrs: [], guides: [...specs, ...general] };
  }

  private span({ text, line, column }: Piece): Span {
    return { file: this.file, line: line + 1, column: column + 1, length: Math.max(1, text.length) };
  }
}

/** In brackets, or on a line of their own: prose about dependencies is about libraries as often as about tasks. */
const statedPattern =
  /\((?:depends\s+on|blocked\s+by|requires\s+tasks?)\s*:?\s+([^()]{1,300})\)|^\s*(?:[-*]\s+)?(?:\*\*)?(?:depends\s+on|dependencies|blocked\s+by)(?:\*\*)?\s*:(?:\*\*)?\s?(.{1,300})$/gi;

function titleOf({ text, id }: Box): string {
  return text.text === '' ? id : text.text;
}
