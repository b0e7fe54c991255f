/** What is said of agents: why one was not asked, and what is known of their rate limits. */
import type { AgentStanding, CoolingSource } from '../domain/agent-standing.ts';
import type { PassedOver } from '../domain/event.ts';
import type { RunState } from '../domain/run-state.ts';
import { formatDuration } from '../util/duration.ts';
import { isoTime, plain } from './text.ts';

/** `claude is rate-limited, codex failed at it twice`. */
export function describePassedOver(passedOver: readonly PassedOver[]): string {
  return passedOver.map(({ agent, why }) => `${plain(agent)} ${passedOverWords[why]}`).join(', ');
}

const passedOverWords = {
  'rate-limited': 'is rate-limited',
  busy: 'has as many at work as it may',
  failed: 'failed at it twice',
  'broke-off': 'broke off',
  unusable: 'cannot be used',
} as const satisfies Record<PassedOver['why'], string>;

/** A limit that is still felt. Times are ISO 8601, UTC. */
export interface AgentLimit {
  readonly agent: string;
  /** Nothing is asked of it before; `source` says whose word that is. Absent once it has passed. */
  readonly until?: string;
  readonly source?: CoolingSource;
  /** How many attempts it may have at once, since its limit; absent when it is back to all it may have. */
  readonly atOnce?: number;
}

/** `now` in ms since the epoch. */
export function agentLimits({ standings }: RunState, now: number): readonly AgentLimit[] {
  return [...standings].flatMap(([agent, { until, source, atOnce }]) => {
    const cooling = until > now ? { until: isoTime(until), source } : {};
    const fewer = atOnce === undefined ? {} : { atOnce };
    return until > now || atOnce !== undefined ? [{ agent, ...cooling, ...fewer }] : [];
  });
}

/** `claude until 2026-09-28T10:31:00Z by its own word, then 2 at once`. */
export function describeLimit({ agent, until, source, atOnce }: AgentLimit): string {
  const most = atOnce === undefined ? '' : `${atOnce} at once`;
  if (until === undefined) return `${plain(agent)} ${most}`;
  const word = source === 'reported' ? 'by its own word' : 'by a wait of ours';
  return `${plain(agent)} until ${until} ${word}${most === '' ? '' : `, then ${most}`}`;
}

/** What follows from a limit that was just met. `now` in ms since the epoch. */
export function describeCooling(agent: string, { until, source }: AgentStanding, now: number): string {
  const inTime = formatDuration(Math.max(0, until - now));
  return source === 'reported'
    ? `${plain(agent)} is asked again in ${inTime}, when its limit resets by its own word`
    : `${plain(agent)} gave no reset time; it is asked again in ${inTime}, a wait of ours`;
}
