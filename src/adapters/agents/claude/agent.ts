import type { AgentOutcome } from '../../../domain/agent-outcome.ts';
import type { Agent, AgentProbe, AgentRequest } from '../../../ports/agent.ts';
import { BoundedTail } from '../../../util/bounded-tail.ts';
import { runAgentProcess } from '../agent-process.ts';
import { commonEnvironmentNames } from '../environment.ts';
import { type Environment, locateProgram, missingProgram, readVersion } from '../program.ts';
import { decideClaudeOutcome } from './outcome.ts';
import { initialClaudeState, readClaudeLine } from './stream.ts';

export const claudeEnvironmentNames: readonly string[] = [
  ...commonEnvironmentNames,
  'ANTHROPIC_API_KEY',
  'ANTHROPIC_AUTH_TOKEN',
  'ANTHROPIC_BASE_URL',
  'CLAUDE_CODE_OAUTH_TOKEN',
  'CLAUDE_CONFIG_DIR',
];

export interface ClaudeAgentOptions {
  readonly name: string;
  /** A name on PATH or an absolute path; the default is `claude`. */
  readonly program?: string;
  readonly model?: string;
  /** Added at the end of the command line. */
  readonly args?: readonly string[];
  readonly maxTurns?: number;
  /** Checked by the CLI after each turn, so that it is overshot by one request. */
  readonly maxBudgetUsd?: number;
  /** Where `probe` looks for PATH and HOME; the default is the environment of this process. */
  readonly environment?: Environment;
}

/**
 * Claude Code, headless: `claude -p` with the brief on standard input and stream-json on standard output.
 * Source: the agents reference, § 2.
 */
export function createClaudeAgent(options: ClaudeAgentOptions): Agent {
  const program = options.program ?? 'claude';
  return {
    name: options.name,
    reportsTools: true,
    probe: () => probeClaude(program, options.environment ?? process.env),
    run: (request) => runClaude([program, ...claudeArguments(options)], request),
  };
}

async function probeClaude(wanted: string, environment: Environment): Promise<AgentProbe> {
  const hint = 'Install it with `npm install -g @anthropic-ai/claude-code`, or name its path as `program`.';
  const program = locateProgram(wanted, environment);
  if (program === undefined) return missingProgram(wanted, hint);
  const version = await readVersion(program, ['--version'], environment, quietVariables);
  if (!version.ok) {
    return { kind: 'missing', program, message: `${program} does not start: ${version.error}`, hint };
  }
  return { kind: 'ready', program, version: version.value, notes: [] };
}

async function runClaude(argv: readonly [string, ...string[]], request: AgentRequest): Promise<AgentOutcome> {
  let state = initialClaudeState;
  const complaint = new BoundedTail(LONGEST_COMPLAINT);
  const outcome = await runAgentProcess(request, {
    argv,
    env: claudeVariables(),
    onLine(line, stream) {
      if (stream === 'stderr') {
        complaint.push(`${line}\n`);
        return;
      }
      const step = readClaudeLine(state, line);
      state = step.state;
      for (const event of step.events) request.onEvent(event);
    },
  });
  return decideClaudeOutcome(state, outcome.end, complaint.toString());
}

const LONGEST_COMPLAINT = 2_000;

/**
 * No settings and no MCP servers of the user or of the repository: what an attempt may do must not depend on
 * files that the attempt before it could have written.
 */
function claudeArguments(options: ClaudeAgentOptions): readonly string[] {
  return [
    '-p',
    '--output-format',
    'stream-json',
    '--verbose',
    '--permission-mode',
    'bypassPermissions',
    '--setting-sources',
    '',
    '--strict-mcp-config',
    ...(options.model === undefined ? [] : ['--model', options.model]),
    ...(options.maxTurns === undefined ? [] : ['--max-turns', String(options.maxTurns)]),
    ...(options.maxBudgetUsd === undefined ? [] : ['--max-budget-usd', String(options.maxBudgetUsd)]),
    ...(options.args ?? []),
  ];
}

const quietVariables = { CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1', DISABLE_AUTOUPDATER: '1' } as const;

function claudeVariables(): Readonly<Record<string, string>> {
  return {
    ...quietVariables,
    // Ten retries take three minutes even for a refused key; waiting is the scheduler's business.
    CLAUDE_CODE_MAX_RETRIES: '2',
    API_TIMEOUT_MS: '120000',
    // As root, Claude Code refuses to bypass permissions unless it is told that it is in a sandbox.
    ...(process.getuid?.() === 0 ? { IS_SANDBOX: '1' } : {}),
  };
}
