import { z } from 'zod';
import { err, ok, type Result } from '../util/result.ts';

/** A task's id, as its backlog spells it (`T-003`, `SQLITE_SCHEMA--T01`). Made only by {@link parseTaskId}. */
export const taskIdSchema = z.string().min(1).max(128).brand<'TaskId'>();
export type TaskId = z.infer<typeof taskIdSchema>;

/**
 * Ids end up in git refs, trailers and log file names, so only a safe alphabet is taken:
 * letters, digits, `.`, `_` and `-`, beginning with a letter or digit, no `..`, no `.lock` at the end.
 * Errors: one sentence that says what is wrong with the text.
 */
export function parseTaskId(text: string): Result<TaskId, string> {
  if (text.length === 0) return err('a task id is empty');
  if (text.length > 128) return err(`a task id has ${text.length} characters; 128 are allowed`);
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(text)) {
    return err(
      'a task id may hold letters, digits, ".", "_" and "-" only, and begins with a letter or digit',
    );
  }
  if (text.includes('..') || text.endsWith('.') || text.endsWith('.lock')) {
    return err('a task id may not hold "..", nor end with "." or ".lock"');
  }
  return ok(text as TaskId);
}
