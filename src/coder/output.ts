/** One line of the protocol on standard output. What its reader makes of it is decided there, not here. */
export type OutputLine =
  /** A whole block of what the model said. */
  | { readonly type: 'text'; readonly text: string }
  /** A tool is about to be used. */
  | { readonly type: 'tool'; readonly name: string; readonly detail: string }
  /** For people who read the log. */
  | { readonly type: 'tool-failed'; readonly name: string; readonly message: string }
  /** A file that was asked for was not opened, because it may not be. */
  | { readonly type: 'denied'; readonly message: string }
  /** The model has answered once; the tokens are of this answer alone. */
  | { readonly type: 'turn'; readonly model: string; readonly usage: TurnUsage }
  /** The model is writing something long: so much of its answer is there. */
  | { readonly type: 'writing'; readonly characters: number }
  | { readonly type: 'retrying'; readonly reason: string }
  | ({ readonly type: 'error' } & Failure)
  /** At most one a run: the loop has ended by itself. `stop` with a text is the positive terminal signal. */
  | ({ readonly type: 'end' } & Ending)
  /** Nothing was asked of the model: what is needed for that is not there. */
  | { readonly type: 'unable'; readonly message: string };

/** Input tokens are those that neither came from a cache nor went into one. */
export interface TurnUsage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheWriteTokens: number;
}

/** What a request came to, in the provider's own terms. */
export interface Failure {
  readonly message: string;
  /** Of the response, where there was one. */
  readonly status?: number;
  /** The provider's names for it, and `connection` or `missing-key` where it never came to a response. */
  readonly codes: readonly string[];
  /** When a limit resets, in ms since the epoch; only where the provider said so. */
  readonly resetsAt?: number;
}

export interface Ending {
  readonly finishReason: string;
  /** As the provider spells it. */
  readonly rawFinishReason?: string;
  readonly steps: number;
  /** What the model said in its last answer. */
  readonly text: string;
}

const LONGEST_TEXT = 20_000;

export function emit(line: OutputLine): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

/** The end of a long text: what matters of an answer is its conclusion. */
export function boundedEnd(text: string): string {
  return text.length <= LONGEST_TEXT ? text : text.slice(-LONGEST_TEXT);
}
