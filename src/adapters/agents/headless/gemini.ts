/**
 * Reads `gemini --output-format stream-json`, one line at a time, without side effects. Source: the agents
 * reference, § 5, and recorded output of version 0.61.0.
 *
 * A line that is not JSON, or an event not known here, changes nothing. An answer that was cut at the output limit
 * cannot be told from a whole one: nothing in the output says so.
 */
import { z } from 'zod';
import type { AgentOutcome } from '../../../domain/agent-outcome.ts';
import type { Usage } from '../../../domain/usage.ts';
import type { AgentEvent } from '../../../ports/agent.ts';
import type { ProcessEnd } from '../../../ports/processes.ts';
import type { Fault } from '../acp/fault.ts';
import { outcomeOfFault } from '../acp/fault-outcome.ts';
import { boundText } from '../agent-process.ts';
import { withDenial } from '../denials.ts';
import { outcomeFields, outcomeOfForcedEnd, outcomeWithoutSignal, type Report } from '../process-end.ts';
import { type HeadlessReader, type HeadlessStep, parseObject } from './surface.ts';

export interface GeminiState {
  /** The message that is being written, piece by piece, or was written last. */
  readonly message: string;
  /** Whether all of the message was told to those who watch. */
  readonly told: boolean;
  /** Whether anything was said since the last use of a tool. */
  readonly answered: boolean;
  /** What an `error` event said last. */
  readonly complaint: string;
  readonly result: z.infer<typeof resultSchema> | undefined;
  readonly usage: Usage | undefined;
  /** The model that it said it would ask. */
  readonly model: string | undefined;
  readonly denials: readonly string[];
}

export const geminiReader: HeadlessReader<GeminiState> = {
  initial: {
    message: '',
    told: true,
    answered: false,
    complaint: '',
    result: undefined,
    usage: undefined,
    model: undefined,
    denials: [],
  },
  read: readGeminiLine,
  isHopeless: () => false,
  decide: decideGeminiOutcome,
};

const text = z.string().optional().catch(undefined);
const count = z.number().int().nonnegative().catch(0);

const toolSchema = z.object({
  type: z.literal('tool_use'),
  tool_name: z.string(),
  parameters: z.record(z.string(), z.unknown()).catch({}),
});

const toolResultSchema = z.object({
  type: z.literal('tool_result'),
  tool_id: text,
  error: z.object({ type: text, message: text }).optional().catch(undefined),
});

const resultSchema = z.object({
  type: z.literal('result'),
  status: z.string(),
  error: z.object({ type: text, message: text }).optional().catch(undefined),
  stats: z.object({ input_tokens: count, output_tokens: count, cached: count }).optional().catch(undefined),
});

const eventSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('init'), model: text }),
  z.object({ type: z.literal('message'), role: z.string(), content: z.string() }),
  toolSchema,
  toolResultSchema,
  z.object({ type: z.literal('error'), message: z.string() }),
  resultSchema,
]);

function readGeminiLine(state: GeminiState, line: string): HeadlessStep<GeminiState> {
  const event = eventSchema.safeParse(parseObject(line)).data;
  switch (event?.type) {
    case undefined:
      return { state, events: [] };
    case 'init':
      return { state: { ...state, model: event.model }, events: [] };
    case 'message':
      return event.role === 'assistant' ? readPiece(state, event.content) : { state, events: [] };
    case 'tool_use': {
      const told = tellMessage(state);
      return {
        state: { ...told.state, answered: false },
        // It tells no turns: a use of a tool is the nearest it has.
        events: [...told.events, { type: 'turn' }, eventOfTool(event)],
      };
    }
    case 'tool_result':
      return { state: readToolResult(state, event), events: [] };
    case 'error':
      return { state: { ...state, complaint: event.message }, events: [] };
    case 'result':
      return readResult(state, event);
  }
}

function readPiece(state: GeminiState, piece: string): HeadlessStep<GeminiState> {
  const message = (state.told ? piece : state.message + piece).slice(-LONGEST_MESSAGE);
  const answered = state.answered || piece.trim() !== '';
  return { state: { ...state, message, told: false, answered }, events: [] };
}

/** The end of a message is what counts; the beginning of an endless one is dropped. */
const LONGEST_MESSAGE = 16_000;

function tellMessage(state: GeminiState): HeadlessStep<GeminiState> {
  if (state.told) return { state, events: [] };
  const events: AgentEvent[] =
    state.message.trim() === '' ? [] : [{ type: 'text', text: boundText(state.message) }];
  return { state: { ...state, told: true }, events };
}

function eventOfTool({ tool_name, parameters }: z.infer<typeof toolSchema>): AgentEvent {
  const named = ['command', 'file_path', 'absolute_path', 'dir_path', 'path', 'pattern', 'url', 'query'];
  const value = named.map((name) => parameters[name]).find((candidate) => typeof candidate === 'string');
  const detail = typeof value === 'string' ? value : JSON.stringify(parameters);
  return { type: 'tool', name: tool_name, detail: boundText(detail, LONGEST_DETAIL) };
}

