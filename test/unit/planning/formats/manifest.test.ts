import { describe, expect, test } from 'vitest';
import { manifestFormat } from '../../../../src/planning/formats/manifest/format.ts';
import { check, viewOf } from './plan-texts.ts';

const file = 'docs/backlog/virtual-task-manifest.json';
const stateFile = 'docs/backlog/task-state.json';

function manifest(...tasks: readonly unknown[]): string {
  return JSON.stringify({ status: 'OK', manifest_hash: 'abc', tasks }, null, 2);
}

describe('reading a manifest', () => {
  test('takes every field that Pawl knows, and lets unknown ones stand', () => {
    const { plan, report } = check(
      manifestFormat,
      file,
      manifest({
        task_id: 'HASH--T01',
        capability_id: 'HASH',
        phase: 'Phase 1',
        slice: 'Slice 1.1',
        title: 'Hash',
        description: 'Hash it',
        acceptance_criteria: [{ id: 'HASH-AC01', text: 'same in, same out' }],
        risk: 'high',
        est: { size: 'l' },
        depends_on_tasks: [],
        related_specs: ['docs/spec.md'],
        related_adrs: ['ADR-0002: Dual'],
        related_guides: ['docs/guide.md'],
        test_verification: ['test/hash.spec.ts'],
        file_scope: ['./src/hash/', 'packages\\core\\*'],
        gap_codes: ['GAP::EST-INCONSISTENT'],
        provisional: true,
        parallel: false,
        parallelism_group: null,
        colour: 'blue',
      }),
    );
    expect(report).toBe('');
    expect(plan.tasks).toEqual([
      {
        id: 'HASH--T01',
        kind: 'task',
        title: 'Hash',
        description: 'Hash it',
        criteria: [{ id: 'HASH-AC01', text: 'same in, same out' }],
        dependencies: [],
        conflictsWith: [],
        scope: ['src/hash/', 'packages/core/*'],
        parallel: false,
        risk: 'High',
        size: 'L',
        provisional: true,
        phase: 'Phase 1',
        slice: 'Slice 1.1',
        context: { specs: ['docs/spec.md'], adrs: ['ADR-0002: Dual'], guides: ['docs/guide.md'] },
        testFiles: ['test/hash.spec.ts'],
        gapCodes: ['GAP::EST-INCONSISTENT'],
        declared: 'pending',
        specHash: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown,
        origin: { file, line: 5 },
      },
    ]);
  });

  test('fills in what may be left out, and gives plain criteria an id', () => {
    const { plan } = check(
      manifestFormat,
      file,
      manifest({ task_id: 'A--T01', acceptance_criteria: ['x', 'y'] }),
    );
    expect(plan.tasks[0]).toMatchObject({
      title: 'A--T01',
      risk: 'Medium',
      size: 'M',
      provisional: false,
      criteria: [
        { id: 'A--T01-AC01', text: 'x' },
        { id: 'A--T01-AC02', text: 'y' },
      ],
      scope: [],
    });
    expect(plan.tasks[0]).not.toHaveProperty('parallel');
  });

  test('reports every fault in one pass, each at its place', () => {
    const text = `{
  "status": "OK",
  "tasks": [
    { "task_id": "A", "depends_on_tasks": ["C", "B7"], "risk": "hihg" },
    { "task_id": "B", "depends_on_tasks": ["A", "B"], "conflicts_with": ["Z"] },
    { "task_id": "C", "depends_on_tasks": ["B"] },
    { "task_id": "A" },
    { "task_id": "../x", "est": { "size": "XL" } }
  ]
}
`;
    expect(check(manifestFormat, file, text).report).toBe(`\
docs/backlog/virtual-task-manifest.json:4:49 error PLAN-UNKNOWN-DEPENDENCY  A depends on B7, which no task has
    4 |     { "task_id": "A", "depends_on_tasks": ["C", "B7"], "risk": "hihg" },
      |                                                 ^~~~

docs/backlog/virtual-task-manifest.json:4:64 error PLAN-BAD-FIELD  a risk is High, Medium or Low, not "hihg"
    4 |     { "task_id": "A", "depends_on_tasks": ["C", "B7"], "risk": "hihg" },
      |                                                                ^~~~~~

docs/backlog/virtual-task-manifest.json:5:44 error PLAN-CYCLE  these tasks depend on each other: A -> C -> B -> A
    5 |     { "task_id": "B", "depends_on_tasks": ["A", "B"], "conflicts_with": ["Z"] },
      |                                            ^~~
      = an arrow reads "depends on"; remove one of them

docs/backlog/virtual-task-manifest.json:5:49 error PLAN-SELF-DEPENDENCY  B depends on itself
    5 |     { "task_id": "B", "depends_on_tasks": ["A", "B"], "conflicts_with": ["Z"] },
      |                                                 ^~~

docs/backlog/virtual-task-manifest.json:5:74 warning PLAN-WARNING  B is said to conflict with Z, which no task has
    5 |     { "task_id": "B", "depends_on_tasks": ["A", "B"], "conflicts_with": ["Z"] },
      |                                                                          ^~~

docs/backlog/virtual-task-manifest.json:7:18 error PLAN-DUPLICATE-ID  a second task has the id A; the first is at docs/backlog/virtual-task-manifest.json:4
    7 |     { "task_id": "A" },
      |                  ^~~

docs/backlog/virtual-task-manifest.json:8:18 error PLAN-BAD-ID  "../x" cannot be a task id
    8 |     { "task_id": "../x", "est": { "size": "XL" } }
      |                  ^~~~~~
      = a task id may hold letters, digits, ".", "_", "-" and "/" only, and each part begins with a letter or digit

docs/backlog/virtual-task-manifest.json:8:43 error PLAN-BAD-FIELD  a size is S, M or L, not "XL"
    8 |     { "task_id": "../x", "est": { "size": "XL" } }
      |                                           ^~~~

7 errors, 1 warning
`);
  });

  test('suggests the nearest id', () => {
    const { report } = check(
      manifestFormat,
      file,
      manifest({ task_id: 'SQLITE--T01' }, { task_id: 'B--T01', depends_on_tasks: ['SQLITE--TO1'] }),
    );
    expect(report).toContain('      = did you mean SQLITE--T01?\n');
  });

  test.each([
    ['{"tasks": [{"task_id": "A",}]}', '1:27', 'a comma before the closing "}"'],
    ['{"tasks": [{"task_id": "A"},]}', '1:28', 'a comma before the closing "]"'],
    ['{"tasks": [{"task_id": "A" "title": 1}]}', '1:28', 'expected "," or "}"'],
    ['{"tasks": [{"task_id": \'A\'}]}', '1:24', 'a text needs double quotes'],
    ['{"tasks": [{task_id: "A"}]}', '1:13', 'expected a key in double quotes'],
    ['{"tasks": [\n // first\n]}', '2:2', 'JSON has no comments'],
    ['{"tasks": ["A\n"]}', '1:12', 'this string is not closed'],
    ['{"tasks": [\n{"task_id": "A"}\n', '2:16', 'the file ends, but the "[" of line 1 is not closed'],
    ['{"tasks": []} x', '1:15', 'something stands behind the end of the JSON value'],
    ['{"a" 1}', '1:6', 'expected ":" behind the key'],
    ['{"tasks": [01]}', '1:12', 'expected a value'],
    ['{"tasks": ["\\q"]}', '1:13', 'an unknown escape in a string'],
    ['{\n<<<<<<< HEAD\n}', '2:1', 'expected a key in double quotes'],
    ['', '1:1', 'the file ends before any value'],
  ])('points at the fault of %j', (text, place, message) => {
    const { report } = check(manifestFormat, file, text);
    expect(report.split('\n')[0]).toBe(`${file}:${place} error PLAN-SYNTAX  ${message}`);
  });

  test('reads a file with a byte order mark, and counts columns without it', () => {
    const text = `\uFEFF{"tasks": [{"task_id": "A", "risk": 1}]}`;
    expect(check(manifestFormat, file, text).report.split('\n')[0]).toBe(
      `${file}:1:37 error PLAN-BAD-FIELD  a risk is High, Medium or Low, not 1`,
    );
  });

  test('refuses a task whose text is over a megabyte', () => {
    const { report } = check(
      manifestFormat,
      file,
      manifest({ task_id: 'A', description: 'x'.repeat(1_048_577) }),
    );
    expect(report).toContain('error PLAN-TOO-LARGE  the text of A has 1048578 characters; 1048576 are read');
  });
});

