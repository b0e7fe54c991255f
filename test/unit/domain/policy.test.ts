import { expect, test } from 'vitest';
import { slotsFor } from '../../../src/domain/policy.ts';
import { makePolicy } from '../../rig/events.ts';

test.each([
  [0, 1],
  [1, 1],
  [4, 1],
  [5, 3],
  [14, 3],
  [15, 5],
  [29, 5],
  [30, 8],
  [1_000, 8],
])('with %i open tasks, auto works on %i at once', (open, slots) => {
  expect(slotsFor(open, makePolicy({ parallel: 'auto' }))).toBe(slots);
});

test('auto stays below the ceiling', () => {
  expect(slotsFor(30, makePolicy({ parallel: 'auto', maxAgents: 2 }))).toBe(2);
});

test('a number that was asked for is taken as it is', () => {
  expect(slotsFor(2, makePolicy({ parallel: 12, maxAgents: 2 }))).toBe(12);
});
