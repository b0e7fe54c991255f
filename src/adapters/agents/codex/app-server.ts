import type { AgentOutcome } from '../../../domain/agent-outcome.ts';
import type { AgentRequest } from '../../../ports/agent.ts';
import type { BoundedTail } from '../../../util/bounded-tail.ts';
import { runDialogue } from '../dialogue.ts';
import { decideCodexOutcome } from './outcome.ts';
import { interruptTurn, openConversation, readServerLine } from './protocol.ts';

/** One `codex app-server` through one turn. It ends when its standard input is closed. */
export async function runAppServer(
  argv: readonly [string, ...string[]],
  request: AgentRequest,
  complaint: BoundedTail,
): Promise<AgentOutcome> {
  const { state, end } = await runDialogue(
    request,
    { argv, env: request.env, complaint },
    {
      first: openConversation(request.cwd, request.brief),
      read: readServerLine,
      isOver: (conversation) => conversation.end !== undefined,
      interrupt: interruptTurn,
    },
  );
  return decideCodexOutcome(state, end, complaint.toString());
}
