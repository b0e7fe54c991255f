import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ViewStatus } from '../../../../src/domain/view.ts';
import { singleFile } from '../../../../src/planning/formats/format.ts';
import { kiroFormat } from '../../../../src/planning/formats/kiro/format.ts';
import { workOrder } from '../../../../src/planning/formats/document-order.ts';
import { validateDraft } from '../../../../src/planning/validate.ts';
import { check, viewOf } from './plan-texts.ts';

const folder = '.kiro/specs/login';
const file = `${folder}/tasks.md`;

const requirements = `# Requirements Document

## Requirements

### Requirement 1: Accounts

**User Story:** As a user, I want an account.

#### Acceptance Criteria

1. WHEN a user signs up THEN the system SHALL
   make an account
2. IF the name is taken THEN the system SHALL refuse

### Requirement 2: Sessions

#### Acceptance Criteria

1. WHEN a user signs in THEN a session SHALL begin

### Requirement 27C: Letters

1. THE system SHALL read letters
`;

function read(...lines: readonly string[]) {
  return check(kiroFormat, file, lines.join('\n'), { [`${folder}/requirements.md`]: requirements });
}

/** `2.1: 1 1.2`, in the order of the file. */
function edges(...lines: readonly string[]): readonly string[] {
  const { draft } = read(...lines);
  return draft.tasks.map(({ id, dependencies }) => `${id}: ${dependencies.join(' ')}`.trim());
}

function written(text: string, statuses: Readonly<Record<string, ViewStatus>>): string {
  const { plan } = check(kiroFormat, file, text);
  const backlog = { entry: file, files: [file] };
  const [result] = kiroFormat.writeBack({
    backlog,
    plan,
    facts: undefined,
    texts: new Map([[file, text]]),
    view: viewOf(statuses),
  });
  return result !== undefined && 'text' in result ? result.text : 'problem';
}

