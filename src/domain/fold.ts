/**
 * How events become the state of a run.
 *
 * Owns: what is true after a sequence of events. Does not own: what to do next (decide.ts), any effect.
 * 1. The same events give the same state, always: no clock, no randomness, no outside input.
 * 2. `fold` consumes the state it is given (its maps are re-used, so that a long run folds in linear time);
 *    task records are replaced, never changed.
 * 3. A transition that the union in run-state.ts does not allow is a bug and throws, both halves printed.
 */
import { countAtWork, isUsableWithout } from './agent-choice.ts';
import { afterFinish, afterLimit } from './agent-standing.ts';
import type { EventBody, FileChange, Hold, JournalEvent, SyncEffect } from './event.ts';
import { consequenceOf, type Consequence, type Failure } from './failure.ts';
import { withEdges, withoutEdge } from './inferred-edges.ts';
import { edgeKey, type DecidedEdge } from './inferred-dependency.ts';
import type { DeclaredStatus, Plan } from './plan.ts';
import { countGrant, countUsage } from './spending.ts';
import { promptAfter, type Usage } from './usage.ts';
import { withReport } from './report.ts';
import {
  countedFailures,
  emptyState,
  freshRecord,
  gateKey,
  recordOf,
  isToDo,
  type AttemptRecord,
  type Completion,
  type RunState,
  type TaskRecord,
  type TaskState,
} from './run-state.ts';

export function foldAll(events: Iterable<JournalEvent>): RunState {
  let state = emptyState();
  for (const event of events) state = fold(state, event);
  return state;
}

/** Consumes `state` and returns it with `event` applied. Throws on an illegal transition: that is a bug. */
export function fold(state: RunState, event: JournalEvent): RunState {
  const { body, at } = event;
  state.seq = event.seq;
  state.at = at;
  switch (body.type) {
    case 'run.created':
      state.run = {
        id: `${body.plan}-${at.toString(36)}`,
        plan: body.plan,
        base: body.base,
        baseBranch: body.baseBranch,
        integrationRef: body.integrationRef,
        createdAt: at,
      };
      state.integrationHead = body.base;
      break;
    case 'plan.adopted':
      adoptPlan(state, body, at);
      break;
    case 'session.started':
      state.session = {
        number: (state.session?.number ?? 0) + 1,
        startedAt: at,
        owner: body.owner,
        policy: body.policy,
      };
      state.refusal = undefined;
      state.unusable.clear();
      break;
    case 'session.ended':
      if (state.session !== undefined) {
        state.session = { ...state.session, ended: { reason: body.reason, at, commit: body.commit } };
      }
      break;
    case 'integration.moved':
      state.integrationHead = body.to;
      break;
    case 'process.started':
      state.processes.set(body.marker, { identity: body.identity, marker: body.marker, label: body.label });
      break;
    case 'process.ended':
      state.processes.delete(body.marker);
      break;
    case 'run.landed':
      break;
    case 'task.decided':
      applyDecision(state, body, at);
      break;
    case 'budget.granted':
      applyGrant(state, body, at);
      break;
    case 'edges.inferred':
      state.inferredByAgent = body.edges;
      break;
    case 'edge.decided':
      decideEdge(state, body);
      break;
    case 'landing.found':
      state.tasks.set(
        body.task,
        completed(recordOf(state, body.task), { commit: body.commit, by: 'pawl', at }),
      );
      break;
    default:
      applyToAttempt(state, body, at);
  }
  return state;
}

function adoptPlan(state: RunState, body: Extract<EventBody, { type: 'plan.adopted' }>, at: number): void {
  state.plan = body.plan;
  state.holds = new Map(body.holds.map((hold) => [hold.task, hold]));
  for (const task of body.plan.tasks) {
    const record = state.tasks.get(task.id);
    if (record !== undefined && !followsBacklog(record)) continue;
    const declared = stateDeclared(task.declared, state.integrationHead, at);
    if (declared !== undefined) state.tasks.set(task.id, withState(record ?? freshRecord(task.id), declared));
    else if (record !== undefined && record.state.status !== 'pending')
      state.tasks.set(task.id, freshRecord(task.id));
  }
  for (const effect of body.effects ?? []) applySync(state, effect, at);
}

