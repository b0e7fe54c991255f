/**
 * Which agent of its pool a task's next attempt gets, and why not one before it.
 *
 * 1. The order of the pool is kept, but for what happened at this task: whoever failed at it twice, by fault or by
 *    crash, comes after those who did not, and whoever just crashed or fell silent at it after its equals.
 * 2. Nobody waits for another agent: a task starts with whoever may take it, first in that order.
 * 3. No agent gets more attempts at once than it may have (agent-standing.ts).
 */
import { allowanceOf, type CoolingSource } from './agent-standing.ts';
import { classOf, type Failure } from './failure.ts';
import type { PassedOver } from './event.ts';
import type { TaskId } from './ids.ts';
import { taskOf, type Task } from './plan.ts';
import { poolOf, type Policy } from './policy.ts';
import { recordOf, type AttemptRecord, type RunState } from './run-state.ts';

export type AgentChoice =
  | {
      readonly kind: 'agent';
      readonly agent: string;
      /** Those before it in the pool; empty when it is the pool's first. */
      readonly passedOver: readonly PassedOver[];
    }
  /** All are rate-limited; the first may be asked again `until` then, by its own word or by our wait. */
  | {
      readonly kind: 'cooling';
      readonly agents: readonly string[];
      readonly until: number;
      readonly source: CoolingSource;
    }
  /** `agents` have as many at once as they may; `until` is when another, rate-limited, may be asked again. */
  | { readonly kind: 'busy'; readonly agents: readonly string[]; readonly until?: number }
  /** None can be used in this session; `failure` is why the first cannot. */
  | { readonly kind: 'unusable'; readonly agents: readonly string[]; readonly failure: Failure };

/** `begun` counts what this very decision starts, by agent. `now` in ms since the epoch. */
export function chooseAgent(
  state: RunState,
  policy: Policy,
  task: Task,
  now: number,
  begun: ReadonlyMap<string, number> = nothingBegun,
): AgentChoice {
  const pool = [...new Set(poolOf(policy, task))];
  const { attempts, countFrom } = recordOf(state, task.id);
  const counted = attempts.filter(({ number }) => number >= countFrom);
  const whyNot = (agent: string): PassedOver['why'] | undefined => {
    if (state.unusable.has(agent)) return 'unusable';
    if ((state.standings.get(agent)?.until ?? 0) > now) return 'rate-limited';
    return mayTakeOneMore(state, policy, agent, begun.get(agent) ?? 0) ? undefined : 'busy';
  };
  const agent = inOrder(pool, counted).find((name) => whyNot(name) === undefined);
  if (agent === undefined) return nobody(state, pool, now, whyNot);
  const before = pool.slice(0, pool.indexOf(agent));
  const passedOver = before.map((name) => ({ agent: name, why: whyNot(name) ?? faultOf(counted, name) }));
  return { kind: 'agent', agent, passedOver };
}

const nothingBegun: ReadonlyMap<string, number> = new Map();

function nobody(
  { standings, unusable }: RunState,
  pool: readonly string[],
  now: number,
  whyNot: (agent: string) => PassedOver['why'] | undefined,
): AgentChoice {
  const agents = pool.filter((agent) => !unusable.has(agent));
  const failure = unusable.get(pool[0] ?? '');
  if (agents.length === 0 && failure !== undefined) return { kind: 'unusable', agents: pool, failure };
  const cooling = agents.flatMap((agent) => {
    const standing = standings.get(agent);
    return standing !== undefined && standing.until > now ? [standing] : [];
  });
  const [first] = cooling.toSorted((a, b) => a.until - b.until);
  const busy = agents.filter((agent) => whyNot(agent) === 'busy');
  if (first === undefined || busy.length > 0)
    return { kind: 'busy', agents: busy, ...(first !== undefined && { until: first.until }) };
  return { kind: 'cooling', agents, until: first.until, source: first.source };
}

function inOrder(pool: readonly string[], attempts: readonly AttemptRecord[]): readonly string[] {
  if (pool.length === 1 || attempts.length === 0) return pool;
  const rank = (agent: string): number =>
    2 * Math.floor(failuresOf(attempts, agent) / 2) + (hasJustBrokenOff(attempts, agent) ? 1 : 0);
  return pool.toSorted((a, b) => rank(a) - rank(b));
}

function faultOf(attempts: readonly AttemptRecord[], agent: string): PassedOver['why'] {
  return failuresOf(attempts, agent) < 2 && hasJustBrokenOff(attempts, agent) ? 'broke-off' : 'failed';
}

/** A rate limit, a conflict or the environment is not the agent's fault. */
function failuresOf(attempts: readonly AttemptRecord[], agent: string): number {
  return attempts.filter(
    (attempt) =>
      attempt.agent === agent && attempt.end.status === 'failed' && isDoneByAgent(attempt.end.failure),
  ).length;
}

/** Somebody of the task's pool can be used in this session, `agent` aside. */
export function isUsableWithout(state: RunState, id: TaskId, agent?: string): boolean {
  const task = state.plan && taskOf(state.plan, id);
  const { policy } = state.session ?? {};
  if (task === undefined || policy === undefined) return false;
  return poolOf(policy, task).some((name) => name !== agent && !state.unusable.has(name));
}

/** True of a failure that an agent can be judged by: its work was wrong, or it did not come to an end. */
export function isDoneByAgent(failure: Failure): boolean {
  const kind = classOf(failure);
  return kind === 'logic' || kind === 'resource' || isBreakingOff(failure);
}

/** The last attempt was the agent's, and it crashed, lost its model or fell silent. */
function hasJustBrokenOff(attempts: readonly AttemptRecord[], agent: string): boolean {
  const last = attempts.at(-1);
  return last?.agent === agent && last.end.status === 'failed' && isBreakingOff(last.end.failure);
}

function isBreakingOff(failure: Failure): boolean {
  return (
    failure.kind === 'agent' &&
    (failure.how === 'crashed' || failure.how === 'api-error' || failure.how === 'idle')
  );
}

function mayTakeOneMore(state: RunState, policy: Policy, agent: string, begun: number): boolean {
  const most = allowanceOf(state.standings.get(agent), policy, agent);
  return most === Infinity || (agentsAtWork(state).get(agent) ?? 0) + begun < most;
}

const atWork = new WeakMap<
  RunState,
  { readonly seq: number; readonly counts: ReadonlyMap<string, number> }
>();

/** How many attempts each agent has at work; gates of what it left do not count. */
export function agentsAtWork(state: RunState): ReadonlyMap<string, number> {
  // Asked for every task of a plan between two events; a state changes with every event, and says so by its `seq`.
  const known = atWork.get(state);
  if (known?.seq === state.seq) return known.counts;
  const counts = countAtWork(state);
  atWork.set(state, { seq: state.seq, counts });
  return counts;
}

/** As {@link agentsAtWork}, counted anew: for who asks in the middle of an event. */
export function countAtWork(state: RunState): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { state: now, attempts } of state.tasks.values()) {
    if (now.status !== 'running' || now.stage === 'proving') continue;
    const agent = attempts[now.attempt - 1]?.agent ?? '';
    counts.set(agent, (counts.get(agent) ?? 0) + 1);
  }
  return counts;
}
