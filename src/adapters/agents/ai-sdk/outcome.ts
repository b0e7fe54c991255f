import type { AgentOutcome } from '../../../domain/agent-outcome.ts';
import type { ProcessEnd } from '../../../ports/processes.ts';
import { outcomeFields, outcomeOfForcedEnd, outcomeWithoutSignal, type Report } from '../process-end.ts';
import type { CoderEnd, CoderError, CoderState } from './lines.ts';

/**
 * How a run of `pawl-coder` ended. `complaint` is what it printed on standard error.
 *
 * Finished means: the model ended its last answer by itself, after which it called no tool, with words in it, and
 * then exit code 0.
 */
export function decideCoderOutcome(state: CoderState, end: ProcessEnd, complaint: string): AgentOutcome {
  const { usage, denials } = state;
  const report = { lastWords: state.end?.text || state.lastText, usage, denials };
  const forced = outcomeOfForcedEnd(end, report);
  if (forced !== undefined) return forced;
  if (state.unable !== undefined)
    return { kind: 'unavailable', message: state.unable, ...outcomeFields(report) };
  if (state.error !== undefined) return outcomeOfError(state.error, end, report);
  if (state.end === undefined)
    return outcomeWithoutSignal(end, report, 'pawl-coder ended before the model did', complaint);
  if (end.kind !== 'exited' || end.code !== 0)
    return outcomeWithoutSignal(end, report, 'pawl-coder did not end well after the model', complaint);
  return outcomeOfEnd(state.end, end, report);
}

/** By the AI SDK's names of why an answer ended, and where they say too little by the provider's own. */
function outcomeOfEnd(state: CoderEnd, end: ProcessEnd, report: Report): AgentOutcome {
  const { finishReason, rawFinishReason, steps, text } = state;
  const fields = outcomeFields(report);
  switch (finishReason) {
    case 'stop':
      // A turn that the provider paused is to be gone on with, which this program never asks for.
      if (rawFinishReason === 'pause_turn') break;
      if (text.trim() === '')
        return { kind: 'refused', message: 'the model ended without a word', ...fields };
      // It ended its turn by itself after a brief that asks for the task: that is its claim.
      return { kind: 'finished', claim: 'done', ...fields };
    case 'length':
      if (rawFinishReason === 'model_context_window_exceeded')
        return { kind: 'context-full', message: 'the conversation no longer fits the model', ...fields };
      return { kind: 'truncated', message: 'the answer was cut at its output limit', ...fields };
    case 'content-filter':
      return {
        kind: 'refused',
        message: `the model declined (${rawFinishReason ?? finishReason})`,
        ...fields,
      };
    case 'tool-calls':
      return { kind: 'turn-limit', message: `the model was stopped after ${steps} answers`, ...fields };
    case 'interrupted':
      return { kind: 'api-error', message: 'the answer broke off', ...fields };
  }
  const reason = `the answer of the model ended with ${rawFinishReason ?? finishReason}`;
  return outcomeWithoutSignal(end, report, reason);
}

function outcomeOfError(error: CoderError, end: ProcessEnd, report: Report): AgentOutcome {
  const { message, status, resetsAt } = error;
  const fields = { message, ...outcomeFields(report) };
  const kind = classifyError(error);
  switch (kind) {
    case 'rate-limited':
      return resetsAt === undefined ? { kind, ...fields } : { kind, resetsAt, ...fields };
    case 'api-error':
      return status === undefined ? { kind, ...fields } : { kind, httpStatus: status, ...fields };
    case 'crashed':
      return outcomeWithoutSignal(end, report, 'pawl-coder reported an error', message);
    default:
      return { kind, ...fields };
  }
}

type ErrorKind = 'auth' | 'context-full' | 'rate-limited' | 'api-error' | 'crashed';

/**
 * The provider's names first: an account without money answers with the status of a rate limit (OpenAI), and a
 * conversation that is too long with that of any mistake. Text decides only where a provider has no name for it.
 */
function classifyError({ codes, status, message }: CoderError): ErrorKind {
  const isCalled = (names: ReadonlySet<string>): boolean => codes.some((code) => names.has(code));
  if (isCalled(accountCodes) || (status === 400 && /credit balance is too low/i.test(message))) return 'auth';
  if (isCalled(contextCodes) || status === 413) return 'context-full';
  if ((status === 400 || status === undefined) && contextWords.test(message)) return 'context-full';
  if (status === 401 || status === 402 || status === 403) return 'auth';
  if (status === 429 || isCalled(limitCodes)) return 'rate-limited';
  return status === undefined && !isCalled(serviceCodes) ? 'crashed' : 'api-error';
}

/** No further attempt helps; a person must act. Anthropic, OpenAI, Google, and the program itself. */
const accountCodes: ReadonlySet<string> = new Set([
  'missing-key',
  'authentication_error',
  'permission_error',
  'billing_error',
  'invalid_api_key',
  'insufficient_quota',
  'billing_hard_limit_reached',
  'API_KEY_INVALID',
  'UNAUTHENTICATED',
  'PERMISSION_DENIED',
]);

/** OpenAI and those compatible with it; llama.cpp; Anthropic. */
const contextCodes: ReadonlySet<string> = new Set([
  'context_length_exceeded',
  'exceed_context_size_error',
  'request_too_large',
]);

/** Anthropic, Google, vLLM and LM Studio say it in words only. */
const contextWords =
  /prompt is too long|input token count .*exceeds|maximum context length|context (?:window|length|size).*exceed|exceed.*context (?:window|length|size)/i;

const limitCodes: ReadonlySet<string> = new Set([
  'rate_limit_error',
  'rate_limit_exceeded',
  'RESOURCE_EXHAUSTED',
]);

/** What goes wrong at the provider's, or on the way, and has no status when it comes in the middle of an answer. */
const serviceCodes: ReadonlySet<string> = new Set([
  'connection',
  'api_error',
  'overloaded_error',
  'server_error',
  'timeout_error',
  'UNAVAILABLE',
  'INTERNAL',
]);
