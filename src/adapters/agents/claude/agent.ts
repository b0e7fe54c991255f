import { join } from 'node:path';
import type { AgentOutcome } from '../../../domain/agent-outcome.ts';
import type { Agent, AgentCapabilities, AgentProbe, AgentRequest } from '../../../ports/agent.ts';
import { BoundedTail } from '../../../util/bounded-tail.ts';
import { capabilities, limitsOf } from '../capabilities.ts';
import { commonEnvironmentNames } from '../environment.ts';
import { findLogin } from '../login.ts';
import { type Environment, locateProgram, missingProgram, readVersion } from '../program.ts';
import { noteVersion, testedVersions } from '../tested-versions.ts';
import {
  type ClaudeCommandOptions,
  type ClaudeSurface,
  claudeArguments,
  quietVariables,
} from './command-line.ts';
import { claudeLoginHint, findClaudeLogin } from './login.ts';
import { runControl, runPrint } from './surfaces.ts';

export const claudeEnvironmentNames: readonly string[] = [
  ...commonEnvironmentNames,
  'ANTHROPIC_API_KEY',
  'ANTHROPIC_AUTH_TOKEN',
  'ANTHROPIC_BASE_URL',
  'CLAUDE_CODE_OAUTH_TOKEN',
  'CLAUDE_CONFIG_DIR',
];

export interface ClaudeAgentOptions extends ClaudeCommandOptions {
  readonly name: string;
  /** A name on PATH or an absolute path; the default is `claude`. */
  readonly program?: string;
  /** The default is `control`; `print` asks nobody for permission and is ended by signals only. */
  readonly surface?: ClaudeSurface;
  /** Whether it gets variables or files besides those that it always gets. */
  readonly hasExtras?: boolean;
  /** Where `probe` looks for PATH and HOME; the default is the environment of this process. */
  readonly environment?: Environment;
}

/** Claude Code, by its control protocol or by what it prints. Source: the agents reference, § 2. */
export function createClaudeAgent(options: ClaudeAgentOptions): Agent {
  const program = options.program ?? 'claude';
  return {
    name: options.name,
    reportsTools: true,
    capabilities: capabilitiesOf(options),
    probe: () => probeClaude(program, options),
    conversationFile,
    run: (request) => runClaude(program, options, request),
  };
}

function capabilitiesOf({ surface = 'control' }: ClaudeAgentOptions): AgentCapabilities {
  return capabilities[`claude/${surface}`];
}

async function probeClaude(wanted: string, options: ClaudeAgentOptions): Promise<AgentProbe> {
  const { environment = process.env } = options;
  const hint = 'Install it with `npm install -g @anthropic-ai/claude-code`, or name its path as `program`.';
  const program = locateProgram(wanted, environment);
  if (program === undefined) return missingProgram(wanted, hint);
  const version = await readVersion(program, ['--version'], environment, quietVariables);
  if (!version.ok) {
    return { kind: 'missing', program, message: `${program} does not start: ${version.error}`, hint };
  }
  // What a person adds to the command line may name other settings, and a login with them.
  const hasExtras = options.hasExtras === true || (options.args ?? []).length > 0;
  return {
    kind: 'ready',
    program,
    version: version.value,
    ...findLogin(findClaudeLogin, environment, hasExtras, claudeLoginHint),
    notes: noteVersion(version.value, testedVersions.claude),
    cannot: limitsOf(capabilitiesOf(options)),
  };
}

/** One folder per current directory, named after it. */
function conversationFile({ cwd, env }: Pick<AgentRequest, 'cwd' | 'env'>, session: string): string {
  const settings = env['CLAUDE_CONFIG_DIR'] ?? join(env['HOME'] ?? '/', '.claude');
  return join(settings, 'projects', cwd.replace(/[^a-zA-Z0-9]/g, '-'), `${session}.jsonl`);
}

function runClaude(
  program: string,
  options: ClaudeAgentOptions,
  request: AgentRequest,
): Promise<AgentOutcome> {
  const surface = options.surface ?? 'control';
  const argv = [program, ...claudeArguments(surface, options, request)] as const;
  const complaint = new BoundedTail(LONGEST_COMPLAINT);
  return surface === 'control' ? runControl(argv, request, complaint) : runPrint(argv, request, complaint);
}

const LONGEST_COMPLAINT = 2_000;
