/**
 * What a run has learnt of an agent's rate limits: until when nothing is asked of it, and how many attempts it may
 * have at once afterwards.
 *
 * 1. A reset time that the agent reported is kept to. Where it reported none the wait is ours, and is called so.
 * 2. Attempts that were at work together meet one limit together: only one begun after it tells anything new.
 * 3. How many at once follows additive increase, multiplicative decrease: halved by a limit, one more for each attempt
 *    that the agent brings to its end.
 */
import { fractionOf } from './jitter.ts';
import type { Policy } from './policy.ts';

/** `reported`: the agent's own reset time. `backoff`: it gave none that is still to come, and the wait is ours. */
export type CoolingSource = 'reported' | 'backoff';

export interface AgentStanding {
  /** Nothing is asked of it before, in ms since the epoch; a time that has passed means nothing. */
  readonly until: number;
  readonly source: CoolingSource;
  readonly limitedAt: number;
  /** Limits with no attempt brought to its end in between. */
  readonly inARow: number;
  /** Undefined: no fewer than its ceiling. */
  readonly atOnce: number | undefined;
}

export interface LimitMet {
  readonly agent: string;
  readonly at: number;
  /** When the attempt that met it began. */
  readonly startedAt: number;
  readonly resetsAt: number | undefined;
  /** The agent's attempts at work then, that one included. */
  readonly atWork: number;
}

/** Times are in ms since the epoch. */
export function afterLimit(before: AgentStanding | undefined, met: LimitMet, policy: Policy): AgentStanding {
  if (before !== undefined && met.startedAt <= before.limitedAt)
    return { ...before, ...later(before, waitFor(met, before.inARow, policy), met.at) };
  const inARow = (before?.inARow ?? 0) + 1;
  return {
    ...waitFor(met, inARow, policy),
    limitedAt: met.at,
    inARow,
    atOnce: Math.max(1, Math.floor(met.atWork / 2)),
  };
}

/** `startedAt` is the attempt's that the agent brought to its end, whatever that is worth. */
export function afterFinish(
  before: AgentStanding,
  agent: string,
  startedAt: number,
  policy: Policy,
): AgentStanding {
  if (startedAt <= before.limitedAt) return before;
  const more = (before.atOnce ?? Infinity) + 1;
  return { ...before, inARow: 0, atOnce: more >= ceilingOf(policy, agent) ? undefined : more };
}

/** How many attempts the agent may have at once; Infinity when nothing but the slots limits it. */
export function allowanceOf(standing: AgentStanding | undefined, policy: Policy, agent: string): number {
  return Math.min(standing?.atOnce ?? Infinity, policy.maxConcurrent?.[agent] ?? Infinity);
}

function ceilingOf({ maxConcurrent, parallel, maxAgents }: Policy, agent: string): number {
  return maxConcurrent?.[agent] ?? (parallel === 'auto' ? maxAgents : parallel);
}

type Wait = Pick<AgentStanding, 'until' | 'source'>;

function waitFor({ agent, at, resetsAt }: LimitMet, inARow: number, policy: Policy): Wait {
  const ceiling = Math.min(policy.backoffMs * 2 ** (inARow - 1), policy.backoffCapMs);
  const own = Math.round(ceiling * (0.5 + 0.5 * fractionOf(`${agent}/${at}/${inARow}`)));
  const backoff: Wait = { until: at + own, source: 'backoff' };
  if (resetsAt === undefined || resetsAt <= at) return backoff;
  // Limited again when its own time had come: that time alone is not enough.
  if (inARow > 1 && backoff.until > resetsAt) return backoff;
  return { until: resetsAt, source: 'reported' };
}

/** Of two waits for one limit: what was reported before what is our guess, else the longer. */
function later(known: Wait, told: Wait, at: number): Wait {
  if (known.until <= at) return told;
  if (known.source !== told.source) return known.source === 'reported' ? known : told;
  return told.until > known.until ? told : pick(known);
}

function pick({ until, source }: Wait): Wait {
  return { until, source };
}
