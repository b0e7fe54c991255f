/**
 * A number beside a subtask can mean a sibling or a task. The sibling comes first; but where siblings would wait for
 * each other in a circle, one of the numbers must have meant a task, and which one can often be told.
 */
import { findCycles } from '../../../domain/graph.ts';
import type { JsonSpan } from '../../json-text.ts';
import type { Entry } from './shape.ts';

/** An edge, and the place in the text that it comes from. */
export interface Edge {
  readonly id: string;
  /** As it stands in the file. */
  readonly text: string;
  readonly span: JsonSpan;
}

/** Every round opens at least one circle; what is left after these is reported as it is. */
const maxRounds = 5;

/**
 * The same edges with as few numbers as needed read as tasks, each told to `onOpened`. A number is read so when it
 * points to a later sibling, there is a task of that number, and the subtask's own task depends on it; or, when none
 * of the circle's does, when it is the only one that points forward.
 */
export function openCircles(
  entries: readonly Entry[],
  edges: readonly (readonly Edge[])[],
  onOpened: (edge: Edge) => void,
): readonly (readonly Edge[])[] {
  const indexById = new Map<string, number>();
  for (const [at, { id }] of entries.entries()) if (!indexById.has(id)) indexById.set(id, at);
  const opened = edges.map((own) => [...own]);
  const wantedBy = new Map<number, ReadonlySet<string>>();
  const wanted = (at: number): ReadonlySet<string> => {
    let ids = wantedBy.get(at);
    if (ids === undefined) wantedBy.set(at, (ids = new Set(edges[at]!.map(({ id }) => id))));
    return ids;
  };
  const isAmongSiblings = (at: number, { id }: Edge): boolean => {
    const target = indexById.get(id);
    return (
      target !== undefined &&
      entries[at]!.parent !== undefined &&
      entries[target]!.parent === entries[at]!.parent
    );
  };
  for (let round = 0; round < maxRounds; round += 1) {
    const nodes = entries.map(({ id }, at) => ({
      id,
      dependencies: opened[at]!.filter((edge) => isAmongSiblings(at, edge)).map((edge) => edge.id),
    }));
    let isChanged = false;
    for (const cycle of findCycles(nodes)) {
      const found = meantAsTask(
        cycle.map((id) => indexById.get(id)!),
        entries,
        opened,
        indexById,
        wanted,
      );
      if (found === undefined) continue;
      const { at, edge } = found;
      opened[at]![opened[at]!.indexOf(edge)] = { ...edge, id: edge.text };
      onOpened(edge);
      isChanged = true;
    }
    if (!isChanged) break;
  }
  return opened;
}

function meantAsTask(
  cycle: readonly number[],
  entries: readonly Entry[],
  edges: readonly (readonly Edge[])[],
  indexById: ReadonlyMap<string, number>,
  wantedBy: (task: number) => ReadonlySet<string>,
): { readonly at: number; readonly edge: Edge } | undefined {
  const parent = entries[cycle[0]!]!.parent!;
  const forward = cycle.flatMap((at, place) => {
    const next = cycle[(place + 1) % cycle.length]!;
    const edge = edges[at]!.find(({ id }) => id === entries[next]!.id);
    if (next <= at || edge === undefined || edge.text === edge.id) return [];
    const task = indexById.get(edge.text);
    const isTask = task !== undefined && task !== parent && entries[task]!.parent === undefined;
    return isTask ? [{ at, edge }] : [];
  });
  const wanted = wantedBy(parent);
  return forward.find(({ edge }) => wanted.has(edge.text)) ?? (forward.length === 1 ? forward[0] : undefined);
}