describe('reading task-state.json', () => {
  const state = (tasks: unknown): Record<string, string> => ({
    [stateFile]: JSON.stringify({ manifest_hash: 'old', tasks }, null, 2),
  });
  const five = manifest(...['A', 'B', 'C', 'D', 'E', 'F'].map((task_id) => ({ task_id })));

  test('takes statuses, and absent tasks as pending', () => {
    const { plan, draft } = check(
      manifestFormat,
      file,
      five,
      state({
        A: { status: 'completed', started_at: '2026-01-01T00:00:00Z', acs_completed: ['x'] },
        B: { status: 'completed', notes: 'external' },
        C: { status: 'in-progress', notes: 'needs-re-verification: a.ts changed' },
        D: { status: 'abandoned' },
        E: { status: 'blocked' },
      }),
    );
    expect(plan.tasks.map(({ declared }) => declared)).toEqual([
      'completed',
      'completed-external',
      'needs-re-verification',
      'abandoned',
      'blocked',
      'pending',
    ]);
    expect(draft.facts).toMatchObject({ status: 'OK', manifestHash: 'abc', stateManifestHash: 'old' });
    expect(draft.facts?.claims.get('A')).toEqual({
      status: 'completed',
      startedAt: '2026-01-01T00:00:00Z',
      criteriaDone: ['x'],
    });
  });

  test('warns of a state without a task, and refuses a word that is no status', () => {
    const { report } = check(
      manifestFormat,
      file,
      five,
      state({ X: { status: 'pending' }, A: { status: 'complted' } }),
    );
    expect(report).toBe(`\
docs/backlog/task-state.json:4:5 warning PLAN-WARNING  task-state.json knows a task X that the manifest lacks
    4 |     "X": {
      |     ^~~

docs/backlog/task-state.json:8:17 error PLAN-BAD-FIELD  "complted" is no status of A
    8 |       "status": "complted"
      |                 ^~~~~~~~~~
      = did you mean completed?

1 error, 1 warning
`);
  });

  test('reports a broken state file, which could not be written back to', () => {
    const { report } = check(manifestFormat, file, five, { [stateFile]: '{"tasks": {' });
    expect(report.split('\n')[0]).toBe(
      `${stateFile}:1:11 error PLAN-SYNTAX  the file ends, but the "{" of line 1 is not closed`,
    );
  });
});

