/** Requests as agents send them, in each of the four wire formats, by plain fetch. */
import type { RecordedRequest, ScriptedModel } from '../../../src/testing/index.ts';

export interface Turn {
  readonly stream: boolean;
  /** Tools that the agent offers; the default is a shell and a writer. */
  readonly tools?: readonly string[];
  /** Results of tools that the conversation holds; the default is none. */
  readonly results?: number;
  readonly json?: boolean;
}

export type FormatName = RecordedRequest['format'];
export const formatNames = ['anthropic-messages', 'openai-responses', 'openai-chat', 'gemini'] as const;

export function ask(model: ScriptedModel, script: string, format: FormatName, turn: Turn): Promise<Response> {
  const { path, body } = requests[format]({ tools: ['bash', 'write'], results: 0, json: false, ...turn });
  return post(model.baseUrl(script) + path, body);
}

export function post(url: string, body: unknown): Promise<Response> {
  const headers = { 'content-type': 'application/json', 'x-api-key': 'dummy' };
  return fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
}

interface Wire {
  readonly path: string;
  readonly body: unknown;
}

const requests: Readonly<Record<FormatName, (turn: Required<Turn>) => Wire>> = {
  'anthropic-messages': ({ stream, tools, results, json }) => ({
    path: '/v1/messages?beta=true',
    body: {
      model: 'm',
      stream,
      max_tokens: 100,
      tools: tools.map((name) => ({ name, input_schema: { type: 'object', properties: { command: {} } } })),
      messages: [
        { role: 'user', content: 'Do it.' },
        ...times(results, {
          role: 'user',
          content: [{ type: 'tool_result', tool_use_id: 'x', content: 'ok' }],
        }),
      ],
      output_config: json ? { format: { type: 'json_schema', schema: {} } } : { effort: 'high' },
    },
  }),
  'openai-responses': ({ stream, tools, results, json }) => ({
    path: '/v1/responses',
    body: {
      model: 'm',
      stream,
      tools: tools.map((name) => ({ type: 'function', name })),
      input: [
        { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Do it.' }] },
        ...times(results, { type: 'function_call_output', call_id: 'x', output: 'ok' }),
      ],
      ...(json ? { text: { format: { type: 'json_schema', name: 'x', schema: {} } } } : {}),
    },
  }),
  'openai-chat': ({ stream, tools, results, json }) => ({
    path: '/v1/chat/completions',
    body: {
      model: 'm',
      stream,
      tools: tools.map((name) => ({ type: 'function', function: { name } })),
      messages: [
        { role: 'user', content: 'Do it.' },
        ...times(results, { role: 'tool', tool_call_id: 'x', content: 'ok' }),
      ],
      ...(json ? { response_format: { type: 'json_object' } } : {}),
    },
  }),
  gemini: ({ stream, tools, results, json }) => ({
    path: stream ? '/v1beta/models/m:streamGenerateContent?alt=sse' : '/v1beta/models/m:generateContent',
    body: {
      tools: [{ functionDeclarations: tools.map((name) => ({ name })) }],
      contents: [
        { role: 'user', parts: [{ text: 'Do it.' }] },
        ...times(results, { role: 'user', parts: [{ functionResponse: { name: 'bash', response: {} } }] }),
      ],
      ...(json ? { generationConfig: { responseMimeType: 'application/json' } } : {}),
    },
  }),
};

function times<T>(count: number, value: T): readonly T[] {
  return Array.from({ length: count }, () => value);
}
