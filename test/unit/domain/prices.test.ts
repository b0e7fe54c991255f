import { describe, expect, test } from 'vitest';
import { costOf, listPrices, priceOf, withCost } from '../../../src/domain/prices.ts';

const usage = {
  inputTokens: 1_000_000,
  outputTokens: 100_000,
  cacheReadTokens: 2_000_000,
  cacheWriteTokens: 0,
};

describe('the price of a model', () => {
  test.each([
    ['gpt-5.2', 'gpt-5.2'],
    ['gpt-5.2-2026-01-15', 'gpt-5.2'],
    ['claude-sonnet-4-5-20250929', 'claude-sonnet-4-5'],
    ['claude-opus-4@20250514', 'claude-opus-4'],
    ['openrouter/anthropic/claude-sonnet-4-5', 'claude-sonnet-4-5'],
    ['gemini-2.5-flash-latest', 'gemini-2.5-flash'],
  ])('of %s is that of %s', (model, listed) => {
    expect(priceOf(model, {})).toBe(listPrices[listed]);
  });

  test.each([
    'gpt-5.2-pro',
    'gpt-5.25',
    'claude-opus-5-9',
    'claude-sonnet-4-5-20250929-thinking',
    'x',
    'constructor',
  ])('of %s is not made up', (model) => {
    expect(priceOf(model, {})).toBeUndefined();
  });

  test('is the own one where there is one', () => {
    const own = { 'gpt-5.2': { input: 1, output: 1 } };
    expect(priceOf('gpt-5.2-2026-01-15', own)).toBe(own['gpt-5.2']);
  });
});

describe('the cost of what was used', () => {
  test('counts each kind of token at its own price', () => {
    expect(costOf(usage, { input: 3, output: 15, cacheRead: 0.3 })).toBeCloseTo(3 + 1.5 + 0.6);
    expect(costOf(usage, { input: 3, output: 15 })).toBeCloseTo(3 + 1.5 + 6);
  });

  test('is what the agent reports, before any list', () => {
    expect(withCost({ ...usage, costUsd: 7, model: 'gpt-5.2' }, {}, undefined)).toMatchObject({
      costUsd: 7,
      costBasis: 'reported',
    });
  });

  test('comes from the list otherwise, by the model that was named or else asked for', () => {
    expect(withCost({ ...usage, model: 'gpt-5.2' }, {}, 'gpt-5-nano')).toMatchObject({ costBasis: 'priced' });
    expect(withCost(usage, { m: { input: 1, output: 10 } }, 'm')).toMatchObject({
      costUsd: 4,
      costBasis: 'priced',
    });
  });

  test('stays unknown where no model or no price is known', () => {
    expect(withCost(usage, {}, undefined)).toBe(usage);
    expect(withCost({ ...usage, model: 'mine' }, {}, 'gpt-5.2')).not.toHaveProperty('costUsd');
  });
});
