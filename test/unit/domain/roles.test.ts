import { describe, expect, test } from 'vitest';
import { poolOf } from '../../../src/domain/policy.ts';
import { findSelfJudgement, poolFor, verifierFor, type Roles } from '../../../src/domain/roles.ts';
import { makePolicy } from '../../rig/events.ts';

const task = (risk: 'High' | 'Medium' | 'Low', kind: 'task' | 'fix' = 'task') => ({ risk, kind });

describe('the pool of a task', () => {
  const roles: Roles = {
    implementer: { agents: ['any'], byRisk: { High: ['careful', 'any'] }, byKind: { fix: ['mender'] } },
  };

  test('is the most specific list that fits: of its kind, else of its risk, else of the role', () => {
    expect(poolFor(roles, 'implementer', task('High', 'fix'))).toEqual(['mender']);
    expect(poolFor(roles, 'implementer', task('High'))).toEqual(['careful', 'any']);
    expect(poolFor(roles, 'implementer', task('Low'))).toEqual(['any']);
    expect(poolFor(roles, 'implementer')).toEqual(['any']);
  });

  test('is empty for a role that nobody has', () => {
    expect(poolFor(roles, 'verifier', task('High'))).toEqual([]);
  });

  test('of a policy from before there were roles is its agent and fallbacks', () => {
    expect(poolOf(makePolicy({ agent: 'one', fallbacks: ['two', 'one'] }), task('High'))).toEqual([
      'one',
      'two',
    ]);
    expect(poolOf(makePolicy({ agent: 'any', roles }), task('High'))).toEqual(['careful', 'any']);
  });
});

describe('the verifier of a task', () => {
  const roles: Roles = {
    implementer: { agents: ['one', 'two'] },
    verifier: { agents: ['one', 'alias', 'two'], byRisk: { Low: ['alias'] } },
  };
  const identities = { one: 'a', alias: 'a', two: 'b' };

  test('is never the implementer, nor the same agent under another name', () => {
    expect(verifierFor(roles, identities, task('High'), 'one')).toBe('two');
    expect(verifierFor(roles, identities, task('High'), 'two')).toBe('one');
    expect(verifierFor(roles, identities, task('Low'), 'one')).toBe(undefined);
    expect(verifierFor(roles, identities, task('Low'), 'two')).toBe('alias');
  });

  test('may be an agent of which nothing is known but that its name is another', () => {
    expect(verifierFor(roles, {}, task('Low'), 'one')).toBe('alias');
  });

  test('that only the implementer could be is found in whatever class of task', () => {
    expect(findSelfJudgement(roles, identities)).toEqual({
      implementer: 'one',
      verifiers: ['alias'],
      task: task('Low'),
    });
    expect(findSelfJudgement({ ...roles, verifier: { agents: ['alias', 'two'] } }, identities)).toBe(
      undefined,
    );
    expect(findSelfJudgement({ implementer: { agents: ['one'] } }, identities)).toBe(undefined);
  });
});
