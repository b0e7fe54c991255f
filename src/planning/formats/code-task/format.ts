/** Trees of `.code-task.md` files (source 000), one task per file, as the code-task-generator writes them. */
import type { RunView, ViewStatus } from '../../../domain/view.ts';
import { declaredFor } from '../../checkbox.ts';
import { warningAt, type Diagnostic, type Span } from '../../diagnostic.ts';
import { applyEdits, lineBreakOf, type Line } from '../../lines.ts';
import { pathsIn } from '../../path-mentions.ts';
import { someOf, warnOfMentions, type SoftMention } from './mentions.ts';
import { buildTree, isSoft, longestLine, mentionsIn, type Mention, type Tree } from './references.ts';
import { composeCodeTasks } from './compose.ts';
import * as document from './document.ts';
import { folderOf, type BacklogFiles, type BacklogFormat, type Draft, type DraftTask } from '../format.ts';
import type { FormatInput, Place, ViewText, WriteBackInput } from '../format.ts';

const ending = '.code-task.md';

export const codeTaskFormat: BacklogFormat = {
  name: 'code-task',
  detect: (file, text) => file.endsWith(ending) && isCodeTask(text),
  group,
  companionFiles: () => [],
  viewFiles: ({ files }) => files,
  read: (input) => new CodeTaskReader(input).read(),
  writeBack,
  compose: (backlog) => composeCodeTasks(backlog, (input) => codeTaskFormat.read(input)),
};

/** The name alone is not enough: an empty or foreign file under it is no task. */
function isCodeTask(text: string): boolean {
  const { title, sections } = document.readCodeTask(text);
  return title !== undefined || sections.some(({ name }) => name === 'acceptance criteria');
}

/** One backlog per folder of tasks; `stepNN` folders, and folders below another one's, belong to the folder above. */
function group(files: readonly string[]): readonly BacklogFiles[] {
  const roots = new Set(files.map(rootOf));
  const groups = Map.groupBy(files, (file) => outermost(rootOf(file), roots));
  return [...groups].map(([entry, own]) => ({ entry: entry === '' ? '.' : entry, files: own }));
}

function rootOf(file: string): string {
  const parts = folderOf(file).split('/').slice(0, -1);
  while (/^step[-_ ]?\d/i.test(parts.at(-1) ?? '')) parts.pop();
  return parts.join('/');
}

function outermost(root: string, roots: ReadonlySet<string>): string {
  const parts = root.split('/');
  for (let length = 1; length < parts.length; length += 1) {
    const above = parts.slice(0, length).join('/');
    if (roots.has(above)) return above;
  }
  return root;
}

function idOf(file: string, entry: string): string {
  const inside = file.startsWith(`${entry}/`) ? file.slice(entry.length + 1) : undefined;
  const own = entry === '.' ? file : (inside ?? file.slice(folderOf(file).length));
  return own.endsWith(ending) ? own.slice(0, -ending.length) : own.replace(/\.[^./]*$/, '');
}

/** More in one file is no list of dependencies any more. */
const maxMentions = 5_000;

class CodeTaskReader {
  private readonly input: FormatInput;
  private readonly tree: Tree;
  private readonly diagnostics: Diagnostic[] = [];
  private readonly places: { readonly id: Span; readonly dependencies: readonly Span[] }[] = [];
  private readonly unwritable: Span[] = [];
  private readonly mentioned: SoftMention[] = [];

  constructor(input: FormatInput) {
    this.input = input;
    this.tree = buildTree([...input.files.keys()].map((file) => idOf(file, input.entry)));
  }

  read(): Draft {
    const { entry, file, files } = this.input;
    const tasks = [...files].map(([name, text]) => this.task(name, document.readCodeTask(text)));
    this.diagnostics.push(...warnOfMentions(this.mentioned, tasks));
    const [first] = this.unwritable;
    if (first !== undefined) {
      const some = this.unwritable.length === 1 ? 'a task has' : `${this.unwritable.length} tasks have`;
      const message = `${some} no front matter for a status; nothing is written there`;
      const hint = 'put `---`, `status: pending` and `---` at the top of the file to see it there';
      this.diagnostics.push(warningAt(first, message, hint));
    }
    return {
      title: entry === file ? (tasks[0]?.title ?? entry) : `Code tasks in ${entry}`,
      tasks,
      diagnostics: this.diagnostics,
      facts: undefined,
      locate: (task, place) => this.locate(task, place),
    };
  }

