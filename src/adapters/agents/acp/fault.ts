/**
 * What an agent tells about a failure, wherever it puts it. The protocol leaves errors free: some agents give the
 * HTTP status as the error's code, some in its data, some only in `_meta` of an update before a result that looks well.
 */
import { z } from 'zod';
import type { RpcError } from './message.ts';

export interface Fault {
  readonly message: string;
  readonly httpStatus?: number;
  /** The class that the agent gave it, e.g. `rate_limit`, `APIError`. */
  readonly name?: string;
  /** Milliseconds since the epoch. */
  readonly resetsAt?: number;
}

const word = z.string().optional().catch(undefined);
const status = z.number().int().min(400).max(599).optional().catch(undefined);

const dataSchema = z
  .object({
    errorKind: word,
    errorName: word,
    name: word,
    type: word,
    status,
    statusCode: status,
    httpStatus: status,
    httpStatusCode: status,
  })
  .catch({});

export function faultOfError(error: RpcError): Fault {
  const data = dataSchema.parse(error.data ?? {});
  const name = data.errorKind ?? data.errorName ?? data.name ?? data.type;
  const httpStatus =
    data.statusCode ?? data.httpStatusCode ?? data.httpStatus ?? data.status ?? status.parse(error.code);
  return faultOf(error.message, httpStatus, error.code === AUTH_REQUIRED ? 'auth_required' : name);
}

/** The protocol's own code: the agent has to be logged in first. */
const AUTH_REQUIRED = -32_000;

/**
 * When a response said that it may be asked again: milliseconds since the epoch, from `retry-after` in seconds since
 * `at`, or a date. Undefined where it said nothing.
 */
export function resetOfHeaders(
  headers: Readonly<Record<string, string>> | undefined,
  at: number | undefined,
): number | undefined {
  const after = Object.entries(headers ?? {}).find(([name]) => name.toLowerCase() === 'retry-after')?.[1];
  if (after === undefined) return undefined;
  if (/^\d+(?:\.\d+)?$/.test(after))
    return at === undefined ? undefined : Math.round(at + Number(after) * 1_000);
  const date = Date.parse(after);
  return Number.isNaN(date) ? undefined : date;
}

function faultOf(message: string, httpStatus: number | undefined, name: string | undefined): Fault {
  return {
    message,
    ...(httpStatus === undefined ? {} : { httpStatus }),
    ...(name === undefined ? {} : { name }),
  };
}

/**
 * The failure that a `_meta` speaks of, at most six levels down: an `error` object that is not announced to be
 * retried, or a state called `systemError`. Undefined when there is none.
 */
export function faultOfMeta(meta: unknown): Fault | undefined {
  const found = findMarks(meta, DEEPEST_META);
  if (found.error === undefined && !found.systemError) return undefined;
  const { error } = found;
  return faultOf(
    error?.message ?? 'the agent reported a system error',
    findStatus(error, DEEPEST_META),
    dataSchema.parse(error ?? {}).name,
  );
}

const DEEPEST_META = 6;

type MetaError = Readonly<Record<string, unknown>> & { readonly message: string };

interface Marks {
  readonly error: MetaError | undefined;
  readonly systemError: boolean;
}

function findMarks(value: unknown, depth: number): Marks {
  let error: MetaError | undefined;
  let systemError = false;
  for (const [key, inner] of entriesOf(value)) {
    if (inner === 'systemError') systemError = true;
    if (key === 'error' && isRecord(inner) && inner['willRetry'] !== true) {
      const { message } = inner;
      error ??= { ...inner, message: typeof message === 'string' ? message : 'error' };
    }
    if (depth <= 1) continue;
    const below = findMarks(inner, depth - 1);
    error ??= below.error;
    systemError ||= below.systemError;
  }
  return entriesOf(value).some(([key, inner]) => key === 'willRetry' && inner === true)
    ? { error: undefined, systemError }
    : { error, systemError };
}

function findStatus(value: unknown, depth: number): number | undefined {
  for (const [key, inner] of entriesOf(value)) {
    const own = /^(?:http)?status(?:code)?$/i.test(key) ? status.parse(inner) : undefined;
    const found = own ?? (depth > 1 ? findStatus(inner, depth - 1) : undefined);
    if (found !== undefined) return found;
  }
  return undefined;
}

function entriesOf(value: unknown): readonly (readonly [string, unknown])[] {
  return isRecord(value) ? Object.entries(value) : [];
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
