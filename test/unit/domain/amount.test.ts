import { describe, expect, test } from 'vitest';
import { describeAmount, parseAmount } from '../../../src/domain/amount.ts';

describe('an amount', () => {
  test.each([
    ['5usd', { usd: 5 }],
    ['$2.50', { usd: 2.5 }],
    ['2.5 USD', { usd: 2.5 }],
    ['900tok', { tokens: 900 }],
    ['300ktok', { tokens: 300_000 }],
    ['1.5Mtokens', { tokens: 1_500_000 }],
    ['20usd, 5Mtok', { usd: 20, tokens: 5_000_000 }],
  ])('%s is read', (text, amount) => {
    expect(parseAmount(text)).toEqual({ ok: true, value: amount });
  });

  test.each(['', '5', 'usd', '-5usd', '0usd', '5eur', '5usd and 3tok', '1e9usd', 'NaNusd', '5usd,'])(
    '%j is none',
    (text) => {
      expect(parseAmount(text).ok).toBe(false);
    },
  );

  test.each([
    [{ usd: 1.234 }, '1.23 USD'],
    [{ usd: 0.0123 }, '0.012 USD'],
    [{ tokens: 1_250_000, usd: 2 }, '2.00 USD and 1.3M tokens'],
    [{ tokens: 42 }, '42 tokens'],
    [{}, 'nothing'],
  ])('%j is told as %s', (amount, text) => {
    expect(describeAmount(amount)).toBe(text);
  });
});
