/** Backlogs of which one file is damaged. */
import * as fc from 'fast-check';
import type { ViewStatus } from '../../src/domain/view.ts';
import type { StatusChange } from './format-laws.ts';
import { arbitraryMutations, mutate, type Mutation } from './mutations.ts';
import type { Seed } from './seeds/seed.ts';

export interface Damage {
  readonly undamaged: Seed;
  readonly damaged: Seed;
  /** Which of its files, and what was done to it. */
  readonly file: string;
  readonly mutations: readonly Mutation[];
  readonly change: StatusChange;
}

const statuses = [
  'pending',
  'running',
  'proven',
  'completed',
  'completed-external',
  'stale',
  'blocked',
  'skipped',
  'abandoned',
  'externally-managed',
] as const satisfies readonly ViewStatus[];

/**
 * Damage to one of `backlogs`, to each with the same chance; `texts` is what may be spliced in. No mutation adds more
 * than `maxGrowth` characters.
 */
export function arbitraryDamage(
  backlogs: readonly Seed[],
  texts: readonly string[],
  maxGrowth: number,
): fc.Arbitrary<Damage> {
  const isJson = backlogs.every(({ files }) => Object.keys(files).every((file) => /\.jsonl?$/.test(file)));
  return fc
    .record({
      undamaged: fc.constantFrom(...backlogs),
      isBeside: fc.nat(5).map((number) => number === 5),
      which: fc.nat(99),
      other: fc.constantFrom(...texts),
      mutations: arbitraryMutations(maxGrowth, isJson),
      change: fc.record({ pick: fc.nat(9_999), status: fc.constantFrom(...statuses) }),
    })
    .map(({ undamaged, isBeside, which, other, mutations, change }): Damage => {
      const besides = Object.keys(undamaged.beside);
      const files = isBeside && besides.length > 0 ? besides : Object.keys(undamaged.files);
      const file = files[which % files.length]!;
      const group = file in undamaged.files ? 'files' : 'beside';
      const text = mutate(undamaged[group][file]!, mutations, other, maxGrowth);
      const damaged = { ...undamaged, [group]: { ...undamaged[group], [file]: text } };
      return { undamaged, damaged, file, mutations, change };
    });
}
