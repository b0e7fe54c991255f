import { describe, expect, test } from 'vitest';
import { foldAll } from '../../../src/domain/fold.ts';
import {
  countedFailures,
  describeBlock,
  isOpen,
  isSatisfied,
  lastFailure,
  recordOf,
  titleOf,
  type RunState,
  type TaskState,
} from '../../../src/domain/run-state.ts';
import { commitId, gateRun, JournalRig, makePlan, START, taskId } from '../../rig/events.ts';

const plan = makePlan([{ id: 'T-001' }, { id: 'T-002', dependencies: ['T-001'] }, { id: 'T-003' }]);
const begun = (): JournalRig => new JournalRig(plan).begin();
const stateOf = (state: RunState, id: string): TaskState => recordOf(state, taskId(id)).state;

describe('the life of a task', () => {
  test('goes from pending over preparing, coding, proving and proven to completed', () => {
    const rig = begun();
    const seen = [stateOf(rig.state(), 'T-001')];
    const of = { task: taskId('T-001'), attempt: 1 };
    rig.add({ type: 'attempt.started', ...of, agent: 'scripted' });
    seen.push(stateOf(rig.state(), 'T-001'));
    rig.add({ type: 'attempt.prepared', ...of, base: commitId('ba5e'), workspace: '/ws/w01' });
    seen.push(stateOf(rig.state(), 'T-001'));
    rig.commit('T-001');
    seen.push(stateOf(rig.state(), 'T-001'));
    rig.add({ type: 'attempt.proven', ...of });
    seen.push(stateOf(rig.state(), 'T-001'));
    rig.land('T-001', 1, commitId('1a4d'));
    seen.push(stateOf(rig.state(), 'T-001'));
    const running = { status: 'running', attempt: 1, since: START } as const;
    expect(seen).toEqual([
      { status: 'pending', notBefore: 0 },
      { ...running, stage: 'preparing' },
      { ...running, stage: 'coding' },
      { ...running, stage: 'proving' },
      { status: 'proven', attempt: 1, head: commitId('c0ffee0001'), since: START, turn: 8 },
      { status: 'completed', commit: commitId('1a4d'), by: 'pawl', at: START },
    ]);
    expect(rig.state()).toMatchObject({ integrationHead: commitId('1a4d'), landings: 1 });
  });

  test('an attempt that was cut off leaves the task pending, keeps its work and does not count', () => {
    const rig = begun().start('T-001');
    rig.add({
      type: 'attempt.interrupted',
      task: taskId('T-001'),
      attempt: 1,
      because: 'crash',
      head: commitId('aaa'),
    });
    const record = recordOf(rig.state(), taskId('T-001'));
    expect(record.state).toEqual({ status: 'pending', notBefore: 0 });
    expect(record.attempts[0]).toMatchObject({
      head: commitId('aaa'),
      end: { status: 'interrupted', because: 'crash' },
    });
    expect(countedFailures(record)).toEqual([]);
  });

  test('a failed attempt keeps what it touched and why it failed', () => {
    const rig = begun().start('T-001').refute('T-001', 1, 'expected 1, got 2');
    const record = recordOf(rig.state(), taskId('T-001'));
    expect(record.attempts[0]).toMatchObject({
      files: [{ path: 'src/a.ts', change: 'added' }],
      end: { status: 'failed', falseClaim: true, failure: { kind: 'gate', gate: 'test' } },
    });
    expect(lastFailure(record)).toBe('gate test failed');
  });

  test('failures before a person re-opened the task no longer count', () => {
    const rig = begun();
    for (const attempt of [1, 2, 3]) rig.start('T-001', attempt).refute('T-001', attempt, 'always the same');
    const blocked = stateOf(rig.state(), 'T-001');
    expect(blocked).toMatchObject({ status: 'blocked', because: 'failure' });
    if (blocked.status === 'blocked')
      expect(describeBlock(blocked)).toBe('failure: the same failure 3 times: gate test failed');
    rig.decide('T-001', 'retry', 'the spec was mended', 'ann');
    const record = recordOf(rig.state(), taskId('T-001'));
    expect(record.state).toEqual({ status: 'pending', notBefore: 0 });
    expect(countedFailures(record)).toEqual([]);
    expect(record.decisions).toEqual([
      { decision: 'retry', reason: 'the spec was mended', by: 'ann', at: START },
    ]);
    rig.start('T-001', 4).refute('T-001', 4, 'always the same');
    expect(countedFailures(recordOf(rig.state(), taskId('T-001')))).toHaveLength(1);
    expect(stateOf(rig.state(), 'T-001').status).toBe('pending');
  });

  test('a failure of the environment refuses the session, and a new session starts without it', () => {
    const rig = begun().start('T-001').fail('T-001', 1, { kind: 'setup', output: 'npm: not found' });
    expect(rig.state().refusal).toEqual({
      task: 'T-001',
      failure: { kind: 'setup', output: 'npm: not found' },
    });
    expect(stateOf(rig.state(), 'T-001')).toEqual({ status: 'pending', notBefore: 0 });
    expect(rig.session().state().refusal).toBe(undefined);
  });

  test('only gates that passed are remembered by tree', () => {
    const rig = begun().start('T-001').commit('T-001');
    rig.gate('T-001', 1, { tree: commitId('aa'), status: 'passed' });
    rig.gate('T-001', 1, { tree: commitId('bb'), status: 'failed' });
    rig.gate('T-001', 1, { tree: commitId('cc'), status: 'skipped' });
    const run = gateRun({ tree: commitId('aa') });
    expect([...rig.state().passedGates]).toEqual([[`${commitId('aa')} npm test`, run]]);
  });
});

