import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { AgentOutcome } from '../../../domain/agent-outcome.ts';
import type { Agent, AgentProbe, AgentRequest } from '../../../ports/agent.ts';
import { BoundedTail } from '../../../util/bounded-tail.ts';
import { commonEnvironmentNames } from '../environment.ts';
import { type Environment, locateProgram, missingProgram, readVersion } from '../program.ts';
import { converse } from './conversation.ts';
import { decideAcpOutcome } from './outcome.ts';
import { type Preset, type PresetName, presets } from './presets.ts';

export interface AcpAgentOptions {
  readonly name: string;
  readonly preset?: PresetName;
  /** The program, by a name on PATH or an absolute path, with its arguments. The default is the preset's. */
  readonly argv?: readonly [string, ...string[]];
  readonly model?: string;
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
  return {
    name: options.name,
    reportsTools: true,
    probe: () => probeAcp(argv[0], preset, options),
    run: (request) => runAcp(argv, preset, options.model, request),
  };
}

async function probeAcp(
  wanted: string,
  preset: Preset | undefined,
  options: AcpAgentOptions,
): Promise<AgentProbe> {
  const environment = options.environment ?? process.env;
  const correction = `correct agents.${options.name}.argv in the configuration.`;
  const hint = preset === undefined ? `Install it, or ${correction}` : `${preset.install}, or ${correction}`;
  const program = locateProgram(wanted, environment);
  if (program === undefined) return missingProgram(wanted, hint);
  // Whether a program of the user's own knows `--version` is not known; it may be an interpreter.
  if (preset === undefined) return { kind: 'ready', program, version: 'unknown', notes: [] };
  const version = await readVersion(program, ['--version'], environment, preset.defaults);
  if (!version.ok) {
    return { kind: 'missing', program, message: `${program} does not start: ${version.error}`, hint };
  }
  return { kind: 'ready', program, version: `${version.value} (${basename(preset.argv[0])})`, notes: [] };
}

async function runAcp(
  argv: readonly [string, ...string[]],
  preset: Preset | undefined,
  model: string | undefined,
  request: AgentRequest,
): Promise<AgentOutcome> {
  let folder: string;
  try {
    folder = await mkdtemp(join(request.env['TMPDIR'] ?? tmpdir(), 'acp-'));
  } catch (error) {
    return {
      kind: 'unavailable',
      message: `no private folder for the agent: ${String(error)}`,
      lastWords: '',
    };
  }
  try {
    return await runIn(folder, argv, preset, model, request);
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function runIn(
  folder: string,
  argv: readonly [string, ...string[]],
  preset: Preset | undefined,
  model: string | undefined,
  request: AgentRequest,
): Promise<AgentOutcome> {
  let own: Readonly<Record<string, string>>;
  try {
    own = (await preset?.prepare({ folder, env: request.env, model })) ?? {};
  } catch (error) {
    return { kind: 'unavailable', message: `its private state: ${String(error)}`, lastWords: '' };
  }
  const complaint = new BoundedTail(LONGEST_COMPLAINT);
  const { state, end } = await converse({
    request,
    argv: model === undefined || preset === undefined ? argv : [...argv, ...preset.modelArguments(model)],
    env: { ...preset?.defaults, ...request.env, ...own },
    plan: {
      folders: await workFolders(request),
      brief: request.brief,
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
    record: preset?.readRecord?.(folder),
  });
}

const LONGEST_COMPLAINT = 2_000;

/** Agents report real paths, whatever link they were started through. */
async function workFolders(request: AgentRequest): Promise<readonly [string, ...string[]]> {
  const temporary = request.env['TMPDIR'];
  const others = temporary === undefined ? [] : [temporary, await realFolder(temporary)];
  return [request.cwd, await realFolder(request.cwd), ...others];
}

async function realFolder(folder: string): Promise<string> {
  try {
    return await realpath(folder);
  } catch {
    // Not there: then nothing lies in it either.
    return folder;
  }
}
