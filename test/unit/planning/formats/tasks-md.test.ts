import { describe, expect, test } from 'vitest';
import { tasksMdFormat } from '../../../../src/planning/formats/tasks-md/format.ts';
import { check } from './plan-texts.ts';

const file = 'docs/specs/TASKS.md';

function tasks(...sections: readonly string[]): string {
  return ['# Implementation Tasks', ...sections].join('\n\n');
}

describe('reading TASKS.md', () => {
  test('takes every field of a task', () => {
    const { plan, report } = check(
      tasksMdFormat,
      file,
      tasks(
        '## Area: Data Layer',
        `### T-001: Schema
- **Spec reference**: data-model.md, Section 2
- **Spec hash**: abc
- **Dependencies**: None
- **Status**: in-progress
- **Source**: spec-derived
- **Acceptance criteria**:
  - [x] Table \`users\` exists
  - [ ] AC-07: has an index
    that is unique
    - [ ] on two columns
- **Complexity**: Complex
- **Risk**: High (money)
- **Files**: \`src/db/schema.ts\`, \`src/db/\\*.sql\` (new), app/[...all]/route.ts
- **Tests**: test/schema.test.ts
- **Conflicts with**: T-002
- **Guides**: docs/guide.md

Keep the old columns.`,
        '### T-002: Users\n- **Dependencies**: T-001 (tables, keys)',
      ),
    );
    expect(report).toBe('');
    expect(plan.title).toBe('Implementation Tasks');
    expect(plan.tasks[0]).toEqual({
      id: 'T-001',
      kind: 'task',
      title: 'Schema',
      description: 'Keep the old columns.',
      criteria: [
        { id: 'T-001.AC1', text: 'Table `users` exists' },
        { id: 'AC-07', text: 'has an index that is unique\n- [ ] on two columns' },
      ],
      dependencies: [],
      conflictsWith: ['T-002'],
      scope: ['src/db/schema.ts', 'src/db/*.sql', 'app/[...all]/route.ts'],
      risk: 'High',
      size: 'L',
      provisional: false,
      phase: 'Data Layer',
      context: { specs: ['data-model.md#Section 2'], adrs: [], guides: ['docs/guide.md'] },
      testFiles: ['test/schema.test.ts'],
      gapCodes: [],
      declared: 'in-progress',
      specHash: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown,
      origin: { file, line: 5 },
    });
    expect(plan.tasks[1]).toMatchObject({
      id: 'T-002',
      dependencies: ['T-001'],
      size: 'M',
      declared: 'pending',
    });
  });

  test('knows fix tasks and test tasks by their ids', () => {
    const { plan } = check(
      tasksMdFormat,
      file,
      tasks(
        '### T-003: Api\n- **Dependencies**: None',
        '### T-003T: Api tests\n- **Dependencies**: T-003 (impl)',
        `### F-001: Fix the crash (regression from T-003)
- Source task: T-003
- Discovered during: T-009
- Files affected: src/a.ts, src/b.ts
- **Dependencies**: —
- **Status**: blocked`,
      ),
    );
    expect(plan.tasks.map(({ id, kind, title }) => [id, kind, title])).toEqual([
      ['T-003', 'task', 'Api'],
      ['T-003T', 'task', 'Api tests'],
      ['F-001', 'fix', 'Fix the crash (regression from T-003)'],
    ]);
    expect(plan.tasks[2]).toMatchObject({
      scope: ['src/a.ts', 'src/b.ts'],
      dependencies: [],
      declared: 'blocked',
      description: '- Source task: T-003\n- Discovered during: T-009',
    });
  });

  test.each([
    ['T-001: `a` and **b**', '`a` and **b**'],
    ['T-001: **Read** it', '**Read** it'],
    ['T-001: **Read it**', 'Read it'],
    ['**T-001: Read it**', 'Read it'],
    ['**T-001**: `a`', '`a`'],
    ['`T-001` - Read it', 'Read it'],
    ['~~T-001: Read it~~', 'Read it'],
    ['T-001: : b', ': b'],
    ['T-001: C # #', 'C #'],
    ['T-001', 'T-001'],
  ])('a heading %j has the title %j', (heading, title) => {
    const { plan } = check(tasksMdFormat, 'TASKS.md', `### ${heading}\n\n- **Dependencies**: None\n`);
    expect(plan.tasks.map((task) => task.title)).toEqual([title]);
  });

  test.each([
    ['AC-1: **Given** a page', 'AC-1', '**Given** a page'],
    ['**AC-1:** a page', 'AC-1', 'a page'],
    ['**AC-1**: **Given** a page', 'AC-1', '**Given** a page'],
    ['`AC1`. a page', 'AC1', 'a page'],
    ['AC-1:', 'T-001.AC1', 'AC-1:'],
  ])('a criterion %j has the id %s', (line, id, text) => {
    const { plan } = check(
      tasksMdFormat,
      'TASKS.md',
      `### T-001: a\n\n- **Acceptance criteria**:\n  - [ ] ${line}\n`,
    );
    expect(plan.tasks[0]!.criteria).toEqual([{ id, text }]);
  });

  test.each([
    ['pending', 'pending'],
    ['in-progress', 'in-progress'],
    ['✅ Done (2026-01-02)', 'completed'],
    ['done (external)', 'completed-external'],
    ['satisfied-externally', 'completed-external'],
    ['blocked — waits for a decision', 'blocked'],
    ['skipped', 'skipped'],
    ['externally-managed', 'externally-managed'],
    ['superseded', 'abandoned'],
    ['needs-re-verification', 'needs-re-verification'],
    ['', 'pending'],
  ])('reads the status "%s" as %s', (word, declared) => {
    const { plan, report } = check(tasksMdFormat, file, tasks(`### T-001: A\n- **Status**: ${word}`));
    expect(report).toBe('');
    expect(plan.tasks[0]?.declared).toBe(declared);
  });

  test.each([
    ['None', []],
    ['—', []],
    ['n/a', []],
    ['None (root task)', []],
    ['T-001 (why, and how), T-003 (see T-004)', ['T-001', 'T-003']],
    ['`T-001`, **T-002**; [T-003](#t-003)', ['T-001', 'T-002', 'T-003']],
    ['T-001 and T-002', ['T-001', 'T-002']],
    ['T-001 T-002', ['T-001', 'T-002']],
    ['T-001-T-004', ['T-001', 'T-002', 'T-003', 'T-004']],
    ['T-002–T-003 (both)', ['T-002', 'T-003']],
    ['T-002..T-004', ['T-002', 'T-003', 'T-004']],
    ['T-001 - needs the schema', ['T-001']],
    ['\n  - T-001 (why)\n  - T-002', ['T-001', 'T-002']],
    ['\u00a0T-001,\u202fT-002', ['T-001', 'T-002']],
  ])('reads the dependencies %j', (text, ids) => {
    const others = ['T-001', 'T-002', 'T-003', 'T-004'].map((id) => `### ${id}: x\n- **Status**: pending`);
    const { plan, report } = check(
      tasksMdFormat,
      file,
      tasks(...others, `### T-005: y\n- **Dependencies**: ${text}`),
    );
    expect(report).toBe('');
    expect(plan.tasks[4]?.dependencies).toEqual(ids);
  });

  test('reads the same from a file with CRLF, a byte order mark and no-break blanks', () => {
    const text = tasks('### T-001: A\n- **Status**: done\n- **Acceptance criteria**:\n  - [ ] one');
    const odd = `\uFEFF${text.replaceAll('\n', '\r\n').replace('**: done', '**:\u00a0done')}`;
    expect(check(tasksMdFormat, file, odd).plan.hash).toBe(check(tasksMdFormat, file, text).plan.hash);
    expect(check(tasksMdFormat, file, odd).plan.tasks[0]?.declared).toBe('completed');
  });

  test('sees no task and no field inside a code fence', () => {
    const fenced = '````md\n```\n### T-002: no\n- **Status**: done\n```\n### T-003: no\n````';
    const { plan } = check(tasksMdFormat, file, tasks(`### T-001: A\n- **Dependencies**: None\n\n${fenced}`));
    expect(plan.tasks.map(({ id }) => id)).toEqual(['T-001']);
    expect(plan.tasks[0]).toMatchObject({ declared: 'pending', description: fenced });
  });

  test('reports every fault in one pass, each at its place', () => {
    const text = tasks(
      '### T-001: A\n- **Dependencies**: T-002 (b)\n- **Status**: finshed',
      '### T-002: B\n- **Dependencies**: T-001, T-0O1, the auth endpoints',
      '### T-002: C\n- **Dependencies**: T-002\n- **Complexity**: Huge',
      '### ;rm -rf: D\n- **Dependencies**: T-004–T-002',
    );
    expect(check(tasksMdFormat, 'TASKS.md', text).report).toBe(`\
TASKS.md:5:15 error PLAN-BAD-FIELD  "finshed" is no status of T-001
    5 | - **Status**: finshed
      |               ^~~~~~~
      = one of pending, in-progress, done, done (external), blocked, skipped, externally-managed, satisfied-externally, superseded, needs-re-verification

TASKS.md:8:21 error PLAN-CYCLE  these tasks depend on each other: T-001 -> T-002 -> T-001
    8 | - **Dependencies**: T-001, T-0O1, the auth endpoints
      |                     ^~~~~
      = an arrow reads "depends on"; remove one of them

TASKS.md:8:28 error PLAN-UNKNOWN-DEPENDENCY  T-002 depends on T-0O1, which no task has
    8 | - **Dependencies**: T-001, T-0O1, the auth endpoints
      |                            ^~~~~
      = did you mean T-001?

TASKS.md:8:35 error PLAN-UNKNOWN-DEPENDENCY  T-002 depends on the auth endpoints, which no task has
    8 | - **Dependencies**: T-001, T-0O1, the auth endpoints
      |                                   ^~~~~~~~~~~~~~~~~~

TASKS.md:10:5 error PLAN-DUPLICATE-ID  a second task has the id T-002; the first is at TASKS.md:7
   10 | ### T-002: C
      |     ^~~~~

TASKS.md:11:21 error PLAN-SELF-DEPENDENCY  T-002 depends on itself
   11 | - **Dependencies**: T-002
      |                     ^~~~~

TASKS.md:12:19 error PLAN-BAD-FIELD  "Huge" is no size of T-002
   12 | - **Complexity**: Huge
      |                   ^~~~
      = one of Simple, Medium or Complex

TASKS.md:14:5 error PLAN-BAD-ID  ";rm -rf" cannot be a task id
   14 | ### ;rm -rf: D
      |     ^~~~~~~
      = a task id may hold letters, digits, ".", "_", "-" and "/" only, and each part begins with a letter or digit

TASKS.md:15:21 error PLAN-BAD-FIELD  the range from T-004 to T-002 runs backwards
   15 | - **Dependencies**: T-004–T-002
      |                     ^~~~~~~~~~~

9 errors
`);
  });

  test('warns where the drawn graph and the bullets tell different stories', () => {
    const text = tasks(
      `\`\`\`mermaid
flowchart TD
    subgraph data["Data"]
        T001[T-001: a --> b]
        n2("T-002: Users")
    end
    T001 --> n2
    n2 -->|calls| T003
    T003 --> T001
    T001 & n2 --> T-003
    T001 --> T009
\`\`\``,
      '### T-001: A\n- **Dependencies**: None',
      '### T-002: B\n- **Dependencies**: None',
      '### T-003: C\n- **Dependencies**: T-001, T-002',
    );
    expect(check(tasksMdFormat, 'TASKS.md', text).report).toBe(`\
TASKS.md:9:5 warning PLAN-WARNING  the drawn graph has T-001 before T-002, but T-002 does not depend on T-001
    9 |     T001 --> n2
      |     ^~~~~~~~~~~
      = the Dependencies of T-002 count; add T-001 there if it is needed

TASKS.md:11:5 warning PLAN-WARNING  the drawn graph has T-003 before T-001, but T-003 depends on T-001
   11 |     T003 --> T001
      |     ^~~~~~~~~~~~~

TASKS.md:13:5 warning PLAN-WARNING  the drawn graph has a node T009, which no task has
   13 |     T001 --> T009
      |     ^~~~~~~~~~~~~

3 warnings
`);
  });

  test('reports a file without a task', () => {
    expect(check(tasksMdFormat, 'TASKS.md', '').report).toBe(`\
TASKS.md:1:1 error PLAN-EMPTY  the backlog holds no task
    1 |
      | ^

1 error
`);
  });
});

