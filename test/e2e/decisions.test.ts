import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createProject, renderBacklog, type Project, type ScriptStep } from '../rig/repository.ts';
import {
  bodiesOf,
  jsonOf,
  leavingUserAlone,
  refusalOf,
  until,
  userState,
  type RefusalJson,
} from './observations.ts';

const write = (path: string, text = `${path}\n`): ScriptStep => ({ write: { path, text } });
const shell = (script: string): ScriptStep => ({ run: { argv: ['sh', '-c', script] } });

const question: readonly ScriptStep[] = [{ claim: 'blocked', summary: 'Which colour?' }];

/** T-001 asks a question first; T-002 needs it; T-003 stands alone. */
function blockedProject(): Promise<Project> {
  return createProject({
    tasks: [{ id: 'T-001' }, { id: 'T-002', dependencies: ['T-001'] }, { id: 'T-003' }],
    script: {
      'T-001': [question, [write('a.txt')]],
      'T-002': [[write('b.txt')]],
      'T-003': [[write('c.txt')]],
    },
  });
}

async function finish(project: Project, exitCode: number): Promise<void> {
  const exit = await project.run(['run']);
  expect(exit.exitCode, exit.stdout + exit.stderr).toBe(exitCode);
}

function statusIn(project: Project, task: string): string | undefined {
  const text = readFileSync(join(project.root, 'TASKS.md'), 'utf8');
  return new RegExp(`### ${task}:[^#]*?\\*\\*Status\\*\\*: (.*)`).exec(text)?.[1];
}

describe('pawl retry', () => {
  test('opens a blocked task again, with its reason kept, and the next run works on it', async () => {
    await using project = await blockedProject();
    await finish(project, 1);
    expect(statusIn(project, 'T-001')).toBe('blocked');
    const exit = await leavingUserAlone(project, () =>
      project.run(['retry', 'T-001', '--reason', 'Blue it is']),
    );
    expect(exit).toMatchObject({
      exitCode: 0,
      stdout: 'T-001 is open again. Type `pawl run` to go on.\n',
      stderr: '',
    });
    expect(statusIn(project, 'T-001')).toBe('pending');
    const shown = await project.run(['show', 'T-001']);
    expect(shown.stdout).toContain('Blue it is');
    await finish(project, 0);
    expect(statusIn(project, 'T-002')).toBe('done');
  });

  test('does not fit a task that was not tried, nor skip one that is done', async () => {
    await using project = await blockedProject();
    await finish(project, 1);
    expect(refusalOf(await project.run(['retry', 'T-002', '--json']))).toBe('DECISION-REFUSED 2');
    expect(refusalOf(await project.run(['skip', 'T-003', '--json']))).toBe('DECISION-REFUSED 2');
    expect(refusalOf(await project.run(['retry', 'T-009', '--json']))).toBe('UNKNOWN-TASK 2');
  });
});

describe('pawl skip', () => {
  test('leaves a task out; what needs it stays open, and is named', async () => {
    await using project = await blockedProject();
    await finish(project, 1);
    const exit = await project.run(['skip', 'T-001', '--reason', 'Not needed', '--json']);
    expect(jsonOf(exit)).toEqual({
      task: 'T-001',
      decision: 'skip',
      reason: 'Not needed',
      how: 'recorded',
    });
    expect(statusIn(project, 'T-001')).toBe('skipped');
    await finish(project, 1);
    const blocked = await project.run(['blocked', '--json']);
    expect(jsonOf(blocked)).toMatchObject({
      roots: [{ task: 'T-001', summary: 'skipped: Not needed', stuck: true, holdsUp: 1 }],
      waiting: [{ task: 'T-002', summary: 'waits for T-001 (skipped)' }],
    });
    expect(statusIn(project, 'T-002')).toBe('pending');
  });

  test('of the last open task ends the work: the next run is done', async () => {
    await using project = await createProject({
      tasks: [{ id: 'T-001' }],
      script: { 'T-001': [question] },
    });
    await finish(project, 1);
    await project.run(['skip', 'T-001']);
    await finish(project, 0);
  });
});

