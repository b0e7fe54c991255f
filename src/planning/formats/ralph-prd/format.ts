/**
 * `prd.json` of ralph and its relatives: user stories that are worked on in the order of their priority, so each
 * depends on the one before it, unless the file names dependencies.
 */
import type { Risk, Size } from '../../../domain/plan.ts';
import type { ViewStatus } from '../../../domain/view.ts';
import type { Span } from '../../diagnostic.ts';
import { elementsOf, skipSpace, type JsonSpan } from '../../json-text.ts';
import { applyEdits, type TextEdit } from '../../lines.ts';
import type { BacklogFormat, Draft, DraftTask, FormatInput, Place } from '../format.ts';
import type { ViewText, WriteBackInput } from '../format.ts';
import { isRecord, JsonFaults, parseJson } from '../json-file.ts';
import * as json from '../json-record.ts';
import { composeRalphPrd } from './compose.ts';
import * as shape from './shape.ts';
import { statusWordsOf, storyEdits } from './write.ts';

export const ralphPrdFormat: BacklogFormat = {
  name: 'ralph-prd',
  detect,
  companionFiles: () => [],
  viewFiles: ({ entry }) => [entry],
  read: (input) => new RalphReader(input).read(),
  writeBack: (input) => [writeStatuses(input)],
  compose: composeRalphPrd,
};

function detect(file: string, text: string): boolean {
  if (!/\.json(?:\.example)?$/i.test(file)) return false;
  const isInPlace = /(?:^|\/)prd\.json$/i.test(file);
  if (text.trim() === '') return isInPlace;
  const parsed = parseJson(file, text);
  // A slip of the pen must be shown to its writer, not turn the file into a stranger's.
  if (!parsed.ok) return isInPlace && /"(?:userStories|user_stories|passes)"\s*:/.test(text);
  return shape.isStoryFile(parsed.value);
}

interface Edge {
  readonly id: string;
  readonly span: JsonSpan;
}

class RalphReader {
  private readonly file: string;
  private readonly text: string;
  private readonly faults: JsonFaults;
  private stories: readonly shape.Story[] = [];
  private edges: readonly (readonly Edge[])[] = [];

  constructor({ file, text }: FormatInput) {
    this.file = file;
    this.text = text;
    this.faults = new JsonFaults(file, text);
  }

  read(): Draft {
    const parsed = parseJson(this.file, this.text);
    if (!parsed.ok) {
      this.faults.diagnostics.push(parsed.error);
      return this.draft([], 'User stories');
    }
    const list = shape.storyList(this.text);
    if (list === undefined) {
      const at = skipSpace(this.text, 0);
      this.faults.report(
        'error',
        { start: at, end: at + 1 },
        'there is no list of stories: "userStories" is missing',
      );
      return this.draft([], 'User stories');
    }
    const { stories, faults } = shape.storiesOf(this.text, list);
    this.stories = stories;
    for (const { span, message } of faults) this.faults.report('error', span, message);
    const isExplicit = stories.some(({ record }) => record.member(...shape.dependencyKeys) !== undefined);
    this.edges = isExplicit ? stories.map((story) => this.named(story)) : this.ordered();
    return this.draft(
      stories.map((story, at) => this.task(story, at)),
      this.title(),
    );
  }

  private draft(tasks: readonly DraftTask[], title: string): Draft {
    return {
      title,
      tasks,
      diagnostics: this.faults.diagnostics,
      facts: undefined,
      locate: (task, place) => this.locate(task, place),
    };
  }

  private title(): string {
    const root = json.rootRecord(this.text);
    const keys = ['project', 'projectName', 'name', 'title', 'description'];
    const named = keys.map((key) => json.oneLine(root?.prose(key) ?? '')).find((name) => name !== '');
    return named === undefined ? 'User stories' : json.clip(named);
  }

  /** Each story behind the one before it: by priority, then as they stand; those without a priority last. */
  private ordered(): readonly (readonly Edge[])[] {
    const ranks = this.stories.map(({ record }) => rankOf(record.value('priority')));
    const order = this.stories.map((_, at) => at).toSorted((a, b) => ranks[a]! - ranks[b]! || a - b);
    const before = new Map(order.map((at, place) => [at, order[place - 1]]));
    return this.stories.map(({ record, idSpan }, at): readonly Edge[] => {
      const previous = before.get(at);
      if (previous === undefined) return [];
      return [{ id: this.stories[previous]!.id, span: record.member('priority') ?? idSpan }];
    });
  }

  private named({ record }: shape.Story): readonly Edge[] {
    const list = record.member(...shape.dependencyKeys);
    if (list === undefined) return [];
    const isList = this.text[list.start] === '[';
    return (isList ? elementsOf(this.text, list.start) : [list]).flatMap((span): Edge[] => {
      const inner =
        this.text[span.start] === '{' ? new json.JsonRecord(this.text, span.start).member('id') : span;
      const id = inner === undefined ? undefined : json.idAt(this.text, inner);
      if (id === '' && !isList) return [];
      if (id !== undefined) return [{ id, span: inner! }];
      const kind = json.kindOf(json.parseSpan(this.text, span));
      this.faults.report('error', span, `a dependency is the id of a story, not ${kind}`);
      return [];
    });
  }