describe('the spec hash', () => {
  const hashOf = (text: string): string | undefined =>
    check(tasksMdFormat, file, tasks(text)).plan.tasks[0]?.specHash;
  const base = '### T-001: A\n- **Status**: pending\n- **Acceptance criteria**:\n  - [ ] one two';

  test('stays when only the status, a tick, white space or the place change', () => {
    expect(hashOf(base.replace('pending', 'done').replace('[ ]', '[x]'))).toBe(hashOf(base));
    expect(hashOf(base.replace('one two', 'one   two  '))).toBe(hashOf(base));
    expect(hashOf(`\n\n${base}`)).toBe(hashOf(base));
  });

  test.each([
    ['a criterion', base.replace('one', 'eleven')],
    ['the title', base.replace(': A', ': B')],
    ['the risk', `${base}\n- **Risk**: High`],
    ['the size', `${base}\n- **Complexity**: Simple`],
    ['the scope', `${base}\n- **Files**: a.ts`],
    ['a spec', `${base}\n- **Spec reference**: a.md, 1`],
    ['the prose', `${base}\n\nMore.`],
  ])('changes with %s', (_, text) => {
    expect(hashOf(text)).not.toBe(hashOf(base));
  });
});

describe('detecting TASKS.md', () => {
  test.each([
    ['TASKS.md', '### T-001: x', true],
    ['TASKS.md', '# Implementation Tasks\n', true],
    ['notes.md', '## F-002 Fix it', true],
    ['TASKS.md', '# Tasks\n\n- [ ] do it', false],
    ['TASKS.md', '```\n### T-001: x\n```', false],
    ['TASKS.txt', '### T-001: x', false],
  ])('%s with %j: %s', (name, text, expected) => {
    expect(tasksMdFormat.detect(name, text)).toBe(expected);
  });
});

