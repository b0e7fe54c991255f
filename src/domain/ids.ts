import { z } from 'zod';
import { err, ok, type Result } from '../util/result.ts';

/** A task's id, as its backlog spells it (`T-003`, `SQLITE_SCHEMA--T01`). Made only by {@link parseTaskId}. */
export const taskIdSchema = z.string().min(1).max(128).brand<'TaskId'>();
export type TaskId = z.infer<typeof taskIdSchema>;

/**
 * Ids end up in git refs, trailers and log file names, so only a safe alphabet is taken: segments of letters, digits,
 * `.`, `_` and `-`, each beginning with a letter or digit, without `..`, `.` or `.lock` at the end, joined by `/` (a
 * backlog that is a tree of files has ids like `step02/task-01`).
 * Errors: one sentence that says what is wrong with the text.
 */
export function parseTaskId(text: string): Result<TaskId, string> {
  if (text.length === 0) return err('a task id is empty');
  if (text.length > 128) return err(`a task id has ${text.length} characters; 128 are allowed`);
  for (const segment of text.split('/')) {
    if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(segment)) {
      return err(
        'a task id may hold letters, digits, ".", "_", "-" and "/" only, and each part begins with a letter or digit',
      );
    }
    if (segment.includes('..') || segment.endsWith('.') || segment.endsWith('.lock')) {
      return err('a task id may not hold "..", nor may a part of it end with "." or ".lock"');
    }
  }
  return ok(text as TaskId);
}

/** The id as one name in a ref or a folder: `a` and `a/1` must not become a file and a folder of one name. */
export function flatName(id: TaskId): string {
  return safeName(id).replaceAll('/', '+');
}

/** The branch that belongs to a task: a valid ref, without a character that a shell would read, whatever the id is. */
export function branchNameOf(id: TaskId): string {
  return `feat/${safeName(id)}`;
}

/**
 * The id itself where {@link parseTaskId} takes it. Ids also come from journals, which other versions and other
 * hands may have written: of any other one, its words and a hash, so that two of them stay two.
 */
function safeName(id: TaskId): string {
  if (parseTaskId(id).ok) return id;
  const words = id
    .split(/[^A-Za-z0-9]+/)
    .filter((word) => word !== '')
    .join('-')
    .slice(0, 80);
  return `${words === '' ? 'task' : words}-${hashOf(id)}`;
}

/** FNV-1a over UTF-16 units, from both ends: 64 bits, enough to keep names apart, and nothing more. */
function hashOf(text: string): string {
  const units = Array.from(text, (_, index) => text.charCodeAt(index));
  return [units, units.toReversed()].map((half) => fnv(half).toString(16).padStart(8, '0')).join('');
}

function fnv(units: readonly number[]): number {
  let hash = 0x811c9dc5;
  for (const unit of units) hash = Math.imul(hash ^ unit, 0x01000193);
  return hash >>> 0;
}
