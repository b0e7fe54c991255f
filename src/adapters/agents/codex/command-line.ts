import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { AgentRequest } from '../../../ports/agent.ts';

export type CodexSurface = 'app-server' | 'exec';

export interface CodexCommandOptions {
  readonly model?: string;
  /** Added at the end of the command line, where a later `-c` wins. */
  readonly args?: readonly string[];
}

/**
 * What Codex is started with. Its sandbox is off: in one of another's making every command fails while the turn still
 * ends well, and it makes the git directory of a worktree read-only. Everything is set by `-c`, so that `args` has the
 * last word.
 */
export function codexArguments(
  surface: CodexSurface,
  options: CodexCommandOptions,
  request: Pick<AgentRequest, 'cwd' | 'env' | 'mcpServers'>,
): readonly string[] {
  const settings = [
    'approval_policy="never"',
    'sandbox_mode="danger-full-access"',
    'allow_login_shell=false',
    // Neither written into the user's settings as trusted, nor are settings of the repository loaded: what an attempt
    // may do must not depend on files that the attempt before it could have written.
    `projects={${quote(request.cwd)}={trust_level="untrusted"}}`,
    // It would report its use to its maker, and `exec` waits five seconds at its end where it cannot.
    'analytics.enabled=false',
    ...stateSettings(request.env),
    ...keySettings(request.env),
    ...request.mcpServers.map(mcpSetting),
    ...(options.model === undefined ? [] : [`model=${quote(options.model)}`]),
  ].flatMap((setting) => ['-c', setting]);
  const common = ['--disable', 'plugins', ...settings, ...(options.args ?? [])];
  return surface === 'app-server'
    ? ['app-server', ...common]
    : ['exec', '--json', '--ephemeral', '--skip-git-repo-check', ...common, '-'];
}

/** Databases of this attempt alone, gone with its TMPDIR. */
function stateSettings(env: AgentRequest['env']): readonly string[] {
  const { TMPDIR } = env;
  return TMPDIR === undefined ? [] : [`sqlite_home=${quote(join(TMPDIR, 'codex'))}`];
}

/**
 * Codex uses a key from the environment only through a provider that names it, and the built-in provider cannot be
 * changed. OPENAI_API_KEY gives way to a login, as it is often set for other programs.
 */
function keySettings(env: AgentRequest['env']): readonly string[] {
  const home = env['CODEX_HOME'] ?? join(env['HOME'] ?? '/', '.codex');
  const name = env['CODEX_API_KEY'] === undefined ? 'OPENAI_API_KEY' : 'CODEX_API_KEY';
  if (!env[name] || (name === 'OPENAI_API_KEY' && existsSync(join(home, 'auth.json')))) return [];
  const provider = [
    'name="OpenAI"',
    `base_url=${quote(env['OPENAI_BASE_URL'] || 'https://api.openai.com/v1')}`,
    `env_key=${quote(name)}`,
    'wire_api="responses"',
    // Waiting is the scheduler's business.
    'request_max_retries=1',
    'stream_max_retries=1',
  ].join(',');
  return ['model_provider="pawl"', `model_providers.pawl={${provider}}`];
}

/** Codex hands the variables on by their names: their values are not on its command line. */
function mcpSetting({
  name,
  argv: [command, ...args],
  variables,
}: AgentRequest['mcpServers'][number]): string {
  const fields = [
    `command=${quote(command)}`,
    `args=${JSON.stringify(args)}`,
    `env_vars=${JSON.stringify(variables)}`,
    // Nobody is there to be asked.
    'default_tools_approval_mode="approve"',
  ];
  return `mcp_servers.${name}={${fields.join(',')}}`;
}

/** JSON's escapes are also those of a TOML string. */
function quote(value: string): string {
  return JSON.stringify(value);
}
