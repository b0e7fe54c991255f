import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { presets } from '../src/adapters/agents/acp/presets.ts';
import type { AgentConfig } from '../src/adapters/agents/registry.ts';
import { writeScript, type Workplace } from './workplace.ts';

/** One agent that is measured: its row of the table. */
export interface AgentRow {
  readonly name: string;
  /** What it is, where the program has no version to tell. */
  readonly note?: string;
  /** How Pawl drives it unless it is told otherwise. */
  readonly config: AgentConfig;
  /** The same program in its mode for one question and one answer, which can be run without Pawl too. */
  readonly oneShot: AgentConfig;
  /** Where the program finds its model, and a key that is none. */
  readonly variables: Readonly<Record<string, string>>;
}

export interface AbsentRow {
  readonly name: string;
  readonly absent: string;
}

/** All agents that could be measured, those that are not installed included. Their model is at the base URL. */
export function agentRows(place: Workplace, baseUrl: string): readonly (AgentRow | AbsentRow)[] {
  return [
    commandRow(),
    scriptedRow(place),
    aiSdkRow(baseUrl),
    installed('claude', (program) => {
      const config = { kind: 'claude', program, model: 'claude-sonnet-4-5' } as const;
      const variables = { ANTHROPIC_BASE_URL: baseUrl, ANTHROPIC_API_KEY: 'dummy' };
      return { config, oneShot: { ...config, surface: 'print' }, variables };
    }),
    installed('codex', (program) => {
      const config = { kind: 'codex', program, model: 'scripted' } as const;
      const variables = { OPENAI_BASE_URL: `${baseUrl}/v1`, OPENAI_API_KEY: 'dummy' };
      return { config, oneShot: { ...config, surface: 'exec' }, variables };
    }),
    installed('opencode', (program) => ({
      ...presetConfigs('opencode', program, 'scripted/m'),
      variables: opencodeVariables(baseUrl),
    })),
    installed('gemini', (program) => ({
      ...presetConfigs('gemini', program, 'gemini-2.5-pro'),
      variables: { GOOGLE_GEMINI_BASE_URL: baseUrl, GEMINI_API_KEY: 'dummy' },
    })),
  ];
}

function commandRow(): AgentRow {
  const config: AgentConfig = {
    kind: 'command',
    argv: ['/bin/sh', '-c', `cat >/dev/null; echo '${answer}'`],
  };
  const note = '/bin/sh: the least an agent can be';
  return { name: 'command', note, config, oneShot: config, variables: {} };
}

function scriptedRow(place: Workplace): AgentRow {
  const script = writeScript(place, 'agent-script.json', [
    JSON.stringify({ tasks: {}, default: [[{ say: answer }, { claim: 'done', summary: answer }]] }),
  ]);
  const config: AgentConfig = { kind: 'scripted', script };
  return { name: 'scripted', config, oneShot: config, variables: {} };
}

/** Pawl's own agent. Its packages are the development dependencies of this repository. */
function aiSdkRow(baseUrl: string): AgentRow {
  const config: AgentConfig = {
    kind: 'ai-sdk',
    provider: 'openai-compatible',
    model: 'scripted',
    baseUrl: `${baseUrl}/v1`,
  };
  return { name: 'ai-sdk', config, oneShot: config, variables: {} };
}

/** What every agent says, and nothing else. */
export const answer = 'There is nothing to do.';

function installed(
  name: 'claude' | 'codex' | 'opencode' | 'gemini',
  row: (program: string) => Omit<AgentRow, 'name'>,
): AgentRow | AbsentRow {
  const file = `../.cache/agents/${name}/node_modules/.bin/${name}`;
  const program =
    process.env[`PAWL_TEST_${name.toUpperCase()}`] ?? fileURLToPath(new URL(file, import.meta.url));
  if (existsSync(program)) return { name, ...row(program) };
  return { name, absent: `not installed: scripts/install-test-agents.sh ${name}` };
}

function presetConfigs(
  preset: 'opencode' | 'gemini',
  program: string,
  model: string,
): Pick<AgentRow, 'config' | 'oneShot'> {
  const { argv, headless } = presets[preset];
  const config = { kind: 'acp', preset, model } as const;
  return {
    config: { ...config, argv: [program, ...argv.slice(1)] },
    oneShot: { ...config, argv: [program, ...headless.argv.slice(1)], surface: 'headless' },
  };
}

function opencodeVariables(baseUrl: string): Readonly<Record<string, string>> {
  const scripted = {
    npm: '@ai-sdk/openai-compatible',
    options: { baseURL: `${baseUrl}/v1`, apiKey: 'dummy' },
    models: { m: { tool_call: true, limit: { context: 200_000, output: 32_000 } } },
  };
  const config = {
    small_model: 'scripted/m',
    enabled_providers: ['scripted'],
    provider: { scripted },
  };
  // It would fetch a package for its own configuration folder.
  return { npm_config_offline: 'true', OPENCODE_CONFIG_CONTENT: JSON.stringify(config) };
}
