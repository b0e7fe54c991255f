/**
 * The conversation with `codex app-server`, JSON-RPC in lines, without side effects: a line in; the state, what a
 * person is shown and what is to be sent out. Source: the agents reference, § 3b, and the types that version 0.169.0
 * generates.
 *
 * 1. Only the fields used here are read. All but a turn's status may be missing or of another type: a newer version
 *    must not turn a finished run into a crash.
 * 2. Every request of the server is answered in the step that reads it.
 * 3. After the end of the turn nothing changes any more.
 */
import { z } from 'zod';
import { withDenial } from '../denials.ts';
import { answerServerRequest } from './server-requests.ts';
import {
  type CodexError,
  type CodexState,
  type CodexStep,
  count,
  initialCodexState,
  parseLine,
  plainCommand,
  readMessage,
  readRetry,
  readToolUse,
  text,
  usageOfTokens,
} from './state.ts';

export interface Conversation extends CodexState {
  readonly workspace: string;
  readonly brief: string;
  readonly threadId: string | undefined;
  readonly turnId: string | undefined;
}

export interface ConversationStep extends CodexStep<Conversation> {
  /** Lines for the server, without their line breaks. */
  readonly send: readonly string[];
}

const ids = { initialize: 1, threadStart: 2, turnStart: 3, interrupt: 4 } as const;

/** The begin of a conversation about one brief. */
export function openConversation(workspace: string, brief: string): ConversationStep {
  const clientInfo = { name: 'pawl', title: 'Pawl', version: '1' };
  return {
    state: { ...initialCodexState, workspace, brief, threadId: undefined, turnId: undefined },
    events: [],
    send: [JSON.stringify({ id: ids.initialize, method: 'initialize', params: { clientInfo } })],
  };
}

/** What to send to stop the turn; undefined when none is running. */
export function interruptTurn(state: Conversation): string | undefined {
  const { threadId, turnId } = state;
  if (threadId === undefined || turnId === undefined || state.end !== undefined) return undefined;
  return JSON.stringify({ id: ids.interrupt, method: 'turn/interrupt', params: { threadId, turnId } });
}

export function readServerLine(state: Conversation, line: string): ConversationStep {
  const message = parseLine(messageSchema, line);
  if (message === undefined) return { state, events: [], send: [] };
  const { id, method, params } = message;
  if (id !== undefined && method !== undefined) {
    const { answer, denied } = answerServerRequest({ id, method, params: params ?? {} }, state.workspace);
    const denials =
      denied === undefined ? state.denials : withDenial(state.denials, denied.name, denied.what);
    return { state: { ...state, denials }, events: [], send: [JSON.stringify(answer)] };
  }
  if (state.end !== undefined) return { state, events: [], send: [] };
  if (method !== undefined) return { ...readNotification(state, method, params ?? {}), send: [] };
  return readResponse(state, message);
}

const messageSchema = z.object({
  id: z.union([z.string(), z.number()]).optional(),
  method: text,
  params: z.record(z.string(), z.unknown()).optional().catch(undefined),
  result: z.record(z.string(), z.unknown()).optional().catch(undefined),
  error: z.object({ message: z.string().catch('') }).optional(),
});

function readResponse(state: Conversation, message: z.infer<typeof messageSchema>): ConversationStep {
  const unchanged = { state, events: [], send: [] };
  if (message.id === ids.interrupt) return unchanged;
  if (message.error !== undefined) {
    const error = { message: message.error.message, info: undefined, httpStatus: undefined };
    return { ...unchanged, state: { ...state, end: { status: 'failed', error } } };
  }
  switch (message.id) {
    case ids.initialize: {
      const params = { cwd: state.workspace, ephemeral: true };
      const start = JSON.stringify({ id: ids.threadStart, method: 'thread/start', params });
      return { ...unchanged, send: [JSON.stringify({ method: 'initialized' }), start] };
    }
    case ids.threadStart: {
      const threadId = idSchema.safeParse(message.result?.['thread']).data?.id;
      const params = { threadId, input: [{ type: 'text', text: state.brief }] };
      const start = JSON.stringify({ id: ids.turnStart, method: 'turn/start', params });
      return { ...unchanged, state: { ...state, threadId }, send: [start] };
    }
    case ids.turnStart: {
      const turnId = idSchema.safeParse(message.result?.['turn']).data?.id;
      return { ...unchanged, state: { ...state, turnId } };
    }
    default:
      return unchanged;
  }
}

const idSchema = z.object({ id: z.string() });

