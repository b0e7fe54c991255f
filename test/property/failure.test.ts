import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  classOf,
  consequenceOf,
  describeFailure,
  failureSchema,
  signatureOf,
  type Failure,
} from '../../src/domain/failure.ts';
import { makePolicy } from '../rig/events.ts';

const text = fc.string({ maxLength: 40 });
const hows = [
  'gave-up',
  'refused',
  'turn-limit',
  'context-full',
  'truncated',
  'idle',
  'deadline',
  'crashed',
  'api-error',
] as const;

const arbitraryFailure: fc.Arbitrary<Failure> = fc.oneof(
  fc.constant({ kind: 'no-change' } as const),
  fc.record({ kind: fc.constant('gate' as const), gate: text, output: text }),
  fc.record({ kind: fc.constant('landing-gate' as const), gate: text, output: text, onto: text }),
  fc.record({ kind: fc.constant('conflict' as const), paths: fc.array(text), onto: text }),
  fc.record({ kind: fc.constant('agent' as const), how: fc.constantFrom(...hows), message: text }),
  fc.record({ kind: fc.constant('rate-limited' as const), message: text }),
  fc.record({ kind: fc.constant('rate-limited' as const), resetsAt: fc.nat(10_000_000), message: text }),
  fc.record({
    kind: fc.constantFrom('budget' as const, 'agent-blocked' as const, 'workspace' as const),
    message: text,
  }),
  fc.record({
    kind: fc.constantFrom('agent-unavailable' as const, 'agent-auth' as const),
    agent: text,
    message: text,
  }),
  fc.record({ kind: fc.constant('setup' as const), output: text }),
  fc.record({ kind: fc.constant('gate-unrunnable' as const), gate: text, message: text }),
);

const histories = fc.array(arbitraryFailure, { minLength: 1, maxLength: 12 });

describe('whatever fails', () => {
  test('the failure has a class, a line for people, and survives the journal', () => {
    fc.assert(
      fc.property(arbitraryFailure, (failure) => {
        expect(classOf(failure)).toMatch(/^[a-z]+$/);
        expect(describeFailure(failure)).not.toBe('');
        expect(failureSchema.parse(JSON.parse(JSON.stringify(failure)))).toEqual(failure);
      }),
    );
  });

  test('the same history decides the same', () => {
    fc.assert(
      fc.property(histories, text, (failures, key) => {
        const policy = makePolicy();
        expect(consequenceOf(failures, policy, key)).toEqual(consequenceOf(failures, policy, key));
      }),
    );
  });

  test('the environment is never blamed on the task, and nothing else ends the run', () => {
    fc.assert(
      fc.property(histories, (failures) => {
        const last = failures.at(-1);
        if (last === undefined) throw new Error('an empty history');
        const { type } = consequenceOf(failures, makePolicy(), 'T-001/1');
        expect(type === 'refuse-run').toBe(classOf(last) === 'environment');
      }),
    );
  });

  test('a wait is never negative and never above the cap, and a rate limit makes no task wait', () => {
    fc.assert(
      fc.property(histories, fc.nat(100_000), fc.nat(100_000), (failures, backoffMs, backoffCapMs) => {
        const policy = makePolicy({ backoffMs, backoffCapMs, maxRedeliveries: 100 });
        const consequence = consequenceOf(failures, policy, 'T-001/1');
        if (consequence.type !== 'retry') return;
        expect(consequence.delayMs).toBeGreaterThanOrEqual(0);
        expect(consequence.delayMs).toBeLessThanOrEqual(backoffCapMs);
        if (failures.at(-1)?.kind === 'rate-limited') expect(consequence.delayMs).toBe(0);
      }),
    );
  });

  test('no history of one class goes on for ever', () => {
    fc.assert(
      fc.property(arbitraryFailure, (failure) => {
        const policy = makePolicy();
        const limit = Math.max(policy.maxAttempts, policy.maxConflicts, policy.maxRedeliveries);
        const many = Array.from({ length: limit }, () => failure);
        expect(consequenceOf(many, policy, 'T-001/1').type).not.toBe('retry');
      }),
    );
  });

  test('numbers and white space do not tell two failures of a gate apart', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), fc.constantFrom(' ', '  ', '\n', '\t'), (a, b, space) => {
        const one = { kind: 'gate', gate: 'test', output: `at line ${a} expected true` } as const;
        const other = { kind: 'gate', gate: 'test', output: `at line ${b}${space}expected true` } as const;
        expect(signatureOf(one)).toBe(signatureOf(other));
      }),
    );
  });
});
