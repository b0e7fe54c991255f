import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PlanFormat } from '../../src/domain/plan.ts';
import { backlogFormats } from '../../src/planning/formats/all.ts';
import { collected, type Sample } from '../rig/corpora.ts';
import { arbitraryDamage } from '../rig/damage.ts';
import { brokenLaws } from '../rig/format-laws.ts';
import { backlogsOf } from '../rig/fuzz-samples.ts';
import { seeds } from '../rig/seeds.ts';

const formats = Object.keys(backlogFormats) as readonly PlanFormat[];

/** What takes longer is for `npm run fuzz`. */
const maxGrowth = 3_000;
const maxSampleLength = 20_000;

async function damageAll(format: PlanFormat, samples: readonly Sample[], numRuns: number): Promise<void> {
  const loaded = await backlogFormats[format].load();
  const backlogs = backlogsOf(loaded, samples, maxSampleLength);
  const texts = seeds.flatMap(({ files }) => Object.values(files));
  fc.assert(
    fc.property(arbitraryDamage(backlogs, texts, maxGrowth), ({ undamaged, damaged, change }) => {
      expect(brokenLaws(loaded, undamaged, damaged, change)).toEqual([]);
    }),
    { numRuns },
  );
}

describe('a damaged backlog is read or refused, and only its statuses are written', () => {
  test.each(formats)('%s', async (format) => {
    await damageAll(format, [], 40);
  });

  test('also those of real repositories', async (context) => {
    const samples = collected(context);
    for (const format of formats) await damageAll(format, samples, 10);
  });
});