  private task(story: shape.Story, at: number): DraftTask {
    const { id, idSpan, record } = story;
    const { declared, odd } = shape.statusOf(record);
    if (odd !== undefined) this.faults.report('warning', record.member(odd.key) ?? idSpan, odd.message);
    const written = record.value('acceptanceCriteria', 'acceptance_criteria');
    const scope = json.filesOf(record.value('files', 'fileScope', 'file_scope'));
    for (const path of scope.outside) {
      this.faults.report('warning', idSpan, `${json.clip(path)} lies outside the repository`);
    }
    const title = json.oneLine(record.prose('title', 'name')) || json.clip(shape.titleOf(record)) || id;
    const routing = record.value('routing');
    const stage = json.oneLine(record.prose('phase', 'stage', 'epic'));
    return {
      id,
      kind: 'task',
      title,
      description: descriptionOf(record, title, written !== undefined),
      criteria: json.criteriaOf(written ?? record.value('steps'), id),
      dependencies: this.edges[at]!.map((edge) => edge.id),
      conflictsWith: [],
      scope: [...scope.inside, ...scope.outside],
      parallel: undefined,
      risk: this.risk(record),
      size: sizeOf(isRecord(routing) ? routing['complexity'] : record.value('complexity', 'size')),
      provisional: false,
      phase: stage === '' ? undefined : stage,
      slice: undefined,
      context: {
        specs: [],
        adrs: [],
        guides: json.filesOf(record.value('contextFiles', 'context_files')).inside,
      },
      testFiles: [],
      gapCodes: [],
      declared,
      line: this.faults.at(idSpan).line,
    };
  }

  /** A number is a place in the order and tells nothing about risk. */
  private risk(record: json.JsonRecord): Risk {
    const value = record.value('priority');
    if (typeof value !== 'string' || numberOf(value) !== undefined || value.trim() === '') return 'Medium';
    const rank = priorityWords.indexOf(value.trim().toLowerCase());
    if (rank === -1) {
      const message = `"${json.clip(value)}" is no priority; read as medium, and last in the order`;
      this.faults.report('warning', record.member('priority')!, message, 'a number, or high, medium or low');
    }
    return rank === 0 || rank === 1 ? 'High' : rank === 3 ? 'Low' : 'Medium';
  }

  private locate(task: number, place: Place): Span {
    const idSpan = this.stories[task]?.idSpan ?? { start: 0, end: 1 };
    const edge = place.field === 'dependency' ? this.edges[task]?.[place.index] : undefined;
    return this.faults.at(edge?.span ?? idSpan);
  }
}

const priorityWords = ['critical', 'high', 'medium', 'low'];
const lastRank = Number.MAX_VALUE;

function rankOf(priority: unknown): number {
  if (typeof priority === 'number') return priority;
  if (typeof priority !== 'string') return lastRank;
  const rank = priorityWords.indexOf(priority.trim().toLowerCase());
  return numberOf(priority) ?? (rank === -1 ? lastRank : rank);
}

/** `"2"` and `"P2"` as 2. */
function numberOf(text: string): number | undefined {
  const digits = /^\s*[pP]?(-?\d{1,9}(?:\.\d{1,9})?)\s*$/.exec(text)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

function sizeOf(value: unknown): Size {
  const word = typeof value === 'string' ? value.trim().toLowerCase() : '';
  if (['simple', 'small', 's', 'low', 'trivial'].includes(word)) return 'S';
  return ['complex', 'expert', 'large', 'l', 'high'].includes(word) ? 'L' : 'M';
}

/** Fields beside `description` that tell what to do. What tools note down while they work is left out. */
const proseFields = [
  ['details', 'Details'],
  ['category', 'Category'],
  ['focus', 'Focus'],
  ['responsibility', 'Responsibility'],
  ['technicalNotes', 'Technical notes'],
  ['technical_notes', 'Technical notes'],
  ['testStrategy', 'Test strategy'],
  ['validationScenario', 'Validation scenario'],
  ['preCommit', 'Before the commit'],
  ['notes', 'Notes'],
] as const;

function descriptionOf(record: json.JsonRecord, title: string, hasCriteria: boolean): string {
  const said = record.prose('description', 'story');
  return json.paragraphs([
    said === title ? '' : said,
    hasCriteria ? json.labelled('Steps', record.prose('steps')) : '',
    ...proseFields.map(([key, label]) => json.labelled(label, record.prose(key))),
  ]);
}

function writeStatuses({ plan, texts, view }: WriteBackInput): ViewText {
  const { file } = plan;
  const text = texts.get(file);
  if (text === undefined) return { file, problem: 'the file is gone' };
  const parsed = parseJson(file, text);
  if (!parsed.ok) return { file, problem: `line ${parsed.error.line}: ${parsed.error.message}` };
  const list = shape.storyList(text);
  if (list === undefined) return { file, problem: 'it has no list of stories any more' };
  const wanted = new Map<string, ViewStatus>(view.tasks.map(({ id, status }) => [id, status]));
  const { stories } = shape.storiesOf(text, list);
  const words = statusWordsOf(stories);
  const edits: TextEdit[] = [];
  for (const { id, record } of stories) {
    const status = wanted.get(id);
    // Of two stories with one id the first counts, here as everywhere.
    wanted.delete(id);
    if (status !== undefined) edits.push(...storyEdits(record, status, words));
  }
  return { file, text: applyEdits(text, edits) };
}
