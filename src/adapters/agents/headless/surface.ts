import type { AgentOutcome } from '../../../domain/agent-outcome.ts';
import type { AgentEvent } from '../../../ports/agent.ts';
import type { ProcessEnd } from '../../../ports/processes.ts';

export interface HeadlessStep<State> {
  readonly state: State;
  readonly events: readonly AgentEvent[];
}

/** How the printed output of an agent is understood that gets its brief on standard input and then ends by itself. Pure. */
export interface HeadlessReader<State> {
  readonly initial: State;
  /** One line of standard output. */
  readonly read: (state: State, line: string) => HeadlessStep<State>;
  /** The agent would go on for ever without getting anywhere: Pawl ends it. */
  readonly isHopeless: (state: State) => boolean;
  /** `complaint` is what the agent printed on standard error. */
  readonly decide: (state: State, end: ProcessEnd, complaint: string) => AgentOutcome;
}

/** One reading of one run. */
export interface HeadlessReading {
  onLine(line: string): readonly AgentEvent[];
  isHopeless(): boolean;
  decide(end: ProcessEnd, complaint: string): AgentOutcome;
}

export function openReading<State>(reader: HeadlessReader<State>): HeadlessReading {
  let state = reader.initial;
  return {
    onLine(line) {
      const step = reader.read(state, line);
      state = step.state;
      return step.events;
    },
    isHopeless: () => reader.isHopeless(state),
    decide: (end, complaint) => reader.decide(state, end, complaint),
  };
}

/** The JSON object of a line, or undefined: a piece of a line longer than is handed on whole, or words for people. */
export function parseObject(line: string): unknown {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