function applySync(state: RunState, { task, effect, reason }: SyncEffect, at: number): void {
  const record = recordOf(state, task);
  const decisions = [...record.decisions, { decision: effect, reason, by: 'sync', at }];
  const next: TaskState =
    effect === 'stale'
      ? { status: 'stale', reason, since: at }
      : { status: 'abandoned', reason: `superseded: ${reason}` };
  state.tasks.set(task, { ...record, state: next, decisions, countFrom: record.attempts.length + 1 });
}

function withState(record: TaskRecord, state: TaskState): TaskRecord {
  return state.status === 'completed' ? completed(record, state) : { ...record, state };
}

function completed(record: TaskRecord, { commit, by, at }: Completion): TaskRecord {
  return { ...record, state: { status: 'completed', commit, by, at }, completion: { commit, by, at } };
}

/**
 * The backlog's own word counts where the journal knows only that the task is open, and where all it knows is what
 * the backlog said before: a person who sets such a task back to pending opens it again.
 */
function followsBacklog({ state, attempts, decisions }: TaskRecord): boolean {
  if (state.status === 'pending') return true;
  const isOurs = state.status === 'completed' && state.by === 'pawl';
  return attempts.length === 0 && decisions.length === 0 && !isOurs;
}

/**
 * True when adopting the plan would change nothing: the same texts and holds, and no open task of which the backlog
 * says more than that. Statuses that Pawl itself wrote into the backlog are no reason to journal a plan again.
 */
export function isAdopted(state: RunState, plan: Plan, holds: readonly Hold[]): boolean {
  if (state.plan === undefined) return false;
  if (JSON.stringify([...state.holds.values()]) !== JSON.stringify(holds)) return false;
  if (JSON.stringify(textOf(state.plan)) !== JSON.stringify(textOf(plan))) return false;
  return plan.tasks.every(({ id, declared }) => {
    const record = recordOf(state, id);
    const said = stateDeclared(declared, '', 0)?.status ?? 'pending';
    return !followsBacklog(record) || record.state.status === said;
  });
}

function textOf(plan: Plan): object {
  return { ...plan, tasks: plan.tasks.map(({ declared: _declared, ...text }) => text) };
}

function stateDeclared(declared: DeclaredStatus, head: string, at: number): TaskState | undefined {
  switch (declared) {
    case 'pending':
    case 'in-progress':
      return undefined;
    case 'completed':
    case 'completed-external':
      return { status: 'completed', commit: head, by: 'external', at };
    case 'needs-re-verification':
      return {
        status: 'blocked',
        because: 'decision-needed',
        message: 'the backlog says that it needs re-verification',
        since: at,
      };
    case 'blocked':
      return {
        status: 'blocked',
        because: 'decision-needed',
        message: 'the backlog says that it is blocked',
        since: at,
      };
    case 'skipped':
    case 'abandoned':
    case 'externally-managed':
      return { status: declared, reason: 'the backlog says so' };
  }
}

function applyDecision(
  state: RunState,
  body: Extract<EventBody, { type: 'task.decided' }>,
  at: number,
): void {
  const record = recordOf(state, body.task);
  const decisions = [...record.decisions, { decision: body.decision, reason: body.reason, by: body.by, at }];
  if (record.state.status === 'running' || record.state.status === 'proven') illegal(record, body);
  if (body.decision === 'keep') {
    if (record.completion === undefined) illegal(record, body);
    state.tasks.set(body.task, { ...completed(record, record.completion), decisions });
    return;
  }
  const next: TaskState =
    body.decision === 'retry'
      ? { status: 'pending', notBefore: 0 }
      : { status: 'skipped', reason: body.reason };
  const countFrom = body.decision === 'retry' ? record.attempts.length + 1 : record.countFrom;
  state.tasks.set(body.task, { ...record, state: next, decisions, countFrom });
}

/** A task that is blocked for want of a budget is open again: what else it lacks, its next attempt will show. */
function applyGrant(state: RunState, body: Extract<EventBody, { type: 'budget.granted' }>, at: number): void {
  if (!countGrant(state.spending, body, at)) return;
  const record = body.forTask === undefined ? undefined : state.tasks.get(body.forTask);
  if (record?.state.status !== 'blocked' || record.state.because !== 'budget') return;
  state.tasks.set(record.id, {
    ...record,
    state: { status: 'pending', notBefore: 0 },
    countFrom: record.attempts.length + 1,
    decisions: [...record.decisions, { decision: 'grant', reason: body.reason, by: body.by, at }],
  });
}

