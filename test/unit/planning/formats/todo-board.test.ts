import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ViewStatus } from '../../../../src/domain/view.ts';
import { todoBoardFormat } from '../../../../src/planning/formats/todo-board/format.ts';
import { check, viewOf } from './plan-texts.ts';

const folder = '.claude/pr/feature-payment/';
const file = `${folder}todo.md`;
const graphFile = `${folder}task-dependencies.json`;
const statusFile = `${folder}status.json`;

const board = `# TODO List for feature-payment

Generated: 2024-01-27T12:00:00Z
Total Tasks: 4
Suggested Parallel Workers: 3

## High Priority
- [x] [TASK-001] Implement user authentication API ✓
  - Effort: M
  - Dependencies: None
  - Parallel-safe: Yes
  - Files: src/auth/\\*

- [~] [TASK-002] Create database schema for users
  - Effort: XL
  - Dependencies: TASK-001 (the types), [TASK-004]
  - Parallel-safe: No
  - Files: migrations/\\*, models/\\*, package.json
  - Keep the old columns.
    They are read elsewhere.
  - [x] the migration runs
  - [ ] and back
    within a minute

## Medium Priority

### Frontend
- [ ] **[PAY-3]** Payment form
  - Acceptance Criteria:
    1. Cards are checked
    2. Errors are shown

\`\`\`markdown
- [ ] [TASK-900] an example
\`\`\`

## Low Priority
- [ ] [TASK-004] Write the guide
  - Effort: S
  - Files: \`docs/guide.md\` (new), [README](./README.md#usage)

## PR Splitting Recommendation
### PR 1: Core
- Tasks: TASK-001, TASK-002
- Dependencies: PR 2
- [ ] Ask for a review
`;

const subBoard = `# TODO List for feature-payment/stripe

Parent Branch: feature-payment
Parent Tasks Inherited: 1

## From Parent Branch
- [x] [PAY-001] Create payment service interface ✓

## This Branch
- [ ] [STRIPE-001] Implement Stripe webhook handler
- [ ] [STRIPE-002] Add Stripe configuration
  - Dependencies: All
`;

function item(id: string, ...bullets: readonly string[]): string {
  return [`- [ ] [${id}] Do ${id}`, ...bullets.map((bullet) => `  - ${bullet}`)].join('\n');
}

function high(...items: readonly string[]): string {
  return ['## High Priority', ...items, ''].join('\n');
}

function write(
  texts: Readonly<Record<string, string>>,
  statuses: Readonly<Record<string, ViewStatus>>,
): Readonly<Record<string, string>> {
  const { plan } = check(todoBoardFormat, file, texts[file] ?? '');
  const results = todoBoardFormat.writeBack({
    backlog: { entry: file, files: [file] },
    plan,
    facts: undefined,
    texts: new Map(Object.entries(texts)),
    view: viewOf(statuses),
  });
  return Object.fromEntries(
    results.map((result) => [result.file, 'text' in result ? result.text : `problem: ${result.problem}`]),
  );
}

describe('knowing a todo board', () => {
  test.each([
    [file, board, true],
    ['.claude/pr/feature/deep/todo.md', subBoard, true],
    ['plan.md', board, true],
    ['plan.md', subBoard, true],
    ['plan.md', `- [ ] [A-1] x\n  - Parallel-safe: Yes\n`, true],
    [file, '', true],
    [file, '# Todo\n\nNothing yet.', false],
    ['todo.md', '', false],
    ['todo.md', '- [ ] [JIRA-12] Fix the login', false],
    ['todo.md', '## High Priority\n- [ ] Fix the login', false],
    ['todo.md', '## High Priority\n- [ ] [JIRA-12](https://a.b/c) Fix', false],
    ['tasks.md', '# Tasks\n\n## Phase 1\n- [ ] [T001] [P] Make src/a.ts', false],
    ['README.md', `Write it so:\n\n~~~markdown\n${board}~~~\n`, false],
    ['todo.txt', board, false],
  ])('%s: %#', (name, text, expected) => {
    expect(todoBoardFormat.detect(name, text)).toBe(expected);
  });
});

