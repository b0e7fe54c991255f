import { z } from 'zod';
import type { Answer, ReadRequest, ServerEvent, WireFormat } from '../wire-format.ts';

/**
 * The OpenAI Responses API, as far as coding agents use it. An answer's `stopReason` is `refusal` (the text is then
 * one) or the reason why the response is incomplete, such as `max_output_tokens`.
 */
export const openaiResponses: WireFormat = {
  name: 'openai-responses',
  matches: (path) => /^(?:\/v1)?\/responses(?:\?|$)/.test(path),
  read: readRequest,
  stream: streamAnswer,
  whole: finalResponse,
  error: ({ type, message }) => ({ error: { type, code: type, message, param: null } }),
  side: (path) =>
    /^(?:\/v1)?\/models(?:\?|$)/.test(path) ? { object: 'list', data: [], models: [] } : undefined,
};

const schema = z.object({ properties: z.record(z.string(), z.unknown()).default({}) });

const requestSchema = z.object({
  model: z.string(),
  stream: z.boolean().default(false),
  tools: z
    .array(z.object({ name: z.string().optional(), type: z.string(), parameters: schema.nullish() }))
    .default([]),
  text: z.object({ format: z.object({ type: z.string() }).optional() }).optional(),
  input: z.union([z.string(), z.array(z.object({ type: z.string().optional() }))]),
});

function readRequest(body: unknown): ReadRequest {
  const request = requestSchema.parse(body);
  const items = typeof request.input === 'string' ? [] : request.input;
  return {
    model: request.model,
    stream: request.stream,
    json: request.text?.format?.type.startsWith('json') === true,
    tools: request.tools.map((tool) => tool.name ?? tool.type),
    turn: items.filter((item) => item.type?.endsWith('_call_output') === true).length,
    offered: request.tools.map(({ name, type, parameters }) => ({
      name: name ?? type,
      parameters: Object.keys(parameters?.properties ?? {}),
    })),
  };
}

function streamAnswer(answer: Answer): readonly ServerEvent[] {
  return eventsOf(answer).map(({ type, ...fields }, index) => ({
    name: type,
    data: JSON.stringify({ type, sequence_number: index, ...fields }),
  }));
}

interface ResponseEvent {
  readonly type: string;
}

function eventsOf(answer: Answer): readonly ResponseEvent[] {
  const { breakOff } = answer;
  const created = event('response.created', { response: frame(answer, 'in_progress', []) });
  const text = textEvents(answer);
  // A text that breaks off is begun and not ended.
  if (breakOff === 'stall' || breakOff === 'cut') return [created, ...text.slice(0, 3)];
  const last = finalResponse(answer);
  const ended = event(`response.${last['status'] as string}`, { response: last });
  if (breakOff !== undefined) return [created, ...text.slice(0, 3), ended];
  return [created, ...text, ...callEvents(answer, text.length === 0 ? 0 : 1), ended];
}

function textEvents(answer: Answer): readonly ResponseEvent[] {
  return messagesOf(answer).flatMap((item) => {
    const at = { output_index: 0, content_index: 0, item_id: item['id'] };
    const kind = isRefusal(answer) ? 'refusal' : 'output_text';
    const whole = { [isRefusal(answer) ? 'refusal' : 'text']: answer.text };
    return [
      added(0, { ...item, status: 'in_progress', content: [] }),
      event('response.content_part.added', { ...at, part: contentOf(answer, '') }),
      event(`response.${kind}.delta`, { ...at, delta: answer.text }),
      event(`response.${kind}.done`, { ...at, ...whole }),
      event('response.content_part.done', { ...at, part: contentOf(answer, answer.text) }),
      done(0, item),
    ];
  });
}

function callEvents(answer: Answer, first: number): readonly ResponseEvent[] {
  return callItemsOf(answer).flatMap((item, index) => {
    const at = { output_index: first + index, item_id: item['id'] };
    const written = item['arguments'];
    return [
      added(first + index, { ...item, status: 'in_progress', arguments: '' }),
      event('response.function_call_arguments.delta', { ...at, delta: written }),
      event('response.function_call_arguments.done', { ...at, arguments: written }),
      done(first + index, item),
    ];
  });
}

function added(index: number, item: unknown): ResponseEvent {
  return event('response.output_item.added', { output_index: index, item });
}

function done(index: number, item: unknown): ResponseEvent {
  return event('response.output_item.done', { output_index: index, item });
}

function finalResponse(answer: Answer): Record<string, unknown> {
  const { breakOff, stopReason } = answer;
  if (typeof breakOff === 'object') {
    const error = { code: breakOff.type, message: breakOff.message };
    return { ...frame(answer, 'failed', []), error };
  }
  const output = [...messagesOf(answer), ...callItemsOf(answer)];
  if (stopReason !== undefined && !isRefusal(answer)) {
    const incomplete = { ...frame(answer, 'incomplete', output), usage: usage(answer) };
    return { ...incomplete, incomplete_details: { reason: stopReason } };
  }
  return { ...frame(answer, 'completed', output), usage: usage(answer) };
}

function frame(answer: Answer, status: string, output: readonly unknown[]): Record<string, unknown> {
  const { id, model } = answer;
  return { id: `resp_${id}`, object: 'response', created_at: 0, model, status, output };
}

/** The message with the text; none without one. */
function messagesOf(answer: Answer): readonly Record<string, unknown>[] {
  const { id, text } = answer;
  const message = { type: 'message', id: `msg_${id}`, role: 'assistant', status: 'completed' };
  return text === undefined ? [] : [{ ...message, content: [contentOf(answer, text)] }];
}

function contentOf(answer: Answer, text: string | undefined): Record<string, unknown> {
  return isRefusal(answer)
    ? { type: 'refusal', refusal: text }
    : { type: 'output_text', text, annotations: [] };
}

function callItemsOf({ calls }: Answer): readonly Record<string, unknown>[] {
  return calls.map(({ id, name, namespace, input }) => ({
    type: 'function_call',
    id: `fc_${id}`,
    call_id: `call_${id}`,
    status: 'completed',
    name,
    ...(namespace === undefined ? {} : { namespace }),
    arguments: JSON.stringify(input),
  }));
}

function isRefusal({ stopReason }: Answer): boolean {
  return stopReason === 'refusal';
}

/** What was read from or written to the cache counts as input too. */
function usage({ usage: counts }: Answer): Record<string, unknown> {
  const { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens, reasoningTokens } = counts;
  const input = inputTokens + cacheReadTokens + cacheWriteTokens;
  return {
    input_tokens: input,
    input_tokens_details: { cached_tokens: cacheReadTokens },
    output_tokens: outputTokens,
    output_tokens_details: { reasoning_tokens: reasoningTokens },
    total_tokens: input + outputTokens,
  };
}

function event(type: string, data: Readonly<Record<string, unknown>>): ResponseEvent {
  return { type, ...data };
}
