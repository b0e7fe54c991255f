import { describe, expect, test } from 'vitest';
import { agentOutcomeSchema, type AgentOutcome } from '../../../src/domain/agent-outcome.ts';
import {
  classOf,
  type Consequence,
  consequenceOf,
  type Failure,
  type FailureClass,
} from '../../../src/domain/failure.ts';
import { type EndOfAttempt, failureOfOutcome } from '../../../src/domain/outcome-failure.ts';
import { makePolicy, START } from '../../rig/events.ts';

interface Row {
  readonly outcome: EndOfAttempt;
  readonly failure: Failure;
  readonly class: FailureClass;
  /** What follows from the first failure of its kind, and from the last that policy allows. */
  readonly first: Consequence['type'];
  readonly last: 'block' | 'refuse-run';
}

const message = 'it said so';
const words = { lastWords: 'Last words.' };
const agent = (how: Extract<Failure, { kind: 'agent' }>['how'], said = message): Failure => ({
  kind: 'agent',
  how,
  message: said,
});

/** The policy of every end that an agent can come to, but for `cancelled` and a claim with a change. */
const table: readonly Row[] = [
  {
    outcome: { kind: 'finished', claim: 'done', ...words },
    failure: { kind: 'no-change' },
    class: 'logic',
    first: 'retry',
    last: 'block',
  },
  {
    outcome: { kind: 'finished', claim: 'none', ...words },
    failure: agent('gave-up', 'Last words.'),
    class: 'logic',
    first: 'retry',
    last: 'block',
  },
  {
    outcome: { kind: 'finished', claim: 'blocked', ...words },
    failure: { kind: 'agent-blocked', message: 'Last words.' },
    class: 'requirement',
    first: 'block',
    last: 'block',
  },
  {
    outcome: { kind: 'rate-limited', message, resetsAt: START + 5_000, ...words },
    failure: { kind: 'rate-limited', message, resetsAt: START + 5_000 },
    class: 'transient',
    first: 'retry',
    last: 'block',
  },
  {
    outcome: { kind: 'auth', message, ...words },
    failure: { kind: 'agent-auth', agent: 'claude', message },
    class: 'environment',
    first: 'refuse-run',
    last: 'refuse-run',
  },
  {
    outcome: { kind: 'unavailable', message, ...words },
    failure: { kind: 'agent-unavailable', agent: 'claude', message },
    class: 'environment',
    first: 'refuse-run',
    last: 'refuse-run',
  },
  {
    outcome: { kind: 'budget', message, ...words },
    failure: { kind: 'budget', message },
    class: 'budget',
    first: 'block',
    last: 'block',
  },
  {
    outcome: { kind: 'idle', idleMs: 3_000, ...words },
    failure: agent('idle', 'no progress for 3 s'),
    class: 'resource',
    first: 'retry',
    last: 'block',
  },
  {
    outcome: { kind: 'deadline', totalMs: 60_000, ...words },
    failure: agent('deadline', 'ran longer than 60 s'),
    class: 'resource',
    first: 'retry',
    last: 'block',
  },
  ...(['refused', 'turn-limit', 'context-full', 'truncated'] as const).map((kind): Row => ({
    outcome: { kind, message, ...words },
    failure: agent(kind),
    class: 'logic',
    first: 'retry',
    last: 'block',
  })),
  ...(['api-error', 'crashed'] as const).map((kind): Row => ({
    outcome: { kind, message, ...words },
    failure: agent(kind),
    class: 'transient',
    first: 'retry',
    last: 'block',
  })),
];

describe('what an agent’s end means for its task', () => {
  test('is said for every end there is', () => {
    const kinds = new Set(table.map(({ outcome }) => outcome.kind));
    const all = agentOutcomeSchema.options.map((option) => option.shape.kind.value);
    expect([...kinds].toSorted()).toEqual(all.filter((kind) => kind !== 'cancelled').toSorted());
  });

  test.each(table)('$outcome.kind: $class', (row) => {
    const failure = failureOfOutcome(row.outcome, 'claude', false);
    expect(failure).toEqual(row.failure);
    expect(classOf(row.failure)).toBe(row.class);
    const policy = makePolicy();
    expect(consequenceOf([row.failure], policy, 'T-001/1').type).toBe(row.first);
    const many = Array.from({ length: 10 }, () => row.failure);
    expect(consequenceOf(many, policy, 'T-001/10').type).toBe(row.last);
  });

  test.each(table)(
    '$outcome.kind stays one whatever it left behind, but for a claim to be done',
    ({ outcome }) => {
      const failure = failureOfOutcome(outcome, 'claude', true);
      const isClaim = outcome.kind === 'finished' && outcome.claim === 'done';
      expect(failure === undefined).toBe(isClaim);
    },
  );
});

describe('an agent that was denied what it wanted', () => {
  const denials = ['Write: /etc/hosts', 'Bash: rm -rf /'];
  const denied = '(it was denied Write: /etc/hosts; Bash: rm -rf /)';

  test.each<[EndOfAttempt, Failure]>([
    [
      { kind: 'finished', claim: 'done', ...words, denials },
      { kind: 'no-change', denied: denials },
    ],
    [{ kind: 'finished', claim: 'none', ...words, denials }, agent('gave-up', `Last words. ${denied}`)],
    [{ kind: 'idle', idleMs: 3_000, ...words, denials }, agent('idle', `no progress for 3 s ${denied}`)],
    [{ kind: 'crashed', message, ...words, denials }, agent('crashed', `${message} ${denied}`)],
  ])('and did not do the work fails by a name that tells it: $0.kind', (outcome, failure) => {
    expect(failureOfOutcome(outcome, 'claude', false)).toEqual(failure);
  });

  test('and did the work all the same has not failed', () => {
    const outcome: AgentOutcome = { kind: 'finished', claim: 'done', ...words, denials };
    expect(failureOfOutcome(outcome, 'claude', true)).toBeUndefined();
  });
});