describe('reading a todo board', () => {
  test('takes the tasks with all that stands below them, and nothing else', () => {
    const { plan, report } = check(todoBoardFormat, file, board, { [`${folder}design-docs.md`]: '# Design' });
    expect(report).toBe('');
    expect(plan.title).toBe('TODO List for feature-payment');
    expect(plan.tasks.map(({ id }) => id)).toEqual(['TASK-001', 'TASK-002', 'PAY-3', 'TASK-004']);
    expect(plan.tasks[1]).toEqual({
      id: 'TASK-002',
      kind: 'task',
      title: 'Create database schema for users',
      description: '- Keep the old columns.\n  They are read elsewhere.',
      criteria: [
        { id: 'TASK-002.AC1', text: 'the migration runs' },
        { id: 'TASK-002.AC2', text: 'and back\nwithin a minute' },
      ],
      dependencies: ['TASK-001', 'TASK-004'],
      conflictsWith: [],
      scope: ['migrations/*', 'models/*', 'package.json'],
      parallel: false,
      risk: 'High',
      size: 'L',
      provisional: false,
      context: { specs: [], adrs: [], guides: [`${folder}design-docs.md`] },
      testFiles: [],
      gapCodes: [],
      declared: 'in-progress',
      specHash: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown,
      origin: { file, line: 14 },
    });
    expect(plan.tasks[0]).toMatchObject({
      title: 'Implement user authentication API',
      declared: 'completed',
      parallel: true,
      size: 'M',
      scope: ['src/auth/*'],
    });
    expect(plan.tasks[2]).toMatchObject({
      title: 'Payment form',
      risk: 'Medium',
      phase: 'Frontend',
      criteria: [
        { id: 'PAY-3.AC1', text: 'Cards are checked' },
        { id: 'PAY-3.AC2', text: 'Errors are shown' },
      ],
    });
    expect(plan.tasks[3]).toMatchObject({ risk: 'Low', size: 'S' });
    expect(plan.tasks[3]?.scope.toSorted()).toEqual(['README.md', 'docs/guide.md']);
  });

  test('reads the board of a branch below another', () => {
    const { plan, report } = check(todoBoardFormat, file, subBoard);
    expect(report).toBe('');
    expect(
      plan.tasks.map(({ id, phase, declared, dependencies }) => [id, phase, declared, dependencies]),
    ).toEqual([
      ['PAY-001', 'From Parent Branch', 'completed', []],
      ['STRIPE-001', 'This Branch', 'pending', []],
      ['STRIPE-002', 'This Branch', 'pending', ['PAY-001', 'STRIPE-001']],
    ]);
    expect(plan.tasks[0]).toMatchObject({ risk: 'Medium', size: 'M', scope: [], context: { specs: [] } });
    expect(plan.tasks[0]).not.toHaveProperty('parallel');
  });

  test.each([
    ['None', []],
    ['none (root task)', []],
    ['-', []],
    ['', []],
    ['T-1', ['T-1']],
    ['`T-1`, **T-2**', ['T-1', 'T-2']],
    ['[T-1], [T-3]', ['T-1', 'T-3']],
    ['T-1 T-2', ['T-1', 'T-2']],
    ['T-1 - needs the schema', ['T-1']],
    ['T-1–T-3', ['T-1', 'T-2', 'T-3']],
    ['T-2 and T-3 (later)', ['T-2', 'T-3']],
    ['All', ['T-1', 'T-2', 'T-3']],
    ['\n    - T-1\n    - T-2 (why)', ['T-1', 'T-2']],
    ['\u00a0T-1,\u202fT-2', ['T-1', 'T-2']],
  ])('reads the dependencies %j', (text, ids) => {
    const { plan, report } = check(
      todoBoardFormat,
      file,
      high(item('T-1'), item('T-2'), item('T-3'), item('T-4', `Dependencies: ${text}`)),
    );
    expect(report).toBe('');
    expect(plan.tasks[3]?.dependencies).toEqual(ids);
  });

  test('a dependency that no task has is an error at its place, with CRLF and a byte order mark', () => {
    const text = `\uFEFF${high(item('TASK-001'), item('TASK-002', 'Dependencies: TASK-001, TASK-010, the design'))}`;
    const { report, draft } = check(todoBoardFormat, file, text.replaceAll('\n', '\r\n'));
    expect(draft.tasks[1]?.dependencies).toEqual(['TASK-001', 'TASK-010', 'the design']);
    expect(report)
      .toBe(`${file}:4:29 error PLAN-UNKNOWN-DEPENDENCY  TASK-002 depends on TASK-010, which no task has
    4 |   - Dependencies: TASK-001, TASK-010, the design
      |                             ^~~~~~~~
      = did you mean TASK-001?

${file}:4:39 error PLAN-UNKNOWN-DEPENDENCY  TASK-002 depends on the design, which no task has
    4 |   - Dependencies: TASK-001, TASK-010, the design
      |                                       ^~~~~~~~~~

2 errors
`);
  });

  test.each([
    ['[ ]', 'pending'],
    ['[~]', 'in-progress'],
    ['[-]', 'in-progress'],
    ['[x]', 'completed'],
    ['[X]', 'completed'],
  ])('reads the box %s as %s', (box, declared) => {
    const { plan, report } = check(todoBoardFormat, file, `* ${box} [A-1] x\n`);
    expect(report).toBe('');
    expect(plan.tasks[0]?.declared).toBe(declared);
  });

  test.each([
    ['[A-1] Add `x`', 'Add `x`'],
    ['[A-1]: Add __all__', 'Add __all__'],
    ['**[A-1] Add x**', 'Add x'],
    ['**[A-1]** Add **x**', 'Add **x**'],
    ['~~[A-1] Add x~~ ✅', 'Add x'],
    ['[A-1]', 'A-1'],
  ])('reads the title of %s', (text, title) => {
    expect(check(todoBoardFormat, file, `- [ ] ${text}\n`).plan.tasks[0]?.title).toBe(title);
  });

  test('code below a field is for the agent, and nothing in it is a field or a task', () => {
    const code = ['    ```yaml', '    - Effort: L', '    - [ ] [A-9] y', '    ```'];
    const { plan, report } = check(
      todoBoardFormat,
      file,
      high('- [ ] [A-1] x', '  - Dependencies: None', ...code, '  - Effort: S'),
    );
    expect(report).toBe('');
    expect(plan.tasks).toHaveLength(1);
    expect(plan.tasks[0]).toMatchObject({ size: 'S', dependencies: [] });
    expect(plan.tasks[0]?.description).toBe('```yaml\n- Effort: L\n- [ ] [A-9] y\n```');
  });

  test('warns of what it does not know, and reads the task', () => {
    const { plan, report } = check(
      todoBoardFormat,
      file,
      high(
        '- [?] [A-1] x',
        '  - Effort: huge',
        '  - Parallel-safe: maybe',
        '  - Files: ../other/a.ts',
        '  - Conflicts: all',
      ),
    );
    expect(plan.tasks[0]).toMatchObject({ declared: 'pending', size: 'M', scope: [], conflictsWith: [] });
    expect(report.match(/^\S+ warning .*/gm)).toEqual([
      `${file}:2:4 warning PLAN-WARNING  the mark "?" of A-1 is not known; it is read as open and kept`,
      `${file}:3:13 warning PLAN-WARNING  "huge" is no effort of A-1; it is not read`,
      `${file}:4:20 warning PLAN-WARNING  "maybe" is no parallel of A-1; it is not read`,
      `${file}:5:12 warning PLAN-WARNING  ../other/a.ts lies outside the repository; it is not read`,
      `${file}:6:16 warning PLAN-WARNING  a conflict with all others is not read`,
    ]);
  });

  test('a box without an id is an error under a priority, and nothing under other headings', () => {
    const { report, draft } = check(
      todoBoardFormat,
      file,
      `${high(item('A-1'), '- [ ] Nameless')}\n## Notes\n- [ ] Lunch\n`,
    );
    expect(draft.tasks).toHaveLength(1);
    expect(report).toContain(`${file}:3:7 error PLAN-BAD-ID  "Nameless" has no id`);
    expect(report).toContain('1 error');
  });

  test('ids that stand twice, ranges that are none and circles are errors', () => {
    const { report } = check(
      todoBoardFormat,
      file,
      high(
        item('A-1', 'Dependencies: A-2'),
        item('A-2', 'Depends on: A-1'),
        item('A-1'),
        item('A-3', 'Dependencies: A-9–A-2'),
      ),
    );
    expect(report).toContain(`${file}:6:8 error PLAN-DUPLICATE-ID`);
    expect(report).toContain(
      `${file}:5:17 error PLAN-CYCLE  these tasks depend on each other: A-1 -> A-2 -> A-1`,
    );
    expect(report).toContain(`${file}:8:19 error PLAN-BAD-FIELD  "A-9–A-2" is no range of ids`);
  });

  test('tasks that wait for all before them have few edges', () => {
    const items = Array.from({ length: 500 }, (_, at) => item(`A-${at}`, 'Dependencies: All'));
    const { draft } = check(todoBoardFormat, file, high(...items));
    expect(draft.tasks.reduce((sum, { dependencies }) => sum + dependencies.length, 0)).toBe(499);
  });

  test('an empty board holds no task', () => {
    expect(check(todoBoardFormat, file, '').report).toContain('PLAN-EMPTY');
  });
});