describe('reading the tasks of a Kiro spec', () => {
  test('takes emphasis off a title that its number took the first mark of, and leaves stars of its own', () => {
    const { plan } = read('- [ ] **1.1 Parse** it', '- [ ] 1.2 **Sort** it', '- [ ] 1.3 Read src/**');
    expect(plan.tasks.map(({ title }) => title)).toEqual(['Parse it', 'Sort it', 'Read src/**']);
  });

  test('takes what is below a task, what is below its parent, and its requirements as criteria', () => {
    const { plan, report } = read(
      '# Implementation Plan: login',
      '',
      '## Tasks',
      '',
      '- [ ] 2. Passwords',
      '  Use bcrypt.',
      '  - [-] 2.1 Hash them in `src/password.ts`',
      '    - [x] Keep 12 rounds',
      '',
      '    - **Property 1: Consistency**',
      '    - **Validates: Requirements 1.2**',
      '    - _Requirements: 2.1, 1.1_',
      '',
      '## Notes',
      '- Each task is small',
    );
    expect(report).toBe('');
    expect(plan.title).toBe('Implementation Plan: login');
    expect(plan.tasks).toEqual([
      {
        id: '2.1',
        kind: 'task',
        title: 'Hash them in `src/password.ts`',
        description: `- Keep 12 rounds

- **Property 1: Consistency**
- **Validates: Requirements 1.2**
- _Requirements: 2.1, 1.1_

Part of 2: Passwords
Use bcrypt.`,
        criteria: [
          { id: 'Req-1.2', text: 'IF the name is taken THEN the system SHALL refuse' },
          { id: 'Req-2.1', text: 'WHEN a user signs in THEN a session SHALL begin' },
          { id: 'Req-1.1', text: 'WHEN a user signs up THEN the system SHALL make an account' },
        ],
        dependencies: [],
        conflictsWith: [],
        scope: ['src/password.ts'],
        risk: 'Medium',
        size: 'M',
        provisional: false,
        phase: 'Passwords',
        context: { specs: [], adrs: [], guides: [`${folder}/requirements.md`] },
        testFiles: [],
        gapCodes: [],
        declared: 'in-progress',
        specHash: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown,
        origin: { file, line: 7 },
      },
    ]);
  });

  test.each([
    ['- _Requirements: 1.1-2.1_', 'Req-1.1 Req-1.2 Req-2.1'],
    ['- _Requirements: 1-27C_', 'Req-1.1 Req-1.2 Req-2.1 Req-27C.1'],
    ['- _需求: 27C.1、2_', 'Req-27C.1 Req-2.1'],
    ['- _Requirements: Requirement 2_', 'Req-2.1'],
    ['- _Requirements: All requirements_', ''],
    ['- _需求: 无_', ''],
    ['- _Completion Criteria: the page loads_', '1.AC1'],
  ])('understands the line "%s"', (line, ids) => {
    const { plan, report } = read('- [ ] 1. One', `  ${line}`);
    expect(report).toBe('');
    expect(plan.tasks[0]!.criteria.map(({ id }) => id).join(' ')).toBe(ids);
  });

  test('warns of a requirement that does not exist, at its place', () => {
    expect(read('- [ ] 1. One', '  - _Requirements: 1.1, 9.9_').report).toBe(`\
${file}:2:25 warning PLAN-WARNING  "9.9" is no requirement of ${folder}/requirements.md
    2 |   - _Requirements: 1.1, 9.9_
      |                         ^~~

1 warning
`);
  });

  test('warns of two requirements with one number, of which the first counts', () => {
    const name = `${folder}/requirements.md`;
    const text = '### 需求 5: A\n\n#### 验收标准\n\n1. one\n\n### 需求 5: B\n\n1. other\n2. more\n';
    const { plan, report } = check(kiroFormat, file, '- [ ] 1. One\n  - _需求: 5_', { [name]: text });
    expect(plan.tasks[0]!.criteria).toEqual([{ id: 'Req-5.1', text: 'one' }]);
    expect(report).toContain(`${name}:7:1 warning PLAN-WARNING  a second requirement has the number 5`);
  });

  test('says once that there are no requirements', () => {
    const { report, plan } = check(kiroFormat, file, '- [ ] 1. One\n  - _Requirements: 1.1, 9.9_\n');
    expect(report).toContain(`there is no ${folder}/requirements.md; 2 requirement numbers stay`);
    expect(report).toContain('1 warning');
    expect(plan.tasks[0]!.criteria).toEqual([]);
  });

  test('nests by number also where children stand at the margin or blank lines part a task from its text', () => {
    const { plan } = read(
      '- [ ] 2. Parent',
      '- [ ] 2.1. First',
      '',
      '  - its text',
      '- [ ] 2.1.1 Deep',
      '- [x] 2.10 Last',
    );
    expect(plan.tasks.map(({ id, title, description }) => [id, title, description])).toEqual([
      ['2.1.1', 'Deep', 'Part of 2.1: First\n- its text'],
      ['2.10', 'Last', 'Part of 2: Parent'],
    ]);
  });

  test('a number that begins again below a task counts within it', () => {
    expect(edges('- [ ] 2. Parent', '  - [ ] 1. First', '  - [ ] 2. Second')).toEqual(['2.1:', '2.2: 2.1']);
  });

  test('checkpoints are gates, and "checkpoint" in another place of a title is not one', () => {
    expect(
      edges(
        '- [ ] 1. One',
        '- [ ] 2. Checkpoint - Ensure all tests pass',
        '- [ ] 3. Checkpoint storage',
        '- [ ] 4. Final checkpoint',
        '- [ ] 5. 最终 Checkpoint',
      ),
    ).toEqual(['1:', '3: 1']);
  });

  test('optional tasks are left out, nothing waits for them, and what is needed is not optional', () => {
    const lines = [
      '- [ ] 1. One',
      '- [ ]* 2. Tests of one',
      '- [x]* 3. More tests',
      '- [ ] 4. Four',
      '- [ ]* 5. Fixtures',
      '- [ ] 6. Six',
      '  - _Dependencies: 4, 5_',
    ];
    expect(edges(...lines)).toEqual(['1:', '2: 1', '3: 1', '4: 1', '5: 4', '6: 4 5']);
    expect(read(...lines).draft.tasks.map(({ declared }) => declared)).toEqual([
      'pending',
      'skipped',
      'completed',
      'pending',
      'pending',
      'pending',
    ]);
  });

  test('a box in a code fence is text, one without a number is none, and strange marks are open', () => {
    const { plan, report } = read(
      '- [?] 1. One',
      '  ```md',
      '  - [ ] 2. not this',
      '# nor this',
      '  ```',
      '',
      '- [ ] By hand',
      '- [ ] 3 retries',
    );
    expect(plan.tasks.map(({ id, declared, description }) => [id, declared, description])).toEqual([
      ['1', 'pending', '  ```md\n  - [ ] 2. not this\n# nor this\n  ```'],
    ]);
    expect(report).toContain('the mark of 1 is none of "[ ]", "[-]" and "[x]"; it is read as open');
    expect(report).toContain('2 boxes without a number, of which this is the first, are no tasks');
  });

  test('says that a parent is ticked while something in it is open', () => {
    const { report } = read('- [x] 2. Parent', '  - [ ] 2.1 Child', '  - [ ]* 2.2 Tests');
    expect(report).toContain('2 is ticked, but 2.1 in it is open; what is in it counts');
  });

  test('two tasks with one number are an error', () => {
    expect(read('- [ ] 3.3 One', '- [ ] 3.3 Two').report).toContain(
      'PLAN-DUPLICATE-ID  a second task has the id 3.3',
    );
  });

  test('reads byte order mark, CRLF and no-break blanks', () => {
    const { plan } = read('\uFEFF- [ ]\u00a01. One\r', '  - text\r', '-\u202f[x] 2. Two\r');
    expect(plan.tasks.map(({ id, title, declared }) => [id, title, declared])).toEqual([
      ['1', 'One', 'pending'],
      ['2', 'Two', 'completed'],
    ]);
  });
});

