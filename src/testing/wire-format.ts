import type { ModelRequest, ModelUsage, ProviderError, RecordedRequest } from './script.ts';

/** One provider's protocol. The server is the same for all of them. */
export interface WireFormat {
  readonly name: RecordedRequest['format'];
  /** Whether a request to `path` is for a model turn; `path` is what follows `/s/<script>`, with its query. */
  matches(path: string): boolean;
  /** Throws when the body is none of this format. */
  read(body: unknown, path: string): ReadRequest;
  stream(answer: Answer): readonly ServerEvent[];
  whole(answer: Answer): unknown;
  error(error: ProviderError, status: number): unknown;
  /** The body for a request of this provider that is no model turn, or undefined. */
  side(path: string): unknown;
}

export interface ReadRequest extends ModelRequest {
  readonly offered: readonly OfferedTool[];
}

export interface OfferedTool {
  readonly name: string;
  /** Names, as far as the agent sent a schema. */
  readonly parameters: readonly string[];
}

/** A step's answer in terms of the agent that asks. */
export interface Answer {
  /** Unique in this server, as are those of calls. */
  readonly id: string;
  readonly model: string;
  readonly text: string | undefined;
  readonly calls: readonly ToolCall[];
  readonly stopReason: string | undefined;
  readonly usage: ModelUsage;
  readonly breakOff: 'stall' | 'cut' | ProviderError | undefined;
}

export interface ToolCall {
  readonly id: string;
  readonly name: string;
  readonly namespace?: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** One event of a stream of server-sent events. */
export interface ServerEvent {
  readonly name: string | undefined;
  readonly data: string;
}
