import { describe, expect, test } from 'vitest';
import { openTasks, pickCompatible, readyTasks, waitingOf } from '../../../src/domain/schedule.ts';
import { indexOf, type Plan, type Task } from '../../../src/domain/plan.ts';
import type { RunState } from '../../../src/domain/run-state.ts';
import {
  JournalRig,
  makePlan,
  makePolicy,
  MINUTE,
  START,
  taskId,
  type TaskSketch,
} from '../../rig/events.ts';

function ready(tasks: readonly TaskSketch[], riskOrder = true): readonly string[] {
  const plan = makePlan(tasks);
  return readyTasks(new JournalRig(plan).begin().state(), plan, { riskOrder }, START).map((task) => task.id);
}

const idOf = (task: Task): string => task.id;

function waiting(state: RunState, plan: Plan, id: string, now = START): unknown {
  const task = indexOf(plan).get(taskId(id));
  if (task === undefined) throw new Error(`no task ${id}`);
  return waitingOf(state, plan, task, now);
}

describe('the order of ready tasks', () => {
  test('fix tasks come first, whatever their risk', () => {
    expect(
      ready([
        { id: 'T-001', risk: 'High' },
        { id: 'F-001', kind: 'fix', risk: 'Low' },
      ]),
    ).toEqual(['F-001', 'T-001']);
  });

  test('High comes before Medium before Low', () => {
    const tasks: TaskSketch[] = [
      { id: 'T-001', risk: 'Low' },
      { id: 'T-002', risk: 'High' },
      { id: 'T-003' },
    ];
    expect(ready(tasks)).toEqual(['T-002', 'T-003', 'T-001']);
    expect(ready(tasks, false)).toEqual(['T-001', 'T-002', 'T-003']);
  });

  test('within a risk, the task with the longest path behind it comes first', () => {
    expect(
      ready([
        { id: 'T-001' },
        { id: 'T-002' },
        { id: 'T-003', dependencies: ['T-002'] },
        { id: 'T-004', dependencies: ['T-003'] },
      ]),
    ).toEqual(['T-002', 'T-001']);
  });

  test('with equal paths, the task that more tasks wait for comes first', () => {
    expect(
      ready([
        { id: 'T-001' },
        { id: 'T-002' },
        { id: 'T-003', dependencies: ['T-001'] },
        { id: 'T-004', dependencies: ['T-002'] },
        { id: 'T-005', dependencies: ['T-002'] },
      ]),
    ).toEqual(['T-002', 'T-001']);
  });

  test('all else equal, the backlog’s order decides', () => {
    expect(ready([{ id: 'T-009' }, { id: 'T-001' }, { id: 'T-005' }])).toEqual(['T-009', 'T-001', 'T-005']);
  });
});

