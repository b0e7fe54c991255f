import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { specKitFormat } from '../../../../src/planning/formats/spec-kit/format.ts';
import type { Plan } from '../../../../src/domain/plan.ts';
import type { ViewStatus } from '../../../../src/domain/view.ts';
import { check, viewOf } from './plan-texts.ts';

const file = 'specs/001-login/tasks.md';

function edgesOf(plan: Plan): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(plan.tasks.map(({ id, dependencies }) => [id, dependencies.toSorted()]));
}

function read(text: string, companions?: Readonly<Record<string, string>>): ReturnType<typeof check> {
  return check(specKitFormat, file, text, companions);
}

function write(text: string, statuses: Readonly<Record<string, ViewStatus>>): unknown {
  const { plan } = read(text);
  const backlog = { entry: file, files: [file] };
  const texts = new Map([[file, text]]);
  return specKitFormat.writeBack({ backlog, plan, facts: undefined, texts, view: viewOf(statuses) });
}

const stories = `# Tasks: Login

**Prerequisites**: plan.md, spec.md (required), contracts/

## Phase 1: Setup (Shared Infrastructure)

- [x] T001 Create package.json
- [ ] T002 [P] Lint in \`.eslintrc.json\`
- [X] T003 [P] Format

## Phase 2: Foundational

- [ ] T004 Schema in src/db/schema.ts

**Checkpoint**: Foundation ready

## Phase 3: User Story 2 - Sign in (Priority: P1) 🎯 MVP

**Goal**: A person can
sign in

**Independent Test**: Sign in with a password

### Tests for User Story 2

> **NOTE**: write these first

- [ ] T005 [P] [US2] Contract test in tests/api/login.test.ts
- [ ] T006 [P] [US2] Test of the flow

### Implementation for User Story 2

- [ ] T007 [P] [US2] Model in \`app/api/auth/[...all]/route.ts\` and login/logout
  - keep the old column
  - [ ] migrates old rows
- [ ] T008 [US2] Service (depends on T007)

**Checkpoint**: Sign in works

## Phase 4: User Story 1 - Sign out (Priority: P3)

- [ ] T009 [US1] Route

## Phase N: Polish & Cross-Cutting Concerns

- [ ] T010 [P] Documentation in docs/
- [ ] T011 [P] [US2] Clean up
`;

