import { fraction, type Fraction } from './fraction.ts';

/** What a unit measures. Two units of one dimension can be converted into each other; counts cannot. */
export type Dimension = 'mass' | 'volume' | 'count';

export interface Unit {
  readonly symbol: string;
  readonly dimension: Dimension;
  /** How many grams or millilitres one unit is; 1 for counts. */
  readonly size: Fraction;
  /** Every way to write it, in lower case. One without an abbreviation has two: its singular and its plural. */
  readonly names: readonly string[];
}

export const units: readonly Unit[] = [
  { symbol: 'g', dimension: 'mass', size: fraction(1), names: ['g', 'gram', 'grams'] },
  { symbol: 'kg', dimension: 'mass', size: fraction(1000), names: ['kg', 'kilogram', 'kilograms'] },
  { symbol: 'ml', dimension: 'volume', size: fraction(1), names: ['ml', 'millilitre', 'millilitres'] },
  { symbol: 'l', dimension: 'volume', size: fraction(1000), names: ['l', 'litre', 'litres'] },
  { symbol: 'tsp', dimension: 'volume', size: fraction(5), names: ['tsp', 'teaspoon', 'teaspoons'] },
  { symbol: 'tbsp', dimension: 'volume', size: fraction(15), names: ['tbsp', 'tablespoon', 'tablespoons'] },
  { symbol: 'cup', dimension: 'volume', size: fraction(250), names: ['cup', 'cups'] },
];

/** Finds a unit by any of its names, whatever the case; a trailing full stop, as in "tbsp.", is ignored. */
export function findUnit(word: string): Unit | undefined {
  const name = word.toLowerCase().replace(/\.$/, '');
  return units.find((unit) => unit.names.includes(name));
}