describe('what the backlog declares', () => {
  test('counts where the journal knows nothing', () => {
    const declared = makePlan([
      { id: 'T-001', declared: 'completed' },
      { id: 'T-002', declared: 'in-progress' },
      { id: 'T-003', declared: 'skipped' },
      { id: 'T-004', declared: 'needs-re-verification' },
      { id: 'T-005', declared: 'blocked' },
      { id: 'T-006', declared: 'externally-managed' },
      { id: 'T-007', declared: 'abandoned' },
      { id: 'T-008', declared: 'completed-external' },
    ]);
    const state = new JournalRig(declared).begin().state();
    expect(declared.tasks.map((task) => stateOf(state, task.id).status)).toEqual([
      'completed', 'pending', 'skipped', 'blocked', 'blocked', 'externally-managed', 'abandoned', 'completed',
    ]); // prettier-ignore
    expect(stateOf(state, 'T-001')).toMatchObject({ by: 'external', commit: commitId('ba5e') });
  });

  test('never overrides a result of the journal', () => {
    const rig = begun().start('T-001').prove('T-001').land('T-001', 1, commitId('1a4d'));
    const edited = makePlan([{ id: 'T-001', declared: 'skipped' }, { id: 'T-002' }]);
    rig.add({ type: 'plan.adopted', plan: edited, holds: [] });
    expect(stateOf(rig.state(), 'T-001')).toMatchObject({ status: 'completed', by: 'pawl' });
  });
});

describe('an illegal transition is a bug that shows both halves', () => {
  const of = { task: taskId('T-001'), attempt: 1 };
  const landing = { ...of, commit: commitId('1'), onto: commitId('2'), tree: commitId('3') };

  test.each([
    ['a landing of a task that is not proven', begun(), { type: 'landing.landed', ...landing, fast: true }],
    ['a second start', begun().start('T-001'), { type: 'attempt.started', ...of, attempt: 2, agent: 'a' }],
    ['an attempt out of turn', begun(), { type: 'attempt.started', ...of, attempt: 3, agent: 'a' }],
    ['a proof without a commit', begun().start('T-001'), { type: 'attempt.proven', ...of }],
    [
      'an end of an attempt that never began',
      begun(),
      { type: 'attempt.interrupted', ...of, because: 'crash' },
    ],
    [
      'a gate of an attempt that never was',
      begun(),
      { type: 'gate.finished', ...of, purpose: 'attempt', run: gateRun() },
    ],
    [
      'a decision about a task in work',
      begun().start('T-001'),
      { type: 'task.decided', task: of.task, decision: 'skip', reason: '', by: 'ann' },
    ],
    [
      'an event of another attempt',
      begun().start('T-001').interrupt('T-001').start('T-001', 2),
      { type: 'attempt.interrupted', ...of, because: 'crash' },
    ],
  ] as const)('%s', (_title, rig, body) => {
    expect(() => rig.add(body).state()).toThrow(/illegal transition: \{"status".*\} with \{"type":"/);
  });
});

test('sessions are numbered, and an ended one says why', () => {
  const rig = begun().endSession('stopped').session();
  expect(rig.state().session).toMatchObject({ number: 2 });
  expect(rig.endSession('done').state().session?.ended).toMatchObject({ reason: 'done', at: START });
});

test('processes are known from their start to their end', () => {
  const identity = { pid: 77, startTime: '5', bootId: 'boot', host: 'host' };
  const rig = begun().add({ type: 'process.started', identity, marker: 'm-1', label: 'T-001/1/agent' });
  expect([...rig.state().processes.values()]).toEqual([{ identity, marker: 'm-1', label: 'T-001/1/agent' }]);
  expect(rig.add({ type: 'process.ended', marker: 'm-1', leftovers: 0 }).state().processes.size).toBe(0);
});

test('work builds on commits that others put on the integration branch', () => {
  const rig = begun().add({ type: 'integration.moved', from: commitId('ba5e'), to: commitId('fade') });
  expect(rig.state().integrationHead).toBe(commitId('fade'));
});

test('open, satisfied and titles', () => {
  const state = begun().start('T-001').prove('T-001').land('T-001').decide('T-003', 'skip').state();
  expect([
    isOpen(stateOf(state, 'T-001')),
    isOpen(stateOf(state, 'T-002')),
    isOpen(stateOf(state, 'T-003')),
  ]).toEqual([false, true, false]);
  expect([isSatisfied(state, taskId('T-001')), isSatisfied(state, taskId('T-003'))]).toEqual([true, false]);
  expect([titleOf(state, taskId('T-001')), titleOf(state, taskId('T-999'))]).toEqual(['Title of T-001', '']);
});

test('no events are an empty state', () => {
  expect(foldAll([])).toMatchObject({ seq: 0, run: undefined, plan: undefined, integrationHead: '' });
});
