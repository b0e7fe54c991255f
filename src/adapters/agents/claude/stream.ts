/**
 * Reads Claude Code's `--output-format stream-json`, one line at a time, without side effects.
 * Source: the agents reference, § 2, and recorded output of version 2.1.328.
 *
 * 1. Only the fields used here are read, and any of them but the `result` event's verdict may be missing or of
 *    another type: a newer version must not turn a finished run into a crash.
 * 2. A line that is not JSON, or an event not known here, changes nothing. Lines above 1 MB arrive in pieces.
 */
import { z } from 'zod';
import { addUsage, noUsage, type Usage } from '../../../domain/usage.ts';
import type { AgentEvent } from '../../../ports/agent.ts';
import { boundText } from '../agent-process.ts';
import { withDenial } from '../denials.ts';
import { sumModelUsage, usageOfMessage, messageUsageSchema, modelUsageSchema } from './usage.ts';

export interface ClaudeResult {
  readonly subtype: string;
  readonly isError: boolean;
  readonly text: string;
  readonly terminalReason: string | undefined;
  readonly stopReason: string | undefined;
  readonly apiError: string | undefined;
  readonly apiErrorType: string | undefined;
  readonly httpStatus: number | undefined;
}

export interface ClaudeState {
  readonly session: string | undefined;
  /** The last `result` event; the run is not over before it came. */
  readonly result: ClaudeResult | undefined;
  /** What the main conversation said last. */
  readonly lastText: string;
  /** The class the CLI gave its last API error, e.g. `authentication_failed`. */
  readonly apiErrorClass: string | undefined;
  /** Milliseconds since the epoch; only while the account's limit rejects requests. */
  readonly limitResetsAtMs: number | undefined;
  /** Of all results so far, as the CLI accounts for it. */
  readonly settledUsage: Usage | undefined;
  /** Of the messages since the last result; output tokens are a lower bound, cost is not known. */
  readonly runningUsage: Usage;
  readonly lastMessageId: string | undefined;
  readonly denials: readonly string[];
}

export const initialClaudeState: ClaudeState = {
  session: undefined,
  result: undefined,
  lastText: '',
  apiErrorClass: undefined,
  limitResetsAtMs: undefined,
  settledUsage: undefined,
  runningUsage: noUsage,
  lastMessageId: undefined,
  denials: [],
};

export interface ClaudeStep {
  readonly state: ClaudeState;
  readonly events: readonly AgentEvent[];
}

/** One line of standard output. */
export function readClaudeLine(state: ClaudeState, line: string): ClaudeStep {
  const event = parseEvent(line);
  if (event === undefined) return { state, events: [] };
  switch (event.type) {
    case 'assistant':
      return readAssistant(state, event);
    case 'system':
      return readSystem(state, event);
    case 'rate_limit_event':
      return { state: readRateLimit(state, event), events: [] };
    case 'result':
      return readResult(state, event);
  }
}

/** Usage of the attempt so far; undefined when nothing was reported. */
export function usageOf(state: ClaudeState): Usage | undefined {
  if (state.settledUsage === undefined)
    return state.lastMessageId === undefined ? undefined : state.runningUsage;
  return addUsage(state.settledUsage, state.runningUsage);
}

const text = z.string().optional().catch(undefined);
const number = z.number().optional().catch(undefined);

const contentSchema = z.object({
  type: z.string(),
  text,
  name: text,
  input: z.record(z.string(), z.unknown()).optional().catch(undefined),
});

const assistantSchema = z.object({
  type: z.literal('assistant'),
  message: z.object({
    id: text,
    model: text,
    content: z.array(contentSchema).catch([]),
    usage: messageUsageSchema,
  }),
  /** Set on what a subagent says. */
  parent_tool_use_id: text,
  is_api_error_message: z.boolean().optional().catch(undefined),
  error: text,
});

const systemSchema = z.object({
  type: z.literal('system'),
  subtype: z.string(),
  session_id: text,
  attempt: number,
  max_retries: number,
  retry_delay_ms: number,
  error_status: number,
  error: text,
  tool_name: text,
  decision_reason: text,
  message: text,
});

const rateLimitSchema = z.object({
  type: z.literal('rate_limit_event'),
  rate_limit_info: z.object({ status: z.string(), resetsAt: number }),
});

const resultSchema = z.object({
  type: z.literal('result'),
  subtype: z.string(),
  is_error: z.boolean(),
  result: text,
  errors: z.array(z.string()).optional().catch(undefined),
  terminal_reason: text,
  stop_reason: text,
  api_error: text,
  api_error_type: text,
  api_error_status: number,
  total_cost_usd: number,
  modelUsage: modelUsageSchema,
  model_usage_since_last_result: modelUsageSchema,
});

const eventSchema = z.discriminatedUnion('type', [
  assistantSchema,
  systemSchema,
  rateLimitSchema,
  resultSchema,
]);

function parseEvent(line: string): z.infer<typeof eventSchema> | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return eventSchema.safeParse(JSON.parse(line)).data;
  } catch {
    // A piece of a line longer than the line splitter hands on whole, or stray output.
    return undefined;
  }
}