describe('what a pending task waits for', () => {
  const plan = makePlan([
    { id: 'T-001', risk: 'High' },
    { id: 'T-002', dependencies: ['T-001'] },
    { id: 'T-003', conflictsWith: ['T-001'] },
    { id: 'T-004', provisional: true },
    { id: 'T-005' },
  ]);
  const begun = () => new JournalRig(plan).begin();

  test('nothing, when it could start', () => {
    expect(waiting(begun().state(), plan, 'T-005')).toEqual({ kind: 'nothing' });
  });

  test('a hold from the activation checks, before anything else', () => {
    const hold = {
      task: taskId('T-002'),
      code: 'BLOCKED::EMPTY-AC',
      message: 'no criteria',
      hint: 'Write some.',
    };
    expect(waiting(new JournalRig(plan).begin({}, [hold]).state(), plan, 'T-002')).toEqual({
      kind: 'held',
      hold,
    });
  });

  test('that it was not selected', () => {
    const state = new JournalRig(plan).begin({ only: [taskId('T-005')] }).state();
    expect(waiting(state, plan, 'T-001')).toEqual({ kind: 'not-selected' });
    expect(waiting(state, plan, 'T-005')).toEqual({ kind: 'nothing' });
  });

  test('its dependencies, by name, until they are completed or externally managed', () => {
    expect(waiting(begun().state(), plan, 'T-002')).toEqual({ kind: 'dependency', on: ['T-001'] });
    expect(waiting(begun().start('T-001').prove('T-001').state(), plan, 'T-002')).toEqual({
      kind: 'dependency',
      on: ['T-001'],
    });
    expect(waiting(begun().start('T-001').prove('T-001').land('T-001').state(), plan, 'T-002')).toEqual({
      kind: 'nothing',
    });
    const outside = makePlan([
      { id: 'T-001', declared: 'externally-managed' },
      { id: 'T-002', dependencies: ['T-001'] },
    ]);
    expect(waiting(new JournalRig(outside).begin().state(), outside, 'T-002')).toEqual({ kind: 'nothing' });
  });

  test('a skipped dependency does not count as done', () => {
    expect(waiting(begun().decide('T-001', 'skip').state(), plan, 'T-002')).toEqual({
      kind: 'dependency',
      on: ['T-001'],
    });
  });

  test('a declared conflict that is being worked on or waits to land, whichever side declared it', () => {
    expect(waiting(begun().start('T-001').state(), plan, 'T-003')).toEqual({
      kind: 'conflict',
      with: ['T-001'],
    });
    expect(waiting(begun().start('T-001').prove('T-001').state(), plan, 'T-003')).toEqual({
      kind: 'conflict',
      with: ['T-001'],
    });
    expect(waiting(begun().start('T-003').state(), plan, 'T-001')).toEqual({
      kind: 'conflict',
      with: ['T-003'],
    });
    expect(waiting(begun().start('T-001').prove('T-001').land('T-001').state(), plan, 'T-003')).toEqual({
      kind: 'nothing',
    });
  });

  test('for a provisional task, every High-risk task that has not begun', () => {
    expect(waiting(begun().state(), plan, 'T-004')).toEqual({ kind: 'provisional', on: ['T-001'] });
    expect(waiting(begun().start('T-001').state(), plan, 'T-004')).toEqual({ kind: 'nothing' });
  });

  test('the end of a rate limit', () => {
    const resetsAt = START + 5 * MINUTE;
    const state = begun()
      .start('T-005')
      .fail('T-005', 1, { kind: 'rate-limited', message: 'later', resetsAt })
      .state();
    expect(waiting(state, plan, 'T-005')).toEqual({
      kind: 'cooling',
      agents: ['scripted'],
      until: resetsAt,
      source: 'reported',
    });
    expect(waiting(state, plan, 'T-005', resetsAt)).toEqual({ kind: 'nothing' });
  });

  test('an agent that has as many at work as it may, until one of them ends', () => {
    const rig = new JournalRig(plan).begin({ maxConcurrent: { scripted: 1 } }).start('T-001');
    expect(waiting(rig.state(), plan, 'T-005')).toEqual({ kind: 'busy', agents: ['scripted'] });
    expect(waiting(rig.commit('T-001').state(), plan, 'T-005')).toEqual({ kind: 'nothing' });
  });
});

describe('tasks that start together', () => {
  const plan = makePlan([
    { id: 'T-001' },
    { id: 'T-002', conflictsWith: ['T-001'] },
    { id: 'T-003' },
    { id: 'T-004' },
  ]);
  const all = readyTasks(new JournalRig(plan).begin().state(), plan, makePolicy(), START);

  test('fill the slots in order', () => {
    expect(pickCompatible(plan, all, 1, idOf)).toEqual(['T-001']);
    expect(pickCompatible(plan, all, 0, idOf)).toEqual([]);
  });

  test('leave out a rival of a better one, and take the next instead', () => {
    expect(pickCompatible(plan, all, 2, idOf)).toEqual(['T-001', 'T-003']);
    expect(pickCompatible(plan, all, 9, idOf)).toEqual(['T-001', 'T-003', 'T-004']);
  });

  test('a task that names an unknown rival, or only itself through another, still starts', () => {
    const odd = makePlan([{ id: 'T-001', conflictsWith: ['T-999'] }]);
    expect(pickCompatible(odd, odd.tasks, 3, idOf)).toEqual(['T-001']);
  });
});

test('open are the tasks that are neither completed nor set aside; blocked ones are open', () => {
  const plan = makePlan([
    { id: 'T-001' },
    { id: 'T-002' },
    { id: 'T-003' },
    { id: 'T-004', declared: 'blocked' },
  ]);
  const state = new JournalRig(plan)
    .begin()
    .start('T-001')
    .prove('T-001')
    .land('T-001')
    .decide('T-002', 'skip')
    .state();
  expect(openTasks(state, plan).map(idOf)).toEqual(['T-003', 'T-004']);
});
