import { expect, test } from 'vitest';
import { formatAge, formatDuration } from '../../../src/util/duration.ts';

test.each([
  [0, '0ms'],
  [849.6, '850ms'],
  [999, '999ms'],
  [1_000, '1.0s'],
  [4_249, '4.2s'],
  [59_949, '59.9s'],
  [59_950, '1m 00s'],
  [185_000, '3m 05s'],
  [3_599_400, '59m 59s'],
  [3_599_600, '1h 00m'],
  [7_800_000, '2h 10m'],
])('%d ms are shown as %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});

test.each([
  [-5, '0m'],
  [59_999, '0m'],
  [300_000, '5m'],
  [3_600_000, '1h'],
  [47 * 3_600_000, '47h'],
  [72 * 3_600_000, '3d'],
])('an age of %d ms is shown as %s', (ms, text) => {
  expect(formatAge(ms)).toBe(text);
});
