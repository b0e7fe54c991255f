/**
 * Drives a program that talks in lines over its standard input and output, until its whole process tree is gone. Owns
 * when what is sent and when the program is asked to go; what lines mean is the dialogue's own.
 *
 * 1. When the dialogue is over, standard input is closed; a program that is still there after the grace is ended.
 * 2. On an abort the program is asked to interrupt its work first, so that it can end its tools in good order; its
 *    process tree is ended when it has, or after the grace.
 */
import type { AgentEvent, AgentRequest } from '../../ports/agent.ts';
import type { OwnedProcess, ProcessEnd } from '../../ports/processes.ts';
import type { BoundedTail } from '../../util/bounded-tail.ts';

export interface DialogueStep<State> {
  readonly state: State;
  /** What a person is shown. */
  readonly events: readonly AgentEvent[];
  /** Lines for the program, without their line breaks. */
  readonly send: readonly string[];
}

/** What is said in one conversation. Pure. */
export interface Dialogue<State> {
  readonly first: DialogueStep<State>;
  /** One line of standard output. */
  readonly read: (state: State, line: string) => DialogueStep<State>;
  /** Nothing more is wanted of the program. */
  readonly isOver: (state: State) => boolean;
  /** What to send so that it stops its work; undefined when it has none. */
  readonly interrupt: (state: State) => string | undefined;
}

export interface DialogueCommand {
  readonly argv: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string>>;
  /** Gets what the program prints on standard error. */
  readonly complaint: BoundedTail;
}

/** Never rejects for what the program does. */
export async function runDialogue<State>(
  request: AgentRequest,
  { argv, env, complaint }: DialogueCommand,
  dialogue: Dialogue<State>,
): Promise<{ readonly state: State; readonly end: ProcessEnd }> {
  let { state } = dialogue.first;
  let program: OwnedProcess | undefined;
  let patience: NodeJS.Timeout | undefined;
  const endTree = new AbortController();

  function endSoon(): void {
    patience ??= setTimeout(() => endTree.abort(), request.limits.graceMs);
  }
  function send(lines: readonly string[]): void {
    for (const line of lines) program?.write(`${line}\n`);
  }
  function take(step: DialogueStep<State>): void {
    const ended = !dialogue.isOver(state) && dialogue.isOver(step.state);
    ({ state } = step);
    for (const event of step.events) request.onEvent(event);
    send(step.send);
    if (!ended) return;
    if (request.signal.aborted) endTree.abort();
    program?.closeStdin();
    endSoon();
  }
  function stop(): void {
    const interrupt = dialogue.interrupt(state);
    if (interrupt === undefined || program === undefined) {
      endTree.abort();
      return;
    }
    send([interrupt]);
    endSoon();
  }

  request.signal.addEventListener('abort', stop);
  if (request.signal.aborted) stop();
  try {
    program = await request.startProcess({
      role: 'agent',
      label: `${request.task}/${request.attempt}/agent`,
      argv,
      cwd: request.cwd,
      env,
      stdin: 'open',
      logFile: request.logFile,
      limits: request.limits,
      signal: endTree.signal,
      onLine(line, stream) {
        if (stream === 'stderr') complaint.push(`${line}\n`);
        else take(dialogue.read(state, line));
      },
    });
    send(dialogue.first.send);
    const { end } = await program.outcome;
    return { state, end: endOf(end, request.signal.aborted) };
  } finally {
    clearTimeout(patience);
    request.signal.removeEventListener('abort', stop);
  }
}

/** A program that had to be pushed after its end was said ended as it said; one that went by itself on a stop was stopped. */
function endOf(end: ProcessEnd, stopped: boolean): ProcessEnd {
  if (stopped && (end.kind === 'exited' || end.kind === 'signalled')) return { kind: 'cancelled' };
  return end.kind === 'cancelled' && !stopped ? { kind: 'exited', code: 0 } : end;
}
