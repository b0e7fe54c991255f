import { describe, expect, test } from 'vitest';
import type { TaskId } from '../../../src/domain/ids.ts';
import type { Plan } from '../../../src/domain/plan.ts';
import { convertPlan, type Loss } from '../../../src/planning/conversion.ts';
import { errorAt } from '../../../src/planning/diagnostic.ts';
import type { BacklogFormat, DraftTask } from '../../../src/planning/formats/format.ts';
import { manifestFormat } from '../../../src/planning/formats/manifest/format.ts';
import { planOf, type TaskSketch } from '../../contract/compose-plans.ts';

/** What is said to be lost when the new backlog comes back as `after`; ids stay, but for those of `ids`. */
function losses(
  before: readonly TaskSketch[],
  after: readonly TaskSketch[],
  ids: Readonly<Record<string, string>> = {},
): readonly string[] {
  const found = convertPlan(planOf(before), formatThatReads(planOf(after), ids), 'new');
  return found.losses.map(({ kind, tasks, example }: Loss) => `${kind} of ${tasks.join(' ')}: ${example}`);
}

function formatThatReads(plan: Plan, ids: Readonly<Record<string, string>> = {}): BacklogFormat {
  return {
    ...manifestFormat,
    read: () => ({
      title: plan.title,
      tasks: plan.tasks as unknown as readonly DraftTask[],
      diagnostics: [],
      facts: undefined,
      locate: () => ({ file: 'new', line: 1, column: 1, length: 1 }),
    }),
    compose: ({ tasks, entry }) => ({
      files: new Map([[entry, 'text\n']]),
      companions: new Map(),
      ids: new Map(tasks.map(({ id }) => [id, ids[id] ?? id])),
    }),
  };
}

describe('what is lost', () => {
  test('nothing, of a plan that comes back as it was', () => {
    const tasks = [{ id: 'A' }, { id: 'B', dependencies: ['A'], criteria: [{ id: 'B.AC1', text: 'x' }] }];
    expect(losses(tasks, tasks)).toEqual([]);
  });

  test('each field by its name, with the tasks in backlog order and an example of the first', () => {
    const before: readonly TaskSketch[] = [
      {
        id: 'A',
        kind: 'fix',
        risk: 'High',
        size: 'S',
        declared: 'blocked',
        phase: 'P',
        testFiles: ['a.test.ts'],
      },
      { id: 'Z', provisional: true, slice: 'S 1' },
      { id: 'B', risk: 'High', parallel: true, gapCodes: ['GAP::X'], scope: ['src/a.ts', 'src/b.ts'] },
    ];
    const after: readonly TaskSketch[] = [
      { id: 'A' },
      { id: 'Z' },
      { id: 'B', scope: ['src/a.ts', 'docs/c.md'] },
    ];
    expect(losses(before, after)).toEqual([
      'kind of A: fix → task',
      'scope of B: without src/b.ts',
      'parallel hint of B: true → nothing',
      'risk of A B: High → Medium',
      'size of A: S → M',
      'status of A: blocked → pending',
      'provisional of Z: true → false',
      'phase of A: P → nothing',
      'slice of Z: S 1 → nothing',
      'test files of A: without a.test.ts',
      'gap codes of B: without GAP::X',
    ]);
  });

  test('a task that is gone, and what waited for it', () => {
    expect(losses([{ id: 'A' }, { id: 'B', dependencies: ['A'] }], [{ id: 'B' }])).toEqual([
      'id of A: A is gone',
    ]);
  });

  test('white space, control characters and labels in titles are none', () => {
    const before = [{ id: 'T1', title: 'Read\tit\u0000 all', description: 'a\n\n  b' }];
    expect(losses(before, [{ id: 'T1', title: 'T1: Read it all', description: 'a b and more' }])).toEqual([]);
    expect(losses(before, [{ id: 'T1', title: 'Read it', description: 'a' }])).toEqual([
      'title of T1: Read it all → Read it',
      'description of T1: a b → a',
    ]);
  });

  test('a criterion that says what the title says is none, an empty one neither', () => {
    const title = { id: 'A', title: 'Read it', criteria: [{ id: 'A.AC1', text: 'Read it' }] };
    expect(losses([title], [{ id: 'A', title: 'Read it' }])).toEqual([]);
    expect(losses([{ id: 'A', criteria: [{ id: 'x', text: ' ' }] }], [{ id: 'A' }])).toEqual([]);
    expect(losses([{ id: 'A', criteria: [{ id: 'x', text: 'y' }] }], [{ id: 'A' }])).toEqual([
      'criteria of A: y → nothing',
    ]);
  });

  test('criterion ids that are made of the task go with it when it is renamed', () => {
    const criteria = (id: string) => [
      { id: `${id}.AC1`, text: 'x' },
      { id: `${id}.AC2`, text: 'y' },
    ];
    const renamed = { 'a/b': 'T1' };
    expect(
      losses(
        [{ id: 'a/b', criteria: criteria('a/b') }],
        [{ id: 'T1', title: 'Do a/b', criteria: criteria('T1') }],
        renamed,
      ),
    ).toEqual(['id of a/b: a/b → T1']);
  });
});

