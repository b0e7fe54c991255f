/** How each model provider tells an agent what went wrong, in the words and headers of its own protocol. */
import type { Step } from '../../../src/testing/index.ts';

type Steps = readonly [Step, ...Step[]];

/** What a provider does to an agent. */
export interface Provider {
  readonly 'a key that is refused': Steps;
  readonly 'a rate limit': Steps;
  readonly 'a rate limit until a time': Steps;
  readonly 'a failing service': Steps;
  readonly 'an overloaded service': Steps;
  readonly 'a spent allowance': Steps;
  readonly 'a refusal': Steps;
  readonly 'an answer that is cut at its limit': Steps;
  readonly 'a conversation too long for the model': Steps;
}

/** When limits end, in seconds since the epoch: an hour from now. */
export const resetSeconds = Math.floor(Date.now() / 1_000) + 3_600;

const soon = { 'retry-after': '1' };
/** For agents that would retry for more than a minute. */
const atOnce = { 'retry-after-ms': '50' };
const later = { 'retry-after': new Date(resetSeconds * 1_000).toUTCString() };

function error(status: number, type: string, headers: Readonly<Record<string, string>> = {}): Step {
  return { kind: 'error', status, type, message: `a scripted ${status}`, headers };
}

export const anthropic: Provider = {
  'a key that is refused': [error(401, 'authentication_error')],
  'a rate limit': [error(429, 'rate_limit_error', soon)],
  'a rate limit until a time': [error(429, 'rate_limit_error', later)],
  'a failing service': [error(500, 'api_error')],
  'an overloaded service': [error(529, 'overloaded_error')],
  // Told to a subscription only, and not to a key.
  'a spent allowance': [
    error(429, 'rate_limit_error', {
      'anthropic-ratelimit-unified-status': 'rejected',
      'anthropic-ratelimit-unified-reset': String(resetSeconds),
      'anthropic-ratelimit-unified-representative-claim': 'five_hour',
      'anthropic-ratelimit-unified-5h-status': 'rejected',
      'anthropic-ratelimit-unified-5h-reset': String(resetSeconds),
      'anthropic-ratelimit-unified-5h-utilization': '1.0',
    }),
  ],
  'a refusal': [{ kind: 'answer', text: 'No.', stopReason: 'refusal' }],
  'an answer that is cut at its limit': [{ kind: 'answer', text: 'Hal', stopReason: 'max_tokens' }],
  'a conversation too long for the model': [
    {
      kind: 'error',
      status: 400,
      type: 'invalid_request_error',
      message: 'prompt is too long: 250000 tokens > 200000 maximum',
    },
  ],
};

export const openaiResponses: Provider = {
  'a key that is refused': [error(401, 'invalid_api_key')],
  'a rate limit': [error(429, 'rate_limit_exceeded', soon)],
  'a rate limit until a time': [error(429, 'rate_limit_exceeded', later)],
  'a failing service': [error(500, 'server_error')],
  'an overloaded service': [error(529, 'overloaded')],
  'a spent allowance': [
    error(429, 'usage_limit_reached', {
      'x-codex-primary-used-percent': '100',
      'x-codex-primary-window-minutes': '300',
      'x-codex-primary-reset-at': String(resetSeconds),
    }),
  ],
  'a refusal': [
    { kind: 'answer', text: 'Looking.', call: { tool: 'shell', command: 'true' } },
    { kind: 'answer', text: 'No.', stopReason: 'refusal' },
  ],
  'an answer that is cut at its limit': [{ kind: 'answer', text: 'Hal', stopReason: 'max_output_tokens' }],
  'a conversation too long for the model': [
    { kind: 'answer', breakOff: { type: 'context_length_exceeded', message: 'too long' } },
  ],
};

export const openaiChat: Provider = {
  'a key that is refused': [error(401, 'invalid_api_key')],
  'a rate limit': [error(429, 'rate_limit_exceeded', atOnce)],
  'a rate limit until a time': [error(429, 'rate_limit_exceeded', later)],
  'a failing service': [error(500, 'server_error', atOnce)],
  'an overloaded service': [error(503, 'server_error', atOnce)],
  'a spent allowance': [error(429, 'insufficient_quota', atOnce)],
  'a refusal': [{ kind: 'answer', text: 'No.', stopReason: 'content_filter' }],
  'an answer that is cut at its limit': [{ kind: 'answer', text: 'Hal', stopReason: 'length' }],
  'a conversation too long for the model': [
    {
      kind: 'error',
      status: 400,
      type: 'context_length_exceeded',
      message: "This model's maximum context length is 200000 tokens.",
    },
  ],
};

export const geminiApi: Provider = {
  'a key that is refused': [error(401, 'UNAUTHENTICATED')],
  'a rate limit': [error(429, 'RESOURCE_EXHAUSTED', soon)],
  'a rate limit until a time': [error(429, 'RESOURCE_EXHAUSTED', later)],
  'a failing service': [error(500, 'INTERNAL')],
  'an overloaded service': [error(503, 'UNAVAILABLE')],
  'a spent allowance': [error(429, 'RESOURCE_EXHAUSTED')],
  'a refusal': [{ kind: 'answer', stopReason: 'SAFETY' }],
  'an answer that is cut at its limit': [{ kind: 'answer', text: 'Hal', stopReason: 'MAX_TOKENS' }],
  'a conversation too long for the model': [
    {
      kind: 'error',
      status: 400,
      type: 'INVALID_ARGUMENT',
      message: 'The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).',
    },
  ],
};
