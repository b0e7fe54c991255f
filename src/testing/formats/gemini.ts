import { z } from 'zod';
import type { Answer, ReadRequest, ServerEvent, WireFormat } from '../wire-format.ts';

/** The Gemini API, as far as coding agents use it. */
export const geminiContent: WireFormat = {
  name: 'gemini',
  matches: (path) => turnPath.test(path),
  read: readRequest,
  stream: streamAnswer,
  whole: (answer) => response(answer, partsOf(answer), stopReason(answer)),
  error: ({ type, message }, status) => ({ error: { code: status, message, status: type } }),
  side: (path) => (/^\/v1beta\/models\/[^/?:]+:countTokens/.test(path) ? { totalTokens: 10 } : undefined),
};

const turnPath = /^\/v1beta\/models\/([^/?:]+):(generateContent|streamGenerateContent)(?:\?|$)/;

const schema = z.object({ properties: z.record(z.string(), z.unknown()).default({}) }).optional();
const declaration = z.object({ name: z.string(), parameters: schema, parametersJsonSchema: schema });

const requestSchema = z.object({
  tools: z.array(z.object({ functionDeclarations: z.array(declaration).default([]) })).default([]),
  generationConfig: z.object({ responseMimeType: z.string().optional() }).optional(),
  contents: z.array(z.object({ parts: z.array(z.record(z.string(), z.unknown())).default([]) })),
});

function readRequest(body: unknown, path: string): ReadRequest {
  const request = requestSchema.parse(body);
  const [, model = '', method] = turnPath.exec(path) ?? [];
  const tools = request.tools.flatMap((tool) => tool.functionDeclarations);
  return {
    model,
    stream: method === 'streamGenerateContent',
    json: request.generationConfig?.responseMimeType === 'application/json',
    tools: tools.map(({ name }) => name),
    turn: request.contents
      .flatMap((content) => content.parts)
      .filter((part) => part['functionResponse'] !== undefined).length,
    offered: tools.map(({ name, parameters, parametersJsonSchema }) => ({
      name,
      parameters: Object.keys((parametersJsonSchema ?? parameters)?.properties ?? {}),
    })),
  };
}

function streamAnswer(answer: Answer): readonly ServerEvent[] {
  const text = answer.text === undefined ? [] : [event(response(answer, [{ text: answer.text }]))];
  const { breakOff } = answer;
  if (breakOff === 'stall' || breakOff === 'cut') return text;
  if (breakOff !== undefined) {
    const { type, message } = breakOff;
    return [...text, event({ error: { code: 500, message, status: type } })];
  }
  return [...text, event(response(answer, callsOf(answer), stopReason(answer)))];
}

function partsOf(answer: Answer): readonly unknown[] {
  const { text } = answer;
  return [...(text === undefined ? [] : [{ text }]), ...callsOf(answer)];
}

function callsOf({ calls }: Answer): readonly unknown[] {
  return calls.map(({ name, input }) => ({ functionCall: { name, args: input } }));
}

/**
 * Input tokens include those that were read from the cache, output tokens are told without those spent on reasoning.
 * Usage comes with the last piece.
 */
function response(answer: Answer, parts: readonly unknown[], finishReason?: string): Record<string, unknown> {
  const { inputTokens, outputTokens, cacheReadTokens, reasoningTokens } = answer.usage;
  const prompt = inputTokens + cacheReadTokens;
  const usageMetadata = {
    promptTokenCount: prompt,
    candidatesTokenCount: outputTokens - reasoningTokens,
    thoughtsTokenCount: reasoningTokens,
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
