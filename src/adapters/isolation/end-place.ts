import { dirname } from 'node:path';
import type { Workspace } from '../../ports/workspaces.ts';
import { endAgentRepository } from '../git/agent-repository.ts';
import { endPrivateHome } from '../home/private-home.ts';
import { reopenFolder } from '../home/remove-tree.ts';
import { endNetwork } from '../sandbox/network.ts';

/**
 * Ends whatever place an agent had in a workspace: what has to be kept goes home, the rest is removed. Everything it
 * needs is beside the checkout, so that it works for a place that another session made; nothing where there is none.
 */
export async function endPlace(workspace: Workspace): Promise<void> {
  reopenFolder(workspace.path);
  endPrivateHome(dirname(workspace.path));
  await endAgentRepository(workspace);
  endNetwork(dirname(workspace.path));
}
