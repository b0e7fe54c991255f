import { expect, test } from 'vitest';
import type { PlanFormat } from '../../../src/domain/plan.ts';
import { resolveTarget } from '../../../src/planning/target-format.ts';

async function target(path: string, isFolder: boolean, wanted?: PlanFormat): Promise<string> {
  const found = await resolveTarget({ path, isFolder, ...(wanted === undefined ? {} : { wanted }) });
  return found.ok ? `${found.value.format} ${found.value.entry}` : found.error.join(' or ') || 'none';
}

test.each([
  ['TASKS.md', 'tasks-md'],
  ['docs/specs/TASKS.md', 'tasks-md'],
  ['packages/web/TASKS.md', 'tasks-md'],
  ['tasks.md', 'checklist'],
  ['TODO.md', 'checklist'],
  ['checklist-release.md', 'checklist'],
  ['specs/001-search/tasks.md', 'spec-kit'],
  ['.kiro/specs/search/tasks.md', 'kiro'],
  ['packages/web/.kiro/specs/search/tasks.md', 'kiro'],
  ['openspec/changes/add-search/tasks.md', 'openspec'],
  ['tasks/tasks.json', 'taskmaster'],
  ['tasks.json', 'taskmaster'],
  ['.beads/issues.jsonl', 'beads'],
  ['issues.jsonl', 'beads'],
  ['docs/stories/1.1.index.md', 'bmad'],
  ['docs/plans/2026-01-01-search.md', 'superpowers'],
  ['backend/prd.json', 'ralph-prd'],
  ['.claude/pr/feature/search/todo.md', 'todo-board'],
  ['planning/step01/task-01-index.code-task.md', 'code-task'],
  ['index.code-task.md', 'code-task'],
  ['backlog/virtual-task-manifest.json', 'manifest'],
  ['foo/virtual-task-manifest.json', 'manifest'],
])('the file %s is of the format %s', async (path, format) => {
  expect(await target(path, false)).toBe(`${format} ${path}`);
});

test.each([
  ['foo/tasks.md', 'spec-kit or kiro or openspec or checklist'],
  ['foo/todo.md', 'todo-board or checklist'],
  ['plan.md', 'none'],
  ['docs/notes.md', 'none'],
  ['backlog.json', 'none'],
  ['a.b', 'none'],
])('the file %s is not decided: %s', async (path, formats) => {
  expect(await target(path, false)).toBe(formats);
});

test.each([
  ['.kiro/specs/search', 'kiro .kiro/specs/search/tasks.md'],
  ['openspec/changes/add-search', 'openspec openspec/changes/add-search/tasks.md'],
  ['.beads', 'beads .beads/issues.jsonl'],
  ['.taskmaster', 'taskmaster .taskmaster/tasks/tasks.json'],
  ['.taskmaster/tasks', 'taskmaster .taskmaster/tasks/tasks.json'],
  ['docs/backlog', 'manifest docs/backlog/virtual-task-manifest.json'],
  ['.claude/pr/feature/search', 'todo-board .claude/pr/feature/search/todo.md'],
  ['docs/stories', 'bmad docs/stories'],
  ['.gsd', 'gsd .gsd'],
  ['.gsd/milestones', 'gsd .gsd/milestones'],
  ['.sop/planning', 'code-task .sop/planning'],
  ['planning', 'code-task planning'],
  ['', 'none'],
  ['foo', 'none'],
])('the folder %s is %s', async (path, found) => {
  expect(await target(path, true)).toBe(found);
});

test('a format that is named gives a folder its usual file, and takes any other path as it is', async () => {
  expect(await target('foo', true, 'tasks-md')).toBe('tasks-md foo/TASKS.md');
  expect(await target('', true, 'tasks-md')).toBe('tasks-md TASKS.md');
  expect(await target('docs', true, 'tasks-md')).toBe('tasks-md docs/TASKS.md');
  expect(await target('foo', true, 'kiro')).toBe('kiro foo/tasks.md');
  expect(await target('foo', true, 'bmad')).toBe('bmad foo');
  expect(await target('TODO.md', false, 'tasks-md')).toBe('tasks-md TODO.md');
});
