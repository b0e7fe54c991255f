/** Reads the tasks of the current tag of a Task Master file. */
import type { DeclaredStatus, Risk, Size } from '../../../domain/plan.ts';
import { warningAt, type Span } from '../../diagnostic.ts';
import { elementsOf, type JsonSpan } from '../../json-text.ts';
import { didYouMean } from '../../spelling.ts';
import type { Draft, DraftTask, FormatInput, Place } from '../format.ts';
import { isRecord, JsonFaults, parseJson } from '../json-file.ts';
import * as json from '../json-record.ts';
import type { Edge } from './circles.ts';
import { readEdges } from './edges.ts';
import * as shape from './shape.ts';
import * as status from './status.ts';

export class TaskmasterReader {
  private readonly file: string;
  private readonly text: string;
  private readonly companions: FormatInput['companions'];
  private readonly stateFile: string;
  private readonly faults: JsonFaults;
  private entries: readonly shape.Entry[] = [];
  private edges: readonly (readonly Edge[])[] = [];
  private readonly summaries = new Map<number, string>();
  private readonly warnedBelow = new Set<number>();

  constructor({ file, text, companions }: FormatInput, stateFile: string) {
    this.file = file;
    this.text = text;
    this.companions = companions;
    this.stateFile = stateFile;
    this.faults = new JsonFaults(file, text);
  }

