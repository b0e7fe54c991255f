/** A conversation of two turns, and what it looks like in each of the four wire formats. */
import type { ModelUsage, Step } from '../../../src/testing/index.ts';
import type { FormatName } from './conversation.ts';

export const usage: Partial<ModelUsage> = {
  outputTokens: 60,
  cacheReadTokens: 700,
  cacheWriteTokens: 30,
  reasoningTokens: 20,
};
export const work: readonly [Step, ...Step[]] = [
  {
    kind: 'answer',
    text: 'Look:',
    call: [
      { tool: 'shell', command: 'ls' },
      { tool: 'write', path: '/w/a', content: 'b' },
    ],
  },
  { kind: 'answer', text: 'Done.', usage },
];
export const bash = { command: 'ls' };
export const write = { file_path: '/w/a', content: 'b' };

interface Expectation {
  readonly calling: unknown;
  readonly ended: unknown;
  /** The usage of the second answer, as this provider adds it up. */
  readonly usage: unknown;
  /** What the stop reason looks like that a script asks for. */
  readonly stopped: (reason: string) => unknown;
  readonly error: unknown;
}

export const expectations: Readonly<Record<FormatName, Expectation>> = {
  'anthropic-messages': {
    calling: {
      stop_reason: 'tool_use',
      content: [
        { type: 'text', text: 'Look:' },
        { type: 'tool_use', id: 'toolu_1_0', name: 'bash', input: bash },
        { type: 'tool_use', id: 'toolu_1_1', name: 'write', input: write },
      ],
    },
    ended: { stop_reason: 'end_turn', content: [{ type: 'text', text: 'Done.' }] },
    usage: {
      usage: {
        input_tokens: 1_000,
        output_tokens: 60,
        cache_read_input_tokens: 700,
        cache_creation_input_tokens: 30,
      },
    },
    stopped: (reason) => ({ stop_reason: reason }),
    error: { type: 'error', error: { type: 'overloaded', message: 'too much' } },
  },
  'openai-responses': {
    calling: {
      status: 'completed',
      output: [
        { type: 'message', content: [{ type: 'output_text', text: 'Look:' }] },
        { type: 'function_call', call_id: 'call_1_0', name: 'bash', arguments: JSON.stringify(bash) },
        { type: 'function_call', call_id: 'call_1_1', name: 'write', arguments: JSON.stringify(write) },
      ],
    },
    ended: { status: 'completed', output: [{ content: [{ text: 'Done.' }] }] },
    usage: {
      usage: {
        input_tokens: 1_730,
        input_tokens_details: { cached_tokens: 700 },
        output_tokens: 60,
        output_tokens_details: { reasoning_tokens: 20 },
        total_tokens: 1_790,
      },
    },
    stopped: (reason) => ({ status: 'incomplete', incomplete_details: { reason } }),
    error: { error: { type: 'overloaded', code: 'overloaded', message: 'too much' } },
  },
  'openai-chat': {
    calling: {
      choices: [
        {
          finish_reason: 'tool_calls',
          message: {
            content: 'Look:',
            tool_calls: [
              { id: 'call_1_0', function: { name: 'bash', arguments: JSON.stringify(bash) } },
              { id: 'call_1_1', function: { name: 'write', arguments: JSON.stringify(write) } },
            ],
          },
        },
      ],
    },
    ended: { choices: [{ finish_reason: 'stop', message: { role: 'assistant', content: 'Done.' } }] },
    usage: {
      usage: {
        prompt_tokens: 1_700,
        completion_tokens: 60,
        total_tokens: 1_760,
        prompt_tokens_details: { cached_tokens: 700 },
        completion_tokens_details: { reasoning_tokens: 20 },
      },
    },
    stopped: (reason) => ({ choices: [{ finish_reason: reason }] }),
    error: { error: { message: 'too much', type: 'overloaded', code: 'overloaded' } },
  },
  gemini: {
    calling: {
      candidates: [
        {
          finishReason: 'STOP',
          content: {
            role: 'model',
            parts: [
              { text: 'Look:' },
              { functionCall: { name: 'bash', args: bash } },
              { functionCall: { name: 'write', args: write } },
            ],
          },
        },
      ],
    },
    ended: { candidates: [{ finishReason: 'STOP', content: { parts: [{ text: 'Done.' }] } }] },
    usage: {
      usageMetadata: {
        promptTokenCount: 1_700,
        candidatesTokenCount: 40,
        thoughtsTokenCount: 20,
        cachedContentTokenCount: 700,
        totalTokenCount: 1_760,
      },
    },
    stopped: (reason) => ({ candidates: [{ finishReason: reason }] }),
    error: { error: { code: 529, message: 'too much', status: 'overloaded' } },
  },
};