  private task(file: string, own: document.CodeTaskDocument): DraftTask {
    const id = idOf(file, this.input.entry);
    const title = own.title ?? { text: '', line: 0, column: 0 };
    const dependencies = this.dependencies(file, id, own);
    this.places.push({ id: span(file, title), dependencies: dependencies.map((one) => one.span) });
    const size = this.value(file, document.metadataOf(own, 'Complexity'), document.parseComplexity);
    const risk = this.value(file, document.metadataOf(own, 'Priority'), document.parsePriority);
    const criteria = own.sections.filter(({ name }) => name.startsWith('acceptance criteria'));
    const references = linesOf(own, /^reference|^references/);
    const folder = id.includes('/') ? id.slice(0, id.lastIndexOf('/')) : undefined;
    return {
      id,
      kind: 'task',
      title: title.text || id,
      description: describe(own),
      criteria: document.readCriteria(
        criteria.flatMap(({ lines }) => lines),
        id,
      ),
      dependencies: dependencies.map((one) => one.id),
      conflictsWith: [],
      scope: pathsOf(linesOf(own, /^files\b(?! (?:to read|for reference))/)),
      parallel: undefined,
      risk: risk ?? 'Medium',
      size: size ?? 'M',
      provisional: false,
      phase: folder,
      slice: undefined,
      context: { specs: pathsOf(references), adrs: [], guides: [] },
      testFiles: [],
      gapCodes: [],
      declared: this.status(file, own, title),
      file,
      line: title.line + 1,
    };
  }

  private status(file: string, own: document.CodeTaskDocument, title: document.Piece): DraftTask['declared'] {
    const place = statusPlace(own);
    if (own.frontMatter === undefined && place === undefined) this.unwritable.push(span(file, title));
    if (place === undefined) return 'pending';
    const status = document.parseStatus(place.text);
    if (status === undefined) {
      const message = `"${clip(place.text)}" is no status; the task is taken as pending`;
      this.diagnostics.push(warningAt(span(file, place), message, 'one of pending, in_progress, completed'));
    }
    return status ?? 'pending';
  }

  private value<T>(
    file: string,
    piece: document.Piece | undefined,
    parse: (text: string) => T | undefined,
  ): T | undefined {
    const value = piece === undefined ? undefined : parse(piece.text);
    if (piece !== undefined && value === undefined) {
      const message = `"${clip(piece.text)}" is none of High, Medium and Low; taken as Medium`;
      this.diagnostics.push(warningAt(span(file, piece), message));
    }
    return value;
  }

  private dependencies(
    file: string,
    id: string,
    { sections }: document.CodeTaskDocument,
  ): readonly { readonly id: string; readonly span: Span }[] {
    const found = new Map<string, Span>();
    let mentions = 0;
    for (const section of sections) {
      if (!document.isAboutDependencies(section)) continue;
      for (const [offset, line] of section.lines.entries()) {
        if (line.text.length > longestLine) {
          const message = `the line has ${line.text.length} characters; no dependency is looked for in it`;
          this.diagnostics.push(
            warningAt({ file, line: section.line + 2 + offset, column: 1, length: 1 }, message),
          );
          continue;
        }
        for (const mention of mentionsIn(line, this.tree.byId.get(id)!, this.tree)) {
          mentions += 1;
          if (mentions > maxMentions) continue;
          const { at, length } = mention;
          const where: Span = { file, line: section.line + 2 + offset, column: at + 1, length };
          if (this.isEdge(id, mention, line.text, where))
            for (const other of mention.ids) if (!found.has(other)) found.set(other, where);
        }
      }
    }
    if (mentions > maxMentions) {
      const message = `${clip(id)} names ${mentions} other tasks; the first ${maxMentions} count`;
      this.diagnostics.push(warningAt({ file, line: 1, column: 1, length: 1 }, message));
    }
    return [...found].map(([other, where]) => ({ id: other, span: where }));
  }

  /** Warns of every mention that does not become a dependency. */
  private isEdge(id: string, { ids, known, isSelf }: Mention, line: string, where: Span): boolean {
    const names = someOf(ids);
    if (isSelf && ids.length === 0) {
      const message = 'this names the task itself; it is not taken as a dependency';
      this.diagnostics.push(warningAt(where, message, 'name the step it comes from: `X from Step N`'));
      return false;
    }
    if (isSoft(line)) {
      this.mentioned.push({ id, ids, where });
      return false;
    }
    if (!known && this.input.entry === this.input.file) {
      const message = `${names} is not open: only ${this.input.file} is; not a dependency here`;
      this.diagnostics.push(warningAt(where, message, 'name the folder of the tree instead of one file'));
      return false;
    }
    return true;
  }

