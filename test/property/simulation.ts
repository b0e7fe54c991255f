/**
 * A run without processes, files or a clock: `decide` gives commands, a random world answers each with the events that
 * its effect could journal, and `fold` takes them in. Time jumps to what happens next.
 */
import * as fc from 'fast-check';
import { overdraftOf } from '../../src/domain/budget.ts';
import { decide, type Command, type Decision } from '../../src/domain/decide.ts';
import { eventBodySchema, type EventBody, type JournalEvent } from '../../src/domain/event.ts';
import type { Failure } from '../../src/domain/failure.ts';
import type { TaskId } from '../../src/domain/ids.ts';
import type { Plan } from '../../src/domain/plan.ts';
import type { Policy } from '../../src/domain/policy.ts';
import { fold, foldAll } from '../../src/domain/fold.ts';
import { emptyState, type RunState } from '../../src/domain/run-state.ts';
import { noUsage } from '../../src/domain/usage.ts';
import { commitId, makePlan, makePolicy, START, taskId, type TaskSketch } from '../rig/events.ts';

export interface World {
  readonly plan: Plan;
  readonly policy: Policy;
  readonly holds: readonly TaskId[];
  /** Answers every question of chance, in order; 0 once they are used up. Each is in [0, 1000). */
  readonly chances: readonly number[];
  /** How often, in a thousand, the process is killed at a step. */
  readonly killRate: number;
}

/** What a watcher sees at each step: the state decided on, and the decision. */
export interface Step {
  readonly state: RunState;
  readonly decision: Decision;
  readonly now: number;
  readonly inFlight: readonly Command[];
}

export interface Simulated {
  readonly events: readonly JournalEvent[];
  readonly state: RunState;
  readonly end: 'done' | 'finished' | 'refused';
  readonly steps: number;
}

/** No plan of the generator needs more; reaching it means that a run goes round in circles. */
const MOST_STEPS = 20_000;

export function simulate(world: World, watch: (step: Step) => void): Simulated {
  const events: JournalEvent[] = [];
  let state = emptyState();
  let now = START;
  let used = 0;
  let names = 0;
  const chance = (): number => world.chances[used++ % Math.max(1, world.chances.length)] ?? 0;
  const hash = (): string => commitId((names += 1).toString(16).padStart(12, '0'));
  const record = (body: EventBody): void => {
    // Through the schema, as the journal does it: what is folded is what will be read again.
    const event = {
      seq: events.length + 1,
      at: now,
      body: eventBodySchema.parse(JSON.parse(JSON.stringify(body))),
    };
    events.push(event);
    state = fold(state, event);
  };
  begin(world, record);
  const inFlight = new Map<string, { readonly command: Command; readonly due: number }>();
  for (let steps = 1; ; steps += 1) {
    if (steps > MOST_STEPS)
      throw new Error(`the run does not end:\n${JSON.stringify(events.slice(-40), undefined, 1)}`);
    if (chance() < world.killRate) {
      inFlight.clear();
      resume(world, state, record, chance);
    }
    const decision = decide(state, now, { stopping: false });
    for (const command of decision.commands) {
      if (inFlight.has(command.id)) continue;
      inFlight.set(command.id, { command, due: now + chance() });
      if (command.type === 'start')
        record({
          type: 'attempt.started',
          task: command.task,
          attempt: command.attempt,
          agent: command.agent,
          because: command.because,
        });
    }
    watch({ state, decision, now, inFlight: [...inFlight.values()].map(({ command }) => command) });
    const next = [...inFlight.values()].toSorted((a, b) => a.due - b.due)[0];
    if (next === undefined) {
      if (decision.settled !== undefined)
        return { events, state, end: state.refusal === undefined ? decision.settled : 'refused', steps };
      if (decision.wakeAt === undefined)
        throw new Error('nothing is under way, no timer is set, and the run is not settled');
      now = Math.max(now, decision.wakeAt);
      continue;
    }
    now = Math.max(now, Math.min(next.due, decision.wakeAt ?? Infinity));
    if (next.due > now) continue;
    inFlight.delete(next.command.id);
    answer(next.command, state, record, chance, hash);
  }
}

function begin({ plan, policy, holds }: World, record: (body: EventBody) => void): void {
  record({
    type: 'run.created',
    plan: plan.name,
    base: commitId('ba5e'),
    baseBranch: 'main',
    integrationRef: 'refs/heads/pawl/demo',
  });
  const held = holds.map((task) => ({
    task,
    code: 'BLOCKED::EMPTY-AC',
    message: 'no criteria',
    hint: 'Write some.',
  }));
  record({ type: 'plan.adopted', plan, holds: held });
  record({ type: 'session.started', owner, policy });
}

