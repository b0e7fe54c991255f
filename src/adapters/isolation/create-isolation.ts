/**
 * Makes the place that an agent works in: its own home, what its environment says of it, and the sandbox around it.
 *
 * 1. What a place is made of lies beside the checkout; `endPlace` finds it there, in this session or a later one.
 * 2. A place that cannot be made is the environment's fault, never the task's.
 */
import { existsSync, realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import type { AgentPlace, Isolation } from '../../ports/isolation.ts';
import type { StartProcess } from '../../ports/processes.ts';
import type { Workspace } from '../../ports/workspaces.ts';
import { err, ok, type Result } from '../../util/result.ts';
import { openAgentRepository } from '../git/agent-repository.ts';
import type { HomeFile } from '../home/home-file.ts';
import { openPrivateHome, replacedVariables, type PrivateHome } from '../home/private-home.ts';
import { npmCache, toolchainVariables } from '../home/toolchains.ts';
import { sandboxed, type BubblewrapProbe } from '../sandbox/bubblewrap.ts';
import type { Mount } from '../sandbox/mounts.ts';
import { profileOf, type Surroundings } from '../sandbox/profile.ts';
import type { SandboxSettings } from '../sandbox/settings.ts';
import { endPlace } from './end-place.ts';

type Environment = Readonly<Record<string, string>>;

/** What the configuration says of one agent. */
export interface AgentSettings {
  readonly home: 'private' | 'shared';
  readonly files: readonly HomeFile[];
  readonly sandbox: SandboxSettings;
  /** Hosts that this kind of agent cannot do without. */
  readonly hosts: readonly string[];
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
  readonly repository: { readonly root: string; readonly commonDir: string };
  readonly surroundings: Surroundings;
  /** Whether there can be a sandbox; asked once. */
  readonly probe: () => Promise<BubblewrapProbe>;
}

export function createIsolation(options: IsolationOptions): Isolation {
  return {
    async open(name, workspace) {
      const settings = options.agent(name);
      const bubblewrap = await bubblewrapFor(options, settings.sandbox);
      if (!bubblewrap.ok) return bubblewrap;
      try {
        return ok(await openPlace(options, settings, workspace, bubblewrap.value));
      } catch (error) {
        // Half-made: what there is of it goes with the next reset of the workspace.
        if (!(error instanceof Error && 'syscall' in error)) throw error;
        return err(`no place for it could be made: ${error.message}`);
      }
    },
  };
}

/** The program that makes the sandbox; undefined where there is to be none. */
async function bubblewrapFor(
  { probe }: IsolationOptions,
  { mode }: SandboxSettings,
): Promise<Result<string | undefined, string>> {
  if (mode === 'off') return ok(undefined);
  const found = await probe();
  if (found.kind === 'works') return ok(found.program);
  return mode === 'auto' ? ok(undefined) : err(`it may run in a sandbox only: ${found.message}`);
}

async function openPlace(
  options: IsolationOptions,
  settings: AgentSettings,
  workspace: Workspace,
  bubblewrap: string | undefined,
): Promise<AgentPlace> {
  const plain = settings.environmentFor(workspace);
  const home = await openHome(options, settings, workspace);
  const env =
    home === undefined ? plain : environmentIn(home, plain, settings, options, bubblewrap !== undefined);
  return {
    env,
    startProcess:
      bubblewrap === undefined
        ? options.startProcess
        : await sandboxIn(options, settings, workspace, home, bubblewrap),
    async close() {
      home?.close();
      await endPlace(workspace);
    },
  };
}

async function sandboxIn(
  { startProcess, repository, surroundings, person }: IsolationOptions,
  { sandbox, hosts }: AgentSettings,
  workspace: Workspace,
  home: PrivateHome | undefined,
  program: string,
): Promise<StartProcess> {
  const own = await openAgentRepository(repository, workspace);
  const writable = [workspace.path, workspace.tmp, home?.path ?? person['HOME'] ?? '/'];
  const mounts: readonly Mount[] = [
    ...[...own.borrowed, ...(home?.linked ?? [])].flatMap(seen),
    { kind: 'write', path: workspace.gitDir, from: own.path },
  ];
  const { network } = sandbox;
  return sandboxed(startProcess, {
    program,
    ...(network === 'all'
      ? {}
      : { network: { allowed: [...hosts, ...network], folder: dirname(workspace.path) } }),
    mountsFor: (argv, env) => profileOf({ ...surroundings, settings: sandbox, writable, mounts }, argv, env),
  });
}

function seen(path: string): readonly Mount[] {
  return existsSync(path) ? [{ kind: 'read', path: realpathSync(path), from: path }] : [];
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
  inSandbox: boolean,
): Environment {
  const replaced = replacedVariables(files);
  const own = person['HOME'] ?? '/';
  return {
    ...toolchainVariables(own, person),
    ...(inSandbox ? {} : npmCache(own, person)),
    ...Object.fromEntries(Object.entries(env).filter(([name]) => !replaced.includes(name))),
    ...home.env,
  };
}
