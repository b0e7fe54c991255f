import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { buildGraph, findCycles, scopeConflicts, scopesOverlap } from '../../src/domain/graph.ts';
import type { TaskId } from '../../src/domain/ids.ts';
import type { Plan, Task } from '../../src/domain/plan.ts';

interface Node {
  readonly id: TaskId;
  readonly dependencies: readonly TaskId[];
}

const idOf = (index: number): TaskId => `T-${index}` as TaskId;

const graphs = fc
  .integer({ min: 0, max: 12 })
  .chain((count) =>
    fc.array(fc.uniqueArray(fc.nat({ max: Math.max(0, count - 1) }), { maxLength: 3 }), {
      minLength: count,
      maxLength: count,
    }),
  )
  .map((lists): readonly Node[] =>
    lists.map((list, index) => ({
      id: idOf(index),
      dependencies: list.filter((to) => to !== index).map(idOf),
    })),
  );

const acyclicGraphs = fc.tuple(graphs, fc.infiniteStream(fc.nat())).map(([nodes, keys]): readonly Node[] => {
  // A random ranking; edges that go against it are dropped, so that backlog order is not a topological one.
  const rank = new Map(nodes.map(({ id }) => [id, keys.next().value as number]));
  const before = (a: TaskId, b: TaskId): boolean =>
    rank.get(a)! < rank.get(b)! || (rank.get(a) === rank.get(b) && a < b);
  return nodes.map(({ id, dependencies }) => ({
    id,
    dependencies: dependencies.filter((to) => before(to, id)),
  }));
});

function planOf(nodes: readonly Node[], scopes: readonly (readonly string[])[] = []): Plan {
  const tasks = nodes.map((node, index): Task => ({
    ...node,
    kind: 'task',
    title: node.id,
    description: '',
    criteria: [],
    conflictsWith: [],
    scope: scopes[index] ?? [],
    risk: 'Low',
    size: (['S', 'M', 'L'] as const)[index % 3]!,
    provisional: false,
    context: { specs: [], adrs: [], guides: [] },
    testFiles: [],
    gapCodes: [],
    declared: 'pending',
    specHash: '',
    origin: { file: 'TASKS.md', line: 1 },
  }));
  return { name: 'plan', title: '', format: 'tasks-md', file: 'TASKS.md', hash: '', tasks };
}

/** Takes tasks whose dependencies are all taken, until none is left or none can be taken. */
function canBeOrdered(nodes: readonly Node[]): boolean {
  const taken = new Set<TaskId>();
  for (let before = -1; before !== taken.size;) {
    before = taken.size;
    for (const { id, dependencies } of nodes) if (dependencies.every((to) => taken.has(to))) taken.add(id);
  }
  return taken.size === nodes.length;
}

test('findCycles finds none exactly when a topological order exists', () => {
  fc.assert(fc.property(graphs, (nodes) => (findCycles(nodes).length === 0) === canBeOrdered(nodes)));
});

test('every reported path is a cycle of edges that are there, without a task twice', () => {
  fc.assert(
    fc.property(graphs, (nodes) => {
      const dependencies = new Map(nodes.map((node) => [node.id, node.dependencies]));
      const cycles = findCycles(nodes);
      for (const cycle of cycles) {
        expect(cycle.length).toBeGreaterThan(1);
        expect(new Set(cycle).size).toBe(cycle.length);
        cycle.forEach((id, at) => expect(dependencies.get(id)).toContain(cycle[(at + 1) % cycle.length]));
      }
      expect(new Set(cycles.flat()).size).toBe(cycles.flat().length);
    }),
  );
});

test('taking one edge out of every reported cycle, again and again, leaves a plan that can be ordered', () => {
  fc.assert(
    fc.property(graphs, (nodes) => {
      let left = nodes;
      for (let cycles = findCycles(left); cycles.length > 0; cycles = findCycles(left)) {
        const cut = new Map(cycles.map((cycle) => [cycle[0]!, cycle[1]!]));
        left = left.map(({ id, dependencies }) => ({
          id,
          dependencies: dependencies.filter((to) => cut.get(id) !== to),
        }));
      }
      expect(canBeOrdered(left)).toBe(true);
    }),
  );
});

test('order holds every task once, respects every edge, and takes the earliest task it can', () => {
  fc.assert(
    fc.property(acyclicGraphs, (nodes) => {
      const { order } = buildGraph(planOf(nodes));
      expect(order.toSorted()).toEqual(nodes.map(({ id }) => id).toSorted());
      const taken = new Set<TaskId>();
      for (const id of order) {
        const first = nodes.find(
          (node) => !taken.has(node.id) && node.dependencies.every((to) => taken.has(to)),
        );
        expect(id).toBe(first?.id);
        taken.add(id);
      }
    }),
  );
});