function readAssistant(state: ClaudeState, event: z.infer<typeof assistantSchema>): ClaudeStep {
  const { message } = event;
  const events = message.content.flatMap(eventOfContent);
  if (event.parent_tool_use_id !== undefined) return { state, events };
  const said = message.content.flatMap((part) => (part.type === 'text' ? [part.text ?? ''] : [])).join('\n');
  const isError = event.is_api_error_message === true;
  const next: ClaudeState = {
    ...state,
    lastText: said === '' ? state.lastText : said,
    apiErrorClass: isError ? event.error : undefined,
  };
  // A message comes as one event per content part, each with the usage of the whole message.
  const isNew = message.id !== undefined && message.id !== state.lastMessageId && !isError;
  if (!isNew) return { state: next, events };
  const used = usageOfMessage(message.usage, message.model);
  const counted = {
    ...next,
    lastMessageId: message.id,
    runningUsage: addUsage(state.runningUsage, used),
  };
  const usage = message.usage === undefined ? undefined : usageOf(counted);
  const told: readonly AgentEvent[] = usage === undefined ? [] : [{ type: 'usage', usage }];
  return { state: counted, events: [{ type: 'turn' }, ...told, ...events] };
}

function eventOfContent(part: z.infer<typeof contentSchema>): readonly AgentEvent[] {
  if (part.type === 'text' && part.text !== undefined && part.text.trim() !== '') {
    return [{ type: 'text', text: boundText(part.text) }];
  }
  if (part.type === 'tool_use') {
    return [{ type: 'tool', name: part.name ?? 'unknown', detail: detailOf(part.input ?? {}) }];
  }
  return [];
}

/** The one argument by which a person recognises the call. */
function detailOf(input: Readonly<Record<string, unknown>>): string {
  const named = ['command', 'file_path', 'notebook_path', 'pattern', 'path', 'url', 'query', 'description'];
  const value = named.map((name) => input[name]).find((candidate) => typeof candidate === 'string');
  return boundText(typeof value === 'string' ? value : JSON.stringify(input), LONGEST_DETAIL);
}

const LONGEST_DETAIL = 300;

function readSystem(state: ClaudeState, event: z.infer<typeof systemSchema>): ClaudeStep {
  if (event.subtype === 'api_retry') {
    return { state, events: [{ type: 'retrying', reason: describeRetry(event) }] };
  }
  if (event.subtype === 'permission_denied') {
    const detail = boundText(`denied: ${event.decision_reason ?? 'no reason given'}`, LONGEST_DETAIL);
    const denials = withDenial(state.denials, event.tool_name, event.message ?? event.decision_reason ?? '');
    const name = event.tool_name ?? 'unknown';
    return { state: { ...state, denials }, events: [{ type: 'tool', name, detail }] };
  }
  if (event.subtype === 'init') return { state: { ...state, session: event.session_id }, events: [] };
  return { state, events: [] };
}

function describeRetry(event: z.infer<typeof systemSchema>): string {
  const status = event.error_status === undefined ? '' : ` (HTTP ${event.error_status})`;
  const wait = event.retry_delay_ms === undefined ? '' : `, next in ${Math.round(event.retry_delay_ms)} ms`;
  return `${event.error ?? 'unknown'}${status}: retry ${event.attempt ?? '?'} of ${event.max_retries ?? '?'}${wait}`;
}

function readRateLimit(state: ClaudeState, event: z.infer<typeof rateLimitSchema>): ClaudeState {
  const { status, resetsAt } = event.rate_limit_info;
  const rejected = status === 'rejected' && resetsAt !== undefined;
  return { ...state, limitResetsAtMs: rejected ? resetsAt * 1_000 : undefined };
}

function readResult(state: ClaudeState, event: z.infer<typeof resultSchema>): ClaudeStep {
  const settledUsage = settleUsage(state, event);
  return {
    state: {
      ...state,
      result: {
        subtype: event.subtype,
        isError: event.is_error,
        text: event.result ?? event.errors?.join('\n') ?? '',
        terminalReason: event.terminal_reason,
        stopReason: event.stop_reason,
        apiError: event.api_error,
        apiErrorType: event.api_error_type,
        httpStatus: event.api_error_status,
      },
      settledUsage,
      runningUsage: noUsage,
    },
    events: settledUsage === undefined ? [] : [{ type: 'usage', usage: settledUsage }],
  };
}

/**
 * `usage` misses the request that broke a budget, and `modelUsage` holds a resumed session's past as well, so the
 * difference since the last result is taken where there is one.
 */
function settleUsage(state: ClaudeState, event: z.infer<typeof resultSchema>): Usage | undefined {
  if (event.model_usage_since_last_result !== undefined) {
    return addUsage(state.settledUsage ?? noUsage, sumModelUsage(event.model_usage_since_last_result));
  }
  if (event.modelUsage === undefined) return usageOf(state);
  const total = sumModelUsage(event.modelUsage);
  return event.total_cost_usd === undefined ? total : { ...total, costUsd: event.total_cost_usd };
}
