import { findCycles } from '../../../domain/graph.ts';
import { warningAt, type Diagnostic, type Span } from '../../diagnostic.ts';
import type { DraftTask } from '../format.ts';

/** Other tasks that a task names as placeholders, as existing or as coming later: no dependencies. */
export interface SoftMention {
  readonly id: string;
  readonly ids: readonly string[];
  readonly where: Span;
}

/** Each is looked at for a cycle over the whole tree. */
const maxLookedAt = 100;

/**
 * A warning for each. Where it would have closed a cycle as a dependency, people wrote it so to get out of one, and
 * the cycle is named: the two tasks do need each other.
 */
export function warnOfMentions(
  mentions: readonly SoftMention[],
  tasks: readonly DraftTask[],
): readonly Diagnostic[] {
  return mentions.map(({ id, ids, where }, at) => {
    const cycle = at < maxLookedAt ? cycleThrough(id, ids, tasks) : undefined;
    const circle = cycle === undefined ? '' : `; as one it would close a cycle: ${cycle.join(' → ')}`;
    return warningAt(
      where,
      `${someOf(ids)} is only mentioned, as what exists or comes later; not a dependency${circle}`,
    );
  });
}

/** The path from the task through those it mentions back to itself. */
function cycleThrough(
  id: string,
  ids: readonly string[],
  tasks: readonly DraftTask[],
): readonly string[] | undefined {
  const nodes = tasks.map((task) => ({
    id: task.id,
    dependencies: task.id === id ? [...task.dependencies, ...ids] : task.dependencies,
  }));
  const cycle = findCycles(nodes).find((path) => path.includes(id));
  if (cycle === undefined) return undefined;
  const start = cycle.indexOf(id);
  return [...cycle.slice(start), ...cycle.slice(0, start), id];
}

export function someOf(ids: readonly string[]): string {
  return ids.length > 3 ? `${ids.slice(0, 3).join(', ')} and ${ids.length - 3} more` : ids.join(', ');
}