describe('the order of the tasks of a Kiro spec', () => {
  test('is that of the document', () => {
    expect(edges('- [ ] 1. A', '  - [ ] 1.1 B', '  - [ ] 1.2 C', '- [ ] 2. D', '- [ ] 10. E')).toEqual([
      '1.1:',
      '1.2: 1.1',
      '2: 1.2',
      '10: 2',
    ]);
  });

  test('named dependencies replace it, and what follows waits for all ends', () => {
    expect(
      edges(
        '- [ ] 1. A',
        '- [ ] 2. B',
        '- [ ] 3. C',
        '  - _Dependencies: 1 (tables)_',
        '- [ ] 4. D',
        '- [ ] 5. E',
        '  _Depends on: None_',
      ),
    ).toEqual(['1:', '2: 1', '3: 1', '4: 2 3', '5:']);
  });

  test('a task that names later ones comes behind the last of them', () => {
    const { draft, report } = read(
      '- [ ] 5. A',
      '- [ ] 6. B',
      '  - [ ] 6.1 C',
      '  - [ ] 6.2 D',
      '  - _Dependencies: タスク7.1-7.2完了_',
      '- [ ] 7. E',
      '  - [ ] 7.1 F',
      '  - [ ] 7.2 G',
      '- [ ] 8. H',
    );
    expect(report).toBe('');
    expect(draft.tasks.map(({ id, dependencies }) => `${id}: ${dependencies.join(' ')}`)).toEqual([
      '5: ',
      '6.1: 5',
      '6.2: 7.1 7.2',
      '7.1: 6.1',
      '7.2: 7.1',
      '8: 6.2',
    ]);
  });

  test('what a parent names holds for all in it', () => {
    expect(
      edges(
        '- [ ] 6. B',
        '  - _Dependencies: 7_',
        '  - [ ] 6.1 C',
        '  - [ ] 6.2 D',
        '- [ ] 7. E',
        '  - [ ] 7.1 F',
        '  - [ ] 7.2 G',
        '- [ ] 8. H',
      ),
    ).toEqual(['6.1: 7.1 7.2', '6.2: 7.1 7.2 6.1', '7.1:', '7.2: 7.1', '8: 6.2']);
  });

  test('numbers that no task has are errors, prose is a warning', () => {
    const { report } = read('- [ ] 1. A', '- [ ] 2. B', '  - _Dependencies: 1, 9.4, design review_');
    expect(report).toContain(
      `${file}:3:23 error PLAN-UNKNOWN-DEPENDENCY  2 depends on 9.4, which no task has`,
    );
    expect(report).toContain('"design review" names no task; it is no dependency');
  });

  test('tasks that name each other are a cycle, reported and not hidden', () => {
    const { report } = read('- [ ] 1. A', '  - _Dependencies: 2_', '- [ ] 2. B', '  - _Dependencies: 1_');
    expect(report).toContain('PLAN-CYCLE  these tasks depend on each other: ');
  });

  test('neighbours marked (P) do not wait for each other', () => {
    const lines = ['- [ ] 1. A', '- [ ] 2. (P) B', '- [ ] 3. C (P)', '- [ ] 4. D'];
    expect(edges(...lines)).toEqual(['1:', '2: 1', '3: 1', '4: 2 3']);
    expect(read(...lines).plan.tasks.map(({ title, parallel }) => [title, parallel])).toEqual([
      ['A', undefined],
      ['B', true],
      ['C', true],
      ['D', undefined],
    ]);
  });

  test('neighbours of one wave do not wait for each other, and waves with unknown tasks are warned of', () => {
    const graph =
      '{"waves":[{"id":0,"tasks":["1"]},{"id":1,"tasks":["2.1","2.2","9"]},{"id":2,"tasks":["3"]}]}';
    const lines = [
      ...['- [ ] 1. A', '- [ ] 2. B', '  - [ ] 2.1 C', '  - [ ] 2.2 D', '- [ ] 3. E', ''],
      ...['## Task Dependency Graph', '', '```json', graph, '```'],
    ];
    expect(edges(...lines)).toEqual(['1:', '2.1: 1', '2.2: 1', '3: 2.1 2.2']);
    expect(read(...lines).report).toContain('the task dependency graph has 9, which no task has');
    expect(read('- [ ] 1. A', '## Task Dependency Graph', 'soon').report).toContain('cannot be read');
  });

  test('the order of work has every task behind those it names, whatever they name, unless they name each other', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 30 }),
        fc.array(fc.tuple(fc.nat(29), fc.nat(29))),
        (count, pairs) => {
          // By rank, so that there is no circle.
          const rank = Array.from({ length: count }, (_, at) => (at * 7) % count);
          const named = Array.from({ length: count }, (_, at) =>
            pairs.flatMap(([a, b]) => (a === at && b < count && rank[b]! < rank[a]! ? [b] : [])),
          );
          const order = workOrder(named);
          expect(order.toSorted((a, b) => a - b)).toEqual(rank.map((_, at) => at));
          const place = new Map(order.map((task, at) => [task, at]));
          for (const [task, names] of named.entries())
            for (const name of names) expect(place.get(name)).toBeLessThan(place.get(task)!);
        },
      ),
    );
  });
});

