/** `pawl convert` as a user meets it: what is written, what is said to be lost, and what is refused. */
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createProject, type Project } from '../rig/repository.ts';
import { makeTemporaryFolder } from '../rig/temporary.ts';
import { jsonOf, refusalOf, type RefusalJson } from './observations.ts';

const tasks = [
  {
    id: 'T-001',
    title: 'Index the pages',
    risk: 'High',
    files: ['src/index.ts'],
    fields: { Tests: '`test/a.ts`' },
  },
  { id: 'T-002', title: 'Find words', dependencies: ['T-001', 'T-003'], status: 'blocked', risk: 'High' },
  { id: 'T-003', title: 'Read pages', dependencies: ['T-001'], status: 'done', conflictsWith: ['T-001'] },
] as const;

/** Every file of the checkout with its text; git's own folder is left out. */
function filesOf(project: Project): Readonly<Record<string, string>> {
  const names = readdirSync(project.root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(project.root.length + 1))
    .filter((name) => !name.startsWith('.git/'));
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(project.root, name), 'utf8')]));
}

test('a backlog is written in the format of its place, with what was lost, and can be worked off there', async () => {
  await using project = await createProject({ tasks });
  const exit = await project.run(['convert', 'TASKS.md', 'prd.json']);
  expect(exit).toMatchObject({
    exitCode: 0,
    stderr: '',
    stdout: [
      'TASKS.md (tasks-md) → prd.json (ralph-prd): 3 tasks, 3 criteria, 3 dependencies',
      '  written: prd.json',
      '',
      'Not as it was:',
      '  declared conflicts  1 task: T-003',
      '                        T-001 → nothing',
      '  risk                2 tasks: T-001, T-002',
      '                        High → Medium',
      '  test files          1 task: T-001',
      '                        without test/a.ts',
      '',
      '  → Type `pawl plan --backlog prd.json`.',
      '',
    ].join('\n'),
  });
  expect(JSON.parse(readFileSync(join(project.root, 'prd.json'), 'utf8'))).toMatchObject({
    project: 'Implementation Tasks',
    branchName: 'ralph/implementation-tasks',
    userStories: [
      { id: 'T-001', priority: 1, dependencies: [], passes: false, files: ['src/index.ts'] },
      { id: 'T-003', priority: 2, dependencies: ['T-001'], passes: true },
      { id: 'T-002', priority: 3, dependencies: ['T-001', 'T-003'], passes: false, status: 'blocked' },
    ],
  });
  const planned = jsonOf(await project.run(['plan', '--json', '--backlog', 'prd.json']));
  expect(planned).toMatchObject({
    format: 'ralph-prd',
    tasks: [{ id: 'T-001' }, { id: 'T-003', dependencies: ['T-001'] }, { dependencies: ['T-001', 'T-003'] }],
  });
});

test('there and back again the plan is the same', async () => {
  await using project = await createProject({ tasks });
  const before = jsonOf(await project.run(['plan', '--json']));
  const there = await project.run(['convert', 'TASKS.md', 'docs/backlog']);
  expect(there.stdout).toContain('Everything is kept.');
  expect(readdirSync(join(project.root, 'docs/backlog')).toSorted()).toEqual([
    'task-state.json',
    'virtual-task-manifest.json',
  ]);
  const back = await project.run(['convert', 'docs/backlog', 'docs/TASKS.md']);
  expect(back.stdout).toContain('Everything is kept.');
  const after = jsonOf(await project.run(['plan', '--json', '--backlog', 'docs/TASKS.md']));
  expect((after as { tasks: unknown }).tasks).toEqual((before as { tasks: unknown }).tasks);
});

test('a dry run prints the files and writes none', async () => {
  await using project = await createProject({ tasks: [{ id: 'T-001', title: 'Index the pages' }] });
  const before = filesOf(project);
  const exit = await project.run(['convert', '--dry-run', 'TASKS.md', 'TODO.md']);
  expect(exit).toMatchObject({
    exitCode: 0,
    stdout: [
      '==> TODO.md <==',
      '# To do',
      '',
      '- [ ] T-001: Index the pages',
      '  - [ ] T-001 is done',
      '',
      'TASKS.md (tasks-md) → TODO.md (checklist): 1 task, 1 criterion, 0 dependencies',
      '  not written: TODO.md',
      '',
      'Everything is kept.',
      '',
      '  → Type the same without `--dry-run` to write it.',
      '',
    ].join('\n'),
  });
  expect(filesOf(project)).toEqual(before);
});

test('--json has every renamed id, every loss and the texts of a dry run', async () => {
  await using project = await createProject({
    tasks: [{ id: 'T-001' }, { id: 'AUTH--T01', dependencies: ['T-001'] }],
  });
  const json = jsonOf(
    await project.run(['convert', 'TASKS.md', 'list.md', '--to', 'checklist', '--dry-run', '--json']),
  );
  expect(json).toEqual({
    from: { file: 'TASKS.md', format: 'tasks-md' },
    to: { file: 'list.md', format: 'checklist', needsFormat: false },
    written: false,
    tasks: 2,
    criteria: 2,
    dependencies: 1,
    files: ['list.md'],
    texts: { 'list.md': expect.stringContaining('- [ ] T1: Do AUTH--T01\n') as string },
    ids: { 'T-001': 'T-001', 'AUTH--T01': 'T1' },
    losses: [{ kind: 'id', tasks: ['AUTH--T01'], example: 'AUTH--T01 → T1' }],
    warnings: [],
  });
});

