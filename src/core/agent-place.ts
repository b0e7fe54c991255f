import type { AgentOutcome } from '../domain/agent-outcome.ts';
import type { AgentPlace } from '../ports/isolation.ts';
import type { Workspace } from '../ports/workspaces.ts';
import type { RunTools } from './tools.ts';

/** Lets an agent work in a place of its own, which is closed whatever its end. */
export async function inPlace(
  tools: RunTools,
  agent: string,
  workspace: Workspace,
  work: (place: AgentPlace) => Promise<AgentOutcome>,
): Promise<AgentOutcome> {
  const place = await tools.isolation.open(agent, workspace);
  if (!place.ok) return { kind: 'unavailable', message: place.error, lastWords: '' };
  try {
    return await work(place.value);
  } finally {
    await place.value.close();
  }
}