const LONGEST_DETAIL = 300;

/** A denial has a class of its own, or that of a wrong parameter. The id of a call begins with the name of its tool. */
function readToolResult(state: GeminiState, event: z.infer<typeof toolResultSchema>): GeminiState {
  const { type, message = '' } = event.error ?? {};
  const denied =
    /^(?:path_not_in_workspace|policy_violation)$/.test(type ?? '') ||
    message.startsWith('Path not in workspace');
  if (!denied) return state;
  const tool = event.tool_id?.split('__', 1)[0];
  return { ...state, denials: withDenial(state.denials, tool, message) };
}

function readResult(state: GeminiState, result: z.infer<typeof resultSchema>): HeadlessStep<GeminiState> {
  const told = tellMessage(state);
  const usage = usageOf(result, state.model);
  return {
    state: { ...told.state, result, usage },
    events: usage === undefined ? told.events : [...told.events, { type: 'usage', usage }],
  };
}

/** What came from the cache is counted as input too. */
function usageOf({ stats }: z.infer<typeof resultSchema>, model: string | undefined): Usage | undefined {
  if (stats === undefined || stats.input_tokens + stats.output_tokens === 0) return undefined;
  return {
    inputTokens: Math.max(0, stats.input_tokens - stats.cached),
    outputTokens: stats.output_tokens,
    cacheReadTokens: stats.cached,
    cacheWriteTokens: 0,
    ...(model === undefined ? {} : { model }),
  };
}

/** Finished means: a result with `success`, words after the last use of a tool, and exit code 0. */
function decideGeminiOutcome(state: GeminiState, end: ProcessEnd, complaint: string): AgentOutcome {
  const report = { lastWords: state.message, usage: state.usage, denials: state.denials };
  const forced = outcomeOfForcedEnd(end, report);
  if (forced !== undefined) return forced;
  const { result } = state;
  if (result === undefined) return outcomeWithoutResult(end, report, complaint);
  if (result.status !== 'success') return outcomeOfError(state, result, end, report);
  if (end.kind !== 'exited' || end.code !== 0) {
    return outcomeWithoutSignal(end, report, 'gemini did not end well after its result', complaint);
  }
  return state.answered
    ? { kind: 'finished', claim: 'done', ...outcomeFields(report) }
    : outcomeWithoutSignal(end, report, 'gemini ended its turn without an answer', complaint);
}

/** Before it works, and after a signal, it says nothing on standard output. Its exit codes are its own. */
function outcomeWithoutResult(end: ProcessEnd, report: Report, complaint: string): AgentOutcome {
  const crashed = outcomeWithoutSignal(end, report, 'gemini ended without a result', complaint);
  const message = complaint.trim().slice(-LONGEST_COMPLAINT) || 'gemini is not logged in';
  return end.kind === 'exited' && end.code === NOT_LOGGED_IN
    ? { kind: 'auth', message, ...outcomeFields(report) }
    : crashed;
}

const NOT_LOGGED_IN = 41;
const LONGEST_COMPLAINT = 1_000;

function outcomeOfError(
  state: GeminiState,
  result: z.infer<typeof resultSchema>,
  end: ProcessEnd,
  report: Report,
): AgentOutcome {
  const message = result.error?.message ?? state.complaint;
  const fields = { message: message || 'the turn failed', ...outcomeFields(report) };
  if (result.error?.type === 'FatalTurnLimitedError') return { kind: 'turn-limit', ...fields };
  if (result.error?.type === 'FatalAuthenticationError') return { kind: 'auth', ...fields };
  if (/blocked due to safety/i.test(state.complaint)) {
    return { kind: 'refused', ...fields, message: state.complaint };
  }
  return outcomeOfFault(faultOf(message, end), report, (detail) =>
    outcomeWithoutSignal(end, report, 'gemini reported an error', detail),
  );
}

/** An error of the provider has its status in the message, and in the exit code modulo 256; a lost connection neither. */
function faultOf(message: string, end: ProcessEnd): Fault {
  const [, digits] = /"code":\s*(\d{3})\b/.exec(message) ?? [];
  const code = end.kind === 'exited' ? end.code : 0;
  const httpStatus = digits === undefined ? statusOfExit(code) : Number(digits);
  if (httpStatus !== undefined) return { message, httpStatus };
  return message.startsWith('[API Error') ? { message, name: 'api_error' } : { message };
}

/** 400 to 511; below that are the codes of signals and Gemini's own. */
function statusOfExit(code: number): number | undefined {
  return code >= 400 - 256 && code <= 511 - 256 ? code + 256 : undefined;
}
