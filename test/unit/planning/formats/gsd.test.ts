import { describe, expect, test } from 'vitest';
import type { Task } from '../../../../src/domain/plan.ts';
import type { ViewStatus } from '../../../../src/domain/view.ts';
import type { DraftTask } from '../../../../src/planning/formats/format.ts';
import { gsdFormat } from '../../../../src/planning/formats/gsd/format.ts';
import { validateDraft } from '../../../../src/planning/validate.ts';
import { viewOf } from './plan-texts.ts';

const root = '.gsd/milestones';

interface Read {
  readonly drafts: readonly DraftTask[];
  readonly tasks: readonly Task[];
  readonly faults: readonly string[];
}

function read(files: Readonly<Record<string, string>>): Read {
  const texts = new Map(Object.entries(files).map(([name, text]) => [`${root}/${name}`, text]));
  const [file, text] = [...texts][0]!;
  const draft = gsdFormat.read({ entry: root, file, text, files: texts, companions: new Map() });
  const { tasks, diagnostics } = validateDraft(draft, file);
  const faults = [...draft.diagnostics, ...diagnostics].map((fault) => {
    const line = texts.get(fault.file)!.split('\n')[fault.line - 1]!;
    return `${fault.severity} [${line.slice(fault.column - 1, fault.column - 1 + fault.length)}] ${fault.message}`;
  });
  return { drafts: draft.tasks, tasks, faults };
}

const roadmap = (...lines: readonly string[]): string =>
  [
    '# M001: Title',
    '',
    '## Slices',
    '',
    ...lines,
    '',
    '## Boundary Map',
    '',
    '### S01 → S02',
    '- [ ] S09',
  ].join('\n');

const outline = (...lines: readonly string[]): readonly string[] =>
  read({ 'M001/M001-ROADMAP.md': roadmap(...lines) }).drafts.map(
    ({ id, title, declared, dependencies }) =>
      `${id.slice(5)} ${title} ${declared} ${dependencies.map((other) => other.slice(5)).join(',')}`,
  );