test('where the new name does not tell the format, the next command does', async () => {
  await using project = await createProject({ tasks: [{ id: 'T-001' }] });
  const exit = await project.run(['convert', 'TASKS.md', "the team's list.md", '--to', 'openspec']);
  expect(exit.stdout).toContain(
    "  → Type `pawl plan --backlog 'the team'\\''s list.md' --format openspec`.\n",
  );
  expect(
    (await project.run(['plan', '--backlog', "the team's list.md", '--format', 'openspec'])).exitCode,
  ).toBe(0);
});

test('what stands beside the new backlog already is read with it before anything is written', async () => {
  await using project = await createProject({
    tasks: [{ id: 'T-001' }, { id: 'T-002', dependencies: ['T-001'] }],
    files: {
      '.claude/pr/x/task-dependencies.json':
        '{"tasks": {"T-001": {"dependencies": {"depends_on": ["T-002"]}}}}',
    },
  });
  const before = filesOf(project);
  const exit = await project.run(['convert', 'TASKS.md', '.claude/pr/x/todo.md', '--json']);
  expect(refusalOf(exit)).toBe('CONVERT-INVALID 3');
  expect((jsonOf(exit) as RefusalJson).error.message).toContain('these tasks depend on each other');
  expect(filesOf(project)).toEqual(before);
});

describe('without harm', () => {
  test.each([
    ['a file that is there', ['TASKS.md', 'prd.json'], 'CONVERT-EXISTS 3'],
    ['the backlog itself, whatever is asked', ['TASKS.md', 'TASKS.md', '--force'], 'CONVERT-EXISTS 3'],
    [
      'the backlog itself under another name',
      ['TASKS.md', 'link.md', '--to', 'tasks-md', '--force'],
      'CONVERT-EXISTS 3',
    ],
    ['a path that tells no format', ['TASKS.md', 'plan.md'], 'CONVERT-FORMAT 2'],
    ['a path that tells several', ['TASKS.md', 'x/tasks.md'], 'CONVERT-FORMAT 2'],
    ['a format that there is not', ['TASKS.md', 'x.md', '--to', 'jira'], 'USAGE 2'],
    ['a path above the repository', ['TASKS.md', '../prd.json'], 'CONVERT-OUTSIDE 2'],
    ['an absolute path elsewhere', ['TASKS.md', '/tmp/prd.json'], 'CONVERT-OUTSIDE 2'],
    ['a path that a link leads out', ['TASKS.md', 'outside/prd.json'], 'CONVERT-OUTSIDE 2'],
    ["git's own folder", ['TASKS.md', '.git/prd.json'], 'CONVERT-OUTSIDE 2'],
    ['a file as a folder', ['TASKS.md', 'package.json/prd.json'], 'CONVERT-UNWRITABLE 4'],
    ['a backlog that is not there', ['no.md', 'scripts/ralph/prd.json'], 'PLAN-NOT-FOUND 3'],
    ['a backlog with faults', ['broken.md', 'scripts/ralph/prd.json'], 'PLAN-INVALID 3'],
    ['no second path', ['TASKS.md'], 'USAGE 2'],
  ])('%s is refused', async (_, args, refusal) => {
    await using elsewhere = makeTemporaryFolder('elsewhere');
    await using project = await createProject({
      tasks: [{ id: 'T-001' }],
      files: {
        'prd.json': '{"mine": true}\n',
        'broken.md': '### T-001: x\n\n- **Dependencies**: T-009\n',
      },
    });
    symlinkSync(elsewhere.path, join(project.root, 'outside'));
    symlinkSync('TASKS.md', join(project.root, 'link.md'));
    const before = filesOf(project);
    expect(refusalOf(await project.run(['convert', ...args, '--json']))).toBe(refusal);
    expect(filesOf(project)).toEqual(before);
    expect(readdirSync(elsewhere.path)).toEqual([]);
  });

  test('--force overwrites a file, and leaves nothing else', async () => {
    await using project = await createProject({ tasks: [{ id: 'T-001' }], files: { 'prd.json': 'mine\n' } });
    const before = filesOf(project);
    expect((await project.run(['convert', 'TASKS.md', 'prd.json', '--force'])).exitCode).toBe(0);
    const { 'prd.json': written, ...others } = filesOf(project);
    expect(JSON.parse(written!)).toMatchObject({ userStories: [{ id: 'T-001' }] });
    expect({ ...others, 'prd.json': 'mine\n' }).toEqual(before);
  });

  test('of two files none is written when one cannot be', async () => {
    await using project = await createProject({ tasks: [{ id: 'T-001' }] });
    mkdirSync(join(project.root, 'backlog'));
    mkdirSync(join(project.root, 'backlog/task-state.json'));
    const to = 'backlog/virtual-task-manifest.json';
    expect(refusalOf(await project.run(['convert', 'TASKS.md', to, '--force', '--json']))).toBe(
      'CONVERT-EXISTS 3',
    );
    expect(readdirSync(join(project.root, 'backlog'))).toEqual(['task-state.json']);
    writeFileSync(join(project.root, 'prd.json'), Buffer.from([0xff, 0xfe, 0x00]));
    const exit = await project.run(['convert', 'TASKS.md', 'prd.json', '--force', '--json']);
    expect(refusalOf(exit)).toBe('CONVERT-UNWRITABLE 4');
    expect(readFileSync(join(project.root, 'prd.json'))).toEqual(Buffer.from([0xff, 0xfe, 0x00]));
    expect(existsSync(join(project.root, 'scripts'))).toBe(false);
  });
});
