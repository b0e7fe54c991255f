import { basename } from 'node:path';
import type { AgentOutcome } from '../../../domain/agent-outcome.ts';
import type { Agent, AgentCapabilities, AgentProbe, AgentRequest } from '../../../ports/agent.ts';
import { BoundedTail } from '../../../util/bounded-tail.ts';
import { capabilities, limitsOf } from '../capabilities.ts';
import { commonEnvironmentNames } from '../environment.ts';
import { findLogin } from '../login.ts';
import { type Environment, locateProgram, missingProgram, readVersion } from '../program.ts';
import { noteVersion } from '../tested-versions.ts';
import { workFolders } from '../work-folders.ts';
import { converse } from './conversation.ts';
import { decideAcpOutcome } from './outcome.ts';
import type { AcpMcpServer } from './protocol.ts';
import { type Preset, type PresetName, presets } from './presets.ts';
import { runPrivately } from './private-run.ts';

export interface AcpAgentOptions {
  readonly name: string;
  readonly preset?: PresetName;
  /** The program, by a name on PATH or an absolute path, with its arguments. The default is the preset's. */
  readonly argv?: readonly [string, ...string[]];
  readonly model?: string;
  /** Whether it gets variables or files besides those that it always gets. */
  readonly hasExtras?: boolean;
  /** Where `probe` looks for PATH and HOME; the default is the environment of this process. */
  readonly environment?: Environment;
}

export function acpEnvironmentNames(preset: PresetName | undefined): readonly string[] {
  return preset === undefined
    ? commonEnvironmentNames
    : [...commonEnvironmentNames, ...presets[preset].environmentNames];
}

/** Any agent that speaks the Agent Client Protocol. Throws when there is neither a preset nor a program. */
export function createAcpAgent(options: AcpAgentOptions): Agent {
  const preset = options.preset === undefined ? undefined : presets[options.preset];
  const argv = options.argv ?? preset?.argv;
  if (argv === undefined) throw new Error('Internal error: an agent without a program');
  const can = capabilities[options.preset === undefined ? 'acp' : (`${options.preset}/acp` as const)];
  return {
    name: options.name,
    reportsTools: true,
    capabilities: can,
    probe: () => probePreset(argv[0], preset, can, options),
    run: (request) => runAcp(argv, preset, options.model, request),
  };
}

/** Also of an agent on another surface: the program is the same. */
export async function probePreset(
  wanted: string,
  preset: Preset | undefined,
  can: AgentCapabilities,
  options: Pick<AcpAgentOptions, 'name' | 'environment' | 'hasExtras'>,
): Promise<AgentProbe> {
  const environment = options.environment ?? process.env;
  const correction = `correct agents.${options.name}.argv in the configuration.`;
  const hint = preset === undefined ? `Install it, or ${correction}` : `${preset.install}, or ${correction}`;
  const program = locateProgram(wanted, environment);
  if (program === undefined) return missingProgram(wanted, hint);
  // Whether a program of the user's own knows `--version` is not known; it may be an interpreter.
  if (preset === undefined) {
    return { kind: 'ready', program, version: 'unknown', login: 'unknown', notes: [], cannot: limitsOf(can) };
  }
  const version = await readVersion(program, ['--version'], environment, preset.defaults);
  if (!version.ok) {
    return { kind: 'missing', program, message: `${program} does not start: ${version.error}`, hint };
  }
  return {
    kind: 'ready',
    program,
    version: `${version.value} (${basename(preset.argv[0])})`,
    ...findLogin(preset.findLogin, environment, options.hasExtras === true, preset.loginHint),
    notes: noteVersion(version.value, preset.testedVersion),
    cannot: limitsOf(can),
  };
}

function runAcp(
  argv: readonly [string, ...string[]],
  preset: Preset | undefined,
  model: string | undefined,
  request: AgentRequest,
): Promise<AgentOutcome> {
  // The servers are named over the protocol.
  return runPrivately(preset, model, { ...request, mcpServers: [] }, async ({ home, env }) => {
    const complaint = new BoundedTail(LONGEST_COMPLAINT);
    const { state, end } = await converse({
      request,
      argv: model === undefined || preset === undefined ? argv : [...argv, ...preset.modelArguments(model)],
      env,
      plan: {
        folders: await workFolders(request),
        brief: request.brief,
        mcpServers: mcpServersOf(request),
        mode: preset?.mode,
        // A preset hands the model over in a way that its agent checks by itself.
        model: preset === undefined ? model : undefined,
      },
      onComplaint: (line) => complaint.push(`${line}\n`),
    });
    return decideAcpOutcome({
      state,
      end,
      cancelled: request.signal.aborted,
      complaint: complaint.toString(),
      record: preset?.readRecord?.(home),
    });
  });
}

const LONGEST_COMPLAINT = 2_000;

function mcpServersOf({ mcpServers, env }: AgentRequest): readonly AcpMcpServer[] {
  return mcpServers.map(({ name, argv: [command, ...args], variables }) => ({
    name,
    command,
    args,
    env: variables.flatMap((variable) => {
      const value = env[variable];
      return value === undefined ? [] : [{ name: variable, value }];
    }),
  }));
}
