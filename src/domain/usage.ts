import { z } from 'zod';

/** What an attempt has used so far, as its agent reported it. Tokens that came from a cache are no input tokens. */
export const usageSchema = z
  .object({
    inputTokens: z.number().int().nonnegative(),
    outputTokens: z.number().int().nonnegative(),
    cacheReadTokens: z.number().int().nonnegative(),
    cacheWriteTokens: z.number().int().nonnegative(),
    /** US dollars; absent when nobody knows. */
    costUsd: z.number().nonnegative().optional(),
    /** Who says so: the agent, or the price table. Absent with a cost: the agent. */
    costBasis: z.enum(['reported', 'priced']).optional(),
    /** The model that was asked last, as the agent spells it. */
    model: z.string().optional(),
  })
  .readonly();
export type Usage = z.infer<typeof usageSchema>;

export const noUsage: Usage = { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 };

/** All tokens that went through the model, those from its cache included. */
export function tokensOf(usage: Usage): number {
  return usage.inputTokens + usage.outputTokens + usage.cacheReadTokens + usage.cacheWriteTokens;
}

/** The cost of a sum is what is known of it: absent only when neither side has one. */
export function addUsage(left: Usage, right: Usage): Usage {
  const costUsd =
    left.costUsd === undefined && right.costUsd === undefined
      ? undefined
      : (left.costUsd ?? 0) + (right.costUsd ?? 0);
  const isPriced = left.costBasis === 'priced' || right.costBasis === 'priced';
  const model = right.model ?? left.model;
  return {
    inputTokens: left.inputTokens + right.inputTokens,
    outputTokens: left.outputTokens + right.outputTokens,
    cacheReadTokens: left.cacheReadTokens + right.cacheReadTokens,
    cacheWriteTokens: left.cacheWriteTokens + right.cacheWriteTokens,
    ...(costUsd === undefined ? {} : { costUsd }),
    ...(costUsd !== undefined && isPriced ? { costBasis: 'priced' as const } : {}),
    ...(model === undefined ? {} : { model }),
  };
}

/** How much the model was sent for the first and for the latest request of an attempt, in tokens. */
export interface PromptSizes {
  readonly first: number;
  readonly last: number;
  /** When the latter was told, in ms since the epoch. */
  readonly at: number;
}

/** What the figures of two turns differ by is what the model was sent for the later one. */
export function promptAfter(
  before: { readonly usage?: Usage; readonly prompt?: PromptSizes },
  usage: Usage,
  at: number,
): PromptSizes | undefined {
  const sent = inputOf(usage) - (before.usage === undefined ? 0 : inputOf(before.usage));
  if (sent <= 0) return before.prompt;
  return { first: before.prompt?.first ?? sent, last: sent, at };
}

function inputOf({ inputTokens, cacheReadTokens, cacheWriteTokens }: Usage): number {
  return inputTokens + cacheReadTokens + cacheWriteTokens;
}
