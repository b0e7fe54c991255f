/**
 * `tasks.json` of Task Master, with or without tags. Subtasks are tasks of their own with full ids (`5.2`). A task
 * depends on its subtasks; what it depends on itself, the first of its subtasks wait for, too.
 */
import type { DeclaredStatus } from '../../../domain/plan.ts';
import { applyEdits, type TextEdit } from '../../lines.ts';
import type { BacklogFormat, ViewText, WriteBackInput } from '../format.ts';
import { parseJson } from '../json-file.ts';
import { clip } from '../json-record.ts';
import { composeTaskmaster } from './compose.ts';
import { TaskmasterReader } from './reader.ts';
import * as shape from './shape.ts';
import * as status from './status.ts';

export const taskmasterFormat: BacklogFormat = {
  name: 'taskmaster',
  detect,
  companionFiles: ({ entry }) => [stateFileOf(entry)],
  viewFiles: ({ entry }) => [entry],
  read: (input) => new TaskmasterReader(input, stateFileOf(input.entry)).read(),
  writeBack: (input) => [writeStatuses(input)],
  compose: composeTaskmaster,
};

function detect(file: string, text: string): boolean {
  if (!/\.json$/i.test(file)) return false;
  const isInPlace = /(?:^|\/)(?:\.taskmaster\/.*|tasks\/)tasks\.json$/.test(file);
  if (text.trim() === '') return isInPlace;
  if (!/"tasks"\s*:/.test(text)) return false;
  const parsed = parseJson(file, text);
  // A slip of the pen must be shown to its writer, not turn the file into a stranger's.
  return parsed.ok ? shape.isTaskmaster(parsed.value, isInPlace) : isInPlace && shape.looksCutOff(text);
}

/** Names the current tag. */
function stateFileOf(entry: string): string {
  const folder = /^(.*?\.taskmaster\/)/.exec(entry)?.[1];
  return folder === undefined
    ? `${entry.replace(/(?:^|(?<=\/))(?:tasks\/)?[^/]*$/, '')}.taskmaster/state.json`
    : `${folder}state.json`;
}

/** Only the value behind `"status"` changes, in the tag that the plan was read from. */
function writeStatuses({ plan, texts, view }: WriteBackInput): ViewText {
  const { file } = plan;
  const text = texts.get(file);
  if (text === undefined) return { file, problem: 'the file is gone' };
  const parsed = parseJson(file, text);
  if (!parsed.ok) return { file, problem: `line ${parsed.error.line}: ${parsed.error.message}` };
  const tag = plan.tasks[0]?.phase ?? shape.defaultTag;
  const list = shape.taggedLists(text).lists.find((candidate) => candidate.tag === tag);
  if (list === undefined) return { file, problem: `it has no tasks of the tag "${clip(tag)}" any more` };
  const wanted = new Map(view.tasks.map((task) => [task.id as string, task.status]));
  const seen = new Set<string>();
  /** What the file says of each entry when the edits so far are made. */
  const after: DeclaredStatus[] = [];
  const edits: TextEdit[] = [];
  for (const entry of shape.entriesOf(text, list.span).entries) {
    const own = status.ownStatus(entry.record).declared;
    const above = entry.parent === undefined ? undefined : after[entry.parent];
    const counted = status.belowParent(own, above);
    const next = seen.has(entry.id) ? undefined : wanted.get(entry.id);
    seen.add(entry.id);
    const isSaid = next === undefined || status.meansStatus(counted, next) || status.meansStatus(own, next);
    const edit = isSaid ? undefined : entry.record.edit('status', status.wordOfStatus(next));
    if (edit !== undefined) edits.push(edit);
    after.push(edit === undefined ? counted : status.declaredOfWord(status.wordOfStatus(next!))!);
  }
  return { file, text: applyEdits(text, edits) };
}
