import { expect, test } from 'vitest';
import type { EventBody } from '../../src/domain/event.ts';
import { recordOf } from '../../src/domain/run-state.ts';
import { taskId } from '../rig/events.ts';
import { createProject, type Project, type ScriptStep } from '../rig/repository.ts';

const add = (path: string, text = 'text\n'): ScriptStep => ({ write: { path, text } });

function bodies<T extends EventBody['type']>(
  project: Project,
  type: T,
): readonly Extract<EventBody, { type: T }>[] {
  return project
    .events()
    .flatMap(({ body }) => (body.type === type ? [body as Extract<EventBody, { type: T }>] : []));
}

test('a landing on an unmoved branch does not run the gates again; on a moved one the merged tree is gated', async () => {
  await using project = await createProject({
    tasks: [{ id: 'T-001' }, { id: 'T-002' }],
    script: { 'T-001': [[add('a.txt')]], 'T-002': [[add('b.txt')]] },
    config: { parallel: 2 },
  });
  expect((await project.run(['run'])).exitCode).toBe(0);
  // Which of the two is first is a matter of luck.
  const [first, second] = bodies(project, 'landing.landed');
  expect([first?.fast, second?.fast]).toEqual([true, false]);
  const runs = bodies(project, 'gate.finished').map(({ task, purpose }) => `${task} ${purpose}`);
  expect(runs.toSorted()).toEqual(['T-001 attempt', 'T-002 attempt', `${second?.task} landing`].toSorted());
});

test('two changes that are green alone and red together: the second is sent back and lands on the new base', async () => {
  const mended: ScriptStep = { expectBrief: 'on the merged tree' };
  const gate = 'test ! -e a.txt || test ! -e b.txt || test -e both.txt';
  await using project = await createProject({
    tasks: [{ id: 'T-001' }, { id: 'T-002' }],
    script: {
      'T-001': [[add('a.txt')], [mended, add('a.txt'), add('both.txt')]],
      'T-002': [[add('b.txt')], [mended, add('b.txt'), add('both.txt')]],
    },
    config: { parallel: 2, gates: { check: gate } },
  });
  const run = await project.run(['run']);
  expect(run.exitCode, run.stdout).toBe(0);
  expect(bodies(project, 'landing.rejected')).toMatchObject([
    { attempt: 1, failure: { kind: 'landing-gate', gate: 'check' } },
  ]);
});

test('a gate that cannot be started even on the base refuses the run and blames no task', async () => {
  await using project = await createProject({
    tasks: [{ id: 'T-001' }],
    config: { gates: { check: 'no-such-program-anywhere' } },
  });
  const run = await project.run(['run']);
  expect(run.exitCode).toBe(4);
  expect(run.stdout + run.stderr).toContain('GATE-UNRUNNABLE');
  expect(recordOf(project.state(), taskId('T-001')).state.status).toBe('pending');
  expect(await project.git(['rev-parse', 'main'])).toBe(
    await project.git(['rev-parse', project.integrationRef]),
  );
});

test('a gate that only the change makes unrunnable is a failure of the change', async () => {
  await using project = await createProject({
    tasks: [{ id: 'T-001' }],
    files: { 'check.sh': '#!/bin/sh\ntrue\n' },
    script: { 'T-001': [[{ remove: 'check.sh' }], [add('a.txt')]] },
    config: { gates: { check: 'sh ./check.sh' } },
  });
  const run = await project.run(['run']);
  expect(run.exitCode, run.stdout).toBe(0);
  expect(bodies(project, 'attempt.failed')).toMatchObject([
    { attempt: 1, failure: { kind: 'gate', gate: 'check' }, falseClaim: true },
  ]);
});