/** The usage of the attempt under way, counted in what the run has spent. */
function counted(
  state: RunState,
  record: TaskRecord,
  usage: Usage | undefined,
  at: number,
): Usage | undefined {
  const before = record.attempts.at(-1)?.usage;
  countUsage(state.spending, before, usage, at);
  return usage ?? before;
}

/** The plan that is worked on follows at once. Whoever decides has seen that an accepted edge closes no cycle. */
function decideEdge(state: RunState, { edge, verdict, reason, by }: DecidedEdge): void {
  state.decidedEdges.set(edgeKey(edge), { edge, verdict, reason, by });
  if (state.plan === undefined) return;
  state.plan = verdict === 'accept' ? withEdges(state.plan, [edge]) : withoutEdge(state.plan, edge);
}

type AttemptBody = Exclude<
  EventBody,
  {
    type:
      | 'run.created'
      | 'plan.adopted'
      | 'session.started'
      | 'session.ended'
      | 'integration.moved'
      | 'process.started'
      | 'process.ended'
      | 'run.landed'
      | 'task.decided'
      | 'budget.granted'
      | 'edges.inferred'
      | 'edge.decided'
      | 'landing.found';
  }
>;

function applyToAttempt(state: RunState, body: AttemptBody, at: number): void {
  const record = recordOf(state, body.task);
  const { state: was } = record;
  const set = (next: TaskState, change: Partial<AttemptRecord> = {}): void => {
    state.tasks.set(body.task, withAttempt({ ...record, state: next }, body.attempt, change));
  };
  const running = was.status === 'running' && was.attempt === body.attempt ? was : undefined;
  switch (body.type) {
    case 'attempt.started': {
      if (!isToDo(was) || body.attempt !== record.attempts.length + 1) illegal(record, body);
      const opened: AttemptRecord = {
        number: body.attempt,
        agent: body.agent,
        ...defined({ because: body.because }),
        startedAt: at,
        files: [],
        reports: [],
        gates: [],
        end: { status: 'open' },
      };
      state.tasks.set(body.task, {
        ...record,
        state: { status: 'running', attempt: body.attempt, stage: 'preparing', since: at },
        attempts: [...record.attempts, opened],
        startedAt: record.startedAt ?? at,
      });
      return;
    }
    case 'attempt.prepared':
      if (running?.stage !== 'preparing') illegal(record, body);
      return set(
        { ...running, stage: 'coding' },
        { base: body.base, workspace: body.workspace, ...defined({ beginning: body.beginning }) },
      );
    case 'attempt.reported': {
      const reports = record.attempts[body.attempt - 1]?.reports ?? [];
      if (running?.stage !== 'coding') illegal(record, body);
      return set(running, { reports: withReport(reports, { at, report: body.report }) });
    }
    case 'usage.recorded':
      if (running?.stage !== 'coding') illegal(record, body);
      return set(running, {
        ...defined({ prompt: promptAfter(record.attempts.at(-1) ?? {}, body.usage, at) }),
        usage: counted(state, record, body.usage, at),
      });
    case 'agent.ended': {
      if (running?.stage !== 'coding') illegal(record, body);
      const usage = counted(state, record, body.outcome.usage, at);
      if (body.outcome.kind === 'finished') noteFinish(state, record.attempts[body.attempt - 1]);
      return set(running, { outcome: body.outcome, unread: body.unread, ...defined({ usage }) });
    }
    case 'attempt.committed':
      if (running === undefined || running.stage === 'proving') illegal(record, body);
      return set({ ...running, stage: 'proving' }, { head: body.head, tree: body.tree, files: body.files });
    case 'gate.finished': {
      const attempt = record.attempts[body.attempt - 1];
      if (attempt === undefined) illegal(record, body);
      if (body.run.status === 'passed')
        state.passedGates.set(gateKey(body.run.tree, body.run.command), body.run);
      return set(was, { gates: [...attempt.gates, { purpose: body.purpose, run: body.run }] });
    }
    case 'attempt.proven': {
      const head = record.attempts[body.attempt - 1]?.head;
      if (running?.stage !== 'proving' || head === undefined) illegal(record, body);
      return set({ status: 'proven', attempt: body.attempt, head, since: at, turn: state.seq });
    }
    case 'attempt.failed':
      if (running === undefined) illegal(record, body);
      return fail(state, record, body, { head: body.head, files: body.files }, at);
    case 'attempt.interrupted':
      if (running === undefined) illegal(record, body);
      return set(
        { status: 'pending', notBefore: 0 },
        { ...defined({ head: body.head }), end: { status: 'interrupted', because: body.because, at } },
      );
    case 'landing.prepared':
      if (was.status !== 'proven') illegal(record, body);
      return set(was, { landing: { commit: body.commit, onto: body.onto, tree: body.tree } });
    case 'landing.landed':
      if (was.status !== 'proven') illegal(record, body);
      state.integrationHead = body.commit;
      state.landings += 1;
      state.tasks.set(
        body.task,
        withAttempt(completed(record, { commit: body.commit, by: 'pawl', at }), body.attempt, {
          end: { status: 'landed', commit: body.commit, at },
        }),
      );
      return;
    case 'landing.rejected':
      if (was.status !== 'proven') illegal(record, body);
      return fail(state, record, { ...body, falseClaim: false }, {}, at);
  }
}

