/** Task lists in the forms that follow no convention. */
import type { Seed } from './seed.ts';

function list(name: string, text: string): Seed {
  return { format: 'checklist', name, entry: 'TODO.md', files: { 'TODO.md': text }, beside: {} };
}

export const taskListSeeds: readonly Seed[] = [
  list(
    'tables',
    `# Tasks

| Phase | Name | Hours |
|-------|------|-------|
| **P0** | Base | 16h |

## Phase P0: Base (16h) ✅ COMPLETE

**Goal:** make it

| ID | Task | Description | Deps | Est. | Priority | Status |
|----|------|-------------|------|------|----------|--------|
| P0.1 | Set up | with \`src/a.ts\` \\| and more | — | 2h | High | ✅ |
| P0.2 | ~~Leave out~~ | not this | P0.1 | 1d | P3 | ⬜ |
| P0.3 | Build | all of it | P0.1-P0.2 | 4h | | 🚧 Doing |

**Definition of Done:**
- [x] it compiles

## Phase P1: More

| ID | Task | Deps | Status      |
|----|------|------|-------------|
| P1.1 | Go on | All | Not Started |
| P1.2 | End | Phase P0, [P1.1](#p11) | In Progress |
| P1.3 | Rest | P1.x | —           |
| P1.4 | Left |  |             |
`,
  ),
  list(
    'stages',
    `# Plan

## Stage 1: Begin
**Goal**: what it is
**Success Criteria**: all of it
**Tests**: \`test/a.test.ts\`
**Status**: Complete

## Stage 2: Go on
**Goal**: more
**Success Criteria**:
- one
- two
**Depends on**: Stage 1
**Status**: In Progress

\`\`\`
## Stage 9: none
**Status**: Complete
\`\`\`

## Stage 3: End
- **Status**: Not Started
- **Depends on**: Stage 1-2
`,
  ),
  list(
    'headings in Chinese',
    `# 任务清单

| 优先级 | 任务 | 工作量 | 状态 |
|--------|------|--------|------|
| P0 ⭐ | 搜索 | 4 天 | ✅ 已完成 |
| P2 | 文档 | 1 天 | ⏳ 待开始 |

### 任务 1: 搜索

**优先级:** P0 | **工作量:** 4 天 | **状态:** ✅ 已完成

**验收标准:**
- [x] 可以找到

## ⏳ 任务 2: 索引 (2天) - 待开始

**依赖**: 任务 1

1. ✅ 步骤

#### 3.1 ✅ 日志
- ✅ 写入
`,
  ),
  list(
    'emojis',
    `# Tasks

1. ✅ **Search** - 2 days
2. 🚧 **Index**
3. ⏳ **Docs**
* ☑️ Old

## 1. Search

What it is.

### ✅ Acceptance criteria

- [ ] found
`,
  ),
  list(
    'statuses as headings',
    `# Board

## Done ✅

- one
- two

## In Progress 🚧

- three
  - more of it
`,
  ),
];
