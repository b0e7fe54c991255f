import { homedir } from 'node:os';
import { homeFilesOf } from '../adapters/agents/registry.ts';
import { agentGitConfig } from '../adapters/git/agent-git-config.ts';
import type { Checkout } from '../adapters/git/checkout.ts';
import { createIsolation } from '../adapters/isolation/create-isolation.ts';
import type { Isolation } from '../ports/isolation.ts';
import type { StartProcess } from '../ports/processes.ts';
import { agentConfigOf } from './config.ts';
import { agentEnvironment } from './environment.ts';
import type { Project } from './project.ts';

/** How agents are kept apart from the person and from each other, as the configuration has it. */
export function isolationOf(
  { root, config }: Project,
  checkout: Checkout,
  startProcess: StartProcess,
): Isolation {
  let gitConfig: Promise<string> | undefined;
  return createIsolation({
    startProcess,
    person: { HOME: homedir(), ...process.env },
    gitConfig: () => (gitConfig ??= agentGitConfig(root)),
    agent(name) {
      const agent = agentConfigOf(config, name);
      return {
        home: agent.home ?? 'private',
        files: homeFilesOf(agent),
        environmentFor: (workspace) => agentEnvironment(config, name, workspace, checkout.committer),
      };
    },
  });
}
