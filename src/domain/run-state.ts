/** What a run's folded state holds, and questions about it. How events become it is in fold.ts. */
import type { AgentOutcome } from './agent-outcome.ts';
import type { AgentStanding } from './agent-standing.ts';
import type { FileChange, GateRun, Hold, PassedOver } from './event.ts';
import { describeFailure, type Failure } from './failure.ts';
import type { Beginning } from './beginning.ts';
import type { TaskId } from './ids.ts';
import type { DecidedEdge, InferredEdge } from './inferred-dependency.ts';
import { taskOf, type Plan } from './plan.ts';
import type { Policy } from './policy.ts';
import type { ProcessIdentity } from './process-identity.ts';
import { emptySpending, type Spending } from './spending.ts';
import type { PromptSizes, Usage } from './usage.ts';
import type { FiledReport } from './report.ts';

export type TaskState =
  | { readonly status: 'pending'; readonly notBefore: number }
  | {
      readonly status: 'running';
      readonly attempt: number;
      readonly stage: 'preparing' | 'coding' | 'proving';
      readonly since: number;
    }
  /**
   * Gates passed on `head`; waits in the merge queue. `turn` is the journal's sequence number of the proof: two
   * proofs can bear the same time, and the queue's order must not change while one of them lands.
   */
  | {
      readonly status: 'proven';
      readonly attempt: number;
      readonly head: string;
      readonly since: number;
      readonly turn: number;
    }
  | {
      readonly status: 'completed';
      readonly commit: string;
      readonly by: 'pawl' | 'external';
      readonly at: number;
    }
  /** Completed for a text that has changed since; what it landed stays, and what needs it waits. */
  | { readonly status: 'stale'; readonly reason: string; readonly since: number }
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
  /** Why it was not the pool's first agent; absent when it was. */
  readonly because?: readonly PassedOver[];
  readonly startedAt: number;
  readonly base?: string;
  readonly workspace?: string;
  readonly head?: string;
  readonly tree?: string;
  readonly files: readonly FileChange[];
  readonly outcome?: AgentOutcome;
  /** As far as it is known; grows while the agent works. */
  readonly usage?: Usage;
  /** Known of agents that tell what they use while they work. */
  readonly prompt?: PromptSizes;
  /** Absent for a first attempt, and where attempts are never resumed. */
  readonly beginning?: Beginning;
  /** Files the agent was told to read, and by its own report did not. */
  readonly unread?: readonly string[];
  /** What its agent said while it worked, oldest first: claims. Of progress, the newest alone. */
  readonly reports: readonly FiledReport[];
  readonly gates: readonly { readonly purpose: 'attempt' | 'landing'; readonly run: GateRun }[];
  /** Set between write-ahead and the moving of the ref. */
  readonly landing?: { readonly commit: string; readonly onto: string; readonly tree: string };
  readonly end: AttemptEnd;
}

export type Completion = Omit<Extract<TaskState, { readonly status: 'completed' }>, 'status'>;

export interface TaskRecord {
  readonly id: TaskId;
  readonly state: TaskState;
  readonly attempts: readonly AttemptRecord[];
  /** Failures before this attempt number no longer count: a person re-opened the task. */
  readonly countFrom: number;
  readonly startedAt?: number;
  /** Its last completion, also while it is stale or worked on again. */
  readonly completion?: Completion;
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
  /** What an agent last said that dependencies are missing; they are not yet in a plan. */
  inferredByAgent: readonly InferredEdge[];
  /** What people said of inferred dependencies, the last word of each, by `edgeKey`. */
  readonly decidedEdges: Map<string, DecidedEdge>;
  readonly processes: Map<string, RunningProcess>;
  /** What is known of the agents' rate limits, by name; an agent that never met one is not in it. */
  readonly standings: Map<string, AgentStanding>;
  /** Agents that this session found not logged in or not to be started, by name. */
  readonly unusable: Map<string, Failure>;
  readonly spending: Spending;
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
    inferredByAgent: [],
    decidedEdges: new Map(),
    processes: new Map(),
    standings: new Map(),
    unusable: new Map(),
    spending: emptySpending(),
    passedGates: new Map(),
    session: undefined,
    refusal: undefined,
    landings: 0,
    seq: 0,
    at: 0,
  };
}

export function gateKey(tree: string, command: string): string {
  return `${tree} ${command}`;
}

/** The record of a task of the plan; a task nothing has happened to yet is pending. */
export function recordOf(state: RunState, id: TaskId): TaskRecord {
  return state.tasks.get(id) ?? freshRecord(id);
}

/** The failures that count against a task: since a person last re-opened it, oldest first. */
export function countedFailures(record: TaskRecord): readonly Failure[] {
  return record.attempts.flatMap((attempt) =>
    attempt.number >= record.countFrom && attempt.end.status === 'failed' ? [attempt.end.failure] : [],
  );
}

/** A task nothing has happened to yet. */
export function freshRecord(id: TaskId): TaskRecord {
  return { id, state: { status: 'pending', notBefore: 0 }, attempts: [], countFrom: 1, decisions: [] };
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

/** Nobody is at it, and it is to be worked on: for the first time, or again because its text has changed. */
export function isToDo(state: TaskState): boolean {
  return state.status === 'pending' || state.status === 'stale';
}

/** Open: neither completed nor set aside by a person. Blocked tasks are open. */
export function isOpen(state: TaskState): boolean {
  return (
    state.status === 'pending' ||
    state.status === 'stale' ||
    state.status === 'running' ||
    state.status === 'proven' ||
    state.status === 'blocked'
  );
}

export function titleOf(state: RunState, id: TaskId): string {
  return (state.plan === undefined ? undefined : taskOf(state.plan, id)?.title) ?? '';
}
