/**
 * Document order as dependencies. A task without dependencies of its own waits for all before it; one that names
 * some waits for those only, and takes its turn behind the last of them when that stands further down.
 */

export interface Ordered {
  /** Indices of the tasks it names; undefined when it names none, so that document order counts. */
  readonly explicit: readonly number[] | undefined;
  /** What it shares with the tasks that have their `explicit` from the same place above them: they follow each other. */
  readonly group?: number | undefined;
  /** Nothing waits for an optional task by order alone. */
  readonly optional: boolean;
  /** Neighbours with the same key do not wait for each other. */
  readonly run?: string | undefined;
}

/** Longer runs are cut, which bounds the edges of a plan by its length. */
const longestRun = 50;

/** What each task depends on by its named dependencies and by order; indices, without repetition. */
export function dependenciesInOrder(tasks: readonly Ordered[]): readonly (readonly number[])[] {
  const found: (readonly number[])[] = tasks.map(() => []);
  /** The tasks nobody waits for yet. */
  const ends = new Set<number>();
  const lastOfGroup = new Map<number, number>();
  let run: { readonly key: string; readonly after: readonly number[]; count: number } | undefined;
  for (const at of workOrder(tasks.map(({ explicit }) => explicit ?? []))) {
    const task = tasks[at]!;
    if (task.explicit !== undefined) {
      const before = task.group === undefined ? undefined : lastOfGroup.get(task.group);
      found[at] = [...new Set([...task.explicit, ...(before === undefined ? [] : [before])])];
    } else if (run !== undefined && task.run === run.key && run.count < longestRun) {
      found[at] = run.after;
    } else {
      found[at] = task.optional ? [...ends].slice(-longestRun) : [...ends];
    }
    if (task.optional) continue;
    if (task.group !== undefined) lastOfGroup.set(task.group, at);
    if (task.explicit === undefined) {
      if (run !== undefined && task.run === run.key && run.count < longestRun) run.count += 1;
      else run = task.run === undefined ? undefined : { key: task.run, after: found[at], count: 1 };
    }
    for (const before of found[at]) ends.delete(before);
    ends.add(at);
  }
  return found;
}

/**
 * The order of work: that of the document, but a task that names later ones comes behind the last of them. Of
 * tasks that name each other in a circle none is moved for the other.
 */
export function workOrder(explicit: readonly (readonly number[])[]): readonly number[] {
  const place = explicit.map((_, at) => at);
  const rank = explicit.map(() => 0);
  const state = new Uint8Array(explicit.length);
  const [fresh, entered, left] = [0, 1, 2];
  for (const start of explicit.keys()) {
    const stack = [{ at: start, next: 0 }];
    while (stack.length > 0) {
      const frame = stack.at(-1)!;
      const { at } = frame;
      state[at] = Math.max(state[at]!, entered);
      const dependency = state[at] === left ? undefined : explicit[at]![frame.next];
      if (dependency === undefined) {
        state[at] = left;
        stack.pop();
        continue;
      }
      if (state[dependency] === fresh) {
        stack.push({ at: dependency, next: 0 });
        continue;
      }
      frame.next += 1;
      if (state[dependency] !== left || place[dependency]! < place[at]!) continue;
      rank[at] =
        place[dependency] === place[at] ? Math.max(rank[at]!, rank[dependency]! + 1) : rank[dependency]! + 1;
      place[at] = place[dependency]!;
    }
  }
  return [...explicit.keys()].toSorted((a, b) => place[a]! - place[b]! || rank[a]! - rank[b]! || a - b);
}
