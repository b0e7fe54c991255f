import { findRealProgram } from './program.ts';
import { anthropic, resetSeconds } from './provider.ts';
import type { AgentSurface } from './surface.ts';

const program = findRealProgram('claude');

/** Claude Code on one of its surfaces. */
export function claudeSurface(surface: 'control' | 'print'): AgentSurface {
  const config = {
    kind: 'claude',
    program: program.path,
    model: 'claude-sonnet-4-5',
    surface,
  } as const;
  return {
    name: `Claude Code by ${surface}`,
    program,
    config,
    provider: anthropic,
    variables: (baseUrl) => ({ ANTHROPIC_API_KEY: 'dummy', ANTHROPIC_BASE_URL: baseUrl }),
    tools: { write: 'Write', shell: 'Bash' },
    usage: {
      inputTokens: 3_000,
      outputTokens: 150,
      cacheReadTokens: 700,
      cacheWriteTokens: 30,
      costUsd: 0.011_572_5,
      model: 'claude-sonnet-4-5',
    },
    leftByVersion: [],
    idleMs: 6_000,
    mostRequests: 4,
    toldRetries: 2,
    denied:
      surface === 'control'
        ? { by: 'writing outside', told: true }
        : {
            by: 'command',
            config: { ...config, args: ['--permission-mode', 'acceptEdits'] },
            told: true,
          },
    ends: {
      'a key that is refused': { outcome: { kind: 'auth' } },
      'a rate limit': { outcome: { kind: 'rate-limited' } },
      // It retries by its own clock, and does not tell the time.
      'a rate limit until a time': { outcome: { kind: 'rate-limited' } },
      'a failing service': { outcome: { kind: 'api-error', httpStatus: 500 } },
      'an overloaded service': { outcome: { kind: 'api-error', httpStatus: 529 } },
      'a spent allowance': {
        outcome: { kind: 'rate-limited', resetsAt: resetSeconds * 1_000 },
        variables: (baseUrl) => ({ CLAUDE_CODE_OAUTH_TOKEN: 'dummy', ANTHROPIC_BASE_URL: baseUrl }),
      },
      'a refusal': { outcome: { kind: 'refused' } },
      'an answer that is cut at its limit': { outcome: { kind: 'truncated' } },
      'a conversation too long for the model': { outcome: { kind: 'context-full' } },
      'an answer that never comes': { outcome: { kind: 'idle' } },
      'an answer that stops in the middle': { outcome: { kind: 'idle' } },
      'a connection that is cut': { outcome: { kind: 'api-error' } },
      'a connection that is refused': { outcome: { kind: 'api-error' } },
      'a limit of turns': { outcome: { kind: 'turn-limit' }, config: { ...config, maxTurns: 2 } },
    },
  };
}
