/** Stories of the BMAD method: a folder of files, each of which is a task. */
import { warningAt, type Diagnostic, type Span } from '../../diagnostic.ts';
import { applyEdits } from '../../lines.ts';
import { composeStories } from './compose.ts';
import { statusEditsOf } from './status.ts';
import { isStory, readStory, type Story } from './story.ts';
import { folderOf, type BacklogFiles, type BacklogFormat, type Draft, type DraftTask } from '../format.ts';
import type { FormatInput, ViewText, WriteBackInput } from '../format.ts';
import { workOrder } from '../document-order.ts';

export const bmadFormat: BacklogFormat = {
  name: 'bmad',
  detect: isStory,
  group: groupByFolder,
  companionFiles: () => [],
  viewFiles: ({ files }) => files,
  read: (input) => new BmadReader(input).read(),
  writeBack,
  compose: (backlog) => composeStories(backlog, (input) => bmadFormat.read(input)),
};

/** One backlog per folder, named by it. */
function groupByFolder(files: readonly string[]): readonly BacklogFiles[] {
  return [...Map.groupBy(files, folderOf)].map(([folder, found]) => ({
    entry: folder === '' ? '.' : folder.slice(0, -1),
    files: found,
  }));
}

interface Placed {
  readonly file: string;
  readonly story: Story;
  readonly id: string;
}

interface Edge {
  readonly id: string;
  readonly span: Span;
}

class BmadReader {
  private readonly input: FormatInput;
  private readonly diagnostics: Diagnostic[] = [];
  private readonly edges: (readonly Edge[])[] = [];
  private stories: readonly Placed[] = [];

  constructor(input: FormatInput) {
    this.input = input;
  }

  read(): Draft {
    this.stories = [...this.input.files]
      .map(([file, text]): Placed => {
        const story = readStory(file, text);
        return { file, story, id: story.id ?? nameOf(file) };
      })
      .toSorted((a, b) => byNumber(a.id, b.id));
    const known = new Set(this.stories.map(({ id }) => id));
    const named = this.stories.map((placed) => this.namedBy(placed, known));
    const implied = this.impliedBy(named);
    const tasks = this.stories.map((placed, at): DraftTask => {
      const own = named[at]!;
      const before = implied[at];
      const isSaid = before === undefined || own.some(({ id }) => id === before);
      const edges = isSaid ? own : [{ id: before, span: this.idSpan(placed) }, ...own];
      this.edges.push(edges);
      return this.task(placed, edges);
    });
    return {
      title: `Stories of ${this.input.entry}`,
      tasks,
      diagnostics: this.diagnostics,
      facts: undefined,
      locate: (task, place) => {
        const placed = this.stories[task];
        const edge = place.field === 'dependency' ? this.edges[task]?.[place.index]?.span : undefined;
        if (edge !== undefined) return edge;
        return placed === undefined
          ? { file: this.input.file, line: 1, column: 1, length: 1 }
          : this.idSpan(placed);
      },
    };
  }

  private task(placed: Placed, edges: readonly Edge[]): DraftTask {
    const { file, story, id } = placed;
    if (story.titleId !== undefined && story.titleId !== id) {
      const message = `the title says story ${story.titleId}, the file's name ${id}; the name counts`;
      this.diagnostics.push(warningAt(this.idSpan(placed), message));
    }
    return {
      id,
      kind: 'task',
      title: story.title,
      description: story.description,
      criteria: story.criteria,
      dependencies: edges.map((edge) => edge.id),
      conflictsWith: [],
      scope: story.scope,
      parallel: undefined,
      risk: 'Medium',
      size: 'M',
      provisional: false,
      phase: /^\d/.test(id) ? `Epic ${epicOf(id)}` : undefined,
      slice: undefined,
      context: { specs: story.sources, adrs: [], guides: [] },
      testFiles: [],
      gapCodes: [],
      declared: this.declared(placed),
      file,
      line: story.titleLine + 1,
    };
  }

