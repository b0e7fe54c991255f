import type { AgentOutcome } from '../../../domain/agent-outcome.ts';
import type { AgentRequest } from '../../../ports/agent.ts';
import type { Preset } from './presets.ts';

export interface PrivateState {
  /** The home of this attempt alone. */
  readonly home: string;
  /** The environment of the agent: the request's, with what the preset sets. */
  readonly env: Readonly<Record<string, string>>;
}

/** Lets `work` be done with the preset's settings in the attempt's home. Settings that cannot be made are an outcome. */
export async function runPrivately(
  preset: Preset | undefined,
  model: string | undefined,
  request: AgentRequest,
  work: (state: PrivateState) => Promise<AgentOutcome>,
): Promise<AgentOutcome> {
  const { env, mcpServers } = request;
  const home = env['HOME'];
  if (home === undefined) return { kind: 'unavailable', message: 'it has no home', lastWords: '' };
  let own: Readonly<Record<string, string>>;
  try {
    own = (await preset?.prepare({ home, env, model, mcpServers })) ?? {};
  } catch (error) {
    return { kind: 'unavailable', message: `its private state: ${String(error)}`, lastWords: '' };
  }
  return work({ home, env: { ...preset?.defaults, ...env, ...own } });
}
