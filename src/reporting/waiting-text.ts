import { describeAmount } from '../domain/amount.ts';
import { describeFailure } from '../domain/failure.ts';
import type { Waiting } from '../domain/schedule.ts';
import { formatDuration } from '../util/duration.ts';
import { unreachable } from '../util/unreachable.ts';
import { listed, plain } from './text.ts';

/** What a pending task waits for, in a few words; `limit` ids at most. `now` in ms since the epoch. */
export function describeWaiting(waiting: Waiting, now: number, limit: number): string {
  switch (waiting.kind) {
    case 'nothing':
      return 'ready, waits for a slot';
    case 'held':
      return `held: ${plain(waiting.hold.code)}: ${plain(waiting.hold.message)}`;
    case 'not-selected':
      return 'not selected with --only';
    case 'dependency':
      return `waits for ${listed(waiting.on, limit)}`;
    case 'conflict':
      return `waits, conflicts with ${listed(waiting.with, limit)}`;
    case 'provisional':
      return `provisional, waits for High-risk ${listed(waiting.on, limit)}`;
    case 'backoff':
      return `tries again in ${formatDuration(Math.max(0, waiting.until - now))}`;
    case 'budget': {
      const { scope, spent, limit } = waiting.overdraft;
      return `budget: ${describeAmount(spent)} of ${describeAmount(limit)} for the ${scope} used`;
    }
    case 'cooling': {
      const are = waiting.agents.length === 1 ? 'is' : 'are';
      const inTime = formatDuration(Math.max(0, waiting.until - now));
      const goesOn =
        waiting.source === 'reported'
          ? `goes on in ${inTime}`
          : `no reset time was given, asked again in ${inTime}`;
      return `${listed(waiting.agents.map(plain), 4)} ${are} rate-limited; ${goesOn}`;
    }
    case 'busy': {
      const { agents, until } = waiting;
      const other =
        until === undefined
          ? ''
          : `; another is rate-limited for ${formatDuration(Math.max(0, until - now))}`;
      return `waits for ${agents.map(plain).join(' or ')}, at work on as much as it may have at once${other}`;
    }
    case 'unusable':
      return `no agent of its pool can be used: ${plain(describeFailure(waiting.failure))}`;
    default:
      return unreachable(waiting);
  }
}
