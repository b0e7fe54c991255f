/**
 * The protocol spoken with a real process.
 *
 * 1. The process is over when this settles, whatever it did: the process port owns that.
 * 2. On an abort the agent is asked to cancel first, so that it can end its tools by itself; the process is ended when
 *    it has answered, or after {@link CANCEL_PATIENCE_MS}.
 * 3. After its answer the agent's standard input is closed; a server that stays is ended.
 */
import type { AgentRequest } from '../../../ports/agent.ts';
import type { OwnedProcess, ProcessEnd } from '../../../ports/processes.ts';
import {
  type AcpPlan,
  type AcpState,
  type AcpStep,
  cancelAcp,
  openAcp,
  readAcpLine,
  tellRest,
} from './protocol.ts';

export interface Conversation {
  readonly request: AgentRequest;
  readonly argv: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string>>;
  readonly plan: AcpPlan;
  /** Called for every line of standard error. */
  readonly onComplaint: (line: string) => void;
}

const CANCEL_PATIENCE_MS = 3_000;
const EXIT_PATIENCE_MS = 5_000;

/** Never rejects for what the program does. */
export async function converse(
  conversation: Conversation,
): Promise<{ readonly state: AcpState; readonly end: ProcessEnd }> {
  const { request } = conversation;
  const ladder = new AbortController();
  const talk = new Talk(conversation, () => ladder.abort());
  const owned = await request.startProcess({
    role: 'agent',
    label: `${request.task}/${request.attempt}/agent`,
    argv: conversation.argv,
    cwd: request.cwd,
    env: conversation.env,
    stdin: 'open',
    logFile: request.logFile,
    limits: request.limits,
    onLine: (line, stream) => talk.onLine(line, stream),
    signal: ladder.signal,
  });
  talk.begin(owned);
  const cancel = (): void => talk.cancel();
  request.signal.addEventListener('abort', cancel);
  if (request.signal.aborted) cancel();
  try {
    const { end } = await owned.outcome;
    return { state: talk.end(), end };
  } finally {
    request.signal.removeEventListener('abort', cancel);
    talk.forget();
  }
}

class Talk {
  readonly #conversation: Conversation;
  readonly #endProcess: () => void;
  #owned: OwnedProcess | undefined;
  #state: AcpState;
  #unsent: string[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(conversation: Conversation, endProcess: () => void) {
    this.#conversation = conversation;
    this.#endProcess = endProcess;
    const opening = openAcp(conversation.plan);
    this.#state = opening.state;
    this.#unsent.push(...opening.replies);
  }

  begin(owned: OwnedProcess): void {
    this.#owned = owned;
    for (const line of this.#unsent) owned.write(line);
    this.#unsent = [];
  }

  onLine(line: string, stream: 'stdout' | 'stderr'): void {
    if (stream === 'stderr') this.#conversation.onComplaint(line);
    else this.#take(readAcpLine(this.#state, line));
  }

  cancel(): void {
    const step = cancelAcp(this.#state);
    this.#take(step);
    const isAnswerDue = step.replies.length > 0;
    this.#endWithin(
      isAnswerDue ? Math.min(CANCEL_PATIENCE_MS, this.#conversation.request.limits.graceMs) : 0,
    );
  }

  /** The process is gone: nothing more will come. */
  end(): AcpState {
    this.#take(tellRest(this.#state));
    return this.#state;
  }

  forget(): void {
    clearTimeout(this.#timer);
  }

  #take(step: AcpStep): void {
    const wasOver = this.#state.phase.name === 'ended';
    this.#state = step.state;
    for (const event of step.events) this.#conversation.request.onEvent(event);
    for (const line of step.replies) {
      if (this.#owned === undefined) this.#unsent.push(line);
      else this.#owned.write(line);
    }
    if (wasOver || step.state.phase.name !== 'ended') return;
    this.#owned?.closeStdin();
    this.#endWithin(this.#state.cancelled ? 0 : EXIT_PATIENCE_MS);
  }

  #endWithin(patienceMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#endProcess, patienceMs);
  }
}
