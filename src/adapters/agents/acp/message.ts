/** JSON-RPC 2.0 as the Agent Client Protocol uses it: one message for each line. */
import { z } from 'zod';

export type RpcId = string | number | null;

export interface RpcError {
  readonly code: number;
  readonly message: string;
  readonly data?: unknown;
}

export type RpcMessage =
  | { readonly type: 'request'; readonly id: RpcId; readonly method: string; readonly params: unknown }
  | { readonly type: 'notification'; readonly method: string; readonly params: unknown }
  | { readonly type: 'result'; readonly id: RpcId; readonly result: unknown }
  | { readonly type: 'error'; readonly id: RpcId; readonly error: RpcError }
  /** The beginning of a request that was too long to be read. It still has to be answered. */
  | { readonly type: 'cut-request'; readonly id: RpcId; readonly method: string };

/** A line of the agent's standard output; undefined when it is no message. */
export function parseMessage(line: string): RpcMessage | undefined {
  const text = line.trimStart();
  if (!text.startsWith('{')) return undefined;
  try {
    return messageOf(JSON.parse(text));
  } catch {
    // Stray output, or a piece of a line that is longer than the line splitter hands on whole.
    return cutRequest(text);
  }
}

const idSchema = z.union([z.string(), z.number(), z.null()]);
/** What JSON-RPC calls an error of no other kind. */
const INTERNAL_ERROR = -32_603;

const errorSchema = z.object({
  code: z.number().catch(INTERNAL_ERROR),
  message: z.string().catch('no message'),
  data: z.unknown().optional(),
});

const messageSchema = z.object({
  id: idSchema.optional().catch(undefined),
  method: z.string().optional().catch(undefined),
  params: z.unknown().optional(),
  result: z.unknown().optional(),
  error: errorSchema.optional().catch(undefined),
});

function messageOf(value: unknown): RpcMessage | undefined {
  const read = messageSchema.safeParse(value);
  if (!read.success) return undefined;
  const { id, method, params, result, error } = read.data;
  if (method !== undefined) {
    return id === undefined
      ? { type: 'notification', method, params }
      : { type: 'request', id, method, params };
  }
  if (id === undefined) return undefined;
  if (error !== undefined) return { type: 'error', id, error };
  return { type: 'result', id, result };
}

/** Id and method come before the parameters in every program that was met; elsewhere the request goes unanswered. */
function cutRequest(text: string): RpcMessage | undefined {
  const head = text.slice(0, LONGEST_HEAD);
  const params = head.indexOf('"params"');
  const frame = params === -1 ? '' : head.slice(0, params);
  const id = /"id"\s*:\s*("(?:[^"\\]|\\.)*"|-?\d+)/.exec(frame)?.[1];
  const method = /"method"\s*:\s*"([^"\\]*)"/.exec(frame)?.[1];
  if (id === undefined || method === undefined) return undefined;
  return { type: 'cut-request', id: JSON.parse(id) as string | number, method };
}

const LONGEST_HEAD = 2_000;

export function renderRequest(id: number, method: string, params: unknown): string {
  return render({ id, method, params });
}

export function renderNotification(method: string, params: unknown): string {
  return render({ method, params });
}

export function renderResult(id: RpcId, result: unknown): string {
  return render({ id, result });
}

export function renderError(id: RpcId, code: number, message: string): string {
  return render({ id, error: { code, message } });
}

function render(message: object): string {
  return `${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`;
}
