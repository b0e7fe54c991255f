import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { projectRoot } from '../../rig/pawl.ts';
import { anthropic, openaiResponses, resetSeconds } from './provider.ts';
import type { AgentSurface, End } from './surface.ts';

/** The program that Pawl ships; `npm run build` comes first. */
const program = {
  path: join(projectRoot, 'bin', 'pawl-coder.js'),
  present: existsSync(join(projectRoot, 'dist', 'coder', 'main.js')),
};

/** The built-in agent with one of the providers that it can be pointed away from by a variable. */
export function aiSdkSurface(provider: 'anthropic' | 'openai'): AgentSurface {
  const prefix = provider.toUpperCase();
  const config = {
    kind: 'ai-sdk',
    provider,
    model: provider === 'anthropic' ? 'claude-sonnet-4-5' : 'scripted',
    passEnv: [`${prefix}_BASE_URL`],
  } as const;
  const limited = (resetsAt?: number): End => ({
    outcome: { kind: 'rate-limited', ...(resetsAt === undefined ? {} : { resetsAt }) },
  });
  return {
    name: `the built-in agent with ${provider}`,
    program,
    config: { ...config, passEnv: [...config.passEnv] },
    provider: provider === 'anthropic' ? anthropic : openaiResponses,
    variables: (baseUrl) => ({ [`${prefix}_API_KEY`]: 'dummy', [`${prefix}_BASE_URL`]: `${baseUrl}/v1` }),
    tools: { write: 'write', shell: 'bash' },
    // What was written to the cache is part of the input where the provider does not tell it apart.
    usage: {
      inputTokens: provider === 'anthropic' ? 3_000 : 3_030,
      outputTokens: 150,
      cacheReadTokens: 700,
      cacheWriteTokens: provider === 'anthropic' ? 30 : 0,
      model: config.model,
    },
    leftByVersion: [],
    idleMs: 5_000,
    mostRequests: 2,
    toldRetries: 1,
    denied: { by: 'writing outside', told: true },
    ends: {
      'a key that is refused': { outcome: { kind: 'auth' } },
      // A second from when it is told.
      'a rate limit': limited(expect.any(Number) as number),
      'a rate limit until a time': limited(resetSeconds * 1_000),
      'a failing service': { outcome: { kind: 'api-error', httpStatus: 500 } },
      'an overloaded service': { outcome: { kind: 'api-error', httpStatus: 529 } },
      // Told in the headers of subscriptions, which it has none of.
      'a spent allowance': limited(),
      'a refusal': { outcome: { kind: 'refused' } },
      'an answer that is cut at its limit': { outcome: { kind: 'truncated' } },
      'a conversation too long for the model': { outcome: { kind: 'context-full' } },
      'an answer that never comes': { outcome: { kind: 'idle' } },
      'an answer that stops in the middle': { outcome: { kind: 'idle' } },
      'a connection that is cut': { outcome: { kind: 'api-error' } },
      'a connection that is refused': { outcome: { kind: 'api-error' } },
      'a limit of turns': {
        outcome: { kind: 'turn-limit' },
        config: { ...config, passEnv: [...config.passEnv], maxSteps: 2 },
      },
    },
  };
}
