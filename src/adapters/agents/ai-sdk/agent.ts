import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { AgentOutcome } from '../../../domain/agent-outcome.ts';
import type { Agent, AgentProbe, AgentRequest } from '../../../ports/agent.ts';
import { BoundedTail } from '../../../util/bounded-tail.ts';
import { runAgentProcess } from '../agent-process.ts';
import { capabilities, limitsOf } from '../capabilities.ts';
import { commonEnvironmentNames } from '../environment.ts';
import { isSet, type LoginFinding } from '../login.ts';
import { type Environment, readVersion } from '../program.ts';
import { initialCoderState, readCoderLine } from './lines.ts';
import { decideCoderOutcome } from './outcome.ts';

export type AiSdkProvider = 'anthropic' | 'openai' | 'openai-compatible' | 'google';

export interface AiSdkAgentOptions {
  readonly name: string;
  readonly provider: AiSdkProvider;
  readonly model: string;
  readonly baseUrl?: string;
  readonly apiKeyEnv?: string;
  readonly maxSteps?: number;
  readonly maxOutputTokens?: number;
  /** The repository: its packages are looked at first. */
  readonly root: string;
  /** Where `probe` looks for the key; the default is the environment of this process. */
  readonly environment?: Environment;
}

/** The variable that has the provider's key; undefined where none is needed. */
export function keyVariableOf(provider: AiSdkProvider, apiKeyEnv: string | undefined): string | undefined {
  return apiKeyEnv ?? usualKeyVariables[provider];
}

const usualKeyVariables: Readonly<Record<AiSdkProvider, string | undefined>> = {
  anthropic: 'ANTHROPIC_API_KEY',
  openai: 'OPENAI_API_KEY',
  google: 'GOOGLE_GENERATIVE_AI_API_KEY',
  'openai-compatible': undefined,
};

export function aiSdkEnvironmentNames(
  provider: AiSdkProvider,
  apiKeyEnv: string | undefined,
): readonly string[] {
  const variable = keyVariableOf(provider, apiKeyEnv);
  return [...commonEnvironmentNames, ...(variable === undefined ? [] : [variable])];
}

/**
 * The agent that Pawl ships, `pawl-coder`: the Vercel AI SDK's loop over tools of its own. It is a program like any
 * other agent's, so that it is ended, watched and logged as they are.
 */
export function createAiSdkAgent(options: AiSdkAgentOptions): Agent {
  return {
    name: options.name,
    reportsTools: true,
    capabilities: capabilities['ai-sdk'],
    probe: () => probeCoder(options),
    run: (request) => runCoder([process.execPath, program, ...coderArguments(options)], request),
  };
}

/** The same from src/adapters/agents/ai-sdk and from dist/adapters/agents/ai-sdk. */
const program = fileURLToPath(new URL('../../../../bin/pawl-coder.js', import.meta.url));

const checkSchema = z.discriminatedUnion('ready', [
  z.object({ ready: z.literal(true), version: z.string(), packages: z.array(z.string()) }),
  z.object({ ready: z.literal(false), message: z.string(), hint: z.string() }),
]);

async function probeCoder(options: AiSdkAgentOptions): Promise<AgentProbe> {
  const { provider, root, environment = process.env } = options;
  const args = [program, '--check', `--provider=${provider}`, '--packages', packagesOf(root)];
  const printed = await readVersion(process.execPath, args, environment);
  const check = printed.ok ? parseCheck(printed.value) : undefined;
  if (check === undefined) {
    const reason = printed.ok ? `it printed ${printed.value}` : printed.error;
    const message = `pawl-coder does not start: ${reason}`;
    return { kind: 'missing', program, message, hint: 'Install Pawl again.' };
  }
  if (!check.ready) return { kind: 'missing', program, message: check.message, hint: check.hint };
  return {
    kind: 'ready',
    program,
    version: check.version,
    ...findKey(options, environment),
    notes: [`${check.packages.join(', ')}; model ${options.model}`],
    cannot: limitsOf(capabilities['ai-sdk']),
  };
}

function parseCheck(line: string): z.infer<typeof checkSchema> | undefined {
  try {
    return checkSchema.safeParse(JSON.parse(line)).data;
  } catch {
    // No JSON: the caller shows what was printed instead.
    return undefined;
  }
}

function findKey({ provider, apiKeyEnv }: AiSdkAgentOptions, environment: Environment): LoginFinding {
  const variable = keyVariableOf(provider, apiKeyEnv);
  return variable === undefined || isSet(environment, variable)
    ? { login: 'yes' }
    : { login: 'no', loginHint: `Set ${variable}, or name another variable as \`apiKeyEnv\`.` };
}

function coderArguments(options: AiSdkAgentOptions): readonly string[] {
  const { provider, model, baseUrl, apiKeyEnv, maxSteps, maxOutputTokens, root } = options;
  const variable = keyVariableOf(provider, apiKeyEnv);
  return [
    `--provider=${provider}`,
    `--model=${model}`,
    // A word of its own: only then is that folder seen inside a sandbox.
    '--packages',
    packagesOf(root),
    ...(baseUrl === undefined ? [] : [`--base-url=${baseUrl}`]),
    ...(variable === undefined ? [] : [`--api-key-env=${variable}`]),
    ...(maxSteps === undefined ? [] : [`--max-steps=${maxSteps}`]),
    ...(maxOutputTokens === undefined ? [] : [`--max-output-tokens=${maxOutputTokens}`]),
  ];
}

/** The folder, and not the repository: the rest of it is not for agents to see. */
function packagesOf(root: string): string {
  return join(root, 'node_modules');
}

async function runCoder(argv: readonly [string, ...string[]], request: AgentRequest): Promise<AgentOutcome> {
  let state = initialCoderState;
  const complaint = new BoundedTail(LONGEST_COMPLAINT);
  const outcome = await runAgentProcess(request, {
    argv,
    // Node's own requests leave a proxy aside unless they are told.
    env: { [PROXY_SWITCH]: '1' },
    onLine(line, stream) {
      if (stream === 'stderr') {
        complaint.push(`${line}\n`);
        return;
      }
      const step = readCoderLine(state, line);
      state = step.state;
      for (const event of step.events) request.onEvent(event);
    },
  });
  return decideCoderOutcome(state, outcome.end, complaint.toString());
}

const LONGEST_COMPLAINT = 2_000;

/** The program keeps it from the commands that it runs: it is about its own requests. */
const PROXY_SWITCH = 'NODE_USE_ENV_PROXY';