describe('facts of a manifest', () => {
  test.each([
    [
      { prd: 'docs/prd.md', prd_hash: 'abc' },
      { path: 'docs/prd.md', hash: 'abc' },
    ],
    [{ prd: { path: 'p.md', hash: 'h' } }, { path: 'p.md', hash: 'h' }],
    [{ metadata: { master_prd: 'm.md' } }, { path: 'm.md', hash: undefined }],
    [{}, undefined],
  ])('finds the PRD in %j', (fields, prd) => {
    const text = JSON.stringify({ ...fields, tasks: [{ task_id: 'A' }] });
    expect(check(manifestFormat, file, text).draft.facts?.prd).toEqual(prd);
  });

  test('keeps the gaps of a refused decomposition', () => {
    const text = JSON.stringify({
      status: 'BLOCKED',
      gaps: { blocking: [{ code: 'GAP::X', message: 'why' }, 'GAP::Y'] },
    });
    expect(check(manifestFormat, file, text).draft.facts).toMatchObject({
      status: 'BLOCKED',
      blockingGaps: ['GAP::X (why)', 'GAP::Y'],
    });
  });
});

describe('a damaged manifest', () => {
  test('has no value out of the names that every object has', () => {
    const task = { task_id: 'A', risk: 'constructor', est: { size: 'toString' } };
    const state = { [stateFile]: JSON.stringify({ tasks: { A: { status: 'constructor' } } }) };
    const { draft } = check(manifestFormat, file, manifest(task), state);
    expect(draft.tasks[0]).toMatchObject({ risk: 'Medium', size: 'M', declared: 'pending' });
    expect(draft.diagnostics.map(({ message }) => message)).toEqual([
      '"constructor" is no status of A',
      'a risk is High, Medium or Low, not "constructor"',
      'a size is S, M or L, not "toString"',
    ]);
  });

  test.each(['acceptance_criteria', 'depends_on_tasks'])(
    'with many faults in %s is read in one pass',
    (key) => {
      const faulty = Array.from({ length: 60_000 }, (_, at) => at);
      const { draft } = check(manifestFormat, file, manifest({ task_id: 'A', [key]: faulty }));
      expect(draft.diagnostics).toHaveLength(60_000);
      expect(draft.diagnostics.at(-1)).toMatchObject({ line: 60_007, length: 5 });
    },
  );

  test('with many unknown dependencies is refused in one pass', () => {
    const unknown = Array.from({ length: 30_000 }, (_, at) => `B${at}`);
    const { report } = check(manifestFormat, file, manifest({ task_id: 'A', depends_on_tasks: unknown }));
    expect(report).toContain('30000 errors');
  });

  test('with a byte order mark inside has a place to show', () => {
    const { draft } = check(manifestFormat, file, `\uFEFF\uFEFF${manifest()}`);
    expect(draft.diagnostics).toMatchObject([
      { line: 1, column: 1, length: 1, message: 'a byte order mark stands inside the text' },
    ]);
  });

  test('has a state without tasks completed in one writing', () => {
    const { plan, draft } = check(manifestFormat, file, manifest({ task_id: 'A' }));
    const write = (text: string): string => {
      const [result] = manifestFormat.writeBack({
        backlog: { entry: file, files: [file] },
        plan,
        facts: draft.facts,
        texts: new Map([[stateFile, text]]),
        view: viewOf({ A: 'completed' }),
      });
      return result !== undefined && 'text' in result ? result.text : 'problem';
    };
    const once = write('{"x": 1}');
    expect(JSON.parse(once)).toMatchObject({
      x: 1,
      manifest_hash: 'abc',
      tasks: { A: { status: 'completed' } },
    });
    expect(write(once)).toBe(once);
  });
});
