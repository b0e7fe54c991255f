import { resolve } from 'node:path';
import { z } from 'zod';
import type { Agent } from '../../ports/agent.ts';
import { unreachable } from '../../util/unreachable.ts';
import { acpEnvironmentNames, createAcpAgent } from './acp/agent.ts';
import { aiSdkEnvironmentNames, createAiSdkAgent } from './ai-sdk/agent.ts';
import { claudeEnvironmentNames, createClaudeAgent } from './claude/agent.ts';
import { codexEnvironmentNames, createCodexAgent } from './codex/agent.ts';
import { commandEnvironmentNames, createCommandAgent } from './command.ts';
import { createHeadlessAgent } from './headless/agent.ts';
import type { HomeFile } from '../home/home-file.ts';
import {
  claudeHomeFiles,
  codexHomeFiles,
  geminiHomeFiles,
  homeFields,
  opencodeHomeFiles,
} from './home-settings.ts';
import type { Environment } from './program.ts';
import { createScriptedAgent, scriptedEnvironmentNames } from './scripted.ts';

const passEnv = z
  .array(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'the name of an environment variable'))
  .optional()
  .describe('Names of further variables of your environment that the agent gets, e.g. `OPENAI_API_KEY`.');

const scriptedSchema = z
  .strictObject({
    kind: z.literal('scripted').describe('Follows a script instead of a model; for rehearsals and tests.'),
    script: z.string().min(1).describe('The script file, relative to the repository.'),
    ...homeFields,
  })
  .describe('The scripted agent that Pawl ships.');

const claudeSchema = z
  .strictObject({
    kind: z.literal('claude').describe('Claude Code, headless.'),
    program: z
      .string()
      .min(1)
      .optional()
      .describe('A name on PATH, or a path relative to the repository; the default is `claude`.'),
    model: z.string().min(1).optional().describe("Passed on as `--model`; the default is Claude Code's own."),
    args: z.array(z.string()).optional().describe('Added at the end of the command line.'),
    maxTurns: z.number().int().positive().optional().describe('Turns that one attempt may take.'),
    maxBudgetUsd: z
      .number()
      .positive()
      .optional()
      .describe('US dollars that one attempt may cost; overshot by up to one request.'),
    surface: z
      .enum(['control', 'print'])
      .optional()
      .describe(
        'How Claude Code is driven; the default is `control`. `print` bypasses its questions for permission and is ended by signals only.',
      ),
    passEnv,
    ...homeFields,
  })
  .describe('Claude Code.');

const acpSchema = z
  .strictObject({
    kind: z.literal('acp').describe('An agent that speaks the Agent Client Protocol.'),
    preset: z
      .enum(['opencode', 'gemini'])
      .optional()
      .describe('An agent that Pawl knows: its command line, its state, its login.'),
    argv: z
      .tuple([z.string().min(1)], z.string())
      .optional()
      .describe(
        "The program and its arguments, without a shell; the default is the preset's for its surface. A program with a slash in it is relative to the repository.",
      ),
    surface: z
      .enum(['acp', 'headless'])
      .optional()
      .describe(
        'How an agent with a preset is driven; the default is `acp`. `headless` reads what it prints instead, and ends it by signals only.',
      ),
    model: z
      .string()
      .min(1)
      .optional()
      .describe("A model that the agent offers, spelled as the agent does; the default is the agent's own."),
    passEnv,
    ...homeFields,
  })
  .refine((entry) => entry.preset !== undefined || entry.argv !== undefined, {
    message: 'one of `preset` and `argv` is needed',
  })
  .refine((entry) => entry.surface !== 'headless' || entry.preset !== undefined, {
    message: '`surface: "headless"` needs a `preset`',
  })
  .refine((entry) => entry.preset === undefined || entry.home !== 'shared', {
    path: ['home'],
    message: 'an agent with a preset keeps its state in a home of its own; leave `home` out',
  })
  .describe('An agent that speaks the Agent Client Protocol: OpenCode, Gemini, or any other.');

