/** The pulse: a run on one screen. Source 001, "Progress Pulse". */
import type { TaskId } from '../domain/ids.ts';
import { taskOf, type Task } from '../domain/plan.ts';
import { isOpen, lastFailure, isToDo, recordOf, type RunState } from '../domain/run-state.ts';
import { buildGraph } from '../domain/graph.ts';
import { formatAge } from '../util/duration.ts';
import { agentLimits, describeLimit, type AgentLimit } from './agent-text.ts';
import { describeSpending, spendingOf, type SpendingReport } from './spending-text.ts';
import { isoTime, listed, plain } from './text.ts';
import { readyIds, tallyOf, wordOf, type Tally } from './tally.ts';

/** How many ids a line of the pulse shows before it says how many more there are. */
const SHOWN = 8;

/** Times are ISO 8601, UTC, whole seconds. */
export interface Pulse {
  readonly at: string;
  readonly plan?: string;
  /** Of the task that has been in progress longest, else of the next eligible one. */
  readonly phase?: string;
  readonly slice?: string;
  readonly tasks: Tally;
  /** Completed tasks among all, 0..1. */
  readonly progress: number;
  /** `remaining` counts open tasks; abandoned ones are in neither. */
  readonly highRisk: { readonly completed: number; readonly remaining: number };
  readonly latestCompleted?: { readonly task: TaskId; readonly at: string };
  readonly inProgress: readonly TaskInProgress[];
  readonly nextEligible: readonly TaskId[];
  readonly blockers: readonly { readonly task: TaskId; readonly reason: string; readonly since?: string }[];
  readonly oldestInProgress?: { readonly task: TaskId; readonly since: string };
  /** Tasks that are blocked for at least the third time, with how many tasks wait for them. */
  readonly escalations: readonly {
    readonly task: TaskId;
    readonly times: number;
    readonly holdsUp: number;
  }[];
  /** Attempts whose agent claimed to be done while a gate failed on its commit. */
  readonly falseCompletions: readonly { readonly task: TaskId; readonly attempt: number }[];
  /** Rate limits that are still felt; absent when there are none. */
  readonly agentLimits?: readonly AgentLimit[];
  /** Absent where nothing was used and nothing is limited. */
  readonly spending?: SpendingReport;
  /** Open, unblocked tasks whose last attempt failed: they are tried again. */
  readonly sentBack: readonly { readonly task: TaskId; readonly attempt: number; readonly reason: string }[];
}

/** Criteria of a task in progress are remaining, whatever its agent claims. */
export interface TaskInProgress {
  readonly task: TaskId;
  readonly since: string;
  readonly criteriaCompleted: number;
  readonly criteriaRemaining: number;
}

/** `now` in ms since the epoch. A state without a plan gives an empty pulse. */
export function pulseOf(state: RunState, now: number): Pulse {
  const tasks = state.plan?.tasks ?? [];
  const tally = tallyOf(state, tasks);
  const inProgress = tasksInProgress(state, tasks);
  const nextEligible = state.plan === undefined ? [] : readyIds(state, state.plan, now);
  const oldest = inProgress.toSorted((a, b) => a.since.localeCompare(b.since))[0];
  const current = oldest?.task ?? nextEligible[0];
  const { phase, slice } = (current && state.plan && taskOf(state.plan, current)) ?? {};
  const latest = latestCompleted(state, tasks);
  const spending = spendingOf(state, now);
  const limits = agentLimits(state, now);
  return {
    at: isoTime(now),
    ...(state.plan && { plan: state.plan.name }),
    ...(phase !== undefined && { phase }),
    ...(slice !== undefined && { slice }),
    tasks: tally,
    progress: tally.total === 0 ? 0 : tally.completed / tally.total,
    highRisk: highRisk(state, tasks),
    ...(latest && { latestCompleted: latest }),
    inProgress,
    nextEligible,
    blockers: blockersOf(state, tasks),
    ...(oldest && { oldestInProgress: { task: oldest.task, since: oldest.since } }),
    escalations: escalationsOf(state, tasks),
    falseCompletions: falseCompletions(state, tasks),
    sentBack: sentBack(state, tasks),
    ...(limits.length > 0 && { agentLimits: limits }),
    ...(spending && { spending }),
  };
}

/** The pulse as text, without a line break at the end. The last five lines appear only when they say something. */
export function renderPulse(pulse: Pulse): string {
  const { tasks, highRisk: high, latestCompleted: latest, oldestInProgress: oldest } = pulse;
  const age = (since: string): string => formatAge(Date.parse(pulse.at) - Date.parse(since));
  const list = (items: readonly string[]): string => (items.length === 0 ? 'none' : listed(items, SHOWN));
  const lines = [
    `### Implementation Pulse (${pulse.at})`,
    `- Phase: ${plain(pulse.phase ?? '-')} · Slice: ${plain(pulse.slice ?? '-')}`,
    `- Tasks: pending ${tasks.pending} | in-progress ${tasks.inProgress} | blocked ${tasks.blocked} | completed ${tasks.completed} | abandoned ${tasks.abandoned}`,
    `- Progress: ${(pulse.progress * 100).toFixed(1)}% (${tasks.completed}/${tasks.total} tasks)`,
    `- High Risk: ${high.completed} completed, ${high.remaining} remaining`,
    `- Latest Completed: ${latest ? `${latest.task} (completed ${age(latest.at)} ago)` : 'none'}`,
    `- In Progress: ${list(pulse.inProgress.map(({ task, criteriaCompleted, criteriaRemaining }) => `${task} (${criteriaCompleted} ACs completed, ${criteriaRemaining} remaining)`))}`,
    `- Next Eligible: ${list(pulse.nextEligible)}`,
    `- Blockers: ${list(pulse.blockers.map(({ task, reason }) => `${task} (${plain(reason)})`))}`,
    `- Oldest In-Progress: ${oldest ? `${oldest.task} (started ${age(oldest.since)} ago)` : 'none'}`,
  ];
  return [...lines, ...extraLines(pulse)].join('\n');
}

