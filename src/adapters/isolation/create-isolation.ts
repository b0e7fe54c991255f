/**
 * Makes the place that an agent works in: its own home, and what its environment says of it.
 *
 * 1. What a place is made of lies beside the checkout; `endPlace` finds it there, in this session or a later one.
 * 2. A place that cannot be made is the environment's fault, never the task's.
 */
import { dirname } from 'node:path';
import type { AgentPlace, Isolation } from '../../ports/isolation.ts';
import type { StartProcess } from '../../ports/processes.ts';
import type { Workspace } from '../../ports/workspaces.ts';
import { err, ok } from '../../util/result.ts';
import type { HomeFile } from '../home/home-file.ts';
import { openPrivateHome, replacedVariables, type PrivateHome } from '../home/private-home.ts';
import { npmCache, toolchainVariables } from '../home/toolchains.ts';
import { endPlace } from './end-place.ts';

type Environment = Readonly<Record<string, string>>;

/** What the configuration says of one agent. */
export interface AgentSettings {
  readonly home: 'private' | 'shared';
  readonly files: readonly HomeFile[];
  /** The environment in a workspace, as if the home were the person's own. */
  readonly environmentFor: (workspace: Workspace) => Environment;
}

export interface IsolationOptions {
  readonly startProcess: StartProcess;
  readonly agent: (name: string) => AgentSettings;
  /** The person's environment, with their HOME. */
  readonly person: Readonly<Record<string, string | undefined>>;
  /** The text of the `.gitconfig` that agents get. */
  readonly gitConfig: () => Promise<string>;
}

export function createIsolation(options: IsolationOptions): Isolation {
  return {
    async open(name, workspace) {
      try {
        return ok(await openPlace(options, options.agent(name), workspace));
      } catch (error) {
        // Half-made: what there is of it goes with the next reset of the workspace.
        if (!(error instanceof Error && 'syscall' in error)) throw error;
        return err(`no place for it could be made: ${error.message}`);
      }
    },
  };
}

async function openPlace(
  options: IsolationOptions,
  settings: AgentSettings,
  workspace: Workspace,
): Promise<AgentPlace> {
  const env = settings.environmentFor(workspace);
  const home = await openHome(options, settings, workspace);
  return {
    env: home === undefined ? env : environmentIn(home, env, settings, options),
    startProcess: options.startProcess,
    async close() {
      home?.close();
      await endPlace(workspace);
    },
  };
}

async function openHome(
  { person, gitConfig }: IsolationOptions,
  { home, files }: AgentSettings,
  workspace: Workspace,
): Promise<PrivateHome | undefined> {
  if (home === 'shared') return undefined;
  return openPrivateHome({
    around: dirname(workspace.path),
    own: person['HOME'] ?? '/',
    environment: person,
    files,
    gitConfig: await gitConfig(),
  });
}

function environmentIn(
  home: PrivateHome,
  env: Environment,
  { files }: AgentSettings,
  { person }: IsolationOptions,
): Environment {
  const replaced = replacedVariables(files);
  const own = person['HOME'] ?? '/';
  return {
    ...toolchainVariables(own, person),
    ...npmCache(own, person),
    ...Object.fromEntries(Object.entries(env).filter(([name]) => !replaced.includes(name))),
    ...home.env,
  };
}
