import { expect, test } from 'vitest';
import { err, ok } from '../../../src/util/result.ts';
import { unreachable } from '../../../src/util/unreachable.ts';

test('a result is either ok with a value or an error', () => {
  expect([ok(1), err('no')]).toEqual([
    { ok: true, value: 1 },
    { ok: false, error: 'no' },
  ]);
});

test('reaching the unreachable is a bug that shows the value', () => {
  expect(() => unreachable({ kind: 'odd' } as never)).toThrow(
    'Internal error: unexpected case {"kind":"odd"}',
  );
});
