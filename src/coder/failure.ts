import { z } from 'zod';
import type { Failure } from './output.ts';
import { readResetTime } from './reset-time.ts';

/**
 * What an error of the AI SDK says of the request that failed. It may be the error of a response, of the last of
 * several tries, of a connection, or the plain data of an error that came in the middle of a stream.
 */
export function describeFailure(error: unknown, now: number): Failure {
  const { message, statusCode, responseHeaders, responseBody, data, code, type, lastError } = read(error);
  if (lastError !== undefined) return describeFailure(lastError, now);
  const body = parseBody(responseBody) ?? data;
  const codes = [...namesOf({ code, type }), ...codesOf(body), ...connectionOf(error)];
  const resetsAt = readResetTime(responseHeaders ?? {}, body, now);
  return {
    message: (message ?? String(error)).slice(0, LONGEST_MESSAGE),
    codes: [...new Set(codes)],
    // An answer that began well and broke off has the status of its beginning, which says nothing of the fault.
    ...(statusCode === undefined || statusCode < 400 ? {} : { status: statusCode }),
    ...(resetsAt === undefined ? {} : { resetsAt }),
  };
}

/** Some errors hold a whole page, or all that was wrong with a long answer; the beginning says what it is. */
const LONGEST_MESSAGE = 900;

const text = z.string().optional().catch(undefined);

/** Every field may be of another kind, or missing: the errors are other people's. */
const errorSchema = z.object({
  message: text,
  statusCode: z.number().int().optional().catch(undefined),
  responseHeaders: z.record(z.string(), z.string()).optional().catch(undefined),
  responseBody: text,
  data: z.unknown().optional(),
  code: text,
  type: text,
  lastError: z.unknown().optional(),
});

function read(error: unknown): Partial<z.infer<typeof errorSchema>> {
  return errorSchema.safeParse(error).data ?? {};
}

function parseBody(body: string | undefined): unknown {
  if (body === undefined) return undefined;
  try {
    return JSON.parse(body);
  } catch {
    // An error page of some server on the way; its status says enough.
    return undefined;
  }
}

const names = z.object({ type: text, code: text, status: text, reason: text });

/** Anthropic and OpenAI have `error.type` and `error.code`, Google `error.status` and reasons in `error.details`. */
const bodySchema = z.object({
  error: names.extend({ details: z.array(names).optional().catch(undefined) }),
});

/** The last event of a stream of OpenAI Responses that failed before there was anything in it. */
const eventSchema = z.object({ response: bodySchema });

function codesOf(body: unknown): readonly string[] {
  // Google's streams give a list, with the error as its only member.
  const whole: unknown = Array.isArray(body) ? body[0] : body;
  const { error } = eventSchema.safeParse(whole).data?.response ?? bodySchema.safeParse(whole).data ?? {};
  if (error === undefined) return namesOf(names.safeParse(whole).data ?? {});
  return [...namesOf(error), ...(error.details ?? []).flatMap(namesOf)];
}

function namesOf(named: Partial<z.infer<typeof names>>): readonly string[] {
  const { code, type, status, reason } = named;
  return [code, type, status, reason].filter((name) => name !== undefined).filter((name) => name !== 'error');
}

/** Errors of sockets and of Node's fetch, however deep: the AI SDK wraps them. */
function connectionOf(error: unknown): readonly string[] {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code !== undefined && /^(E[A-Z]{3,}|UND_ERR_\w+)$/.test(code)) return ['connection'];
    if (cause instanceof TypeError && /^(terminated|fetch failed)$/.test(cause.message))
      return ['connection'];
  }
  return [];
}