describe('writing statuses into a Kiro spec', () => {
  const text =
    '\uFEFF- [ ] 2. Parent\r\n  - [ ] 2.1 A\r\n  - [-] 2.2 B\r\n  - [ ]* 2.3 C\r\n- [ ] 3. Checkpoint\r\n- [x  ] 4. D\r\n- [] 5. E';

  test('changes one character per task, and none for what is said already', () => {
    expect(
      written(text, {
        '2.1': 'pending',
        '2.2': 'running',
        '2.3': 'skipped',
        '4': 'completed',
        '5': 'pending',
      }),
    ).toBe(text);
    expect(written(text, { '2.1': 'running' })).toBe(text.replace('[ ] 2.1', '[-] 2.1'));
    expect(written(text, { '2.2': 'blocked' })).toBe(text.replace('[-] 2.2', '[ ] 2.2'));
    expect(written(text, { '4': 'stale' })).toBe(text.replace('[x  ] 4', '[-  ] 4'));
    expect(written(text, { '5': 'completed' })).toContain('- [x] 5. E');
  });

  test('ticks a parent and the checkpoint behind it with the last task before them, and opens the parent again', () => {
    const done = written(text, { '2.1': 'completed', '2.2': 'completed' });
    expect(done).toBe(
      text
        .replace('[ ] 2. ', '[x] 2. ')
        .replace('[ ] 2.1', '[x] 2.1')
        .replace('[-] 2.2', '[x] 2.2')
        .replace('[ ] 3', '[x] 3'),
    );
    expect(written(done, { '2.1': 'pending' })).toBe(
      done.replace('[x] 2. ', '[ ] 2. ').replace('[x] 2.1', '[ ] 2.1'),
    );
  });

  test('leaves a parent and unknown marks as people have them while no task changes', () => {
    const odd =
      '- [x] 0. Z\n- [ ] 9. Checkpoint\n- [x] 1. P\n  - [ ] 1.1 A\n- [ ] 2. Q\n  - [x] 2.1 B\n- [?] 3. C\n';
    expect(written(odd, { '0': 'completed', '1.1': 'pending', '2.1': 'completed', '3': 'pending' })).toBe(
      odd,
    );
  });

  test('says that a file is gone', () => {
    const backlog = { entry: file, files: [file] };
    const { plan } = read('- [ ] 1. A');
    const texts = new Map<string, string>();
    expect(kiroFormat.writeBack({ backlog, plan, facts: undefined, texts, view: viewOf({}) })).toEqual([
      { file, problem: 'the file is gone' },
    ]);
  });
});

