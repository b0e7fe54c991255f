/**
 * What each agent has done so far, folded from journals: for people to choose by, and to learn from.
 *
 * 1. Every attempt counts once, for the agent that had it and in the class that its task had when it began.
 * 2. What an agent can be judged by is what landed and what failed by its own doing. Limits, conflicts with others, a
 *    broken environment, a stop and an open question are counted, and judge nobody.
 * 3. Nothing that an agent says of its own success counts: landings are Pawl's, and a false claim is one that a gate
 *    or the diff refuted.
 */
import { isDoneByAgent } from './agent-choice.ts';
import type { JournalEvent } from './event.ts';
import { classOf, type Failure, type FailureClass } from './failure.ts';
import { indexOf, type Plan, type Risk } from './plan.ts';
import type { TaskClass } from './roles.ts';
import { addUsage, noUsage, type Usage } from './usage.ts';

export interface AgentTally {
  readonly attempts: number;
  /** Under way, or cut off by a crash that nobody has resumed from yet. */
  readonly open: number;
  readonly landed: number;
  /** What it can be judged by: landed, or failed by its own doing. */
  readonly judged: number;
  /** `landed / judged`, 0..1; absent while there is nothing. */
  readonly landedRate?: number;
  readonly interrupted: number;
  readonly failures: Readonly<Partial<Record<FailureClass, number>>>;
  /** These are among `failures` too. */
  readonly falseClaims: number;
  readonly crashes: number;
  readonly rateLimits: number;
  /** Of all its attempts, as far as it is known. */
  readonly usage: Usage;
  /** Half of its attempts took it less, from the brief to its end; absent when none came to an end. */
  readonly medianMs?: number;
}

export interface AgentRecord extends AgentTally {
  readonly agent: string;
  /** Times in ms since the epoch; `resetsAt` as it was reported. */
  readonly lastLimit?: { readonly at: number; readonly resetsAt?: number };
  readonly byRisk: Readonly<Partial<Record<Risk, AgentTally>>>;
  readonly byKind: Readonly<Partial<Record<TaskClass['kind'], AgentTally>>>;
}

/** Each journal is the events of one run. By the agents' names. */
export function agentRecords(journals: Iterable<Iterable<JournalEvent>>): ReadonlyMap<string, AgentRecord> {
  const byAgent = Map.groupBy([...journals].flatMap(trialsOf), ({ agent }) => agent);
  return new Map([...byAgent].map(([agent, trials]) => [agent, recordOf(agent, trials)]));
}

type TrialEnd =
  | { readonly status: 'open' | 'landed' | 'interrupted' }
  | {
      readonly status: 'failed';
      readonly failure: Failure;
      readonly falseClaim: boolean;
      readonly at: number;
    };

interface Trial {
  readonly agent: string;
  readonly of: TaskClass | undefined;
  readonly briefedAt?: number;
  readonly workedMs?: number;
  readonly usage?: Usage;
  readonly end: TrialEnd;
}

function trialsOf(events: Iterable<JournalEvent>): readonly Trial[] {
  const trials = new Map<string, Trial>();
  let plan: Plan | undefined;
  for (const { at, body } of events) {
    if (body.type === 'plan.adopted') plan = body.plan;
    if (!('attempt' in body)) continue;
    const key = `${body.task}/${body.attempt}`;
    const task = plan && indexOf(plan).get(body.task);
    const before: Trial =
      body.type === 'attempt.started'
        ? { agent: body.agent, of: task && { risk: task.risk, kind: task.kind }, end: { status: 'open' } }
        : (trials.get(key) ?? { agent: '', of: undefined, end: { status: 'open' } });
    trials.set(key, { ...before, ...changeOf(before, body, at) });
  }
  return [...trials.values()];
}

type AttemptBody = Extract<JournalEvent['body'], { attempt: number }>;

function changeOf({ briefedAt, usage }: Trial, body: AttemptBody, at: number): Partial<Trial> {
  switch (body.type) {
    case 'attempt.prepared':
      return { briefedAt: at };
    case 'usage.recorded':
      return { usage: body.usage };
    case 'agent.ended': {
      const used = body.outcome.usage ?? usage;
      return {
        ...(briefedAt !== undefined && { workedMs: at - briefedAt }),
        ...(used !== undefined && { usage: used }),
      };
    }
    case 'attempt.failed':
      return { end: { status: 'failed', failure: body.failure, falseClaim: body.falseClaim, at } };
    case 'landing.rejected':
      return { end: { status: 'failed', failure: body.failure, falseClaim: false, at } };
    case 'attempt.interrupted':
      return { end: { status: 'interrupted' } };
    case 'landing.landed':
      return { end: { status: 'landed' } };
    default:
      return {};
  }
}

function recordOf(agent: string, trials: readonly Trial[]): AgentRecord {
  const lastLimit = trials
    .flatMap(({ end }) =>
      end.status === 'failed' && end.failure.kind === 'rate-limited'
        ? [{ at: end.at, ...(end.failure.resetsAt !== undefined && { resetsAt: end.failure.resetsAt }) }]
        : [],
    )
    .toSorted((a, b) => a.at - b.at)
    .at(-1);
  return {
    agent,
    ...tallyOf(trials),
    ...(lastLimit !== undefined && { lastLimit }),
    byRisk: talliesBy(trials, ({ risk }) => risk),
    byKind: talliesBy(trials, ({ kind }) => kind),
  };
}

function talliesBy<K extends string>(
  trials: readonly Trial[],
  keyOf: (of: TaskClass) => K,
): Readonly<Partial<Record<K, AgentTally>>> {
  const groups = Map.groupBy(
    trials.flatMap((trial) => (trial.of === undefined ? [] : [{ trial, key: keyOf(trial.of) }])),
    ({ key }) => key,
  );
  const tallies = [...groups].map(([key, group]) => [key, tallyOf(group.map(({ trial }) => trial))] as const);
  return Object.fromEntries(tallies) as Partial<Record<K, AgentTally>>;
}

function tallyOf(trials: readonly Trial[]): AgentTally {
  const failed = trials.flatMap(({ end }) => (end.status === 'failed' ? [end] : []));
  const count = (status: TrialEnd['status']): number =>
    trials.filter(({ end }) => end.status === status).length;
  const landed = count('landed');
  const judged = landed + failed.filter(({ failure }) => isDoneByAgent(failure)).length;
  const medianMs = medianOf(trials.flatMap(({ workedMs }) => workedMs ?? []));
  const classes = Map.groupBy(failed, ({ failure }) => classOf(failure));
  return {
    attempts: trials.length,
    open: count('open'),
    landed,
    judged,
    ...(judged > 0 && { landedRate: landed / judged }),
    interrupted: count('interrupted'),
    failures: Object.fromEntries([...classes].map(([kind, all]) => [kind, all.length])),
    falseClaims: failed.filter(({ falseClaim }) => falseClaim).length,
    crashes: failed.filter(({ failure }) => failure.kind === 'agent' && failure.how === 'crashed').length,
    rateLimits: failed.filter(({ failure }) => failure.kind === 'rate-limited').length,
    usage: trials.reduce((sum, { usage }) => (usage === undefined ? sum : addUsage(sum, usage)), noUsage),
    ...(medianMs !== undefined && { medianMs }),
  };
}

/** Of an even number, the lower of the two in the middle. */
function medianOf(values: readonly number[]): number | undefined {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)];
}
