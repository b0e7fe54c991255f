/** One plain line per event worth one, for logs and wherever there is no terminal. */
import { describeAmount } from '../domain/amount.ts';
import { chooseAgent } from '../domain/agent-choice.ts';
import type { EventBody, GateRun, JournalEvent } from '../domain/event.ts';
import { describeFailure, type Failure } from '../domain/failure.ts';
import type { TaskId } from '../domain/ids.ts';
import { taskOf } from '../domain/plan.ts';
import { describeReport } from '../domain/report.ts';
import { recordOf, type RunState, type TaskRecord } from '../domain/run-state.ts';
import { poolOf, slotsFor } from '../domain/policy.ts';
import { openTasks } from '../domain/schedule.ts';
import type { Usage } from '../domain/usage.ts';
import { formatDuration } from '../util/duration.ts';
import { unreachable } from '../util/unreachable.ts';
import { describeCooling, describePassedOver } from './agent-text.ts';
import { describePool } from './pool-text.ts';
import { attemptsAllowed, tallyOf } from './tally.ts';
import { clockTime, counted, plain, plainLines, short } from './text.ts';

/** How many lines of a failure's output are shown. */
const OUTPUT_LINES = 12;

/**
 * The event in words, with the time of day in UTC before it; undefined when it is not worth a line. `state` is
 * the fold with the event already applied. Lines after the first, if any, are indented: a failure's output (the
 * last 12 lines) and what to type next.
 */
export function lineOf(event: JournalEvent, state: RunState): string | undefined {
  const [first, ...more] = wordsOf(event.body, state, event.at);
  if (first === undefined) return undefined;
  return [`${clockTime(event.at)} ${first}`, ...more.map((line) => `  ${line}`)].join('\n');
}

function wordsOf(body: EventBody, state: RunState, at: number): readonly string[] {
  switch (body.type) {
    case 'run.created':
      return [`run of ${body.plan} begins at ${short(body.base)} on ${body.baseBranch}`];
    case 'plan.adopted':
      return planWords(body, state);
    case 'session.started':
      return [sessionWords(body, state)];
    case 'session.ended':
      return [endWords(body, state)];
    case 'integration.moved':
      return [`the integration branch went on from ${short(body.from)} to ${short(body.to)}`];
    case 'task.decided': {
      const what = { retry: 're-opened', skip: 'skipped', keep: 'kept as it was completed' }[body.decision];
      return [
        `${body.task} ${what} by ${plain(body.by)}${body.reason === '' ? '' : `: ${plain(body.reason)}`}`,
      ];
    }
    case 'budget.granted': {
      const to = body.forTask ?? (body.scope === 'run' ? 'this run' : 'today (UTC)');
      return [`${plain(body.by)} grants ${describeAmount(body.amount)} more for ${to}`];
    }
    case 'edges.inferred':
      return [`${plain(body.agent)} inferred ${counted(body.edges.length, 'missing edge')}`];
    case 'edge.decided': {
      const what = body.verdict === 'accept' ? 'waits for' : 'does not wait for';
      return [`${body.edge.task} ${what} ${body.edge.on}, says ${plain(body.by)}`];
    }
    case 'process.started':
      return [];
    case 'process.ended':
      return body.leftovers === 0 ? [] : [`ended left-over processes: ${body.leftovers}`];
    case 'landing.found':
      return [`${body.task} found landed on the integration branch: ${short(body.commit)}`];
    case 'run.landed':
      return [`landed on ${body.branch}: ${short(body.from)} → ${short(body.commit)}`];
    default:
      return attemptWords(body, state, at);
  }
}

function planWords(body: Extract<EventBody, { type: 'plan.adopted' }>, state: RunState): readonly string[] {
  const tally = tallyOf(state, body.plan.tasks);
  const done = tally.completed > 0 ? `, ${tally.completed} completed` : '';
  const held = body.holds.map(
    ({ task, code, message, hint }) => `${task} held: ${code}: ${plain(message)} · ${plain(hint)}`,
  );
  return [`plan ${body.plan.name}: ${counted(tally.total, 'task')}${done}`, ...held];
}

