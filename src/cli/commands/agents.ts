import { surveyedAgents } from '../../app/agent-overview.ts';
import { openProject } from '../../app/project.ts';
import { agentsJson, renderAgents } from '../../reporting/agents-text.ts';
import type { CommandContext, Output } from '../output.ts';

export async function agentsCommand(context: CommandContext): Promise<Output> {
  const now = Date.now();
  const agents = await surveyedAgents(await openProject(context.folder), now);
  return { exitCode: 0, text: renderAgents(agents, now), json: agentsJson(agents) };
}
