/**
 * Missing dependencies, from what the tasks say. Pure and deterministic.
 *
 * 1. Nothing inferred contradicts what is declared: an edge that would close a cycle is dropped and said.
 * 2. Nothing inferred repeats it: an edge that others imply is left out.
 * 3. Of several reasons for one edge the surest counts.
 */
import {
  edgeKey,
  type DecidedEdge,
  type Inference,
  type InferredEdge,
} from '../../domain/inferred-dependency.ts';
import type { TaskId } from '../../domain/ids.ts';
import type { Task } from '../../domain/plan.ts';
import { candidatesOf } from './candidates.ts';

/** From here on an inferred dependency is in force until a person refuses it; below, once a person accepts it. */
export const SURE = 0.8;

/** Larger plans are worked on as they are declared: reading every text against every other has its price. */
const mostTasks = 2_000;

/** What was said of the dependencies of a plan beside what its backlog declares. */
export interface Hearsay {
  readonly byAgent: readonly InferredEdge[];
  /** By `edgeKey`. */
  readonly decided: ReadonlyMap<string, DecidedEdge>;
}

/** What the texts say, what an agent said, and what people said of either. */
export function inferDependencies(tasks: readonly Task[], { byAgent, decided }: Hearsay): Inference {
  const { open, sure, words } = weigh(tasks, { byAgent, decided });
  const added = Map.groupBy(sure.edges, ({ task }) => task);
  const extended = tasks.map((task) => ({
    ...task,
    dependencies: [...task.dependencies, ...(added.get(task.id) ?? []).map(({ on }) => on)],
  }));
  const rest = admitEdges(
    extended,
    open.filter(({ confidence }) => confidence < SURE),
  );
  return {
    inForce: sure.edges,
    proposed: rest.edges,
    refused: words.flatMap(({ edge, verdict }) => (verdict === 'refuse' ? [edge] : [])),
    dropped: [...sure.dropped, ...rest.dropped],
    complete: isSmallEnough(tasks),
  };
}

/** {@link Inference.inForce} alone, for those who do not show the rest. */
export function inferredInForce(tasks: readonly Task[], hearsay: Hearsay): readonly InferredEdge[] {
  return weigh(tasks, hearsay).sure.edges;
}

function isSmallEnough({ length }: readonly Task[]): boolean {
  return length <= mostTasks;
}

/** All that nobody refused, and of it what is sure, accepted or not contradicted. */
function weigh(tasks: readonly Task[], { byAgent, decided }: Hearsay) {
  const known = new Set(tasks.map(({ id }) => id));
  const isKnown = ({ task, on }: InferredEdge): boolean => known.has(task) && known.has(on);
  const candidates = [...(isSmallEnough(tasks) ? candidatesOf(tasks) : []), ...byAgent].filter(isKnown);
  const words = [...decided.values()].filter(({ edge }) => isKnown(edge));
  const accepted = words.flatMap(({ edge, verdict }) =>
    verdict === 'accept' ? [{ ...edge, confidence: 1 }] : [],
  );
  const open = candidates.filter((edge) => decided.get(edgeKey(edge))?.verdict !== 'refuse');
  const sure = admitEdges(tasks, [...accepted, ...open.filter(({ confidence }) => confidence >= SURE)]);
  return { open, sure, words };
}

/** Lets candidates in, surest first, as long as there is no cycle. Unknown ids must have been ruled out. */
export function admitEdges(
  tasks: readonly Task[],
  candidates: readonly InferredEdge[],
): { readonly edges: readonly InferredEdge[]; readonly dropped: readonly InferredEdge[] } {
  if (candidates.length === 0) return { edges: [], dropped: [] };
  const graph = new GrowingGraph(tasks);
  const admitted: InferredEdge[] = [];
  const dropped: InferredEdge[] = [];
  for (const edge of strongest(tasks, candidates)) {
    if (edge.task === edge.on || graph.reaches(edge.task, edge.on)) continue;
    if (graph.reaches(edge.on, edge.task)) dropped.push(edge);
    else {
      graph.add(edge.task, edge.on);
      admitted.push(edge);
    }
  }
  return { edges: admitted.filter((edge) => !graph.isImplied(edge.task, edge.on)), dropped };
}

/** One candidate per edge, the surest; surest first, then by place in the backlog. */
function strongest(tasks: readonly Task[], candidates: readonly InferredEdge[]): readonly InferredEdge[] {
  const best = new Map<string, InferredEdge>();
  for (const candidate of candidates) {
    const known = best.get(edgeKey(candidate));
    if (known === undefined || candidate.confidence > known.confidence)
      best.set(edgeKey(candidate), candidate);
  }
  const place = new Map(tasks.map(({ id }, at) => [id, at]));
  const at = (id: TaskId): number => place.get(id) ?? 0;
  return [...best.values()].toSorted(
    (a, b) => b.confidence - a.confidence || at(a.task) - at(b.task) || at(b.on) - at(a.on),
  );
}

class GrowingGraph {
  readonly #edges: Map<TaskId, TaskId[]>;

  constructor(tasks: readonly Task[]) {
    this.#edges = new Map(tasks.map(({ id, dependencies }) => [id, [...dependencies]]));
  }

  add(task: TaskId, on: TaskId): void {
    this.#edges.get(task)?.push(on);
  }

  /** Whether `task` waits for `other`, directly or not. */
  reaches(task: TaskId, other: TaskId): boolean {
    return this.#search(this.#edges.get(task) ?? [], other);
  }

  /** Whether `task` would wait for `on` without the edge between them, too. */
  isImplied(task: TaskId, on: TaskId): boolean {
    return this.#search(
      (this.#edges.get(task) ?? []).filter((other) => other !== on),
      on,
    );
  }

  #search(from: readonly TaskId[], wanted: TaskId): boolean {
    const seen = new Set(from);
    for (const id of seen) {
      if (id === wanted) return true;
      for (const next of this.#edges.get(id) ?? []) seen.add(next);
    }
    return false;
  }
}