function sessionWords({ policy }: Extract<EventBody, { type: 'session.started' }>, state: RunState): string {
  const open = state.plan === undefined ? 0 : openTasks(state, state.plan).length;
  const slots = slotsFor(open, policy);
  const pool = policy.roles?.implementer ?? { agents: poolOf(policy) };
  return `session ${state.session?.number ?? 1} started: agent ${describePool(pool)}, ${slots} at once`;
}

function endWords(body: Extract<EventBody, { type: 'session.ended' }>, state: RunState): string {
  const number = state.session?.number ?? 1;
  switch (body.reason) {
    case 'done':
      return `session ${number} ended: every task${state.session?.policy.only === undefined ? '' : ' that was asked for'} is done`;
    case 'finished':
      return `session ${number} ended: what is open cannot go on by itself (pawl blocked)`;
    case 'stopped':
      return `session ${number} stopped; pawl run goes on`;
    case 'refused': {
      const why = [body.code, body.message].filter((text) => text !== undefined).map(plain);
      return `session ${number} refused to go on${why.length === 0 ? '' : `: ${why.join(': ')}`}`;
    }
    default:
      return unreachable(body.reason);
  }
}

type AttemptBody = Extract<EventBody, { attempt: number }>;

function attemptWords(body: AttemptBody, state: RunState, at: number): readonly string[] {
  const { task, attempt } = body;
  switch (body.type) {
    case 'attempt.started':
      return [
        `${task} attempt ${attempt} started (${[plain(body.agent), describePassedOver(body.because ?? [])].filter((text) => text !== '').join('; ')})`,
      ];
    case 'attempt.reported':
      return [`${task} reports ${plain(describeReport(body.report))}`];
    case 'agent.ended':
      return [...unreadWords(task, body.unread), ...costWords(task, body.outcome.usage, state)];
    case 'attempt.prepared':
      return body.beginning?.mode === 'resumed'
        ? [`${task} attempt ${attempt} takes the conversation up again: ${plain(body.beginning.because)}`]
        : [];
    case 'usage.recorded':
    case 'landing.prepared':
      return [];
    case 'attempt.committed':
      return [
        `${task} attempt ${attempt} committed ${short(body.head)}, ${counted(body.files.length, 'file')}`,
      ];
    case 'gate.finished':
      return gateWords(task, body.purpose, body.run);
    case 'attempt.proven':
      return [`${task} attempt ${attempt} passed its gates, waits to land`];
    case 'attempt.failed':
      return failureWords(body, body.falseClaim, state, at);
    case 'attempt.interrupted': {
      const by = interrupters[body.because];
      return [`${task} attempt ${attempt} interrupted by ${by}; it does not count`];
    }
    case 'landing.landed':
      return [`${task} landed ${short(body.commit)}`];
    case 'landing.rejected':
      return failureWords(body, false, state, at);
    default:
      return unreachable(body);
  }
}

function unreadWords(task: TaskId, unread: readonly string[]): readonly string[] {
  if (unread.length === 0) return [];
  return [`WARN::INCOMPLETE-CONTEXT-READ::${task}: the agent did not read ${unread.map(plain).join(', ')}`];
}

/** A budget that cannot be kept must not look as if it were. */
function costWords(task: TaskId, usage: Usage | undefined, { session }: RunState): readonly string[] {
  const isLimited = Object.values(session?.policy.budgets ?? {}).some(({ usd }) => usd !== undefined);
  if (!isLimited || usage?.costUsd !== undefined) return [];
  const why =
    usage === undefined
      ? 'its agent does not tell what it uses'
      : `what ${plain(usage.model ?? 'its model')} costs is not known (\`prices\` in the configuration)`;
  return [`WARN::COST-UNKNOWN::${task}: ${why}, so that no budget in money holds it`];
}

