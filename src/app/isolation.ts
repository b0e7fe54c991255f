import { homedir, userInfo } from 'node:os';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { homeFilesOf } from '../adapters/agents/registry.ts';
import { hostsOf } from '../adapters/agents/hosts.ts';
import { agentGitConfig } from '../adapters/git/agent-git-config.ts';
import type { Checkout } from '../adapters/git/checkout.ts';
import { createIsolation } from '../adapters/isolation/create-isolation.ts';
import { probeBubblewrap, type BubblewrapProbe } from '../adapters/sandbox/bubblewrap.ts';
import { installationOf, packageOf } from '../adapters/sandbox/installations.ts';
import type { Surroundings } from '../adapters/sandbox/profile.ts';
import { mergeSandbox, type SandboxMode, type SandboxSettings } from '../adapters/sandbox/settings.ts';
import { PawlError } from '../domain/refusal.ts';
import type { Isolation } from '../ports/isolation.ts';
import type { StartProcess } from '../ports/processes.ts';
import { agentConfigOf, type Config } from './config.ts';
import { agentEnvironment } from './environment.ts';
import type { Project } from './project.ts';

/** How agents are kept apart from the person and from each other, as the configuration has it. */
export function isolationOf(project: Project, checkout: Checkout, startProcess: StartProcess): Isolation {
  const { root, commonDir, config } = project;
  let gitConfig: Promise<string> | undefined;
  let probe: Promise<BubblewrapProbe> | undefined;
  return createIsolation({
    startProcess,
    person: { HOME: homedir(), ...process.env },
    gitConfig: () => (gitConfig ??= agentGitConfig(root)),
    repository: { root, commonDir },
    surroundings: surroundingsOf(project),
    probe: () => (probe ??= probeSandbox()),
    agent(name) {
      const agent = agentConfigOf(config, name);
      return {
        home: agent.home ?? 'private',
        files: homeFilesOf(agent),
        sandbox: sandboxOf(config, name),
        hosts: hostsOf(agent),
        environmentFor: (workspace) => agentEnvironment(config, name, workspace, checkout.committer),
      };
    },
  });
}

function surroundingsOf({ root, commonDir, places }: Project): Surroundings {
  return {
    homes: [homedir(), userInfo().homedir],
    private: [root, commonDir, dirname(places.workspaceFolder)],
    own: [...installationOf(process.execPath, () => false), ...packageOf(fileURLToPath(import.meta.url))],
  };
}

export function sandboxOf(config: Config, agent: string): SandboxSettings {
  return mergeSandbox(config.sandbox, agentConfigOf(config, agent).sandbox);
}

export function probeSandbox(): Promise<BubblewrapProbe> {
  return probeBubblewrap(process.env['PATH'] ?? '');
}

/** The configuration with another mode for every agent. */
export function withSandboxMode(config: Config, mode: SandboxMode | undefined): Config {
  if (mode === undefined) return config;
  const agents = Object.entries(config.agents).map(([name, agent]) => {
    const { mode: _mode, ...rest } = agent.sandbox ?? {};
    return [name, { ...agent, sandbox: rest }] as const;
  });
  return { ...config, agents: Object.fromEntries(agents), sandbox: { ...config.sandbox, mode } };
}

/**
 * What there is to say of the sandbox before a run with these agents. Throws SANDBOX-MISSING when one of them may not
 * run without it.
 */
export async function checkSandbox(config: Config, agents: readonly string[]): Promise<readonly string[]> {
  const wanting = agents.filter((name) => sandboxOf(config, name).mode !== 'off');
  const off = unlimitedByChoice(config, agents);
  if (wanting.length === 0) return off;
  const probe = await probeSandbox();
  if (probe.kind === 'works') return off;
  const { message, hint } = probe;
  const strict = wanting.find((name) => sandboxOf(config, name).mode === 'require');
  if (strict !== undefined) {
    throw new PawlError('SANDBOX-MISSING', `agent ${strict} may run in a sandbox only: ${message}`, {
      hint: `${hint} \`pawl run --sandbox off\` does without.`,
    });
  }
  const limited = wanting.some((name) => sandboxOf(config, name).network !== 'all');
  const network = limited ? ', and nothing limits their network' : '';
  return [`WARN::NO-SANDBOX: agents run with your rights${network}: ${message}`, ...off];
}

/** A list that has no effect is a mistake, also where nobody wants a sandbox. */
function unlimitedByChoice(config: Config, agents: readonly string[]): readonly string[] {
  const names = agents.filter((name) => {
    const { mode, network } = sandboxOf(config, name);
    return mode === 'off' && network !== 'all';
  });
  if (names.length === 0) return [];
  return [
    `WARN::NO-SANDBOX: nothing limits the network of ${names.join(', ')} as \`sandbox.network\` says: its mode is \`off\``,
  ];
}
