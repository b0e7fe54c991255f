import type { AgentOutcome } from '../../../domain/agent-outcome.ts';
import { outcomeFields, type Report } from '../process-end.ts';
import type { Fault } from './fault.ts';

/**
 * What a failure that an agent told of means. `crashed` makes the outcome of one that is no provider's; it is given the
 * failure's message.
 */
export function outcomeOfFault(
  fault: Fault,
  report: Report,
  crashed: (message: string) => AgentOutcome,
): AgentOutcome {
  const { httpStatus, resetsAt } = fault;
  const fields = { message: fault.message.slice(0, LONGEST_MESSAGE), ...outcomeFields(report) };
  const kind = classifyFault(fault);
  switch (kind) {
    case 'rate-limited':
      return resetsAt === undefined ? { kind, ...fields } : { kind, resetsAt, ...fields };
    case 'api-error':
      return httpStatus === undefined ? { kind, ...fields } : { kind, httpStatus, ...fields };
    case 'crashed':
      return crashed(fields.message);
    default:
      return { kind, ...fields };
  }
}

export const LONGEST_MESSAGE = 1_000;

type FaultKind = 'rate-limited' | 'auth' | 'context-full' | 'truncated' | 'refused' | 'api-error' | 'crashed';

/** Classes of errors by the names that agents give them; a status says more than a name. */
const kindsByName: Readonly<Record<string, FaultKind>> = {
  auth_required: 'auth',
  authentication_error: 'auth',
  authentication_failed: 'auth',
  billing_error: 'auth',
  permission_error: 'auth',
  ProviderAuthError: 'auth',
  rate_limit: 'rate-limited',
  rate_limit_error: 'rate-limited',
  usage_limit_reached: 'rate-limited',
  ContextOverflowError: 'context-full',
  context_length_exceeded: 'context-full',
  MessageOutputLengthError: 'truncated',
  ContentFilterError: 'refused',
  APIError: 'api-error',
  api_error: 'api-error',
  overloaded_error: 'api-error',
};

function classifyFault(fault: Fault): FaultKind {
  const { httpStatus, name } = fault;
  // A refused key or an account without credit: none passes by waiting, and all of them hit every task.
  if (httpStatus === 401 || httpStatus === 402 || httpStatus === 403) return 'auth';
  if (name === 'insufficient_quota') return 'auth';
  if (httpStatus === 429) return 'rate-limited';
  if (httpStatus === 400 && tooLong.test(fault.message)) return 'context-full';
  const named = name !== undefined && Object.hasOwn(kindsByName, name) ? kindsByName[name] : undefined;
  return named ?? (httpStatus === undefined ? 'crashed' : 'api-error');
}

/** Providers give it the status of any bad request; Gemini hands that on with nothing but the words. */
const tooLong = /exceeds the maximum number of tokens|maximum context length|prompt is too long/i;
