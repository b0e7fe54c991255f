/**
 * The folded state of a run.
 *
 * Owns: what is true after a sequence of events. Does not own: what to do next (decide.ts), any effect.
 * 1. The same events give the same state, always: no clock, no randomness, no outside input.
 * 2. `fold` consumes the state it is given (its maps are re-used, so that a long run folds in linear time);
 *    task records are replaced, never changed.
 * 3. A transition that the union below does not allow is a bug and throws, both halves printed.
 */
import type { AgentOutcome } from './agent-outcome.ts';
import type { EventBody, FileChange, GateRun, Hold, JournalEvent } from './event.ts';
import { consequenceOf, describeFailure, type Failure } from './failure.ts';
import type { TaskId } from './ids.ts';
import { taskOf, type DeclaredStatus, type Plan } from './plan.ts';
import type { Policy } from './policy.ts';
import type { ProcessIdentity } from './process-identity.ts';

export type TaskState =
  | { readonly status: 'pending'; readonly notBefore: number }
  | {
      readonly status: 'running';
      readonly attempt: number;
      readonly stage: 'preparing' | 'coding' | 'proving';
      readonly since: number;
    }
  /** Gates passed on `head`; waits in the merge queue. */
  | { readonly status: 'proven'; readonly attempt: number; readonly head: string; readonly since: number }
  | {
      readonly status: 'completed';
      readonly commit: string;
      readonly by: 'pawl' | 'external';
      readonly at: number;
    }
  | {
      readonly status: 'blocked';
      readonly because: 'failure' | 'budget' | 'decision-needed';
      readonly message: string;
      readonly since: number;
    }
  | { readonly status: 'skipped' | 'abandoned' | 'externally-managed'; readonly reason: string };

export type AttemptEnd =
  | { readonly status: 'open' }
  | { readonly status: 'landed'; readonly commit: string; readonly at: number }
  | {
      readonly status: 'failed';
      readonly failure: Failure;
      readonly falseClaim: boolean;
      readonly at: number;
    }
  | { readonly status: 'interrupted'; readonly because: string; readonly at: number };

export interface AttemptRecord {
  readonly number: number;
  readonly agent: string;
  readonly startedAt: number;
  readonly base?: string;
  readonly workspace?: string;
  readonly head?: string;
  readonly tree?: string;
  readonly files: readonly FileChange[];
  readonly outcome?: AgentOutcome;
  /** Files the agent was told to read, and by its own report did not. */
  readonly unread?: readonly string[];
  readonly gates: readonly { readonly purpose: 'attempt' | 'landing'; readonly run: GateRun }[];
  /** Set between write-ahead and the moving of the ref. */
  readonly landing?: { readonly commit: string; readonly onto: string; readonly tree: string };
  readonly end: AttemptEnd;
}

export interface TaskRecord {
  readonly id: TaskId;
  readonly state: TaskState;
  readonly attempts: readonly AttemptRecord[];
  /** Failures before this attempt number no longer count: a person re-opened the task. */
  readonly countFrom: number;
  readonly startedAt?: number;
  readonly decisions: readonly {
    readonly decision: string;
    readonly reason: string;
    readonly by: string;
    readonly at: number;
  }[];
}

export interface RunningProcess {
  readonly identity: ProcessIdentity;
  readonly marker: string;
  readonly label: string;
}

export interface RunInfo {
  /** Unique among all runs of the repository; part of the refs that keep the attempts' work. */
  readonly id: string;
  readonly plan: string;
  readonly base: string;
  readonly baseBranch: string;
  readonly integrationRef: string;
  readonly createdAt: number;
}

export interface Session {
  readonly number: number;
  readonly startedAt: number;
  readonly owner: ProcessIdentity;
  readonly policy: Policy;
  readonly ended?: { readonly reason: string; readonly at: number; readonly commit?: string };
}

export interface RunState {
  run: RunInfo | undefined;
  plan: Plan | undefined;
  holds: ReadonlyMap<TaskId, Hold>;
  /** Where the integration branch is, as far as the journal knows. */
  integrationHead: string;
  readonly tasks: Map<TaskId, TaskRecord>;
  readonly processes: Map<string, RunningProcess>;
  /** Passed gate runs by {@link gateKey}. */
  readonly passedGates: Map<string, GateRun>;
  session: Session | undefined;
  /** Why this session must end: the environment, not a task, is at fault. */
  refusal: { readonly task: TaskId; readonly failure: Failure } | undefined;
  landings: number;
  seq: number;
  at: number;
}

