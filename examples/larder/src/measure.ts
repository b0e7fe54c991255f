import { multiply, type Fraction } from './fraction.ts';
import type { Unit } from './unit.ts';

/** So much of something. Without a unit it is a number of pieces: 3 eggs. */
export interface Measure {
  readonly amount: Fraction;
  readonly unit: Unit | undefined;
}

export function multiplyMeasure(measure: Measure, factor: Fraction): Measure {
  return { amount: multiply(measure.amount, factor), unit: measure.unit };
}
