/** Figures of a run, all from the journal's fold. Source 002, "Execution Metrics"; each is defined here. */
import type { TaskId } from '../domain/ids.ts';
import type { AttemptRecord, RunState } from '../domain/run-state.ts';
import { classOf } from '../domain/failure.ts';
import { endedAt, slotsOfSession } from './tally.ts';

/** Fractions are 0..1, and 0 where nothing was counted yet; times are in milliseconds. */
export interface Metrics {
  /** Attempts begun, over the whole run. */
  readonly attempts: number;
  /** Tasks that Pawl landed, over the whole run. */
  readonly landed: number;
  /** Attempts that failed or were rejected by the merge queue, whatever the reason; interrupted ones are none. */
  readonly sentBack: number;
  /** Attempts whose agent claimed to be done while a gate failed on its commit. */
  readonly falseCompletions: number;
  /** Attempts the merge queue sent back for a textual conflict or for a gate on the merged tree. */
  readonly conflicts: number;
  /** `conflicts` among the attempts that reached the merge queue and left it. */
  readonly conflictRate: number;
  /** Attempts whose work was thrown away (own fault or conflict) among those that ended with work to judge. */
  readonly reworkRate: number;
  /** Attempts with a failing gate on their own commit among those whose gates were run. */
  readonly verificationFailureRate: number;
  /** Gate commands that were really run (not taken over, not skipped), for each landed task. 0 before the first. */
  readonly gateRunsPerLanding: number;
  /** How many tasks may be worked on at once in this session. */
  readonly slots: number;
  /** From the session's start to its end or now. */
  readonly wallMs: number;
  /** The sum of all attempts' times within the session, the wait to land included. */
  readonly workMs: number;
  /** `workMs / (wallMs × slots)`, at most 1. Below 1: slots were idle, for want of ready tasks or for waiting. */
  readonly parallelEfficiency: number;
  /** Landed tasks per hour of the session. */
  readonly velocityPerHour: number;
  /** What the session's attempts would have taken longer one after another: `workMs − wallMs`, at least 0. */
  readonly timeSavedMs: number;
}

/** `now` in ms since the epoch. Rates are over the whole run, times over its current or last session. */
export function metricsOf(state: RunState, now: number): Metrics {
  const attempts = attemptsOf(state).map(({ attempt }) => attempt);
  const landed = attempts.filter(({ end }) => end.status === 'landed').length;
  const failures = attempts.flatMap(({ end }) => (end.status === 'failed' ? [end] : []));
  const conflicts = failures.filter(
    ({ failure }) => failure.kind === 'conflict' || failure.kind === 'landing-gate',
  ).length;
  const thrownAway = failures.filter(({ failure }) => {
    const kind = classOf(failure);
    return kind === 'logic' || kind === 'resource' || kind === 'conflict';
  }).length;
  const checked = attempts.filter(({ gates }) => gates.some(({ purpose }) => purpose === 'attempt'));
  return {
    attempts: attempts.length,
    landed,
    sentBack: failures.length,
    falseCompletions: failures.filter(({ falseClaim }) => falseClaim).length,
    conflicts,
    conflictRate: ratio(conflicts, conflicts + landed),
    reworkRate: ratio(thrownAway, thrownAway + landed),
    verificationFailureRate: ratio(checked.filter(isRefuted).length, checked.length),
    gateRunsPerLanding: ratio(
      attempts.reduce((sum, attempt) => sum + gateRuns(attempt), 0),
      landed,
    ),
    ...timesOf(state, now),
  };
}

/** Every attempt of every task, those of tasks that left the plan included, in the order of their start. */
export function attemptsOf(
  state: RunState,
): readonly { readonly task: TaskId; readonly attempt: AttemptRecord }[] {
  return [...state.tasks.values()]
    .flatMap(({ id, attempts }) => attempts.map((attempt) => ({ task: id, attempt })))
    .toSorted((a, b) => a.attempt.startedAt - b.attempt.startedAt);
}

function isRefuted({ gates }: AttemptRecord): boolean {
  return gates.some(({ purpose, run }) => purpose === 'attempt' && run.status === 'failed');
}

function gateRuns({ gates }: AttemptRecord): number {
  return gates.filter(({ run }) => !run.cached && run.status !== 'skipped').length;
}

type Times = Pick<
  Metrics,
  'slots' | 'wallMs' | 'workMs' | 'parallelEfficiency' | 'velocityPerHour' | 'timeSavedMs'
>;

function timesOf(state: RunState, now: number): Times {
  const { session, plan } = state;
  if (session === undefined || plan === undefined) {
    return { slots: 1, wallMs: 0, workMs: 0, parallelEfficiency: 0, velocityPerHour: 0, timeSavedMs: 0 };
  }
  const from = session.startedAt;
  const to = session.ended?.at ?? Math.max(now, from);
  const slots = slotsOfSession(state, plan);
  const wallMs = to - from;
  let workMs = 0;
  let landed = 0;
  for (const { attempts } of state.tasks.values()) {
    for (const attempt of attempts) {
      workMs += Math.max(0, Math.min(endedAt(attempt) ?? to, to) - Math.max(attempt.startedAt, from));
      if (attempt.end.status === 'landed' && attempt.end.at >= from) landed += 1;
    }
  }
  return {
    slots,
    wallMs,
    workMs,
    parallelEfficiency: Math.min(1, ratio(workMs, wallMs * slots)),
    velocityPerHour: ratio(landed, wallMs / 3_600_000),
    timeSavedMs: Math.max(0, workMs - wallMs),
  };
}

function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

/** `87%`. `fraction` is 0..1. */
export function percent(fraction: number): string {
  return `${Math.round(fraction * 100)}%`;
}
