/** What the scripted model does at one turn of a conversation. */
export type Step =
  | {
      readonly kind: 'answer';
      readonly text?: string;
      readonly call?: Call;
      /** The default is what the wire format says for a call or for an end. */
      readonly stopReason?: string;
      readonly usage?: Partial<ModelUsage>;
      readonly headers?: Readonly<Record<string, string>>;
      readonly delayMs?: number;
      /** After the text: silence, a closed connection, or an error event. */
      readonly breakOff?: 'stall' | 'cut' | { readonly type: string; readonly message: string };
    }
  | {
      readonly kind: 'error';
      readonly status: number;
      readonly type: string;
      readonly message: string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** Takes the request and never answers. */
  | { readonly kind: 'hang' };

/** A tool call by what it should do; agents name their tools differently. */
export type Call =
  | { readonly tool: 'write'; readonly path: string; readonly content: string }
  | { readonly tool: 'shell'; readonly command: string }
  | { readonly tool: 'named'; readonly name: string; readonly input: Readonly<Record<string, unknown>> };

export interface ModelUsage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheWriteTokens: number;
}

/** What a wire format finds in a request. */
export interface ModelRequest {
  readonly model: string;
  readonly stream: boolean;
  /** Names of the tools that the agent offers. Empty: a side request, such as one for a title. */
  readonly tools: readonly string[];
  /** How many tool results the conversation holds: the index of the step that comes next. */
  readonly turn: number;
}

export interface ToolCall {
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** A step's answer in terms of the agent that asks. */
export interface Answer {
  readonly id: string;
  readonly model: string;
  readonly text: string | undefined;
  readonly call: ToolCall | undefined;
  readonly stopReason: string | undefined;
  readonly usage: ModelUsage;
  readonly breakOff: 'stall' | 'cut' | { readonly type: string; readonly message: string } | undefined;
}

export interface ServerEvent {
  readonly name: string | undefined;
  readonly data: string;
}

/** One provider's protocol. The server is the same for all of them. */
export interface WireFormat {
  readonly name: string;
  /** `path` is what follows `/s/<script>`, with its query. */
  matches(path: string): boolean;
  read(body: unknown, path: string): ModelRequest;
  stream(answer: Answer): readonly ServerEvent[];
  whole(answer: Answer): unknown;
  error(step: Step & { readonly kind: 'error' }): unknown;
  /** The body for a request of this provider that is no model turn, or undefined. */
  side(path: string): unknown;
}

const writers: Readonly<
  Record<string, (path: string, content: string) => Readonly<Record<string, unknown>>>
> = {
  Write: (path, content) => ({ file_path: path, content }),
  write: (path, content) => ({ filePath: path, content }),
  write_file: (path, content) => ({ file_path: path, content }),
};

const shells: Readonly<Record<string, (command: string) => Readonly<Record<string, unknown>>>> = {
  Bash: (command) => ({ command, description: 'run a command' }),
  bash: (command) => ({ command, description: 'run a command' }),
  run_shell_command: (command) => ({ command, description: 'run a command' }),
  exec_command: (command) => ({ cmd: command }),
};

/** Throws when the agent offers no tool that could do it: the test asks for the impossible. */
export function translateCall(call: Call, offered: readonly string[]): ToolCall {
  if (call.tool === 'named') return { name: call.name, input: call.input };
  const table = call.tool === 'write' ? writers : shells;
  const name = offered.find((candidate) => Object.hasOwn(table, candidate));
  if (name === undefined) throw new Error(`no ${call.tool} tool among those offered: ${offered.join(', ')}`);
  const input =
    call.tool === 'write' ? writers[name]?.(call.path, call.content) : shells[name]?.(call.command);
  return { name, input: input ?? {} };
}
