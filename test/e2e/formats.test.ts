/** Every format once as a user meets it: found by itself, planned, worked off, and its statuses written back. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createProject } from '../rig/repository.ts';
import { jsonOf } from './observations.ts';

interface Sample {
  readonly format: string;
  readonly file: string;
  readonly text: string;
  /** Further files of the repository. */
  readonly beside?: Readonly<Record<string, string>>;
  /** `id <- what it waits for`. */
  readonly plan: readonly string[];
  /** Whether it must be named to be found. */
  readonly isNamed?: boolean;
  /** What stands in the file when all is done. */
  readonly done: string;
}

const samples: readonly Sample[] = [
  {
    format: 'spec-kit',
    file: 'specs/001-search/tasks.md',
    text: '# Tasks: Search\n\n## Phase 1: Setup\n\n- [ ] T001 Create `src/a.ts`\n- [ ] T002 Use it in `src/b.ts`\n',
    plan: ['T001 <- ', 'T002 <- T001'],
    done: '# Tasks: Search\n\n## Phase 1: Setup\n\n- [x] T001 Create `src/a.ts`\n- [x] T002 Use it in `src/b.ts`\n',
  },
  {
    format: 'kiro',
    file: '.kiro/specs/search/tasks.md',
    text: '# Implementation Plan\n\n- [ ] 1. Search\n  - [ ] 1.1 Index\n    - _Requirements: 1.1_\n  - [ ] 1.2 Query\n    - _Requirements: 1.1_\n',
    beside: {
      '.kiro/specs/search/requirements.md':
        '# Requirements\n\n### Requirement 1: Search\n\n#### Acceptance Criteria\n\n1. WHEN a word is typed THEN the system SHALL list its pages\n',
    },
    plan: ['1.1 <- ', '1.2 <- 1.1'],
    done: '# Implementation Plan\n\n- [x] 1. Search\n  - [x] 1.1 Index\n    - _Requirements: 1.1_\n  - [x] 1.2 Query\n    - _Requirements: 1.1_\n',
  },
  {
    format: 'openspec',
    file: 'openspec/changes/add-search/tasks.md',
    text: '## 1. Index\n\n- [ ] 1.1 Build it\n- [ ] 1.2 Query it\n',
    plan: ['1.1 <- ', '1.2 <- 1.1'],
    done: '## 1. Index\n\n- [x] 1.1 Build it\n- [x] 1.2 Query it\n',
  },
  {
    format: 'taskmaster',
    file: '.taskmaster/tasks/tasks.json',
    text: '{"master": {"tasks": [\n  {"id": 1, "title": "Index", "status": "pending", "dependencies": []},\n  {"id": 2, "title": "Query", "status": "pending", "dependencies": [1]}\n]}}\n',
    plan: ['1 <- ', '2 <- 1'],
    done: '{"master": {"tasks": [\n  {"id": 1, "title": "Index", "status": "done", "dependencies": []},\n  {"id": 2, "title": "Query", "status": "done", "dependencies": [1]}\n]}}\n',
  },
  {
    format: 'ralph-prd',
    file: 'prd.json',
    text: '{"project": "P", "userStories": [\n  {"id": "US-001", "title": "Index", "acceptanceCriteria": ["x"], "priority": 1, "passes": false},\n  {"id": "US-002", "title": "Query", "acceptanceCriteria": ["y"], "priority": 2, "passes": false}\n]}\n',
    plan: ['US-001 <- ', 'US-002 <- US-001'],
    done: '{"project": "P", "userStories": [\n  {"id": "US-001", "title": "Index", "acceptanceCriteria": ["x"], "priority": 1, "passes": true},\n  {"id": "US-002", "title": "Query", "acceptanceCriteria": ["y"], "priority": 2, "passes": true}\n]}\n',
  },
  {
    format: 'superpowers',
    file: 'docs/superpowers/plans/2026-01-01-search.md',
    text: '# Search Implementation Plan\n\n**Goal:** Search.\n\n### Task 1: Index\n\n**Files:**\n- Create: `src/a.ts`\n\n- [ ] **Step 1: Write it**\n\n### Task 2: Query\n\n**Files:**\n- Create: `src/b.ts`\n\n- [ ] **Step 1: Write it**\n',
    plan: ['1 <- ', '2 <- 1'],
    done: '# Search Implementation Plan\n\n**Goal:** Search.\n\n### Task 1: Index\n\n**Files:**\n- Create: `src/a.ts`\n\n- [x] **Step 1: Write it**\n\n### Task 2: Query\n\n**Files:**\n- Create: `src/b.ts`\n\n- [x] **Step 1: Write it**\n',
  },
  {
    format: 'todo-board',
    file: '.claude/pr/search/todo.md',
    text: '# Todo\n\n## High Priority\n\n- [ ] [TASK-001] Index\n  - Effort: S\n  - Dependencies: None\n- [ ] [TASK-002] Query\n  - Effort: S\n  - Dependencies: TASK-001\n',
    plan: ['TASK-001 <- ', 'TASK-002 <- TASK-001'],
    done: '# Todo\n\n## High Priority\n\n- [x] [TASK-001] Index\n  - Effort: S\n  - Dependencies: None\n- [x] [TASK-002] Query\n  - Effort: S\n  - Dependencies: TASK-001\n',
  },
  {
    format: 'gsd',
    file: '.gsd/milestones/M001/M001-ROADMAP.md',
    text: '# M001: Search\n\n## Slices\n\n- [ ] **S01: Index** `risk:low` `depends:[]`\n  > After this: pages are indexed\n- [ ] **S02: Query** `risk:low` `depends:[S01]`\n  > After this: words are found\n',
    plan: ['M001/S01 <- ', 'M001/S02 <- M001/S01'],
    done: '# M001: Search\n\n## Slices\n\n- [x] **S01: Index** `risk:low` `depends:[]`\n  > After this: pages are indexed\n- [x] **S02: Query** `risk:low` `depends:[S01]`\n  > After this: words are found\n',
  },
  {
    format: 'checklist',
    file: 'TODO.md',
    text: '# To do\n\n- [ ] A1: Index the pages\n- [ ] A2: Find words (depends on A1)\n',
    plan: ['A1 <- ', 'A2 <- A1'],
    done: '# To do\n\n- [x] A1: Index the pages\n- [x] A2: Find words (depends on A1)\n',
  },
  {
    format: 'checklist',
    file: 'docs/specs/TASKS.md',
    isNamed: true,
    text: '# Tasks\n\n## Phase P0: Index (4h)\n\n| ID | Task | Deps | Est. | Status |\n|----|------|------|------|--------|\n| P0.1 | Index ✅ pages | — | 2h | ⬜ |\n| P0.2 | Query | P0.1 | 2h | ✅ |\n| P0.3 | Show | P0.1-P0.2 | 2h | 🚧 |\n',
    plan: ['P0.1 <- ', 'P0.2 <- P0.1', 'P0.3 <- P0.1, P0.2'],
    done: '# Tasks\n\n## Phase P0: Index (4h)\n\n| ID | Task | Deps | Est. | Status |\n|----|------|------|------|--------|\n| P0.1 | Index ✅ pages | — | 2h | ✅ |\n| P0.2 | Query | P0.1 | 2h | ✅ |\n| P0.3 | Show | P0.1-P0.2 | 2h | ✅ |\n',
  },
  {
    format: 'bmad',
    file: 'docs/stories/1.2.query.md',
    text: '# Story 1.2: Query\n\n## Status\nApproved\n\n## Story\nAs a reader, I want to find words.\n\n## Acceptance Criteria\n1. Words are found\n\n## Tasks / Subtasks\n- [ ] Task 1 (AC: 1)\n',
    beside: {
      'docs/stories/1.1.index.md':
        '# Story 1.1: Index\n\n## Status\nApproved\n\n## Story\nAs a reader, I want an index.\n\n## Acceptance Criteria\n1. Pages are indexed\n\n## Tasks / Subtasks\n- [ ] Task 1 (AC: 1)\n',
    },
    plan: ['1.1 <- ', '1.2 <- 1.1'],
    done: '# Story 1.2: Query\n\n## Status\nDone\n\n## Story\nAs a reader, I want to find words.\n\n## Acceptance Criteria\n1. Words are found\n\n## Tasks / Subtasks\n- [ ] Task 1 (AC: 1)\n',
  },
  {
    format: 'code-task',
    file: 'planning/step02/task-01-query.code-task.md',
    text: '---\nstatus: pending\n---\n# Task: Query\n\n## Description\nFind words.\n\n## Dependencies\n- Index from Step 1\n\n## Acceptance Criteria\n\n1. **Found**\n   - Given a word\n   - When it is typed\n   - Then its pages are listed\n',
    beside: {
      'planning/step01/task-01-index.code-task.md':
        '---\nstatus: completed\n---\n# Task: Index\n\n## Description\nIndex pages.\n\n## Dependencies\nNone\n\n## Acceptance Criteria\n\n1. **Indexed**\n   - Given a page\n   - When it is saved\n   - Then it is indexed\n',
    },
    plan: ['step01/task-01-index <- ', 'step02/task-01-query <- step01/task-01-index'],
    done: '---\nstatus: completed\n---\n# Task: Query\n\n## Description\nFind words.\n\n## Dependencies\n- Index from Step 1\n\n## Acceptance Criteria\n\n1. **Found**\n   - Given a word\n   - When it is typed\n   - Then its pages are listed\n',
  },
];

