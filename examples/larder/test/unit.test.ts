import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findUnit, units } from '../src/index.ts';

test('a unit is found by each of its names, whatever the case', () => {
  assert.equal(findUnit('grams')?.symbol, 'g');
  assert.equal(findUnit('Tablespoon')?.symbol, 'tbsp');
});

test('a full stop after an abbreviation is ignored', () => {
  assert.equal(findUnit('tsp.')?.symbol, 'tsp');
});

test('a word that is no unit is not found', () => {
  assert.equal(findUnit('flour'), undefined);
});

test('no two units share a name', () => {
  const names = units.flatMap((unit) => unit.names);
  assert.equal(new Set(names).size, names.length);
});