const codexSchema = z
  .strictObject({
    kind: z.literal('codex').describe('OpenAI Codex, headless.'),
    program: z
      .string()
      .min(1)
      .optional()
      .describe('A name on PATH, or a path relative to the repository; the default is `codex`.'),
    model: z.string().min(1).optional().describe("Set as `model`; the default is Codex's own."),
    args: z
      .array(z.string())
      .optional()
      .describe('Added at the end of the command line, e.g. `-c` and `model_provider="azure"`.'),
    surface: z
      .enum(['app-server', 'exec'])
      .optional()
      .describe(
        'How Codex is driven; the default is `app-server`. `exec` tells less about errors and no times of reset.',
      ),
    passEnv,
    ...homeFields,
  })
  .describe('OpenAI Codex.');

const aiSdkSchema = z
  .strictObject({
    kind: z.literal('ai-sdk').describe("Pawl's own agent, built on the AI SDK."),
    provider: z
      .enum(['anthropic', 'openai', 'openai-compatible', 'google'])
      .describe('Whose API is spoken. `openai-compatible` is for local models and most other services.'),
    model: z.string().min(1).describe('The model, as the provider spells it.'),
    baseUrl: z
      .url({ protocol: /^https?$/, error: 'must be a URL of http or https' })
      .optional()
      .describe(
        "Where the API is, with its version, e.g. `http://127.0.0.1:11434/v1`; the default is the provider's own.",
      ),
    apiKeyEnv: z
      .string()
      .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'the name of an environment variable')
      .optional()
      .describe(
        'The variable that holds the key; the default is `ANTHROPIC_API_KEY`, `OPENAI_API_KEY` or `GOOGLE_GENERATIVE_AI_API_KEY`, and none for `openai-compatible`.',
      ),
    maxSteps: z
      .number()
      .int()
      .positive()
      .optional()
      .describe('Answers of the model that one attempt may take; the default is 200.'),
    maxOutputTokens: z.number().int().positive().optional().describe('Tokens that one answer may take.'),
    passEnv,
    ...homeFields,
  })
  .refine((entry) => entry.provider !== 'openai-compatible' || entry.baseUrl !== undefined, {
    path: ['baseUrl'],
    message: 'is needed for `openai-compatible`',
  })
  .describe("Pawl's own agent, with a model of your choice.");

const commandSchema = z
  .strictObject({
    kind: z
      .literal('command')
      .describe('Any program: brief on standard input, exit code 0 claims to be done.'),
    argv: z
      .tuple([z.string().min(1)], z.string())
      .describe(
        'The program and its arguments, without a shell; may hold {task}, {attempt} and {workspace}. A program with a slash in it is relative to the repository.',
      ),
    passEnv,
    ...homeFields,
  })
  .describe('Any other program.');

/** One entry under `agents` in the configuration. */
export const agentConfigSchema = z.discriminatedUnion('kind', [
  scriptedSchema,
  claudeSchema,
  acpSchema,
  codexSchema,
  aiSdkSchema,
  commandSchema,
]);
export type AgentConfig = z.infer<typeof agentConfigSchema>;

/**
 * Makes the agent of a configuration entry. `root` is the absolute path of the repository; relative paths in the
 * entry are relative to it, and never to the workspace, whose content an agent may change. Its probe looks in
 * `environment`, which is this process's by default.
 */
