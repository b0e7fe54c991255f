/** The todo board of `/implement` (source 002): `.claude/pr/<branch>/todo.md`, with its status.json beside it. */
import type { Size } from '../../../domain/plan.ts';
import type { RunView } from '../../../domain/view.ts';
import { checkboxEdit, declaredOfMark } from '../../checkbox.ts';
import { errorAt, warningAt, type Diagnostic, type Span } from '../../diagnostic.ts';
import { applyEdits } from '../../lines.ts';
import { pathsIn } from '../../path-mentions.ts';
import { parseReferences } from '../../references.ts';
import { leavesRepository, normaliseScope } from '../../scope-text.ts';
import { named } from '../criteria-text.ts';
import { folderOf, type BacklogFormat, type Draft, type DraftTask, type FormatInput } from '../format.ts';
import type { Place, ViewText } from '../format.ts';
import { composeTodoBoard } from './compose.ts';
import { readTaskGraph, type TaskGraph } from './graph.ts';
import { isTodoBoard, isTodoId, readTodoBoard, riskOfWord } from './items.ts';
import type { TextPiece, TodoBoard, TodoItem, TodoKey } from './items.ts';
import { writeBoardStatus } from './status.ts';

export const todoBoardFormat: BacklogFormat = {
  name: 'todo-board',
  detect(file, text) {
    const isPlace = /(?:^|\/)\.claude\/pr\/(?:.+\/)?todo\.md$/i.test(file);
    if (!/\.(?:md|markdown)$/i.test(file)) return false;
    return text.trim() === '' ? isPlace : isTodoBoard(text, isPlace);
  },
  companionFiles: ({ entry }) => [graphFileOf(entry), designFileOf(entry)],
  viewFiles: ({ entry }) => [entry, statusFileOf(entry)],
  read: (input) => new TodoBoardReader(input).read(),
  writeBack({ backlog, texts, view }) {
    const file = statusFileOf(backlog.entry);
    const status = texts.get(file);
    const board = writeBoxes(backlog.entry, texts.get(backlog.entry), view);
    return status === undefined ? [board] : [board, writeBoardStatus(file, status, view)];
  },
  compose: composeTodoBoard,
};

function graphFileOf(file: string): string {
  return `${folderOf(file)}task-dependencies.json`;
}

function designFileOf(file: string): string {
  return `${folderOf(file)}design-docs.md`;
}

function statusFileOf(file: string): string {
  return `${folderOf(file)}status.json`;
}

interface PlacedId {
  readonly id: string;
  readonly span: Span;
}

class TodoBoardReader {
  private readonly file: string;
  private readonly board: TodoBoard;
  private readonly known: ReadonlySet<string>;
  private readonly graph: TaskGraph;
  private readonly readings: readonly string[];
  private readonly diagnostics: Diagnostic[] = [];
  private lastAfterAll = 0;
  private readonly places: { readonly dependency: readonly Span[]; readonly conflict: readonly Span[] }[] =
    [];

  constructor({ file, text, companions }: FormatInput) {
    this.file = file;
    this.board = readTodoBoard(text);
    this.known = new Set(this.board.items.map(({ id }) => id.text));
    const graphFile = graphFileOf(file);
    this.graph = readTaskGraph(graphFile, companions.get(graphFile), this.known);
    const design = designFileOf(file);
    this.readings = (companions.get(design) ?? '').trim() === '' ? [] : [design];
  }

  read(): Draft {
    const tasks = this.board.items.map((item, at) => this.task(item, at));
    for (const piece of this.board.nameless) {
      const message = `"${clip(piece.text)}" has no id`;
      const hint = 'write one behind the box: `- [ ] [TASK-012] …`';
      this.diagnostics.push(errorAt(this.span(piece), 'PLAN-BAD-ID', message, hint));
    }
    return {
      title: this.board.title ?? 'Todo board',
      tasks,
      diagnostics: [...this.diagnostics, ...this.graph.diagnostics],
      facts: undefined,
      locate: (task, place) => this.locate(task, place),
    };
  }

