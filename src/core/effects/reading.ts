import type { TaskId } from '../../domain/ids.ts';
import { taskOf } from '../../domain/plan.ts';
import { parseSpecReference } from '../../domain/spec-reference.ts';
import type { RunState } from '../../domain/run-state.ts';
import type { AgentEvent } from '../../ports/agent.ts';

/**
 * Follows which of the files a task names as required reading the agent's tools have touched (source 001,
 * `WARN::INCOMPLETE-CONTEXT-READ`). An agent that does not report its tools cannot be judged: nothing is unread then.
 */
export function watchReading(
  state: RunState,
  id: TaskId,
  reportsTools: boolean,
): { readonly notice: (event: AgentEvent) => void; readonly unread: () => readonly string[] } {
  const task = state.plan === undefined ? undefined : taskOf(state.plan, id);
  const { specs = [], adrs = [], guides = [] } = task?.context ?? {};
  const files = [
    ...new Set([...specs, ...adrs, ...guides].map((entry) => parseSpecReference(entry).file)),
  ].filter((file) => file.includes('/') || file.endsWith('.md'));
  const details: string[] = [];
  return {
    notice(event) {
      if (event.type === 'tool') details.push(event.detail);
    },
    unread: () =>
      !reportsTools ? [] : files.filter((file) => !details.some((detail) => detail.includes(file))),
  };
}
