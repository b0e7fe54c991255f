import type { TextStreamPart, ToolSet } from 'ai';
import { boundedEnd, type OutputLine, type TurnUsage } from './output.ts';
import type { CoderTool } from './tools/tool.ts';

type Part = TextStreamPart<ToolSet>;

const WRITING_EVERY_MS = 15_000;

/** Makes lines of the AI SDK's stream, and remembers what is needed at its end. */
export class StreamReader {
  readonly #tools: ReadonlyMap<string, CoderTool>;
  readonly #now: () => number;
  #lastLineAt: number;
  #block = '';
  /** Since the last answer began: text, thoughts and calls. */
  #written = 0;
  /** Of the last answer, all its blocks. */
  text = '';
  finishReason = 'other';
  rawFinishReason: string | undefined;
  steps = 0;
  /** The first one: what follows comes of it. */
  failure: { readonly error: unknown } | undefined;

  constructor(tools: readonly CoderTool[], now: () => number) {
    this.#tools = new Map(tools.map((tool) => [tool.name, tool]));
    this.#now = now;
    this.#lastLineAt = now();
  }

  fail(error: unknown): void {
    this.failure ??= { error };
  }

  read(part: Part): readonly OutputLine[] {
    const lines = this.#take(part);
    if (lines.length > 0) this.#lastLineAt = this.#now();
    return lines;
  }

  #take(part: Part): readonly OutputLine[] {
    switch (part.type) {
      case 'start-step':
        this.text = '';
        this.#written = 0;
        return [];
      case 'text-start':
        this.#block = '';
        return [];
      case 'text-delta':
        this.#block += part.text;
        return this.#writing(part.text);
      case 'text-end':
        this.text += this.#block;
        return this.#block.trim() === '' ? [] : [{ type: 'text', text: boundedEnd(this.#block) }];
      case 'reasoning-delta':
        return this.#writing(part.text);
      case 'tool-input-delta':
        return this.#writing(part.delta);
      case 'tool-call':
        return [{ type: 'tool', name: part.toolName, detail: this.#subjectOf(part.toolName, part.input) }];
      case 'tool-error':
        return [{ type: 'tool-failed', name: part.toolName, message: messageOf(part.error) }];
      case 'finish-step':
        return this.#turn(part);
      case 'finish':
        this.finishReason = part.finishReason;
        this.rawFinishReason = part.rawFinishReason;
        return [];
      case 'error':
        this.fail(part.error);
        return [];
      default:
        return [];
    }
  }

  /** A step that failed is no answer, unless it was counted all the same. */
  #turn({ finishReason, usage, response }: Extract<Part, { type: 'finish-step' }>): readonly OutputLine[] {
    const used = usageOf(usage);
    if (finishReason === 'error' && Object.values(used).every((tokens) => tokens === 0)) return [];
    this.steps += 1;
    return [{ type: 'turn', model: response.modelId, usage: used }];
  }

  /** A long file takes a slow model many minutes, in which nothing else would be printed. */
  #writing(text: string): readonly OutputLine[] {
    this.#written += text.length;
    const isDue = this.#now() - this.#lastLineAt >= WRITING_EVERY_MS;
    return isDue ? [{ type: 'writing', characters: this.#written }] : [];
  }

  #subjectOf(name: string, input: unknown): string {
    return this.#tools.get(name)?.subjectOf(input) ?? '';
  }
}

interface SdkUsage {
  readonly inputTokens: number | undefined;
  readonly inputTokenDetails: {
    readonly noCacheTokens: number | undefined;
    readonly cacheReadTokens: number | undefined;
    readonly cacheWriteTokens: number | undefined;
  };
  readonly outputTokens: number | undefined;
}

function usageOf({ inputTokens = 0, inputTokenDetails: details, outputTokens = 0 }: SdkUsage): TurnUsage {
  const { cacheReadTokens = 0, cacheWriteTokens = 0 } = details;
  return {
    inputTokens: details.noCacheTokens ?? Math.max(0, inputTokens - cacheReadTokens - cacheWriteTokens),
    outputTokens,
    cacheReadTokens,
    cacheWriteTokens,
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
