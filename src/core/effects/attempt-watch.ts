/**
 * Watches one agent at work, whatever its kind: what it has used, how often the model was asked, and when it last got
 * on. Ends it when a limit is reached.
 *
 * 1. Usage is journalled as it is told, so that a killed attempt has not cost nothing.
 * 2. A budget that several attempts draw on is looked at by all of them whenever one of them has used something.
 * 3. Heartbeats and retries are no progress: an agent that does nothing else is idle.
 * 4. A journal that refuses ends the agent; whoever concludes hears of it, and not whoever reads the agent's output.
 */
import type { AgentOutcome } from '../../domain/agent-outcome.ts';
import { describeOverdraft, overdraftOf } from '../../domain/budget.ts';
import type { TaskId } from '../../domain/ids.ts';
import { recordOf } from '../../domain/run-state.ts';
import type { Usage } from '../../domain/usage.ts';
import type { AgentEvent } from '../../ports/agent.ts';
import type { RunTools } from '../tools.ts';

type Verdict =
  | { readonly kind: 'budget'; readonly message: string }
  | { readonly kind: 'shared-budget' }
  | { readonly kind: 'turn-limit'; readonly message: string }
  | { readonly kind: 'idle'; readonly idleMs: number };

export interface AttemptWatch {
  /** Aborted by a person's stop, and when a limit is reached. */
  readonly signal: AbortSignal;
  notice(event: AgentEvent): void;
  /** Looks at the budgets again. */
  check(): void;
  /**
   * The outcome as it is to be journalled: usage with its cost, and the limit that ended it. Throws what kept usage
   * from being journalled.
   */
  conclude(outcome: AgentOutcome): AgentOutcome;
  /** Whatever the end: a clock that went on would keep the process. */
  close(): void;
}

export function watchAttempt(
  { task, attempt, agent }: { readonly task: TaskId; readonly attempt: number; readonly agent: string },
  tools: Pick<RunTools, 'record' | 'limits' | 'watches' | 'clock' | 'priced'>,
  stop: AbortSignal,
): AttemptWatch {
  const { record, limits, watches } = tools;
  const end = new AbortController();
  let verdict: Verdict | undefined;
  let turns = 0;
  let idle: NodeJS.Timeout | undefined;
  let fault: { readonly error: unknown } | undefined;

  const rule = (ruling: Verdict): void => {
    if (verdict !== undefined || stop.aborted) return;
    verdict = ruling;
    end.abort();
  };
  const live = (): void => {
    clearTimeout(idle);
    idle = setTimeout(() => rule({ kind: 'idle', idleMs: limits.idleMs }), limits.idleMs);
  };
  const use = (told: Usage): void => {
    const usage = tools.priced(agent, told);
    const before = recordOf(record.state, task).attempts[attempt - 1]?.usage;
    if (JSON.stringify(before) === JSON.stringify(usage)) return;
    try {
      record.record({ type: 'usage.recorded', task, attempt, usage });
    } catch (error) {
      fault ??= { error };
      end.abort();
      return;
    }
    for (const watch of watches) watch.check();
  };

  const watch: AttemptWatch = {
    signal: AbortSignal.any([stop, end.signal]),
    notice(event) {
      if (event.type === 'retrying') return;
      live();
      if (event.type === 'usage') use(event.usage);
      if (event.type !== 'turn') return;
      turns += 1;
      if (limits.turns !== undefined && turns > limits.turns)
        rule({ kind: 'turn-limit', message: `the model was asked more than ${limits.turns} times` });
    },
    check() {
      const overdraft = overdraftOf(record.state, task, tools.clock.now());
      if (overdraft === undefined) return;
      const isOwn = overdraft.scope === 'attempt' || overdraft.scope === 'task';
      rule(
        isOwn ? { kind: 'budget', message: describeOverdraft(overdraft, task) } : { kind: 'shared-budget' },
      );
    },
    conclude(outcome) {
      if (fault !== undefined) throw fault.error;
      const usage = outcome.usage === undefined ? undefined : tools.priced(agent, outcome.usage);
      const counted = usage === undefined ? outcome : { ...outcome, usage };
      return verdict === undefined || counted.kind !== 'cancelled' ? counted : ruled(counted, verdict);
    },
    close() {
      clearTimeout(idle);
      watches.delete(watch);
    },
  };
  live();
  watches.add(watch);
  return watch;
}

function ruled(outcome: AgentOutcome & { readonly kind: 'cancelled' }, verdict: Verdict): AgentOutcome {
  const { kind: _kind, because: _because, ...common } = outcome;
  return verdict.kind === 'shared-budget'
    ? { kind: 'cancelled', because: 'budget', ...common }
    : { ...verdict, ...common };
}
