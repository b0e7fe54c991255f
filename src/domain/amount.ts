/** What may be used up: money, tokens, or both. */
import { z } from 'zod';
import { err, ok, type Result } from '../util/result.ts';

export const amountSchema = z
  .strictObject({
    usd: z.number().positive().optional().describe('US dollars.'),
    tokens: z.number().int().positive().optional().describe('Tokens of every kind, cached ones included.'),
  })
  .readonly();
export type Amount = z.infer<typeof amountSchema>;

/** `5usd`, `$2.50`, `300ktok`, `2Mtok`, or money and tokens by comma. Errors: half a sentence. */
export function parseAmount(text: string): Result<Amount, string> {
  let amount: Amount = {};
  for (const part of text.split(',').map((one) => one.trim())) {
    const usd = /^(?:\$\s?(\d+(?:\.\d+)?)|(\d+(?:\.\d+)?)\s?(?:usd|\$))$/i.exec(part);
    const tokens = /^(\d+(?:\.\d+)?)\s?([km]?)\s?tok(?:ens?)?$/i.exec(part);
    const factor = { '': 1, k: 1_000, m: 1_000_000 }[tokens?.[2]?.toLowerCase() ?? ''] ?? 1;
    if (usd !== null) amount = { ...amount, usd: Number(usd[1] ?? usd[2]) };
    else if (tokens !== null) amount = { ...amount, tokens: Math.round(Number(tokens[1]) * factor) };
    else return err(`${JSON.stringify(part)} is no amount: write 5usd, 300ktok or 2Mtok`);
  }
  return amountSchema.safeParse(amount).success ? ok(amount) : err('an amount is more than nothing');
}

export function addAmounts(left: Amount, right: Amount): Amount {
  return {
    ...(left.usd === undefined && right.usd === undefined ? {} : { usd: (left.usd ?? 0) + (right.usd ?? 0) }),
    ...(left.tokens === undefined && right.tokens === undefined
      ? {}
      : { tokens: (left.tokens ?? 0) + (right.tokens ?? 0) }),
  };
}

/** `1.25 USD`, `300,000 tokens`; both by `and`. */
export function describeAmount({ usd, tokens }: Amount): string {
  const parts = [
    ...(usd === undefined ? [] : [describeUsd(usd)]),
    ...(tokens === undefined ? [] : [describeTokens(tokens)]),
  ];
  return parts.join(' and ') || 'nothing';
}

/** Two digits behind the point; more where two would say nothing. */
export function describeUsd(usd: number): string {
  return `${usd === 0 || usd >= 0.1 ? usd.toFixed(2) : usd.toPrecision(2)} USD`;
}

export function describeTokens(tokens: number): string {
  if (tokens < 10_000) return `${tokens} tokens`;
  return tokens < 1_000_000
    ? `${Math.round(tokens / 1_000)}k tokens`
    : `${(tokens / 1_000_000).toFixed(1)}M tokens`;
}
