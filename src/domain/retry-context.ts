/**
 * What the next attempt is told about the ones before it. Source 004, "Structured retry context": files touched,
 * the previous agent's last words, the failing gate's output, and an explicit list of what not to repeat.
 */
import { describeFailure, type Failure } from './failure.ts';
import { describeReport, type Report } from './report.ts';
import type { AttemptRecord, TaskRecord } from './run-state.ts';

/** The longest gate output a brief or the journal holds, in characters. Source 004. */
export const OUTPUT_LIMIT = 8_000;

export interface RetryContext {
  readonly attempt: number;
  readonly of: number;
  readonly previous: {
    readonly number: number;
    readonly failure: string;
    readonly files: readonly string[];
    readonly lastWords: string;
    /** The useful end of the failing gate's output; empty when no gate failed. */
    readonly output: string;
    readonly falseClaim: boolean;
  };
  /** One sentence per thing that failed before, oldest first, without repeats. */
  readonly doNotRepeat: readonly string[];
}

/** Undefined when no earlier attempt failed: there is nothing to learn from yet. */
export function retryContextOf(
  record: TaskRecord,
  attempt: number,
  maxAttempts: number,
): RetryContext | undefined {
  const failed = record.attempts.filter((one) => one.number < attempt && one.end.status === 'failed');
  const previous = failed.at(-1);
  if (previous?.end.status !== 'failed') return undefined;
  const { failure, falseClaim } = previous.end;
  return {
    attempt,
    of: maxAttempts,
    previous: {
      number: previous.number,
      failure: describeFailure(failure),
      files: previous.files.map((file) => file.path),
      lastWords: previous.outcome?.lastWords ?? '',
      output: 'output' in failure ? failure.output : '',
      falseClaim,
    },
    doNotRepeat: [...new Set(failed.flatMap(lessonsOf))],
  };
}

/** What earlier agents and people said about a task. */
export interface EarlierWords {
  /** Claims that concern whoever comes next, oldest first. */
  readonly reports: readonly { readonly attempt: number; readonly text: string }[];
  /** Why people opened the task again: answers to what agents had asked, oldest first. */
  readonly answers: readonly string[];
}

/** Of attempts before `attempt`, those that were cut off included. */
export function earlierWordsOf({ attempts, decisions }: TaskRecord, attempt: number): EarlierWords {
  return {
    reports: attempts
      .filter((one) => one.number < attempt)
      .flatMap(({ number, reports }) =>
        reports.flatMap(({ report }) =>
          concernsNext(report) ? [{ attempt: number, text: describeReport(report) }] : [],
        ),
      ),
    answers: decisions.flatMap(({ decision, reason }) =>
      decision === 'retry' && reason.trim() !== '' ? [reason] : [],
    ),
  };
}

function concernsNext({ type }: Report): boolean {
  return type === 'blocker' || type === 'gap' || type === 'question';
}

function lessonsOf(attempt: AttemptRecord): readonly string[] {
  if (attempt.end.status !== 'failed') return [];
  const lessons = [lessonOf(attempt.end.failure, attempt)];
  if (attempt.end.falseClaim) {
    lessons.push(
      'Do not say that the task is done before the gates pass: the claim was checked and was false.',
    );
  }
  return lessons;
}

function lessonOf(failure: Failure, attempt: AttemptRecord): string {
  const files = attempt.files
    .map((file) => file.path)
    .slice(0, 10)
    .join(', ');
  switch (failure.kind) {
    case 'no-change':
      return failure.denied === undefined
        ? 'Do not end without a change: the workspace was the same as the base.'
        : `Do not end without a change, and stay in the workspace; this was denied: ${failure.denied.join('; ')}.`;
    case 'gate':
      return `Do not repeat the change of attempt ${attempt.number}${files === '' ? '' : ` to ${files}`} that made gate "${failure.gate}" fail: ${firstErrorLine(failure.output)}`;
    case 'landing-gate':
      return `Do not rely on code that has changed since: with the work landed meanwhile, gate "${failure.gate}" failed: ${firstErrorLine(failure.output)}`;
    case 'conflict':
      return `Do not rewrite lines of ${failure.paths.join(', ')} that the task does not need: others changed them too. The base now holds their changes; build on it.`;
    case 'agent':
      return failure.how === 'idle' || failure.how === 'deadline'
        ? 'Do not start anything that waits for input or never ends: the last attempt was ended for silence or for taking too long.'
        : `Do not end the way attempt ${attempt.number} did: ${describeFailure(failure)}.`;
    default:
      return `Attempt ${attempt.number} ended with: ${describeFailure(failure)}.`;
  }
}

/** The line of a gate's output that most likely says what is wrong. */
function firstErrorLine(output: string): string {
  const lines = output.split('\n').map((line) => line.trim());
  const telling = lines.find((line) =>
    /\b(error|fail(ed|ure)?|expected|assert\w*|not ok)\b|✗|✘|✖|×/i.test(line),
  );
  return (telling ?? lines.findLast((line) => line !== '') ?? '').slice(0, 200);
}

/**
 * At most `limit` characters of a command's output: the useful part is the end, but the first error often names
 * the cause, so when text is cut a fifth is kept from the first line that looks like an error. Terminal escapes
 * must already be gone.
 */
export function usefulEnd(output: string, limit: number = OUTPUT_LIMIT): string {
  const text = output.trimEnd();
  if (text.length <= limit) return text;
  const marker = '\n[… output cut …]\n';
  const headLength = Math.floor(limit / 5);
  const tailLength = limit - headLength - marker.length;
  const first = text.search(/^.*(error\b|\bfail(ed|ure)?\b|\bnot ok\b)/im);
  if (first === -1 || first >= text.length - tailLength)
    return marker.trimStart() + text.slice(-(limit - marker.length));
  return text.slice(first, first + headLength) + marker + text.slice(-tailLength);
}
