import { expect, test } from 'vitest';
import { matchingLines } from '../../../src/coder/tools/grep.ts';

test('a search gives lines with their numbers, and no more than wanted', () => {
  expect(matchingLines('a\nb\na\na', /a/, 2, 10_000)).toEqual([
    { line: 1, text: 'a' },
    { line: 3, text: 'a' },
  ]);
});

test('a search by an expression that would never end is given up', () => {
  expect(matchingLines(`${'a'.repeat(60)}b`, /(a+)+$/, 1, 20)).toBeUndefined();
  // And the next one has its own time.
  expect(matchingLines('a', /a/, 1, 10_000)).toHaveLength(1);
});
