/**
 * Ids that Pawl gives to criteria which have none of their own are numbers in the order of the file. When somebody
 * adds, removes or moves a criterion, the others keep the ids that the run knows them by. Pure.
 */
import { indexOf, type Criterion, type Plan, type Task } from './plan.ts';

/** From this share of common words on, a criterion counts as the old one in other words. */
const leastAlike = 0.5;
/** More criteria than this are compared by their exact words only. */
const mostCompared = 200;

/** The plan with the ids that `before` has for the same criteria. */
export function withKnownCriterionIds(plan: Plan, before: Plan | undefined): Plan {
  if (before === undefined) return plan;
  const known = indexOf(before);
  const tasks = plan.tasks.map((task) => {
    const old = known.get(task.id);
    return old === undefined ? task : withKnownIds(task, old.criteria);
  });
  return tasks.every((task, at) => task === plan.tasks[at]) ? plan : { ...plan, tasks };
}

function withKnownIds(task: Task, before: readonly Criterion[]): Task {
  const { id, criteria } = task;
  const old = before.filter((criterion) => isMade(id, criterion));
  const made = criteria.flatMap((criterion, at) => (isMade(id, criterion) ? [at] : []));
  const isSame = made.every(
    (at) => criteria[at]!.id === before[at]?.id && criteria[at]!.text === before[at]?.text,
  );
  if (isSame || old.length === 0) return task;
  const ids = matchIds(made, criteria, old);
  const own = criteria.filter((criterion) => !isMade(id, criterion));
  const taken = new Set([...before, ...own].map((criterion) => criterion.id));
  let next = 1;
  const fresh = (): string => {
    while (taken.has(`${id}.AC${next}`)) next += 1;
    taken.add(`${id}.AC${next}`);
    return `${id}.AC${next}`;
  };
  return {
    ...task,
    criteria: criteria.map((criterion, at) =>
      isMade(id, criterion) ? { ...criterion, id: ids.get(at) ?? fresh() } : criterion,
    ),
  };
}

function isMade(task: string, { id }: Criterion): boolean {
  return id.startsWith(`${task}.AC`) && /^\d+$/.test(id.slice(task.length + 3));
}

/** Old ids by position among the new criteria: those with the same words first, then those most alike. */
function matchIds(
  positions: readonly number[],
  criteria: readonly Criterion[],
  old: readonly Criterion[],
): ReadonlyMap<number, string> {
  const ids = new Map<number, string>();
  const left = new Set(old);
  for (const at of positions) {
    const words = wordsOf(criteria[at]!);
    const same = [...left].find((criterion) => wordsOf(criterion) === words);
    if (same === undefined) continue;
    ids.set(at, same.id);
    left.delete(same);
  }
  const open = positions.filter((at) => !ids.has(at));
  if (open.length > mostCompared || left.size > mostCompared) return ids;
  const pairs = open
    .flatMap((at) =>
      [...left].map((criterion) => ({ at, criterion, alike: likeness(criteria[at]!, criterion) })),
    )
    .filter(({ alike }) => alike >= leastAlike)
    .toSorted((a, b) => b.alike - a.alike);
  for (const { at, criterion } of pairs) {
    if (ids.has(at) || !left.has(criterion)) continue;
    ids.set(at, criterion.id);
    left.delete(criterion);
  }
  return ids;
}

function wordsOf({ text }: Criterion): string {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

/** The share of words that two criteria have in common (Jaccard 1912). */
function likeness(a: Criterion, b: Criterion): number {
  const [left, right] = [new Set(wordsOf(a).split(' ')), new Set(wordsOf(b).split(' '))];
  const common = [...left].filter((word) => right.has(word)).length;
  return common / (left.size + right.size - common);
}
