import { setTimeout as delay } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { createScenario, expectIntact, expectNothingRedone, treeOf } from './scenario.ts';

const MOST_KILLS = 8;
const scenario = { waitMs: 120 };

describe('runs killed at random times', () => {
  let reference = '';

  beforeAll(async () => {
    await using project = await createScenario(scenario);
    expect((await project.run(['run'])).exitCode).toBe(0);
    reference = await treeOf(project);
  });

  test.for([1, 2])('seed %i', async (seed) => {
    const random = createRandom(seed);
    await using project = await createScenario(scenario);
    let exitCode: number | undefined;
    for (let kills = 0; exitCode !== 0; kills += 1) {
      await using run = project.start(['run']);
      // The time of the blow is the test's input; nothing is expected to have happened by then.
      const pause = kills < MOST_KILLS ? delay(50 + random() * 1_450) : run.exit;
      await Promise.race([pause, run.exit]);
      run.kill('SIGKILL');
      const exit = await run.exit;
      if (exit.exitCode !== undefined) expect(exit.exitCode, exit.stdout + exit.stderr).toBe(0);
      ({ exitCode } = exit);
    }
    await expectIntact(project, reference);
    expectNothingRedone(project.events());
  });
});

/** Mulberry32: the same seed gives the same numbers in [0, 1) everywhere. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
