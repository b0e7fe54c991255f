/**
 * The shape of a Task Master file: its tags, and the tasks and subtasks of one of them with their full ids. What the
 * fields mean is not looked at here; reading and writing both begin with this.
 */
import { elementsOf, skipSpace, type JsonSpan } from '../../json-text.ts';
import { isRecord } from '../json-file.ts';
import { idAt, JsonRecord, kindOf, parseSpan, rootRecord } from '../json-record.ts';

/** The tag that files without tags have when they are migrated, and that has no name of its own in a plan. */
export const defaultTag = 'master';

export interface TaggedList {
  readonly tag: string;
  /** The list of tasks. */
  readonly span: JsonSpan;
}

export interface Entry {
  /** `5`, `5.2`, as the file spells it. */
  readonly id: string;
  /** The id that stands in the file. */
  readonly local: string;
  readonly idSpan: JsonSpan;
  readonly record: JsonRecord;
  /** Position of the task that this is a subtask of. */
  readonly parent: number | undefined;
  readonly depth: number;
  /** Positions of its subtasks. */
  readonly children: number[];
}

export interface ShapeFault {
  readonly span: JsonSpan;
  readonly message: string;
}

/** The lists of tasks in a file by tag, in file order; a list without a tag is that of the default tag. */
export function taggedLists(text: string): {
  readonly lists: readonly TaggedList[];
  readonly hidden: JsonSpan | undefined;
} {
  const root = rootRecord(text);
  if (root === undefined) return { lists: [], hidden: undefined };
  const lists: TaggedList[] = [];
  let plain: JsonSpan | undefined;
  for (const { key, start, end } of root.entries) {
    if (key === 'tasks' && text[start] === '[') plain = { start, end };
    else if (text[start] === '{') {
      const tasks = new JsonRecord(text, start).member('tasks');
      if (tasks !== undefined && text[tasks.start] === '[') lists.push({ tag: key, span: tasks });
    }
  }
  if (plain === undefined) return { lists, hidden: undefined };
  // A file that was migrated by halves: the tag is what Task Master goes on with.
  if (lists.some(({ tag }) => tag === defaultTag)) return { lists, hidden: plain };
  return { lists: [{ tag: defaultTag, span: plain }, ...lists], hidden: undefined };
}

/** Subtasks of subtasks of … : nobody has more, and every level costs a pass over the text. */
const deepest = 8;

/** The tasks of one list: each before its subtasks, in file order. */
export function entriesOf(
  text: string,
  list: JsonSpan,
): { readonly entries: readonly Entry[]; readonly faults: readonly ShapeFault[] } {
  const entries: Entry[] = [];
  const faults: ShapeFault[] = [];
  const walk = (span: JsonSpan, parent: number | undefined, depth: number): void => {
    for (const element of elementsOf(text, span.start)) {
      const entry = entryOf(text, element, parent === undefined ? undefined : entries[parent]!.id, faults);
      if (entry === undefined) continue;
      const at = entries.push({ ...entry, parent, depth, children: [] }) - 1;
      if (parent !== undefined) entries[parent]!.children.push(at);
      const subtasks = entry.record.member('subtasks');
      if (subtasks === undefined) continue;
      if (text[subtasks.start] !== '[') {
        const kind = kindOf(parseSpan(text, subtasks));
        faults.push({ span: subtasks, message: `"subtasks" must be a list, not ${kind}` });
      } else if (depth === deepest) {
        if (elementsOf(text, subtasks.start).length > 0)
          faults.push({ span: subtasks, message: `subtasks are read to a depth of ${deepest}` });
      } else walk(subtasks, at, depth + 1);
    }
  };
  walk(list, undefined, 0);
  return { entries, faults };
}

function entryOf(
  text: string,
  element: JsonSpan,
  parent: string | undefined,
  faults: ShapeFault[],
): Pick<Entry, 'id' | 'local' | 'idSpan' | 'record'> | undefined {
  const kind = parent === undefined ? 'task' : 'subtask';
  if (text[element.start] !== '{') {
    const found = kindOf(parseSpan(text, element));
    faults.push({ span: element, message: `a ${kind} must be an object, not ${found}` });
    return undefined;
  }
  const record = new JsonRecord(text, element.start);
  const idSpan = record.member('id');
  const local = idSpan === undefined ? undefined : idAt(text, idSpan);
  if (idSpan === undefined || local === undefined) {
    const message =
      idSpan === undefined
        ? `this ${kind} has no "id"`
        : `an "id" is a number or a text, not ${kindOf(parseSpan(text, idSpan))}`;
    faults.push({ span: idSpan ?? element, message });
    return undefined;
  }
  // Some files spell the parent's id out in the subtask's own: `92.1` below 92.
  const isFull = parent === undefined || local.startsWith(`${parent}.`);
  return { id: isFull ? local : `${parent}.${local}`, local, idSpan, record };
}

/** Whether parsed JSON is a Task Master file: every task in it has an id and what only a task has. */
export function isTaskmaster(root: unknown, isInPlace: boolean): boolean {
  if (!isRecord(root)) return false;
  const plain = root['tasks'];
  const lists = Object.values(root).flatMap((value): (readonly unknown[])[] =>
    isRecord(value) && Array.isArray(value['tasks']) ? [value['tasks']] : [],
  );
  if (Array.isArray(plain)) lists.push(plain);
  if (lists.length === 0) return false;
  const tasks = lists.flat();
  return tasks.length === 0 ? isInPlace : tasks.some(looksLikeTask) && !tasks.some(isForeignTask);
}

function looksLikeTask(task: unknown): boolean {
  if (!isRecord(task) || task['id'] === undefined || task['title'] === undefined) return false;
  return ['status', 'subtasks', 'testStrategy', 'dependencies', 'details'].some((key) => key in task);
}

/** Entries of other tools' lists that are called "tasks". */
function isForeignTask(task: unknown): boolean {
  return isRecord(task) && ['task_id', 'passes', 'issue_type', 'command'].some((key) => key in task);
}

/** The first list of a text that is not JSON as a whole begins here, as far as one can see. */
export function looksCutOff(text: string): boolean {
  return text[skipSpace(text, 0)] === '{' && /"tasks"\s*:/.test(text) && !/"task_id"\s*:/.test(text);
}
