import { jsonSeeds } from './seeds/json.ts';
import { planSeeds } from './seeds/plans.ts';
import type { Seed } from './seeds/seed.ts';
import { specSeeds } from './seeds/specs.ts';
import { taskListSeeds } from './seeds/task-lists.ts';

/** Own backlogs of every format: what tests of all formats begin with where no collection is at hand. */
export const seeds: readonly Seed[] = [...jsonSeeds, ...specSeeds, ...planSeeds, ...taskListSeeds];
