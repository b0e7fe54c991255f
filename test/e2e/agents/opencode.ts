import { findRealProgram } from './program.ts';
import { openaiChat } from './provider.ts';
import type { AgentSurface } from './surface.ts';

const program = findRealProgram('opencode');

/** OpenCode on one of its surfaces. */
export function opencodeSurface(surface: 'acp' | 'headless'): AgentSurface {
  const args = surface === 'acp' ? ['acp'] : ['run', '--format', 'json', '--title', 'pawl'];
  const isAcp = surface === 'acp';
  return {
    name: isAcp ? 'OpenCode over the protocol' : 'OpenCode headless',
    program,
    config: {
      kind: 'acp',
      preset: 'opencode',
      surface,
      argv: [program.path, ...args],
      model: 'fake/m',
      passEnv: ['npm_config_offline'],
    },
    provider: openaiChat,
    variables,
    tools: isAcp ? { write: 'edit', shell: 'execute' } : { write: 'write', shell: 'bash' },
    // What it wrote to the cache is not told by this provider.
    usage: {
      inputTokens: 3_000,
      outputTokens: 150,
      cacheReadTokens: 700,
      cacheWriteTokens: 0,
      costUsd: 0.011_46,
    },
    leftByVersion: ['.cache', '.config', '.local'],
    idleMs: 25_000,
    // Its own number of retries cannot be set.
    mostRequests: 12,
    toldRetries: 0,
    denied: { by: 'writing outside', told: true },
    ends: {
      'a key that is refused': { outcome: { kind: 'auth' } },
      'a rate limit': { outcome: { kind: 'rate-limited' } },
      // It waits for that time by itself, and tells nobody.
      'a rate limit until a time': { outcome: { kind: 'idle' } },
      'a failing service': { outcome: { kind: 'api-error', httpStatus: 500 } },
      'an overloaded service': { outcome: { kind: 'api-error', httpStatus: 503 } },
      'a spent allowance': { outcome: { kind: 'auth' } },
      'a refusal': { outcome: { kind: 'refused' } },
      'an answer that is cut at its limit': { outcome: { kind: 'truncated' } },
      'a conversation too long for the model': { outcome: { kind: 'context-full' } },
      'an answer that never comes': { outcome: { kind: 'idle' } },
      'an answer that stops in the middle': { outcome: { kind: 'idle' } },
      // It tries again, for a minute where the connection was cut and for ever where it is refused, without a word.
      'a connection that is cut': { outcome: { kind: 'idle' } },
      'a connection that is refused': { outcome: { kind: 'idle' } },
      'a limit of turns': { never: 'its limit of steps is a reminder to the model' },
    },
  };
}

function variables(baseUrl: string): Readonly<Record<string, string>> {
  const model = {
    tool_call: true,
    limit: { context: 200_000, output: 32_000 },
    cost: { input: 3, output: 15, cache_read: 0.3, cache_write: 3.75 },
  };
  const fake = {
    npm: '@ai-sdk/openai-compatible',
    options: { baseURL: `${baseUrl}/v1`, apiKey: 'dummy' },
    models: { m: model },
  };
  const config = { small_model: 'fake/m', enabled_providers: ['fake'], provider: { fake } };
  // It would fetch a package for its own configuration folder.
  return { npm_config_offline: 'true', OPENCODE_CONFIG_CONTENT: JSON.stringify(config) };
}
