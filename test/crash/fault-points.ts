import { beforeAll, describe, expect, test } from 'vitest';
import type { Fault } from './faults.ts';
import {
  createScenario,
  expectIntact,
  expectNothingRedone,
  finalPaths,
  parallelism,
  treeOf,
} from './scenario.ts';

/** One test for each `point` or `point:nth`: the program is killed there, and run again to its end. */
export function describeFaultPoints(title: string, faults: readonly Fault[]): void {
  describe(title, () => {
    let reference = '';

    beforeAll(async () => {
      await using project = await createScenario();
      const run = await project.run(['run']);
      expect(run.exitCode, run.stdout + run.stderr).toBe(0);
      reference = await treeOf(project);
      const paths = await project.git(['ls-tree', '-r', '--name-only', reference]);
      expect(paths.split('\n')).toEqual(finalPaths);
      await expectIntact(project, reference);
    });

    test.for(faults)('a run killed at %s resumes to the same end', async (fault) => {
      await using project = await createScenario();
      const killed = await project.run(['run'], { env: { PAWL_FAULT: fault } });
      expect(killed.signal, `${fault} was never passed:\n${killed.stdout}`).toBe('SIGKILL');
      const resumed = await project.run(['run']);
      expect(resumed.exitCode, resumed.stdout + resumed.stderr).toBe(0);
      await expectIntact(project, reference);
      const events = project.events();
      expectNothingRedone(events);
      const { possible, reached } = parallelism(events);
      expect(reached).toBeGreaterThanOrEqual(possible);
    });
  });
}
