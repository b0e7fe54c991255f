/**
 * What becomes of an agent's reports while its attempt is at work.
 *
 * 1. A report that is taken is in the journal before the agent is told so; of progress, one in
 *    {@link PROGRESS_EVERY_MS}, and the last one.
 * 2. Nothing here changes what a task is: an L2 gap counts only at the attempt's end (start-attempt.ts).
 * 3. An agent cannot flood the journal: after {@link MOST_REPORTS} reports no more are taken.
 */
import { taskOf } from '../../domain/plan.ts';
import { checkCriterion, replyTo, type Report } from '../../domain/report.ts';
import type { TaskId } from '../../domain/ids.ts';
import type { AgentOutcome } from '../../domain/agent-outcome.ts';
import type { ReportLine, TakeReport } from '../../ports/report-channel.ts';
import { err, ok, type Result } from '../../util/result.ts';
import type { RunTools } from '../tools.ts';

const PROGRESS_EVERY_MS = 20_000;
const MOST_REPORTS = 200;

/** Lets an agent report while `work` goes on, and not a moment longer. */
export async function withReports(
  attempt: Attempt,
  tools: RunTools,
  work: (line: ReportLine) => Promise<AgentOutcome>,
): Promise<AgentOutcome> {
  const desk = openReportDesk(attempt, tools);
  const line = await tools.reports.open(desk.take);
  if (!line.ok) return { kind: 'unavailable', message: line.error, lastWords: '' };
  try {
    return await work(line.value);
  } finally {
    line.value.close();
    desk.close();
  }
}

interface Attempt {
  readonly task: TaskId;
  readonly attempt: number;
}

export interface ReportDesk {
  readonly take: TakeReport;
  /** Journals what was held back. Throws what kept a report from being journalled. */
  close(): void;
}

export function openReportDesk(
  { task, attempt }: Attempt,
  { record, clock, onLive }: Pick<RunTools, 'record' | 'clock' | 'onLive'>,
): ReportDesk {
  let count = 0;
  let heldBack: Report | undefined;
  let progressAt = Number.NEGATIVE_INFINITY;
  let fault: { readonly error: unknown } | undefined;

  function file(report: Report): void {
    record.record({ type: 'attempt.reported', task, attempt, report });
  }

  function takeProgress(report: Extract<Report, { type: 'progress' }>): void {
    const { percent, next } = report;
    onLive({ type: 'agent', task, event: { type: 'progress', percent, next } });
    heldBack = report;
    if (clock.now() - progressAt < PROGRESS_EVERY_MS) return;
    progressAt = clock.now();
    heldBack = undefined;
    file(report);
  }

  function takeClaim(report: Exclude<Report, { type: 'progress' }>): Result<void, string> {
    const { plan } = record.state;
    const criteria = (plan === undefined ? undefined : taskOf(plan, task)?.criteria) ?? [];
    const known = checkCriterion(report, criteria);
    if (!known.ok) return known;
    if (count >= MOST_REPORTS) return err(`${MOST_REPORTS} reports were taken; go on with the task itself`);
    count += 1;
    file(report);
    return ok(undefined);
  }

  return {
    take(report) {
      try {
        if (report.type === 'progress') takeProgress(report);
        else {
          const taken = takeClaim(report);
          if (!taken.ok) return taken;
        }
        return ok(replyTo(report));
      } catch (error) {
        // The journal refuses, and with it the session ends: whoever closes the desk hears of it.
        fault ??= { error };
        return err('the report could not be kept: Pawl is about to stop');
      }
    },
    close() {
      if (fault !== undefined) throw fault.error;
      if (heldBack !== undefined) file(heldBack);
      heldBack = undefined;
    },
  };
}
