import { unreachable } from '../util/unreachable.ts';
import type { AgentOutcome } from './agent-outcome.ts';
import type { Failure } from './failure.ts';
import { significantGap, type FiledReport } from './report.ts';

/** An end that is one of the attempt; a stop is none: the attempt was interrupted, and does not count. */
export type EndOfAttempt = Exclude<AgentOutcome, { readonly kind: 'cancelled' }>;

/**
 * What an attempt failed of before any gate was asked. Undefined when the agent ended with its positive signal and its
 * tree `changed`; what that is worth the gates decide.
 */
export function failureOfOutcome(
  outcome: EndOfAttempt,
  agent: string,
  changed: boolean,
): Failure | undefined {
  switch (outcome.kind) {
    case 'finished':
      return failureOfClaim(outcome, changed);
    case 'rate-limited':
      return {
        kind: 'rate-limited',
        message: outcome.message,
        ...(outcome.resetsAt === undefined ? {} : { resetsAt: outcome.resetsAt }),
      };
    case 'auth':
      return { kind: 'agent-auth', agent, message: outcome.message };
    case 'unavailable':
      return { kind: 'agent-unavailable', agent, message: outcome.message };
    case 'budget':
      return { kind: 'budget', message: outcome.message };
    case 'idle':
      return failed(outcome, `no progress for ${outcome.idleMs / 1000} s`);
    case 'deadline':
      return failed(outcome, `ran longer than ${outcome.totalMs / 1000} s`);
    case 'api-error':
    case 'refused':
    case 'turn-limit':
    case 'context-full':
    case 'truncated':
    case 'crashed':
      return failed(outcome, outcome.message);
    default:
      return unreachable(outcome);
  }
}

/**
 * An L2 gap that the agent reported stands whatever it did afterwards: a guess must not land where a person has to
 * decide. What is the environment's, a limit's or a budget's comes first: it concerns more than this task.
 */
export function withGap(failure: Failure | undefined, reports: readonly FiledReport[]): Failure | undefined {
  const gap = significantGap(reports);
  if (gap === undefined || !isItsOwn(failure)) return failure;
  return { kind: 'gap', missing: gap.missing, options: gap.options };
}

function isItsOwn(failure: Failure | undefined): boolean {
  return failure === undefined || ['agent', 'agent-blocked', 'no-change'].includes(failure.kind);
}

function failureOfClaim(
  outcome: Extract<AgentOutcome, { readonly kind: 'finished' }>,
  changed: boolean,
): Failure | undefined {
  if (outcome.claim === 'blocked') return { kind: 'agent-blocked', message: outcome.lastWords };
  if (outcome.claim === 'none')
    return { kind: 'agent', how: 'gave-up', message: withDenied(outcome.lastWords, outcome) };
  if (changed) return undefined;
  const { denials: denied } = outcome;
  return denied === undefined ? { kind: 'no-change' } : { kind: 'no-change', denied };
}

type How = Extract<Failure, { readonly kind: 'agent' }>['how'];

function failed(outcome: EndOfAttempt & { readonly kind: How }, message: string): Failure {
  return { kind: 'agent', how: outcome.kind, message: withDenied(message, outcome) };
}

/** An agent that may not do what it wants often ends in another way: a person has to see both. */
function withDenied(message: string, { denials }: EndOfAttempt): string {
  return denials === undefined ? message : `${message} (it was denied ${denials.join('; ')})`;
}