  private locate(task: number, place: Place): Span {
    const start: Span = { file: this.input.file, line: 1, column: 1, length: 1 };
    const own = this.places[task];
    return (place.field === 'dependency' ? own?.dependencies[place.index] : own?.id) ?? start;
  }
}

/** Everything but what stands in fields of its own: title, status, criteria, metadata. */
function describe({ lead, sections, lines }: document.CodeTaskDocument): string {
  const parts = [lead.map(({ text }) => text).join('\n')];
  for (const { name, line, lines: own } of sections) {
    if (name === 'metadata' || name === 'complexity' || name.startsWith('acceptance criteria')) continue;
    const heading = /^\W*status:/.test(name) ? '' : lines[line]!.text.trim();
    parts.push([heading, ...own.map(({ text }) => text)].join('\n'));
  }
  return parts
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .join('\n\n');
}

function linesOf({ sections }: document.CodeTaskDocument, name: RegExp): readonly Line[] {
  return sections.filter((section) => name.test(section.name)).flatMap(({ lines }) => lines);
}

function pathsOf(lines: readonly Line[]): readonly string[] {
  return [...new Set(lines.flatMap(({ text, fenced }) => (fenced ? [] : pathsIn(text))))];
}

function span(file: string, { text, line, column }: document.Piece): Span {
  return { file, line: line + 1, column: column + 1, length: Math.max(1, text.length) };
}

function clip(text: string): string {
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}

/** The front matter counts; a heading such as `## Status: In Progress` only without one. */
function statusPlace({ frontMatter, statusHeading }: document.CodeTaskDocument): document.Piece | undefined {
  return frontMatter === undefined ? statusHeading : frontMatter.status;
}

/** Only the one word changes. Files without a place for it stay as they are. */
function writeBack({ backlog, plan, texts, view }: WriteBackInput): readonly ViewText[] {
  if (texts.size === 0) return backlog.files.map((file) => ({ file, problem: 'the file is gone' }));
  return [...texts].map(([file, text]) => {
    // Called for one file at a time: a map of all tasks would be made anew for each.
    const id = plan.tasks.find(({ origin }) => origin.file === file)?.id;
    const status = statusOf(view, id);
    return { file, text: status === undefined ? text : writeStatus(text, status) };
  });
}

function statusOf(view: RunView, id: string | undefined): ViewStatus | undefined {
  return view.tasks.find((task) => task.id === id)?.status;
}

function writeStatus(text: string, status: ViewStatus): string {
  // The format has no words for these; what stands there is as good.
  if (status === 'blocked' || status === 'skipped' || status === 'abandoned') return text;
  const own = document.readCodeTask(text);
  const place = statusPlace(own);
  const wanted = declaredFor(status);
  const said = place === undefined ? 'pending' : (document.parseStatus(place.text) ?? 'pending');
  if (said === wanted) return text;
  if (place !== undefined) {
    const start = own.lines[place.line]!.start + place.column;
    const blank = own.frontMatter !== undefined && text[start - 1] === ':' ? ' ' : '';
    const word = wordOf(wanted, place, own.frontMatter === undefined);
    const end = start + place.text.length;
    // A comment behind nothing would be part of the word.
    const apart = place.text === '' && /\S/.test(text[end] ?? '') ? ' ' : '';
    return applyEdits(text, [{ start, end, text: blank + word + apart }]);
  }
  if (own.frontMatter === undefined) return text;
  const end = own.lines[own.frontMatter.end]!.start;
  return applyEdits(text, [{ start: end, end, text: `status: ${wordOf(wanted)}${lineBreakOf(text)}` }]);
}

/** In the quotes that stand there; a heading is for people. */
function wordOf(status: ReturnType<typeof declaredFor>, place?: document.Piece, isHeading = false): string {
  if (isHeading) return { pending: 'Pending', 'in-progress': 'In Progress', completed: 'Completed' }[status];
  const word = status === 'in-progress' ? 'in_progress' : status;
  const quote = /^["']/.exec(place?.text ?? '')?.[0] ?? '';
  return quote + word + quote;
}