describe('reading spec-kit', () => {
  test('orders phases, leaves stories side by side, and runs neighbours with [P] together', () => {
    const { plan, report } = read(stories);
    expect(report).toBe('');
    expect(plan.title).toBe('Login');
    expect(edgesOf(plan)).toEqual({
      T001: [],
      T002: ['T001'],
      T003: ['T001'],
      T004: ['T002', 'T003'],
      T005: ['T004'],
      T006: ['T004'],
      T007: ['T005', 'T006'],
      T008: ['T007'],
      T009: ['T004'],
      T010: ['T008', 'T009'],
      T011: ['T008', 'T009'],
    });
    expect(plan.tasks.filter(({ parallel }) => parallel === true).map(({ id }) => id)).toEqual([
      'T002',
      'T003',
      'T005',
      'T006',
      'T007',
      'T010',
      'T011',
    ]);
  });

  test('takes statuses, stories, criteria, priorities, scope and the documents beside it', () => {
    const { plan } = read(stories, { 'specs/001-login/spec.md': '', 'specs/001-login/plan.md': '' });
    const task = (id: string): Plan['tasks'][number] | undefined => plan.tasks.find((one) => one.id === id);
    expect(plan.tasks.slice(0, 4).map(({ declared }) => declared)).toEqual([
      'completed',
      'pending',
      'completed',
      'pending',
    ]);
    expect(task('T007')).toMatchObject({
      title: 'Model in `app/api/auth/[...all]/route.ts` and login/logout',
      description: '- keep the old column\n\nUS2: A person can\nsign in',
      criteria: [
        { id: 'T007.AC1', text: 'migrates old rows' },
        { id: 'US2.TEST', text: 'Sign in with a password' },
        { id: 'US2.CHECKPOINT', text: 'Sign in works' },
      ],
      scope: ['app/api/auth/[...all]/route.ts'],
      risk: 'High',
      phase: 'User Story 2 - Sign in (Priority: P1) 🎯 MVP',
      slice: 'US2',
      context: {
        specs: [],
        adrs: [],
        guides: ['specs/001-login/spec.md', 'specs/001-login/contracts/', 'specs/001-login/plan.md'],
      },
      origin: { file, line: 33 },
    });
    expect(task('T005')?.description).toContain('**NOTE**: write these first');
    expect(task('T001')).toMatchObject({
      scope: ['package.json'],
      risk: 'Medium',
      criteria: [{ id: 'T001.AC1', text: 'Create package.json' }],
    });
    expect(task('T004')?.criteria).toEqual([{ id: 'PHASE2.CHECKPOINT', text: 'Foundation ready' }]);
    expect(task('T009')?.risk).toBe('Low');
    expect(task('T011')).toMatchObject({ slice: 'US2', phase: 'Polish & Cross-Cutting Concerns' });
    expect(task('T011')?.criteria.map(({ id }) => id)).toEqual(['US2.TEST', 'US2.CHECKPOINT']);
  });

  test.each([
    ['- [ ] T001 plain', 'T001', 'plain'],
    ['- [ ] [T001] [P] in brackets', 'T001', 'in brackets'],
    ['- [ ] **T001** [US1] bold', 'T001', 'bold'],
    ['- [ ] T001: colon', 'T001', 'colon'],
    ['* [ ] T010a [P] [US1] part', 'T010a', 'part'],
    ['1. [ ] T1001 numbered', 'T1001', 'numbered'],
    ['- [ ] T001 [app] is no label', 'T001', '[app] is no label'],
    ['- [ ] T001\u00a0[P]\u202fblanks', 'T001', 'blanks'],
    ['- [ ] T001 安装：依赖', 'T001', '安装：依赖'],
  ])('reads %j', (line, id, title) => {
    const { plan, report } = read(`## Phase 1: Setup\n\n${line}\n`);
    expect(report).toBe('');
    expect(plan.tasks.map((task) => [task.id, task.title])).toEqual([[id, title]]);
  });

  test('reads the same with CRLF and a byte order mark', () => {
    expect(read(`\uFEFF${stories.replaceAll('\n', '\r\n')}`).plan.hash).toBe(read(stories).plan.hash);
  });

  test('sees no comment in a code fence', () => {
    const { plan } = read(
      '# Tasks: x\n\n## Phase 1: Setup\n\n- [ ] T001 a\n  ```html\n  <!-- open\n  ```\n- [ ] T002 b -->\n',
    );
    expect(plan.tasks.map(({ id }) => id)).toEqual(['T001', 'T002']);
  });

  test('sees no task in a code fence or a comment', () => {
    const hidden = '```\n- [ ] T002 no\n```\n\n<!--\n- [ ] T003 no\n-->\n';
    const { plan } = read(`## Phase 1: Setup\n\n- [ ] T001 yes\n\n${hidden}\n- [ ] T004 yes\n`);
    expect(plan.tasks.map(({ id }) => id)).toEqual(['T001', 'T004']);
  });

  test.each([
    ['depends on T001, T002', ['T001', 'T002']],
    ['depends on T001 and US1', ['T001', 'T003']],
    ['after T001–T002', ['T001', 'T002']],
    ['depends on Phase 1', ['T002']],
    ['依赖 T001、T002', ['T001', 'T002']],
    ['does not depend on T001', []],
    ['was made in T001', []],
  ])('"(%s)" adds the edges %j', (words, ids) => {
    const text = `## Phase 1: Setup\n- [ ] T001 a\n- [ ] T002 b\n## Phase 2: User Story 1\n- [ ] T003 c\n## Phase 3: User Story 2\n- [ ] T009 d (${words})\n`;
    const { plan, report } = read(text);
    expect(report).toBe('');
    expect(edgesOf(plan)['T009']).toEqual([...new Set(['T002', ...ids])].toSorted());
  });

  test('takes arrow chains, ranges and bullets of the section about order', () => {
    const phase = (number: number, ...ids: readonly string[]): string =>
      `## Phase ${number}: User Story ${number}\n${ids.map((id) => `- [ ] ${id} [P] x`).join('\n')}`;
    const { plan, report } = read(`\
${phase(1, 'T001', 'T002', 'T003')}
${phase(2, 'T004')}
${phase(3, 'T005')}
${phase(4, 'T006', 'T007')}

## Dependencies & Execution Order

- **Setup (Phase 0)**: No dependencies
- US2 (Phase 2): Depends on US1 (why) - can run beside US3 after US1
- **User Story 3 (P2)**: Can start after Foundational - may integrate with US4
- Models before services → services before routes

**Critical path**: T001-T002 → T006 (why) → T007
\`\`\`
US3 ──> US4
\`\`\`
`);
    expect(report).toBe('');
    expect(edgesOf(plan)).toEqual({
      T001: [],
      T002: [],
      T003: [],
      T004: ['T001', 'T002', 'T003'],
      T005: [],
      T006: ['T001', 'T002', 'T005'],
      T007: ['T005', 'T006'],
    });
  });

  test('reports every fault in one pass, each at its place', () => {
    const text = `# Tasks: x

## Phase 1: Setup
- [ ] T001 a (depends on T099)
- [?] T002 b (depends on T003)
- [ ] T003a c, see [a](file:///d:/My%20Dir/a.ts)
- [ ] TXXX d
- [ ] T001 e
- [ ] no id
- [ ] T004 f (depends on the schema)

## Dependencies
- T002 → T098
`;
    expect(read(text).report).toBe(`\
specs/001-login/tasks.md:4:26 error PLAN-UNKNOWN-DEPENDENCY  T001 depends on T099, which no task has
    4 | - [ ] T001 a (depends on T099)
      |                          ^~~~

specs/001-login/tasks.md:5:4 warning PLAN-WARNING  the mark "?" of T002 is unknown; the task is read as pending
    5 | - [?] T002 b (depends on T003)
      |    ^
      = one of a blank, x and X

specs/001-login/tasks.md:5:26 warning PLAN-WARNING  no task has the id T003; it is read as T003a
    5 | - [?] T002 b (depends on T003)
      |                          ^~~~

specs/001-login/tasks.md:6:7 error PLAN-CYCLE  these tasks depend on each other: T002 -> T003a -> T002
    6 | - [ ] T003a c, see [a](file:///d:/My%20Dir/a.ts)
      |       ^~~~~
      = an arrow reads "depends on"; remove one of them

specs/001-login/tasks.md:6:24 warning PLAN-WARNING  file:///d:/My%20Dir/a.ts lies outside the repository
    6 | - [ ] T003a c, see [a](file:///d:/My%20Dir/a.ts)
      |                        ^~~~~~~~~~~~~~~~~~~~~~~~

specs/001-login/tasks.md:7:7 error PLAN-BAD-ID  TXXX is a placeholder of the template, not an id
    7 | - [ ] TXXX d
      |       ^~~~
      = give the task a number, as T061

specs/001-login/tasks.md:8:7 error PLAN-DUPLICATE-ID  a second task has the id T001; the first is at specs/001-login/tasks.md:4
    8 | - [ ] T001 e
      |       ^~~~

specs/001-login/tasks.md:9:7 warning PLAN-WARNING  a checkbox under "Phase 1: Setup" without an id such as T001: read as no task, and not checked
    9 | - [ ] no id
      |       ^~~~~

specs/001-login/tasks.md:10:14 warning PLAN-WARNING  T004 depends on something that is no task, story or phase; no edge is made
   10 | - [ ] T004 f (depends on the schema)
      |              ^~~~~~~~~~~~~~~~~~~~~~~

specs/001-login/tasks.md:13:10 error PLAN-UNKNOWN-DEPENDENCY  T098 is ordered here, but no task has this id
   13 | - T002 → T098
      |          ^~~~

5 errors, 5 warnings
`);
  });
});

