import { existsSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createProject, renderBacklog, type Project, type ScriptStep } from '../rig/repository.ts';
import { bodiesOf, jsonOf, leavingUserAlone, mostAtOnce, placeOf } from './observations.ts';

interface RunJson {
  readonly end: string;
  readonly completedInSession: number;
  readonly remaining: number;
  readonly integrationBranch: string;
  readonly integrationHead: string;
  readonly results: readonly {
    readonly task: string;
    readonly status: string;
    readonly attempts: number;
    readonly workspace: string;
    readonly head: string;
    readonly commit?: string;
    readonly filesChanged: readonly object[];
    readonly gates: readonly { purpose: string; gate: string; status: string; cached: boolean }[];
  }[];
}

const write = (path: string, text = `${path}\n`): ScriptStep => ({ write: { path, text } });
const shell = (script: string): ScriptStep => ({ run: { argv: ['sh', '-c', script] } });

/** Waits until all of `tasks` have come here: it ends only where they really run at the same time. */
function meet(folder: string, tasks: readonly string[]): ScriptStep {
  const here = tasks.map((task) => `test -e ${folder}/${task}`).join(' && ');
  return shell(`mkdir -p ${folder} && touch ${folder}/$PAWL_TASK && until ${here}; do sleep 0.02; done`);
}

/** A folder outside the repository that all agents of a project know. */
const meetingPlace = '"$HOME"/meeting';

async function green(project: Project, ...args: readonly string[]): Promise<RunJson> {
  const exit = await leavingUserAlone(project, () => project.run(['run', '--json', ...args]));
  expect(exit.stderr).toBe('');
  expect(exit.exitCode, exit.stdout).toBe(0);
  return jsonOf(exit) as RunJson;
}

