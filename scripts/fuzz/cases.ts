import * as fc from 'fast-check';
import type { PlanFormat } from '../../src/domain/plan.ts';
import { backlogFormats } from '../../src/planning/formats/all.ts';
import { samplesAtHand } from '../../test/rig/corpora.ts';
import { arbitraryDamage, type Damage } from '../../test/rig/damage.ts';
import { backlogsOf } from '../../test/rig/fuzz-samples.ts';
import type { Seed } from '../../test/rig/seeds/seed.ts';
import { maxGrowth } from './limits.ts';

const formats = Object.keys(backlogFormats) as readonly PlanFormat[];

/** Longer samples would take most of the time, and hold nothing that the others do not. */
const maxSampleLength = 300_000;

/** Formats take turns by the number of a case, so that a number means the same whatever else was asked for. */
export function formatOf(index: number): PlanFormat {
  return formats[index % formats.length]!;
}

const samples = samplesAtHand() ?? [];

/** Whether the collection of real backlogs is damaged, too; without it the same number is another case. */
export const hasCollection: boolean = samples.length > 0;

const backlogs = new Map<PlanFormat, readonly Seed[]>();
for (const format of formats)
  backlogs.set(format, backlogsOf(await backlogFormats[format].load(), samples, maxSampleLength));
const texts = [...backlogs.values()].flat().flatMap(({ files }) => Object.values(files));
const arbitraries = new Map(
  formats.map((format) => [format, arbitraryDamage(backlogs.get(format)!, texts, maxGrowth)] as const),
);

/** The damage that is case `index` of a seed, always the same. */
export function damageOf(seed: number, index: number): Damage {
  const [damage] = fc.sample(arbitraries.get(formatOf(index))!, {
    seed: Math.imul(seed, 0x9e3779b1) ^ index,
    numRuns: 1,
  });
  return damage!;
}

export function sizeOf({ damaged }: Damage): number {
  const all = [...Object.values(damaged.files), ...Object.values(damaged.beside)];
  return all.reduce((sum, text) => sum + text.length, 0);
}