describe('a damaged TASKS.md', () => {
  test.each([
    ['blanks in a heading', `### T-001: A${' '.repeat(300_000)}B`],
    ['blanks in another heading', `## A${' '.repeat(300_000)}B`],
    ['stars in a title', `### T-001: A${'*'.repeat(300_000)}B`],
    ['blanks in prose', `### T-001: A\n${' '.repeat(300_000)}B`],
    ['blanks in a reference', `### T-001: A\n- **Spec reference**: a${' '.repeat(300_000)}b`],
    ['brackets in a list of ids', `### T-001: A\n- **Dependencies**: T-009 x${'('.repeat(300_000)}`],
    ['letters in a drawing', `\`\`\`mermaid\n${'a'.repeat(300_000)}\n\`\`\`\n### T-001: A`],
  ])('with many %s is read without harm', (_name, text) => {
    expect(check(tasksMdFormat, 'TASKS.md', `${text}\n\n### T-002: B\n`).draft.tasks.at(-1)?.id).toBe(
      'T-002',
    );
  });

  test('of ranges without end names what is not read', () => {
    const ranges = Array.from({ length: 30 }, () => 'T-001..T-999').join(', ');
    const { draft } = check(tasksMdFormat, 'TASKS.md', `### T-001: A\n- **Dependencies**: ${ranges}\n`);
    expect(draft.tasks[0]!.dependencies.length).toBeLessThanOrEqual(20_000);
    expect(draft.diagnostics[0]?.message).toBe('more than 20000 ids are listed; the rest is not read');
  });
});