describe('the slices of a roadmap', () => {
  test('are boxes with a risk, dependencies and a demo', () => {
    const { tasks, faults } = read({
      'M001/M001-ROADMAP.md': roadmap(
        '- [x] **S01: Ground** `risk:high` `depends:[]`',
        '  > After this: it stands.',
        '  > And holds.',
        '- [ ] **S02: Walls** `risk:low` `depends:[S01]`',
      ),
    });
    expect(faults).toEqual([]);
    expect(tasks).toMatchObject([
      { id: 'M001/S01', risk: 'High', declared: 'completed', phase: 'M001', dependencies: [] },
      { id: 'M001/S02', title: 'Walls', risk: 'Low', declared: 'pending', dependencies: ['M001/S01'] },
    ]);
    expect(tasks[0]!.criteria).toEqual([{ id: 'M001/S01.AC1', text: 'After this: it stands. And holds.' }]);
  });

  test.each([
    ['* [ ] S01: A depends:[]', '- [ ] [S02] B depends: [S01]'],
    ['- [ ] S01 - A', '- [ ] **S02** – B', '  **Depends on:** S01'],
    ['### S01: A', '### 2. **S02: B**', 'Depends on: S01 (its types)'],
    ['## Slice S01: A', '## (2) S02 - B `depends:[S01]`'],
    [
      '| ID | Title | Risk | Depends |',
      '|--|--|--|--|',
      '| S01 | A | high | — |',
      '| **S02** | B | low | S01 |',
    ],
  ])('are read in the shape %j', (...lines) => {
    expect(outline(...lines)).toEqual(['S01 A pending ', 'S02 B pending S01']);
  });

  test('may depend on ranges, on all before, and on another spelling of an id', () => {
    const slices = ['- [ ] S01: A', '- [ ] S02: B', '- [ ] S03: C'];
    for (const depends of ['S01-S03', 'S01..S03', 'S1, S2 and S3', 'all'])
      expect(outline(...slices, `- [ ] S04: D \`depends:[${depends}]\``)[3]).toBe(
        'S04 D pending S01,S02,S03',
      );
    expect(outline(...slices, '- [ ] S04: D', '  Depends on: S01-S03')[3]).toBe('S04 D pending S01,S02,S03');
  });

  test('that depend on nothing that exists are refused at that place', () => {
    const { faults } = read({
      'M001/M001-ROADMAP.md': roadmap('- [ ] S01: A `risk:wild` `depends:[S07, S3-S1]`'),
    });
    expect(faults).toEqual([
      'error [S3-S1] "S3-S1" is no range of slices',
      'warning [wild] "wild" is no risk; taken as Medium',
      'error [S07] M001/S01 depends on M001/S07, which no task has',
    ]);
  });

  test('are done by their mark alone, never by their title', () => {
    const table = ['| Slice | Title | Status |', '|--|--|--|'];
    expect(
      outline(
        ...table,
        '| S01 | Show when export is done | ⬜ |',
        '| S02 | Not complete yet | ✅ |',
        '| S03 | C | In Progress |',
      ),
    ).toEqual([
      'S01 Show when export is done pending ',
      'S02 Not complete yet completed ',
      'S03 C in-progress ',
    ]);
    expect(
      outline('### ✅ S01: A', '### S02: B (Complete)', '### S03: Is complete', '### S04: D ✔️'),
    ).toEqual(['S01 A completed ', 'S02 B completed ', 'S03 Is complete pending ', 'S04 D completed ']);
  });

  test('in comments and fences are none; twice the same is reported', () => {
    expect(outline('- [ ] S01: A', '<!--', '- [ ] S02: B', '-->', '```', '- [ ] S03: C', '```')).toHaveLength(
      1,
    );
    expect(outline('- [ ] S01: A <!-- B', '- [ ] S02: C')).toEqual([
      'S01 A <!-- B pending ',
      'S02 C pending ',
    ]);
    const { faults } = read({ 'M001/M001-ROADMAP.md': roadmap('- [ ] S01: A', '- [ ] S01: B') });
    expect(faults[0]).toBe(
      `error [S01] a second task has the id M001/S01; the first is at ${root}/M001/M001-ROADMAP.md:5`,
    );
  });

  test('wait for the milestone before theirs', () => {
    const { tasks } = read({
      'M010/M010-ROADMAP.md': '# M010: Late\n## Slices\n- [ ] S01: A',
      'M002/M002-ROADMAP.md':
        '# M002: Early\n## Slices\n- [ ] S01: A\n- [ ] S02: B\n- [ ] S03: C `depends:[S01]`',
    });
    expect(tasks.map(({ id }) => id)).toEqual(['M002/S01', 'M002/S02', 'M002/S03', 'M010/S01']);
    expect(tasks[3]!.dependencies).toEqual(['M002/S02', 'M002/S03']);
  });
});

const plan = [
  '# S01: Ground',
  '',
  '**Goal:** It stands.',
  '',
  '## Must-Haves',
  '- firm',
  '',
  '## Tasks',
  '',
  '- [x] **T01: Dig** `est:30m`',
  '  - Why: To begin.',
  '  - Files: `src/dig/a.ts`, `b.ts` (new), `src/c.ts` (reference only), `agent.send`',
  '  - Do:',
  '    1. Dig.',
  '  - Verify: `rm -rf x && npm test`',
  '  - Done when: a hole is there',
  '- [ ] **T02: Fill** `est:2h`',
  '  - Files: none (verification only)',
  '',
  '## Files Likely Touched',
  '',
].join('\n');
const files = {
  'M001/M001-ROADMAP.md': roadmap(
    '- [ ] **S01: Ground** `risk:high` `depends:[]`',
    '  > After this: firm.',
    '- [ ] S02: B `depends:[S01]`',
  ),
  'M001/slices/S01/S01-PLAN.md': plan,
  'M001/slices/S01/tasks/T02-PLAN.md':
    '---\nestimated_steps: 1\n---\n# T02: Fill\n\n## Steps\n1. Fill.\n\n## Must-Haves\n- [ ] full\n\n## Expected Output\n- `src/dig/full.ts` — new\n',
};

