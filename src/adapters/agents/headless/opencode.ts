/**
 * Reads `opencode run --format json`, one line at a time, without side effects. There is no last event: the run is
 * over when the program is, and the reason of the last step tells whether it ended well. Source: the agents
 * reference, § 4, and recorded output of version 1.18.33.
 *
 * A line that is not JSON, or an event not known here, changes nothing.
 */
import { z } from 'zod';
import type { AgentOutcome } from '../../../domain/agent-outcome.ts';
import { addUsage, type Usage } from '../../../domain/usage.ts';
import type { ProcessEnd } from '../../../ports/processes.ts';
import type { Fault } from '../acp/fault.ts';
import { outcomeOfFault } from '../acp/fault-outcome.ts';
import { faultOfOpencode, opencodeErrorSchema } from '../acp/opencode-fault.ts';
import { boundText } from '../agent-process.ts';
import { withDenial } from '../denials.ts';
import { outcomeFields, outcomeOfForcedEnd, outcomeWithoutSignal } from '../process-end.ts';
import { type HeadlessReader, type HeadlessStep, parseObject } from './surface.ts';

export interface OpencodeState {
  /** Why the last step ended, in OpenCode's words; undefined while one is going on. */
  readonly reason: string | undefined;
  /** Whether the step said anything. */
  readonly spoke: boolean;
  readonly lastText: string;
  readonly fault: Fault | undefined;
  readonly usage: Usage | undefined;
  /** Steps in a row that brought neither words nor a tool. */
  readonly emptySteps: number;
  readonly denials: readonly string[];
}

export const opencodeReader: HeadlessReader<OpencodeState> = {
  initial: {
    reason: undefined,
    spoke: false,
    lastText: '',
    fault: undefined,
    usage: undefined,
    emptySteps: 0,
    denials: [],
  },
  read: readOpencodeLine,
  isHopeless: (state) => state.emptySteps >= MOST_EMPTY_STEPS,
  decide: decideOpencodeOutcome,
};

/** For an end of its model's answer that it does not know, OpenCode asks again for ever, and pays each time. */
const MOST_EMPTY_STEPS = 3;

const text = z.string().optional().catch(undefined);
const count = z.number().int().nonnegative().catch(0);

const toolSchema = z.object({
  tool: z.string(),
  state: z.object({
    status: text,
    input: z.record(z.string(), z.unknown()).catch({}),
    error: text,
  }),
});

const finishSchema = z.object({
  reason: z.string(),
  tokens: z
    .object({
      input: count,
      output: count,
      reasoning: count,
      cache: z.object({ read: count, write: count }).catch({ read: 0, write: 0 }),
    })
    .optional()
    .catch(undefined),
  cost: z.number().nonnegative().optional().catch(undefined),
});

const eventSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('step_start') }),
  z.object({ type: z.literal('text'), part: z.object({ text: z.string() }) }),
  z.object({ type: z.literal('tool_use'), part: toolSchema }),
  z.object({ type: z.literal('step_finish'), part: finishSchema }),
  z.object({
    type: z.literal('error'),
    timestamp: z.number().optional().catch(undefined),
    error: opencodeErrorSchema,
  }),
]);

function readOpencodeLine(state: OpencodeState, line: string): HeadlessStep<OpencodeState> {
  const event = eventSchema.safeParse(parseObject(line)).data;
  switch (event?.type) {
    case undefined:
      return { state, events: [] };
    case 'step_start':
      return { state: { ...state, reason: undefined, spoke: false }, events: [] };
    case 'text':
      return readText(state, event.part.text);
    case 'tool_use':
      return readTool(state, event.part);
    case 'step_finish':
      return readFinish(state, event.part);
    case 'error':
      return { state: { ...state, fault: faultOfOpencode(event.error, event.timestamp) }, events: [] };
  }
}

function readText(state: OpencodeState, said: string): HeadlessStep<OpencodeState> {
  if (said.trim() === '') return { state, events: [] };
  return {
    state: { ...state, lastText: said, spoke: true, emptySteps: -1 },
    events: [{ type: 'text', text: boundText(said) }],
  };
}

function readTool(
  state: OpencodeState,
  { tool, state: { input, status, error } }: z.infer<typeof toolSchema>,
): HeadlessStep<OpencodeState> {
  const named = ['command', 'filePath', 'path', 'pattern', 'url', 'query', 'description'];
  const value = named.map((name) => input[name]).find((candidate) => typeof candidate === 'string');
  const detail = typeof value === 'string' ? value : JSON.stringify(input);
  const denied = status === 'error' && DENIED.test(error ?? '');
  const shown = status === 'error' ? `${denied ? 'denied' : 'failed'}: ${detail}` : detail;
  const denials = denied ? withDenial(state.denials, tool, detail) : state.denials;
  return {
    state: { ...state, emptySteps: -1, denials },
    events: [{ type: 'tool', name: tool, detail: boundText(shown, LONGEST_DETAIL) }],
  };
}

/** Its words for a permission that a rule, or nobody being there to be asked, denied. */
const DENIED = /rejected permission|specified a rule which prevents/;

const LONGEST_DETAIL = 300;

function readFinish(
  state: OpencodeState,
  { reason, tokens, cost }: z.infer<typeof finishSchema>,
): HeadlessStep<OpencodeState> {
  const next = { ...state, reason, emptySteps: state.emptySteps + 1 };
  if (tokens === undefined) return { state: next, events: [{ type: 'turn' }] };
  const step: Usage = {
    inputTokens: tokens.input,
    // Thinking is paid as output.
    outputTokens: tokens.output + tokens.reasoning,
    cacheReadTokens: tokens.cache.read,
    cacheWriteTokens: tokens.cache.write,
    ...(cost === undefined ? {} : { costUsd: cost }),
  };
  const usage = state.usage === undefined ? step : addUsage(state.usage, step);
  return { state: { ...next, usage }, events: [{ type: 'turn' }, { type: 'usage', usage }] };
}

/** Finished means: the last step stopped by itself with something said, no error, and exit code 0. */
function decideOpencodeOutcome(state: OpencodeState, end: ProcessEnd, complaint: string): AgentOutcome {
  const report = { lastWords: state.lastText, usage: state.usage, denials: state.denials };
  const forced = outcomeOfForcedEnd(end, report);
  if (forced !== undefined) return forced;
  const fields = outcomeFields(report);
  if (state.fault !== undefined) {
    return outcomeOfFault(state.fault, report, (message) =>
      outcomeWithoutSignal(end, report, 'opencode reported an error', message),
    );
  }
  if (state.emptySteps >= MOST_EMPTY_STEPS) {
    const message = `the model ended its answer ${state.emptySteps} times with nothing said or done (${state.reason})`;
    return { kind: 'refused', message, ...fields };
  }
  if (state.reason === 'length') {
    return { kind: 'truncated', message: 'the model reached its output limit', ...fields };
  }
  if (state.reason === 'content-filter') {
    return { kind: 'refused', message: "the provider's filter blocked the answer", ...fields };
  }
  if (state.reason === 'stop' && state.spoke && end.kind === 'exited' && end.code === 0) {
    // It ended its turn by itself after a brief that asks for the task: that is its claim.
    return { kind: 'finished', claim: 'done', ...fields };
  }
  const reason =
    state.reason === undefined
      ? 'opencode ended in the middle of a step'
      : `opencode ended without an answer, after a step that ended as ${state.reason}`;
  return outcomeWithoutSignal(end, report, reason, complaint);
}
