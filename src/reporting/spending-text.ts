/** What a run and its attempts have used up, in words. */
import { describeAmount, describeTokens, describeUsd } from '../domain/amount.ts';
import { pricesDate } from '../domain/prices.ts';
import type { RunState } from '../domain/run-state.ts';
import { dayOf, nothingSpent, type Spent } from '../domain/spending.ts';
import { tokensOf, type Usage } from '../domain/usage.ts';

export interface SpendingReport {
  readonly run: Spent;
  /** Of the day of the report, in UTC. */
  readonly today: Spent;
  /** The part of the money that agents did not report themselves. */
  readonly pricedUsd: number;
  /** Tokens of which nobody knows what they cost. */
  readonly unpricedTokens: number;
  /** Budgets in force, grants included. */
  readonly limits: readonly {
    readonly scope: 'run' | 'day';
    readonly unit: 'usd' | 'tokens';
    readonly limit: number;
  }[];
}

/** Undefined where nothing was used and nothing is limited. `now` in ms since the epoch. */
export function spendingOf(state: RunState, now: number): SpendingReport | undefined {
  const { run, days, grants } = state.spending;
  const budgets = state.session?.policy.budgets;
  const day = dayOf(now);
  const granted = { run: grants.run, day: grants.days.get(day) ?? {} };
  const limits = (['run', 'day'] as const).flatMap((scope) =>
    (['usd', 'tokens'] as const).flatMap((unit) => {
      const limit = budgets?.[scope]?.[unit];
      return limit === undefined ? [] : [{ scope, unit, limit: limit + (granted[scope][unit] ?? 0) }];
    }),
  );
  if (run.tokens === 0 && run.usd === 0 && limits.length === 0) return undefined;
  const used = [...state.tasks.values()].flatMap(({ attempts }) =>
    attempts.flatMap(({ usage }) => usage ?? []),
  );
  return {
    run,
    today: days.get(day) ?? nothingSpent,
    pricedUsd: used.reduce((sum, one) => sum + (one.costBasis === 'priced' ? (one.costUsd ?? 0) : 0), 0),
    unpricedTokens: used.reduce((sum, one) => sum + (one.costUsd === undefined ? tokensOf(one) : 0), 0),
    limits,
  };
}

/** `1.25 USD (0.40 USD of it by the price list of 2026-11-20), 1.2M tokens; 3.00 USD of 20.00 USD for the run`. */
export function describeSpending({ run, today, pricedUsd, unpricedTokens, limits }: SpendingReport): string {
  const priced = pricedUsd > 0 ? ` (${describeUsd(pricedUsd)} of it by the price list of ${pricesDate})` : '';
  const unknown = unpricedTokens > 0 ? ` (${describeTokens(unpricedTokens)} of unknown price)` : '';
  const held = limits.map(({ scope, unit, limit }) => {
    const spent = (scope === 'run' ? run : today)[unit];
    return `${describeAmount({ [unit]: spent })} of ${describeAmount({ [unit]: limit })} ${scope === 'run' ? 'for the run' : 'today (UTC)'}`;
  });
  return [`${describeUsd(run.usd)}${priced}, ${describeTokens(run.tokens)}${unknown}`, ...held].join('; ');
}

/** `12.3k tokens (1.2k in, 80 out, 9k from cache, 0 to cache), 0.02 USD reported`. */
export function describeUsage(usage: Usage): string {
  const { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens, costUsd, costBasis } = usage;
  const parts = `${short(inputTokens)} in, ${short(outputTokens)} out, ${short(cacheReadTokens)} from cache, ${short(cacheWriteTokens)} to cache`;
  const cost =
    costUsd === undefined
      ? 'cost unknown'
      : `${describeUsd(costUsd)} ${costBasis === 'priced' ? `by the price list of ${pricesDate}` : 'reported'}`;
  const model = usage.model === undefined ? '' : ` · ${usage.model}`;
  return `${describeTokens(tokensOf(usage))} (${parts}), ${cost}${model}`;
}

function short(tokens: number): string {
  return describeTokens(tokens).replace(' tokens', '');
}
