import { z } from 'zod';
import { addUsage, noUsage, type Usage } from '../../../domain/usage.ts';

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

export function usageOfMessage(usage: z.infer<typeof messageUsageSchema>, model: string | undefined): Usage {
  if (usage === undefined) return noUsage;
  return {
    inputTokens: usage.input_tokens,
    outputTokens: usage.output_tokens,
    cacheReadTokens: usage.cache_read_input_tokens,
    cacheWriteTokens: usage.cache_creation_input_tokens,
    ...(model === undefined ? {} : { model }),
  };
}

export function sumModelUsage(models: NonNullable<z.infer<typeof modelUsageSchema>>): Usage {
  return Object.entries(models)
    .map(([name, model]) => ({
      model: name,
      inputTokens: model.inputTokens,
      outputTokens: model.outputTokens,
      cacheReadTokens: model.cacheReadInputTokens,
      cacheWriteTokens: model.cacheCreationInputTokens,
      ...(model.costUSD === undefined ? {} : { costUsd: model.costUSD }),
    }))
    .reduce(addUsage, noUsage);
}
