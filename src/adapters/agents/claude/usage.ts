import { z } from 'zod';
import type { Usage } from '../../../domain/agent-outcome.ts';

const count = z.number().int().nonnegative().catch(0);

/** Per message, as the Messages API spells it. */
export const messageUsageSchema = z
  .object({
    input_tokens: count,
    output_tokens: count,
    cache_read_input_tokens: count,
    cache_creation_input_tokens: count,
  })
  .optional()
  .catch(undefined);

/** Per model, as the `result` event spells it. */
export const modelUsageSchema = z
  .record(
    z.string(),
    z.object({
      inputTokens: count,
      outputTokens: count,
      cacheReadInputTokens: count,
      cacheCreationInputTokens: count,
      costUSD: z.number().nonnegative().optional().catch(undefined),
    }),
  )
  .optional()
  .catch(undefined);

export const noUsage: Usage = { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 };

export function usageOfMessage(usage: z.infer<typeof messageUsageSchema>): Usage {
  if (usage === undefined) return noUsage;
  return {
    inputTokens: usage.input_tokens,
    outputTokens: usage.output_tokens,
    cacheReadTokens: usage.cache_read_input_tokens,
    cacheWriteTokens: usage.cache_creation_input_tokens,
  };
}

export function sumModelUsage(models: NonNullable<z.infer<typeof modelUsageSchema>>): Usage {
  return Object.values(models)
    .map((model) => ({
      inputTokens: model.inputTokens,
      outputTokens: model.outputTokens,
      cacheReadTokens: model.cacheReadInputTokens,
      cacheWriteTokens: model.cacheCreationInputTokens,
      ...(model.costUSD === undefined ? {} : { costUsd: model.costUSD }),
    }))
    .reduce(addUsage, noUsage);
}

/** The cost of a sum is what is known of it: absent only when neither side has one. */
export function addUsage(left: Usage, right: Usage): Usage {
  const costUsd =
    left.costUsd === undefined && right.costUsd === undefined
      ? undefined
      : (left.costUsd ?? 0) + (right.costUsd ?? 0);
  return {
    inputTokens: left.inputTokens + right.inputTokens,
    outputTokens: left.outputTokens + right.outputTokens,
    cacheReadTokens: left.cacheReadTokens + right.cacheReadTokens,
    cacheWriteTokens: left.cacheWriteTokens + right.cacheWriteTokens,
    ...(costUsd === undefined ? {} : { costUsd }),
  };
}