const owner = { pid: 4242, startTime: '1', bootId: 'boot', host: 'host' };

/** What recovery journals: cut-off attempts are interrupted, a landing in flight has happened or has not. */
function resume(
  { policy }: World,
  state: RunState,
  record: (body: EventBody) => void,
  chance: () => number,
): void {
  record({ type: 'session.started', owner, policy });
  for (const { id, state: task, attempts } of [...state.tasks.values()]) {
    if (task.status === 'running' && task.stage !== 'proving')
      record({ type: 'attempt.interrupted', task: id, attempt: task.attempt, because: 'crash' });
    const landing = task.status === 'proven' ? attempts[task.attempt - 1]?.landing : undefined;
    if (task.status === 'proven' && landing !== undefined && chance() < 500)
      record({ type: 'landing.landed', task: id, attempt: task.attempt, ...landing, fast: true });
  }
}

function answer(
  command: Command,
  state: RunState,
  record: (body: EventBody) => void,
  chance: () => number,
  hash: () => string,
): void {
  const of = { task: command.task, attempt: command.attempt };
  switch (command.type) {
    case 'start': {
      if (chance() < 60)
        return record({
          type: 'attempt.failed',
          ...of,
          failure: randomFailure(chance, hash),
          falseClaim: false,
          files: [],
        });
      record({ type: 'attempt.prepared', ...of, base: state.integrationHead, workspace: '/ws/w01' });
      const usage = { ...noUsage, inputTokens: chance(), costUsd: chance() / 500 };
      if (chance() < 500) record({ type: 'usage.recorded', ...of, usage });
      const report = { type: 'gap', level: 'L2', missing: 'x', assumption: '', options: [] } as const;
      if (chance() < 200) record({ type: 'attempt.reported', ...of, report });
      // The last answer was one too many.
      if (overdraftOf(state, command.task, START) !== undefined && chance() < 500)
        return record({ type: 'attempt.interrupted', ...of, because: 'budget' });
      record({
        type: 'agent.ended',
        ...of,
        outcome: { kind: 'finished', claim: 'done', lastWords: 'Done.' },
        unread: [],
      });
      if (chance() < 200)
        return record({
          type: 'attempt.failed',
          ...of,
          failure: randomFailure(chance, hash),
          falseClaim: true,
          files: [],
        });
      return record({
        type: 'attempt.committed',
        ...of,
        head: hash(),
        tree: hash(),
        files: [{ path: 'a.ts', change: 'added' }],
      });
    }
    case 'check': {
      const passed = chance() >= 250;
      const run = {
        gate: 'test',
        command: 'npm test',
        tree: hash(),
        status: passed ? 'passed' : 'failed',
        durationMs: 5,
        output: '',
        cached: false,
      } as const;
      record({ type: 'gate.finished', ...of, purpose: 'attempt', run });
      if (passed) return record({ type: 'attempt.proven', ...of });
      return record({
        type: 'attempt.failed',
        ...of,
        failure: { kind: 'gate', gate: 'test', output: `run ${chance() % 3 === 0 ? 'a' : 'b'}` },
        falseClaim: true,
        files: [],
      });
    }
    case 'land': {
      const draw = chance();
      if (draw < 100)
        return record({
          type: 'landing.rejected',
          ...of,
          failure: { kind: 'conflict', paths: ['a.ts'], onto: hash() },
        });
      if (draw < 150)
        return record({
          type: 'landing.rejected',
          ...of,
          failure: { kind: 'landing-gate', gate: 'test', output: 'red', onto: hash() },
        });
      const landing = { commit: hash(), onto: state.integrationHead, tree: hash() };
      record({ type: 'landing.prepared', ...of, ...landing });
      // Somebody moved the branch in between: the ref does not move, and the command is given again.
      if (draw < 180) return record({ type: 'integration.moved', from: state.integrationHead, to: hash() });
      return record({ type: 'landing.landed', ...of, ...landing, fast: draw % 2 === 0 });
    }
  }
}

