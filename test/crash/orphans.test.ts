import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import type { MarkedProcess } from '../rig/pawl.ts';
import { createProject, type Project, type ScriptStep } from '../rig/repository.ts';
import { expectNothingRedone } from './scenario.ts';

const good: readonly ScriptStep[] = [{ write: { path: 'out.txt', text: 'out\n' } }];

test('the agent of a killed run and its child in a session of its own are gone after the resume', async () => {
  await using project = await createProject({
    tasks: [{ id: 'T-001' }],
    script: { 'T-001': [[{ fork: { newSession: true } }, { hang: { ignoreTerm: true } }], good] },
  });
  await using first = project.start(['run']);
  await vi.waitFor(() => expect(agentsOf(project)).toHaveLength(2), { timeout: 20_000 });
  first.kill('SIGKILL');
  await first.exit;
  expect(project.orphans()).toHaveLength(2);
  await using second = project.start(['run']);
  await second.waitForLine(/attempt 2 started/);
  expect(project.orphans().filter((one) => one.marker.includes(`-${first.pid}-`))).toEqual([]);
  expect((await second.exit).exitCode).toBe(0);
  expect(project.orphans()).toEqual([]);
  expectNothingRedone(project.events());
});

test('an agent that is killed alone costs its attempt, not the run', async () => {
  await using project = await createProject({
    tasks: [{ id: 'T-001' }],
    script: { 'T-001': [[{ write: { path: 'half.txt', text: 'half\n' } }, { hang: true }], good] },
  });
  await using run = project.start(['run']);
  const [agent] = await vi.waitFor(
    () => {
      expect(agentsOf(project)).toHaveLength(1);
      return agentsOf(project);
    },
    { timeout: 20_000 },
  );
  process.kill(agent?.pid ?? 0, 'SIGKILL');
  const { exitCode, stdout } = await run.exit;
  expect(exitCode, stdout).toBe(0);
  expect(stdout).toMatch(/T-001 .*SIGKILL/);
  const paths = await project.git(['ls-tree', '-r', '--name-only', project.integrationRef]);
  expect(paths.split('\n')).toContain('out.txt');
  expect(paths.split('\n')).not.toContain('half.txt');
});

test('lock files that a killed git left in the workspaces do not stop the resume', async () => {
  await using project = await createProject({
    tasks: [{ id: 'T-001' }],
    script: {
      'T-001': [[{ write: { path: 'half.txt', text: 'half\n' } }, { commit: 'half' }, { hang: true }], good],
    },
  });
  await using first = project.start(['run']);
  const worktrees = join(project.root, '.git', 'worktrees');
  await vi.waitFor(
    async () => {
      expect(
        await project.git(
          ['log', '--format=%s', '-1', 'HEAD'],
          join(project.cache, onlyFolder(project), 'w01', 'checkout'),
        ),
      ).toBe('half');
    },
    { timeout: 20_000 },
  );
  first.kill('SIGKILL');
  await first.exit;
  for (const name of readdirSync(worktrees)) {
    writeFileSync(join(worktrees, name, 'index.lock'), '');
    mkdirSync(join(worktrees, name, 'rebase-merge'));
  }
  const second = await project.run(['run']);
  expect(second.exitCode, second.stdout + second.stderr).toBe(0);
  expect(project.locks()).toEqual([]);
});

test('the work of an attempt that was cut off is kept under its ref', async () => {
  await using project = await createProject({
    tasks: [{ id: 'T-001' }],
    script: { 'T-001': [[{ write: { path: 'half.txt', text: 'half\n' } }, { hang: true }], good] },
  });
  await using killed = project.start(['run']);
  await vi.waitFor(
    () =>
      expect(readdirSync(join(project.cache, onlyFolder(project), 'w01', 'checkout'))).toContain('half.txt'),
    { timeout: 20_000 },
  );
  killed.kill('SIGKILL');
  await killed.exit;
  expect((await project.run(['run'])).exitCode).toBe(0);
  const refs = await project.git(['for-each-ref', '--format=%(refname)', 'refs/pawl/attempts']);
  const first = refs.split('\n').find((ref) => ref.endsWith('/T-001/1'));
  expect(await project.git(['show', `${first}:half.txt`])).toBe('half');
  const attempt = project.state().tasks.values().next().value?.attempts[0];
  expect(attempt?.end).toMatchObject({ status: 'interrupted', because: 'crash' });
});

function agentsOf(project: Project): readonly MarkedProcess[] {
  return project.orphans().filter(({ command }) => command.includes('scripted') || command.includes('node'));
}

function onlyFolder(project: Project): string {
  return readdirSync(project.cache)[0] ?? '';
}
