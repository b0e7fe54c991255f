/** The built `pawl-coder` on a scripted model on loopback. `npm run build` comes first. */
import { expect } from 'vitest';
import { type AiSdkProvider, createAiSdkAgent } from '../../../src/adapters/agents/ai-sdk/agent.ts';
import type { Agent } from '../../../src/ports/agent.ts';
import { type ScriptedModel, startScriptedModel, type Step } from '../../../src/testing/index.ts';
import { projectRoot } from '../../rig/pawl.ts';
import { type Place, runAgent } from './agent-run.ts';

export interface Settings {
  readonly provider?: AiSdkProvider;
  readonly maxSteps?: number;
  readonly maxOutputTokens?: number;
}

export function coder(baseUrl: string, { provider = 'anthropic', ...settings }: Settings = {}): Agent {
  const root = projectRoot;
  return createAiSdkAgent({ name: 'coder', provider, model: 'scripted-1', baseUrl, root, ...settings });
}

/** For whoever asks for one; the scripted model does not look at it. */
export const keys = {
  ANTHROPIC_API_KEY: 'dummy',
  OPENAI_API_KEY: 'dummy',
  GOOGLE_GENERATIVE_AI_API_KEY: 'dummy',
};

export function baseUrl(model: ScriptedModel, provider: AiSdkProvider = 'anthropic'): string {
  return `${model.baseUrl('script')}/${provider === 'google' ? 'v1beta' : 'v1'}`;
}

/** One attempt with a model that follows these steps. */
export async function runWith(
  place: Place,
  steps: readonly [Step, ...Step[]],
  settings: Settings = {},
  options: Parameters<typeof runAgent>[2] = {},
) {
  await using model = await startScriptedModel({ script: steps });
  const run = await runAgent(coder(baseUrl(model, settings.provider), settings), place, {
    env: keys,
    ...options,
  });
  expect(model.faults).toEqual([]);
  expect(run.survivors).toEqual([]);
  return { ...run, requests: model.requests };
}

export function error(status: number, type: string, headers: Readonly<Record<string, string>> = {}): Step {
  return { kind: 'error', status, type, message: `a scripted ${status}`, headers };
}