function readNotification(
  state: Conversation,
  method: string,
  params: Readonly<Record<string, unknown>>,
): CodexStep<Conversation> {
  const unchanged = { state, events: [] };
  // A helper thread of the agent has turns and messages of its own; they neither end nor answer this one.
  const { threadId } = params;
  if (typeof threadId === 'string' && state.threadId !== undefined && threadId !== state.threadId) {
    return unchanged;
  }
  switch (method) {
    case 'item/started':
    case 'item/completed':
      return readItem(state, params['item'], method === 'item/completed');
    case 'thread/tokenUsage/updated':
      return readUsage(state, params);
    case 'account/rateLimits/updated':
      return { state: readLimits(state, params), events: [] };
    case 'error': {
      const error = errorSchema.safeParse(params['error']).data;
      // The last error of a turn comes again with its end, which decides.
      return error === undefined || params['willRetry'] !== true
        ? unchanged
        : readRetry(state, errorOf(error));
    }
    case 'turn/completed':
      return { state: readTurnEnd(state, params), events: [] };
    default:
      return unchanged;
  }
}

const itemSchema = z.object({
  type: z.string(),
  text,
  command: text,
  tool: text,
  query: text,
  changes: z
    .array(z.object({ path: z.string() }))
    .optional()
    .catch(undefined),
});

function readItem(state: Conversation, value: unknown, completed: boolean): CodexStep<Conversation> {
  const item = itemSchema.safeParse(value).data;
  switch (item?.type) {
    case 'agentMessage':
      return completed ? readMessage(state, item.text ?? '') : { state, events: [] };
    case 'commandExecution':
      return completed ? { state, events: [] } : readToolUse(state, 'exec', plainCommand(item.command ?? ''));
    case 'fileChange': {
      const paths = (item.changes ?? []).map((change) => change.path).join(', ');
      return completed ? { state, events: [] } : readToolUse(state, 'edit', paths);
    }
    case 'mcpToolCall':
    case 'dynamicToolCall':
    case 'collabAgentToolCall':
    case 'webSearch':
      return completed ? { state, events: [] } : readToolUse(state, item.tool ?? item.type, item.query ?? '');
    default:
      return { state, events: [] };
  }
}

const usageSchema = z.object({
  tokenUsage: z.object({
    total: z.object({
      inputTokens: count,
      cachedInputTokens: count,
      cacheWriteInputTokens: count,
      outputTokens: count,
    }),
  }),
});

function readUsage(state: Conversation, params: unknown): CodexStep<Conversation> {
  const total = usageSchema.safeParse(params).data?.tokenUsage.total;
  if (total === undefined) return { state, events: [] };
  const { inputTokens, cachedInputTokens, cacheWriteInputTokens, outputTokens } = total;
  const usage = usageOfTokens(inputTokens, cachedInputTokens, cacheWriteInputTokens, outputTokens);
  return {
    state: { ...state, usage, waits: 0, retried: undefined },
    events: [{ type: 'turn' }, { type: 'usage', usage }],
  };
}

const windowSchema = z.object({ usedPercent: z.number(), resetsAt: z.number() }).optional().catch(undefined);
const limitsSchema = z.object({
  rateLimits: z.object({ limitId: text, primary: windowSchema, secondary: windowSchema }),
});

/** A response that says nothing about a window leaves what was known of it. */
function readLimits(state: Conversation, params: unknown): Conversation {
  const limits = limitsSchema.safeParse(params).data?.rateLimits;
  if (limits === undefined) return state;
  const exhausted = { ...state.exhausted };
  for (const name of ['primary', 'secondary'] as const) {
    const window = limits[name];
    const key = `${limits.limitId ?? ''}/${name}`;
    if (window === undefined) continue;
    if (window.usedPercent >= 100) exhausted[key] = window.resetsAt * 1_000;
    else delete exhausted[key];
  }
  return { ...state, exhausted };
}

const errorSchema = z.object({
  message: z.string().catch(''),
  additionalDetails: text,
  codexErrorInfo: z
    .union([z.string(), z.record(z.string(), z.unknown())])
    .optional()
    .catch(undefined),
});

function errorOf(error: z.infer<typeof errorSchema>): CodexError {
  const { message, additionalDetails, codexErrorInfo: info } = error;
  const whole = additionalDetails === undefined ? message : `${message} (${additionalDetails})`;
  if (info === undefined || typeof info === 'string') return { message: whole, info, httpStatus: undefined };
  const [name, detail] = Object.entries(info)[0] ?? [];
  const httpStatus = statusSchema.safeParse(detail).data?.httpStatusCode;
  return { message: whole, info: name, httpStatus };
}

const statusSchema = z.object({ httpStatusCode: z.number() });

const turnSchema = z.object({ turn: z.object({ status: z.string(), error: z.unknown().optional() }) });

function readTurnEnd(state: Conversation, params: unknown): Conversation {
  const turn = turnSchema.safeParse(params).data?.turn;
  if (turn?.status === 'completed' || turn?.status === 'interrupted') {
    return { ...state, end: { status: turn.status } };
  }
  const error = errorSchema.safeParse(turn?.error).data ?? {
    message: `the turn ended as ${turn?.status ?? 'unknown'}`,
  };
  return {
    ...state,
    end: {
      status: 'failed',
      error: errorOf({ codexErrorInfo: undefined, additionalDetails: undefined, ...error }),
    },
  };
}
