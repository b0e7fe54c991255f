import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AgentOutcome } from '../../../domain/agent-outcome.ts';
import type { AgentRequest } from '../../../ports/agent.ts';
import type { Preset } from './presets.ts';

export interface PrivateState {
  /** A folder of this attempt alone. */
  readonly folder: string;
  /** The environment of the agent: the request's, with what the preset sets. */
  readonly env: Readonly<Record<string, string>>;
}

/** Gives an agent a state of its own while `work` lasts. A state that cannot be made is an outcome. */
export async function runPrivately(
  preset: Preset | undefined,
  model: string | undefined,
  request: AgentRequest,
  work: (state: PrivateState) => Promise<AgentOutcome>,
): Promise<AgentOutcome> {
  let folder: string;
  try {
    folder = await mkdtemp(join(request.env['TMPDIR'] ?? tmpdir(), 'acp-'));
  } catch (error) {
    const message = `no private folder for the agent: ${String(error)}`;
    return { kind: 'unavailable', message, lastWords: '' };
  }
  try {
    let own: Readonly<Record<string, string>>;
    try {
      own = (await preset?.prepare({ folder, env: request.env, model })) ?? {};
    } catch (error) {
      return { kind: 'unavailable', message: `its private state: ${String(error)}`, lastWords: '' };
    }
    return await work({ folder, env: { ...preset?.defaults, ...request.env, ...own } });
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
