/** `pawl show TASK`: all that the journal knows of one task. */
import type { FileChange, GateRun } from '../domain/event.ts';
import { describeFailure } from '../domain/failure.ts';
import type { TaskId } from '../domain/ids.ts';
import { taskOf, type Plan, type Task } from '../domain/plan.ts';
import { describeReport } from '../domain/report.ts';
import {
  recordOf,
  titleOf,
  type AttemptEnd,
  type AttemptRecord,
  type RunState,
  type TaskRecord,
} from '../domain/run-state.ts';
import { formatAge, formatDuration } from '../util/duration.ts';
import { unreachable } from '../util/unreachable.ts';
import { describePassedOver } from './agent-text.ts';
import { explainTask, sinceWords, stateWords } from './stall-text.ts';
import { describeUsage } from './spending-text.ts';
import { endedAt } from './tally.ts';
import { clockTime, isoTime, plain, plainLines, short } from './text.ts';
import { statusOf } from './views.ts';

/** Lines of a failed gate's output that are shown; the log has all. */
const OUTPUT_LINES = 20;
const SHOWN_FILES = 30;
const SHOWN_REPORTS = 20;

/** `now` in ms since the epoch; `logs` are paths of log files, shown as they are. Without a line break at the end. */
export function renderTask(state: RunState, id: TaskId, now: number, logs: readonly string[] = []): string {
  const { plan, task } = lookUp(state, id);
  const record = recordOf(state, id);
  const explained = explainTask(state, id, now);
  const sections: (readonly string[])[] = [
    [
      `${id}  ${plain(task.title)}`,
      `${statusOf(record)}: ${explained.summary}${sinceWords(explained, now)}`,
      `risk ${task.risk} · size ${task.size} · ${task.origin.file}:${task.origin.line}`,
    ],
    section('Criteria', criteriaLines(task, record)),
    section('Depends on', dependencyLines(state, plan, task, now)),
    ...record.attempts.map((attempt) => attemptLines(attempt, now)),
    section('Result', resultLines(record)),
    section('Decisions', decisionLines(record, now)),
    section('Logs', logs),
    [`next: ${explained.next}`],
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}

function lookUp(state: RunState, id: TaskId): { plan: Plan; task: Task } {
  const task = state.plan && taskOf(state.plan, id);
  if (state.plan === undefined || task === undefined)
    throw new Error(`Internal error: no task ${id} to show`);
  return { plan: state.plan, task };
}

function section(heading: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [heading, ...lines.map((line) => `  ${line}`)];
}

function criteriaLines(task: Task, { state }: TaskRecord): readonly string[] {
  const done = state.status === 'completed' || state.status === 'externally-managed';
  return task.criteria.map(({ id, text }) => `${done ? '✓' : '·'} ${plain(id)}  ${plain(text)}`);
}

function dependencyLines(state: RunState, plan: Plan, task: Task, now: number): readonly string[] {
  return task.dependencies.map((id) => {
    const guess = task.inferred?.find(({ on }) => on === id);
    const why = guess === undefined ? '' : `; inferred: ${plain(guess.reason)}`;
    return `${id}  ${plain(titleOf(state, id))} (${stateWords(state, plan, id, now)}${why})`;
  });
}

function attemptLines(attempt: AttemptRecord, now: number): readonly string[] {
  const { number, agent, startedAt, base, head, end, outcome, because = [], unread = [] } = attempt;
  const took = formatDuration((endedAt(attempt) ?? now) - startedAt);
  const commits = [base && `base ${short(base)}`, head && `head ${short(head)}`].filter(Boolean);
  const words = plainLines(outcome?.lastWords ?? '').slice(-4);
  return [
    `Attempt ${number}  ${plain(agent)} · ${isoTime(startedAt)} · ${took} · ${endWords(end)}`,
    ...(because.length === 0 ? [] : [`  because ${describePassedOver(because)}`]),
    ...(commits.length === 0 ? [] : [`  ${commits.join(' · ')}`]),
    ...(attempt.beginning === undefined
      ? []
      : [`  ${attempt.beginning.mode}: ${plain(attempt.beginning.because)}`]),
    ...(attempt.usage === undefined ? [] : [`  used ${plain(describeUsage(attempt.usage))}`]),
    ...fileLines(attempt.files).map((line) => `  ${line}`),
    ...attempt.gates.flatMap(({ purpose, run }) => gateLines(purpose, run)).map((line) => `  ${line}`),
    ...(unread.length === 0 ? [] : [`  not read, by its own report: ${unread.map(plain).join(', ')}`]),
    ...reportLines(attempt).map((line) => `  ${line}`),
    ...words.map((line, index) => (index === 0 ? `  said: ${line}` : `        ${line}`)),
  ];
}

/** The newest ones; all are in the journal. */
function reportLines({ reports }: AttemptRecord): readonly string[] {
  const left = reports.length - SHOWN_REPORTS;
  return [
    ...(left > 0 ? [`claimed: … ${left} earlier reports`] : []),
    ...reports
      .slice(-SHOWN_REPORTS)
      .map(({ at, report }) => `claimed ${clockTime(at)}: ${plain(describeReport(report))}`),
  ];
}

function endWords(end: AttemptEnd): string {
  switch (end.status) {
    case 'open':
      return 'under way';
    case 'landed':
      return `landed ${short(end.commit)}`;
    case 'failed':
      return `${plain(describeFailure(end.failure))}${end.falseClaim ? ' · false claim of being done' : ''}`;
    case 'interrupted':
      return `interrupted (${end.because}), does not count`;
    default:
      return unreachable(end);
  }
}

function fileLines(files: readonly FileChange[]): readonly string[] {
  const shown = files.slice(0, SHOWN_FILES).map(fileText);
  return files.length <= SHOWN_FILES ? shown : [...shown, `… ${files.length - SHOWN_FILES} more files`];
}

function fileText({ path, change, from }: FileChange): string {
  const letter = { added: 'A', modified: 'M', deleted: 'D', renamed: 'R' }[change];
  return from === undefined ? `${letter} ${plain(path)}` : `${letter} ${plain(from)} → ${plain(path)}`;
}

function gateLines(purpose: 'attempt' | 'landing', run: GateRun): readonly string[] {
  const where = purpose === 'landing' ? ' on the merged tree' : '';
  const time = run.cached ? 'same tree as before' : formatDuration(run.durationMs);
  const code = run.exitCode === undefined || run.exitCode === 0 ? '' : `, exit code ${run.exitCode}`;
  const mark = { passed: '✓', failed: '✗', unrunnable: '✗', skipped: '–' }[run.status];
  const line = `${mark} gate ${plain(run.gate)} ${run.status}${where} (${time}${code})`;
  if (run.status === 'passed' || run.status === 'skipped') return [line];
  return [
    line,
    ...plainLines(run.output)
      .slice(-OUTPUT_LINES)
      .map((text) => `  │ ${text}`),
  ];
}

function resultLines(record: TaskRecord): readonly string[] {
  const landed = record.attempts.findLast(({ end }) => end.status === 'landed');
  if (landed?.end.status !== 'landed') return [];
  return [
    `commit     ${landed.end.commit}`,
    ...(landed.workspace === undefined ? [] : [`workspace  ${landed.workspace}`]),
    `files      ${landed.files.length}`,
  ];
}

function decisionLines({ decisions }: TaskRecord, now: number): readonly string[] {
  return decisions.map(({ decision, reason, by, at }) => {
    const why = reason === '' ? '' : `: ${plain(reason)}`;
    return `${decision} by ${plain(by)}, ${formatAge(now - at)} ago${why}`;
  });
}

/** For `pawl show --json`. `now` in ms since the epoch; times in the result are ISO 8601, UTC. */
export function taskJson(state: RunState, id: TaskId, now: number, logs: readonly string[] = []): object {
  const { plan, task } = lookUp(state, id);
  const record = recordOf(state, id);
  const { summary, since, next } = explainTask(state, id, now);
  const landed = record.attempts.findLast(({ end }) => end.status === 'landed');
  return {
    id,
    title: task.title,
    status: statusOf(record),
    summary,
    ...(since !== undefined && { since: isoTime(since) }),
    next,
    risk: task.risk,
    size: task.size,
    origin: task.origin,
    criteria: task.criteria,
    dependencies: task.dependencies.map((on) => ({ id: on, state: stateWords(state, plan, on, now) })),
    attempts: record.attempts.map(attemptJson),
    ...(landed?.end.status === 'landed' && {
      result: {
        id,
        commit: landed.end.commit,
        ...(landed.workspace !== undefined && { workspace: landed.workspace }),
        filesChanged: landed.files,
      },
    }),
    decisions: record.decisions.map((decision) => ({ ...decision, at: isoTime(decision.at) })),
    logs,
  };
}

function attemptJson({ startedAt, end, reports, ...attempt }: AttemptRecord): object {
  return {
    ...attempt,
    startedAt: isoTime(startedAt),
    reports: reports.map(({ at, report }) => ({ at: isoTime(at), ...report })),
    end: end.status === 'open' ? end : { ...end, at: isoTime(end.at) },
  };
}