describe('writing spec-kit back', () => {
  test('changes one character for each status that is new, and nothing else', () => {
    expect(
      write(stories, { T001: 'pending', T002: 'completed', T003: 'completed', T004: 'running' }),
    ).toEqual([
      {
        file,
        text: stories.replace('[x] T001', '[ ] T001').replace('[ ] T002', '[x] T002'),
      },
    ]);
  });

  test('leaves marks that nobody knows, and fills an empty box', () => {
    const text = '\uFEFF## Phase 1: Setup\r\n- [?] T001 a\r\n- [] T002 b\r\n- [~] T003 c';
    expect(write(text, { T001: 'pending', T002: 'pending', T003: 'running' })).toEqual([{ file, text }]);
    expect(write(text, { T002: 'completed-external' })).toEqual([{ file, text: text.replace('[]', '[x]') }]);
  });
});

describe('detecting spec-kit', () => {
  test.each([
    ['a backlog', file, stories, true],
    ['a file that was only made yet', file, '', true],
    ['an empty file elsewhere', 'TASKS.md', '', false],
    ['ids below a phase', 'notes/x.md', '## Phase 1: Setup\n- [ ] T001 x', true],
    ['ids alone', 'notes/x.md', '- [ ] T001 x', false],
    ['a label', 'notes/x.md', '- [ ] T001 [P] x', true],
    ['a change of OpenSpec', 'openspec/changes/a/tasks.md', stories, false],
    ['headings of the implementer', 'TASKS.md', '## Phase 1\n### T-001: x\n- [ ] T001 [P] x', false],
    ['no Markdown', 'notes/x.txt', stories, false],
    ['a plain checklist', 'README.md', '## Phase 1\n- [ ] do it', false],
    ['an example in a fence', 'README.md', '```\n- [ ] T001 [P] x\n```', false],
  ])('takes %s for what it is (%s)', (_, name, text, expected) => {
    expect(specKitFormat.detect(name, text)).toBe(expected);
  });
});