export function createAgent(
  name: string,
  config: AgentConfig,
  { root, environment }: { readonly root: string; readonly environment?: Environment },
): Agent {
  const who = environment === undefined ? { name } : { name, environment };
  switch (config.kind) {
    case 'scripted':
      return createScriptedAgent({ name, scriptFile: resolve(root, config.script) });
    case 'claude': {
      const { program, ...options } = ownFields(config);
      return createClaudeAgent({
        ...who,
        ...options,
        hasExtras: hasExtras(config),
        ...(program === undefined ? {} : { program: resolveProgram(program, root) }),
      });
    }
    case 'acp': {
      const { argv: written, surface, preset, ...rest } = ownFields(config);
      const argv = written === undefined ? {} : { argv: resolveArgv(written, root) };
      const options = { ...who, ...rest, ...argv, hasExtras: hasExtras(config) };
      if (preset === undefined) return createAcpAgent(options);
      return surface === 'headless'
        ? createHeadlessAgent({ ...options, preset })
        : createAcpAgent({ ...options, preset });
    }
    case 'codex': {
      const { program, ...options } = ownFields(config);
      return createCodexAgent({
        ...who,
        ...options,
        hasExtras: hasExtras(config),
        ...(program === undefined ? {} : { program: resolveProgram(program, root) }),
      });
    }
    case 'ai-sdk':
      return createAiSdkAgent({ ...who, ...ownFields(config), root });
    case 'command':
      return createCommandAgent({ ...who, argv: resolveArgv(config.argv, root) });
    default:
      return unreachable(config);
  }
}

/** The files of the person's home that this agent's private home gets. */
export function homeFilesOf(config: AgentConfig): readonly HomeFile[] {
  const named = (config.homeFiles ?? []).map((path): HomeFile => ({ path, how: 'login' }));
  return [...knownHomeFiles(config), ...named];
}

function knownHomeFiles(config: AgentConfig): readonly HomeFile[] {
  switch (config.kind) {
    case 'claude':
      return claudeHomeFiles;
    case 'codex':
      return codexHomeFiles;
    case 'acp':
      if (config.preset === undefined) return [];
      return config.preset === 'gemini' ? geminiHomeFiles : opencodeHomeFiles;
    case 'scripted':
    case 'ai-sdk':
    case 'command':
      return [];
    default:
      return unreachable(config);
  }
}

/** Whether the agent gets variables or files, or is started in a way, of which Pawl does not know what is in them. */
function hasExtras(config: Exclude<AgentConfig, { kind: 'scripted' }>): boolean {
  return [config.passEnv, config.homeFiles].some((named = []) => named.length > 0) || 'argv' in config;
}

/** Without what every kind has, which is no business of the adapter's. */
function ownFields<T extends AgentConfig>(config: T): Omit<T, CommonField> {
  const common: readonly string[] = commonFields;
  return Object.fromEntries(Object.entries(config).filter(([name]) => !common.includes(name))) as Omit<
    T,
    CommonField
  >;
}

const commonFields = ['kind', 'passEnv', 'home', 'homeFiles', 'sandbox'] as const;
type CommonField = (typeof commonFields)[number];

function resolveArgv(
  [program, ...args]: readonly [string, ...string[]],
  root: string,
): [string, ...string[]] {
  return [resolveProgram(program, root), ...args];
}

function resolveProgram(program: string, root: string): string {
  return program.includes('/') ? resolve(root, program) : program;
}

/** The model that the entry asks for; undefined where the agent chooses one by itself. */
export function modelOf(config: AgentConfig): string | undefined {
  return 'model' in config ? config.model : undefined;
}

/** The names of the variables of the user's environment that this agent is to be given, secrets included. */
export function environmentNamesOf(config: AgentConfig): readonly string[] {
  switch (config.kind) {
    case 'scripted':
      return scriptedEnvironmentNames;
    case 'claude':
      return [...claudeEnvironmentNames, ...(config.passEnv ?? [])];
    case 'acp':
      return [...acpEnvironmentNames(config.preset), ...(config.passEnv ?? [])];
    case 'codex':
      return [...codexEnvironmentNames, ...(config.passEnv ?? [])];
    case 'ai-sdk':
      return [...aiSdkEnvironmentNames(config.provider, config.apiKeyEnv), ...(config.passEnv ?? [])];
    case 'command':
      return [...commandEnvironmentNames, ...(config.passEnv ?? [])];
    default:
      return unreachable(config);
  }
}
