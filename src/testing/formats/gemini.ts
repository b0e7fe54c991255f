import { z } from 'zod';
import type { Answer, ModelRequest, ServerEvent, WireFormat } from '../script.ts';

/** The Gemini API, as far as coding agents use it. */
export const geminiContent: WireFormat = {
  name: 'gemini',
  matches: (path) => turnPath.test(path),
  read: readRequest,
  stream: streamAnswer,
  whole: (answer) => response(answer, partsOf(answer), stopReason(answer)),
  error: (step) => ({ error: { code: step.status, message: step.message, status: step.type } }),
  side: (path) => (/^\/v1beta\/models\/[^/?:]+:countTokens/.test(path) ? { totalTokens: 10 } : undefined),
};

const turnPath = /^\/v1beta\/models\/([^/?:]+):(generateContent|streamGenerateContent)(?:\?|$)/;

const requestSchema = z.object({
  tools: z
    .array(z.object({ functionDeclarations: z.array(z.object({ name: z.string() })).default([]) }))
    .default([]),
  contents: z.array(z.object({ parts: z.array(z.record(z.string(), z.unknown())).default([]) })),
});

function readRequest(body: unknown, path: string): ModelRequest {
  const request = requestSchema.parse(body);
  const [, model = '', method] = turnPath.exec(path) ?? [];
  return {
    model,
    stream: method === 'streamGenerateContent',
    tools: request.tools.flatMap((tool) => tool.functionDeclarations.map(({ name }) => name)),
    turn: request.contents
      .flatMap((content) => content.parts)
      .filter((part) => part['functionResponse'] !== undefined).length,
  };
}

function streamAnswer(answer: Answer): readonly ServerEvent[] {
  const text = answer.text === undefined ? [] : [event(response(answer, [{ text: answer.text }]))];
  const { breakOff, call } = answer;
  if (breakOff === 'stall' || breakOff === 'cut') return text;
  if (breakOff !== undefined) {
    const { type, message } = breakOff;
    return [...text, event({ error: { code: 500, message, status: type } })];
  }
  const calling = call === undefined ? [] : [{ functionCall: { name: call.name, args: call.input } }];
  return [...text, event(response(answer, calling, stopReason(answer)))];
}

function partsOf(answer: Answer): readonly unknown[] {
  const { text, call } = answer;
  return [
    ...(text === undefined ? [] : [{ text }]),
    ...(call === undefined ? [] : [{ functionCall: { name: call.name, args: call.input } }]),
  ];
}

/** Input tokens include those that were read from the cache; usage comes with the last piece. */
function response(answer: Answer, parts: readonly unknown[], finishReason?: string): Record<string, unknown> {
  const { inputTokens, outputTokens, cacheReadTokens } = answer.usage;
  const prompt = inputTokens + cacheReadTokens;
  const usageMetadata = {
    promptTokenCount: prompt,
    candidatesTokenCount: outputTokens,
    totalTokenCount: prompt + outputTokens,
    cachedContentTokenCount: cacheReadTokens,
  };
  return {
    responseId: `response-${answer.id}`,
    modelVersion: answer.model,
    candidates: [
      {
        index: 0,
        content: { role: 'model', parts },
        ...(finishReason === undefined ? {} : { finishReason }),
      },
    ],
    ...(finishReason === undefined ? {} : { usageMetadata }),
  };
}

function stopReason(answer: Answer): string {
  return answer.stopReason ?? 'STOP';
}

function event(data: Record<string, unknown>): ServerEvent {
  return { name: undefined, data: JSON.stringify(data) };
}
