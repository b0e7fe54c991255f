/** Backlogs in Markdown that belong to a way of writing specifications. */
import type { Seed } from './seed.ts';

const tasksMd: Seed = {
  format: 'tasks-md',
  name: 'tasks with progress',
  entry: 'docs/TASKS.md',
  files: {
    'docs/TASKS.md': `# Implementation Tasks

**Generated**: 2026-01-01
**Spec version**: 0123456789ab

## Dependency Graph

\`\`\`mermaid
flowchart TD
  subgraph Store
    T001[T-001: Rows]
  end
  T001 --> T002
\`\`\`

## Area: Store

### T-001: Rows
- **Spec reference**: spec.md, Section 2
- **Dependencies**: None
- **Status**: done
- **Source**: spec-derived
- **Acceptance criteria**:
  - [x] rows are kept
- **Files**: \`src/rows.ts\`
- **Complexity**: Simple

### T-002: Columns
- **Dependencies**: T-001 (the rows)
- **Status**: pending
- **Acceptance criteria**:
  - [ ] columns are kept
  - [ ] and found again
- **Complexity**: Complex

### F-001: Fix rows
- **Dependencies**: T-001, T-002
- **Status**: in-progress
- **Acceptance criteria**:
  - [ ] no row is lost
`,
  },
  beside: {
    'docs/IMPLEMENTATION_PROGRESS.md': `# Implementation Progress

**Spec version**: 0123456789ab
**Started**: 2026-01-01
**Last session**: 2026-01-01
**Status**: In Progress

## Task Status

| Task | Status | Completed | Files Modified | Notes |
|------|--------|-----------|----------------|-------|
| T-001 | done | 2026-01-01 | src/rows.ts | — |
| T-002 | pending | — | — | mine |
`,
  },
};

const specKit: Seed = {
  format: 'spec-kit',
  name: 'phases and stories',
  entry: 'specs/001-shop/tasks.md',
  files: {
    'specs/001-shop/tasks.md': `# Tasks: Shop

**Input**: Design documents from \`/specs/001-shop/\`

## Phase 1: Setup (Shared Infrastructure)

- [x] T001 Create the project in src/
- [ ] T002 [P] Configure linting in .eslintrc.json

---

## Phase 2: Foundational

- [ ] T003 Schema in src/schema.ts (depends on T001, T002)
- [ ] T003a [P] Index in src/index.ts

**Checkpoint**: the ground is laid

## Phase 3: User Story 1 - Buy (Priority: P1) 🎯 MVP

**Goal**: buying
**Independent Test**: buy one thing

### Tests for User Story 1

- [ ] T004 [P] [US1] Test in tests/buy.test.ts
- [ ] T005 [US1] Page in app/buy/[...all]/page.tsx after T004

## Phase 4: User Story 2 - Sell (Priority: P3)

- [ ] T006 [P] [US2] Sell in src/sell.ts

## Phase 5: Polish

- [ ] T007 Write docs/guide.md

## Dependencies & Execution Order

- T001-T003 → T004 → T005
- US2 depends on US1
`,
  },
  beside: {
    'specs/001-shop/spec.md': '# Shop\n',
    'specs/001-shop/plan.md': '# Plan\n',
  },
};

const kiro: Seed = {
  format: 'kiro',
  name: 'numbered tasks',
  entry: '.kiro/specs/shop/tasks.md',
  files: {
    '.kiro/specs/shop/tasks.md': `# Implementation Plan: Shop

## Tasks

- [x] 1. Begin
  - Create \`src/main.ts\`
  - _Requirements: 1.1, 1.2_
- [ ] 2. Go on
  - [x] 2.1 First half
    - in src/first.ts
    - _Requirements: 1.1-1.3_
  - [-] 2.2 Second half
    - **Property 3: it holds**
    - **Validates: Requirements 2.1**
  - [ ]* 2.3 Write property tests
- [ ] 3. Checkpoint - Ensure all tests pass
- [ ] 4. End
  - _Dependencies: 1, 2.1-2.2_
  - _Requirements: 2_

## Notes

- [ ] no task

## Task Dependency Graph

\`\`\`json
{"waves":[{"id":0,"tasks":["1"]},{"id":1,"tasks":["2.1","2.2"]}]}
\`\`\`
`,
  },
  beside: {
    '.kiro/specs/shop/requirements.md': `# Requirements

### Requirement 1: Begin

#### Acceptance Criteria

1. WHEN it begins THEN it SHALL run
2. WHEN it runs THEN it SHALL end
3. IF not THEN it SHALL say so

### Requirement 2

1. WHEN asked THEN it SHALL answer
`,
    '.kiro/specs/shop/design.md': '# Design\n',
    '.kiro/steering/tech.md': '# Tech\n',
  },
};

const openspec: Seed = {
  format: 'openspec',
  name: 'a change',
  entry: 'openspec/changes/add-shop/tasks.md',
  files: {
    'openspec/changes/add-shop/tasks.md': `## 1. Ground

- [x] 1.1 Add \`src/shop.ts\`
- [ ] 1.2 Test it in \`test/shop.test.ts\`
  - [ ] 1.2.1 the empty shop
- [ ] A box without a number

## 2. Validation

- [ ] 2.1 Run \`openspec validate --strict\`

## Dependencies

- 2.1 depends on 1.2
`,
  },
  beside: {
    'openspec/changes/add-shop/proposal.md': '# Why\n',
    'openspec/changes/add-shop/specs/shop/spec.md': '## ADDED Requirements\n',
  },
};

const todoBoard: Seed = {
  format: 'todo-board',
  name: 'a board with counts',
  entry: '.claude/pr/feature-shop/todo.md',
  files: {
    '.claude/pr/feature-shop/todo.md': `# TODO List for feature-shop

Total Tasks: 3

## High Priority
- [x] [TASK-001] Build the shop ✓
  - Effort: M
  - Dependencies: None
  - Parallel-safe: Yes
  - Files: src/shop/\\*

- [~] [TASK-002] Build the till
  - Effort: XL
  - Dependencies: TASK-001 (the shop)
  - Files: src/till.ts, package.json
  - [ ] it counts

## Low Priority
- [ ] **[PAY-3]** Pay
  - Acceptance Criteria:
    1. Cards are read
  - Dependencies: [TASK-001], TASK-002
`,
  },
  beside: {
    '.claude/pr/feature-shop/task-dependencies.json': `${JSON.stringify(
      {
        tasks: {
          'TASK-001': { dependencies: { depends_on: [], blocks: ['PAY-3'] } },
          'PAY-3': {
            dependencies: { depends_on: ['TASK-002'] },
            files: { creates: ['src/pay.ts'], modifies: [] },
            completion: { criteria: ['paid'] },
          },
        },
      },
      null,
      2,
    )}\n`,
    '.claude/pr/feature-shop/status.json': `${JSON.stringify(
      { branch: 'feature-shop', stats: { total_tasks: 3, completed: 1, in_progress: 1, blocked: 0 } },
      null,
      2,
    )}\n`,
    '.claude/pr/feature-shop/design-docs.md': '# Design\n',
  },
};

export const specSeeds: readonly Seed[] = [tasksMd, specKit, kiro, openspec, todoBoard];
