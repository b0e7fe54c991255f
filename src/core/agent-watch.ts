/**
 * Watches one agent at work, whatever its kind: what it has used, how often the model was asked, and when it last got
 * on. Ends it when a limit is reached. Heartbeats and retries are no progress: an agent that does nothing else is idle.
 */
import type { AgentOutcome } from '../domain/agent-outcome.ts';
import type { Usage } from '../domain/usage.ts';
import type { AgentEvent } from '../ports/agent.ts';
import type { RunTools } from './tools.ts';

type Verdict =
  | { readonly kind: 'budget'; readonly message: string }
  | { readonly kind: 'shared-budget' }
  | { readonly kind: 'turn-limit'; readonly message: string }
  | { readonly kind: 'idle'; readonly idleMs: number };

export interface AgentWatch {
  /** Aborted by a person's stop, and when a limit is reached. */
  readonly signal: AbortSignal;
  notice(event: AgentEvent): void;
  /** Ends the agent; the first verdict counts. */
  rule(verdict: Verdict): void;
  /** Ends the agent for a reason that is not its own and that `conclude` does not name. */
  end(): void;
  /** The outcome with its cost, and the limit that ended the agent. */
  conclude(outcome: AgentOutcome): AgentOutcome;
  /** Whatever the end: a clock that went on would keep the process. */
  close(): void;
}

/** `onUsage` gets what the agent has used so far, with its cost where that can be known. */
export function watchAgent(
  agent: string,
  { limits, priced }: Pick<RunTools, 'limits' | 'priced'>,
  stop: AbortSignal,
  onUsage: (usage: Usage) => void,
): AgentWatch {
  const end = new AbortController();
  let verdict: Verdict | undefined;
  let turns = 0;
  let idle: NodeJS.Timeout | undefined;

  const rule = (ruling: Verdict): void => {
    if (verdict !== undefined || stop.aborted) return;
    verdict = ruling;
    end.abort();
  };
  const live = (): void => {
    clearTimeout(idle);
    idle = setTimeout(() => rule({ kind: 'idle', idleMs: limits.idleMs }), limits.idleMs);
  };

  live();
  return {
    signal: AbortSignal.any([stop, end.signal]),
    rule,
    end: () => end.abort(),
    notice(event) {
      if (event.type === 'retrying') return;
      live();
      if (event.type === 'usage') onUsage(priced(agent, event.usage));
      if (event.type !== 'turn') return;
      turns += 1;
      if (limits.turns !== undefined && turns > limits.turns)
        rule({ kind: 'turn-limit', message: `the model was asked more than ${limits.turns} times` });
    },
    conclude(outcome) {
      const usage = outcome.usage === undefined ? undefined : priced(agent, outcome.usage);
      const counted = usage === undefined ? outcome : { ...outcome, usage };
      return verdict === undefined || counted.kind !== 'cancelled' ? counted : ruled(counted, verdict);
    },
    close: () => clearTimeout(idle),
  };
}

function ruled(outcome: AgentOutcome & { readonly kind: 'cancelled' }, verdict: Verdict): AgentOutcome {
  const { kind: _kind, because: _because, ...common } = outcome;
  return verdict.kind === 'shared-budget'
    ? { kind: 'cancelled', because: 'budget', ...common }
    : { ...verdict, ...common };
}