describe('a word that a person writes into the backlog', () => {
  test('sets a task aside, and another word opens it again, as long as Pawl has not worked on it', async () => {
    const backlog = (status: string): string =>
      renderBacklog([
        { id: 'T-001', status },
        { id: 'T-002', dependencies: ['T-001'] },
      ]);
    await using project = await createProject({
      tasks: [{ id: 'T-001' }, { id: 'T-002' }],
      files: { 'TASKS.md': backlog('blocked (ask Ann)') },
    });
    await finish(project, 1);
    const explained = await project.run(['explain', 'T-001']);
    expect(explained.stdout).toContain('the backlog says that it is blocked');
    expect(statusIn(project, 'T-001')).toBe('blocked (ask Ann)');
    for (const word of ['skipped', 'needs-re-verification']) {
      project.write({ 'TASKS.md': backlog(word) });
      await finish(project, 1);
      expect(statusIn(project, 'T-001')).toBe(word);
      expect(statusIn(project, 'T-002')).toBe('pending');
    }
    project.write({ 'TASKS.md': backlog('pending') });
    await finish(project, 0);
    expect(statusIn(project, 'T-001')).toBe('done');
    expect(statusIn(project, 'T-002')).toBe('done');
  });

  test('does not undo what has landed', async () => {
    await using project = await createProject({ tasks: [{ id: 'T-001' }] });
    await finish(project, 0);
    project.write({ 'TASKS.md': renderBacklog([{ id: 'T-001', status: 'pending' }]) });
    await finish(project, 0);
    expect(bodiesOf(project.events(), 'attempt.started')).toHaveLength(1);
    expect(statusIn(project, 'T-001')).toBe('done');
  });
});

describe('a decision while a run is going on', () => {
  test('is taken by the process at work, and seen in its status', async () => {
    await using project = await createProject({
      tasks: [{ id: 'T-001' }, { id: 'T-002' }, { id: 'T-003' }],
      script: {
        'T-001': [question, [write('a.txt')]],
        'T-002': [[shell('until test -e "$HOME/go"; do sleep 0.02; done'), write('b.txt')]],
        'T-003': [question],
      },
    });
    await using run = project.start(['run']);
    await run.waitForLine(/T-001 blocked: /);
    await run.waitForLine(/T-003 blocked: /);
    const status = await project.run(['status']);
    expect(status.stdout).toContain(
      '- Blockers: T-001 (decision-needed: the agent asks for a decision: Which colour?)',
    );
    expect(status.stdout).toContain('- In Progress: T-002 (0 ACs completed, 1 remaining)');
    expect(status.stdout).toMatch(new RegExp(`Process ${run.pid} on \\S+ is working on it\\.\n$`));
    const busy = await project.run(['retry', 'T-002', '--json']);
    expect(refusalOf(busy)).toBe('DECISION-REFUSED 2');
    const retry = await project.run(['retry', 'T-001', '--reason', 'blue']);
    expect(retry).toMatchObject({
      exitCode: 0,
      stdout: 'T-001 is open again. The running process takes it within a second.\n',
    });
    const skip = await project.run(['skip', 'T-003', '--json']);
    expect(jsonOf(skip)).toMatchObject({ how: 'handed-over' });
    await run.waitForLine(/T-001 re-opened by \S+: blue/);
    await run.waitForLine(/T-003 skipped by /);
    await run.waitForLine(/T-001 landed/);
    await until(async () => {
      const { stdout } = await project.run(['status', '--json']);
      return (JSON.parse(stdout) as { pulse: { tasks: { abandoned: number } } }).pulse.tasks.abandoned === 1;
    }, 'the status shows the skipped task');
    writeFileSync(join(project.folder, 'home', 'go'), '');
    const exit = await run.exit;
    expect(exit.exitCode, exit.stdout).toBe(0);
    expect(statusIn(project, 'T-003')).toBe('skipped');
  });
});