  private task(item: TodoItem, at: number): DraftTask {
    const id = item.id.text;
    const dependencies = this.dependencies(item, at);
    const conflicts = this.ids(item, 'conflicts', at);
    this.places.push({
      dependency: dependencies.map(({ span }) => span),
      conflict: conflicts.map(({ span }) => span),
    });
    return {
      id,
      kind: 'task',
      title: item.title,
      description: item.prose,
      criteria: this.criteria(item),
      dependencies: dependencies.map((edge) => edge.id),
      conflictsWith: conflicts.map((edge) => edge.id),
      scope: this.scope(item),
      parallel: this.value(item, 'parallel', parseYesNo, 'yes or no'),
      risk: this.value(item, 'priority', riskOfWord, 'High, Medium or Low') ?? item.priority ?? 'Medium',
      size: this.value(item, 'effort', parseEffort, 'S, M, L or XL') ?? 'M',
      provisional: false,
      phase: item.section,
      slice: undefined,
      context: { specs: [], adrs: [], guides: this.readings },
      testFiles: [],
      gapCodes: [],
      declared: this.declared(item),
      line: item.id.line,
    };
  }

  private declared({ id, box, markColumn }: TodoItem): DraftTask['declared'] {
    const declared = declaredOfMark(box.mark);
    if (declared !== undefined) return declared;
    const span = { file: this.file, line: id.line, column: markColumn, length: 1 };
    const message = `the mark "${box.mark}" of ${clip(id.text)} is not known; it is read as open and kept`;
    this.diagnostics.push(warningAt(span, message, 'one of [ ], [~] and [x]'));
    return 'pending';
  }

  private pieces(item: TodoItem, key: TodoKey): readonly TextPiece[] {
    return item.fields.filter((field) => field.key === key).flatMap(({ pieces }) => pieces);
  }

  private value<T>(
    item: TodoItem,
    key: TodoKey,
    parse: (text: string) => T | undefined,
    allowed: string,
  ): T | undefined {
    const piece = this.pieces(item, key)[0];
    if (piece === undefined) return undefined;
    const value = parse(piece.text);
    if (value === undefined) {
      const message = `"${clip(piece.text)}" is no ${key} of ${clip(item.id.text)}; it is not read`;
      this.diagnostics.push(warningAt(this.span(piece), message, `one of ${allowed}`));
    }
    return value;
  }

  private dependencies(item: TodoItem, at: number): readonly PlacedId[] {
    const own = this.ids(item, 'dependencies', at);
    const seen = new Set(own.map(({ id }) => id));
    return [...own, ...this.graph.edgesOf(item.id.text).filter(({ id }) => !seen.has(id))];
  }

  private ids(item: TodoItem, key: 'dependencies' | 'conflicts', at: number): readonly PlacedId[] {
    return this.pieces(item, key).flatMap((piece): readonly PlacedId[] => {
      const lead = /^[-*+][ \t]+/.exec(piece.text)?.[0].length ?? 0;
      // Brackets around an id would hide the commas between them.
      const text = piece.text.slice(lead).replace(/\[([^\s[\]]+)\]/g, ' $1 ');
      const references = parseReferences(text);
      const column = piece.column + lead;
      const span = (offset: number, length: number): Span => ({
        ...this.span(piece),
        column: column + offset,
        length: Math.max(1, length),
      });
      if (references.kind === 'none') return [];
      if (references.kind === 'all') return this.allBefore(piece, key, at);
      for (const fault of references.faults) {
        const message = `"${clip(fault.text)}" is no range of ids`;
        this.diagnostics.push(errorAt(span(fault.at, fault.length), 'PLAN-BAD-FIELD', message));
      }
      return references.items.flatMap((reference) =>
        this.idsOf(reference.text).map((id) => ({ id, span: span(reference.at, reference.length) })),
      );
    });
  }

  private allBefore(piece: TextPiece, key: 'dependencies' | 'conflicts', at: number): readonly PlacedId[] {
    if (key === 'conflicts') {
      const message = 'a conflict with all others is not read';
      this.diagnostics.push(warningAt(this.span(piece), message, 'write `Parallel-safe: No`'));
      return [];
    }
    // The last one that waits for all before it stands for them: lists of all would grow with the square.
    const before = this.board.items.slice(this.lastAfterAll, at);
    this.lastAfterAll = at;
    return before.map(({ id }) => ({ id: id.text, span: this.span(piece) }));
  }

