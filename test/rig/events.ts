/** Builds realistic journals for tests of folds and reports: a plan, and the events of its tasks' lives. */
import type { AgentOutcome } from '../../src/domain/agent-outcome.ts';
import type { EventBody, FileChange, GateRun, Hold, JournalEvent } from '../../src/domain/event.ts';
import type { Failure } from '../../src/domain/failure.ts';
import { parseTaskId, type TaskId } from '../../src/domain/ids.ts';
import type { Plan, Task } from '../../src/domain/plan.ts';
import type { Policy } from '../../src/domain/policy.ts';
import { foldAll } from '../../src/domain/fold.ts';
import type { RunState } from '../../src/domain/run-state.ts';
import { noUsage, type Usage } from '../../src/domain/usage.ts';

/** 2026-09-28T10:30:00Z. */
export const START = Date.UTC(2026, 8, 28, 10, 30, 0);
export const MINUTE = 60_000;

export function taskId(text: string): TaskId {
  const id = parseTaskId(text);
  if (!id.ok) throw new Error(`not a task id: ${text}: ${id.error}`);
  return id.value;
}

/** A commit id that begins with `text` (hex digits). */
export function commitId(text: string): string {
  return text.padEnd(40, '0');
}

export interface TaskSketch extends Partial<
  Omit<Task, 'id' | 'dependencies' | 'conflictsWith' | 'criteria'>
> {
  readonly id: string;
  readonly dependencies?: readonly string[];
  readonly conflictsWith?: readonly string[];
  /** How many criteria; 2 when absent. */
  readonly criteria?: number;
}

export function makeTask(sketch: TaskSketch, line = 1): Task {
  const { id, dependencies = [], conflictsWith = [], criteria = 2, ...rest } = sketch;
  return {
    kind: 'task',
    title: `Title of ${id}`,
    description: '',
    scope: [],
    risk: 'Medium',
    size: 'M',
    provisional: false,
    context: { specs: [], adrs: [], guides: [] },
    testFiles: [],
    gapCodes: [],
    declared: 'pending',
    specHash: 'a'.repeat(64),
    origin: { file: 'TASKS.md', line },
    ...rest,
    id: taskId(id),
    dependencies: dependencies.map(taskId),
    conflictsWith: conflictsWith.map(taskId),
    criteria: Array.from({ length: criteria }, (_, index) => ({
      id: `AC${index + 1}`,
      text: `Criterion ${index + 1} of ${id}`,
    })),
  };
}

export function makePlan(tasks: readonly TaskSketch[], change: Partial<Plan> = {}): Plan {
  return {
    name: 'demo',
    title: 'Demo plan',
    format: 'tasks-md',
    file: 'TASKS.md',
    hash: 'b'.repeat(64),
    tasks: tasks.map((task, index) => makeTask(task, index + 1)),
    ...change,
  };
}

export function makePolicy(change: Partial<Policy> = {}): Policy {
  return {
    parallel: 3,
    maxAgents: 8,
    maxAttempts: 5,
    maxConflicts: 5,
    maxRedeliveries: 5,
    sameFailureLimit: 3,
    backoffMs: 1_000,
    backoffCapMs: 60_000,
    riskOrder: true,
    agent: 'scripted',
    ...change,
  };
}

export function gateRun(change: Partial<GateRun> = {}): GateRun {
  return {
    gate: 'test',
    command: 'npm test',
    tree: commitId('7ee'),
    status: 'passed',
    exitCode: 0,
    durationMs: 1_200,
    output: '',
    cached: false,
    ...change,
  };
}

export function finished(lastWords: string, claim: 'done' | 'blocked' | 'none' = 'done'): AgentOutcome {
  return { kind: 'finished', claim, lastWords };
}

/** A journal under construction: `at` moves its clock, every other method appends events at that time. */
export class JournalRig {
  readonly events: JournalEvent[] = [];
  readonly #plan: Plan;
  #now = START;
  #commits = 0;

  constructor(plan: Plan) {
    this.#plan = plan;
  }

  get now(): number {
    return this.#now;
  }

  /** Minutes after {@link START}. */
  at(minutes: number): this {
    this.#now = START + minutes * MINUTE;
    return this;
  }

