import { z } from 'zod';
import type { Answer, ModelRequest, ServerEvent, WireFormat } from '../script.ts';

/**
 * The OpenAI Responses API, as far as coding agents use it. An answer's `stopReason` is `refusal` (the text is then
 * one) or the reason why the response is incomplete, such as `max_output_tokens`.
 */
export const openaiResponses: WireFormat = {
  name: 'openai-responses',
  matches: (path) => /^(?:\/v1)?\/responses(?:\?|$)/.test(path),
  read: readRequest,
  stream: streamAnswer,
  whole: (answer) => wholeResponse(answer),
  error: (step) => ({ error: { type: step.type, code: step.type, message: step.message, param: null } }),
  side: (path) =>
    /^(?:\/v1)?\/models(?:\?|$)/.test(path) ? { object: 'list', data: [], models: [] } : undefined,
};

const requestSchema = z.object({
  model: z.string(),
  stream: z.boolean().default(false),
  tools: z.array(z.object({ name: z.string().optional(), type: z.string() })).default([]),
  input: z.union([z.string(), z.array(z.object({ type: z.string().optional() }))]),
});

function readRequest(body: unknown): ModelRequest {
  const request = requestSchema.parse(body);
  const items = typeof request.input === 'string' ? [] : request.input;
  return {
    model: request.model,
    stream: request.stream,
    tools: request.tools.map((tool) => tool.name ?? tool.type),
    turn: items.filter((item) => item.type?.endsWith('_call_output') === true).length,
  };
}

function streamAnswer(answer: Answer): readonly ServerEvent[] {
  const { breakOff } = answer;
  const created = event('response.created', { response: frame(answer, 'in_progress', []) });
  const items = outputOf(answer).flatMap((item, index) => [
    event('response.output_item.added', { output_index: index, item }),
    event('response.output_item.done', { output_index: index, item }),
  ]);
  if (breakOff === 'stall' || breakOff === 'cut') return [created, ...items];
  const last = wholeResponse(answer);
  return [created, ...items, event(`response.${last['status'] as string}`, { response: last })];
}

function wholeResponse(answer: Answer): Record<string, unknown> {
  const { breakOff, stopReason } = answer;
  if (typeof breakOff === 'object') {
    const error = { code: breakOff.type, message: breakOff.message };
    return { ...frame(answer, 'failed', []), error };
  }
  if (stopReason !== undefined && stopReason !== 'refusal') {
    const incomplete = { ...frame(answer, 'incomplete', outputOf(answer)), usage: usage(answer) };
    return { ...incomplete, incomplete_details: { reason: stopReason } };
  }
  return { ...frame(answer, 'completed', outputOf(answer)), usage: usage(answer) };
}

function frame(answer: Answer, status: string, output: readonly unknown[]): Record<string, unknown> {
  return { id: `resp_${answer.id}`, object: 'response', model: answer.model, status, output };
}

function outputOf(answer: Answer): readonly Record<string, unknown>[] {
  const { id, text, call } = answer;
  const content =
    answer.stopReason === 'refusal'
      ? { type: 'refusal', refusal: text ?? '' }
      : { type: 'output_text', text, annotations: [] };
  const message = { type: 'message', id: `msg_${id}`, role: 'assistant', status: 'completed' };
  const calling = { type: 'function_call', id: `fc_${id}`, call_id: `call_${id}`, status: 'completed' };
  return [
    ...(text === undefined ? [] : [{ ...message, content: [content] }]),
    ...(call === undefined ? [] : [{ ...calling, name: call.name, arguments: JSON.stringify(call.input) }]),
  ];
}

/** What was read from or written to the cache counts as input too. */
function usage({ usage: counts }: Answer): Record<string, unknown> {
  const { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens } = counts;
  const input = inputTokens + cacheReadTokens + cacheWriteTokens;
  return {
    input_tokens: input,
    input_tokens_details: { cached_tokens: cacheReadTokens },
    output_tokens: outputTokens,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: input + outputTokens,
  };
}

function event(name: string, data: Record<string, unknown>): ServerEvent {
  return { name, data: JSON.stringify({ type: name, ...data }) };
}
