/**
 * One run of the model over its tools, from the brief to the last word. Owns the loop; prints nothing itself.
 * The AI SDK is handed in, because it is installed by the user and loaded when it is needed.
 */
import type * as Sdk from 'ai';
import { boundedEnd, type OutputLine } from './output.ts';
import { describeFailure } from './failure.ts';
import { instructions } from './instructions.ts';
import { StreamReader } from './stream-reader.ts';
import type { CoderTool, ToolContext } from './tools/tool.ts';

export interface Conversation {
  readonly sdk: typeof Sdk;
  readonly model: Sdk.LanguageModel;
  readonly brief: string;
  readonly tools: readonly CoderTool[];
  readonly context: ToolContext;
  readonly maxSteps: number;
  readonly maxOutputTokens: number | undefined;
  readonly onLine: (line: OutputLine) => void;
}

/** Settles when the loop has ended, for whatever reason; how, is in the lines. Does not reject. */
export async function converse(conversation: Conversation): Promise<'ended' | 'failed' | 'aborted'> {
  const { context, brief, onLine, tools } = conversation;
  const reader = new StreamReader(tools, Date.now);
  try {
    const stream = await createAgent(conversation).stream({ prompt: brief, abortSignal: context.signal });
    for await (const part of stream.fullStream) for (const line of reader.read(part)) onLine(line);
  } catch (error) {
    // What fails before the stream begins, such as a model that cannot be spoken to.
    reader.fail(error);
  }
  if (context.signal.aborted) return 'aborted';
  if (reader.failure !== undefined) {
    onLine({ type: 'error', ...describeFailure(reader.failure.error, Date.now()) });
    return 'failed';
  }
  const { finishReason, rawFinishReason, steps, text } = reader;
  const raw = rawFinishReason === undefined ? {} : { rawFinishReason };
  onLine({ type: 'end', finishReason, ...raw, steps, text: boundedEnd(text) });
  return 'ended';
}

/** A failed request is repeated once: waiting longer is the business of whoever runs this. */
const MOST_RETRIES = 1;

function createAgent({ sdk, model, tools, context, maxSteps, maxOutputTokens }: Conversation) {
  return new sdk.ToolLoopAgent({
    model,
    instructions,
    tools: toolSet(sdk, tools, context),
    // Two edits of one file at the same time would undo each other.
    toolCallConcurrency: 1,
    stopWhen: sdk.isStepCount(maxSteps),
    maxRetries: MOST_RETRIES,
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
    providerOptions: {
      // Everything up to the last message, moving on with the conversation.
      anthropic: { cacheControl: { type: 'ephemeral' } },
      // Nothing is kept at the provider; what a later step needs of an earlier one is sent along.
      openai: { store: false },
    },
    // Without a listener the SDK prints errors itself; they come in the stream as well.
    onError: () => undefined,
  });
}

function toolSet(sdk: typeof Sdk, tools: readonly CoderTool[], context: ToolContext): Sdk.ToolSet {
  return Object.fromEntries(
    tools.map((tool) => [
      tool.name,
      sdk.tool({
        description: tool.description,
        inputSchema: sdk.jsonSchema(tool.inputSchema),
        async execute(input: unknown) {
          const result = await tool.run(input, context);
          // The SDK's way to tell the model that a call failed.
          if (!result.ok) throw new Error(result.error);
          return result.value;
        },
      }),
    ]),
  );
}
