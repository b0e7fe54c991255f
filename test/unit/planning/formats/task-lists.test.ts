import { describe, expect, test } from 'vitest';
import type { ViewStatus } from '../../../../src/domain/view.ts';
import { checklistFormat } from '../../../../src/planning/formats/checklist/format.ts';
import type { DraftTask } from '../../../../src/planning/formats/format.ts';
import { check, viewOf } from './plan-texts.ts';

const file = 'docs/work.md';

function read(text: string): ReturnType<typeof check> {
  return check(checklistFormat, file, text);
}

function tasksOf(text: string): readonly DraftTask[] {
  return read(text).draft.tasks;
}

/** `id title status <- dependencies` of each task. */
function shown(text: string): readonly string[] {
  return tasksOf(text).map(({ id, title, declared, dependencies }) =>
    `${id} ${title} ${declared} <- ${dependencies.join(' ')}`.trim(),
  );
}

function written(text: string, changes: Readonly<Record<string, ViewStatus>>): string {
  const { plan, draft } = read(text);
  const asRead = draft.tasks.map(({ id, declared }): [string, ViewStatus] => [
    id,
    declared === 'in-progress' ? 'running' : declared === 'needs-re-verification' ? 'stale' : declared,
  ]);
  const [result] = checklistFormat.writeBack({
    backlog: { entry: file, files: [file] },
    plan,
    facts: undefined,
    texts: new Map([[file, text]]),
    view: viewOf({ ...Object.fromEntries(asRead), ...changes }),
  });
  return result !== undefined && 'text' in result ? result.text : '';
}

const table = `# Firmware

## Phase P0: Base (16h) ✅ COMPLETE

**Goal:** make it build

| ID | Task | Description | Deps | Est. | Status |
|----|------|-------------|------|------|--------|
| P0.1 | Set up | with \`src/a.ts\` \\| more | — | 2h | ✅ |
| P0.2 | Show when it is done ✅ | all | P0.1 | 4h | ⬜ |
| P0.3 | ~~Leave~~ | none | - | 3 days | ⬜ |

**Definition of Done:**
- [x] it compiles

## Phase P1: More

| ID | Task | Deps | Priority | Status |
|----|------|------|----------|--------|
| P1.1 | Go on | P0.1-P0.2, P0.3 (why) | P0 | 🚧 |
| P1.2 | End | All | low | ⏳ |
| P1.3 | Rest | Phase P0; [P1.1](#p11) | | ❌ |
`;

