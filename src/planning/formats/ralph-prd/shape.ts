/** The stories of a `prd.json`, with their ids and their status; reading and writing both begin with this. */
import type { DeclaredStatus } from '../../../domain/plan.ts';
import { elementsOf, skipSpace, type JsonSpan } from '../../json-text.ts';
import { isRecord } from '../json-file.ts';
import { idAt, JsonRecord, kindOf, oneLine, parseSpan, rootRecord } from '../json-record.ts';

const listKeys = ['userStories', 'user_stories', 'stories'] as const;
const criteriaKeys = ['acceptanceCriteria', 'acceptance_criteria'] as const;
export const dependencyKeys = ['dependencies', 'dependsOn', 'depends_on'] as const;
/** Fields of which one being true says that the story is done; the first that is there counts. */
export const doneKeys = ['passes', 'complete', 'completed', 'done'] as const;
export const startedKeys = ['inProgress', 'in_progress', 'started'] as const;

export interface Story {
  readonly id: string;
  /** Where the id stands, or the story itself when it has none. */
  readonly idSpan: JsonSpan;
  readonly record: JsonRecord;
}

export interface StoryFault {
  readonly span: JsonSpan;
  readonly message: string;
}

/** The list of stories of a text that is JSON: the outermost list, or that of the outermost object. */
export function storyList(text: string): JsonSpan | undefined {
  const at = skipSpace(text, 0);
  if (text[at] === '[') return { start: at, end: text.length };
  const list = rootRecord(text)?.member(...listKeys);
  return list === undefined || text[list.start] !== '[' ? undefined : list;
}

export function storiesOf(
  text: string,
  list: JsonSpan,
): { readonly stories: readonly Story[]; readonly faults: readonly StoryFault[] } {
  const faults: StoryFault[] = [];
  const found: { id: string | undefined; idSpan: JsonSpan; record: JsonRecord }[] = [];
  for (const element of elementsOf(text, list.start)) {
    if (text[element.start] !== '{') {
      const kind = kindOf(parseSpan(text, element));
      faults.push({ span: element, message: `a story must be an object, not ${kind}` });
      continue;
    }
    const record = new JsonRecord(text, element.start);
    const idSpan = record.member('id');
    const id = idSpan === undefined ? undefined : idAt(text, idSpan);
    if (idSpan !== undefined && id === undefined) {
      const kind = kindOf(parseSpan(text, idSpan));
      faults.push({ span: idSpan, message: `an "id" is a text or a number, not ${kind}` });
    } else found.push({ id, idSpan: idSpan ?? element, record });
  }
  const taken = new Set(found.flatMap(({ id }) => (id === undefined ? [] : [id.toLowerCase()])));
  const counts = new Map<string, number>();
  const stories = found.map(({ id, idSpan, record }): Story => {
    return { id: id ?? freshId(slugOf(titleOf(record)), taken, counts), idSpan, record };
  });
  return { stories, faults };
}

/** The first line of what a story is called or says; empty when it says nothing. */
export function titleOf(record: JsonRecord): string {
  for (const key of ['title', 'name', 'description', 'story']) {
    const text = record.prose(key);
    if (text !== '') return oneLine(text.split('\n', 1)[0]!);
  }
  return '';
}

const maxSlug = 48;

/** Out of the story's words, so that moving stories about does not change which is which. */
function slugOf(title: string): string {
  const slug = title
    .slice(0, 4 * maxSlug)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  if (slug.length <= maxSlug) return slug === '' ? 'story' : slug;
  return slug
    .slice(0, maxSlug + 1)
    .replace(/-[^-]*$/, '')
    .slice(0, maxSlug);
}

function freshId(slug: string, taken: Set<string>, counts: Map<string, number>): string {
  let count = counts.get(slug) ?? 0;
  let id: string;
  do {
    count += 1;
    id = count === 1 ? slug : `${slug}-${count}`;
  } while (taken.has(id));
  counts.set(slug, count);
  taken.add(id);
  return id;
}

const words: Readonly<Record<string, DeclaredStatus>> = {
  pending: 'pending',
  todo: 'pending',
  open: 'pending',
  'not-started': 'pending',
  planned: 'pending',
  failed: 'pending',
  'in-progress': 'in-progress',
  running: 'in-progress',
  started: 'in-progress',
  review: 'needs-re-verification',
  'in-review': 'needs-re-verification',
  blocked: 'blocked',
  skipped: 'skipped',
  deferred: 'skipped',
  cancelled: 'abandoned',
  canceled: 'abandoned',
  abandoned: 'abandoned',
  done: 'completed',
  complete: 'completed',
  completed: 'completed',
  passed: 'completed',
};

/** Undefined for a word that is none of those seen. */
export function declaredOfWord(word: string): DeclaredStatus | undefined {
  const key = word
    .trim()
    .toLowerCase()
    .replace(/[_\s]+/g, '-');
  return Object.hasOwn(words, key) ? words[key] : undefined;
}

export interface StoryStatus {
  readonly declared: DeclaredStatus;
  /** What does not say anything that is known, or is at odds with what counts. */
  readonly odd?: { readonly key: string; readonly message: string };
}

/** `passes` counts where it is there, then the word of `status`, then the other marks. */
export function statusOf(record: JsonRecord): StoryStatus {
  const key = doneKeys.find((candidate) => record.member(candidate) !== undefined);
  const done = key === undefined ? undefined : truthOf(record.value(key));
  if (key !== undefined && done === undefined) {
    const message = `"${key}" is true or false, not ${kindOf(record.value(key))}; read as false`;
    return { declared: 'pending', odd: { key, message } };
  }
  if (done === true) return { declared: 'completed' };
  const word = record.prose('status');
  const said = word === '' ? undefined : declaredOfWord(word);
  if (word !== '' && said === undefined) {
    const message = `"${oneLine(word).slice(0, 80)}" is no known status; read as pending`;
    return { declared: 'pending', odd: { key: 'status', message } };
  }
  if (said === 'completed' && done === false) {
    const message = `the status is "${word}", but "${key}" is false, which counts`;
    return { declared: 'pending', odd: { key: 'status', message } };
  }
  const isStarted = startedKeys.some((candidate) => truthOf(record.value(candidate)) === true);
  if ((said === undefined || said === 'pending') && isStarted) return { declared: 'in-progress' };
  return { declared: said ?? 'pending' };
}

function truthOf(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value;
  return value === 'true' ? true : value === 'false' ? false : undefined;
}

/** Whether parsed JSON is a list of stories, and no other tool's list or document. */
export function isStoryFile(root: unknown): boolean {
  if (Array.isArray(root)) return areStories(root);
  if (!isRecord(root)) return false;
  const key = listKeys.find((candidate) => Array.isArray(root[candidate]));
  return key !== undefined && areStories(root[key] as readonly unknown[]);
}

function areStories(entries: readonly unknown[]): boolean {
  return entries.some(isStory) && entries.every((entry) => !isForeign(entry));
}

/** Something to do, and a way to tell that it is done. */
function isStory(entry: unknown): boolean {
  if (!isRecord(entry)) return false;
  const names = ['title', 'name', 'description', 'story'].some((key) => typeof entry[key] === 'string');
  return names && [...doneKeys, ...criteriaKeys, 'steps'].some((key) => key in entry);
}

function isForeign(entry: unknown): boolean {
  return isRecord(entry) && ['task_id', 'issue_type', 'subtasks'].some((key) => key in entry);
}
