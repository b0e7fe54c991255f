import { access } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { AgentOutcome } from '../../domain/agent-outcome.ts';
import type { Agent, AgentEvent, AgentProbe, AgentRequest } from '../../ports/agent.ts';
import { addUsage, noUsage, type Usage, usageSchema } from '../../domain/usage.ts';
import type { ProcessEnd } from '../../ports/processes.ts';
import { BoundedTail } from '../../util/bounded-tail.ts';
import { boundText, runAgentProcess } from './agent-process.ts';
import { capabilities, limitsOf } from './capabilities.ts';
import { commonEnvironmentNames } from './environment.ts';
import { outcomeFields, outcomeOfForcedEnd, outcomeWithoutSignal } from './process-end.ts';
import { readVersion } from './program.ts';

export const scriptedEnvironmentNames: readonly string[] = commonEnvironmentNames;

export interface ScriptedAgentOptions {
  readonly name: string;
  /** Absolute path of the script that the agent follows. */
  readonly scriptFile: string;
  /** Absolute path of the JavaScript or TypeScript file to run; the default is the program that Pawl ships. */
  readonly program?: string;
}

/** Runs the scripted agent, a program that follows a script instead of a model. Its `result` line is its signal. */
export function createScriptedAgent(options: ScriptedAgentOptions): Agent {
  const program = options.program ?? shippedProgram;
  return {
    name: options.name,
    reportsTools: false,
    capabilities: capabilities.scripted,
    probe: () => probeScripted(program, options),
    run: (request) => runScripted([process.execPath, program, '--script', options.scriptFile], request),
  };
}

/** The same from src/adapters/agents and from dist/adapters/agents. */
const shippedProgram = fileURLToPath(new URL('../../../bin/pawl-scripted-agent.js', import.meta.url));

async function probeScripted(program: string, options: ScriptedAgentOptions): Promise<AgentProbe> {
  const version = await readVersion(process.execPath, [program, '--version'], process.env);
  if (!version.ok) {
    const message = `the scripted agent does not start: ${version.error}`;
    return { kind: 'missing', program, message, hint: 'Install Pawl again.' };
  }
  if (!(await isReadable(options.scriptFile))) {
    const message = `the script ${options.scriptFile} cannot be read`;
    const hint = `Write it, or correct agents.${options.name}.script in the configuration.`;
    return { kind: 'missing', program, message, hint };
  }
  return {
    kind: 'ready',
    program,
    version: version.value,
    login: 'yes',
    notes: ['follows a script; no model'],
    cannot: limitsOf(capabilities.scripted),
  };
}

async function isReadable(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    // Why it cannot be read does not matter to a probe: the caller names the path.
    return false;
  }
}

async function runScripted(
  argv: readonly [string, ...string[]],
  request: AgentRequest,
): Promise<AgentOutcome> {
  let state: ScriptedState = { lastText: '' };
  const complaint = new BoundedTail(LONGEST_COMPLAINT);
  const outcome = await runAgentProcess(request, {
    argv,
    env: { PAWL_TASK: request.task, PAWL_ATTEMPT: String(request.attempt) },
    onLine(line, stream) {
      if (stream === 'stderr') {
        complaint.push(`${line}\n`);
        return;
      }
      const read = readScriptedLine(state, line);
      state = read.state;
      for (const event of read.events) request.onEvent(event);
    },
  });
  return decideScriptedOutcome(state, outcome.end, complaint.toString());
}

const LONGEST_COMPLAINT = 2_000;

const lineSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text'), text: z.string() }),
  z.object({ type: z.literal('progress'), percent: z.number().min(0).max(100), next: z.string() }),
  z.object({ type: z.literal('tool'), name: z.string(), detail: z.string() }),
  usageSchema.unwrap().extend({ type: z.literal('usage') }),
  z.object({ type: z.literal('rate-limit'), resetsAt: z.number().nonnegative().optional() }),
  z.object({
    type: z.literal('result'),
    claim: z.enum(['done', 'blocked', 'none']),
    summary: z.string(),
  }),
]);

export interface ScriptedState {
  readonly lastText: string;
  /** Of the attempt so far. */
  readonly usage?: Usage;
  /** The reset time, if one was told, in ms since the epoch; the protocol line has seconds. */
  readonly rateLimit?: { readonly resetsAt?: number };
  readonly result?: { readonly claim: 'done' | 'blocked' | 'none'; readonly summary: string };
}

/** One line of the scripted agent's standard output. A line that is not of the protocol is shown as text. */
export function readScriptedLine(
  state: ScriptedState,
  line: string,
): { readonly state: ScriptedState; readonly events: readonly AgentEvent[] } {
  const message = parseLine(line);
  switch (message?.type) {
    case 'text':
      return { state: { ...state, lastText: message.text }, events: [boundedText(message.text)] };
    case 'progress':
    case 'tool':
      return { state, events: [message] };
    case 'usage': {
      const { type: _type, ...turn } = message;
      const usage = addUsage(state.usage ?? noUsage, turn);
      return { state: { ...state, usage }, events: [{ type: 'turn' }, { type: 'usage', usage }] };
    }
    case 'rate-limit':
      return {
        state: {
          ...state,
          rateLimit: message.resetsAt === undefined ? {} : { resetsAt: message.resetsAt * 1_000 },
        },
        events: [],
      };
    case 'result':
      return { state: { ...state, result: { claim: message.claim, summary: message.summary } }, events: [] };
    case undefined:
      return { state, events: line.trim() === '' ? [] : [boundedText(line)] };
  }
}

function boundedText(text: string): AgentEvent {
  return { type: 'text', text: boundText(text) };
}

function parseLine(line: string): z.infer<typeof lineSchema> | undefined {
  try {
    return lineSchema.safeParse(JSON.parse(line)).data;
  } catch {
    // Not JSON: a line for people.
    return undefined;
  }
}

/** Finished only with a `result` line and exit code 0. */
export function decideScriptedOutcome(
  state: ScriptedState,
  end: ProcessEnd,
  complaint: string,
): AgentOutcome {
  const report = { lastWords: state.result?.summary ?? state.lastText, usage: state.usage };
  const forced = outcomeOfForcedEnd(end, report);
  if (forced !== undefined) return forced;
  if (state.result !== undefined && end.kind === 'exited' && end.code === 0) {
    return { kind: 'finished', claim: state.result.claim, ...outcomeFields(report) };
  }
  if (state.result === undefined && state.rateLimit !== undefined) {
    return {
      kind: 'rate-limited',
      ...state.rateLimit,
      message: 'the script hit a rate limit',
      ...outcomeFields(report),
    };
  }
  if (state.result === undefined && isRefusal(end) && complaint.trim() !== '') {
    // A mistake in the script is the environment's, and no further attempt mends it.
    return { kind: 'unavailable', message: complaint.trim(), ...outcomeFields(report) };
  }
  const reason =
    state.result === undefined
      ? 'the scripted agent ended without a result line'
      : 'the scripted agent did not end well after its result line';
  return outcomeWithoutSignal(end, report, reason, complaint);
}

/** Exit code 2: the call or the script is wrong, and nothing was done. A script's own crash complains of nothing. */
function isRefusal(end: ProcessEnd): boolean {
  return end.kind === 'exited' && end.code === 2;
}
