/** The real programs that these tests drive, how they are pointed at a model on loopback, and what sets them apart. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { AgentOutcome } from '../../../src/domain/agent-outcome.ts';
import type { Usage } from '../../../src/domain/usage.ts';

export interface RealAgent {
  readonly name: 'opencode' | 'gemini';
  readonly program: string;
  readonly present: boolean;
  readonly args: readonly string[];
  readonly model: string;
  readonly variables: (baseUrl: string) => Readonly<Record<string, string>>;
  /** Of three turns of 1,000 tokens in and 50 out, the second with 700 more from the cache. */
  readonly usage: Usage;
  /** Turns that it asks for before it gives up at a rate limit. */
  readonly mostRequests: number;
  readonly refusal: { readonly text?: string; readonly stopReason: string };
  readonly refusalOutcome: AgentOutcome['kind'];
}

function find(name: 'opencode' | 'gemini'): { readonly program: string; readonly present: boolean } {
  const installed = fileURLToPath(
    new URL(`../../../.cache/agents/${name}/node_modules/.bin/${name}`, import.meta.url),
  );
  const variable = `PAWL_TEST_${name.toUpperCase()}`;
  const program = process.env[variable] ?? installed;
  const present = existsSync(program);
  if (!present) {
    console.warn(
      `skipped: there is no ${name} at ${program}; run scripts/install-test-agents.sh or set ${variable}`,
    );
  }
  return { program, present };
}

/** OpenCode would fetch a package for its own configuration folder. */
const offline = { npm_config_offline: 'true' };

export function opencodeVariables(baseUrl: string): Readonly<Record<string, string>> {
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
  return { ...offline, OPENCODE_CONFIG_CONTENT: JSON.stringify(config) };
}

export const opencode: RealAgent = {
  name: 'opencode',
  ...find('opencode'),
  args: ['acp'],
  model: 'fake/m',
  variables: opencodeVariables,
  usage: {
    inputTokens: 3_000,
    outputTokens: 150,
    cacheReadTokens: 700,
    cacheWriteTokens: 0,
    costUsd: 0.011_46,
  },
  // Its own number of retries cannot be set.
  mostRequests: 6,
  refusal: { text: 'No.', stopReason: 'content_filter' },
  refusalOutcome: 'refused',
};

export const gemini: RealAgent = {
  name: 'gemini',
  ...find('gemini'),
  args: ['--acp'],
  model: 'gemini-2.5-pro',
  variables: (baseUrl) => ({ GEMINI_API_KEY: 'dummy', GOOGLE_GEMINI_BASE_URL: baseUrl }),
  // Those from the cache are among the input tokens, and not told apart.
  usage: { inputTokens: 3_700, outputTokens: 150, cacheReadTokens: 0, cacheWriteTokens: 0 },
  mostRequests: 2,
  // It answers `end_turn` to a blocked answer, as to any other; without words it is no end.
  refusal: { stopReason: 'SAFETY' },
  refusalOutcome: 'crashed',
};

export const realAgents: readonly RealAgent[] = [opencode, gemini];
