import { expect, test } from 'vitest';
import type { Project } from '../rig/repository.ts';
import { createScenario, expectLandedOnce, taskIds } from './scenario.ts';

test('commits that somebody puts on the integration branch between sessions are built upon', async () => {
  await using project = await createScenario();
  await project.run(['run', '--only', 'T-001']);
  const theirs = await pushCommit(project, 'theirs.txt');
  expect((await project.run(['run'])).exitCode).toBe(0);
  await expectContains(project, theirs);
  await expectLandedOnce(project);
});

test('commits that somebody puts there while a run goes on are built upon', async () => {
  await using project = await createScenario({ waitMs: 300 });
  await using run = project.start(['run']);
  await run.waitForLine(/landed [0-9a-f]+/);
  const theirs = await pushCommit(project, 'theirs.txt');
  const { exitCode, stdout, stderr } = await run.exit;
  expect(exitCode, stdout + stderr).toBe(0);
  await expectContains(project, theirs);
  await expectLandedOnce(project);
});

test('a branch that lost landed work is refused until it is put back', async () => {
  await using project = await createScenario();
  await project.run(['run', '--only', 'T-001,T-002']);
  const landed = await project.git(['rev-parse', project.integrationRef]);
  await project.git(['update-ref', project.integrationRef, 'main']);
  const refused = await project.run(['run']);
  expect(refused.exitCode).toBe(4);
  expect(refused.stderr).toContain('INTEGRATION-REWOUND');
  const [, hint] = /`git (update-ref [^`]+)`/.exec(refused.stderr) ?? [];
  await project.git((hint ?? '').split(' '));
  expect(await project.git(['rev-parse', project.integrationRef])).toBe(landed);
  expect((await project.run(['run'])).exitCode).toBe(0);
  await expectLandedOnce(project);
});

test('a branch that was deleted is made again where it was', async () => {
  await using project = await createScenario();
  await project.run(['run', '--only', 'T-001,T-002']);
  await project.git(['update-ref', '-d', project.integrationRef]);
  expect((await project.run(['run'])).exitCode).toBe(0);
  await expectLandedOnce(project);
  const starts = project
    .events()
    .filter(({ body }) => body.type === 'attempt.started' && body.task === taskIds[0]);
  expect(starts).toHaveLength(1);
});

async function pushCommit(project: Project, path: string): Promise<string> {
  const { integrationRef } = project;
  const tree = project.git(['rev-parse', `${integrationRef}^{tree}`]);
  const blob = project.git(['rev-parse', `${integrationRef}:gate.sh`]);
  const listing = await project.git(['ls-tree', await tree]);
  const entries = `${listing}\n100644 blob ${await blob}\t${path}\n`;
  project.write({ '../entries': entries });
  const made = await project.git(['-c', 'alias.mk=!git mktree < ../entries', 'mk']);
  for (;;) {
    const parent = await project.git(['rev-parse', integrationRef]);
    const commit = await project.git(['commit-tree', made, '-p', parent, '-m', 'theirs']);
    await project.git(['update-ref', integrationRef, commit, parent]);
    return commit;
  }
}

async function expectContains(project: Project, commit: string): Promise<void> {
  await project.git(['merge-base', '--is-ancestor', commit, project.integrationRef]);
  expect(await project.git(['cat-file', '-t', `${project.integrationRef}:theirs.txt`])).toBe('blob');
}