  private declared({ file, story }: Placed): DraftTask['declared'] {
    const [counting, other] = story.statuses;
    if (counting === undefined) return 'pending';
    const span = (place: typeof counting): Span =>
      spanOf(file, place.line, place.column, Math.max(1, place.word.length));
    if (counting.declared === undefined && counting.word !== '') {
      const message = `"${counting.word.slice(0, 80)}" is no status of a story; it is read as not begun`;
      this.diagnostics.push(
        warningAt(span(counting), message, 'one of Draft, Approved, InProgress, Review, Done'),
      );
    }
    if (other?.declared !== undefined && other.declared !== (counting.declared ?? 'pending')) {
      const message = `the front matter says ${other.word}, the text ${counting.word}; the text counts`;
      this.diagnostics.push(warningAt(span(other), message));
    }
    return counting.declared ?? 'pending';
  }

  /** The stories behind "Depends on:"; those of other folders are warned of. */
  private namedBy({ file, story, id }: Placed, known: ReadonlySet<string>): readonly Edge[] {
    return story.dependsOn.flatMap((reference): readonly Edge[] => {
      const span = spanOf(file, reference.line, reference.column, reference.id.length);
      const isKnown = known.has(reference.id);
      if (isKnown && reference.id !== id) return [{ id: reference.id, span }];
      const message = isKnown
        ? `story ${id} names itself; that is no dependency`
        : `story ${reference.id} is not among those of ${this.input.entry}; it is no dependency`;
      this.diagnostics.push(warningAt(span, message));
      return [];
    });
  }

  /** The story before each in its epic. What was shelved is passed over, and who names a later one comes behind it. */
  private impliedBy(named: readonly (readonly Edge[])[]): readonly (string | undefined)[] {
    const indexOf = new Map<string, number>();
    for (const [at, { id }] of this.stories.entries()) if (!indexOf.has(id)) indexOf.set(id, at);
    const implied: (string | undefined)[] = this.stories.map(() => undefined);
    const lastOfEpic = new Map<string, string>();
    for (const at of workOrder(named.map((edges) => edges.map(({ id }) => indexOf.get(id)!)))) {
      const { id, story } = this.stories[at]!;
      const before = lastOfEpic.get(epicOf(id));
      if (before !== id) implied[at] = before;
      const declared = story.statuses[0]?.declared;
      if (declared !== 'skipped' && declared !== 'abandoned') lastOfEpic.set(epicOf(id), id);
    }
    return implied;
  }

  private idSpan({ file, story }: Placed): Span {
    const text = story.lines[story.titleLine]!.text;
    const at = story.titleId === undefined ? -1 : text.search(/\d/);
    return at === -1
      ? spanOf(file, story.titleLine, 0, text.trimEnd().length)
      : spanOf(file, story.titleLine, at, story.titleId!.length);
  }
}

function spanOf(file: string, line: number, column: number, length: number): Span {
  return { file, line: line + 1, column: column + 1, length: Math.max(1, length) };
}

function epicOf(id: string): string {
  return id.split('.')[0]!.replace(/^0+(?=\d)/, '');
}

/** `1.2` before `1.10`, `2.9` before `2.9a`. */
function byNumber(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}

function nameOf(file: string): string {
  return file.slice(file.lastIndexOf('/') + 1).replace(/\.[^.]*$/, '');
}

function writeBack({ plan, texts, view }: WriteBackInput): readonly ViewText[] {
  const ids = new Map(plan.tasks.map(({ id, origin }) => [origin.file, id]));
  return [...texts].map(([file, text]): ViewText => {
    const status = view.tasks.find(({ id }) => id === ids.get(file))?.status;
    if (status === undefined) return { file, text };
    const { lines, statuses, slot } = readStory(file, text);
    return { file, text: applyEdits(text, statusEditsOf(text, lines, statuses, slot, status)) };
  });
}