describe('a run', () => {
  test('prints what happens as plain lines, then the pulse and what to type next', async () => {
    await using project = await createProject({
      tasks: [{ id: 'T-001', title: 'Say hello' }],
      script: { 'T-001': [[write('hello.txt')]] },
    });
    const exit = await leavingUserAlone(project, () => project.run(['run']));
    expect(exit.exitCode).toBe(0);
    expect(exit.stderr).toBe('');
    const text = exit.stdout
      .replace(/^\d\d:\d\d:\d\d/gm, 'TIME')
      .replace(/\b[0-9a-f]{7}\b/g, 'COMMIT')
      .replace(/\d+ms/g, 'MS')
      .replace(/\(\d{4}-.*?Z\)/, '(NOW)');
    expect(text).toBe(`TIME run of tasks begins at COMMIT on main
TIME plan tasks: 1 task
TIME session 1 started: agent scripted, 3 at once
TIME T-001 attempt 1 started (scripted)
TIME T-001 attempt 1 committed COMMIT, 1 file
TIME T-001 gate check passed in MS
TIME T-001 attempt 1 passed its gates, waits to land
TIME T-001 landed COMMIT
TIME session 1 ended: every task is done
### Implementation Pulse (NOW)
- Phase: - · Slice: -
- Tasks: pending 0 | in-progress 0 | blocked 0 | completed 1 | abandoned 0
- Progress: 100.0% (1/1 tasks)
- High Risk: 0 completed, 0 remaining
- Latest Completed: T-001 (completed 0m ago)
- In Progress: none
- Next Eligible: none
- Blockers: none
- Oldest In-Progress: none

1 task completed this session, 0 remaining.
All work is on pawl/tasks. Type \`pawl land\` to bring it to your branch.
`);
    expect(await project.git(['show', 'pawl/tasks:hello.txt'])).toBe('hello.txt');
    expect(project.orphans()).toEqual([]);
    expect(project.locks()).toEqual([]);
  });

  test('starts a task when all it depends on has landed, and gives it their work', async () => {
    await using project = await createProject({
      tasks: [
        { id: 'T-001' },
        { id: 'T-002', dependencies: ['T-001'] },
        { id: 'T-003' },
        { id: 'T-004', dependencies: ['T-002', 'T-003'] },
      ],
      script: {
        'T-001': [[write('a.txt')]],
        'T-002': [[shell('cat a.txt >> b.txt')]],
        'T-003': [[write('c.txt')]],
        'T-004': [[shell('cat b.txt c.txt > d.txt')]],
      },
    });
    await green(project);
    const events = project.events();
    for (const [task, dependency] of [
      ['T-002', 'T-001'],
      ['T-004', 'T-002'],
      ['T-004', 'T-003'],
    ] as const)
      expect(placeOf(events, 'attempt.started', task)).toBeGreaterThan(
        placeOf(events, 'landing.landed', dependency),
      );
    expect(await project.git(['show', 'pawl/tasks:d.txt'])).toBe('a.txt\nc.txt');
  });

  test('works on independent tasks at the same time, though their files overlap', async () => {
    const ids = ['T-001', 'T-002', 'T-003'];
    await using project = await createProject({
      tasks: ids.map((id) => ({ id, files: ['src/**'] })),
      script: Object.fromEntries(ids.map((id) => [id, [[meet(meetingPlace, ids), write(`src/${id}.txt`)]]])),
    });
    await green(project);
    expect(mostAtOnce(project.events())).toBe(3);
  });

  test('--sequential works on one task at a time', async () => {
    await using project = await createProject({ tasks: [{ id: 'T-001' }, { id: 'T-002' }, { id: 'T-003' }] });
    await green(project, '--sequential');
    expect(mostAtOnce(project.events())).toBe(1);
  });

  test('never works on two tasks together that are declared to conflict', async () => {
    await using project = await createProject({
      tasks: [
        { id: 'T-001', conflictsWith: ['T-002'] },
        { id: 'T-002' },
        { id: 'T-003', conflictsWith: ['T-001', 'T-002'] },
      ],
    });
    await green(project, '--parallel', '3');
    expect(mostAtOnce(project.events())).toBe(1);
  });

  test('--only works on the named tasks alone, and a later run on the rest', async () => {
    await using project = await createProject({
      tasks: [{ id: 'T-001' }, { id: 'T-002', dependencies: ['T-001'] }, { id: 'T-003' }],
    });
    const refused = await project.run(['run', '--only', 'T-002']);
    expect(refused.exitCode).toBe(3);
    expect(refused.stderr).toBe(
      'BLOCKED::DEPENDENCY-NOT-DONE::T-002: T-002 depends on T-001, which is not done\n' +
        '  → Ask for it too: `pawl run --only T-001,T-002`\n',
    );
    expect(project.events()).toEqual([]);

    const part = await project.run(['run', '--json', '--only', 'T-002,T-001']);
    expect(part.exitCode).toBe(0);
    expect(jsonOf(part) as RunJson).toMatchObject({ end: 'done', completedInSession: 2, remaining: 1 });
    const next = await project.run(['next', '--json']);
    expect(jsonOf(next)).toMatchObject({ id: 'T-003' });
    expect(await green(project)).toMatchObject({ completedInSession: 1, remaining: 0 });
  });

  test('reports per task its id, workspace, commit and every changed file, renames and untracked ones included', async () => {
    await using project = await createProject({
      tasks: [{ id: 'T-001' }],
      files: {
        'old.txt': 'some text that is moved\nand long enough\n',
        'gone.txt': 'x\n',
        'kept.txt': 'x\n',
      },
      script: {
        'T-001': [
          [
            { rename: { from: 'old.txt', to: 'new name.txt' } },
            { remove: 'gone.txt' },
            { commit: 'moved' },
            { append: { path: 'kept.txt', text: 'y\n' } },
            write('sub/ünï.txt'),
          ],
        ],
      },
    });
    const report = await green(project);
    const [result] = report.results;
    expect(report.results).toHaveLength(1);
    expect(result).toMatchObject({
      task: 'T-001',
      status: 'completed',
      attempts: 1,
      commit: report.integrationHead,
      gates: [{ purpose: 'attempt', gate: 'check', status: 'passed', cached: false }],
    });
    expect(result?.filesChanged).toEqual([
      { path: 'gone.txt', change: 'deleted' },
      { path: 'kept.txt', change: 'modified' },
      { path: 'new name.txt', change: 'renamed', from: 'old.txt' },
      { path: 'sub/ünï.txt', change: 'added' },
    ]);
    expect(result?.workspace.startsWith(`${project.cache}/`)).toBe(true);
    expect(report.integrationBranch).toBe('pawl/tasks');
    expect(await project.git(['rev-parse', 'pawl/tasks'])).toBe(report.integrationHead);
  });

  test('lands a commit per task with trailers that name it, on top of the agent’s own commits', async () => {
    await using project = await createProject({
      tasks: [{ id: 'T-001', title: 'Say hello' }],
      script: { 'T-001': [[write('a.txt'), { commit: 'feat(T-001): by the agent' }, write('b.txt')]] },
    });
    await green(project);
    const message = await project.git(['log', '-1', '--format=%B', 'pawl/tasks']);
    expect(message).toBe('Land T-001: Say hello\n\nPawl-Task: T-001\nPawl-Attempt: 1\n');
    const subjects = await project.git(['log', '--format=%s', 'pawl/tasks']);
    expect(subjects.split('\n')).toEqual([
      'Land T-001: Say hello',
      'feat(T-001): Say hello',
      'feat(T-001): by the agent',
      'First commit',
    ]);
    const [first] = bodiesOf(project.events(), 'attempt.committed');
    const kept = await project.git([
      'for-each-ref',
      '--format=%(refname) %(objectname)',
      'refs/pawl/attempts',
    ]);
    expect(kept).toMatch(new RegExp(`^refs/pawl/attempts/\\S+/T-001/1 ${first?.head}$`));
  });

  test('runs the gates once for a tree that lands as it was tested, and again on a merged one', async () => {
    const ids = ['T-001', 'T-002'];
    await using project = await createProject({
      tasks: ids.map((id) => ({ id })),
      script: Object.fromEntries(ids.map((id) => [id, [[meet(meetingPlace, ids), write(`${id}.txt`)]]])),
    });
    await green(project);
    const events = project.events();
    const landings = bodiesOf(events, 'landing.landed');
    expect(landings.map(({ fast }) => fast)).toEqual([true, false]);
    const runs = bodiesOf(events, 'gate.finished').map(({ task, purpose }) => `${task} ${purpose}`);
    const [first, second] = landings.map(({ task }) => task);
    expect(runs.toSorted()).toEqual(
      [`${first} attempt`, `${second} attempt`, `${second} landing`].toSorted(),
    );
    // Every commit of the first-parent line is the tree that a gate passed on.
    const tested = new Set(bodiesOf(events, 'gate.finished').map(({ run }) => run.tree));
    for (const commit of (await project.git(['rev-list', '--first-parent', 'main..pawl/tasks'])).split('\n'))
      expect(tested).toContain(await project.git(['rev-parse', `${commit}^{tree}`]));
  });

  test('sends a task back whose change conflicts with what landed, and lets it build on that', async () => {
    const ids = ['T-001', 'T-002'];
    const line = shell('printf "%s\\n" "$PAWL_TASK" >> list.txt');
    await using project = await createProject({
      tasks: ids.map((id) => ({ id })),
      files: { 'list.txt': 'begin\n' },
      script: Object.fromEntries(ids.map((id) => [id, [[meet(meetingPlace, ids), line], [line]]])),
    });
    await green(project);
    const [rejected] = bodiesOf(project.events(), 'landing.rejected');
    expect(rejected?.failure).toMatchObject({ kind: 'conflict', paths: ['list.txt'] });
    const lines = (await project.git(['show', 'pawl/tasks:list.txt'])).split('\n');
    expect(lines.slice(0, 1)).toEqual(['begin']);
    expect(lines.slice(1).toSorted()).toEqual(ids);
    const brief = readFileSync(
      join(project.root, '.git/pawl/logs/tasks', String(rejected?.task), '2/brief.md'),
      'utf8',
    );
    expect(brief).toContain('ended with: conflict with landed work in list.txt.');
    expect(brief).toContain('Do not rewrite lines of list.txt that the task does not need');
  });

  test('sends a task back whose change is green alone and red together with what landed', async () => {
    const ids = ['T-001', 'T-002'];
    await using project = await createProject({
      tasks: ids.map((id) => ({ id })),
      // Red where both files are there, unless it has been told that they may be.
      config: { gates: { check: 'test ! -e T-001.txt -o ! -e T-002.txt -o -e both.txt' } },
      script: Object.fromEntries(
        ids.map((id) => [
          id,
          [
            [meet(meetingPlace, ids), write(`${id}.txt`)],
            [write(`${id}.txt`), write('both.txt')],
          ],
        ]),
      ),
    });
    await green(project);
    const [rejected] = bodiesOf(project.events(), 'landing.rejected');
    expect(rejected?.failure).toMatchObject({ kind: 'landing-gate', gate: 'check' });
    expect(await project.git(['show', 'pawl/tasks:both.txt'])).toBe('both.txt');
  });

  test('picks up tasks that were added to the backlog after everything was done', async () => {
    await using project = await createProject({ tasks: [{ id: 'T-001' }] });
    await green(project);
    const backlog = join(project.root, 'TASKS.md');
    const more = readFileSync(backlog, 'utf8').replace(/T-001/g, 'T-002').replace('done', 'pending');
    project.write({
      'TASKS.md': `${readFileSync(backlog, 'utf8')}\n${more.slice(more.indexOf('###'))}`,
    });
    expect(await green(project)).toMatchObject({ completedInSession: 1, remaining: 0 });
    expect(await project.git(['ls-tree', '-r', '--name-only', 'pawl/tasks', 'out'])).toBe(
      'out/T-001.txt\nout/T-002.txt',
    );
  });

  test('says so and changes nothing when there is nothing left to do', async () => {
    await using project = await createProject({ tasks: [{ id: 'T-001' }] });
    await green(project);
    const head = await project.git(['rev-parse', 'pawl/tasks']);
    expect(await green(project)).toMatchObject({ end: 'done', completedInSession: 0, remaining: 0 });
    expect(await project.git(['rev-parse', 'pawl/tasks'])).toBe(head);
  });

  test('is started and taken up again by the words of other tools too', async () => {
    await using project = await createProject({ tasks: [{ id: 'T-001' }, { id: 'T-002' }] });
    const start = await project.run(['start', 'scale=2', '--only', 'T-001']);
    expect(start.exitCode).toBe(0);
    expect(start.stdout).toContain('agent scripted, 2 at once');
    expect(start.stdout).toContain('Type `pawl run` for the rest');
    const resume = await project.run(['resume', '--json']);
    expect(jsonOf(resume)).toMatchObject({ end: 'done', completedInSession: 1, remaining: 0 });
  });

  test('forgets a task that was taken out of the backlog, but not what it did', async () => {
    const stuck = [[{ claim: 'blocked', summary: 'Why?' }]];
    await using project = await createProject({
      tasks: [{ id: 'T-001' }, { id: 'T-002' }],
      script: { 'T-001': [[write('a.txt')]], 'T-002': stuck },
    });
    expect((await project.run(['run'])).exitCode).toBe(1);
    project.write({ 'TASKS.md': renderBacklog([{ id: 'T-001', status: 'done' }]) });
    const report = await green(project);
    expect(report).toMatchObject({ end: 'done', remaining: 0 });
    expect(await project.git(['show', 'pawl/tasks:a.txt'])).toBe('a.txt');
    const shown = await project.run(['show', 'T-002', '--json']);
    expect(shown.exitCode).toBe(2);
  });

  test('works in a repository whose path has blanks, quotes and letters of other scripts', async () => {
    await using project = await createProject({
      tasks: [{ id: 'T-001' }],
      config: { gates: { check: 'test -e "out/T-001.txt"' } },
    });
    const root = join(project.folder, 'it\'s a "päth" with $HOME');
    renameSync(project.root, root);
    const exit = await project.run(['run', '--json'], { cwd: root });
    expect(exit.exitCode, exit.stdout + exit.stderr).toBe(0);
    expect(await project.git(['show', 'pawl/tasks:out/T-001.txt'], root)).toBe('by T-001');
  });

  test('keeps workspaces out of the repository, and takes them up again in the next run', async () => {
    await using project = await createProject({
      tasks: [{ id: 'T-001' }],
      script: { 'T-001': [[shell('pwd > where.txt')]] },
    });
    const [result] = (await green(project)).results;
    expect(await project.git(['show', 'pawl/tasks:where.txt'])).toBe(result?.workspace);
    expect(existsSync(result?.workspace ?? '')).toBe(true);
    expect(readdirNames(await project.git(['worktree', 'list', '--porcelain']))).toEqual([
      project.root,
      result?.workspace,
    ]);
  });
});

function readdirNames(porcelain: string): readonly string[] {
  return [...porcelain.matchAll(/^worktree (.*)$/gm)].map(([, path]) => path ?? '');
}
