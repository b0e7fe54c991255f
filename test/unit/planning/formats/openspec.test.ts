import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openspecFormat } from '../../../../src/planning/formats/openspec/format.ts';
import type { Plan } from '../../../../src/domain/plan.ts';
import type { ViewStatus } from '../../../../src/domain/view.ts';
import { check, viewOf } from './plan-texts.ts';

const file = 'openspec/changes/add-dark-mode/tasks.md';

function read(text: string, companions?: Readonly<Record<string, string>>): ReturnType<typeof check> {
  return check(openspecFormat, file, text, companions);
}

function write(text: string, statuses: Readonly<Record<string, ViewStatus>>, plan?: Plan): unknown {
  const backlog = { entry: file, files: [file] };
  const texts = new Map([[file, text]]);
  const view = viewOf(statuses);
  return openspecFormat.writeBack({ backlog, plan: plan ?? read(text).plan, facts: undefined, texts, view });
}

function chainOf(text: string): readonly string[] {
  const { plan, report } = read(text);
  expect(report).toBe('');
  return plan.tasks.map(({ id, dependencies }) => `${id} <- ${dependencies.join(' ')}`.trim());
}

const change = `## 1. Theme

- [x] 1.1 Add a rule to \`src/app.css\`
- [~] 1.2 Read the preference
  wrapped text
  - from \`src/storage.ts\`, not login/logout
- [ ] 1.3 Depends on nothing but libraries (depends on 1.1)

## 2. Validation

- [ ] 2.1 Run \`openspec validate --strict\`
`;

