import { commonEnvironmentNames } from '../adapters/agents/environment.ts';
import { environmentNamesOf } from '../adapters/agents/registry.ts';
import type { Workspace } from '../ports/workspaces.ts';
import { agentConfigOf, type Config } from './config.ts';

type Environment = Readonly<Record<string, string>>;

/**
 * The environment of set-up and gates: the allow-list, a private temporary folder, and `CI`, which makes tools run
 * once and not wait for a person. No secrets unless `env` names them.
 */
export function projectEnvironment(config: Config, workspace: Workspace): Environment {
  return { ...allowed([...commonEnvironmentNames, ...config.env]), ...privateTo(workspace), CI: '1' };
}

/**
 * The environment of an agent: the same allow-list, what this kind of agent needs to reach its model, and who it
 * commits as. Where its home is, the isolation says.
 */
export function agentEnvironment(
  config: Config,
  agent: string,
  workspace: Workspace,
  identity: Environment,
): Environment {
  const names = [
    ...commonEnvironmentNames,
    ...environmentNamesOf(agentConfigOf(config, agent)),
    ...config.env,
  ];
  return { ...allowed(names), ...identity, ...privateTo(workspace), GIT_TERMINAL_PROMPT: '0' };
}

function allowed(names: readonly string[]): Environment {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

function privateTo(workspace: Workspace): Environment {
  return { TMPDIR: workspace.tmp, PAWL_WORKSPACE: workspace.path };
}
