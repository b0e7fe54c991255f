import type { AgentOutcome } from '../../../domain/agent-outcome.ts';
import type { AgentRequest } from '../../../ports/agent.ts';
import type { BoundedTail } from '../../../util/bounded-tail.ts';
import { runAgentProcess } from '../agent-process.ts';
import { runDialogue } from '../dialogue.ts';
import { workFolders } from '../work-folders.ts';
import { claudeVariables } from './command-line.ts';
import { interruptClaude, openControl, readControlLine } from './control.ts';
import { decideClaudeOutcome } from './outcome.ts';
import { initialClaudeState, readClaudeLine } from './stream.ts';

/** One conversation, in which its questions are answered and a stop is asked for before it is forced. */
export async function runControl(
  argv: readonly [string, ...string[]],
  request: AgentRequest,
  complaint: BoundedTail,
): Promise<AgentOutcome> {
  const { state, end } = await runDialogue(
    request,
    { argv, env: { ...claudeVariables(), ...request.env }, complaint },
    {
      first: openControl(request.brief, await workFolders(request)),
      read: readControlLine,
      isOver: ({ phase }) => phase === 'over',
      interrupt: interruptClaude,
    },
  );
  return decideClaudeOutcome(state.stream, end, state.refusal || complaint.toString());
}

/** One run with the brief on standard input, in which it does whatever it wants. */
export async function runPrint(
  argv: readonly [string, ...string[]],
  request: AgentRequest,
  complaint: BoundedTail,
): Promise<AgentOutcome> {
  let state = initialClaudeState;
  const { end } = await runAgentProcess(request, {
    argv,
    env: claudeVariables(),
    onLine(line, stream) {
      if (stream === 'stderr') {
        complaint.push(`${line}\n`);
        return;
      }
      const step = readClaudeLine(state, line);
      state = step.state;
      for (const event of step.events) request.onEvent(event);
    },
  });
  return decideClaudeOutcome(state, end, complaint.toString());
}
