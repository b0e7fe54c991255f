/** Task Master's status words, and what a task's status says about its subtasks. */
import type { DeclaredStatus } from '../../../domain/plan.ts';
import type { ViewStatus } from '../../../domain/view.ts';
import { unreachable } from '../../../util/unreachable.ts';
import type { JsonRecord } from '../json-record.ts';
import { viewStatusOf } from '../new-text.ts';

/**
 * The words of the format. Cancelled tasks satisfy those that depend on them, as Task Master has it, so they are
 * managed elsewhere; a review waits for a person.
 */
const words: Readonly<Record<string, DeclaredStatus>> = {
  pending: 'pending',
  todo: 'pending',
  'in-progress': 'in-progress',
  done: 'completed',
  completed: 'completed',
  complete: 'completed',
  review: 'needs-re-verification',
  blocked: 'blocked',
  deferred: 'skipped',
  cancelled: 'externally-managed',
  canceled: 'externally-managed',
};

export const statusWords: readonly string[] = [
  'pending',
  'in-progress',
  'done',
  'review',
  'blocked',
  'deferred',
  'cancelled',
];

/** Undefined for a word that is none of the format's. */
export function declaredOfWord(word: string): DeclaredStatus | undefined {
  const key = word
    .trim()
    .toLowerCase()
    .replace(/[_\s]+/g, '-');
  return Object.hasOwn(words, key) ? words[key] : undefined;
}

export function wordOfStatus(status: ViewStatus): string {
  switch (status) {
    case 'pending':
    case 'blocked':
      return status;
    case 'running':
    case 'proven':
      return 'in-progress';
    case 'completed':
    case 'completed-external':
    // What is managed elsewhere is in place; "cancelled" is for people to say.
    case 'externally-managed':
      return 'done';
    case 'stale':
      return 'review';
    case 'skipped':
    case 'abandoned':
      return 'deferred';
    default:
      return unreachable(status);
  }
}

/** The word for a status in a new backlog. */
export function wordOfDeclared(declared: DeclaredStatus): string {
  // Both satisfy what waits for them.
  return declared === 'externally-managed' ? 'cancelled' : wordOfStatus(viewStatusOf(declared));
}

/** Whether a status that stands in the file already means what would be written. */
export function meansStatus(declared: DeclaredStatus, status: ViewStatus): boolean {
  if (status === 'externally-managed' && declared === 'externally-managed') return true;
  // It waits for a person in both cases, and the file's own word says more.
  if (status === 'blocked' && declared === 'needs-re-verification') return true;
  return declared === declaredOfWord(wordOfStatus(status));
}

/**
 * What a subtask's own status counts for below its task: all of a task that is done or cancelled is, and what is
 * left of one that is deferred or blocked waits with it.
 */
export function belowParent(own: DeclaredStatus, parent: DeclaredStatus | undefined): DeclaredStatus {
  switch (parent) {
    case 'completed':
    case 'externally-managed':
      return own === 'externally-managed' || own === 'skipped' ? own : parent;
    case 'skipped':
    case 'blocked':
      return own === 'pending' ? parent : own;
    default:
      return own;
  }
}

/** What a task's record says by itself; a word that is none of the format's counts as pending. */
export function ownStatus(record: JsonRecord): { declared: DeclaredStatus; unknown?: string } {
  const word = record.prose('status');
  if (word === '') return { declared: 'pending' };
  const declared = declaredOfWord(word);
  return declared === undefined ? { declared: 'pending', unknown: word } : { declared };
}