describe('tables of tasks', () => {
  test('ids, dependencies and statuses come from their columns, not from the words of the row', () => {
    expect(shown(table)).toEqual([
      'P0.1 Set up completed <-',
      'P0.2 Show when it is done pending <- P0.1',
      'P0.3 Leave skipped <-',
      'P1.1 Go on in-progress <- P0.1 P0.2 P0.3',
      'P1.2 End pending <- P0.1 P0.2 P0.3 P1.1',
      'P1.3 Rest pending <- P0.1 P0.2 P0.3 P1.1',
    ]);
    expect(read(table).report).toBe('');
  });

  test('estimates are sizes, priorities risks, headings phases; criteria go to the last of the phase', () => {
    const tasks = tasksOf(table);
    expect(tasks.map(({ size }) => size)).toEqual(['S', 'M', 'L', 'M', 'M', 'M']);
    expect(tasks.map(({ risk }) => risk)).toEqual(['Medium', 'Medium', 'Medium', 'High', 'Low', 'Medium']);
    expect(tasks.map(({ phase }) => phase)).toEqual([
      ...Array.from({ length: 3 }, () => 'Phase P0: Base (16h)'),
      ...Array.from({ length: 3 }, () => 'Phase P1: More'),
    ]);
    expect(tasks[0]).toMatchObject({
      description: 'with `src/a.ts` | more\n\n**Goal:** make it build',
      scope: ['src/a.ts'],
    });
    expect(tasks[2]!.criteria.map(({ text }) => text)).toEqual(['it compiles']);
  });

  test('a dependency that no task has, and an id that stands twice, are errors at their place', () => {
    const text = '| ID | Task | Deps |\n|--|--|--|\n| A1 | a | A7, A3-A4 |\n| A2 | b | |\n| A2 | c | |\n';
    expect(read(text).report).toContain('docs/work.md:3:12 error PLAN-UNKNOWN-DEPENDENCY  A1 depends on A7');
    expect(read(text).report).toContain('docs/work.md:3:16 error PLAN-UNKNOWN-DEPENDENCY  A1 depends on A3');
    expect(read(text).report).toContain('error PLAN-DUPLICATE-ID  a second task has the id A2');
  });

  test('only the status in its cell changes, in the words and emojis of the table', () => {
    expect(written(table, {})).toBe(table);
    expect(written(table, { 'P0.2': 'completed' })).toBe(table.replace('4h | ⬜', '4h | ✅'));
    expect(written(table, { 'P0.1': 'pending' })).toBe(table.replace('2h | ✅', '2h | ⬜'));
    expect(written(table, { 'P0.2': 'running' })).toBe(table.replace('4h | ⬜', '4h | 🚧'));
    const words =
      '| Task | Status |\r\n|---|---|\r\n| a | Done |\r\n| b | **todo** (soon) |\r\n| c | ✅ Done |';
    expect(written(words, { [tasksOf(words)[1]!.id]: 'completed' })).toBe(
      words.replace('**todo**', '**Done**'),
    );
    expect(written(words, { [tasksOf(words)[2]!.id]: 'running' })).toBe(
      words.replace('✅ Done', '🚧 In Progress'),
    );
  });

  test('the padding of a column in line is kept while there is room', () => {
    const text =
      '| Task | Status      |\n|------|-------------|\n| a    | Not Started |\n| b    | Complete    |\n';
    const [a, b] = tasksOf(text).map(({ id }) => id);
    expect(written(text, { [a!]: 'completed' })).toBe(text.replace('Not Started', 'Complete   '));
    expect(written(text, { [b!]: 'pending' })).toBe(text.replace('Complete   ', 'Not Started'));
  });

  test('an empty place for a status is filled; a row without one is left alone', () => {
    const text = '| Task | Status |\n|---|---|\n| a | Done |\n| b |      |\n| c | — |\n| d |\n';
    const ids = tasksOf(text).map(({ id }) => id);
    const all = Object.fromEntries(ids.map((id) => [id, 'completed' as const]));
    expect(written(text, all)).toBe(
      '| Task | Status |\n|---|---|\n| a | Done |\n| b | Done |\n| c | Done |\n| d |\n',
    );
    expect(read(text).report).toContain('one task has no place for a status here');
  });

  test('damaged tables, tables in fences and comments, and tables of other things are none', () => {
    const row = '| A1 | a | ✅ |\n';
    for (const text of [
      `| ID | Task | Status |\n${row}`,
      `| ID | Task | Status |\n|--|--|\n${row}`,
      `\`\`\`\n| ID | Task | Status |\n|--|--|--|\n${row}\`\`\`\n`,
      `<!--\n| ID | Task | Status |\n|--|--|--|\n${row}-->\n`,
      `| Package | Version | Status |\n|--|--|--|\n${row}`,
      `| ID | Task | Owner |\n|--|--|--|\n${row}`,
      '| ID | Requirement | Status |\n|--|--|--|\n| R1 | fast | see below |\n',
      '| Wave | Sub-Plans | Notes |\n|--|--|--|\n| 1 | 01, 02 | none |\n',
    ])
      expect([text, checklistFormat.detect(file, text)]).toEqual([text, false]);
  });

  test('an overview of tasks that are told below is none of tasks, but knows what they do not tell', () => {
    const text = `# Tasks

| ID | Task | Depends on | Size | Status |
|----|------|------------|------|--------|
| 1 | Search pages | | L | Done |
| 2 | Index | 1 | S | Todo |
| 3 | Only here | 2 | M | Todo |

## Task 1: Search

**Status**: Done

## Task 2: Index

Nothing more.
`;
    expect(shown(text)).toEqual([
      '3 Only here pending <- 2',
      '1 Search completed <-',
      '2 Index pending <- 1',
    ]);
    expect(tasksOf(text).map(({ size }) => size)).toEqual(['M', 'L', 'S']);
    expect(written(text, { 2: 'completed' })).toBe(
      text.replace('Index | 1 | S | Todo', 'Index | 1 | S | Done'),
    );
  });
});