test('large backlogs and long blank runs are read without a product of their sizes', () => {
  const many = Array.from({ length: 5_000 }, (_, at) => `- [ ] T${10_000 + at} [P] x`);
  const more = Array.from(
    { length: 5_000 },
    (_, at) => `- [ ] T${20_000 + at} [P] x (depends on${' '.repeat(200)}T10000)`,
  );
  const { draft } = read(
    `## Phase 1: Setup\n${many.join('\n')}\n## Phase 2: Next\n${more.join('\n')}\n## Dependencies\n- T10000-T14999 → T20000-T24999\n`,
  );
  expect(draft.tasks.reduce((sum, { dependencies }) => sum + dependencies.length, 0)).toBeLessThan(30_000);
});

test('ranges that stand for more than anyone can mean are refused', () => {
  const lines = Array.from({ length: 900 }, (_, at) => `- [ ] T${1_000 + at} [P] x (depends on T1000-T1899)`);
  const { draft } = read(`## Phase 1: Setup\n${lines.join('\n')}\n`);
  expect(draft.diagnostics.map(({ code, line }) => [code, line])).toEqual([['PLAN-TOO-LARGE', 113]]);
});

test('no text makes the reader throw, and a view of what was read changes nothing', () => {
  const word = fc.constantFrom(
    ...stories.split(/(?<=[\s\]])/),
    'T001–T009 → ',
    '(depends on ',
    'US1',
    '`',
    '<!--',
    '\r\n',
    '[',
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 120 }), (words) => {
      const text = words.join('');
      const { draft } = read(text);
      specKitFormat.detect(file, text);
      for (const [at, task] of draft.tasks.entries()) {
        for (const index of task.dependencies.keys()) draft.locate(at, { field: 'dependency', index });
      }
      const statuses = Object.fromEntries(
        draft.tasks
          .toReversed()
          .map(({ id, declared }) => [id, declared === 'in-progress' ? 'running' : declared]),
      ) as Record<string, ViewStatus>;
      expect(write(text, statuses)).toEqual([{ file, text }]);
    }),
    { numRuns: 300 },
  );
});

test('the checkpoints of a phase are one list for all of its tasks', () => {
  const checkpoints = '**Checkpoint**: it stands\n\n'.repeat(3_000);
  const tasks = Array.from({ length: 3_000 }, (_, at) => `- [ ] T${at + 1_000} Build it\n`).join('');
  const { draft } = check(specKitFormat, file, `# Tasks\n\n## Phase 1: Setup\n\n${checkpoints}${tasks}`);
  expect(draft.tasks).toHaveLength(3_000);
  expect(new Set(draft.tasks.map(({ criteria }) => criteria)).size).toBe(1);
});

test('what is too long for a goal is not given to every task of its phase', () => {
  const goals = '**Goal**: it stands\n\n'.repeat(3_000);
  const text = `# Tasks\n\n## Phase 1: Setup\n\n${goals}- [ ] T001 Build it\n`;
  expect(check(specKitFormat, file, text).draft.tasks[0]?.description).toBe('');
});