  read(): Draft {
    const parsed = parseJson(this.file, this.text);
    if (!parsed.ok) {
      this.faults.diagnostics.push(parsed.error);
      return this.draft([], 'Task Master tasks');
    }
    const list = this.chosenList();
    if (list === undefined) return this.draft([], 'Task Master tasks');
    const { entries, faults } = shape.entriesOf(this.text, list.span);
    this.entries = entries;
    for (const { span, message } of faults) this.faults.report('error', span, message);
    this.edges = readEdges(this.text, entries, (severity, span, message) =>
      this.faults.report(severity, span, message),
    );
    const declared: DeclaredStatus[] = [];
    const risks: Risk[] = [];
    for (const entry of entries) {
      declared.push(this.declared(entry, declared));
      risks.push(this.risk(entry, risks));
    }
    const tasks = entries.map((_, at) => this.task(at, declared[at]!, risks[at]!, list.tag));
    const name = list.tag === shape.defaultTag ? '' : ` (${json.clip(list.tag)})`;
    return this.draft(tasks, this.projectName() ?? `Task Master tasks${name}`);
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

  private projectName(): string | undefined {
    const about = json.rootRecord(this.text)?.value('meta', 'metadata');
    const name = isRecord(about) ? about['projectName'] : undefined;
    // What the template says is nobody's name.
    if (typeof name !== 'string' || /^\s*(?:your project name)?\s*$/i.test(name)) return undefined;
    return json.oneLine(name);
  }

  /** The current tag's list: that of state.json, else that of the default tag, else the only one. */
  private chosenList(): shape.TaggedList | undefined {
    const start: JsonSpan = { start: 0, end: 1 };
    const { lists, hidden } = shape.taggedLists(this.text);
    if (hidden !== undefined) {
      this.faults.report(
        'warning',
        hidden,
        'this list is not read: the tag "master" is',
        'move what is still needed there',
      );
    }
    const filled = lists.filter(({ span }) => elementsOf(this.text, span.start).length > 0);
    const wanted = this.currentTag();
    const current = lists.find(({ tag }) => tag === wanted);
    if (wanted !== undefined && current === undefined && lists.length > 0) {
      const hint = didYouMean(
        wanted,
        lists.map(({ tag }) => tag),
      );
      this.faults.report(
        'warning',
        lists[0]!.span,
        `there is no tag "${json.clip(wanted)}", which state.json names`,
        hint,
      );
    }
    const chosen =
      current ??
      lists.find(({ tag }) => tag === shape.defaultTag) ??
      (filled.length < 2 ? (filled[0] ?? lists[0]) : undefined);
    const others = filled.filter((list) => list !== chosen).map(({ tag }) => tag);
    if (chosen === undefined) {
      const message =
        lists.length === 0
          ? 'there is no list of tasks: neither "tasks" nor a tag that has them'
          : `which of the tags ${listed(others)} is meant is not said`;
      this.faults.report(
        'error',
        lists[0]?.span ?? start,
        message,
        'name it as "currentTag" in .taskmaster/state.json',
      );
    } else if (others.length > 0) {
      const message = `only the tag "${json.clip(chosen.tag)}" is read; ${listed(others)} is not`;
      this.faults.report(
        'warning',
        chosen.span,
        message,
        'the current tag is the "currentTag" of .taskmaster/state.json',
      );
    }
    return chosen;
  }

  private currentTag(): string | undefined {
    const text = this.companions.get(this.stateFile);
    if (text === undefined || text.trim() === '') return undefined;
    const parsed = parseJson(this.stateFile, text);
    if (!parsed.ok) {
      const { code: _code, severity: _severity, message, ...span } = parsed.error;
      this.faults.diagnostics.push(warningAt(span, `the current tag cannot be read: ${message}`));
      return undefined;
    }
    const tag = isRecord(parsed.value) ? parsed.value['currentTag'] : undefined;
    return typeof tag === 'string' && tag.trim() !== '' ? tag.trim() : undefined;
  }

  private declared(entry: shape.Entry, before: readonly DeclaredStatus[]): DeclaredStatus {
    const said = status.ownStatus(entry.record);
    if (said.unknown !== undefined) {
      const span = entry.record.member('status')!;
      const message = `"${json.clip(said.unknown)}" is no status of Task Master; ${entry.id} is read as pending`;
      const near = didYouMean(said.unknown, status.statusWords);
      this.faults.report('warning', span, message, near ?? `one of ${status.statusWords.join(', ')}`);
    }
    const above = entry.parent === undefined ? undefined : before[entry.parent];
    const counted = status.belowParent(said.declared, above);
    if (counted !== said.declared && said.declared !== 'completed' && !this.warnedBelow.has(entry.parent!)) {
      this.warnedBelow.add(entry.parent!);
      const parent = this.entries[entry.parent!]!;
      const word = json.oneLine(parent.record.prose('status'));
      const message = `${entry.id} is not done by itself, but ${parent.id} is ${word}, which counts`;
      this.faults.report('warning', entry.record.member('status') ?? entry.idSpan, message);
    }
    return counted;
  }

  private risk({ record, parent }: shape.Entry, before: readonly Risk[]): Risk {
    const fallback = parent === undefined ? 'Medium' : before[parent]!;
    const member = record.member('priority');
    if (member === undefined) return fallback;
    const word = record.prose('priority').toLowerCase();
    if (word === '') return fallback;
    const risk = Object.hasOwn(risks, word) ? risks[word] : undefined;
    if (risk === undefined) {
      const message = `"${json.clip(word)}" is no priority of Task Master; read as medium`;
      this.faults.report('warning', member, message, `one of ${Object.keys(risks).join(', ')}`);
    }
    return risk ?? 'Medium';
  }

  private task(at: number, declared: DeclaredStatus, risk: Risk, tag: string): DraftTask {
    const entry = this.entries[at]!;
    const { id, record, idSpan } = entry;
    const { scope, guides } = this.relevantFiles(entry);
    const criteria = json.criteriaOf(record.value('acceptanceCriteria', 'acceptance_criteria'), id);
    const test = record.prose('testStrategy');
    return {
      id,
      kind: 'task',
      title: json.oneLine(record.prose('title')) || id,
      description: this.description(entry),
      criteria: test === '' ? criteria : [...criteria, { id: `${id}.TEST`, text: test }],
      dependencies: this.edges[at]!.map((edge) => edge.id),
      conflictsWith: [],
      scope,
      parallel: undefined,
      risk,
      // The work of a task that was broken down is in its subtasks.
      size: entry.children.length > 0 ? 'S' : sizeOf(record.value('complexity', 'complexityScore')),
      provisional: false,
      phase: tag === shape.defaultTag ? undefined : tag,
      slice: undefined,
      context: { specs: [], adrs: [], guides },
      testFiles: [],
      gapCodes: [],
      declared,
      line: this.faults.at(idSpan).line,
    };
  }

  /** All that an agent must know, also of the task that a subtask belongs to. */
  private description({ record, children, parent }: shape.Entry): string {
    const subtasks = children.map((child) => {
      const { id, record: subtask } = this.entries[child]!;
      return `- ${id} ${json.oneLine(subtask.prose('title'))}`.trimEnd();
    });
    return json.paragraphs([
      record.prose('description'),
      record.prose('details'),
      ...proseFields.map(([key, label]) => json.labelled(label, record.prose(key))),
      subtasks.length === 0 ? '' : `Subtasks, each done before this:\n${subtasks.join('\n')}`,
      parent === undefined ? '' : this.summary(parent),
    ]);
  }

  /** What the subtasks of an entry are told of it. */
  private summary(at: number): string {
    let summary = this.summaries.get(at);
    if (summary === undefined) {
      const { id, record } = this.entries[at]!;
      const about = record.prose('description');
      const shown = about.length > maxSummary ? `${about.slice(0, maxSummary)}\u2026` : about;
      summary = `Part of ${id}: ${json.oneLine(record.prose('title'))}\n${shown}`.trimEnd();
      this.summaries.set(at, summary);
    }
    return summary;
  }

  private relevantFiles({ record }: shape.Entry): { scope: readonly string[]; guides: readonly string[] } {
    const value = record.value('relevantFiles');
    const items: readonly unknown[] = Array.isArray(value) ? value : [];
    const isRead = (item: unknown): boolean => isRecord(item) && item['action'] === 'reference';
    const scope = json.filesOf(items.filter((item) => !isRead(item)));
    for (const path of scope.outside) {
      const span = record.member('relevantFiles')!;
      this.faults.report('warning', span, `${json.clip(path)} lies outside the repository`);
    }
    return { scope: [...scope.inside, ...scope.outside], guides: json.filesOf(items.filter(isRead)).inside };
  }

  private locate(task: number, place: Place): Span {
    const idSpan = this.entries[task]?.idSpan ?? { start: 0, end: 1 };
    switch (place.field) {
      case 'id':
      case 'conflict':
        return this.faults.at(idSpan);
      case 'dependency':
        return this.faults.at(this.edges[task]?.[place.index]?.span ?? idSpan);
    }
  }
}

/** In characters: every subtask repeats it. */
const maxSummary = 2_000;

const risks: Readonly<Record<string, Risk>> = {
  critical: 'High',
  high: 'High',
  medium: 'Medium',
  low: 'Low',
};

/** Fields beside `description` and `details` that tell what to do. */
const proseFields = [
  ['implementationApproach', 'Approach'],
  ['technicalConstraints', 'Constraints'],
  ['codebasePatterns', 'Patterns'],
  ['scopeBoundaries', 'Scope boundaries'],
  ['relevantFiles', 'Relevant files'],
] as const;

/** Task Master's scores go from 1 to 10. */
function sizeOf(complexity: unknown): Size {
  const score = typeof complexity === 'number' ? complexity : Number.NaN;
  if (Number.isNaN(score)) return 'M';
  return score <= 3 ? 'S' : score <= 6 ? 'M' : 'L';
}

function listed(tags: readonly string[]): string {
  const shown = tags.slice(0, 5).map((tag) => `"${json.clip(tag)}"`);
  return tags.length > 5 ? `${shown.join(', ')} and ${tags.length - 5} more` : shown.join(', ');
}
