/** What a run has used up, and what people have granted it. Part of the folded state. */
import { addAmounts, type Amount } from './amount.ts';
import type { TaskId } from './ids.ts';
import { tokensOf, type Usage } from './usage.ts';

export interface Spent {
  readonly usd: number;
  readonly tokens: number;
}

export const nothingSpent: Spent = { usd: 0, tokens: 0 };

export interface Spending {
  run: Spent;
  /** By {@link dayOf}: what was used on that day. */
  readonly days: Map<number, Spent>;
  /** Beside the limits of the policy. */
  readonly grants: {
    run: Amount;
    readonly days: Map<number, Amount>;
    readonly tasks: Map<TaskId, Amount>;
    /** The ids of those that are counted. */
    readonly counted: Set<string>;
  };
}

export function emptySpending(): Spending {
  return {
    run: nothingSpent,
    days: new Map(),
    grants: { run: {}, days: new Map(), tasks: new Map(), counted: new Set() },
  };
}

/** The day of a time in ms since the epoch, in UTC, counted from the epoch. */
export function dayOf(at: number): number {
  return Math.floor(at / DAY_MS);
}

const DAY_MS = 86_400_000;

export function spentOf(usage: Usage | undefined): Spent {
  return usage === undefined ? nothingSpent : { usd: usage.costUsd ?? 0, tokens: tokensOf(usage) };
}

export function sumSpent(all: Iterable<Spent>): Spent {
  let usd = 0;
  let tokens = 0;
  for (const spent of all) {
    usd += spent.usd;
    tokens += spent.tokens;
  }
  return { usd, tokens };
}

/** `before` and `after` are of one attempt. A later figure may be lower: it is the better one. */
export function countUsage(
  spending: Spending,
  before: Usage | undefined,
  after: Usage | undefined,
  at: number,
): void {
  if (after === undefined) return;
  const old = spentOf(before);
  const now = spentOf(after);
  const change = { usd: now.usd - old.usd, tokens: now.tokens - old.tokens };
  const day = dayOf(at);
  spending.run = sumSpent([spending.run, change]);
  spending.days.set(day, sumSpent([spending.days.get(day) ?? nothingSpent, change]));
}

export type GrantScope = 'run' | 'day' | 'task';

interface Grant {
  readonly id: string;
  readonly scope: GrantScope;
  readonly forTask?: TaskId | undefined;
  readonly amount: Amount;
}

/** False when that grant had been counted before. */
export function countGrant({ grants }: Spending, { id, scope, forTask, amount }: Grant, at: number): boolean {
  if (grants.counted.has(id)) return false;
  grants.counted.add(id);
  if (scope === 'run') grants.run = addAmounts(grants.run, amount);
  else if (scope === 'day') {
    const day = dayOf(at);
    grants.days.set(day, addAmounts(grants.days.get(day) ?? {}, amount));
  } else if (forTask !== undefined) {
    grants.tasks.set(forTask, addAmounts(grants.tasks.get(forTask) ?? {}, amount));
  }
  return true;
}
