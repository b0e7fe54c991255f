/**
 * What tokens cost where the agent does not say. List prices change; the date says how old these are, and `prices`
 * in the configuration overrules them. Sources: the providers' pricing pages (platform.claude.com/docs, developers.
 * openai.com/api/docs/pricing, ai.google.dev/gemini-api/docs/pricing), standard service tier, short context.
 */
import type { Usage } from './usage.ts';

/** US dollars per million tokens. */
export interface Price {
  readonly input: number;
  readonly output: number;
  /** The default is the price of input. */
  readonly cacheRead?: number | undefined;
  /** The default is the price of input. */
  readonly cacheWrite?: number | undefined;
}

/** By model. A name with a date behind it counts as the name without. */
export type Prices = Readonly<Record<string, Price>>;

/** The day on which the table was put together. */
export const pricesDate = '2026-11-20';

export const listPrices: Prices = {
  'claude-fable-5-1': { input: 10, output: 50, cacheRead: 0.25, cacheWrite: 12.5 },
  'claude-fable-5': { input: 10, output: 50, cacheRead: 1, cacheWrite: 12.5 },
  'claude-opus-5-5': { input: 4, output: 20, cacheRead: 0.2, cacheWrite: 5 },
  'claude-opus-5': { input: 5, output: 25, cacheRead: 0.5, cacheWrite: 6.25 },
  'claude-opus-4-8': { input: 5, output: 25, cacheRead: 0.5, cacheWrite: 6.25 },
  'claude-opus-4-7': { input: 5, output: 25, cacheRead: 0.5, cacheWrite: 6.25 },
  'claude-opus-4-6': { input: 5, output: 25, cacheRead: 0.5, cacheWrite: 6.25 },
  'claude-opus-4-5': { input: 5, output: 25, cacheRead: 0.5, cacheWrite: 6.25 },
  'claude-opus-4-1': { input: 15, output: 75, cacheRead: 1.5, cacheWrite: 18.75 },
  'claude-opus-4': { input: 15, output: 75, cacheRead: 1.5, cacheWrite: 18.75 },
  'claude-sonnet-5-5': { input: 2, output: 10, cacheRead: 0.1, cacheWrite: 2.5 },
  'claude-sonnet-5': { input: 2, output: 10, cacheRead: 0.2, cacheWrite: 2.5 },
  'claude-sonnet-4-6': { input: 3, output: 15, cacheRead: 0.3, cacheWrite: 3.75 },
  'claude-sonnet-4-5': { input: 3, output: 15, cacheRead: 0.3, cacheWrite: 3.75 },
  'claude-sonnet-4': { input: 3, output: 15, cacheRead: 0.3, cacheWrite: 3.75 },
  'claude-haiku-4-5': { input: 1, output: 5, cacheRead: 0.1, cacheWrite: 1.25 },
  'gpt-6-astra': { input: 10, output: 50, cacheRead: 1 },
  'gpt-6.1-sol': { input: 2, output: 10, cacheRead: 0.1, cacheWrite: 2.5 },
  'gpt-6-sol': { input: 2, output: 10, cacheRead: 0.2, cacheWrite: 2.5 },
  'gpt-6-luna': { input: 0.1, output: 0.5, cacheRead: 0.01, cacheWrite: 0.125 },
  'gpt-5.6-sol': { input: 5, output: 30, cacheRead: 0.5 },
  'gpt-5.6-terra': { input: 2, output: 12, cacheRead: 0.2 },
  'gpt-5.6-luna': { input: 0.2, output: 1.2, cacheRead: 0.02 },
  'gpt-5.3-codex': { input: 1.75, output: 14, cacheRead: 0.175 },
  'gpt-5.2-codex': { input: 1.75, output: 14, cacheRead: 0.175 },
  'gpt-5.2': { input: 1.75, output: 14, cacheRead: 0.175 },
  'gpt-5.1': { input: 1.25, output: 10, cacheRead: 0.125 },
  'gpt-5': { input: 1.25, output: 10, cacheRead: 0.125 },
  'gpt-5-codex': { input: 1.25, output: 10, cacheRead: 0.125 },
  'gpt-5-mini': { input: 0.25, output: 2, cacheRead: 0.025 },
  'gpt-5-nano': { input: 0.05, output: 0.4, cacheRead: 0.005 },
  'gemini-3.8-flash': { input: 0.75, output: 3.75, cacheRead: 0.075 },
  'gemini-3.1-pro': { input: 2, output: 12, cacheRead: 0.2 },
  'gemini-3.1-pro-preview': { input: 2, output: 12, cacheRead: 0.2 },
  'gemini-2.5-pro': { input: 1.25, output: 10, cacheRead: 0.125 },
  'gemini-2.5-flash-lite': { input: 0.1, output: 0.4, cacheRead: 0.01 },
  'gemini-2.5-flash': { input: 0.3, output: 2.5, cacheRead: 0.03 },
};

/** `own` wins over the list. A provider in front of the name (`anthropic/…`) is left out where it is not known. */
export function priceOf(model: string, own: Prices): Price | undefined {
  const names = [model, model.slice(model.lastIndexOf('/') + 1)];
  for (const name of names) {
    const price = match(own, name) ?? match(listPrices, name);
    if (price !== undefined) return price;
  }
  return undefined;
}

/** `gpt-5.2-2026-01-01` is `gpt-5.2`; `gpt-5.2-pro` is another model, of which nothing is known here. */
function match(prices: Prices, model: string): Price | undefined {
  const name = model.replace(/[-@](?:latest|20\d{6}|20\d\d-\d\d-\d\d)$/, '');
  if (Object.hasOwn(prices, model)) return prices[model];
  return Object.hasOwn(prices, name) ? prices[name] : undefined;
}

/** In US dollars. */
export function costOf(usage: Usage, price: Price): number {
  const { input, output, cacheRead = input, cacheWrite = input } = price;
  return (
    (usage.inputTokens * input +
      usage.outputTokens * output +
      usage.cacheReadTokens * cacheRead +
      usage.cacheWriteTokens * cacheWrite) /
    1_000_000
  );
}

/**
 * The usage with a cost, if it can be known: the agent's own figure, or one from the table for its model or, where it
 * names none, for `model`.
 */
export function withCost(usage: Usage, own: Prices, model: string | undefined): Usage {
  if (usage.costUsd !== undefined) return { costBasis: 'reported', ...usage };
  const name = usage.model ?? model;
  const price = name === undefined ? undefined : priceOf(name, own);
  return price === undefined ? usage : { ...usage, costUsd: costOf(usage, price), costBasis: 'priced' };
}
