/**
 * Drives one `codex app-server` through one turn. Owns when what is sent and when the process is asked to go; what
 * lines mean is in protocol.ts.
 *
 * 1. The server ends when its standard input is closed; if it does not within the grace, its process tree is ended.
 * 2. A person's stop interrupts the turn first, which ends its tools in good order, and then the process tree.
 */
import type { AgentOutcome } from '../../../domain/agent-outcome.ts';
import type { AgentRequest } from '../../../ports/agent.ts';
import type { OwnedProcess, ProcessEnd } from '../../../ports/processes.ts';
import type { BoundedTail } from '../../../util/bounded-tail.ts';
import { decideCodexOutcome } from './outcome.ts';
import { type ConversationStep, interruptTurn, openConversation, readServerLine } from './protocol.ts';

export async function runAppServer(
  argv: readonly [string, ...string[]],
  request: AgentRequest,
  complaint: BoundedTail,
): Promise<AgentOutcome> {
  const first = openConversation(request.cwd, request.brief);
  let { state } = first;
  let server: OwnedProcess | undefined;
  let patience: NodeJS.Timeout | undefined;
  const endTree = new AbortController();
  const waiting = [...first.send];

  function endSoon(): void {
    patience ??= setTimeout(() => endTree.abort(), request.limits.graceMs);
  }
  function send(lines: readonly string[]): void {
    for (const line of lines) server?.write(`${line}\n`);
  }
  function take(step: ConversationStep): void {
    const ended = state.end === undefined && step.state.end !== undefined;
    ({ state } = step);
    for (const event of step.events) request.onEvent(event);
    send(step.send);
    if (!ended) return;
    if (request.signal.aborted) endTree.abort();
    server?.closeStdin();
    endSoon();
  }
  function stop(): void {
    const interrupt = interruptTurn(state);
    if (interrupt === undefined || server === undefined) {
      endTree.abort();
      return;
    }
    send([interrupt]);
    endSoon();
  }

  request.signal.addEventListener('abort', stop);
  if (request.signal.aborted) stop();
  try {
    server = await request.startProcess({
      role: 'agent',
      label: `${request.task}/${request.attempt}/agent`,
      argv,
      cwd: request.cwd,
      env: request.env,
      stdin: 'open',
      logFile: request.logFile,
      limits: request.limits,
      signal: endTree.signal,
      onLine(line, stream) {
        if (stream === 'stderr') complaint.push(`${line}\n`);
        else take(readServerLine(state, line));
      },
    });
    send(waiting);
    const { end } = await server.outcome;
    return decideCodexOutcome(state, endOf(end, request.signal.aborted), complaint.toString());
  } finally {
    clearTimeout(patience);
    request.signal.removeEventListener('abort', stop);
  }
}

/** A server that had to be pushed after its turn ended as it was told; one that went by itself on a stop was stopped. */
function endOf(end: ProcessEnd, stopped: boolean): ProcessEnd {
  if (stopped && (end.kind === 'exited' || end.kind === 'signalled')) return { kind: 'cancelled' };
  return end.kind === 'cancelled' && !stopped ? { kind: 'exited', code: 0 } : end;
}