describe('the tasks of a slice', () => {
  test('take the place of the slice, one after another, and end with what it must show', () => {
    const { tasks, faults } = read(files);
    expect(faults).toEqual([]);
    expect(tasks).toMatchObject([
      {
        id: 'M001/S01/T01',
        risk: 'High',
        size: 'S',
        declared: 'completed',
        dependencies: [],
        scope: ['src/dig/a.ts', 'src/dig/b.ts'],
        context: { guides: ['src/c.ts'] },
        criteria: [{ id: 'M001/S01/T01.AC1', text: 'a hole is there' }],
      },
      {
        id: 'M001/S01/T02',
        size: 'L',
        dependencies: ['M001/S01/T01'],
        scope: ['src/dig/full.ts'],
        criteria: [
          { id: 'M001/S01/T02.AC1', text: 'full' },
          { id: 'M001/S01.AC1', text: 'After this: firm.' },
          { id: 'M001/S01.AC2', text: 'firm' },
        ],
      },
      { id: 'M001/S02', dependencies: ['M001/S01/T02'] },
    ]);
    expect(tasks[0]!.description).toBe(
      '- Why: To begin.\n- Do:\n  1. Dig.\n- Verify: `rm -rf x && npm test`\n\nSlice M001/S01: Ground\n\n**Goal:** It stands.',
    );
    expect(tasks[1]!.context.specs).toHaveLength(3);
  });

  test('count where their slice is said to be done too early, and stand without a roadmap', () => {
    const early = read({ ...files, 'M001/M001-ROADMAP.md': roadmap('- [x] S01: Ground', '- [?] S02: B') });
    expect(early.faults).toEqual([
      "warning [S01] the roadmap says M001/S01 is done, but M001/S01/T02 is not; the task's own box counts",
      'warning [S02] "?" says nothing about M001/S02; the task is taken as pending',
    ]);
    expect(read({ 'M001/slices/S01/S01-PLAN.md': plan }).faults).toEqual([
      'warning [# S01: Ground] no roadmap names M001/S01; it waits for no other slice of its milestone',
    ]);
  });
});

describe('a status written back', () => {
  function write(
    texts: Readonly<Record<string, string>>,
    statuses: Readonly<Record<string, ViewStatus>>,
  ): readonly string[] {
    const { tasks } = read(texts);
    const backlog = { entry: root, files: Object.keys(texts).map((name) => `${root}/${name}`) };
    const view = viewOf({
      ...Object.fromEntries(tasks.map(({ id, declared }) => [id, declared as ViewStatus])),
      ...statuses,
    });
    const plan = { name: 'p', title: '', format: gsdFormat.name, file: root, hash: '', tasks };
    return Object.entries(texts).map(([name, text]) => {
      const [one] = gsdFormat.writeBack({
        backlog,
        plan,
        facts: undefined,
        texts: new Map([[`${root}/${name}`, text]]),
        view,
      });
      return one !== undefined && 'text' in one ? one.text : 'problem';
    });
  }

  test('ticks the box of a task, and that of its slice with the last one', () => {
    expect(write(files, {})).toEqual(Object.values(files));
    expect(write(files, { 'M001/S01/T02': 'running' })).toEqual(Object.values(files));
    expect(write(files, { 'M001/S01/T02': 'completed' })).toEqual([
      files['M001/M001-ROADMAP.md'].replace('[ ] **S01', '[x] **S01'),
      plan.replace('[ ] **T02', '[x] **T02'),
      files['M001/slices/S01/tasks/T02-PLAN.md'],
    ]);
    expect(write(files, { 'M001/S02': 'completed' })[0]).toBe(
      files['M001/M001-ROADMAP.md'].replace('[ ] S02', '[x] S02'),
    );
  });

  test('leaves a slice that gsd itself has not closed yet', () => {
    const done = { ...files, 'M001/slices/S01/S01-PLAN.md': plan.replace('[ ] **T02', '[x] **T02') };
    expect(write(done, {})).toEqual(Object.values(done));
  });

  test.each([
    ['| ID | Title | Done |\r\n|--|--|--|\r\n| S01 | A | ⬜ |\r\n', '⬜', '✅'],
    ['| ID | Title | Status |\n|--|--|--|\n| S01 | A | Pending |\n', 'Pending', 'Complete'],
    ['| ID | Title | Status |\n|--|--|--|\n| S01 | A | [ ] |\n', '[ ]', '[x]'],
    ['### S01: A\n', 'S01: A', 'S01: A ✅'],
  ])('keeps to the manner of %j', (lines, from, to) => {
    const name = 'M001/M001-ROADMAP.md';
    const text = `# M001: T\n## Slices\n${lines}`;
    const done = text.replace(from, to);
    expect(write({ [name]: text }, { 'M001/S01': 'completed' })).toEqual([done]);
    expect(write({ [name]: done }, { 'M001/S01': 'stale' })).toEqual([text]);
    expect(write({ [name]: done }, {})).toEqual([done]);
  });
});