describe('headings that are tasks', () => {
  const stages = `# Plan

## Stage 1: Begin
**Goal**: what it is
**Success Criteria**: all of it
**Tests**: \`test/a.test.ts\`
**Status**: Complete

## Stage 2: Go on
**Success Criteria**:
- one
- two
**Depends on**: Stage 1
**Status**: Not Started

\`\`\`
## Stage 9: none
**Status**: Complete
\`\`\`

## Notes

**Status**: unknown
`;

  test('have fields for status, criteria, tests and dependencies', () => {
    expect(shown(stages)).toEqual(['stage-1 Begin completed <-', 'stage-2 Go on pending <- stage-1']);
    const [first, second] = tasksOf(stages);
    expect(first).toMatchObject({
      criteria: [{ id: 'stage-1.AC1', text: 'all of it' }],
      testFiles: ['test/a.test.ts'],
      description: '**Goal**: what it is\n**Success Criteria**: all of it\n**Tests**: `test/a.test.ts`',
    });
    expect(second!.criteria.map(({ text }) => text)).toEqual(['one', 'two']);
    expect(second!.description).toContain('## Stage 9: none');
  });

  test('only the word of the status changes', () => {
    expect(written(stages, { 'stage-2': 'running' })).toBe(stages.replace('Not Started', 'In Progress'));
    expect(written(stages, { 'stage-2': 'completed' })).toBe(stages.replace('Not Started', 'Complete'));
    expect(written(stages, { 'stage-1': 'stale' })).toBe(
      stages.replace('Status**: Complete\n\n## Stage 2', 'Status**: In Progress\n\n## Stage 2'),
    );
  });

  test('in other languages, with several fields in a line, are read and written in that language', () => {
    const text = `# 任务清单\r
\r
### 任务 1: 搜索\r
\r
**优先级:** P0 | **工作量:** 4 天 | **状态:** ✅ 已完成  \r
\r
**验收标准:**\r
- [x] 可以找到\r
\r
## ⏳ 任务 2: 索引 (2天) - 待开始\r
\r
**依赖**: 任务 1\r
\r
## 작업 3: 색인\r
\r
**상태**: 진행 중\r
\r
## Tarefa 4: Busca\r
\r
**Estado:** em andamento\r
`;
    expect(shown(text)).toEqual([
      '1 搜索 completed <-',
      '2 索引 (2天) pending <- 1',
      '3 색인 in-progress <-',
      '4 Busca in-progress <-',
    ]);
    expect(tasksOf(text)[0]).toMatchObject({ risk: 'High', size: 'L', criteria: [{ text: '可以找到' }] });
    expect(written(text, {})).toBe(text);
    expect(written(text, { 2: 'completed' })).toBe(
      text.replace('## ⏳', '## ✅').replace('- 待开始', '- 已完成'),
    );
    expect(written(text, { 1: 'running' })).toBe(text.replace('✅ 已完成', '🚧 进行中'));
    expect(written(text, { 3: 'completed', 4: 'completed' })).toBe(
      text.replace('진행 중', '완료').replace('em andamento', 'concluído'),
    );
  });

  test('with a number and a sign are tasks; a sign with other words, and headings of their groups, are not', () => {
    const text = `# Progress

## ✅ What is done

### 1. Setup (100% done)

#### 1.1 ✅ Project
- ✅ folder

#### 1.2 Redis ✅ Done

### 2. Remove it ✅ safe to delete

## Next

- [ ] 1.1 Project (all of it)
- [ ] 4.2 Dashboard
`;
    expect(shown(text)).toEqual([
      '1.1 Project completed <-',
      '1.2 Redis completed <-',
      '4.2 4.2 Dashboard pending <-',
    ]);
    expect(tasksOf(text)[0]!.description).toBe('- folder');
  });

  test('of one task that comes again are one task; a number that begins anew is another one', () => {
    const again = '## ✅ Task 1: A\n\n## Task 2: B\n\n**Status**: Todo\n\n## ⏳ Task 1: A\n\n## Task 2: C\n';
    expect(tasksOf(again).map(({ title }) => title)).toEqual(['A', 'B', 'C']);
    expect(new Set(tasksOf(again).map(({ id }) => id)).size).toBe(3);
    const apart = '# A\n\n## Task 1: X ✅\n\n# B\n\n## Task 1: X ✅\n';
    expect(tasksOf(apart)).toHaveLength(2);
    const unnumbered = '# P\n\n## A\n\n### Tests\n**Status**: Todo\n\n## B\n\n### Tests\n**Status**: Done\n';
    expect(tasksOf(unnumbered).map(({ declared }) => declared)).toEqual(['pending', 'completed']);
  });

  test('with boxes of their own are groups of tasks, as phases are', () => {
    const text =
      '# Todo\n\n### 1. K3s ✅ Done\n\n- [x] a\n- [ ] b\n\n## Phase 2: More\n**Status**: Todo\n\n- [ ] c\n';
    expect(tasksOf(text).map(({ title }) => title)).toEqual(['a', 'b', 'c']);
  });

  test('may hold their title and description as sections', () => {
    const text =
      '## Task 1:\n\n### Title\nSearch\n\n### Description\nFind words.\n\n## Task 2:\n\n### Title\nIndex\n';
    expect(shown(text)).toEqual(['1 Search pending <-', '2 Index pending <-']);
    expect(tasksOf(text)[0]!.description).toContain('Find words.');
    expect(read(text).report).toContain('2 tasks have no place for a status here; it is kept in the journal');
  });
});