  /** `TASK-001 - needs the schema` names one id, `TASK-001 TASK-002` two; what names none is kept as it stands. */
  private idsOf(text: string): readonly string[] {
    if (this.known.has(text)) return [text];
    const words = text.split(/\s+/).map((word) => word.replace(/[:.]$/, ''));
    if (words.every((word) => isTodoId(word))) return words;
    return isTodoId(words[0]!) ? [words[0]!] : [text];
  }

  private criteria(item: TodoItem): DraftTask['criteria'] {
    const id = item.id.text;
    const listed = this.pieces(item, 'criteria').map(({ text }) => {
      const match = /^(?:[-*+]|(\d{1,6})[.)])[ \t]+(?:\[.\][ \t]+)?/u.exec(text);
      return { number: match?.[1], text: text.slice(match?.[0].length ?? 0) };
    });
    const boxes = item.boxes.map(({ text }) => ({ number: undefined, text }));
    const own = [...listed, ...boxes];
    const planned = own.length > 0 ? [] : this.graph.criteriaOf(id);
    return named([...own, ...planned.map((text) => ({ number: undefined, text }))], id);
  }

  private scope(item: TodoItem): readonly string[] {
    const pieces = this.pieces(item, 'files');
    const own = pieces.flatMap((piece) => {
      const paths = filesIn(piece.text);
      for (const path of paths.filter(leavesRepository)) {
        this.diagnostics.push(
          warningAt(this.span(piece), `${clip(path)} lies outside the repository; it is not read`),
        );
      }
      return paths.filter((path) => !leavesRepository(path));
    });
    return [...new Set(pieces.length > 0 ? own : this.graph.filesOf(item.id.text))];
  }

  private locate(task: number, place: Place): Span {
    const item = this.board.items[task];
    const start = item === undefined ? { text: ' ', line: 1, column: 1 } : item.id;
    if (place.field === 'id') return this.span(start);
    return this.places[task]?.[place.field][place.index] ?? this.span(start);
  }

  private span({ text, line, column }: TextPiece): Span {
    return { file: this.file, line, column, length: Math.max(1, text.length) };
  }
}

function parseYesNo(text: string): boolean | undefined {
  if (/^[*`]*(?:yes|true)\b/i.test(text)) return true;
  return /^[*`]*(?:no|false)\b/i.test(text) ? false : undefined;
}

/** An XL is an L here: there is no larger size. */
function parseEffort(text: string): Size | undefined {
  const word = /^[*`]*([a-z]+)\b/i.exec(text)?.[1]?.toUpperCase() ?? '';
  if (['XS', 'S', 'SMALL'].includes(word)) return 'S';
  if (['M', 'MEDIUM'].includes(word)) return 'M';
  return ['L', 'XL', 'XXL', 'LARGE', 'EXTRA'].includes(word) ? 'L' : undefined;
}

/** Longer than any path that a file system takes, with a note behind it. */
const maxPath = 2_000;

/** Bare or in back-ticks, separated by commas; `migrations/\*` and files at the root are paths here, too. */
function filesIn(text: string): readonly string[] {
  const line = text.replace(/^[-*+][ \t]+/, '');
  if (/^(?:none|n\/a|[-\u2013\u2014]|tbd)\b/i.test(line) || line === '-') return [];
  if (/`|\]\(/.test(line)) return pathsIn(line);
  return (line.match(/(?:\{[^{}]*\}|[^,;])+/g) ?? [])
    .filter((part) => part.length <= maxPath)
    .map((part) => normaliseScope(part.replace(/\s+\(.*\)\.?\s*$/, '')))
    .filter((part) => part !== '' && !/\s/.test(part));
}

function clip(text: string): string {
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}

/** One character per task. */
function writeBoxes(file: string, text: string | undefined, view: RunView): ViewText {
  if (text === undefined) return { file, problem: 'the file is gone' };
  const boxes = new Map(
    readTodoBoard(text)
      .items.toReversed()
      .map(({ id, box }) => [id.text, box]),
  );
  const edits = view.tasks.flatMap(({ id, status }) => {
    const box = boxes.get(id);
    if (box === undefined) return [];
    const edit = checkboxEdit(box, status, '~');
    return edit === undefined ? [] : [edit];
  });
  return { file, text: applyEdits(text, edits) };
}