describe('task-dependencies.json beside a board', () => {
  const two = high(item('T-001'), item('T-002'), item('T-003', 'Files: src/c.ts', 'Dependencies: T-001'));
  const graph = (tasks: object): Readonly<Record<string, string>> => ({
    [graphFile]: JSON.stringify({ tasks }, null, 2),
  });

  test('adds edges from both sides once, and what the board does not say', () => {
    const { plan, report } = check(
      todoBoardFormat,
      file,
      two,
      graph({
        'T-001': {
          dependencies: { depends_on: [], blocks: ['T-002', 'T-003'], parallel_with: ['T-003'] },
          files: { creates: ['./src/a.ts'], modifies: ['src/b.ts', '/etc/x'], reads: ['src/d.ts'] },
          completion: { criteria: ['It runs', 'It is told'] },
        },
        'T-002': { dependencies: { depends_on: ['T-001'], soft_dependencies: ['T-003'] } },
        'T-003': { dependencies: null, files: { creates: ['src/z.ts'] } },
      }),
    );
    expect(report).toBe('');
    expect(plan.tasks.map(({ dependencies }) => dependencies)).toEqual([[], ['T-001'], ['T-001']]);
    expect(plan.tasks.map(({ scope }) => scope)).toEqual([['src/a.ts', 'src/b.ts'], [], ['src/c.ts']]);
    expect(plan.tasks[0]?.criteria).toEqual([
      { id: 'T-001.AC1', text: 'It runs' },
      { id: 'T-001.AC2', text: 'It is told' },
    ]);
  });

  test('names that the board does not have are warned of, each at its place', () => {
    const { plan, report } = check(
      todoBoardFormat,
      file,
      two,
      graph({
        'T-001': { dependencies: { blocks: ['T-007', 5] } },
        'T-008': { dependencies: { depends_on: ['T-001'] } },
      }),
    );
    expect(plan.tasks).toHaveLength(3);
    expect(report.match(/^\S+ warning .*/gm)).toEqual([
      `${graphFile}:6:11 warning PLAN-WARNING  T-007 in "blocks" of T-001 is no task of the board; it is not read`,
      `${graphFile}:7:11 warning PLAN-WARNING  this in "blocks" of T-001 is no task of the board; it is not read`,
      `${graphFile}:11:5 warning PLAN-WARNING  the board has no task T-008; what this file says of it is not read`,
    ]);
  });

  test('a circle that it closes is refused at its place in it', () => {
    const { report } = check(
      todoBoardFormat,
      file,
      two,
      graph({
        'T-001': { dependencies: { blocks: ['T-002'], depends_on: ['T-002'] } },
        'T-002': { dependencies: { depends_on: ['T-001'] } },
      }),
    );
    expect(report).toContain(
      `${graphFile}:6:11 error PLAN-CYCLE  these tasks depend on each other: T-001 -> T-002 -> T-001`,
    );
  });

  test.each([
    ['{"total_tasks": {{total_tasks}}}', 'is not JSON'],
    ['[]', 'has no "tasks"'],
    ['{"tasks": []}', 'has no "tasks"'],
  ])('%s is warned of and not read', (text, message) => {
    const { plan, report } = check(todoBoardFormat, file, two, { [graphFile]: text });
    expect(plan.tasks).toHaveLength(3);
    expect(report).toContain(message);
    expect(report).toContain('1 warning');
  });
});