const interrupters = {
  stop: 'the stop',
  crash: 'a crash',
  refusal: 'the refusal',
  budget: 'the end of a budget',
} as const;

function gateWords(task: TaskId, purpose: 'attempt' | 'landing', run: GateRun): readonly string[] {
  const where = purpose === 'landing' ? ' on the merged tree' : '';
  const gate = `${task} gate ${plain(run.gate)}`;
  switch (run.status) {
    case 'passed':
      return run.cached
        ? [`${gate} passed${where} before, on the same tree`]
        : [`${gate} passed${where} in ${formatDuration(run.durationMs)}`];
    case 'failed': {
      const code = run.exitCode === undefined ? '' : ` (exit code ${run.exitCode})`;
      return [`${gate} failed${where} in ${formatDuration(run.durationMs)}${code}`, ...outputEnd(run.output)];
    }
    case 'unrunnable':
      return [`${gate} cannot be started`, ...outputEnd(run.output)];
    case 'skipped':
      return [];
    default:
      return unreachable(run.status);
  }
}

function failureWords(
  { task, attempt, failure }: { task: TaskId; attempt: number; failure: Failure },
  falseClaim: boolean,
  state: RunState,
  at: number,
): readonly string[] {
  const record = recordOf(state, task);
  const { state: now } = record;
  const claim = falseClaim ? '; the agent had claimed to be done' : '';
  const reason = `${plain(describeFailure(failure))}${claim}`;
  const output = outputOfFailure(failure);
  const limit = failure.kind === 'rate-limited' ? limitWords(state, record, attempt, at) : [];
  if (now.status === 'blocked') {
    const next = `next: pawl show ${task}, then pawl retry ${task} or pawl skip ${task}`;
    return [`${task} blocked: ${plain(now.message)}${claim}`, ...output, ...limit, next];
  }
  if (state.refusal?.task === task) {
    return [`${task} attempt ${attempt} ended: ${reason}; the task is not to blame`, ...output];
  }
  if (failure.kind === 'agent-auth' || failure.kind === 'agent-unavailable') {
    const blame = 'the task is not to blame, and goes on with another agent';
    return [`${task} attempt ${attempt} ended: ${reason}; ${blame}`];
  }
  const allowed = attemptsAllowed(record, state.session?.policy.maxAttempts ?? attempt);
  const delayMs = now.status === 'pending' ? Math.max(now.notBefore, agentFrom(state, task, at)) - at : 0;
  const delay = delayMs > 0 ? ` in ${formatDuration(delayMs)}` : '';
  return [
    `${task} sent back: ${reason}  (next: attempt ${attempt + 1} of ${allowed}${delay})`,
    ...output,
    ...limit,
  ];
}

/** When an agent of the task's pool may be asked, as far as limits tell, in ms since the epoch. */
function agentFrom(state: RunState, id: TaskId, at: number): number {
  const task = state.plan && taskOf(state.plan, id);
  if (task === undefined || state.session === undefined) return 0;
  const choice = chooseAgent(state, state.session.policy, task, at);
  return choice.kind === 'cooling' ? choice.until : 0;
}

function limitWords(
  { standings }: RunState,
  { attempts }: TaskRecord,
  attempt: number,
  at: number,
): readonly string[] {
  const agent = attempts[attempt - 1]?.agent ?? '';
  const standing = standings.get(agent);
  return standing === undefined ? [] : [describeCooling(agent, standing, at)];
}

/** Only what no event before has shown: a failed gate's own line has its output. */
function outputOfFailure(failure: Failure): readonly string[] {
  return failure.kind === 'setup' ? outputEnd(failure.output) : [];
}

function outputEnd(output: string): readonly string[] {
  return plainLines(output).slice(-OUTPUT_LINES);
}
