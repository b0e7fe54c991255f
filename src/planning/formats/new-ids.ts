/** What tasks and criteria are called in a backlog that is to be written. */
import { parseTaskId, type TaskId } from '../../domain/ids.ts';
import type { Task } from '../../domain/plan.ts';
import { statedCriteria } from './new-text.ts';

/**
 * Keeps every id that the format takes. Any other becomes the same words with dashes between them, or where the
 * format does not take these either, the next number that is free; both unique without regard to case, as ids must
 * be. `fits` is asked for ids without blanks only; `numbered` must give ids that fit.
 */
export function newIds(
  tasks: readonly Task[],
  fits: (id: string) => boolean,
  numbered: (number: number) => string,
): ReadonlyMap<TaskId, string> {
  const taken = new Set<string>();
  const kept = new Map<TaskId, string>();
  for (const { id } of tasks) {
    if (!fits(id)) continue;
    kept.set(id, id);
    taken.add(id.toLowerCase());
  }
  let number = 0;
  const free = (id: string): boolean => parseTaskId(id).ok && fits(id) && !taken.has(id.toLowerCase());
  return new Map(
    tasks.map(({ id }): [TaskId, string] => {
      const own = kept.get(id);
      if (own !== undefined) return [id, own];
      let made = id.replace(/[^A-Za-z0-9]+/g, '-');
      while (!free(made)) {
        number += 1;
        made = numbered(number);
      }
      taken.add(made.toLowerCase());
      return [id, made];
    }),
  );
}

/** The ids of a list in the new backlog. */
export function renamed(ids: ReadonlyMap<TaskId, string>, list: readonly TaskId[]): readonly string[] {
  return list.map((id) => ids.get(id) ?? id);
}

/** The numbers of a task's criteria that have a text: those at the end of their ids (`T-1.AC3`) where each has its own, else 1, 2, 3. */
export function criterionNumbers(task: Task): readonly number[] {
  const criteria = statedCriteria(task);
  const own = criteria.map(({ id }) => /(?<!\d)([1-9]\d{0,3})$/.exec(id)?.[1]);
  const isNumbered = own.every((number) => number !== undefined) && new Set(own).size === own.length;
  return criteria.map((_, at) => (isNumbered ? Number(own[at]) : at + 1));
}