describe('pawl land', () => {
  async function landed(project: Project): Promise<string> {
    const exit = await project.run(['land', '--json']);
    expect(exit.exitCode, exit.stdout + exit.stderr).toBe(0);
    return (jsonOf(exit) as { how: string }).how;
  }

  function oneTask(config: Record<string, unknown> = {}): Promise<Project> {
    return createProject({
      tasks: [{ id: 'T-001' }],
      script: { 'T-001': [[write('a.txt', 'by the agent\n')]] },
      files: { 'a.txt': 'as it was\n', 'b.txt': 'b\n' },
      config,
    });
  }

  async function commitOnMain(project: Project, files: Record<string, string>): Promise<void> {
    project.write(files);
    await project.git(['add', ...Object.keys(files)]);
    await project.git(['commit', '--quiet', '--message=By a person']);
  }

  test('fast-forwards the branch, and the checkout with it', async () => {
    await using project = await oneTask();
    await finish(project, 0);
    const exit = await project.run(['land']);
    expect(exit.exitCode).toBe(0);
    expect(exit.stdout).toMatch(/^main: [0-9a-f]{10} → [0-9a-f]{10} \(fast-forward\)\n$/);
    expect(readFileSync(join(project.root, 'a.txt'), 'utf8')).toBe('by the agent\n');
    expect(await project.git(['rev-parse', 'main'])).toBe(await project.git(['rev-parse', 'pawl/tasks']));
    expect(await project.git(['symbolic-ref', 'HEAD'])).toBe('refs/heads/main');
    const changed = await project.git(['status', '--porcelain']);
    expect(changed.split('\n')).toEqual([' M TASKS.md', '?? IMPLEMENTATION_PROGRESS.md']);
  });

  test('merges where the branch has gone on too, with the gates run on the merged tree', async () => {
    await using project = await oneTask();
    await finish(project, 0);
    await commitOnMain(project, { 'c.txt': 'c\n' });
    const before = await project.git(['rev-parse', 'main']);
    const exit = await project.run(['land']);
    expect(exit.stdout).toMatch(/ \(merge; check passed on the merged tree\)\n$/);
    expect(await project.git(['rev-list', '--parents', '-1', 'main'])).toContain(before);
    expect(await project.git(['log', '-1', '--format=%s', 'main'])).toBe(
      "Merge branch 'pawl/tasks' into main",
    );
    expect(readFileSync(join(project.root, 'a.txt'), 'utf8')).toBe('by the agent\n');
    expect(existsSync(join(project.root, 'c.txt'))).toBe(true);
  });

  test('says that there is nothing to land, and before anything was run that nothing was', async () => {
    await using project = await oneTask();
    expect(refusalOf(await project.run(['land', '--json']))).toBe('NO-RUN 2');
    await finish(project, 0);
    expect(await landed(project)).toBe('fast-forward');
    expect(refusalOf(await project.run(['land', '--json']))).toBe('NOTHING-TO-LAND 2');
  });

  test('refuses a conflict and names the file; branch and checkout stay as they were', async () => {
    await using project = await oneTask();
    await finish(project, 0);
    await commitOnMain(project, { 'a.txt': 'by a person\n' });
    const exit = await leavingUserAlone(project, () => project.run(['land']));
    expect(exit).toMatchObject({
      exitCode: 4,
      stdout: '',
      stderr:
        'LAND-CONFLICT: main and pawl/tasks both changed a.txt\n  → Merge by hand: `git merge pawl/tasks`\n',
    });
  });

  test('refuses a merge on which a gate fails; branch and checkout stay as they were', async () => {
    await using project = await oneTask({
      gates: { check: 'if test -e c.txt && grep -q agent a.txt; then echo "not together"; exit 1; fi' },
    });
    await finish(project, 0);
    await commitOnMain(project, { 'c.txt': 'c\n' });
    const exit = await leavingUserAlone(project, () => project.run(['land', '--json']));
    expect(refusalOf(exit)).toBe('LAND-GATES 4');
    expect((jsonOf(exit) as RefusalJson).error.message).toContain('not together');
  });

  test('refuses to write over uncommitted changes, and lands when they are elsewhere', async () => {
    await using project = await oneTask();
    await finish(project, 0);
    project.write({ 'a.txt': 'half-written\n', 'b.txt': 'changed\n' });
    const exit = await leavingUserAlone(project, () => project.run(['land', '--json']));
    expect(refusalOf(exit)).toBe('LAND-CHECKOUT-DIRTY 4');
    await project.git(['checkout', '--quiet', '--', 'a.txt']);
    expect(await landed(project)).toBe('fast-forward');
    expect(readFileSync(join(project.root, 'b.txt'), 'utf8')).toBe('changed\n');
  });

  test('refuses to write over an untracked file', async () => {
    await using project = await createProject({ tasks: [{ id: 'T-001' }] });
    await finish(project, 0);
    project.write({ 'out/T-001.txt': 'mine\n' });
    const exit = await leavingUserAlone(project, () => project.run(['land', '--json']));
    expect(refusalOf(exit)).toBe('LAND-CHECKOUT-DIRTY 4');
    rmSync(join(project.root, 'out'), { recursive: true });
    expect(await landed(project)).toBe('fast-forward');
  });

  test('and then new commits on the branch are what the next run builds on', async () => {
    await using project = await createProject({
      tasks: [{ id: 'T-001' }, { id: 'T-002' }],
      script: { 'T-001': [[write('a.txt')]], 'T-002': [[shell('cat a.txt person.txt > b.txt')]] },
    });
    expect((await project.run(['run', '--only', 'T-001'])).exitCode).toBe(0);
    expect(await landed(project)).toBe('fast-forward');
    await project.git(['add', '--all']);
    await commitOnMain(project, { 'person.txt': 'person.txt\n' });
    await finish(project, 0);
    expect(await project.git(['show', 'pawl/tasks:b.txt'])).toBe('a.txt\nperson.txt');
    const [moved] = bodiesOf(project.events(), 'integration.moved');
    expect(moved?.to).toBe(await project.git(['rev-parse', 'main']));
    expect(await landed(project)).toBe('fast-forward');
  });

  test('leaves the statuses in the backlog of a checkout that was committed meanwhile alone', async () => {
    await using project = await oneTask();
    await finish(project, 0);
    await project.git(['add', '--all']);
    await project.git(['commit', '--quiet', '--message=Statuses']);
    const before = statusIn(project, 'T-001');
    expect(await landed(project)).toBe('merge');
    expect(statusIn(project, 'T-001')).toBe(before);
    expect(await project.git(['status', '--porcelain'])).toBe('');
    const state = await userState(project);
    await finish(project, 0);
    expect(await userState(project)).toBe(state);
  });
});
