/**
 * Whether what was granted is used up. A budget is a grant: when it is gone, work stops until a person grants more.
 *
 * 1. Nothing starts while a budget that it would use is gone.
 * 2. What is known counts: tokens of an agent whose price nobody knows cost nothing, and only a budget in tokens
 *    stops it.
 * 3. A limit is overshot by what one answer of the model costs, of every agent at work: usage is known afterwards.
 */
import { describeAmount, type Amount } from './amount.ts';
import type { TaskId } from './ids.ts';
import { recordOf, type RunState } from './run-state.ts';
import type { Usage } from './usage.ts';
import { dayOf, nothingSpent, spentOf, sumSpent, type Spent } from './spending.ts';

export type BudgetScope = 'attempt' | 'task' | 'run' | 'day';

/** Budgets by what they are for; what is not named has no limit. */
export type Budgets = Readonly<Partial<Record<BudgetScope, Amount>>>;

export interface Overdraft {
  readonly scope: BudgetScope;
  readonly spent: Amount;
  readonly limit: Amount;
}

/** Why a task may not start or go on at `at` (ms since the epoch); the narrowest budget first. */
export function overdraftOf(state: RunState, task: TaskId, at: number): Overdraft | undefined {
  const budgets = state.session?.policy.budgets;
  if (budgets === undefined) return undefined;
  const { attempts } = recordOf(state, task);
  const granted = state.spending.grants.tasks.get(task);
  const open = attempts.at(-1);
  return (
    exceeded('attempt', open?.end.status === 'open' ? spentOf(open.usage) : nothingSpent, [
      widest(budgets.attempt, granted),
    ]) ??
    exceeded('task', sumSpent(attempts.map(({ usage }) => spentOf(usage))), [budgets.task, granted]) ??
    sharedOverdraft(state, at)
  );
}

/** The budgets that all tasks draw on. */
export function sharedOverdraft(state: RunState, at: number): Overdraft | undefined {
  const budgets = state.session?.policy.budgets;
  if (budgets === undefined) return undefined;
  const { run, days, grants } = state.spending;
  const day = dayOf(at);
  return (
    exceeded('run', run, [budgets.run, grants.run]) ??
    exceeded('day', days.get(day) ?? nothingSpent, [budgets.day, grants.days.get(day)])
  );
}

/** Of the limits the first is the budget, without which there is none; the others add to it. */
function exceeded(
  scope: BudgetScope,
  spent: Spent,
  [budget, ...grants]: readonly [Amount | undefined, ...(Amount | undefined)[]],
): Overdraft | undefined {
  for (const unit of ['usd', 'tokens'] as const) {
    const first = budget?.[unit];
    if (first === undefined) continue;
    const limit = grants.reduce((sum, grant) => sum + (grant?.[unit] ?? 0), first);
    if (spent[unit] >= limit) return { scope, spent: { [unit]: spent[unit] }, limit: { [unit]: limit } };
  }
  return undefined;
}

/** Half a sentence where a question to an agent has used up what one attempt may; undefined otherwise. */
export function describeExcess(usage: Usage, limit: Amount): string | undefined {
  const overdraft = exceeded('attempt', spentOf(usage), [limit]);
  return overdraft === undefined
    ? undefined
    : `${describeAmount(overdraft.spent)} of the ${describeAmount(overdraft.limit)} for one attempt are used`;
}

/** An attempt at a task that was granted more may use all of that. */
function widest(limit: Amount | undefined, granted: Amount | undefined): Amount | undefined {
  if (limit === undefined || granted === undefined) return limit;
  return {
    ...(limit.usd === undefined ? {} : { usd: Math.max(limit.usd, granted.usd ?? 0) }),
    ...(limit.tokens === undefined ? {} : { tokens: Math.max(limit.tokens, granted.tokens ?? 0) }),
  };
}

/** What was used, of what, and what to type. */
export function describeOverdraft({ scope, spent, limit }: Overdraft, task?: TaskId): string {
  const of = { attempt: 'one attempt', task: 'this task', run: 'this run', day: 'today (UTC)' }[scope];
  return `${describeAmount(spent)} of the ${describeAmount(limit)} for ${of} are used; ${grantCommand(scope, limit, task)} grants as much again`;
}

/** The command that grants once more what the budget was. */
export function grantCommand(scope: BudgetScope, limit: Amount, task?: TaskId): string {
  const amount =
    limit.usd === undefined ? `${limit.tokens ?? 0}tok` : `${Number(limit.usd.toPrecision(12))}usd`;
  const to = scope === 'run' ? '--run' : scope === 'day' ? '--day' : `--task ${task ?? 'TASK'}`;
  return `\`pawl grant ${amount} ${to}\``;
}
