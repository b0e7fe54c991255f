import { z } from 'zod';
import { type Fault, resetOfHeaders } from './fault.ts';

const text = z.string().optional().catch(undefined);

/** An error as OpenCode prints it, and writes it down. */
export const opencodeErrorSchema = z.object({
  name: z.string(),
  data: z
    .object({
      message: text,
      statusCode: z.number().int().optional().catch(undefined),
      responseHeaders: z.record(z.string(), z.string()).optional().catch(undefined),
      responseBody: text,
    })
    .catch({}),
});

/** `at` is when it happened, in milliseconds since the epoch. */
export function faultOfOpencode(
  { name, data }: z.infer<typeof opencodeErrorSchema>,
  at: number | undefined,
): Fault {
  const { message, statusCode, responseHeaders, responseBody } = data;
  const resetsAt = resetOfHeaders(responseHeaders, at);
  return {
    // The one class of the provider's own that its status hides: OpenAI gives it that of a rate limit.
    name: isQuotaSpent(responseBody) ? 'insufficient_quota' : name,
    message: message ?? name,
    ...(statusCode === undefined ? {} : { httpStatus: statusCode }),
    ...(resetsAt === undefined ? {} : { resetsAt }),
  };
}

const bodySchema = z.object({ error: z.object({ type: text, code: text }) });

function isQuotaSpent(body: string | undefined): boolean {
  if (body === undefined) return false;
  try {
    const error = bodySchema.safeParse(JSON.parse(body)).data?.error;
    return error?.type === 'insufficient_quota' || error?.code === 'insufficient_quota';
  } catch {
    // A page of some server on the way.
    return false;
  }
}
