import { z } from 'zod';
import type { Answer, ReadRequest, ServerEvent, ToolCall, WireFormat } from '../wire-format.ts';

/** The OpenAI Chat Completions API, as far as coding agents use it. */
export const openaiChat: WireFormat = {
  name: 'openai-chat',
  matches: (path) => /^(?:\/v1)?\/chat\/completions(?:\?|$)/.test(path),
  read: readRequest,
  stream: streamAnswer,
  whole: wholeAnswer,
  error: ({ type, message }) => ({ error: { message, type, code: type, param: null } }),
  side: () => undefined,
};

const schema = z.object({ properties: z.record(z.string(), z.unknown()).default({}) });

const requestSchema = z.object({
  model: z.string(),
  stream: z.boolean().default(false),
  tools: z
    .array(z.object({ function: z.object({ name: z.string(), parameters: schema.optional() }) }))
    .default([]),
  response_format: z.object({ type: z.string() }).optional(),
  messages: z.array(z.object({ role: z.string() })),
});

function readRequest(body: unknown): ReadRequest {
  const request = requestSchema.parse(body);
  return {
    model: request.model,
    stream: request.stream,
    json: request.response_format?.type.startsWith('json') === true,
    tools: request.tools.map((tool) => tool.function.name),
    turn: request.messages.filter((message) => message.role === 'tool').length,
    offered: request.tools.map(({ function: { name, parameters } }) => ({
      name,
      parameters: Object.keys(parameters?.properties ?? {}),
    })),
  };
}

function streamAnswer(answer: Answer): readonly ServerEvent[] {
  const start = chunk(answer, { role: 'assistant', content: '' });
  const text = answer.text === undefined ? [] : [chunk(answer, { content: answer.text })];
  const { breakOff, calls } = answer;
  if (breakOff === 'stall' || breakOff === 'cut') return [start, ...text];
  if (breakOff !== undefined) return [start, ...text, event({ error: breakOff })];
  const calling = calls.map((call, index) => chunk(answer, { tool_calls: [{ index, ...callOf(call) }] }));
  return [
    start,
    ...text,
    ...calling,
    chunk(answer, {}, finishReason(answer)),
    event({ ...frame(answer, 'chat.completion.chunk'), choices: [], usage: usage(answer) }),
    { name: undefined, data: '[DONE]' },
  ];
}

function wholeAnswer(answer: Answer): unknown {
  const calls = answer.calls.length === 0 ? {} : { tool_calls: answer.calls.map(callOf) };
  const message = { role: 'assistant', content: answer.text ?? null, ...calls };
  return {
    ...frame(answer, 'chat.completion'),
    choices: [{ index: 0, message, finish_reason: finishReason(answer) }],
    usage: usage(answer),
  };
}

function chunk(answer: Answer, delta: Record<string, unknown>, finish: string | null = null): ServerEvent {
  const choices = [{ index: 0, delta, finish_reason: finish }];
  return event({ ...frame(answer, 'chat.completion.chunk'), choices });
}

function frame(answer: Answer, object: string): Record<string, unknown> {
  return { id: `chatcmpl-${answer.id}`, object, created: 0, model: answer.model };
}

function callOf({ id, name, input }: ToolCall): Record<string, unknown> {
  return { id: `call_${id}`, type: 'function', function: { name, arguments: JSON.stringify(input) } };
}

/** Input tokens include those that were read from the cache. */
function usage(answer: Answer): Record<string, unknown> {
  const { inputTokens, outputTokens, cacheReadTokens, reasoningTokens } = answer.usage;
  const prompt = inputTokens + cacheReadTokens;
  return {
    prompt_tokens: prompt,
    completion_tokens: outputTokens,
    total_tokens: prompt + outputTokens,
    prompt_tokens_details: { cached_tokens: cacheReadTokens },
    completion_tokens_details: { reasoning_tokens: reasoningTokens },
  };
}

function finishReason(answer: Answer): string {
  return answer.stopReason ?? (answer.calls.length === 0 ? 'stop' : 'tool_calls');
}

function event(data: Record<string, unknown>): ServerEvent {
  return { name: undefined, data: JSON.stringify(data) };
}