describe('items with emojis', () => {
  test('are tasks in numbered lists; the sections with their names tell of them', () => {
    const text =
      '# Tasks\n\n1. ✅ **Search** - 2 days\n2. 🚧 Index\n3. Docs ⏳\n\n## 1. Search\n\nWords.\n\n### ✅ Acceptance criteria\n\n- [ ] found\n';
    const tasks = tasksOf(text);
    expect(tasks.map(({ title, declared }) => [title, declared])).toEqual([
      ['Search - 2 days', 'completed'],
      ['Index', 'in-progress'],
    ]);
    expect(tasks[0]!.criteria.map((criterion) => criterion.text)).toEqual(['found']);
    expect(tasks[0]!.description).toContain('Words.');
    expect(written(text, { [tasks[1]!.id]: 'completed' })).toBe(text.replace('🚧', '✅'));
  });

  test('behind their text count where none stands in front', () => {
    const text = '# Plan\n\n- one ✅\n- two ⏳\n';
    expect(tasksOf(text).map(({ title, declared }) => `${title} ${declared}`)).toEqual([
      'one completed',
      'two pending',
    ]);
    expect(written(text, { [tasksOf(text)[1]!.id]: 'completed' })).toBe(text.replace('⏳', '✅'));
  });

  test('are a backlog only where something is open or the text says so', () => {
    const praise = '# Parser\n\n- ✅ fast\n- ❌ big\n';
    expect(checklistFormat.detect('README.md', praise)).toBe(false);
    expect(checklistFormat.detect('README.md', praise.replace('❌', '🚧'))).toBe(true);
    expect(checklistFormat.detect('PROGRESS.md', praise)).toBe(true);
    expect(checklistFormat.detect('README.md', praise.replace('# Parser', '# Tasks'))).toBe(true);
  });
});

