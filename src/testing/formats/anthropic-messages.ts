import { z } from 'zod';
import type { Answer, ReadRequest, ServerEvent, ToolCall, WireFormat } from '../wire-format.ts';

/** The Anthropic Messages API, as far as coding agents use it. */
export const anthropicMessages: WireFormat = {
  name: 'anthropic-messages',
  matches: (path) => /^\/v1\/messages(?:\?|$)/.test(path),
  read: readRequest,
  stream: streamAnswer,
  whole: wholeAnswer,
  error: ({ type, message }) => ({ type: 'error', error: { type, message } }),
  side: (path) => (path.startsWith('/v1/messages/count_tokens') ? { input_tokens: 10 } : undefined),
};

const properties = z.record(z.string(), z.unknown()).default({});

const requestSchema = z.object({
  model: z.string(),
  stream: z.boolean().default(false),
  tools: z
    .array(z.object({ name: z.string(), input_schema: z.object({ properties }).optional() }))
    .default([]),
  output_config: z.object({ format: z.unknown().optional() }).optional(),
  messages: z.array(z.object({ content: z.union([z.string(), z.array(z.object({ type: z.string() }))]) })),
});

function readRequest(body: unknown): ReadRequest {
  const request = requestSchema.parse(body);
  const parts = request.messages.flatMap((message) =>
    typeof message.content === 'string' ? [] : message.content,
  );
  return {
    model: request.model,
    stream: request.stream,
    json: request.output_config?.format !== undefined,
    tools: request.tools.map((tool) => tool.name),
    turn: parts.filter((part) => part.type === 'tool_result').length,
    offered: request.tools.map(({ name, input_schema: schema }) => ({
      name,
      parameters: Object.keys(schema?.properties ?? {}),
    })),
  };
}

function streamAnswer(answer: Answer): readonly ServerEvent[] {
  const start = event('message_start', { message: { ...frame(answer, []), usage: usage(answer, 1) } });
  const text = answer.text === undefined ? [] : block(0, { type: 'text', text: '' }, textDelta(answer.text));
  if (answer.breakOff === 'stall' || answer.breakOff === 'cut') return [start, ...text.slice(0, 2)];
  if (answer.breakOff !== undefined) {
    return [start, ...text.slice(0, 2), event('error', { error: answer.breakOff })];
  }
  const first = text.length === 0 ? 0 : 1;
  const calling = answer.calls.flatMap((call, index) =>
    block(first + index, { ...toolUse(call), input: {} }, inputDelta(call.input)),
  );
  return [
    start,
    ...text,
    ...calling,
    event('message_delta', {
      delta: { stop_reason: stopReason(answer), stop_sequence: null },
      usage: { output_tokens: answer.usage.outputTokens },
    }),
    event('message_stop', {}),
  ];
}

function wholeAnswer(answer: Answer): unknown {
  const content = [
    ...(answer.text === undefined ? [] : [{ type: 'text', text: answer.text }]),
    ...answer.calls.map((call) => ({ ...toolUse(call), input: call.input })),
  ];
  const usageOfAll = usage(answer, answer.usage.outputTokens);
  return { ...frame(answer, content), stop_reason: stopReason(answer), usage: usageOfAll };
}

function frame(answer: Answer, content: readonly unknown[]): Record<string, unknown> {
  const { id, model } = answer;
  const ends = { stop_reason: null, stop_sequence: null };
  return { id: `msg_${id}`, type: 'message', role: 'assistant', model, content, ...ends };
}

function toolUse({ id, name }: ToolCall): Record<string, unknown> {
  return { type: 'tool_use', id: `toolu_${id}`, name };
}

function usage(answer: Answer, outputTokens: number): Record<string, number> {
  return {
    input_tokens: answer.usage.inputTokens,
    output_tokens: outputTokens,
    cache_read_input_tokens: answer.usage.cacheReadTokens,
    cache_creation_input_tokens: answer.usage.cacheWriteTokens,
  };
}

function stopReason(answer: Answer): string {
  return answer.stopReason ?? (answer.calls.length === 0 ? 'end_turn' : 'tool_use');
}

function block(index: number, start: Record<string, unknown>, delta: Record<string, unknown>): ServerEvent[] {
  return [
    event('content_block_start', { index, content_block: start }),
    event('content_block_delta', { index, delta }),
    event('content_block_stop', { index }),
  ];
}

function textDelta(text: string): Record<string, unknown> {
  return { type: 'text_delta', text };
}

function inputDelta(input: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return { type: 'input_json_delta', partial_json: JSON.stringify(input) };
}

function event(name: string, data: Record<string, unknown>): ServerEvent {
  return { name, data: JSON.stringify({ type: name, ...data }) };
}