describe('dependencies', () => {
  const chain = [{ id: 'A' }, { id: 'B', dependencies: ['A'] }, { id: 'C', dependencies: ['B'] }];

  test('one that others imply is neither lost nor added', () => {
    const full = [{ id: 'A' }, { id: 'B', dependencies: ['A'] }, { id: 'C', dependencies: ['A', 'B'] }];
    expect(losses(full, chain)).toEqual([]);
    expect(losses(chain, full)).toEqual([]);
  });

  test('one that is not even implied is dropped, one that was not is added', () => {
    const other = [{ id: 'A' }, { id: 'B' }, { id: 'C', dependencies: ['B', 'A'] }];
    expect(losses(chain, other)).toEqual(['dependencies dropped of B: B no longer waits for A']);
    expect(losses(other, chain)).toEqual(['dependencies added of B: B now waits for A, too']);
  });

  test('a task that would start too early is a fault of the new backlog', () => {
    const other = [{ id: 'A' }, { id: 'B' }, { id: 'C', dependencies: ['B', 'A'] }];
    const { diagnostics } = convertPlan(planOf(chain), formatThatReads(planOf(other)), 'new');
    expect(diagnostics.map(({ code, severity, message }) => [code, severity, message])).toEqual([
      ['CONVERT-INVALID', 'error', 'B no longer waits for A'],
    ]);
  });

  test('they are compared under the old ids', () => {
    const after = [{ id: 'C' }, { id: 'A', dependencies: ['C'] }].map((task) => ({ ...task, title: 'x' }));
    const before = [
      { id: 'A', title: 'x' },
      { id: 'B', title: 'x', dependencies: ['A'] },
    ];
    expect(losses(before, after, { A: 'C', B: 'A' })).toEqual(['id of A B: A → C']);
    expect(
      losses(
        [
          { id: 'A', title: 'x' },
          { id: 'B', title: 'x' },
        ],
        after,
        { A: 'C', B: 'A' },
      ),
    ).toEqual(['dependencies added of B: B now waits for A, too', 'id of A B: A → C'].toReversed());
  });

  test.each(['a chain', 'layers'])('10,000 tasks in %s are compared', (shape) => {
    const tasks = Array.from({ length: 10_000 }, (_, at): TaskSketch => {
      const below = at - (at % 50);
      const layer = at < 50 ? [] : [0, 17, 34, 49].map((step) => `T-${below - 50 + ((at + step) % 50)}`);
      return { id: `T-${at}`, dependencies: shape === 'layers' ? layer : at === 0 ? [] : [`T-${at - 1}`] };
    });
    const inOrder = tasks.map(({ id }, at) => ({ id, dependencies: at === 0 ? [] : [`T-${at - 1}`] }));
    const found = convertPlan(planOf(tasks), formatThatReads(planOf(inOrder)), 'new').losses;
    expect(found.map(({ kind }) => kind)).toEqual(shape === 'layers' ? ['dependencies added'] : []);
    const back = convertPlan(planOf(inOrder), formatThatReads(planOf(tasks)), 'new').losses;
    expect(back.map(({ kind }) => kind)).toEqual(shape === 'layers' ? ['dependencies dropped'] : []);
  });
});

test('of a new backlog with a fault only the faults are told', () => {
  const plan = planOf([{ id: 'A', risk: 'High' }]);
  const format = formatThatReads(planOf([{ id: 'A' }, { id: 'A' }]));
  const { losses: none, tasks, diagnostics } = convertPlan(plan, format, 'new');
  expect([none, tasks, diagnostics.map(({ code }) => code)]).toEqual([[], [], ['PLAN-DUPLICATE-ID']]);
});

test('what stands beside is read with it, but not instead of what was made', () => {
  const seen: ReadonlyMap<string, string>[] = [];
  const base = formatThatReads(planOf([{ id: 'A' }]));
  const format: BacklogFormat = {
    ...base,
    read(input) {
      seen.push(input.companions);
      const fault = errorAt({ file: 'new', line: 1, column: 1, length: 1 }, 'PLAN-SYNTAX', 'x');
      return { ...base.read(input), diagnostics: input.companions.has('old') ? [fault] : [] };
    },
    compose: ({ entry }) => ({
      files: new Map([[entry, 'text\n']]),
      companions: new Map([['made', 'new']]),
      ids: new Map([['A' as TaskId, 'A']]),
    }),
  };
  const beside = new Map([
    ['old', 'there'],
    ['made', 'there'],
  ]);
  const { diagnostics, companions } = convertPlan(planOf([{ id: 'A' }]), format, 'new', beside);
  expect(diagnostics.map(({ message }) => message)).toEqual(['x']);
  expect(seen).toEqual([
    new Map([
      ['old', 'there'],
      ['made', 'new'],
    ]),
  ]);
  expect([...companions.keys()]).toEqual(['made']);
});
