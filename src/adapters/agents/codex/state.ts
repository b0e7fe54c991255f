import { z } from 'zod';
import type { Usage } from '../../../domain/usage.ts';
import type { AgentEvent } from '../../../ports/agent.ts';
import { boundText } from '../agent-process.ts';

export interface CodexError {
  readonly message: string;
  /** The class that the app-server gives an error, e.g. `usageLimitExceeded`; `exec` gives none. */
  readonly info: string | undefined;
  readonly httpStatus: number | undefined;
}

export type TurnEnd =
  | { readonly status: 'completed' | 'interrupted' }
  | { readonly status: 'failed'; readonly error: CodexError };

/** What both surfaces of Codex tell about one attempt. */
export interface CodexState {
  /** Undefined until the turn has ended, or Pawl gave it up. */
  readonly end: TurnEnd | undefined;
  /** The agent's last message, whatever came after it. */
  readonly lastText: string;
  /** The agent's message since its last use of a tool: its answer, if it gave one. */
  readonly answer: string;
  readonly usage: Usage | undefined;
  /** Milliseconds since the epoch, of the account's limits that are used up, by the name of the limit. */
  readonly exhausted: Readonly<Record<string, number>>;
  /** How often Codex began to wait for the network since something last went well. */
  readonly waits: number;
  /** The error that it is about to get over; undefined as soon as something went well. */
  readonly retried: CodexError | undefined;
  readonly denials: readonly string[];
}

export const initialCodexState: CodexState = {
  end: undefined,
  lastText: '',
  answer: '',
  usage: undefined,
  exhausted: {},
  waits: 0,
  retried: undefined,
  denials: [],
};

export interface CodexStep<State extends CodexState> {
  readonly state: State;
  readonly events: readonly AgentEvent[];
}

export function readMessage<State extends CodexState>(state: State, said: string): CodexStep<State> {
  const events: AgentEvent[] = said.trim() === '' ? [] : [{ type: 'text', text: boundText(said) }];
  const lastText = said.trim() === '' ? state.lastText : said;
  return { state: { ...state, answer: said, lastText, waits: 0, retried: undefined }, events };
}

export function readToolUse<State extends CodexState>(
  state: State,
  name: string,
  detail: string,
): CodexStep<State> {
  const event: AgentEvent = { type: 'tool', name, detail: boundText(detail, LONGEST_DETAIL) };
  return { state: { ...state, answer: '', waits: 0, retried: undefined }, events: [event] };
}

const LONGEST_DETAIL = 300;

/**
 * An error that Codex means to get over. It counts its repetitions (`1/5`), but where nothing listens it waits for
 * the network for ever, with a line now and then that keeps the idle limit away: so many of those in a row end the
 * turn. They come at growing distances.
 */
export function readRetry<State extends CodexState>(state: State, error: CodexError): CodexStep<State> {
  const waits = state.waits + (/^Reconnecting\.\.\. \d+\/\d+/.test(error.message) ? 0 : 1);
  const end: TurnEnd | undefined = waits >= MOST_WAITS ? { status: 'failed', error } : undefined;
  return {
    state: { ...state, waits, retried: error, end: state.end ?? end },
    events: [{ type: 'retrying', reason: boundText(error.message, LONGEST_DETAIL) }],
  };
}

const MOST_WAITS = 3;

/** Codex counts what came from the cache, or went to it, as input too. */
export function usageOfTokens(input: number, cached: number, written: number, output: number): Usage {
  return {
    inputTokens: Math.max(0, input - cached - written),
    outputTokens: output,
    cacheReadTokens: cached,
    cacheWriteTokens: written,
  };
}

/** The program that the model asked for, without the shell that Codex puts around it. */
export function plainCommand(command: string): string {
  const [, quoted] = /^\S*\/(?:ba|z|da)?sh -l?c ('[\s\S]*'|"[\s\S]*"|\S+)$/.exec(command) ?? [];
  if (quoted === undefined) return command;
  if (quoted.startsWith("'")) return quoted.slice(1, -1).replaceAll(`'\\''`, "'");
  return quoted.startsWith('"') ? quoted.slice(1, -1).replaceAll(/\\(["\\$`])/g, '$1') : quoted;
}

export const text = z.string().optional().catch(undefined);
export const count = z.number().int().nonnegative().catch(0);

/** The JSON object of a line, or undefined: a piece of a line longer than is handed on whole, or stray output. */
export function parseLine<T>(schema: z.ZodType<T>, line: string): T | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return schema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}