describe('writing statuses into a todo board', () => {
  test('one character per task changes', () => {
    const after = write(
      { [file]: board },
      { 'TASK-001': 'pending', 'TASK-002': 'completed', 'PAY-3': 'running', 'TASK-004': 'blocked' },
    )[file];
    expect(after).toBe(
      board
        .replace('[x] [TASK-001]', '[ ] [TASK-001]')
        .replace('[~] [TASK-002]', '[x] [TASK-002]')
        .replace('[ ] **[PAY-3]', '[~] **[PAY-3]'),
    );
  });

  test.each([
    ['LF', board],
    ['CRLF and a byte order mark', `\uFEFF${board.replaceAll('\n', '\r\n')}`],
    ['a branch below', subBoard],
    ['an unknown mark', '- [?] [A-1] x'],
    ['no-break blanks', '- [ ]\u00a0[A-1]\u202fx\n'],
  ])('what the board says already changes nothing: %s', (_name, text) => {
    const said = { completed: 'completed-external', 'in-progress': 'running', pending: 'pending' } as const;
    const { draft } = check(todoBoardFormat, file, text);
    expect(draft.tasks.length).toBeGreaterThan(0);
    const view = draft.tasks.map(({ id, declared }) => [id, said[declared as keyof typeof said]] as const);
    expect(write({ [file]: text }, Object.fromEntries(view))).toEqual({ [file]: text });
  });

  test('an unknown mark is replaced when there is something to say', () => {
    expect(write({ [file]: '- [?] [A-1] x' }, { 'A-1': 'completed' })[file]).toBe('- [x] [A-1] x');
  });

  test('a board that is gone is not made again', () => {
    expect(write({}, { 'A-1': 'completed' })).toEqual({ [file]: 'problem: the file is gone' });
  });

  const status = `{
  "branch": "feature-payment",
  "status": "implementing",
  "stats": {
    "total_tasks": 15,
    "high_priority": 5,
    "completed": 12, "in_progress": 2,
    "blocked": 1,
    "verified_complete": 1
  },
  "agents": { "implementer": "active" }
}
`;

  test('the counts of status.json are kept in step, and all else in it is left', () => {
    const after = write(
      { [file]: board, [statusFile]: status },
      {
        'TASK-001': 'completed-external',
        'TASK-002': 'completed',
        'PAY-3': 'completed',
        'TASK-004': 'running',
      },
    )[statusFile];
    expect(after).toBe(
      status
        .replace('"total_tasks": 15', '"total_tasks": 4')
        .replace('"completed": 12, "in_progress": 2', '"completed": 3, "in_progress": 1')
        .replace('"blocked": 1', '"blocked": 0')
        .replace('"verified_complete": 1', '"verified_complete": 2'),
    );
  });

  test.each([
    ['{"stats":{"total_tasks":1,"completed":0}}', '{"stats":{"total_tasks":1,"completed":1}}'],
    ['{"stats":{"completed":"many"}}', '{"stats":{"completed":"many"}}'],
    ['{"stats":{"verified_complete":9}}', '{"stats":{"verified_complete":1}}'],
    ['{"stats":[]}', '{"stats":[]}'],
    ['[1]', '[1]'],
    ['{', 'problem: line 1: the file ends, but the "{" of line 1 is not closed'],
  ])('of the status.json %s it makes %s', (before, after) => {
    expect(
      write({ [file]: high(item('A-1')), [statusFile]: before }, { 'A-1': 'completed' })[statusFile],
    ).toBe(after);
  });
});

