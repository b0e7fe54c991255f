import type { AgentOutcome } from '../../../domain/agent-outcome.ts';
import type { ProcessEnd } from '../../../ports/processes.ts';
import { outcomeFields, outcomeOfForcedEnd, outcomeWithoutSignal, type Report } from '../process-end.ts';
import type { CodexError, CodexState } from './state.ts';

/**
 * How a run of Codex ended. `complaint` is what it printed on standard error.
 *
 * Finished means: the turn is completed, with a message after the last use of a tool, and then exit code 0. A turn
 * that is completed without a message is how Codex reports a refusal.
 */
export function decideCodexOutcome(state: CodexState, end: ProcessEnd, complaint: string): AgentOutcome {
  const report = { lastWords: state.lastText, usage: state.usage, denials: state.denials };
  // It waits for as long as a provider tells it to, without a word: what it waited for says more than its silence.
  if (end.kind === 'idle' && state.end === undefined && state.retried !== undefined) {
    return outcomeOfError(state, state.retried, report);
  }
  const forced = outcomeOfForcedEnd(end, report);
  if (forced !== undefined) return forced;
  if (state.end === undefined) {
    return outcomeWithoutSignal(end, report, 'codex ended before its turn did', complaint);
  }
  switch (state.end.status) {
    case 'failed':
      return outcomeOfError(state, state.end.error, report);
    case 'interrupted':
      return outcomeWithoutSignal(end, report, 'the turn of codex was interrupted', complaint);
    case 'completed':
      break;
  }
  if (end.kind !== 'exited' || end.code !== 0) {
    return outcomeWithoutSignal(end, report, 'codex did not end well after its turn', complaint);
  }
  if (state.answer.trim() === '') {
    const message = 'the turn of codex was completed without a message';
    return { kind: 'refused', message, ...outcomeFields(report) };
  }
  // It ended its turn by itself after a brief that asks for the task: that is its claim.
  return { kind: 'finished', claim: 'done', ...outcomeFields(report) };
}

function outcomeOfError(state: CodexState, error: CodexError, report: Report): AgentOutcome {
  const fields = { message: error.message || error.info || 'the turn failed', ...outcomeFields(report) };
  const kind = classifyError(error);
  switch (kind) {
    case 'rate-limited': {
      const times = Object.values(state.exhausted);
      return times.length === 0 ? { kind, ...fields } : { kind, resetsAt: Math.max(...times), ...fields };
    }
    case 'api-error': {
      const httpStatus = statusOf(error);
      return httpStatus === undefined ? { kind, ...fields } : { kind, httpStatus, ...fields };
    }
    default:
      return { kind, ...fields };
  }
}

type ErrorKind = 'rate-limited' | 'auth' | 'refused' | 'budget' | 'context-full' | 'truncated' | 'api-error';

/**
 * By the class of the error, then by the status of the response, then by Codex's own wording: `exec` gives no more,
 * and the app-server calls an incomplete response `other`.
 */
function classifyError(error: CodexError): ErrorKind {
  // A spent quota has the class of a usage limit, but waiting does not bring it back.
  if (/^quota exceeded/i.test(error.message)) return 'auth';
  const known = error.info === undefined ? undefined : kindsByInfo.get(error.info);
  if (known !== undefined) return known;
  const status = statusOf(error);
  if (status === 401 || status === 403) return 'auth';
  if (status === 429) return 'rate-limited';
  return kindsByWording.find(([wording]) => wording.test(error.message))?.[1] ?? 'api-error';
}

const kindsByInfo: ReadonlyMap<string, ErrorKind> = new Map([
  ['usageLimitExceeded', 'rate-limited'],
  ['rateLimitExceeded', 'rate-limited'],
  ['unauthorized', 'auth'],
  ['contextWindowExceeded', 'context-full'],
  ['sessionBudgetExceeded', 'budget'],
  ['cyberPolicy', 'refused'],
  ['misalignmentPolicyViolation', 'refused'],
]);

const kindsByWording: readonly (readonly [RegExp, ErrorKind])[] = [
  [/^You.ve hit your usage limit/, 'rate-limited'],
  [/^rate limit exceeded/, 'rate-limited'],
  [/ran out of room in the model.s context window/, 'context-full'],
  [/Incomplete response returned, reason: max_output_tokens/, 'truncated'],
  [/Incomplete response returned, reason: content_filter/, 'refused'],
];

function statusOf(error: CodexError): number | undefined {
  if (error.httpStatus !== undefined) return error.httpStatus;
  const [, digits] = /(?:unexpected status|last status:) (\d{3})\b/.exec(error.message) ?? [];
  return digits === undefined ? undefined : Number(digits);
}