/** No agent is asked again for what is perhaps there already, and none is believed that it is. */
const nothingToAdd: Consequence = {
  type: 'block',
  because: 'decision-needed',
  message: 'it was completed before, and the agent found nothing to change',
};

function fail(
  state: RunState,
  record: TaskRecord,
  body: { readonly attempt: number; readonly failure: Failure; readonly falseClaim: boolean },
  change: { head?: string; files?: readonly FileChange[] },
  at: number,
): void {
  const policy = state.session?.policy;
  if (policy === undefined) throw new Error('Internal error: an attempt failed outside any session');
  const { failure, falseClaim } = body;
  const ended = withAttempt(record, body.attempt, {
    ...defined(change),
    end: { status: 'failed', failure, falseClaim, at },
  });
  const consequence =
    failure.kind === 'no-change' && record.completion !== undefined
      ? nothingToAdd
      : consequenceOf(countedFailures(ended), policy, `${record.id}/${body.attempt}`);
  if (consequence.type === 'refuse-run') noteEnvironment(state, ended, body.attempt, failure);
  // A limit is the agent's, whatever becomes of this task: it would meet every other one.
  if (failure.kind === 'rate-limited') noteLimit(state, record.attempts[body.attempt - 1], failure, at);
  const notBefore = consequence.type === 'retry' && consequence.delayMs > 0 ? at + consequence.delayMs : 0;
  const next: TaskState =
    consequence.type === 'block'
      ? { status: 'blocked', because: consequence.because, message: consequence.message, since: at }
      : { status: 'pending', notBefore };
  state.tasks.set(record.id, { ...ended, state: next });
}

/** An agent that cannot be used ends the run only where its task has no other; every other such fault does. */
function noteEnvironment(state: RunState, record: TaskRecord, attempt: number, failure: Failure): void {
  const agent = record.attempts[attempt - 1]?.agent ?? '';
  const isAgents = failure.kind === 'agent-auth' || failure.kind === 'agent-unavailable';
  if (isAgents && isUsableWithout(state, record.id, agent)) state.unusable.set(agent, failure);
  else state.refusal = { task: record.id, failure };
}

/** Called while the attempt that met the limit still counts as at work. */
function noteLimit(
  state: RunState,
  attempt: AttemptRecord | undefined,
  { resetsAt }: Extract<Failure, { kind: 'rate-limited' }>,
  at: number,
): void {
  const policy = state.session?.policy;
  if (attempt === undefined || policy === undefined) return;
  const { agent, startedAt } = attempt;
  const atWork = countAtWork(state).get(agent) ?? 1;
  const met = { agent, at, startedAt, resetsAt, atWork };
  state.standings.set(agent, afterLimit(state.standings.get(agent), met, policy));
}

function noteFinish(state: RunState, attempt: AttemptRecord | undefined): void {
  const policy = state.session?.policy;
  if (attempt === undefined || policy === undefined) return;
  const { agent, startedAt } = attempt;
  const before = state.standings.get(agent);
  if (before !== undefined) state.standings.set(agent, afterFinish(before, agent, startedAt, policy));
}

function withAttempt(record: TaskRecord, number: number, change: Partial<AttemptRecord>): TaskRecord {
  const attempts = record.attempts.map((attempt) =>
    attempt.number === number ? { ...attempt, ...change } : attempt,
  );
  return { ...record, attempts };
}

function defined<T extends object>(object: T): Partial<T> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Partial<T>;
}

function illegal(record: TaskRecord, body: EventBody): never {
  throw new Error(
    `Internal error: illegal transition: ${JSON.stringify(record.state)} with ${JSON.stringify(body)}`,
  );
}
