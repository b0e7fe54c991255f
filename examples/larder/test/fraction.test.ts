import assert from 'node:assert/strict';
import { test } from 'node:test';
import { add, compare, divide, fraction, multiply, toNumber } from '../src/index.ts';

test('a fraction is kept in lowest terms', () => {
  assert.deepEqual(fraction(6, 8), { numerator: 3, denominator: 4 });
  assert.deepEqual(fraction(0, 5), { numerator: 0, denominator: 1 });
});

test('the sign of a fraction is its numerator’s', () => {
  assert.deepEqual(fraction(1, -2), { numerator: -1, denominator: 2 });
});

test('a fraction over zero and a fraction of parts are refused', () => {
  assert.throws(() => fraction(1, 0), RangeError);
  assert.throws(() => fraction(0.5), RangeError);
});

test('three thirds are exactly one', () => {
  const third = fraction(1, 3);
  assert.deepEqual(add(add(third, third), third), fraction(1));
});

test('fractions multiply and divide', () => {
  assert.deepEqual(multiply(fraction(2, 3), fraction(3, 4)), fraction(1, 2));
  assert.deepEqual(divide(fraction(1, 2), fraction(1, 4)), fraction(2));
});

test('fractions compare by value', () => {
  assert.ok(compare(fraction(1, 3), fraction(1, 2)) < 0);
  assert.ok(compare(fraction(3, 4), fraction(2, 3)) > 0);
  assert.equal(compare(fraction(2, 4), fraction(1, 2)), 0);
});

test('a fraction has a decimal value', () => {
  assert.equal(toNumber(fraction(3, 4)), 0.75);
});