describe('lists that say no status', () => {
  test('groups whose heading carries it say it for all below', () => {
    const text =
      '# 看板\n\n## 已完成 ✅\n\n- 搜索\n\n## 进行中 🚧\n\n- 索引\n  - 更多\n\n## Notes\n\n- no task\n';
    expect(tasksOf(text).map(({ title, declared }) => `${title} ${declared}`)).toEqual([
      '搜索 completed',
      '索引 in-progress',
    ]);
    expect(written(text, { [tasksOf(text)[1]!.id]: 'completed' })).toBe(text);
  });

  test('bullets that are called tasks are some, with their criteria', () => {
    const text =
      '# 계획\n\n*   **Task 1.1: 시작**\n    *   첫 단계\n    *   *성공 기준:* 빌드 성공\n*   **Task 1.2: 끝**\n';
    expect(tasksOf(text).map(({ title }) => title)).toEqual(['Task 1.1: 시작', 'Task 1.2: 끝']);
    expect(tasksOf(text)[0]!.criteria.map((criterion) => criterion.text)).toEqual(['빌드 성공']);
  });

  test('a numbered list is a backlog only right below a title or heading that says so', () => {
    const list = '1. first\n2. second\n   goes on\n';
    for (const head of ['# Cache plan', '# Tasks', '# A\n\n## Implementation steps', '# A\n\n## 任务清单'])
      expect([head, checklistFormat.detect(file, `${head}\n\n${list}`)]).toEqual([head, true]);
    for (const head of [
      ...[
        '',
        '# Notes',
        '# Cache plan\n\n## Core commands',
        '# A\n\n## Installation steps',
        '# A\n\n## Next',
      ],
    ])
      expect([head, checklistFormat.detect(file, `${head}\n\n${list}`)]).toEqual([head, false]);
    expect(checklistFormat.detect(file, '# Cache plan\n\n- first\n- second\n')).toBe(false);
  });
});

describe('what is no backlog', () => {
  test('designs, manuals and drafts', () => {
    for (const text of [
      '# Design\n\n## Status\n\nAccepted\n\n## 1. Context\n\nWhy.\n\n### 2. Decision\n\nWhat.\n',
      '# Installation plan\n\n### Step 1: Install\n\n**Success Criteria:**\n\n- ✅ it is there\n\n### Step 2: Run\n',
      '# API\n\n| Method | Path | Status |\n|--|--|--|\n| GET | /a | 200 |\n',
      '# Product\n\n## Acceptance Criteria\n\n- [ ] it is fast\n',
      '# One\n\n**Status:** Done\n\nText.\n',
      '---\nSTATUS: Draft\n---\n\n# Plan\n\n- [ ] a\n',
    ])
      expect([text, checklistFormat.detect(file, text)]).toEqual([text, false]);
  });
});

test('long runs of one piece are read in time', () => {
  const leads = [
    '',
    '## ',
    '## 1. ',
    '| ID | Task | Status |\n|--|--|--|\n',
    '**Status**: ',
    '## Task 1: ',
    '- ✅ ',
  ];
  for (const part of [
    '|',
    '| a ',
    '~~',
    '✅',
    'not ',
    '(',
    '（',
    '**',
    ' - ',
    ': ',
    '1.',
    '任务 1',
    '- ',
    '[',
    '\\|',
  ])
    for (const lead of leads) {
      const text = `# Tasks\n\n${lead}${part.repeat(20_000)}x\n`;
      checklistFormat.detect(file, text);
      expect(written(text, {})).toBe(text);
    }
}, 20_000);

test.each(['\u2713', '\u2714\ufe0f', '\u2705', '\u23f8', '\u26a0\ufe0f', '\ud83d\udd32'])(
  'a status behind the text, %s, is no part of the id',
  (sign) => {
    const list = (mark: string): string =>
      `# Plan\n\n## Tasks\n\n- Build the shop ${mark}\n- Open it \u23f3\n`;
    expect(tasksOf(list(sign)).map(({ id }) => id)).toEqual(tasksOf(list('\u23f3')).map(({ id }) => id));
  },
);
