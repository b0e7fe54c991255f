import { describe, expect, test } from 'vitest';
import { superpowersFormat } from '../../../../src/planning/formats/superpowers/format.ts';
import type { Draft } from '../../../../src/planning/formats/format.ts';
import { validateDraft } from '../../../../src/planning/validate.ts';
import type { ViewStatus } from '../../../../src/domain/view.ts';
import { check, viewOf } from './plan-texts.ts';

const file = 'docs/plans/2026-01-02-icons.md';
const head = '# Icons Implementation Plan\n\n> REQUIRED SUB-SKILL: Use superpowers:executing-plans\n\n';

function read(text: string, name = file): ReturnType<typeof check> {
  return check(superpowersFormat, name, text);
}

function readFolder(texts: Readonly<Record<string, string>>): Draft {
  const files = new Map(Object.entries(texts));
  const [first = '', text = ''] = [...files][0] ?? [];
  return superpowersFormat.read({ entry: 'docs/plans/x', file: first, text, files, companions: new Map() });
}

function written(text: string, statuses: Readonly<Record<string, ViewStatus>>, name = file): string {
  const [result] = superpowersFormat.writeBack({
    backlog: { entry: name, files: [name] },
    plan: read(text, name).plan,
    facts: undefined,
    texts: new Map([[name, text]]),
    view: viewOf(statuses),
  });
  return result !== undefined && 'text' in result ? result.text : '';
}

const edgesOf = ({ tasks }: Draft): Record<string, readonly string[]> =>
  Object.fromEntries(tasks.map(({ id, dependencies }) => [id, dependencies]));

describe('what is a superpowers plan', () => {
  test('task headings with a marker, or with files and steps, make one', () => {
    expect(superpowersFormat.detect(file, `${head}### Task 1: A\n`)).toBe(true);
    const old = '# K8s Plan\n\n## Task 1: A\n\n**Files:**\n- Create: `a/b.ts`\n\n**Step 1: Do it**\n';
    expect(superpowersFormat.detect(file, old)).toBe(true);
  });

  test('a design, prose, an overview and a quoted task are none', () => {
    expect(superpowersFormat.detect('docs/plans/a-design.md', `${head}### Task 1: A\n`)).toBe(false);
    expect(superpowersFormat.detect(file, '# Plan\n\n## Goal\n\nText\n')).toBe(false);
    expect(superpowersFormat.detect('docs/plans/x/00-overview.md', `${head}## DAG\n`)).toBe(false);
    expect(superpowersFormat.detect(file, `${head}\`\`\`\`md\n### Task 1: A\n\`\`\`\n\`\`\`\`\n`)).toBe(
      false,
    );
    expect(superpowersFormat.detect(file, '# Notes\n\n### Task 1: A\n\nText\n')).toBe(false);
    expect(superpowersFormat.detect(file, '')).toBe(false);
  });

  test('a numbered sub-plan is one by its header', () => {
    const text = '# Sub-Plan 04: Memory\n\n**Dependencies:** None\n';
    expect(superpowersFormat.detect('docs/plans/x/04-memory.md', text)).toBe(true);
    expect(superpowersFormat.detect('docs/plans/x/memory.md', text)).toBe(false);
  });
});