describe('reading OpenSpec', () => {
  test('takes every box as a task, in the order of the file', () => {
    const { plan, report } = read(change, {
      'openspec/changes/add-dark-mode/proposal.md': '# Why',
      'openspec/changes/add-dark-mode/specs/theme/spec.md': '## ADDED Requirements',
    });
    expect(report).toBe('');
    expect(plan.title).toBe('add-dark-mode');
    expect(plan.tasks.map(({ id, dependencies, declared }) => [id, dependencies, declared])).toEqual([
      ['1.1', [], 'completed'],
      ['1.2', ['1.1'], 'in-progress'],
      ['1.3', ['1.1', '1.2'], 'pending'],
      ['2.1', ['1.3'], 'pending'],
    ]);
    expect(plan.tasks[1]).toEqual({
      id: '1.2',
      kind: 'task',
      title: 'Read the preference',
      description: 'wrapped text\n- from `src/storage.ts`, not login/logout',
      criteria: [{ id: '1.2.AC1', text: 'Read the preference' }],
      dependencies: ['1.1'],
      conflictsWith: [],
      scope: ['src/storage.ts'],
      risk: 'Medium',
      size: 'M',
      provisional: false,
      phase: '1. Theme',
      context: {
        specs: [],
        adrs: [],
        guides: [
          'openspec/changes/add-dark-mode/specs/theme/spec.md',
          'openspec/changes/add-dark-mode/proposal.md',
        ],
      },
      testFiles: [],
      gapCodes: [],
      declared: 'in-progress',
      specHash: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown,
      origin: { file, line: 4 },
    });
  });

  test.each([
    ['1.1 a', '1.1', 'a'],
    ['**1.1** a', '1.1', 'a'],
    ['1.1.2.3 a', '1.1.2.3', 'a'],
    ['25.10 a', '25.10', 'a'],
    ['1. a', '1', 'a'],
    ['T-1 修复', 'T-1', '修复'],
    ['T001 a', 'T001', 'a'],
    ['**QA-3** a', 'QA-3', 'a'],
    ['1.1、设置', '1.1', '设置'],
    ['UTF-8 in names', '7.1', 'UTF-8 in names'],
    ['3 tests for a', '7.1', '3 tests for a'],
    ['a', '7.1', 'a'],
  ])('reads the id and text of %j as %s', (words, id, title) => {
    const { plan, report } = read(`## 7. Group\n\n- [ ] ${words}\n`);
    expect(report).toBe('');
    expect(plan.tasks.map((task) => [task.id, task.title])).toEqual([[id, title]]);
  });

  test('names boxes without a number after their group and place, and passes over ids that are taken', () => {
    expect(chainOf('# Tasks: X\n- [ ] a\n- [ ] b')).toEqual(['1 <-', '2 <- 1']);
    expect(chainOf('## Plain\n- [ ] a\n## Phase 2: Named\n- [ ] b\n- [ ] 2.3 c\n- [ ] d\n- [ ] e')).toEqual([
      '1.1 <-',
      '2.1 <- 1.1',
      '2.3 <- 2.1',
      '2.4 <- 2.3',
      '2.5 <- 2.4',
    ]);
  });

  test('takes nested boxes for tasks that come before the one they are parts of', () => {
    const text = '## 1. G\n- [ ] 1.1 a\n  - [ ] 1.1.1 b\n    - [ ] c\n  - [ ] d\n    detail\n- [ ] 1.2 e';
    expect(chainOf(text)).toEqual([
      '1.1 <- 1.1.2',
      '1.1.1 <- 1.1.1.1',
      '1.1.1.1 <-',
      '1.1.2 <- 1.1.1',
      '1.2 <- 1.1',
    ]);
    const [first, , , fourth] = read(text).plan.tasks;
    expect(first?.description).toBe('Its parts, which come before it:\n- 1.1.1 b\n- 1.1.2 d');
    expect(fourth?.description).toBe('detail');
  });

  test('reads the same with CRLF, a byte order mark and no-break blanks, and no box in a fence', () => {
    const odd = `\uFEFF${change.replaceAll('\n', '\r\n').replace('1.1 Add', '1.1\u00a0Add')}`;
    expect(read(odd).plan.hash).toBe(read(change).plan.hash);
    expect(chainOf('- [ ] 1.1 a\n```\n- [ ] 1.2 no\n```\n')).toEqual(['1.1 <-']);
  });

  test('reports what cannot be right, each at its place', () => {
    const text = `## 3. Group
- [?] 3.1 a (depends on 3.3)
- [ ] 3.3 b (depends on 9.9, add-auth)
- [ ] 3.3 c
`;
    expect(read(text).report).toBe(`\
openspec/changes/add-dark-mode/tasks.md:2:4 warning PLAN-WARNING  the mark "?" of 3.1 is unknown; the task is read as pending
    2 | - [?] 3.1 a (depends on 3.3)
      |    ^
      = one of a blank, x and ~

openspec/changes/add-dark-mode/tasks.md:2:25 warning PLAN-WARNING  3.1 is said to depend on 3.3, which stands below it; the order of the file counts
    2 | - [?] 3.1 a (depends on 3.3)
      |                         ^~~
      = move 3.3 up if it is needed first

openspec/changes/add-dark-mode/tasks.md:3:25 error PLAN-UNKNOWN-DEPENDENCY  3.3 depends on 9.9, which no task has
    3 | - [ ] 3.3 b (depends on 9.9, add-auth)
      |                         ^~~

openspec/changes/add-dark-mode/tasks.md:3:30 warning PLAN-WARNING  a dependency on "add-auth", which is no task of this change; no edge is made
    3 | - [ ] 3.3 b (depends on 9.9, add-auth)
      |                              ^~~~~~~~

openspec/changes/add-dark-mode/tasks.md:4:7 error PLAN-DUPLICATE-ID  a second task has the id 3.3; the first is at openspec/changes/add-dark-mode/tasks.md:3
    4 | - [ ] 3.3 c
      |       ^~~

2 errors, 3 warnings
`);
  });
});

