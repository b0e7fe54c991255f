import type { AgentOutcome } from '../../domain/agent-outcome.ts';
import type { Usage } from '../../domain/usage.ts';
import type { ProcessEnd } from '../../ports/processes.ts';
import { unreachable } from '../../util/unreachable.ts';

/** What an agent said up to its end, whatever that end was. */
export interface Report {
  readonly lastWords: string;
  readonly usage?: Usage | undefined;
  /** What it was not allowed; see denials.ts. */
  readonly denials?: readonly string[] | undefined;
  readonly session?: string | undefined;
}

interface OutcomeFields {
  readonly lastWords: string;
  readonly usage?: Usage;
  readonly denials?: readonly string[];
  readonly session?: string;
}

/** The fields that every outcome has, with the bound on the last words applied. */
export function outcomeFields(report: Report): OutcomeFields {
  const { usage, denials = [], session } = report;
  return {
    lastWords: boundEnd(report.lastWords.trim(), LONGEST_LAST_WORDS),
    ...(usage === undefined ? {} : { usage }),
    ...(denials.length === 0 ? {} : { denials }),
    ...(session === undefined ? {} : { session }),
  };
}

const LONGEST_LAST_WORDS = 4_000;

/** How the process ended, when that alone decides: nothing ran, or Pawl ended it. Otherwise undefined. */
export function outcomeOfForcedEnd(end: ProcessEnd, report: Report): AgentOutcome | undefined {
  const fields = outcomeFields(report);
  switch (end.kind) {
    case 'spawn-failed':
      return { kind: 'unavailable', message: end.message, ...fields };
    case 'idle':
      return { kind: 'idle', idleMs: end.idleMs, ...fields };
    case 'deadline':
      return { kind: 'deadline', totalMs: end.totalMs, ...fields };
    case 'cancelled':
      return { kind: 'cancelled', ...fields };
    case 'exited':
    case 'signalled':
      return undefined;
    default:
      return unreachable(end);
  }
}

/**
 * The outcome of an agent that never gave its positive terminal signal. `reason` is one sentence on what was
 * missing; `complaint` is what the program printed about it, if anything.
 */
export function outcomeWithoutSignal(
  end: ProcessEnd,
  report: Report,
  reason: string,
  complaint = '',
): AgentOutcome {
  const forced = outcomeOfForcedEnd(end, report);
  if (forced !== undefined) return forced;
  const detail = boundEnd(complaint.trim(), LONGEST_COMPLAINT);
  const message = [`${reason} (${describeEnd(end)})`, ...(detail === '' ? [] : [detail])].join(': ');
  return {
    kind: 'crashed',
    ...(end.kind === 'exited' ? { exitCode: end.code } : {}),
    ...(end.kind === 'signalled' ? { signal: end.signal } : {}),
    message,
    ...outcomeFields(report),
  };
}

const LONGEST_COMPLAINT = 1_000;

function describeEnd(end: ProcessEnd): string {
  switch (end.kind) {
    case 'exited':
      return `exit code ${end.code}`;
    case 'signalled':
      return `ended by ${end.signal}`;
    case 'spawn-failed':
    case 'idle':
    case 'deadline':
    case 'cancelled':
      return end.kind;
    default:
      return unreachable(end);
  }
}

/** The last `limit` characters, without half a surrogate pair at the cut. */
function boundEnd(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const cut = text.slice(-limit);
  return /^[\uDC00-\uDFFF]/.test(cut) ? cut.slice(1) : cut;
}