describe('tasks of a plan', () => {
  test('ids are the numbers of the headings, at any level, and never numbers', () => {
    const text = `${head}## Task 0: Prep\n\n### Task 2b: More ✅\n\n#### Task 3.10: Deep\n\n### Task A1 - Part\n`;
    const { draft, report } = read(text);
    expect(draft.tasks.map(({ id, title }) => [id, title])).toEqual([
      ['0', 'Prep'],
      ['2b', 'More'],
      ['3.10', 'Deep'],
      ['A1', 'Part'],
    ]);
    expect(draft.tasks.map(({ declared }) => declared)).toEqual([
      'pending',
      'completed',
      'pending',
      'pending',
    ]);
    expect(report).toBe('');
  });

  test('a task number that stands twice is reported with its place', () => {
    const { report } = read(`${head}### Task 1: A\n\n### Task 1: B\n`);
    expect(report).toContain(`${file}:7:10 error PLAN-DUPLICATE-ID  a second task has the id 1`);
  });

  test('headings and boxes inside code fences are text', () => {
    const text = `${head}### Task 1: A\n\n- [x] **Step 1: Write**\n\n\`\`\`\`md\n### Task 9: Q\n\`\`\`\n- [ ] no\n\`\`\`\`\n`;
    const { draft } = read(text);
    expect(draft.tasks.map(({ id, declared }) => [id, declared])).toEqual([['1', 'completed']]);
    expect(draft.tasks[0]!.description).toContain('### Task 9: Q');
  });

  test('the Files block gives scope, tests and what is only read', () => {
    const text = `${head}### Task 1: A

**Files:**
- Create: \`src/a.ts\` (next to \`src/old.ts\`), \`b.ts\`
- Modify: \`app/(auth)/[id]/page.tsx:12-40\`
- Test: \`test/a.test.ts\`
- Reference: \`docs/spec.md\`
- Delete: src/gone/**
- Modify: \`/home/me/x.ts\`

Then \`src/prose.ts\`.
`;
    const { draft, report } = read(text);
    const [task] = draft.tasks;
    expect(task!.scope).toEqual([
      'src/a.ts',
      'src/b.ts',
      'app/(auth)/[id]/page.tsx',
      'test/a.test.ts',
      'src/gone/**',
    ]);
    expect(task!.testFiles).toEqual(['test/a.test.ts']);
    expect(task!.context.guides).toEqual(['docs/spec.md']);
    expect(report).toContain(`${file}:13:12 warning PLAN-WARNING  /home/me/x.ts lies outside the repository`);
  });

  test('steps are criteria but for the failing test and the commit; stated criteria come first', () => {
    const steps = `- [ ] **Step 1: Write the failing test**
- [ ] **Step 2: Run it to see it fail**
- [ ] **Step 3: Check again**

Expected: FAIL with no module

- [ ] **Step 4: Implement**
- [ ] **Step 5: Commit**
`;
    const { draft } = read(`${head}### Task 1: A\n\n${steps}\n### Task 2: B\n\n**Step 1: Go**\n`);
    expect(draft.tasks.map(({ criteria }) => criteria)).toEqual([
      [
        { id: '1.S1', text: 'Write the failing test' },
        { id: '1.S4', text: 'Implement' },
      ],
      [{ id: '2.S1', text: 'Go' }],
    ]);
    const stated = read(`${head}### Task 1: A\n\n**Acceptance Criteria:**\n- It works\n\n${steps}`).draft;
    expect(stated.tasks[0]!.criteria).toEqual([{ id: '1.AC1', text: 'It works' }]);
  });

  test('the constraints of the plan are told to every task, and ticks do not change the text', () => {
    const text = `${head}## Global Constraints\n\n- No new packages\n\n### Task 1: A\n\n- [ ] **Step 1: Go**\n`;
    const open = read(text).plan.tasks[0]!;
    expect(open.description).toContain('- No new packages');
    expect(read(text.replace('[ ]', '[x]')).plan.tasks[0]!.specHash).toBe(open.specHash);
  });

  test('the chunk or phase above is kept', () => {
    const { draft } = read(`${head}## Chunk 1: First\n\n### Task 1: A\n\n## Other\n\n### Task 2: B\n`);
    expect(draft.tasks.map(({ phase }) => phase)).toEqual(['Chunk 1: First', undefined]);
  });
});

describe('dependencies', () => {
  test('a task that says nothing waits for all above it', () => {
    const text = `${head}### Task 1: A\n\n### Task 2: B\n\n**Depends on:** None\n\n### Task 3: C\n`;
    expect(edgesOf(read(text).draft)).toEqual({ 1: [], 2: [], 3: ['1', '2'] });
  });

  test('a list, a range, notes and "all" are read; an unknown number is an error at its place', () => {
    const tasks = [1, 2, 3].map((n) => `### Task ${n}: A\n\n**Depends on:** None\n\n`).join('');
    const more =
      '### Task 4: B\n\n**Dependencies:** Tasks 1-2 (both), Task 3\n\n### Task 5: C\n\n**Depends on:** All\n';
    expect(edgesOf(read(head + tasks + more).draft)).toMatchObject({ 4: ['1', '2', '3'], 5: ['4'] });
    const { report } = read(`${head}### Task 1: A\n\n**Depends on:** Task 9\n`);
    expect(report).toContain(`${file}:7:22 error PLAN-UNKNOWN-DEPENDENCY  1 depends on 9, which no task has`);
  });

  test('prose that names no task is a warning, and the order of the document counts', () => {
    const { draft, report } = read(
      `${head}### Task 1: A\n\n### Task 2: B\n\n**Depends on:** the new schema\n`,
    );
    expect(edgesOf(draft)).toEqual({ 1: [], 2: ['1'] });
    expect(report).toContain('warning PLAN-WARNING  "the new schema" names no task of this plan');
  });

  test('consumed names and numbers wait for their producers, not for the tasks between', () => {
    const text = `${head}### Task 1: A

**Interfaces:**
- Produces: \`parseDate(text: string): Date\`.

\`\`\`ts
export interface Calendar {
\`\`\`

### Task 2: B

**Interfaces:**
- Consumes: nothing of this plan.
- Produces: \`other\`.

### Task 3: C

**Interfaces:** Consumes \`parseDate\` and \`Calendar\` (\`other\` is no matter). Produces \`page\`.

### Task 4: D

**Interfaces:**
- Consumes: Tasks 1 to 3.
`;
    const edges = edgesOf(read(text).draft);
    expect(edges).toEqual({ 1: [], 2: [], 3: expect.arrayContaining(['1']), 4: ['1', '2', '3'] });
  });

  test('consuming from a later task is a warning and no circle', () => {
    const text = `${head}### Task 1: A\n\n**Interfaces:**\n- Consumes: Task 2's reader.\n\n### Task 2: B\n`;
    const { draft, report } = read(text);
    expect(edgesOf(draft)).toEqual({ 1: [], 2: ['1'] });
    expect(report).toContain('Task 1 consumes from Task 2, which comes later');
  });
});