export function emptyState(): RunState {
  return {
    run: undefined,
    plan: undefined,
    holds: new Map(),
    integrationHead: '',
    tasks: new Map(),
    processes: new Map(),
    passedGates: new Map(),
    session: undefined,
    refusal: undefined,
    landings: 0,
    seq: 0,
    at: 0,
  };
}

export function foldAll(events: Iterable<JournalEvent>): RunState {
  let state = emptyState();
  for (const event of events) state = fold(state, event);
  return state;
}

export function gateKey(tree: string, command: string): string {
  return `${tree} ${command}`;
}

/** The record of a task of the plan; a task nothing has happened to yet is pending. */
export function recordOf(state: RunState, id: TaskId): TaskRecord {
  return state.tasks.get(id) ?? freshRecord(id);
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
    case 'landing.found':
      state.tasks.set(body.task, {
        ...recordOf(state, body.task),
        state: { status: 'completed', commit: body.commit, by: 'pawl', at },
      });
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
    if (declared !== undefined)
      state.tasks.set(task.id, { ...(record ?? freshRecord(task.id)), state: declared });
    else if (record !== undefined && record.state.status !== 'pending')
      state.tasks.set(task.id, freshRecord(task.id));
  }
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
  const next: TaskState =
    body.decision === 'retry'
      ? { status: 'pending', notBefore: 0 }
      : { status: 'skipped', reason: body.reason };
  const countFrom = body.decision === 'retry' ? record.attempts.length + 1 : record.countFrom;
  state.tasks.set(body.task, { ...record, state: next, decisions, countFrom });
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
      if (was.status !== 'pending' || body.attempt !== record.attempts.length + 1) illegal(record, body);
      const opened: AttemptRecord = {
        number: body.attempt,
        agent: body.agent,
        startedAt: at,
        files: [],
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
      return set({ ...running, stage: 'coding' }, { base: body.base, workspace: body.workspace });
    case 'agent.ended':
      if (running?.stage !== 'coding') illegal(record, body);
      return set(running, { outcome: body.outcome, unread: body.unread });
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
      return set({ status: 'proven', attempt: body.attempt, head, since: at });
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
      return set(
        { status: 'completed', commit: body.commit, by: 'pawl', at },
        { end: { status: 'landed', commit: body.commit, at } },
      );
    case 'landing.rejected':
      if (was.status !== 'proven') illegal(record, body);
      return fail(state, record, { ...body, falseClaim: false }, {}, at);
  }
}

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
  const consequence = consequenceOf(countedFailures(ended), at, policy, `${record.id}/${body.attempt}`);
  if (consequence.type === 'refuse-run') state.refusal = { task: record.id, failure };
  const next: TaskState =
    consequence.type === 'block'
      ? { status: 'blocked', because: consequence.because, message: consequence.message, since: at }
      : { status: 'pending', notBefore: consequence.type === 'retry' ? at + consequence.delayMs : 0 };
  state.tasks.set(record.id, { ...ended, state: next });
}

/** The failures that count against a task: since a person last re-opened it, oldest first. */
export function countedFailures(record: TaskRecord): readonly Failure[] {
  return record.attempts.flatMap((attempt) =>
    attempt.number >= record.countFrom && attempt.end.status === 'failed' ? [attempt.end.failure] : [],
  );
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

function freshRecord(id: TaskId): TaskRecord {
  return { id, state: { status: 'pending', notBefore: 0 }, attempts: [], countFrom: 1, decisions: [] };
}

function illegal(record: TaskRecord, body: EventBody): never {
  throw new Error(
    `Internal error: illegal transition: ${JSON.stringify(record.state)} with ${JSON.stringify(body)}`,
  );
}

/** One line on why a task is blocked, for people. */
export function describeBlock(state: Extract<TaskState, { status: 'blocked' }>): string {
  return `${state.because}: ${state.message}`;
}

/** The task's last failure in one line, or undefined when its last attempt did not fail. */
export function lastFailure(record: TaskRecord): string | undefined {
  const end = record.attempts.at(-1)?.end;
  return end?.status === 'failed' ? describeFailure(end.failure) : undefined;
}

/** True when the task's result is in place for those that depend on it. */
export function isSatisfied(state: RunState, id: TaskId): boolean {
  const { status } = recordOf(state, id).state;
  return status === 'completed' || status === 'externally-managed';
}

/** Open: neither completed nor set aside by a person. Blocked tasks are open. */
export function isOpen(state: TaskState): boolean {
  return (
    state.status === 'pending' ||
    state.status === 'running' ||
    state.status === 'proven' ||
    state.status === 'blocked'
  );
}

export function titleOf(state: RunState, id: TaskId): string {
  return (state.plan === undefined ? undefined : taskOf(state.plan, id)?.title) ?? '';
}
