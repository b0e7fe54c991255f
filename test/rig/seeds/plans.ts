/** Backlogs in Markdown that are plans, stories, trees and lists. */
import type { Seed } from './seed.ts';

const codeTask = (title: string, depends: string, status: string): string => `---
status: ${status}
created: 2026-01-01
started: null
completed: null
---
# Task: ${title}

## Description
Make \`src/${title.toLowerCase()}.rs\`.

## Technical Requirements
1. One type
2. Another

\`\`\`rust
## no heading
\`\`\`

## Dependencies
${depends}

## Acceptance Criteria

1. **It works**
   - Given a thing
   - When it is used
   - Then it works

## Metadata
- **Complexity**: Medium
- **Labels**: core, ${title}
`;

const steps = '.sop/planning/implementation';
const codeTasks: Seed = {
  format: 'code-task',
  name: 'a tree of steps',
  entry: steps,
  files: {
    [`${steps}/step01/task-01-agent.code-task.md`]: codeTask('Agent', '- None', 'completed'),
    [`${steps}/step01/task-02-pool.code-task.md`]: codeTask('Pool', '- task-01\n- tokio', 'in_progress'),
    [`${steps}/step02/task-01-graph.code-task.md`]: codeTask(
      'Graph',
      '- AgentId from Step 1\n- task-01-agent.code-task.md\n- TaskId placeholder (will be defined in Step 8)',
      'pending',
    ),
  },
  beside: {},
};

const loneCodeTask: Seed = {
  format: 'code-task',
  name: 'one file with a heading for its status',
  entry: 'tasks/alone.code-task.md',
  files: {
    'tasks/alone.code-task.md': `${codeTask('Alone', '- None', 'x').replace(/^---[^]*?---\n/, '')}
## Status: In Progress
`,
  },
  beside: {},
};

const bmadStory = (id: string, head: string): string => `# Story ${id}: Page

${head}

## Story

**As a** user, I want it.

## Acceptance Criteria

1. It is shown
2. It is closed

## Tasks / Subtasks

- [ ] Task 1 (AC: 1, 2)
  - [x] Task 1.1 (AC\u202f#1, #2-#3)

## Dev Notes

File Locations: \`src/page.ts\`

## QA Results

- [ ] no task
`;

const bmad: Seed = {
  format: 'bmad',
  name: 'a folder of stories',
  entry: 'docs/stories',
  files: {
    'docs/stories/1.1.story.md': bmadStory('1.1', '## Status\n\nDone — 2026-01-01 (by hand)'),
    'docs/stories/1.2.story.md': bmadStory('1.2', 'Status: ready-for-dev'),
    'docs/stories/2.1.story.md': bmadStory('2.1', '## Status: Draft'),
  },
  beside: {},
};

const plan = (title: string, more = ''): string => `# ${title} Implementation Plan

> **For Claude:** REQUIRED SUB-SKILL: Use superpowers:executing-plans

**Goal:** it works
${more}## Global Constraints

- no network

### Task 1: Types

**Files:**
- Create: \`src/types.ts\`
- Modify: \`src/index.ts:12-40\`, \`src/{a,b}.ts\`
- Test: \`test/types.test.ts\`

**Interfaces:**
- Produces: \`parse(text): Plan\`

- [x] **Step 1: Write the failing test**

\`\`\`\`md
### Task 9: inside a fence
\`\`\`\`

- [ ] **Step 2: Run it**

Run: \`npm test\`
Expected: FAIL

### Task 2: Parser

**Depends on:** Task 1

**Interfaces:**
- Consumes: \`parse(text)\`

- [ ] **Step 1: Write it**

### Task 2b: Words

**Status:** in progress
`;

const superpowers: Seed = {
  format: 'superpowers',
  name: 'one plan',
  entry: 'docs/plans/2026-01-01-shop.md',
  files: { 'docs/plans/2026-01-01-shop.md': plan('Shop') },
  beside: {},
};

const subPlans: Seed = {
  format: 'superpowers',
  name: 'a folder of plans',
  entry: 'docs/plans/shop',
  files: {
    'docs/plans/shop/01-events.md': plan('Events', '**Depends on:** None\n'),
    'docs/plans/shop/02-store.md': plan('Store', '**Depends on:** 01 (Events)\n'),
    'docs/plans/shop/03-pages.md':
      '# Sub-plan 03: Pages\n\n**Depends on:** 01, 02\n\nWrite `src/pages.ts`.\n',
  },
  beside: {},
};

const gsd: Seed = {
  format: 'gsd',
  name: 'a milestone with slices',
  entry: '.gsd/milestones',
  files: {
    '.gsd/milestones/M001/M001-ROADMAP.md': `# M001: Shop

**Vision:** a shop

## Slices

- [x] **S01: Ground** \`risk:high\` \`depends:[]\`
  > After this: it stands.
- [ ] **S02: Walls** \`risk:low\` \`depends:[S01]\`
  > After this: it is closed.
- [ ] **S03: Roof** \`risk:medium\` \`depends:[S01-S02]\`

## Boundary Map

### S01 → S02
Produces: \`src/ground.ts\`
`,
    '.gsd/milestones/M001/slices/S01/S01-PLAN.md': `# S01: Ground

**Goal:** it stands

## Must-Haves

- It stands

## Tasks

- [x] **T01: Dig** \`est:30m\`
  - Why: depth
  - Files: \`src/dig.ts\` (new), \`settle.ts\`
  - Do: dig
  - Verify: npm test
  - Done when: it is deep
- [ ] **T02: Fill** \`est:2h\`
  - Why: ground
  - Files: none (verification only)
`,
    '.gsd/milestones/M001/slices/S01/tasks/T02-PLAN.md': `---
estimated_steps: 3
estimated_files: 2
---
# T02: Fill

## Description

Fill it.

## Inputs

- \`src/dig.ts\`

## Expected Output

- \`src/fill.ts\`
`,
    '.gsd/milestones/M002/M002-ROADMAP.md': `# M002: Garden

## Slice Overview

| ID | Slice | Risk | Depends | Done |
|----|-------|------|---------|------|
| S01 | Grass | low | — | ⬜ |
| S02 | Trees | high | S01 | Complete |
`,
  },
  beside: {},
};

const checklist: Seed = {
  format: 'checklist',
  name: 'a list',
  entry: 'TODO.md',
  files: {
    'TODO.md': `# Roadmap

## Now (high priority)

What is begun.

- [ ] T1: Build \`src/a.ts\`
  - [x] one half
  - [ ] the other half
- [x] T2: Test it (depends on T1)
* [ ] ~~Not this~~
1. [ ] Write docs/guide.md
- ⏳ Wait for it
- ✅ Waited

### Done when

- [ ] all is green

## Later 🚧

| Task | State |
|------|-------|
| Paint | [ ] |
`,
  },
  beside: {},
};

export const planSeeds: readonly Seed[] = [
  codeTasks,
  loneCodeTask,
  bmad,
  superpowers,
  subPlans,
  gsd,
  checklist,
];
