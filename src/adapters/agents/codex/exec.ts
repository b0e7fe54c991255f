import type { AgentOutcome } from '../../../domain/agent-outcome.ts';
import type { AgentRequest } from '../../../ports/agent.ts';
import type { BoundedTail } from '../../../util/bounded-tail.ts';
import { runAgentProcess } from '../agent-process.ts';
import { readExecLine } from './exec-stream.ts';
import { decideCodexOutcome } from './outcome.ts';
import { initialCodexState } from './state.ts';

/** One run of `codex exec`, with the brief on standard input. */
export async function runExec(
  argv: readonly [string, ...string[]],
  request: AgentRequest,
  complaint: BoundedTail,
): Promise<AgentOutcome> {
  let state = initialCodexState;
  const givenUp = new AbortController();
  const { end } = await runAgentProcess(
    { ...request, signal: AbortSignal.any([request.signal, givenUp.signal]) },
    {
      argv,
      env: {},
      onLine(line, stream) {
        if (stream === 'stderr') {
          complaint.push(`${line}\n`);
          return;
        }
        const step = readExecLine(state, line);
        state = step.state;
        for (const event of step.events) request.onEvent(event);
        // It would go on waiting for the network for ever.
        if (state.end !== undefined && state.waits > 0) givenUp.abort();
      },
    },
  );
  const ownEnd = end.kind === 'cancelled' && !request.signal.aborted;
  return decideCodexOutcome(state, ownEnd ? { kind: 'exited', code: 1 } : end, complaint.toString());
}
