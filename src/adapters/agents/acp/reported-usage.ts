/** Tokens and cost as agents report them over the protocol; what they do not report stays unknown. Pure. */
import { z } from 'zod';
import type { Usage } from '../../../domain/usage.ts';

const count = z.number().int().nonnegative();

const usageSchema = z.object({
  inputTokens: count,
  outputTokens: count,
  cachedReadTokens: count.catch(0),
  cachedWriteTokens: count.catch(0),
});

/** Where Gemini puts it; its input tokens include those that were read from a cache. */
const quotaSchema = z.object({
  token_count: z.object({ input_tokens: count, output_tokens: count }),
});

const resultSchema = z.object({
  usage: usageSchema.optional().catch(undefined),
  _meta: z
    .object({ quota: quotaSchema.optional().catch(undefined) })
    .optional()
    .catch(undefined),
});

/** The usage in the result of a prompt; `costUsd` is what updates said before. */
export function usageOfResult(result: unknown, costUsd: number | undefined): Usage | undefined {
  const read = resultSchema.safeParse(result).data;
  const cost = costUsd === undefined ? {} : { costUsd };
  if (read?.usage !== undefined) {
    const { inputTokens, outputTokens, cachedReadTokens, cachedWriteTokens } = read.usage;
    return {
      inputTokens,
      outputTokens,
      cacheReadTokens: cachedReadTokens,
      cacheWriteTokens: cachedWriteTokens,
      ...cost,
    };
  }
  const tokens = read?._meta?.quota?.token_count;
  if (tokens === undefined) return undefined;
  return {
    inputTokens: tokens.input_tokens,
    outputTokens: tokens.output_tokens,
    cacheReadTokens: 0,
    cacheWriteTokens: 0,
    ...cost,
  };
}

const costSchema = z.object({
  cost: z.object({ amount: z.number().nonnegative(), currency: z.literal('USD') }),
});

/** US dollars since the session began, from a `usage_update`. */
export function costOf(update: unknown): number | undefined {
  return costSchema.safeParse(update).data?.cost.amount;
}
