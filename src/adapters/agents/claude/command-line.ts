import type { AgentRequest } from '../../../ports/agent.ts';

export type ClaudeSurface = 'control' | 'print';

export interface ClaudeCommandOptions {
  readonly model?: string;
  /** Added at the end of the command line, where a later flag wins. */
  readonly args?: readonly string[];
  readonly maxTurns?: number;
  /** Checked by the CLI after each turn, so that it is overshot by one request. */
  readonly maxBudgetUsd?: number;
}

/**
 * No settings and no MCP servers of the user or of the repository: what an attempt may do must not depend on
 * files that the attempt before it could have written.
 */
export function claudeArguments(
  surface: ClaudeSurface,
  options: ClaudeCommandOptions,
  { resume, mcpServers }: Pick<AgentRequest, 'resume' | 'mcpServers'>,
): readonly string[] {
  return [
    '-p',
    ...(resume === undefined ? [] : ['--resume', resume]),
    ...surfaceArguments[surface],
    '--output-format',
    'stream-json',
    '--verbose',
    '--setting-sources',
    '',
    '--strict-mcp-config',
    ...(mcpServers.length === 0 ? [] : [`--mcp-config=${mcpConfig(mcpServers)}`]),
    ...(options.model === undefined ? [] : ['--model', options.model]),
    ...(options.maxTurns === undefined ? [] : ['--max-turns', String(options.maxTurns)]),
    ...(options.maxBudgetUsd === undefined ? [] : ['--max-budget-usd', String(options.maxBudgetUsd)]),
    ...(options.args ?? []),
  ];
}

/** Claude Code puts the values in: they are not on its command line. */
function mcpConfig(servers: AgentRequest['mcpServers']): string {
  const entries = servers.map(({ name, argv: [command, ...args], variables }) => {
    const env = Object.fromEntries(variables.map((variable) => [variable, `\${${variable}}`]));
    return [name, { type: 'stdio', command, args, env }];
  });
  return JSON.stringify({ mcpServers: Object.fromEntries(entries) });
}

const surfaceArguments: Readonly<Record<ClaudeSurface, readonly string[]>> = {
  // In its default mode it asks for what it is not sure of, over its standard output.
  control: [
    '--input-format',
    'stream-json',
    '--permission-prompt-tool',
    'stdio',
    '--permission-mode',
    'default',
  ],
  print: ['--permission-mode', 'bypassPermissions'],
};

export const quietVariables = {
  CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
  DISABLE_AUTOUPDATER: '1',
} as const;

export function claudeVariables(): Readonly<Record<string, string>> {
  return {
    ...quietVariables,
    // Ten retries take three minutes even for a refused key; waiting is the scheduler's business.
    CLAUDE_CODE_MAX_RETRIES: '2',
    API_TIMEOUT_MS: '120000',
    // As root, Claude Code refuses to bypass permissions unless it is told that it is in a sandbox.
    ...(process.getuid?.() === 0 ? { IS_SANDBOX: '1' } : {}),
  };
}
