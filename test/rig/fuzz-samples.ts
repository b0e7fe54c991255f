/** What is damaged: own backlogs, and the collected ones where they are at hand. */
import type { PlanFormat } from '../../src/domain/plan.ts';
import type { BacklogFormat } from '../../src/planning/formats/format.ts';
import type { Sample } from './corpora.ts';
import { seeds } from './seeds.ts';
import type { Seed } from './seeds/seed.ts';

/** The folders of the collection that are not named like their format. */
const folders: Readonly<Record<string, PlanFormat>> = {
  vtm: 'manifest',
  'bmad-story': 'bmad',
  'superpowers-plan': 'superpowers',
  'gsd-roadmap': 'gsd',
};

/**
 * Backlogs of a format to begin with: the own ones, and collected files of up to `maxLength` characters as backlogs of
 * one file each, at the place of an own one. Files that the format does not take for its own are left out.
 */
export function backlogsOf(
  format: BacklogFormat,
  samples: readonly Sample[],
  maxLength: number,
): readonly Seed[] {
  const own = seeds.filter((seed) => seed.format === format.name);
  // A file of a tree that stands alone must have a name that its format knows.
  const place = own.flatMap(({ files }) => Object.keys(files))[0]!;
  const collected = samples
    .filter((sample) => (folders[sample.format] ?? sample.format) === format.name)
    .filter(({ text }) => text.length <= maxLength && format.detect(place, text))
    .map(({ name, text }): Seed => {
      return { format: format.name, name, entry: place, files: { [place]: text }, beside: {} };
    });
  return [...own, ...collected];
}