test.concurrent.each(samples)(
  '$format: $file',
  async ({ format, file, isNamed, text, beside, plan, done }) => {
    const named = isNamed === true ? ['--backlog', file] : [];
    await using project = await createProject({
      tasks: [],
      files: {
        'agent-script.json': '{"default":[[{"write":{"path":"out/{{task}}.txt","text":"x\\n"}}]]}',
        ...beside,
        [file]: text,
      },
    });
    await project.git(['rm', '--quiet', 'TASKS.md']);
    await project.git(['commit', '--quiet', '--message=One backlog only']);
    const planned = jsonOf(await project.run(['plan', '--json', ...named])) as {
      readonly format: string;
      readonly tasks: readonly { readonly id: string; readonly dependencies: readonly string[] }[];
    };
    expect(planned.format).toBe(format);
    expect(planned.tasks.map((task) => `${task.id} <- ${task.dependencies.join(', ')}`)).toEqual(plan);
    const exit = await project.run(['run', ...named]);
    expect([exit.exitCode, exit.stderr]).toEqual([0, '']);
    expect(readFileSync(join(project.root, file), 'utf8')).toBe(done);
    // Read again, everything is done, and there is nothing to write.
    expect((await project.run(['run', ...named])).exitCode).toBe(0);
    expect(readFileSync(join(project.root, file), 'utf8')).toBe(done);
  },
);

test('beads', async () => {
  const line = (id: string, more: string): string =>
    `{"id":"${id}","title":"Do ${id}","description":"","status":"open","priority":1,"issue_type":"task","created_at":"2026-01-01T00:00:00.123456789Z","updated_at":"2026-01-01T00:00:00Z"${more}}`;
  const second = line('bd-2', ',"dependencies":[{"issue_id":"bd-2","depends_on_id":"bd-1","type":"blocks"}]');
  await using project = await createProject({
    tasks: [],
    files: {
      '.beads/issues.jsonl': `${line('bd-1', '')}\n${second}\n`,
      'agent-script.json': '{"default":[[{"write":{"path":"out/{{task}}.txt","text":"x\\n"}}]]}',
    },
  });
  await project.git(['rm', '--quiet', 'TASKS.md']);
  await project.git(['commit', '--quiet', '--message=One backlog only']);
  expect((await project.run(['run'])).exitCode).toBe(0);
  const written = readFileSync(join(project.root, '.beads/issues.jsonl'), 'utf8');
  expect(written.replace(/,"closed_at":"[0-9T:-]+Z"/g, '')).toBe(
    `${line('bd-1', '')}\n${second}\n`.replaceAll('"status":"open"', '"status":"closed"'),
  );
});
