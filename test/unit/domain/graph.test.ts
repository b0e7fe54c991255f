import { describe, expect, test } from 'vitest';
import { buildGraph, findCycles, scopeConflicts, scopesOverlap } from '../../../src/domain/graph.ts';
import type { TaskId } from '../../../src/domain/ids.ts';
import type { Plan, Size, Task } from '../../../src/domain/plan.ts';

function task(id: string, dependencies: readonly string[] = [], extra: Partial<Task> = {}): Task {
  return {
    id: id as TaskId,
    kind: 'task',
    title: id,
    description: '',
    criteria: [],
    dependencies: dependencies as readonly TaskId[],
    conflictsWith: [],
    scope: [],
    risk: 'Medium',
    size: 'M',
    provisional: false,
    context: { specs: [], adrs: [], guides: [] },
    testFiles: [],
    gapCodes: [],
    declared: 'pending',
    specHash: id,
    origin: { file: 'TASKS.md', line: 1 },
    ...extra,
  };
}

function plan(...tasks: readonly Task[]): Plan {
  return { name: 'plan', title: 'Plan', format: 'tasks-md', file: 'TASKS.md', hash: 'h', tasks };
}

const id = (text: string): TaskId => text as TaskId;
const sized = (size: Size): Partial<Task> => ({ size });

describe('findCycles', () => {
  test('names the shortest way round, beginning with the first task in backlog order', () => {
    const nodes = [
      { id: 'Z', dependencies: [] },
      { id: 'B', dependencies: ['C', 'D'] },
      { id: 'C', dependencies: ['D'] },
      { id: 'D', dependencies: ['B', 'Z'] },
    ];
    expect(findCycles(nodes)).toEqual([['B', 'D']]);
  });

  test('reports one path for each separate knot, and no self-loop', () => {
    const nodes = [
      { id: 'A', dependencies: ['A', 'B'] },
      { id: 'B', dependencies: ['A'] },
      { id: 'C', dependencies: ['C'] },
      { id: 'D', dependencies: ['E', 'A', 'nobody'] },
      { id: 'E', dependencies: ['D'] },
    ];
    expect(findCycles(nodes)).toEqual([
      ['A', 'B'],
      ['D', 'E'],
    ]);
  });

  test('does not overflow the stack on a circle of 100,000 tasks', () => {
    const count = 100_000;
    const nodes = Array.from({ length: count }, (_, n) => ({
      id: `T-${n}`,
      dependencies: [`T-${(n + 1) % count}`],
    }));
    expect(findCycles(nodes).map((cycle) => cycle.length)).toEqual([count]);
  });
});

describe('buildGraph', () => {
  const diamond = plan(
    task('D', ['B', 'C']),
    task('A', [], sized('S')),
    task('B', ['A'], sized('L')),
    task('C', ['A'], sized('S')),
  );

  test('orders dependencies first, and the earlier one in the backlog of those that could come next', () => {
    expect(buildGraph(diamond).order).toEqual(['A', 'B', 'C', 'D']);
  });

  test('measures the longest chain behind a task by declared size', () => {
    const graph = buildGraph(diamond);
    expect(graph.tailMs(id('A'))).toBe((5 + 40 + 15) * 60_000);
    expect(graph.tailMs(id('C'))).toBe((5 + 15) * 60_000);
    expect(graph.criticalPath()).toEqual(['A', 'B', 'D']);
  });

  test('knows levels, direct successors and how many tasks lie behind one', () => {
    const graph = buildGraph(diamond);
    expect(graph.levels()).toEqual([['A'], ['B', 'C'], ['D']]);
    expect(graph.level(id('D'))).toBe(2);
    expect(graph.successors(id('A'))).toEqual(['B', 'C']);
    expect(graph.transitiveSuccessorCount(id('A'))).toBe(3);
    expect(graph.transitiveSuccessorCount(id('D'))).toBe(0);
  });

  test('is built once for a plan', () => {
    expect(buildGraph(diamond)).toBe(buildGraph(diamond));
  });

  test('has an empty critical path for an empty plan', () => {
    expect(buildGraph(plan()).criticalPath()).toEqual([]);
  });
});

describe('scopesOverlap', () => {
  test.each([
    ['src/a.ts', 'src/a.ts'],
    ['src', 'src/a/b.ts'],
    ['packages/', 'packages/a/index.ts'],
    ['packages/a/**', 'packages/a/src/x.ts'],
    ['**/*.sql', 'db/schema/users.sql'],
    ['src/{a,b}/*.ts', 'src/b/x.ts'],
    ['src/*/index.ts', 'src/[id]/*.ts'],
    ['app/[...all]/route.ts', 'app/[...all]'],
    ['./src/a.ts', 'src//a.ts'],
    ['a?c.ts', 'ab*.ts'],
    ['**', 'anything/at/all'],
    ['a/**/z', 'a/z'],
    ['**/b/**', 'a/**/c.ts'],
    ['packages/next.js', 'packages/next.js/src/x.ts'],
    ['**/*.yml', '.github'],
  ])('%s and %s can meet', (a, b) => {
    expect(scopesOverlap(a, b)).toBe(true);
    expect(scopesOverlap(b, a)).toBe(true);
  });

  test.each([
    ['src/a', 'src/ab'],
    ['packages/a/**', 'packages/ab.ts'],
    ['src/*.ts', 'src/a/b.ts'],
    ['app/[id]/page.ts', 'app/i/page.ts'],
    ['src/{a,b}/*.ts', 'src/c/x.ts'],
    ['**/*.sql', 'db/schema/users.ts'],
    ['docs/*.md', 'docs/x.mdx'],
    ['a/?.ts', 'a/bc.ts'],
    ['{vault}/x', 'v/x'],
  ])('%s and %s cannot meet', (a, b) => {
    expect(scopesOverlap(a, b)).toBe(false);
    expect(scopesOverlap(b, a)).toBe(false);
  });
});

describe('scopeConflicts', () => {
  test('lists pairs that overlap or are declared, unless one depends on the other', () => {
    const result = scopeConflicts(
      plan(
        task('A', [], { scope: ['src/**'] }),
        task('B', ['A'], { scope: ['src/a.ts'] }),
        task('C', [], { scope: ['src/a.ts', 'docs'] }),
        task('D', [], { conflictsWith: [id('A'), id('C')] }),
        task('E', ['B'], { conflictsWith: [id('A')] }),
      ),
    );
    expect(result).toEqual({
      pairs: [
        { a: 'A', b: 'C', declared: false, paths: ['src/a.ts'] },
        { a: 'A', b: 'D', declared: true, paths: [] },
        { a: 'B', b: 'C', declared: false, paths: ['src/a.ts'] },
        { a: 'C', b: 'D', declared: true, paths: [] },
      ],
      more: 0,
      complete: true,
    });
  });

  test('lists a thousand pairs and counts the others', () => {
    const tasks = Array.from({ length: 100 }, (_, n) => task(`T-${n}`, [], { scope: ['package.json'] }));
    const { pairs, more, complete } = scopeConflicts(plan(...tasks));
    expect([pairs.length, more, complete]).toEqual([1_000, (100 * 99) / 2 - 1_000, true]);
  });
});
