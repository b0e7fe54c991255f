import { findRealProgram } from './program.ts';
import { openaiResponses, resetSeconds } from './provider.ts';
import type { AgentSurface } from './surface.ts';

const program = findRealProgram('codex');

/** Codex on one of its surfaces. */
export function codexSurface(surface: 'app-server' | 'exec'): AgentSurface {
  const config = { kind: 'codex', program: program.path, model: 'scripted', surface } as const;
  return {
    name: `Codex by ${surface}`,
    program,
    config,
    provider: openaiResponses,
    variables: (baseUrl) => ({ OPENAI_API_KEY: 'dummy', OPENAI_BASE_URL: `${baseUrl}/v1` }),
    tools: { shell: 'exec' },
    // What it wrote to the cache is not told apart.
    usage: { inputTokens: 3_030, outputTokens: 150, cacheReadTokens: 700, cacheWriteTokens: 0 },
    leftByVersion: [],
    idleMs: 6_000,
    mostRequests: 4,
    toldRetries: 1,
    denied: {
      by: 'command',
      config: { ...config, args: ['-c', 'sandbox_mode="read-only"'] },
      // Its own sandbox says no to the command, and to nobody else.
      told: false,
    },
    ends: {
      'a key that is refused': { outcome: { kind: 'auth' } },
      'a rate limit': { outcome: { kind: 'rate-limited' } },
      // It waits for that time by itself.
      'a rate limit until a time': { outcome: { kind: 'rate-limited' }, waits: true },
      // It has words for that, and no number.
      'a failing service': { outcome: { kind: 'api-error' } },
      'an overloaded service': { outcome: { kind: 'api-error', httpStatus: 529 } },
      'a spent allowance': {
        outcome: {
          kind: 'rate-limited',
          ...(surface === 'app-server' ? { resetsAt: resetSeconds * 1_000 } : {}),
        },
      },
      'a refusal': { outcome: { kind: 'refused' } },
      'an answer that is cut at its limit': { outcome: { kind: 'truncated' } },
      'a conversation too long for the model': { outcome: { kind: 'context-full' } },
      'an answer that never comes': { outcome: { kind: 'idle' } },
      'an answer that stops in the middle': { outcome: { kind: 'idle' } },
      'a connection that is cut': { outcome: { kind: 'api-error' } },
      'a connection that is refused': { outcome: { kind: 'api-error' }, waits: true },
      'a limit of turns': { never: 'Codex has none' },
    },
  };
}