  add(body: EventBody): this {
    this.events.push({ seq: this.events.length + 1, at: this.#now, body });
    return this;
  }

  /** The run is created, the plan adopted, and a session started. */
  begin(policy: Partial<Policy> = {}, holds: readonly Hold[] = []): this {
    const { name } = this.#plan;
    this.add({
      type: 'run.created',
      plan: name,
      base: commitId('ba5e'),
      baseBranch: 'main',
      integrationRef: `refs/heads/pawl/${name}`,
    });
    this.add({ type: 'plan.adopted', plan: this.#plan, holds: [...holds] });
    return this.session(policy);
  }

  session(policy: Partial<Policy> = {}): this {
    const owner = { pid: 4242, startTime: '1', bootId: 'boot', host: 'host' };
    return this.add({ type: 'session.started', owner, policy: makePolicy(policy) });
  }

  endSession(reason: 'done' | 'finished' | 'stopped' | 'refused' = 'stopped'): this {
    return this.add({ type: 'session.ended', reason });
  }

  start(id: string, attempt = 1, agent = 'scripted'): this {
    const of = { task: taskId(id), attempt };
    this.add({ type: 'attempt.started', ...of, agent });
    return this.add({ type: 'attempt.prepared', ...of, base: commitId('ba5e'), workspace: `/ws/${id}` });
  }

  use(id: string, attempt: number, usage: Partial<Usage>): this {
    return this.add({ type: 'usage.recorded', task: taskId(id), attempt, usage: { ...noUsage, ...usage } });
  }

  commit(
    id: string,
    attempt = 1,
    files: readonly FileChange[] = [{ path: 'src/a.ts', change: 'added' }],
    lastWords = 'All done.',
  ): this {
    const of = { task: taskId(id), attempt };
    this.add({ type: 'agent.ended', ...of, outcome: finished(lastWords), unread: [] });
    const [head, tree] = [this.#nextCommit(), this.#nextCommit()];
    return this.add({ type: 'attempt.committed', ...of, head, tree, files: [...files] });
  }

  gate(
    id: string,
    attempt = 1,
    change: Partial<GateRun> = {},
    purpose: 'attempt' | 'landing' = 'attempt',
  ): this {
    return this.add({
      type: 'gate.finished',
      task: taskId(id),
      attempt,
      purpose,
      run: gateRun({ tree: this.#nextCommit(), ...change }),
    });
  }

  prove(id: string, attempt = 1): this {
    return this.commit(id, attempt)
      .gate(id, attempt)
      .add({ type: 'attempt.proven', task: taskId(id), attempt });
  }

  land(id: string, attempt = 1, commit = this.#nextCommit()): this {
    const onto = commitId('ba5e');
    const of = { task: taskId(id), attempt, commit, onto, tree: commitId('7ee') };
    this.add({ type: 'landing.prepared', ...of });
    return this.add({ type: 'landing.landed', ...of, fast: true });
  }

  reject(id: string, attempt: number, failure: Failure): this {
    return this.add({ type: 'landing.rejected', task: taskId(id), attempt, failure });
  }

  fail(
    id: string,
    attempt: number,
    failure: Failure,
    falseClaim = false,
    files: readonly FileChange[] = [],
  ): this {
    const body = { task: taskId(id), attempt, failure, falseClaim, files: [...files] };
    return this.add({ type: 'attempt.failed', ...body });
  }

  /** Committed, then refuted by the gate `test`: a false completion. */
  refute(id: string, attempt = 1, output = 'expected 1, got 2'): this {
    const files: readonly FileChange[] = [{ path: 'src/a.ts', change: 'added' }];
    return this.commit(id, attempt, files)
      .gate(id, attempt, { status: 'failed', exitCode: 1, output })
      .fail(id, attempt, { kind: 'gate', gate: 'test', output }, true, files);
  }

  interrupt(id: string, attempt = 1, because: 'stop' | 'crash' | 'refusal' = 'crash'): this {
    return this.add({ type: 'attempt.interrupted', task: taskId(id), attempt, because });
  }

  decide(id: string, decision: 'retry' | 'skip', reason = 'because', by = 'ann'): this {
    return this.add({ type: 'task.decided', task: taskId(id), decision, reason, by });
  }

  state(): RunState {
    return foldAll(this.events);
  }

  #nextCommit(): string {
    this.#commits += 1;
    return commitId(`c0ffee${String(this.#commits).padStart(4, '0')}`);
  }
}