test('a change that breaks the set-up fails as a gate does, and the next attempt is told', async () => {
  await using project = await createProject({
    tasks: [{ id: 'T-001' }],
    files: { 'package-lock.json': '{}\n' },
    script: {
      'T-001': [[add('package-lock.json', 'broken\n')], [{ expectBrief: 'gate setup failed' }, add('a.txt')]],
    },
    config: { setup: 'grep -q "{}" package-lock.json' },
  });
  const run = await project.run(['run']);
  expect(run.exitCode, run.stdout).toBe(0);
  expect(bodies(project, 'attempt.failed')).toMatchObject([
    { attempt: 1, failure: { kind: 'gate', gate: 'setup' } },
  ]);
});

test('an agent that leaves a repository inside, a lock and a broken index costs nobody else anything', async () => {
  const mess =
    'git init -q inner; d=$(git rev-parse --absolute-git-dir); echo rubbish > "$d/index"; : > "$d/index.lock"';
  await using project = await createProject({
    tasks: [{ id: 'T-001' }, { id: 'T-002' }],
    script: { 'T-001': [[add('a.txt'), { run: { argv: ['sh', '-c', mess] } }]], 'T-002': [[add('b.txt')]] },
    config: { parallel: 1 },
  });
  const run = await project.run(['run']);
  expect(run.exitCode, run.stdout + run.stderr).toBe(0);
  const paths = await project.git(['ls-tree', '-r', '--name-only', project.integrationRef]);
  expect(paths.split('\n')).toEqual(expect.arrayContaining(['a.txt', 'b.txt']));
});

test('the first signal lets agents finish, and the next run does the rest', async () => {
  await using project = await createProject({
    tasks: [{ id: 'T-001' }, { id: 'T-002' }],
    script: { 'T-001': [[{ wait: { ms: 700 } }, add('a.txt')]], 'T-002': [[add('b.txt')]] },
    config: { parallel: 1 },
  });
  await using run = project.start(['run']);
  await run.waitForLine(/T-001 attempt 1 started/);
  run.kill('SIGINT');
  const { exitCode, stdout } = await run.exit;
  expect(exitCode, stdout).toBe(130);
  expect(bodies(project, 'landing.landed').map(({ task }) => task)).toEqual(['T-001']);
  expect((await project.run(['run'])).exitCode).toBe(0);
  expect(bodies(project, 'attempt.started').map(({ task }) => task)).toEqual(['T-001', 'T-002']);
});

test('the second signal ends agents at once; their attempts do not count', async () => {
  await using project = await createProject({
    tasks: [{ id: 'T-001' }],
    script: { 'T-001': [[add('half.txt'), { hang: { ignoreTerm: true } }], [add('a.txt')]] },
  });
  await using run = project.start(['run']);
  await run.waitForLine(/T-001 attempt 1 started/);
  run.kill('SIGINT');
  await run.waitForLine(/^Stopping: /);
  run.kill('SIGINT');
  expect((await run.exit).exitCode).toBe(130);
  expect(project.orphans()).toEqual([]);
  expect(bodies(project, 'attempt.interrupted')).toMatchObject([{ attempt: 1, because: 'stop' }]);
  expect((await project.run(['run'])).exitCode).toBe(0);
  expect(bodies(project, 'attempt.failed')).toEqual([]);
});

test('a decision made while a run goes on is taken in by it', async () => {
  await using project = await createProject({
    tasks: [{ id: 'T-001' }, { id: 'T-002', dependencies: ['T-001'] }],
    script: { 'T-001': [[{ wait: { ms: 2_500 } }, add('a.txt')]], 'T-002': [[add('b.txt')]] },
  });
  await using run = project.start(['run']);
  await run.waitForLine(/T-001 attempt 1 started/);
  expect((await project.run(['skip', 'T-002', '--reason', 'not now'])).exitCode).toBe(0);
  expect((await run.exit).exitCode).toBe(0);
  expect(recordOf(project.state(), taskId('T-002')).state).toEqual({ status: 'skipped', reason: 'not now' });
  expect(bodies(project, 'attempt.started').map(({ task }) => task)).toEqual(['T-001']);
});
