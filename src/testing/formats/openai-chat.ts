import { z } from 'zod';
import type { Answer, ModelRequest, ServerEvent, WireFormat } from '../script.ts';

/** The OpenAI Chat Completions API, as far as coding agents use it. */
export const openaiChat: WireFormat = {
  name: 'openai-chat',
  matches: (path) => /^\/v1\/chat\/completions(?:\?|$)/.test(path),
  read: readRequest,
  stream: streamAnswer,
  whole: wholeAnswer,
  error: (step) => ({ error: { message: step.message, type: step.type, code: step.type, param: null } }),
  side: () => undefined,
};

const requestSchema = z.object({
  model: z.string(),
  stream: z.boolean().default(false),
  tools: z.array(z.object({ function: z.object({ name: z.string() }) })).default([]),
  messages: z.array(z.object({ role: z.string() })),
});

function readRequest(body: unknown): ModelRequest {
  const request = requestSchema.parse(body);
  return {
    model: request.model,
    stream: request.stream,
    tools: request.tools.map((tool) => tool.function.name),
    turn: request.messages.filter((message) => message.role === 'tool').length,
  };
}

function streamAnswer(answer: Answer): readonly ServerEvent[] {
  const start = chunk(answer, { role: 'assistant', content: '' });
  const text = answer.text === undefined ? [] : [chunk(answer, { content: answer.text })];
  const { breakOff, call } = answer;
  if (breakOff === 'stall' || breakOff === 'cut') return [start, ...text];
  if (breakOff !== undefined) return [start, ...text, event({ error: breakOff })];
  const calling =
    call === undefined ? [] : [chunk(answer, { tool_calls: [{ index: 0, ...callOf(answer) }] })];
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
  const calls = answer.call === undefined ? {} : { tool_calls: [callOf(answer)] };
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

function callOf(answer: Answer): Record<string, unknown> {
  const { name = '', input = {} } = answer.call ?? {};
  return { id: `call_${answer.id}`, type: 'function', function: { name, arguments: JSON.stringify(input) } };
}

/** Input tokens include those that were read from the cache. */
function usage(answer: Answer): Record<string, unknown> {
  const { inputTokens, outputTokens, cacheReadTokens } = answer.usage;
  const prompt = inputTokens + cacheReadTokens;
  return {
    prompt_tokens: prompt,
    completion_tokens: outputTokens,
    total_tokens: prompt + outputTokens,
    prompt_tokens_details: { cached_tokens: cacheReadTokens },
  };
}

function finishReason(answer: Answer): string {
  return answer.stopReason ?? (answer.call === undefined ? 'stop' : 'tool_calls');
}

function event(data: Record<string, unknown>): ServerEvent {
  return { name: undefined, data: JSON.stringify(data) };
}
