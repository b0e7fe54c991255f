/**
 * Searches over a graph of numbers: node `n` has the edges `edges[n]`. The algorithms under `graph.ts`, which speaks
 * of tasks. Nothing recurses, so that a chain of 100,000 nodes is as safe as a flat list.
 */
export type Edges = readonly (readonly number[])[];

/** Whether there is no cycle, by taking nodes away that nothing points to. Cheaper than to look for components. */
export function isAcyclic(edges: Edges): boolean {
  const pointedTo = new Int32Array(edges.length);
  for (const targets of edges) for (const to of targets) pointedTo[to]! += 1;
  const free: number[] = [];
  for (let node = 0; node < edges.length; node += 1) if (pointedTo[node] === 0) free.push(node);
  let taken = 0;
  for (let node = free.pop(); node !== undefined; node = free.pop()) {
    taken += 1;
    for (const to of edges[node]!) {
      pointedTo[to]! -= 1;
      if (pointedTo[to] === 0) free.push(to);
    }
  }
  return taken === edges.length;
}

/** The strongly connected component of each node, and the components' sizes. Tarjan 1972, with its own stack. */
export function componentsOf(edges: Edges): { readonly of: Int32Array; readonly sizes: readonly number[] } {
  const count = edges.length;
  const of = new Int32Array(count).fill(-1);
  const order = new Int32Array(count).fill(-1);
  const low = new Int32Array(count);
  const nextEdge = new Int32Array(count);
  const open: number[] = [];
  const sizes: number[] = [];
  let clock = 0;
  for (let root = 0; root < count; root += 1) {
    if (order[root] !== -1) continue;
    const path = [root];
    while (path.length > 0) {
      const at = path[path.length - 1]!;
      if (order[at] === -1) {
        order[at] = low[at] = clock++;
        open.push(at);
      }
      const to = edges[at]![nextEdge[at]!];
      if (to !== undefined) {
        nextEdge[at]! += 1;
        if (order[to] === -1) path.push(to);
        else if (of[to] === -1) low[at] = Math.min(low[at]!, order[to]!);
        continue;
      }
      path.pop();
      const parent = path[path.length - 1];
      if (parent !== undefined) low[parent] = Math.min(low[parent]!, low[at]!);
      if (low[at] === order[at]) sizes.push(closeComponent(open, at, of, sizes.length));
    }
  }
  return { of, sizes };
}

function closeComponent(open: number[], root: number, of: Int32Array, number: number): number {
  let size = 0;
  for (;;) {
    const member = open.pop()!;
    of[member] = number;
    size += 1;
    if (member === root) return size;
  }
}

/** The shortest cycle through a node of a component of two nodes or more, beginning with it. */
export function shortestCycle(start: number, edges: Edges, component: Int32Array): readonly number[] {
  const from = new Map<number, number>();
  const queue = [start];
  for (let head = 0; head < queue.length; head += 1) {
    const at = queue[head]!;
    for (const to of edges[at]!) {
      if (to === start) {
        const path = [at];
        while (path[path.length - 1] !== start) path.push(from.get(path[path.length - 1]!)!);
        return path.toReversed();
      }
      if (component[to] !== component[start] || from.has(to)) continue;
      from.set(to, at);
      queue.push(to);
    }
  }
  throw new Error('Internal error: a strongly connected component has no cycle');
}

/**
 * Nodes so that each comes before its successors, of several that could come next the one with the least number; and
 * each node's level. Shorter than the graph when that has a cycle. Kahn 1962, with a binary heap.
 */
export function topologicalOrder(successors: Edges): {
  readonly order: readonly number[];
  readonly level: Int32Array;
} {
  const waits = new Int32Array(successors.length);
  for (const targets of successors) for (const target of targets) waits[target]! += 1;
  const level = new Int32Array(waits.length);
  const order: number[] = [];
  const heap: number[] = [];
  waits.forEach((count, index) => {
    if (count === 0) heap.push(index);
  });
  while (heap.length > 0) {
    const index = takeLeast(heap);
    order.push(index);
    for (const next of successors[index]!) {
      level[next] = Math.max(level[next]!, level[index]! + 1);
      waits[next]! -= 1;
      if (waits[next] === 0) addToHeap(heap, next);
    }
  }
  return { order, level };
}

function addToHeap(heap: number[], value: number): void {
  let at = heap.push(value) - 1;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (heap[parent]! <= value) break;
    heap[at] = heap[parent]!;
    at = parent;
  }
  heap[at] = value;
}

function takeLeast(heap: number[]): number {
  const least = heap[0]!;
  const value = heap.pop()!;
  if (heap.length === 0) return least;
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && heap[child + 1]! < heap[child]!) child += 1;
    if (heap[child]! >= value) break;
    heap[at] = heap[child]!;
    at = child;
  }
  heap[at] = value;
  return least;
}

/** All nodes behind a node, itself not among them, nearest first. */
export function reachableFrom(start: number, successors: Edges): readonly number[] {
  const seen = new Uint8Array(successors.length);
  const queue = [start];
  for (let head = 0; head < queue.length; head += 1) {
    for (const next of successors[queue[head]!]!) {
      if (seen[next] === 1) continue;
      seen[next] = 1;
      queue.push(next);
    }
  }
  return queue.slice(1);
}

/** Answers many questions of the kind "which of these lie behind that one" on one acyclic graph. */
export class Reachability {
  /** Nodes and edges looked at so far; what a caller may bound. */
  work = 0;
  private readonly successors: Edges;
  private readonly rank: Int32Array;
  private readonly visited: Int32Array;
  private search = 0;

  /** `rank` is each node's position in a topological order. */
  constructor(successors: Edges, rank: Int32Array) {
    this.successors = successors;
    this.rank = rank;
    this.visited = new Int32Array(successors.length);
  }

  /** Those of `targets` that do not lie behind `start`. */
  outOfReach(start: number, targets: readonly number[]): readonly number[] {
    const left = new Set(targets);
    let last = 0;
    for (const target of left) last = Math.max(last, this.rank[target]!);
    this.search += 1;
    const stack = [start];
    // The newest successor first: it is the longest step towards the targets, so that in a dense graph, where nearly
    // everything lies behind everything, most searches end after a few steps.
    while (stack.length > 0 && left.size > 0) {
      for (const next of this.successors[stack.pop()!]!) {
        this.work += 1;
        // Nothing behind the last target leads back to one.
        if (this.visited[next] === this.search || this.rank[next]! > last) continue;
        this.visited[next] = this.search;
        left.delete(next);
        stack.push(next);
      }
    }
    return [...left];
  }
}
