import type { AgentOutcome } from '../../../domain/agent-outcome.ts';
import type { Agent, AgentCapabilities, AgentProbe, AgentRequest } from '../../../ports/agent.ts';
import { BoundedTail } from '../../../util/bounded-tail.ts';
import { capabilities, limitsOf } from '../capabilities.ts';
import { commonEnvironmentNames } from '../environment.ts';
import { findLogin } from '../login.ts';
import { type Environment, locateProgram, missingProgram, readVersion } from '../program.ts';
import { noteVersion, testedVersions } from '../tested-versions.ts';
import { type CodexCommandOptions, type CodexSurface, codexArguments } from './command-line.ts';
import { runAppServer } from './app-server.ts';
import { runExec } from './exec.ts';
import { codexLoginHint, findCodexLogin } from './login.ts';

export const codexEnvironmentNames: readonly string[] = [
  ...commonEnvironmentNames,
  'CODEX_HOME',
  'CODEX_API_KEY',
  'OPENAI_API_KEY',
  'OPENAI_BASE_URL',
  'OPENAI_ORGANIZATION',
  'OPENAI_PROJECT',
];

export interface CodexAgentOptions extends CodexCommandOptions {
  readonly name: string;
  /** A name on PATH or an absolute path; the default is `codex`. */
  readonly program?: string;
  /** The default is `app-server`; `exec` tells less about errors and is ended by signals only. */
  readonly surface?: CodexSurface;
  /** Whether it gets variables or files besides those that it always gets. */
  readonly hasExtras?: boolean;
  /** Where `probe` looks for PATH and HOME; the default is the environment of this process. */
  readonly environment?: Environment;
}

/** OpenAI's Codex, by `codex app-server` or `codex exec`. Source: the agents reference, §§ 3 and 3b. */
export function createCodexAgent(options: CodexAgentOptions): Agent {
  const program = options.program ?? 'codex';
  return {
    name: options.name,
    reportsTools: true,
    capabilities: capabilitiesOf(options),
    probe: () => probeCodex(program, options),
    run: (request) => runCodex(program, options, request),
  };
}

function capabilitiesOf({ surface = 'app-server' }: CodexAgentOptions): AgentCapabilities {
  return capabilities[`codex/${surface}`];
}

async function probeCodex(wanted: string, options: CodexAgentOptions): Promise<AgentProbe> {
  const { environment = process.env } = options;
  const hint = 'Install it with `npm install -g @openai/codex`, or name its path as `program`.';
  const program = locateProgram(wanted, environment);
  if (program === undefined) return missingProgram(wanted, hint);
  const version = await readVersion(program, ['--version'], environment);
  if (!version.ok) {
    return { kind: 'missing', program, message: `${program} does not start: ${version.error}`, hint };
  }
  // What a person adds to the command line may name another provider, and a key with it.
  const hasExtras = options.hasExtras === true || (options.args ?? []).length > 0;
  return {
    kind: 'ready',
    program,
    version: version.value,
    ...findLogin(findCodexLogin, environment, hasExtras, codexLoginHint),
    notes: noteVersion(version.value, testedVersions.codex),
    cannot: limitsOf(capabilitiesOf(options)),
  };
}

function runCodex(program: string, options: CodexAgentOptions, request: AgentRequest): Promise<AgentOutcome> {
  const surface = options.surface ?? 'app-server';
  const argv = [program, ...codexArguments(surface, options, request)] as const;
  const complaint = new BoundedTail(LONGEST_COMPLAINT);
  return surface === 'app-server'
    ? runAppServer(argv, request, complaint)
    : runExec(argv, request, complaint);
}

const LONGEST_COMPLAINT = 2_000;