describe('knowing a Kiro task list', () => {
  test.each([
    [file, '# Plan\n\n- [ ] 1. One\n', true],
    ['tasks.md', '- [ ] 1. One\n  - _Requirements: 1.1_\n', true],
    ['tasks.md', '- [ ] 1. One\n- [ ] 2. Two\n', false],
    ['openspec/changes/a/tasks.md', '## 1. Group\n- [ ] 1.1 One\n  - Requirements: 1.1\n', false],
    ['specs/001-a/tasks.md', '- [ ] T001 [P] One in src/a.ts\n', false],
    [file, '# Plan\n\nProse about `- [ ] 1.`\n', false],
    [file, '- [ ] Buy milk\n', false],
    [`${folder}/tasks.json`, '- [ ] 1. One\n', false],
  ])('%s with %j: %s', (name, text, expected) => {
    expect(kiroFormat.detect(name, text)).toBe(expected);
  });
});

test('no text makes the reader throw or take long', () => {
  const piece = fc.constantFrom(
    ...[
      '- [ ] ',
      '- [x]* ',
      '  - [-] ',
      '1. ',
      '2.1 ',
      '2.',
      '\n',
      '\r\n',
      '```\n',
      '_Requirements: 1-9_\n',
      '  ',
    ],
    ...[
      '_Dependencies: 1-2, 2.1, 9_\n',
      '## Task Dependency Graph\n',
      '{"waves":[]}',
      '(P)',
      '**',
      '\u202f',
      'a',
    ],
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(piece, fc.string()), { maxLength: 80 }), (pieces) => {
      const text = pieces.join('');
      const draft = kiroFormat.read(singleFile(file, text, new Map([[`${folder}/requirements.md`, text]])));
      const { diagnostics } = validateDraft(draft, file);
      expect(diagnostics.every(({ line }) => line <= text.split('\n').length)).toBe(true);
      kiroFormat.detect(file, text);
    }),
    { numRuns: 300 },
  );
});

test.each([
  ['boxes', '- [ ] 1. a\n'.repeat(20_000)],
  [
    'references',
    Array.from({ length: 3_000 }, (_, at) => `- [ ] ${at}. a\n  - _Dependencies: 0-2999_\n`).join(''),
  ],
  ['marks', `- [ ] 1. ${'_*'.repeat(100_000)}a\n  - _Requirements: ${'_ '.repeat(100_000)}x\n`],
  ['blanks', `- [ ] 1. Checkpoint${' '.repeat(200_000)}x\n  - _Requirements: 1${' '.repeat(200_000)}x_\n`],
  ['nesting', Array.from({ length: 3_000 }, (_, at) => `${' '.repeat(at)}- [ ] 1. a\n`).join('')],
])('a hostile text of many %s is read without harm', (_name, text) => {
  const draft = kiroFormat.read(singleFile(file, text, new Map([[`${folder}/requirements.md`, text]])));
  expect(draft.tasks.length).toBeGreaterThanOrEqual(0);
  expect(draft.tasks.reduce((count, { dependencies }) => count + dependencies.length, 0)).toBeLessThan(
    2_000_000,
  );
});

test('what is too long to be told to each child is not', () => {
  const details = '  - so and so\n'.repeat(3_000);
  const { draft } = check(kiroFormat, file, `- [ ] 1. Parent\n${details}  - [ ] 1.1 Child\n`);
  expect(draft.tasks[0]?.description).toBe('Part of 1: Parent');
});
