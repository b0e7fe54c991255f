/**
 * Watches the agent of one attempt, and what it uses up.
 *
 * 1. Usage is journalled as it is told, so that a killed attempt has not cost nothing.
 * 2. A budget that several attempts draw on is looked at by all of them whenever one of them has used something.
 * 3. A journal that refuses ends the agent; whoever concludes hears of it, and not whoever reads the agent's output.
 */
import type { AgentOutcome } from '../../domain/agent-outcome.ts';
import { describeOverdraft, overdraftOf } from '../../domain/budget.ts';
import type { TaskId } from '../../domain/ids.ts';
import { recordOf } from '../../domain/run-state.ts';
import type { Usage } from '../../domain/usage.ts';
import type { AgentEvent } from '../../ports/agent.ts';
import { watchAgent } from '../agent-watch.ts';
import type { RunTools } from '../tools.ts';

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
  const { record, watches } = tools;
  let fault: { readonly error: unknown } | undefined;

  const use = (usage: Usage): void => {
    const before = recordOf(record.state, task).attempts[attempt - 1]?.usage;
    if (JSON.stringify(before) === JSON.stringify(usage)) return;
    try {
      record.record({ type: 'usage.recorded', task, attempt, usage });
    } catch (error) {
      fault ??= { error };
      watched.end();
      return;
    }
    for (const watch of watches) watch.check();
  };
  const watched = watchAgent(agent, tools, stop, use);

  const watch: AttemptWatch = {
    signal: watched.signal,
    notice: (event) => watched.notice(event),
    check() {
      const overdraft = overdraftOf(record.state, task, tools.clock.now());
      if (overdraft === undefined) return;
      const isOwn = overdraft.scope === 'attempt' || overdraft.scope === 'task';
      watched.rule(
        isOwn ? { kind: 'budget', message: describeOverdraft(overdraft, task) } : { kind: 'shared-budget' },
      );
    },
    conclude(outcome) {
      if (fault !== undefined) throw fault.error;
      return watched.conclude(outcome);
    },
    close() {
      watched.close();
      watches.delete(watch);
    },
  };
  watches.add(watch);
  return watch;
}