function randomFailure(chance: () => number, hash: () => string): Failure {
  const draw = chance();
  const kinds: readonly Failure[] = [
    { kind: 'no-change' },
    { kind: 'agent', how: 'crashed', message: 'exit code 1' },
    { kind: 'agent', how: 'idle', message: 'no output' },
    { kind: 'agent', how: 'gave-up', message: 'cannot' },
    { kind: 'rate-limited', message: 'later' },
    { kind: 'rate-limited', message: 'later', resetsAt: START + chance() * 60_000 },
    { kind: 'budget', message: 'spent' },
    { kind: 'agent-blocked', message: 'which one?' },
    { kind: 'gate', gate: 'setup', output: hash() },
  ];
  // The environment is at fault once in a while: that ends the run, so it must stay rare.
  if (draw > 970 && draw <= 985) return { kind: 'agent-auth', agent: 'scripted', message: 'please log in' };
  if (draw > 985) return { kind: 'setup', output: 'npm: not found' };
  return kinds[draw % kinds.length] ?? { kind: 'no-change' };
}

/** Plans without cycles: a task depends on earlier ones only. */
export const arbitraryWorld: fc.Arbitrary<World> = fc
  .integer({ min: 1, max: 24 })
  .chain((size) =>
    fc.tuple(
      fc.array(arbitrarySketch(size), { minLength: size, maxLength: size }),
      arbitraryPolicy,
      fc.array(fc.nat(size - 1), { maxLength: 2 }),
      fc.array(fc.nat(999), { minLength: 40, maxLength: 400 }),
      fc.constantFrom(0, 0, 5, 60),
    ),
  )
  .map(([sketches, policy, held, chances, killRate]) => {
    const plan = makePlan(sketches.map((sketch, index) => sketchOf(sketch, index, sketches.length)));
    return {
      plan,
      policy,
      holds: [...new Set(held.slice(1))].map((index) => taskId(idOf(index))),
      chances,
      killRate,
    };
  });

interface Sketch extends Omit<TaskSketch, 'id' | 'dependencies' | 'conflictsWith'> {
  readonly before: readonly number[];
  readonly rivals: readonly number[];
}

function arbitrarySketch(size: number): fc.Arbitrary<Sketch> {
  return fc.record({
    before: fc.array(fc.nat(size - 1), { maxLength: 3 }),
    rivals: fc.array(fc.nat(size - 1), { maxLength: 1 }),
    risk: fc.constantFrom('High', 'Medium', 'Low'),
    size: fc.constantFrom('S', 'M', 'L'),
    kind: fc.constantFrom('task', 'task', 'task', 'fix'),
    provisional: fc.constantFrom(false, false, false, true),
    declared: fc.constantFrom(
      'pending',
      'pending',
      'pending',
      'pending',
      'in-progress',
      'completed',
      'blocked',
      'skipped',
      'externally-managed',
    ),
  });
}

function sketchOf({ before, rivals, ...rest }: Sketch, index: number, size: number): TaskSketch {
  const earlier = before.filter((other) => other < index);
  const others = rivals.filter((other) => other !== index && other < size);
  return {
    ...rest,
    id: idOf(index),
    dependencies: [...new Set(earlier)].map(idOf),
    conflictsWith: others.map(idOf),
  };
}

function idOf(index: number): string {
  return `T-${String(index + 1).padStart(3, '0')}`;
}

const arbitraryPolicy: fc.Arbitrary<Policy> = fc
  .record({
    parallel: fc.constantFrom(1, 2, 3, 8, 'auto' as const),
    maxAgents: fc.integer({ min: 1, max: 8 }),
    maxAttempts: fc.integer({ min: 1, max: 5 }),
    maxConflicts: fc.integer({ min: 1, max: 3 }),
    maxRedeliveries: fc.integer({ min: 1, max: 4 }),
    sameFailureLimit: fc.integer({ min: 2, max: 3 }),
    backoffMs: fc.constantFrom(0, 1_000, 60_000),
    riskOrder: fc.boolean(),
    budgets: fc.constantFrom(
      {},
      {},
      {},
      { run: { usd: 5 } },
      { day: { tokens: 4_000 } },
      { task: { usd: 2 }, attempt: { usd: 1 } },
    ),
    pool: fc.constantFrom<Partial<Policy>>(
      {},
      { maxConcurrent: { scripted: 1 } },
      { fallbacks: ['second'] },
      { fallbacks: ['second', 'third'], maxConcurrent: { scripted: 2, second: 1 } },
      {
        roles: { implementer: { agents: ['scripted', 'second'], byRisk: { High: ['second'] } } },
        maxConcurrent: { second: 1 },
      },
    ),
  })
  .map(({ pool, ...change }) => makePolicy({ ...change, ...pool }));

/** The state that a later session would fold from the journal's text. */
export function foldAgain(events: readonly JournalEvent[]): RunState {
  return foldAll(
    events.map((event) => ({
      ...event,
      body: eventBodySchema.parse(JSON.parse(JSON.stringify(event.body))),
    })),
  );
}
