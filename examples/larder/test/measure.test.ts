import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findUnit, fraction, multiplyMeasure } from '../src/index.ts';

test('a measure is multiplied and keeps its unit', () => {
  const cup = findUnit('cup');
  assert.deepEqual(multiplyMeasure({ amount: fraction(2, 3), unit: cup }, fraction(1, 2)), {
    amount: fraction(1, 3),
    unit: cup,
  });
});
