import type { PlanFormat } from '../../domain/plan.ts';
import type { BacklogFormat } from './format.ts';

/** What is known of a format before a file of it is there: most repositories hold one, and need not load the others. */
export interface RegisteredFormat {
  /**
   * Where repositories keep such backlogs: paths and globs relative to the root (`*` within a name, `**` for any
   * folders), looked for in this order.
   */
  readonly places: readonly string[];
  readonly load: () => Promise<BacklogFormat>;
}

/**
 * Every format Pawl reads; the place where a new one is registered. Files are offered to them in this order, so the
 * one that takes nearly anything comes last.
 */
export const backlogFormats: Readonly<Record<PlanFormat, RegisteredFormat>> = {
  manifest: {
    places: [
      'docs/backlog/virtual-task-manifest.json',
      'virtual-task-manifest.json',
      'backlog/virtual-task-manifest.json',
    ],
    load: async () => (await import('./manifest/format.ts')).manifestFormat,
  },
  'tasks-md': {
    places: ['TASKS.md', 'docs/TASKS.md', 'docs/specs/TASKS.md', 'specs/TASKS.md'],
    load: async () => (await import('./tasks-md/format.ts')).tasksMdFormat,
  },
  'code-task': {
    places: [
      '.sop/**/*.code-task.md',
      '.agents/**/*.code-task.md',
      '.ralph/**/*.code-task.md',
      'planning/**/*.code-task.md',
      'specs/**/*.code-task.md',
      'docs/**/*.code-task.md',
      'tasks/**/*.code-task.md',
      '*.code-task.md',
    ],
    load: async () => (await import('./code-task/format.ts')).codeTaskFormat,
  },
  'spec-kit': {
    places: ['specs/*/tasks.md', '.specify/specs/*/tasks.md'],
    load: async () => (await import('./spec-kit/format.ts')).specKitFormat,
  },
  kiro: {
    places: ['.kiro/specs/*/tasks.md'],
    load: async () => (await import('./kiro/format.ts')).kiroFormat,
  },
  openspec: {
    places: ['openspec/changes/*/tasks.md'],
    load: async () => (await import('./openspec/format.ts')).openspecFormat,
  },
  taskmaster: {
    places: ['.taskmaster/tasks/tasks.json', 'tasks/tasks.json'],
    load: async () => (await import('./taskmaster/format.ts')).taskmasterFormat,
  },
  beads: {
    places: ['.beads/issues.jsonl', '.beads/beads.jsonl', '.beads/*.jsonl'],
    load: async () => (await import('./beads/format.ts')).beadsFormat,
  },
  bmad: {
    places: [
      'docs/stories/*.md',
      'docs/bmad/stories/*.md',
      'docs/sprint-artifacts/*.md',
      '_bmad-output/implementation-artifacts/*.md',
      '_bmad-output/implementation-artifacts/stories/*.md',
    ],
    load: async () => (await import('./bmad/format.ts')).bmadFormat,
  },
  superpowers: {
    places: [
      'docs/superpowers/plans/*.md',
      'docs/superpowers/plans/*/*.md',
      'docs/plans/*.md',
      'docs/plans/*/*.md',
    ],
    load: async () => (await import('./superpowers/format.ts')).superpowersFormat,
  },
  'ralph-prd': {
    places: [
      'prd.json',
      'scripts/ralph/prd.json',
      '.ralph/prd.json',
      'ralph/prd.json',
      'plans/prd.json',
      '.chief/prds/*/prd.json',
    ],
    load: async () => (await import('./ralph-prd/format.ts')).ralphPrdFormat,
  },
  'todo-board': {
    places: ['.claude/pr/**/todo.md'],
    load: async () => (await import('./todo-board/format.ts')).todoBoardFormat,
  },
  gsd: {
    places: [
      '.gsd/milestones/*/*-ROADMAP.md',
      '.gsd/milestones/*/slices/*/*-PLAN.md',
      '.gsd/milestones/*/slices/*/tasks/*-PLAN.md',
    ],
    load: async () => (await import('./gsd/format.ts')).gsdFormat,
  },
  checklist: {
    places: [
      'TODO.md',
      'todo.md',
      'ROADMAP.md',
      'roadmap.md',
      'tasks.md',
      'CHECKLIST.md',
      'checklist*.md',
      'docs/TODO.md',
      'docs/ROADMAP.md',
      'docs/roadmap.md',
      'tasks/todo.md',
      '.planning/ROADMAP.md',
      '.agent/TODO.md',
    ],
    load: async () => (await import('./checklist/format.ts')).checklistFormat,
  },
};