test('levels, tails, successors and counts agree with their definitions', () => {
  fc.assert(
    fc.property(acyclicGraphs, (nodes) => {
      const plan = planOf(nodes);
      const graph = buildGraph(plan);
      const minutes = { S: 5, M: 15, L: 40 };
      for (const task of plan.tasks) {
        const behind = plan.tasks.filter(({ dependencies }) => dependencies.includes(task.id));
        expect(graph.successors(task.id)).toEqual(behind.map(({ id }) => id));
        const longest = Math.max(0, ...behind.map(({ id }) => graph.tailMs(id)));
        expect(graph.tailMs(task.id)).toBe(longest + minutes[task.size] * 60_000);
        expect(graph.level(task.id)).toBe(
          1 + Math.max(-1, ...task.dependencies.map((to) => graph.level(to))),
        );
        const all = new Set(behind.map(({ id }) => id));
        for (const id of all) for (const next of graph.successors(id)) all.add(next);
        expect(graph.transitiveSuccessorCount(task.id)).toBe(all.size);
      }
      const path = graph.criticalPath();
      const length = path.reduce(
        (sum, id) => sum + minutes[plan.tasks.find((task) => task.id === id)!.size],
        0,
      );
      expect(length * 60_000).toBe(Math.max(0, ...plan.tasks.map(({ id }) => graph.tailMs(id))));
    }),
  );
});

const segments = fc.constantFrom('a', 'b', 'ab', '[id]');
const paths = fc.array(segments, { minLength: 1, maxLength: 4 }).map((list) => list.join('/'));
const globs = fc
  .array(fc.oneof(segments, fc.constantFrom('*', '**', 'a*', '?', '{a,b}')), { minLength: 1, maxLength: 4 })
  .map((list) => list.join('/'));

/** Matching of a path by a scope, written down once more in another way: as a regular expression. */
function covers(scope: string, path: string): boolean {
  const last = scope.split('/').at(-1)!;
  const below = last === '**' || !/[*?]/.test(last);
  const body = scope
    .replace(/(?:^|\/)\*\*$/, '')
    .replace(/[.[\]]/g, String.raw`\$&`)
    .replace(/\{([^}]*),([^}]*)\}/g, '(?:$1|$2)')
    .replace(/\*\*\//g, '\u0001')
    .replace(/(?<!\()\?(?!:)/g, '[^/]')
    .replace(/\*/g, '[^/]*')
    .replaceAll('\u0001', '(?:[^/]+/)*');
  const tail = body === '' ? '.*' : below ? '(?:/.*)?' : '';
  return new RegExp(`^${body}${tail}$`).test(path);
}

test('scopes that cover one same path overlap, whichever is asked first', () => {
  fc.assert(
    fc.property(globs, globs, paths, (a, b, path) => {
      fc.pre(covers(a, path) && covers(b, path));
      expect(scopesOverlap(a, b)).toBe(true);
      expect(scopesOverlap(b, a)).toBe(true);
    }),
  );
});

test('a plain path overlaps with a glob exactly when the glob covers it or something below it', () => {
  fc.assert(
    fc.property(globs, paths, (glob, path) => {
      const candidates = [path, ...['a', 'b', 'ab', '[id]'].map((name) => `${path}/${name}`)];
      if (candidates.some((candidate) => covers(glob, candidate)))
        expect(scopesOverlap(glob, path)).toBe(true);
      else if (!glob.includes('**') && glob.split('/').length <= path.split('/').length) {
        expect(scopesOverlap(glob, path)).toBe(false);
      }
    }),
  );
});

test('scopeConflicts finds the pairs that a look at all pairs finds', () => {
  fc.assert(
    fc.property(
      acyclicGraphs,
      fc.array(fc.array(globs, { maxLength: 2 }), { maxLength: 12 }),
      (nodes, scopes) => {
        const plan = planOf(nodes, scopes);
        const graph = buildGraph(plan);
        const behind = (id: TaskId): ReadonlySet<TaskId> => {
          const all = new Set(graph.successors(id));
          for (const next of all) for (const further of graph.successors(next)) all.add(further);
          return all;
        };
        const expected = plan.tasks.flatMap((a, at) =>
          plan.tasks
            .slice(at + 1)
            .filter((b) => a.scope.some((left) => b.scope.some((right) => scopesOverlap(left, right))))
            .filter((b) => !behind(a.id).has(b.id) && !behind(b.id).has(a.id))
            .map((b) => [a.id, b.id]),
        );
        expect(scopeConflicts(plan).pairs.map(({ a, b }) => [a, b])).toEqual(expected);
      },
    ),
  );
});