test('no mangled board makes the reader throw, and every place it names is in a file', () => {
  const edit = fc.record({
    at: fc.nat(board.length),
    length: fc.nat(30),
    text: fc.constantFrom(
      '',
      '\n',
      '- [ ] ',
      '[A-1]',
      '```',
      '# ',
      '\r',
      '\t',
      '  ',
      ', ',
      'Dependencies: ',
      '\u202f',
      '(',
      '1–9',
    ),
  });
  fc.assert(
    fc.property(fc.array(edit, { maxLength: 12 }), (edits) => {
      const text = edits.reduce(
        (old, { at, length, text: put }) => old.slice(0, at) + put + old.slice(at + length),
        board,
      );
      const { draft } = check(todoBoardFormat, file, text);
      const lines = text.split('\n');
      for (const { line, column } of draft.diagnostics) {
        expect(line).toBeLessThanOrEqual(lines.length);
        expect(column).toBeLessThanOrEqual(lines[line - 1]!.length + 1);
      }
      todoBoardFormat.detect('a.md', text);
      const written = write(
        { [file]: text },
        Object.fromEntries(draft.tasks.map(({ id }) => [id, 'completed'])),
      );
      // `[]` gets a mark where none was.
      const unmarked = (one: string): string => one.replace(/\[[^\][\n]{0,3}\]/g, '[]');
      expect(unmarked(written[file]!)).toBe(unmarked(text));
    }),
    { numRuns: 300 },
  );
});

test('a list of many commas is read without harm', () => {
  const { draft } = check(
    todoBoardFormat,
    file,
    `- [ ] [T-1] a\n  - Files: a.ts${','.repeat(400_000)}b.ts {c,d}/e\n`,
  );
  expect(draft.tasks[0]?.scope).toEqual(['a.ts']);
});