describe('the files of gsd', () => {
  test('are known by their headings and names, and nothing else is', () => {
    expect(gsdFormat.detect('x.md', roadmap('- [ ] S01: A'))).toBe(true);
    expect(gsdFormat.detect('x.md', plan)).toBe(true);
    expect(gsdFormat.detect('x.md', files['M001/slices/S01/tasks/T02-PLAN.md'])).toBe(false);
    expect(gsdFormat.detect('T02-PLAN.md', files['M001/slices/S01/tasks/T02-PLAN.md'])).toBe(true);
    for (const text of [
      '',
      '# Roadmap\n## Slices\n- [ ] S01: A',
      '# S01: Story\n- [ ] a',
      '# {{sliceId}}: x\n## Tasks',
    ])
      expect(gsdFormat.detect('ROADMAP.md', text)).toBe(false);
  });

  test('are one backlog per folder of milestones', () => {
    const names = Object.keys(files).map((name) => `${root}/${name}`);
    expect(gsdFormat.group!([...names, 'docs/M001-ROADMAP.md'])).toEqual([
      { entry: root, files: names },
      { entry: 'docs/M001-ROADMAP.md', files: ['docs/M001-ROADMAP.md'] },
    ]);
  });
});

describe('a damaged roadmap', () => {
  test('with a slice twice is refused, also when the first of them has tasks', () => {
    const { faults } = read({
      'M001/M001-ROADMAP.md': roadmap('- [x] **S01: A**', '- [ ] **S01: B**'),
      'M001/slices/S01/S01-PLAN.md': '# S01: A\n\n## Tasks\n\n- [ ] **T01: x**\n',
    });
    expect(faults).toContain('error [S01] a second slice has the id M001/S01');
  });

  test('with many tasks in a slice goes through its plan once, and tells them no endless goal', () => {
    const goal = '**Goal:** it stands\n'.repeat(1_000);
    const tasks = Array.from({ length: 9_000 }, (_, at) => `- [ ] **T${at + 1}: x**\n\n`).join('');
    const { drafts } = read({ 'M001/slices/S01/S01-PLAN.md': `# S01: A\n\n${goal}\n## Tasks\n\n${tasks}` });
    expect(drafts).toHaveLength(9_000);
    expect(drafts[0]?.description).toBe('Slice M001/S01: A');
  });

  test('with a line separator behind a heading has the same sections for reading and writing', () => {
    const plan = '# S01: A\n\n## Tasks\u2028\n\n- [x] **T01: x**\n';
    const { drafts } = read({ 'M001/slices/S01/S01-PLAN.md': plan });
    expect(drafts).toMatchObject([{ id: 'M001/S01/T01', description: 'Slice M001/S01: A' }]);
  });

  test('with many stars in its title is read without harm', () => {
    const { drafts } = read({
      'M001/M001-ROADMAP.md': `# M001: A${'*'.repeat(300_000)}B\n\n${roadmap('- [ ] **S01: A**')}`,
    });
    expect(drafts).toHaveLength(1);
  });
});