describe('writing OpenSpec back', () => {
  test('changes one character for each status that is new, and nothing else', () => {
    const text = `\uFEFF${change.replaceAll('\n', '\r\n')}`;
    const statuses = { '1.1': 'pending', '1.2': 'running', '1.3': 'proven', '2.1': 'completed' } as const;
    const wanted = text.replace('[x] 1.1', '[ ] 1.1').replace('[ ] 2.1', '[x] 2.1');
    expect(write(text, statuses)).toEqual([{ file, text: wanted }]);
  });

  test('leaves a box alone that took over the place, and so the id, of another without a number', () => {
    const { plan } = read('## 1. G\n- [ ] a\n- [ ] b');
    const moved = '## 1. G\n- [ ] new\n- [ ] a\n- [ ] b';
    expect(write(moved, { '1.1': 'completed' }, plan)).toEqual([{ file, text: moved }]);
  });

  test('leaves marks that nobody knows, fills an empty box, and says when the file is gone', () => {
    const text = '## 1. G\n- [?] 1.1 a\n- [] 1.2 b';
    expect(write(text, { '1.1': 'pending' })).toEqual([{ file, text }]);
    expect(write(text, { '1.2': 'completed' })).toEqual([{ file, text: text.replace('[]', '[x]') }]);
    const { plan } = read(text);
    const backlog = { entry: file, files: [file] };
    expect(
      openspecFormat.writeBack({ backlog, plan, facts: undefined, texts: new Map(), view: viewOf({}) }),
    ).toEqual([{ file, problem: 'the file is gone' }]);
  });
});

describe('detecting OpenSpec', () => {
  test.each([
    ['a change', file, change, true],
    ['a change without numbers', file, '- [ ] a', true],
    ['a file that was only made yet', file, '', true],
    ['a change without a box', file, '# Later', false],
    ['numbered groups elsewhere', 'notes/x.md', change, true],
    ['a change in the archive', 'openspec/changes/archive/2026-01-02-a/tasks.md', '- [x] a', false],
    ['a plan of Kiro', '.kiro/specs/a/tasks.md', change, false],
    ['numbers without groups', 'notes/x.md', '- [ ] 1. a\n  - [ ] 1.1 b', false],
    ['a plain checklist', 'TODO.md', '## 1. Now\n- [ ] a', false],
  ])('takes %s for what it is (%s)', (_, name, text, expected) => {
    expect(openspecFormat.detect(name, text)).toBe(expected);
  });
});

test('deep nesting and many boxes are read without a product of their sizes', () => {
  const deep = Array.from({ length: 3_000 }, (_, at) => `${' '.repeat(at * 2)}- [ ] ${at + 1}. x`).join('\n');
  expect(read(deep).draft.tasks).toHaveLength(3_000);
  const wide = `## 1. G\n${'- [ ] x (depends on '.repeat(5_000)}\n${'- [ ] x\n'.repeat(20_000)}`;
  expect(read(wide).draft.tasks).toHaveLength(20_001);
});

test('ranges that stand for more than anyone can mean are refused', () => {
  const lines = Array.from({ length: 900 }, (_, at) => `- [ ] ${1_000 + at}. x (depends on 1000-1899)`);
  const { draft } = read(lines.join('\n'));
  expect(draft.diagnostics.filter(({ code }) => code === 'PLAN-TOO-LARGE')).toHaveLength(1);
});

test('no text makes the reader throw, and a view of what was read changes nothing', () => {
  const word = fc.constantFrom(
    ...change.split(/(?<=[\s\]])/),
    '\n  - [ ] ',
    '(depends on ',
    '2-3',
    '`',
    '\r\n',
    '[',
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 120 }), (words) => {
      const text = words.join('');
      const { draft } = read(text);
      openspecFormat.detect('notes/x.md', text);
      const statuses = Object.fromEntries(
        draft.tasks
          .toReversed()
          .map(({ id, declared }) => [id, declared === 'in-progress' ? 'running' : declared]),
      ) as Record<string, ViewStatus>;
      expect(new Set(draft.tasks.map(({ line }) => line)).size).toBe(draft.tasks.length);
      expect(write(text, statuses)).toEqual([{ file, text }]);
    }),
    { numRuns: 300 },
  );
});
