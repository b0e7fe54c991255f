import { closeSync, openSync, renameSync, statSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import type { Project } from '../rig/repository.ts';
import { createScenario, expectIntact, expectLandedOnce, treeOf } from './scenario.ts';

const PAGE = 4096;

const damages = {
  'cut off in the middle': (file: string) => truncateSync(file, Math.floor(statSync(file).size / 2) + 100),
  'overwritten at its start': (file: string) => overwrite(file, 0, 100),
  'overwritten after its first page': (file: string) => overwrite(file, PAGE, statSync(file).size - PAGE),
  'a text': (file: string) => writeFileSync(file, 'not a database, however long it may be\n'.repeat(100)),
} as const;

test.for(Object.entries(damages))(
  'a journal that is %s is refused, and nothing landed is lost',
  async ([, damage]) => {
    await using project = await createScenario();
    await project.run(['run', '--only', 'T-001,T-002']);
    const landed = await project.git(['for-each-ref']);
    damage(project.journalFile);
    for (const command of ['run', 'status', 'doctor']) {
      const { exitCode, stderr } = await project.run([command]);
      expect({ command, exitCode }).toEqual({ command, exitCode: 4 });
      expect(stderr).toMatch(/^JOURNAL-DAMAGED: /);
      expect(stderr).toContain(`mv ${project.journalFile} ${project.journalFile}.damaged`);
    }
    expect(await project.git(['for-each-ref'])).toBe(landed);
  },
);

test('a journal with an event that no version knows is refused', async () => {
  await using project = await createScenario();
  await project.run(['run', '--only', 'T-001']);
  const db = new DatabaseSync(project.journalFile);
  db.exec(`UPDATE events SET body = '{"type":"task.teleported"}' WHERE seq = 3`);
  db.close();
  const { exitCode, stderr } = await project.run(['run']);
  expect(exitCode).toBe(4);
  expect(stderr).toContain('event 3 cannot be read');
});

test('with the damaged journal moved aside, a run builds on what is landed and does not repeat it', async () => {
  await using project = await createScenario();
  await project.run(['run', '--only', 'T-001,T-002']);
  const landed = await project.git(['rev-parse', project.integrationRef]);
  renameSync(project.journalFile, `${project.journalFile}.damaged`);
  const run = await project.run(['run']);
  expect(run.exitCode, run.stdout + run.stderr).toBe(0);
  await project.git(['merge-base', '--is-ancestor', landed, project.integrationRef]);
  await expectLandedOnce(project);
});

test.for(['run-created', 'plan-adopted', 'session-started'] as const)(
  'a run that is killed at %s after the journal was lost does not make the next one repeat what is landed',
  async (fault) => {
    await using project = await createScenario();
    await project.run(['run', '--only', 'T-001,T-002']);
    renameSync(project.journalFile, `${project.journalFile}.lost`);
    // The statuses in the backlog go with it: only the branch still says what is landed.
    await project.git(['checkout', '--', 'TASKS.md']);
    expect((await project.run(['run'], { env: { PAWL_FAULT: fault } })).exitCode).not.toBe(0);
    const run = await project.run(['run']);
    expect(run.exitCode, run.stdout + run.stderr).toBe(0);
    await expectLandedOnce(project);
  },
);

test('the empty journal of a run that died while it made the file does not stop the next run', async () => {
  await using project = await createScenario();
  await project.run(['run', '--only', 'T-001']);
  truncateSync(project.journalFile, 0);
  expect((await project.run(['status'])).stderr).toMatch(/^NO-RUN: /);
  const run = await project.run(['run']);
  expect(run.exitCode, run.stdout + run.stderr).toBe(0);
  await expectIntact(project, await treeOf(project));
});

test('a journal of a newer version is refused and left alone', async () => {
  await using project = await createScenario();
  await project.run(['run', '--only', 'T-001']);
  setVersion(project, 99);
  for (const command of ['run', 'status']) {
    const { exitCode, stderr } = await project.run([command]);
    expect({ command, exitCode }).toEqual({ command, exitCode: 4 });
    expect(stderr).toMatch(/^JOURNAL-NEWER: /);
  }
  setVersion(project, 1);
  expect((await project.run(['run'])).exitCode).toBe(0);
});

function setVersion(project: Project, version: number): void {
  const db = new DatabaseSync(project.journalFile);
  db.exec(`PRAGMA user_version = ${version}`);
  db.close();
}

function overwrite(file: string, at: number, length: number): void {
  const fd = openSync(file, 'r+');
  writeSync(fd, Buffer.alloc(length, 0x5a), 0, length, at);
  closeSync(fd);
}
