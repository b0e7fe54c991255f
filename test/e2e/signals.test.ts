import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createProject, type Project, type ScriptStep } from '../rig/repository.ts';
import { bodiesOf, jsonOf, mostRunning, until, userState } from './observations.ts';

const write = (path: string): ScriptStep => ({ write: { path, text: `${path}\n` } });
const ids = ['T-001', 'T-002', 'T-003', 'T-004'];

/** Says that it is here, then waits until the test makes the file `go`; both in HOME, which all agents share. */
const waitForGo: ScriptStep = {
  run: { argv: ['sh', '-c', 'touch "$HOME/here-$PAWL_TASK"; until test -e "$HOME/go"; do sleep 0.02; done'] },
};

/** Two at once, four in all; each agent waits until it is told to go on, then writes its file. */
function waitingProject(): Promise<Project> {
  return createProject({
    tasks: ids.map((id) => ({ id })),
    config: { parallel: 2 },
    script: Object.fromEntries(
      ids.map((id) => [id, [[write(`early-${id}.txt`), waitForGo, write(`${id}.txt`)]]]),
    ),
  });
}

function letGo(project: Project): void {
  writeFileSync(join(project.folder, 'home', 'go'), '');
}

async function atWork(project: Project, count: number): Promise<void> {
  const here = (): number =>
    readdirSync(join(project.folder, 'home')).filter((name) => name.startsWith('here-')).length;
  await until(() => here() >= count, `${count} agents wait`);
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  describe(signal, () => {
    test('once: nothing new starts, what is at work finishes and lands, and the exit code is 130', async () => {
      await using project = await waitingProject();
      const before = await userState(project);
      await using run = project.start(['run']);
      await atWork(project, 2);
      run.kill(signal);
      await run.waitForLine(/^Stopping: nothing new starts; agents at work may finish\./);
      letGo(project);
      const exit = await run.exit;
      expect(exit.exitCode, exit.stdout + exit.stderr).toBe(130);
      expect(exit.stdout).toContain(
        '2 tasks completed this session, 2 remaining.\nType `pawl run` to go on.',
      );
      expect(bodiesOf(project.events(), 'attempt.started')).toHaveLength(2);
      expect(bodiesOf(project.events(), 'landing.landed')).toHaveLength(2);
      expect(project.orphans()).toEqual([]);
      expect(project.locks()).toEqual([]);
      expect(await userState(project)).toBe(before);
      await resumes(project, 2);
    });

    test('twice: agents are ended at once, nothing counts against their tasks, and the next run goes on', async () => {
      await using project = await waitingProject();
      const before = await userState(project);
      await using run = project.start(['run']);
      await atWork(project, 2);
      run.kill(signal);
      await run.waitForLine(/^Stopping: /);
      run.kill(signal);
      await run.waitForLine(/^Stopping now\./);
      const exit = await run.exit;
      expect(exit.exitCode, exit.stdout + exit.stderr).toBe(130);
      expect(exit.stdout).toContain(
        '0 tasks completed this session, 4 remaining.\nType `pawl run` to go on.',
      );
      const interrupted = bodiesOf(project.events(), 'attempt.interrupted');
      expect(interrupted.map(({ because }) => because)).toEqual(['stop', 'stop']);
      // What the agents had done is kept.
      for (const { task, head } of interrupted)
        expect(await project.git(['ls-tree', '--name-only', head ?? '', `early-${task}.txt`])).not.toBe('');
      expect(project.orphans()).toEqual([]);
      expect(await userState(project)).toBe(before);
      letGo(project);
      await resumes(project, 4);
    });
  });
}

/** A run that goes on does what is left, as many at once as before, and nothing twice. */
async function resumes(project: Project, left: number): Promise<void> {
  const seen = project.events().length;
  const exit = await project.run(['run', '--json']);
  expect(exit.exitCode, exit.stdout + exit.stderr).toBe(0);
  expect(jsonOf(exit)).toMatchObject({ end: 'done', completedInSession: left, remaining: 0 });
  const landed = bodiesOf(project.events(), 'landing.landed').map(({ task }) => task);
  expect(landed.toSorted()).toEqual(ids);
  expect(mostRunning(project.events().slice(seen))).toBe(2);
  const files = await project.git(['ls-tree', '--name-only', 'pawl/tasks']);
  for (const id of ids) expect(files.split('\n')).toContain(`${id}.txt`);
}

describe('a stop', () => {
  test('when the last work is done anyway ends with exit code 0', async () => {
    await using project = await createProject({
      tasks: [{ id: 'T-001' }],
      script: { 'T-001': [[waitForGo, write('a.txt')]] },
    });
    await using run = project.start(['run']);
    await atWork(project, 1);
    run.kill('SIGINT');
    await run.waitForLine(/^Stopping: /);
    letGo(project);
    const exit = await run.exit;
    expect(exit.exitCode, exit.stdout).toBe(0);
    expect(exit.stdout).toContain('1 task completed this session, 0 remaining.');
  });

  test('with --json prints one document that says so', async () => {
    await using project = await waitingProject();
    await using run = project.start(['run', '--json']);
    await atWork(project, 2);
    run.kill('SIGTERM');
    run.kill('SIGINT');
    await until(() => run.stdout() !== '', 'the run ends');
    const exit = await run.exit;
    expect(exit.exitCode).toBe(130);
    expect(jsonOf(exit)).toMatchObject({ end: 'stopped', completedInSession: 0, remaining: 4 });
    expect(project.orphans()).toEqual([]);
  });

  test('while a task waits for its next attempt does not wait for it', async () => {
    await using project = await createProject({
      tasks: [{ id: 'T-001' }],
      config: { backoffSeconds: 3600, backoffCapSeconds: 3600 },
      script: { 'T-001': [[{ crash: { exitCode: 1 } }], [write('a.txt')]] },
    });
    await using run = project.start(['run']);
    await run.waitForLine(/T-001 sent back: agent crashed: /);
    const status = await project.run(['explain', 'T-001']);
    expect(status.stdout).toMatch(/^T-001: tries again in .*\(attempt 1: agent crashed/);
    run.kill('SIGINT');
    expect((await run.exit).exitCode).toBe(130);
  });
});
