/**
 * Given the folded state, what is to be done now. Pure: the same state, time and wish give the same commands.
 *
 * 1. A command's id names its effect; performing it twice finds the first effect and changes nothing.
 * 2. No task is started twice: `start` is only given for a pending task, and its first event makes it running.
 * 3. Whenever a task is open, a command is outstanding, a timer is set, or the run is settled and every open task
 *    has a named reason (schedule.ts `waitingOf`, or its blocked state).
 */
import { chooseAgent } from './agent-choice.ts';
import type { PassedOver } from './event.ts';
import type { TaskId } from './ids.ts';
import type { Plan } from './plan.ts';
import { slotsFor } from './policy.ts';
import { isToDo, recordOf, type RunState } from './run-state.ts';
import { openTasks, pickCompatible, readyTasks, waitingOf } from './schedule.ts';

export type Command =
  | {
      readonly type: 'start';
      readonly id: string;
      readonly task: TaskId;
      readonly attempt: number;
      readonly agent: string;
      /** Why it is not the pool's first; absent when it is. */
      readonly because?: readonly PassedOver[];
    }
  | { readonly type: 'check'; readonly id: string; readonly task: TaskId; readonly attempt: number }
  | { readonly type: 'land'; readonly id: string; readonly task: TaskId; readonly attempt: number };

export interface Decision {
  readonly commands: readonly Command[];
  /** When a backoff ends, in ms since the epoch; decide again then. */
  readonly wakeAt?: number;
  /** `done`: no task that was asked for is open. `finished`: open ones remain, and none can go on by itself. */
  readonly settled?: 'done' | 'finished';
}

/** `stopping`: a person asked to stop; what is in work goes on to its landing, nothing new starts. */
export function decide(state: RunState, now: number, wish: { readonly stopping: boolean }): Decision {
  const { plan, session } = state;
  if (plan === undefined || session === undefined)
    throw new Error('Internal error: decide before plan and session');
  const underWay = continueWork(state, plan);
  const mayStart = !wish.stopping && state.refusal === undefined;
  const started = mayStart ? startWork(state, plan, now) : [];
  const commands = [...underWay, ...started];
  if (commands.length > 0 || countRunning(state, plan) > 0)
    return withTimer({ commands }, mayStart, state, plan, now);
  const { only } = session.policy;
  const open = openTasks(state, plan).filter((task) => only === undefined || only.includes(task.id));
  if (open.length === 0) return { commands, settled: 'done' };
  const wakeAt = mayStart ? nextTimer(state, plan, now) : undefined;
  return wakeAt === undefined ? { commands, settled: 'finished' } : { commands, wakeAt };
}

function withTimer(
  decision: Decision,
  mayStart: boolean,
  state: RunState,
  plan: Plan,
  now: number,
): Decision {
  const wakeAt = mayStart ? nextTimer(state, plan, now) : undefined;
  return wakeAt === undefined ? decision : { ...decision, wakeAt };
}

/** What has begun goes on: gates for what was committed, and one landing at a time, oldest first. */
function continueWork(state: RunState, plan: Plan): readonly Command[] {
  const commands: Command[] = [];
  let first: { task: TaskId; attempt: number; turn: number } | undefined;
  for (const { id, state: task } of recordsOf(state, plan)) {
    if (task.status === 'running' && task.stage === 'proving') {
      commands.push({ type: 'check', id: `${id}/${task.attempt}/check`, task: id, attempt: task.attempt });
    }
    if (task.status === 'proven' && (first === undefined || task.turn < first.turn)) {
      first = { task: id, attempt: task.attempt, turn: task.turn };
    }
  }
  if (first !== undefined) {
    const { task, attempt } = first;
    commands.push({ type: 'land', id: `${task}/${attempt}/land`, task, attempt });
  }
  return commands;
}

function startWork(state: RunState, plan: Plan, now: number): readonly Command[] {
  const policy = state.session?.policy;
  if (policy === undefined) return [];
  const slots = slotsFor(openTasks(state, plan).length, policy);
  // One task at a time means that the next one builds on this one's landing.
  const busy = countRunning(state, plan) + (slots === 1 ? countProven(state, plan) : 0);
  const free = slots - busy;
  if (free <= 0) return [];
  const begun = new Map<string, number>();
  return pickCompatible(plan, readyTasks(state, plan, policy, now), free, (task): Command | undefined => {
    const choice = chooseAgent(state, policy, task, now, begun);
    if (choice.kind !== 'agent') return undefined;
    const { agent, passedOver } = choice;
    begun.set(agent, (begun.get(agent) ?? 0) + 1);
    const attempt = recordOf(state, task.id).attempts.length + 1;
    const because = passedOver.length === 0 ? {} : { because: passedOver };
    return { type: 'start', id: `${task.id}/${attempt}/start`, task: task.id, attempt, agent, ...because };
  });
}

function nextTimer(state: RunState, plan: Plan, now: number): number | undefined {
  let next: number | undefined;
  for (const task of plan.tasks) {
    if (!isToDo(recordOf(state, task.id).state)) continue;
    const waiting = waitingOf(state, plan, task, now);
    if (waiting.kind === 'backoff' || waiting.kind === 'cooling' || waiting.kind === 'busy')
      next = Math.min(next ?? Infinity, waiting.until ?? Infinity);
  }
  return next === Infinity ? undefined : next;
}

function countRunning(state: RunState, plan: Plan): number {
  let count = 0;
  for (const record of recordsOf(state, plan)) if (record.state.status === 'running') count += 1;
  return count;
}

function countProven(state: RunState, plan: Plan): number {
  let count = 0;
  for (const record of recordsOf(state, plan)) if (record.state.status === 'proven') count += 1;
  return count;
}

/** Records of the plan's tasks something has happened to; tasks that left the plan keep theirs, unlisted. */
function* recordsOf(state: RunState, plan: Plan): Generator<ReturnType<typeof recordOf>> {
  for (const task of plan.tasks) {
    const record = state.tasks.get(task.id);
    if (record !== undefined) yield record;
  }
}
