// Values
export { add, compare, divide, fraction, multiply, toNumber, type Fraction } from './fraction.ts';
export { err, ok, type Result } from './result.ts';
export { findUnit, units, type Dimension, type Unit } from './unit.ts';

// Text in, values out
export { textLines, tidy } from './text.ts';

// Values in, values out
export { multiplyMeasure, type Measure } from './measure.ts';

// Values in, text out
export { plural } from './words.ts';
