import type { AgentOutcome } from '../../../domain/agent-outcome.ts';
import type { Usage } from '../../../domain/usage.ts';
import type { ProcessEnd } from '../../../ports/processes.ts';
import { unreachable } from '../../../util/unreachable.ts';
import { outcomeFields, outcomeOfForcedEnd, outcomeWithoutSignal, type Report } from '../process-end.ts';
import { type Fault, faultOfError } from './fault.ts';
import { LONGEST_MESSAGE, outcomeOfFault } from './fault-outcome.ts';
import type { AcpEnd, AcpState } from './protocol.ts';

/** What an agent's own records say beyond the protocol. */
export interface AgentRecord {
  readonly fault?: Fault | undefined;
  /** Why the model stopped last, in the agent's words. */
  readonly finish?: string | undefined;
  readonly usage?: Usage | undefined;
}

export interface AcpEvidence {
  readonly state: AcpState;
  readonly end: ProcessEnd;
  /** A person asked to stop. */
  readonly cancelled: boolean;
  /** What the agent printed on standard error. */
  readonly complaint: string;
  readonly record?: AgentRecord | undefined;
}

/**
 * How a run over the protocol ended. The answer to the prompt decides, and not the exit code: the agent is a server
 * that is ended when it has answered. Finished means `end_turn`, no failure told beside it, and words after the last
 * tool call: agents answer `end_turn` to a rate limit, and to a model that said nothing.
 */
export function decideAcpOutcome(evidence: AcpEvidence): AgentOutcome {
  const { state, end, record } = evidence;
  const { denials } = state;
  const report = { lastWords: state.message.text, usage: record?.usage ?? state.usage, denials };
  if (evidence.cancelled && end.kind !== 'spawn-failed')
    return { kind: 'cancelled', ...outcomeFields(report) };
  if (state.phase.name === 'ended') return outcomeOfEnd(evidence, state.phase.end, report);
  return (
    outcomeOfForcedEnd(end, report) ??
    outcomeWithoutSignal(end, report, 'the agent ended without an answer', evidence.complaint)
  );
}

function outcomeOfEnd(evidence: AcpEvidence, end: AcpEnd, report: Report): AgentOutcome {
  switch (end.kind) {
    case 'stopped':
      return outcomeOfStop(evidence, end.stopReason, report);
    case 'failed': {
      const fault = { ...faultOfError(end.error), ...evidence.record?.fault };
      return judge(evidence, fault, report, `the agent answered ${end.method} with an error`);
    }
    case 'unsuitable':
      return { kind: 'unavailable', message: end.message, ...outcomeFields(report) };
    default:
      return unreachable(end);
  }
}

function outcomeOfStop(evidence: AcpEvidence, stopReason: string, report: Report): AgentOutcome {
  const fields = outcomeFields(report);
  const { state, record } = evidence;
  switch (stopReason) {
    case 'end_turn':
      break;
    case 'max_tokens':
      return { kind: 'truncated', message: 'the model reached its output limit', ...fields };
    case 'max_turn_requests':
      return { kind: 'turn-limit', message: 'the agent reached its limit of turns', ...fields };
    case 'refusal':
      return { kind: 'refused', message: 'the model declined the work', ...fields };
    default:
      return crash(evidence, report, `the agent stopped with ${JSON.stringify(stopReason.slice(0, 100))}`);
  }
  const fault = record?.fault ?? state.fault;
  if (fault !== undefined) return judge(evidence, fault, report, 'the agent reported a failure');
  if (record?.finish === 'length') {
    return { kind: 'truncated', message: 'the model reached its output limit', ...fields };
  }
  if (!state.answered) return crash(evidence, report, 'the agent ended its turn without an answer');
  // It ended its turn by itself after a brief that asks for the task: that is its claim.
  return { kind: 'finished', claim: 'done', ...fields };
}

function judge(evidence: AcpEvidence, fault: Fault, report: Report, reason: string): AgentOutcome {
  return outcomeOfFault(fault, report, (message) => crash(evidence, report, reason, message));
}

/** After its answer the agent is ended by Pawl: how it then went is no news. */
function crash(evidence: AcpEvidence, report: Report, reason: string, detail = ''): AgentOutcome {
  const { end, complaint } = evidence;
  const said = detail === '' ? complaint : detail;
  if (end.kind === 'exited' || end.kind === 'signalled')
    return outcomeWithoutSignal(end, report, reason, said);
  const message = said.trim() === '' ? reason : `${reason}: ${said.trim()}`;
  return { kind: 'crashed', message: message.slice(0, LONGEST_MESSAGE), ...outcomeFields(report) };
}