describe('a folder of numbered sub-plans', () => {
  const plan = (n: string, name: string, deps: string): string =>
    `# Sub-Plan ${n}: ${name}\n\n**Goal:** x\n\n**Dependencies:** ${deps}\n\n**Produces:** \`src/${name}.ts\`\n\n## Steps\n\n1. Make it.\n2. Commit: \`x\`\n`;

  test('is one backlog in numeric order; other files stay alone', () => {
    const files = ['p/10-b.md', 'p/02-a.md', 'p/2026-01-02-x.md', 'q/01-only.md'];
    expect(superpowersFormat.group!(files)).toEqual([
      { entry: 'p', files: ['p/02-a.md', 'p/10-b.md'] },
      { entry: 'p/2026-01-02-x.md', files: ['p/2026-01-02-x.md'] },
      { entry: 'q/01-only.md', files: ['q/01-only.md'] },
    ]);
  });

  test('the header names files by their numbers', () => {
    const draft = readFolder({
      'p/02-events.md': plan('02', 'Events', 'None'),
      'p/03-persistence.md': plan('03', 'Persistence', '2 (Events)'),
      'p/04-memory.md': plan('04', 'Memory', 'None'),
      'p/11-orchestrator.md': plan('11', 'Run', '02 (Events), 03 (Persistence), 04-memory.md'),
    });
    expect(edgesOf(draft)).toEqual({ '02': [], '03': ['02'], '04': [], 11: ['02', '03', '04'] });
    expect(draft.tasks[0]).toMatchObject({
      title: 'Events',
      scope: ['src/Events.ts'],
      criteria: [{ id: '02.S1', text: 'Make it.' }],
      file: 'p/02-events.md',
    });
    expect(validateDraft(draft, 'p').diagnostics).toEqual([]);
  });

  test('a number without a file is an error in the file that says it', () => {
    const draft = readFolder({
      'p/01-a.md': plan('01', 'A', 'None'),
      'p/02-b.md': plan('02', 'B', '01, 07 (Loop)'),
    });
    expect(validateDraft(draft, 'p').diagnostics).toMatchObject([
      { code: 'PLAN-UNKNOWN-DEPENDENCY', file: 'p/02-b.md', line: 5, column: 23, length: 2 },
    ]);
  });

  test('tasks of files that have them get the number of the file in front, and files wait for files', () => {
    const draft = readFolder({
      'p/01-a.md': '# A\n\n### Task 1: X\n\n### Task 2: Y\n',
      'p/02-b.md': '# B\n\n**Dependencies:** 01\n\n### Task 1: X\n\n### Task 2: Y\n',
      'p/03-c.md': '# C\n\n### Task 1: X\n',
    });
    expect(edgesOf(draft)).toEqual({
      '01/1': [],
      '01/2': ['01/1'],
      '02/1': ['01/2'],
      '02/2': ['02/1'],
      '03/1': ['02/2'],
    });
  });
});

describe('statuses', () => {
  const text = `${head}### Task 1: A\r\n\r\n- [x] **Step 1: A**\r\n- [ ] **Step 2: B**\r\n\r\n### Task 2: B\r\n\r\n- [ ] a\r\n`;

  test('are what the boxes say', () => {
    expect(read(text).draft.tasks.map(({ declared }) => declared)).toEqual(['in-progress', 'pending']);
  });

  test('a completed task has all its boxes ticked, and nothing else changes', () => {
    expect(written(`\uFEFF${text}`, { 1: 'completed', 2: 'running' })).toBe(
      `\uFEFF${text.replace('[ ] **Step 2', '[x] **Step 2')}`,
    );
    expect(written(text, { 1: 'pending', 2: 'blocked' })).toBe(text);
  });

  test('a plan without boxes is left as it is, and its header says that it is done', () => {
    const old = '# Old Plan\n\n> **Status:** ✅ COMPLETED - 2026-01-11\n\n## Task 1: A\n\n**Step 1: Go**\n';
    expect(read(old).draft.tasks[0]!.declared).toBe('completed');
    expect(written(old, { 1: 'pending' })).toBe(old);
  });

  test('a Status line of a task is read and rewritten; an unknown word is kept with a warning', () => {
    const worded = `${head}### Task 1: A\n\n**Status:** pending\n\n### Task 2: B\n\n**Status:** someday\n`;
    expect(written(worded, { 1: 'completed', 2: 'pending' })).toBe(worded.replace('pending', 'done'));
    expect(read(worded).report).toContain('"someday" is no status; it is read as pending');
  });

  test('an unknown mark is open, with a warning', () => {
    const odd = `${head}### Task 1: A\n\n- [?] **Step 1: A**\n`;
    expect(read(odd).draft.tasks[0]!.declared).toBe('pending');
    expect(read(odd).report).toContain('[?] is no mark of a step');
    expect(written(odd, { 1: 'pending' })).toBe(odd);
  });
});
