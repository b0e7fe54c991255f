import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { identifyProcess } from '../../src/adapters/process/process-table.ts';
import type { ProcessIdentity } from '../../src/domain/process-identity.ts';
import type { Project } from '../rig/repository.ts';
import { createScenario, expectLandedOnce } from './scenario.ts';

const slow = { waitMs: 600 };

test('a second run at the same time is refused and names the first, which goes on', async () => {
  await using project = await createScenario(slow);
  await using first = project.start(['run']);
  await first.waitForLine(/attempt 1 started/);
  const second = await project.run(['run']);
  expect(second.exitCode).toBe(4);
  expect(second.stderr).toContain(`RUN-IN-PROGRESS: process ${first.pid} on `);
  expect((await first.exit).exitCode).toBe(0);
  await expectLandedOnce(project);
});

test('a run that is only stopped keeps its lease, and goes on when it is continued', async () => {
  await using project = await createScenario(slow);
  await using first = project.start(['run']);
  await first.waitForLine(/attempt 1 started/);
  first.kill('SIGSTOP');
  const second = await project.run(['run']);
  first.kill('SIGCONT');
  expect(second.exitCode).toBe(4);
  expect(second.stderr).toContain(`process ${first.pid} on `);
  expect((await first.exit).exitCode).toBe(0);
  await expectLandedOnce(project);
});

test('a run that another took the lease from writes nothing more and leaves no process', async () => {
  await using project = await createScenario(slow);
  await using first = project.start(['run']);
  await first.waitForLine(/attempt 1 started/);
  const taken = changeLease(project, (owner) => ({ ...owner, host: 'elsewhere' }), 1);
  const before = project.events().length;
  const { exitCode, stderr } = await first.exit;
  expect(exitCode).toBe(4);
  expect(stderr).toContain(`LEASE-LOST: process ${taken.pid} took over`);
  expect(project.events()).toHaveLength(before);
  expect(project.orphans()).toEqual([]);
});

test('the lease of a dead process is taken over although its pid runs again', async () => {
  await using project = await createScenario();
  await project.run(['run'], { env: { PAWL_FAULT: 'landed' } });
  const self = identifyProcess(process.pid);
  if (self === undefined) throw new Error('this process is not in the process table');
  changeLease(project, () => self);
  expect((await project.run(['run'])).stderr).toContain(`RUN-IN-PROGRESS: process ${process.pid} on `);
  changeLease(project, () => ({ ...self, startTime: '1' }));
  expect((await project.run(['run'])).exitCode).toBe(0);
  await expectLandedOnce(project);
});

test('the lease of a process of an earlier boot is taken over', async () => {
  await using project = await createScenario();
  await project.run(['run'], { env: { PAWL_FAULT: 'attempt-prepared' } });
  changeLease(project, (owner) => ({ ...owner, pid: process.pid, bootId: 'an earlier boot' }));
  expect((await project.run(['run'])).exitCode).toBe(0);
});

/** Rewrites the lease's owner behind Pawl's back, as a process that took over would. Returns the new owner. */
function changeLease(
  project: Project,
  change: (owner: ProcessIdentity) => ProcessIdentity,
  fences = 0,
): ProcessIdentity {
  const db = new DatabaseSync(project.journalFile, { timeout: 5_000 });
  try {
    const row = db.prepare('SELECT owner FROM lease').get();
    const owner = change(JSON.parse(String(row?.['owner'])) as ProcessIdentity);
    db.prepare('UPDATE lease SET owner = ?, fence = fence + ?').run(JSON.stringify(owner), fences);
    return owner;
  } finally {
    db.close();
  }
}