function extraLines({
  escalations,
  falseCompletions: claims,
  sentBack: back,
  agentLimits: limits = [],
  spending,
}: Pulse): readonly string[] {
  const lines: string[] = [];
  if (escalations.length > 0) {
    const texts = escalations.map(
      ({ task, times, holdsUp }) => `${task} (blocked ${times} times, holds up ${holdsUp})`,
    );
    lines.push(`- Escalations: ${listed(texts, SHOWN)}`);
  }
  if (claims.length > 0) {
    const texts = claims.map(({ task, attempt }) => `${task} attempt ${attempt}`);
    lines.push(`- False Completions: ${claims.length} (${listed(texts, SHOWN)})`);
  }
  if (back.length > 0) {
    const texts = back.map(({ task, attempt, reason }) => `${task} (attempt ${attempt}: ${plain(reason)})`);
    lines.push(`- Sent Back: ${listed(texts, SHOWN)}`);
  }
  if (limits.length > 0) lines.push(`- Rate Limits: ${limits.map(describeLimit).join('; ')}`);
  if (spending !== undefined) lines.push(`- Spent: ${describeSpending(spending)}`);
  return lines;
}

function tasksInProgress(state: RunState, tasks: readonly Task[]): readonly TaskInProgress[] {
  return tasks.flatMap((task) => {
    const record = recordOf(state, task.id);
    if (wordOf(record.state) !== 'inProgress') return [];
    const since = record.attempts.at(-1)?.startedAt ?? state.at;
    return [
      {
        task: task.id,
        since: isoTime(since),
        criteriaCompleted: 0,
        criteriaRemaining: task.criteria.length,
      },
    ];
  });
}

function latestCompleted(state: RunState, tasks: readonly Task[]): Pulse['latestCompleted'] {
  let latest: { task: TaskId; at: number } | undefined;
  for (const { id } of tasks) {
    const { state: task } = recordOf(state, id);
    // When something was completed outside is not known, only when Pawl read of it.
    if (task.status !== 'completed' || task.by !== 'pawl') continue;
    if (latest === undefined || task.at >= latest.at) latest = { task: id, at: task.at };
  }
  return latest && { task: latest.task, at: isoTime(latest.at) };
}

function highRisk(state: RunState, tasks: readonly Task[]): Pulse['highRisk'] {
  const states = tasks.filter((task) => task.risk === 'High').map((task) => recordOf(state, task.id).state);
  return {
    completed: states.filter((task) => wordOf(task) === 'completed').length,
    remaining: states.filter(isOpen).length,
  };
}

function blockersOf(state: RunState, tasks: readonly Task[]): Pulse['blockers'] {
  return tasks.flatMap(({ id }) => {
    const { state: task } = recordOf(state, id);
    if (task.status === 'blocked') {
      return [{ task: id, reason: `${task.because}: ${task.message}`, since: isoTime(task.since) }];
    }
    const hold = isToDo(task) ? state.holds.get(id) : undefined;
    return hold === undefined ? [] : [{ task: id, reason: `${hold.code}: ${hold.message}` }];
  });
}

/** Blocked now, and re-opened by a person at least twice before. Source 001: blockers met three times or more. */
function escalationsOf(state: RunState, tasks: readonly Task[]): Pulse['escalations'] {
  return tasks.flatMap(({ id }) => {
    const record = recordOf(state, id);
    if (record.state.status !== 'blocked' || state.plan === undefined) return [];
    const times = 1 + record.decisions.filter(({ decision }) => decision === 'retry').length;
    if (times < 3) return [];
    return [{ task: id, times, holdsUp: buildGraph(state.plan).transitiveSuccessorCount(id) }];
  });
}

function falseCompletions(state: RunState, tasks: readonly Task[]): Pulse['falseCompletions'] {
  return tasks.flatMap(({ id }) =>
    recordOf(state, id).attempts.flatMap(({ number, end }) =>
      end.status === 'failed' && end.falseClaim ? [{ task: id, attempt: number }] : [],
    ),
  );
}

function sentBack(state: RunState, tasks: readonly Task[]): Pulse['sentBack'] {
  return tasks.flatMap(({ id }) => {
    const record = recordOf(state, id);
    const reason = lastFailure(record);
    if (record.state.status !== 'pending' || reason === undefined) return [];
    return [{ task: id, attempt: record.attempts.length, reason }];
  });
}
