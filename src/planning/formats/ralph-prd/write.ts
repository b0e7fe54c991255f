/** How a status is brought into a story: into the fields it has, in the words of its file. */
import type { DeclaredStatus } from '../../../domain/plan.ts';
import type { ViewStatus } from '../../../domain/view.ts';
import { unreachable } from '../../../util/unreachable.ts';
import type { TextEdit } from '../../lines.ts';
import type { JsonRecord } from '../json-record.ts';
import { declaredOfWord, doneKeys, startedKeys, statusOf, type Story } from './shape.ts';

/**
 * The edits that make a story say `status`; none when it does. What its fields cannot tell is left as it is: most
 * stories have only `passes`.
 */
export function storyEdits(record: JsonRecord, status: ViewStatus, words: StatusWords): readonly TextEdit[] {
  const wanted = declaredFor(status);
  const said = statusOf(record).declared;
  if (said === wanted || (status === 'blocked' && said === 'needs-re-verification')) return [];
  const isDone = wanted === 'completed';
  const edits: (TextEdit | undefined)[] = [];
  const doneKey = doneKeys.find((key) => record.member(key) !== undefined);
  const word = record.prose('status');
  if (doneKey !== undefined) edits.push(record.edit(doneKey, isDone));
  else if (word === '' && isDone) edits.push(record.edit('passes', true));
  if (word !== '' && declaredOfWord(word) !== wanted) {
    edits.push(record.edit('status', words[wanted]));
  }
  const startedKey = startedKeys.find((key) => record.member(key) !== undefined);
  if (startedKey !== undefined) {
    // What was started stays started when it is done; what was in progress is not.
    const isStarted = wanted === 'in-progress' || (isDone && startedKey === 'started');
    edits.push(record.edit(startedKey, isStarted));
  }
  return edits.filter((edit) => edit !== undefined);
}

function declaredFor(status: ViewStatus): DeclaredStatus {
  switch (status) {
    case 'running':
    case 'proven':
      return 'in-progress';
    case 'completed-external':
    case 'externally-managed':
      return 'completed';
    case 'stale':
      return 'needs-re-verification';
    case 'pending':
    case 'completed':
    case 'blocked':
    case 'skipped':
    case 'abandoned':
      return status;
    default:
      return unreachable(status);
  }
}

export type StatusWords = Readonly<Record<DeclaredStatus, string>>;

/** The words of a file's own stories, and the usual ones for what none of them says. */
export function statusWordsOf(stories: readonly Story[]): StatusWords {
  const used = stories.map(({ record }) => record.prose('status')).filter((word) => word !== '');
  const own: Partial<Record<DeclaredStatus, string>> = {};
  for (const word of used) {
    const declared = declaredOfWord(word);
    // A failed story is open, but an open one has not failed.
    if (declared !== undefined && !/^failed$/i.test(word)) own[declared] ??= word;
  }
  const running = used.some((word) => word.includes('-')) ? 'in-progress' : 'in_progress';
  return { ...usualWords, 'in-progress': running, ...own };
}

/** The usual words, as a new backlog has them. */
export const usualWords: StatusWords = {
  pending: 'pending',
  'in-progress': 'in_progress',
  completed: 'done',
  'completed-external': 'done',
  'externally-managed': 'done',
  'needs-re-verification': 'review',
  blocked: 'blocked',
  skipped: 'skipped',
  abandoned: 'abandoned',
};
