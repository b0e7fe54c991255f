/** What the scripted model does at one turn of a conversation. */
export type Step =
  | {
      readonly kind: 'answer';
      readonly text?: string;
      /** What the agent is told to do with its tools: one call, or several in one turn. */
      readonly call?: Call | readonly Call[];
      /**
       * In the words of the wire format, known ones or not. The default says that tools are to be called, or that the
       * answer is complete. As OpenAI Responses, `refusal` makes the text one, and any other is the reason why the
       * response is incomplete.
       */
      readonly stopReason?: string;
      /** What the answer claims to have used; what is left out is as in {@link usualUsage}. */
      readonly usage?: Partial<ModelUsage>;
      readonly headers?: Readonly<Record<string, string>>;
      /** Milliseconds before the answer begins. */
      readonly delayMs?: number;
      /**
       * What happens after the text, instead of calls and an end: silence, a closed connection, or an error. An answer
       * that is not streamed never begins, breaks off, or is an error of status 500.
       */
      readonly breakOff?: 'stall' | 'cut' | ProviderError;
    }
  | ({
      readonly kind: 'error';
      /** The HTTP status. */
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
    } & ProviderError)
  /** Any HTTP answer: another shape than the formats know, a proxy's error page, broken JSON. */
  | {
      readonly kind: 'raw';
      readonly status: number;
      readonly body: string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** Takes the request and never answers. */
  | { readonly kind: 'hang' }
  /** Takes the request and closes the connection. */
  | { readonly kind: 'drop' };

/** An error as the wire formats tell it; each puts the two where its clients look for them. */
export interface ProviderError {
  /** The provider's own name of the error, such as `overloaded_error` or `RESOURCE_EXHAUSTED`. */
  readonly type: string;
  readonly message: string;
}

/** A use of a tool by what it should do: agents name their tools and parameters differently. */
export type Call =
  /** Writes a file. An absolute path works with every agent. */
  | { readonly tool: 'write'; readonly path: string; readonly content: string }
  | { readonly tool: 'shell'; readonly command: string }
  /** A tool by the agent's own name for it. Not checked against the tools that the agent offers. */
  | {
      readonly tool: 'named';
      readonly name: string;
      /** Where the agent offers its tools in groups (OpenAI Responses): the group's name. */
      readonly namespace?: string;
      readonly input: Readonly<Record<string, unknown>>;
    };

/** Tokens of one answer. The formats add them up as their providers do. */
export interface ModelUsage {
  /** Neither read from nor written to a cache. */
  readonly inputTokens: number;
  /** Those spent on reasoning included. */
  readonly outputTokens: number;
  readonly cacheReadTokens: number;
  /** Told by Anthropic; part of the input as OpenAI Responses; no such thing in the other two. */
  readonly cacheWriteTokens: number;
  /** Of the output. Anthropic does not tell them. */
  readonly reasoningTokens: number;
}

/** What an answer claims to have used, unless its step says otherwise. */
export const usualUsage: ModelUsage = {
  inputTokens: 1_000,
  outputTokens: 50,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  reasoningTokens: 0,
};

/** What a request for a model turn says, whatever its wire format. */
export interface ModelRequest {
  readonly model: string;
  readonly stream: boolean;
  /** The agent wants JSON for an answer. */
  readonly json: boolean;
  /** Names of the tools that the agent offers. Empty: a side request, such as one for a title. */
  readonly tools: readonly string[];
  /** How many results of tools the conversation holds. */
  readonly turn: number;
}

/** One request for a model turn, as it came. */
export interface RecordedRequest {
  /** The name of the script that it was sent to. */
  readonly script: string;
  readonly format: 'anthropic-messages' | 'openai-responses' | 'openai-chat' | 'gemini';
  readonly request: ModelRequest;
  /** The parsed JSON, unchecked. */
  readonly body: unknown;
  /** Names in lower case. Holds the key that the agent sent. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** How many requests for the same turn of this script came before it: 0, unless the agent retries. */
  readonly repeat: number;
}

/**
 * What a model does in one conversation after another.
 *
 * A list serves agents with tools: each result of a tool that a conversation holds moves it on by one step, a step
 * with several calls by as many results, and the last step is repeated. A request that is repeated gets the same step
 * again. A request that offers no tools is a side request (a title, a check): it gets a few plain words, or `{}` where
 * it wants JSON, and uses up no step; but where the list's step is no answer, it meets the same fate.
 *
 * A function is asked for every request, and decides alone. `undefined` is the answer that side requests get.
 */
export type Script = readonly [Step, ...Step[]] | ((asked: RecordedRequest) => Step | undefined);

/** The step of the script for this request. */
export function stepFor(script: Script, asked: RecordedRequest): Step {
  const side: Step = { kind: 'answer', text: asked.request.json ? '{}' : 'A side answer' };
  if (typeof script === 'function') return script(asked) ?? side;
  const step = stepAfter(script, asked.request.turn);
  return asked.request.tools.length === 0 && step.kind === 'answer' ? side : step;
}

function stepAfter(steps: readonly [Step, ...Step[]], results: number): Step {
  let left = results;
  for (const step of steps) {
    left -= Math.max(1, callsOf(step).length);
    if (left < 0) return step;
  }
  return steps.at(-1) ?? steps[0];
}

/** What the step calls for, in order. */
export function callsOf(step: Step): readonly Call[] {
  return step.kind === 'answer' ? [step.call ?? []].flat() : [];
}
