import type { AgentOutcome } from '../../../domain/agent-outcome.ts';
import type { ProcessEnd } from '../../../ports/processes.ts';
import { outcomeFields, outcomeOfForcedEnd, outcomeWithoutSignal, type Report } from '../process-end.ts';
import { type ClaudeResult, type ClaudeState, usageOf } from './stream.ts';

/**
 * How a run of Claude Code ended. `complaint` is what it printed on standard error.
 *
 * The exit code proves nothing: an interrupt exits 0. The `subtype` proves nothing: every API error has
 * `success`. Finished means a `result` event with `is_error: false` and `subtype: success`, then exit code 0.
 */
export function decideClaudeOutcome(state: ClaudeState, end: ProcessEnd, complaint: string): AgentOutcome {
  const { result } = state;
  const { session, denials } = state;
  const report = { lastWords: result?.text || state.lastText, usage: usageOf(state), denials, session };
  const forced = outcomeOfForcedEnd(end, report);
  if (forced !== undefined) return forced;
  if (result === undefined) {
    return outcomeWithoutSignal(end, report, 'claude ended without a result event', complaint);
  }
  if (result.isError || result.subtype !== 'success') return outcomeOfError(state, result, end, report);
  if (end.kind === 'exited' && end.code === 0) {
    // It ended its turn by itself after a brief that asks for the task: that is its claim.
    return { kind: 'finished', claim: 'done', ...outcomeFields(report) };
  }
  return outcomeWithoutSignal(end, report, 'claude did not end well after its result event', complaint);
}

function outcomeOfError(
  state: ClaudeState,
  result: ClaudeResult,
  end: ProcessEnd,
  report: Report,
): AgentOutcome {
  const fields = {
    message: result.text || result.terminalReason || result.subtype,
    ...outcomeFields(report),
  };
  const kind = classifyError(state, result);
  switch (kind) {
    case 'rate-limited':
      return state.limitResetsAtMs === undefined
        ? { kind, ...fields }
        : { kind, resetsAt: state.limitResetsAtMs, ...fields };
    case 'api-error':
      return result.httpStatus === undefined
        ? { kind, ...fields }
        : { kind, httpStatus: result.httpStatus, ...fields };
    case 'crashed':
      return outcomeWithoutSignal(end, report, 'claude reported an error', fields.message);
    default:
      return { kind, ...fields };
  }
}

type ErrorKind =
  | 'turn-limit'
  | 'budget'
  | 'context-full'
  | 'truncated'
  | 'refused'
  | 'rate-limited'
  | 'auth'
  | 'api-error'
  | 'crashed';

/** The most telling field first: a limit of the run, then what the model did, then what the API answered. */
function classifyError(state: ClaudeState, result: ClaudeResult): ErrorKind {
  const { terminalReason, apiError, httpStatus } = result;
  if (result.subtype === 'error_max_turns' || terminalReason === 'max_turns') return 'turn-limit';
  if (result.subtype === 'error_max_budget_usd' || terminalReason === 'budget_exhausted') return 'budget';
  if (terminalReason === 'prompt_too_long') return 'context-full';
  if (apiError === 'max_output_tokens') return 'truncated';
  if (result.stopReason === 'refusal') return 'refused';
  if (apiError === 'usage_limit_reached' || httpStatus === 429) return 'rate-limited';
  if (needsAccountOwner(state, result)) return 'auth';
  if (terminalReason === 'api_error' || httpStatus !== undefined || apiError !== undefined)
    return 'api-error';
  return 'crashed';
}

/**
 * Not logged in (which has no HTTP status), a refused key, or an account without credit: none passes by waiting,
 * and all of them hit every task, so the agent is stopped until a person acts.
 */
function needsAccountOwner(state: ClaudeState, result: ClaudeResult): boolean {
  return (
    result.httpStatus === 401 ||
    result.httpStatus === 403 ||
    state.apiErrorClass === 'authentication_failed' ||
    state.apiErrorClass === 'billing_error'
  );
}
