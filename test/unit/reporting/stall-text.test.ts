import { describe, expect, test } from 'vitest';
import { blockedJson, blockedReport, renderBlocked } from '../../../src/reporting/blocked-text.ts';
import { explainTask, type Explanation } from '../../../src/reporting/stall-text.ts';
import { JournalRig, makePlan, MINUTE, START, taskId, type TaskSketch } from '../../rig/events.ts';

const live = 'Nothing; `pawl status --watch` shows it live.';

function explain(rig: JournalRig, id: string): Explanation {
  return explainTask(rig.state(), taskId(id), rig.now);
}

function rigOf(...tasks: TaskSketch[]): JournalRig {
  return new JournalRig(makePlan(tasks));
}

describe('a pending task', () => {
  test('that is ready waits for a slot, or for a session', () => {
    const rig = rigOf({ id: 'A' }).begin();
    expect(explain(rig, 'A')).toEqual({
      summary: 'ready; it starts as soon as a slot is free',
      since: START,
      next: live,
    });
    rig.endSession();
    expect(explain(rig, 'A')).toMatchObject({
      summary: 'ready; no session is at work',
      next: '`pawl run` goes on.',
    });
  });

  test('that was sent back says why', () => {
    const rig = rigOf({ id: 'A' }).begin().start('A').at(3).refute('A');
    expect(explain(rig, 'A')).toMatchObject({
      summary: 'ready; it starts as soon as a slot is free (attempt 1: gate test failed)',
      since: START + 3 * MINUTE,
    });
  });

  test('that is held names the code, and its hint is what to do', () => {
    const hold = { task: taskId('A'), code: 'BLOCKED::EMPTY-AC', message: 'no criteria', hint: 'Write one.' };
    expect(explain(rigOf({ id: 'A' }).begin({}, [hold]), 'A')).toMatchObject({
      summary: 'held: BLOCKED::EMPTY-AC: no criteria',
      next: 'Write one.',
    });
  });

  test('that was not selected says how to select it', () => {
    const rig = rigOf({ id: 'A' }, { id: 'B' }).begin({ only: [taskId('B')] });
    expect(explain(rig, 'A')).toMatchObject({
      summary: 'not selected with --only',
      next: '`pawl run` without --only, or with `--only A`.',
    });
  });

  test('that depends on others names them and where they are', () => {
    const rig = rigOf({ id: 'A' }, { id: 'B' }, { id: 'C', dependencies: ['A', 'B'] })
      .begin()
      .start('A');
    expect(explain(rig, 'C')).toMatchObject({ summary: 'waits for A (running), B (ready)', next: live });
  });

  test('whose way is barred far behind it points there', () => {
    const rig = rigOf(
      { id: 'A' },
      { id: 'B', dependencies: ['A'] },
      { id: 'C', dependencies: ['B'] },
    ).begin();
    rig.decide('A', 'skip');
    expect(explain(rig, 'C')).toMatchObject({
      summary: 'waits for B (waiting)',
      next: '`pawl explain A`: it holds this task up.',
    });
    expect(explain(rig, 'B')).toMatchObject({ summary: 'waits for A (skipped)' });
  });

  test('that is declared to conflict names the other one', () => {
    const rig = rigOf({ id: 'A' }, { id: 'B', conflictsWith: ['A'] })
      .begin()
      .start('A');
    expect(explain(rig, 'B')).toMatchObject({ summary: 'declared to conflict with A (running)', next: live });
  });

  test('that is provisional names the High-risk tasks before it', () => {
    const rig = rigOf({ id: 'A', risk: 'High' }, { id: 'B', provisional: true }).begin();
    expect(explain(rig, 'B')).toMatchObject({ summary: 'provisional; High-risk tasks come first: A' });
  });

  test('that backs off says until when', () => {
    const rig = rigOf({ id: 'A' }).begin().start('A');
    rig.fail('A', 1, { kind: 'rate-limited', resetsAt: START + 90_000, message: '429' });
    expect(explain(rig, 'A')).toMatchObject({
      summary:
        'scripted is rate-limited; goes on in 1m 30s, at 2026-09-28T10:31:30Z (attempt 1: rate limited: 429)',
      next: live,
    });
  });

  test('that waits for an agent that gave no reset time says that the wait is ours', () => {
    const rig = rigOf({ id: 'A' }).begin({ backoffMs: 50_000 });
    rig.start('A').fail('A', 1, { kind: 'rate-limited', message: '' });
    expect(explain(rig, 'A').summary).toMatch(
      /^scripted is rate-limited; no reset time was given, asked again in [\ds.]+, at 2026-09-28T10:30:\d\dZ/,
    );
  });

  test('whose agents have as many at work as they may names them', () => {
    const rig = rigOf({ id: 'A' }, { id: 'B' })
      .begin({ maxConcurrent: { scripted: 1 } })
      .start('A');
    expect(explain(rig, 'B')).toMatchObject({
      summary: 'waits for scripted, at work on as much as it may have at once',
      next: live,
    });
    const other = rigOf({ id: 'A' }, { id: 'B' }, { id: 'C' });
    other.begin({ agent: 'first', fallbacks: ['second'], maxConcurrent: { second: 1 } });
    other
      .start('C', 1, 'first')
      .fail('C', 1, { kind: 'rate-limited', resetsAt: START + 90_000, message: '' });
    other.start('A', 1, 'second');
    expect(explain(other, 'B').summary).toBe(
      'waits for second, at work on as much as it may have at once; another is rate-limited for 1m 30s',
    );
  });

  test('that the environment stopped says so once the session has ended', () => {
    const rig = rigOf({ id: 'A' }).begin().start('A').fail('A', 1, { kind: 'setup', output: '' });
    rig.endSession('refused');
    expect(explain(rig, 'A')).toMatchObject({
      summary:
        'ready; the session ended because of A: the set-up command failed (attempt 1: the set-up command failed)',
      next: '`pawl run` goes on.',
    });
  });
});

describe('any other task', () => {
  test('that runs says in which stage, and that nothing needs to be typed', () => {
    const rig = rigOf({ id: 'A' }).begin().start('A');
    expect(explain(rig, 'A')).toEqual({
      summary: 'attempt 1 is under way (coding)',
      since: START,
      next: live,
    });
    expect(explain(rig.endSession(), 'A')).toMatchObject({
      summary: 'attempt 1 was cut off',
      next: '`pawl run` takes it up again.',
    });
  });

  test('that is proven waits to land', () => {
    const rig = rigOf({ id: 'A' }).begin().start('A').at(2).prove('A').endSession();
    expect(explain(rig, 'A')).toEqual({
      summary: 'its gates passed; it waits to land',
      since: START + 2 * MINUTE,
      next: '`pawl run` lands it.',
    });
  });

  test('that is blocked says what a person can do about it', () => {
    const next = (rig: JournalRig): string => explain(rig, 'A').next;
    const begun = (): JournalRig => rigOf({ id: 'A' }).begin({ maxAttempts: 1 }).start('A');
    expect(explain(begun().fail('A', 1, { kind: 'no-change' }), 'A')).toEqual({
      summary: 'blocked (failure): 1 attempt failed; the last: the agent changed nothing',
      since: START,
      next: '`pawl show A` tells what happened; then `pawl retry A` or `pawl skip A`.',
    });
    expect(next(begun().fail('A', 1, { kind: 'budget', message: '' }))).toBe(
      "Grant it more as said, then `pawl run`. Was it the agent's own limit, raise that, then `pawl retry A`.",
    );
    expect(next(begun().fail('A', 1, { kind: 'agent-blocked', message: '?' }))).toBe(
      '`pawl retry A --reason "your answer"` tells the next agent; or settle it in the backlog, or `pawl skip A`.',
    );
    const gap = { kind: 'gap', missing: 'Which?', options: ['one', 'two'] } as const;
    expect(explain(begun().fail('A', 1, gap), 'A')).toMatchObject({
      summary: 'blocked (decision-needed): L2 gap: Which? (1) one (2) two',
      next: '`pawl retry A --reason "your answer"` tells the next agent; or settle it in the backlog, or `pawl skip A`.',
    });
  });

  test('that is settled says how', () => {
    const rig = rigOf(
      { id: 'A' },
      { id: 'B', declared: 'completed' },
      { id: 'C', declared: 'externally-managed' },
    );
    rig.begin().decide('A', 'skip', 'not now');
    expect(explain(rig, 'A')).toEqual({
      summary: 'skipped: not now',
      next: '`pawl retry A` opens it again.',
    });
    expect(explain(rig, 'B').summary).toBe('the backlog says that it is completed');
    expect(explain(rig, 'C')).toEqual({
      summary: 'managed elsewhere: the backlog says so',
      next: 'Nothing.',
    });
  });
});

describe('the report on what is blocked', () => {
  const tasks: TaskSketch[] = [
    { id: 'A', title: 'Root' },
    { id: 'B', title: 'Second', dependencies: ['A'] },
    { id: 'C', title: 'Third', dependencies: ['B'] },
    { id: 'D', title: 'At work' },
    { id: 'E', title: 'Behind it', dependencies: ['D'] },
    { id: 'F', title: 'Ready' },
  ];

  test('names root causes first, then who waits', () => {
    const rig = rigOf(...tasks)
      .begin({ maxAttempts: 1 })
      .start('D')
      .start('A')
      .refute('A')
      .at(120);
    expect(renderBlocked(blockedReport(rig.state(), rig.now), rig.now)).toBe(
      `Root causes
  A  Root · holds up 2 tasks
    blocked (failure): 1 attempt failed; the last: gate test failed · for 2h
    next: \`pawl show A\` tells what happened; then \`pawl retry A\` or \`pawl skip A\`.
  D  At work · holds up 1 task
    attempt 1 is under way (coding) · for 2h
    next: Nothing; \`pawl status --watch\` shows it live.

Waiting
  B  Second
    waits for A (blocked)
  C  Third
    waits for B (waiting)
  E  Behind it
    waits for D (running)

Only a person can move A.`,
    );
  });

  test('has a skipped task only where others depend on it', () => {
    const rig = rigOf(...tasks)
      .begin()
      .decide('A', 'skip')
      .decide('F', 'skip');
    const { roots } = blockedReport(rig.state(), rig.now);
    expect(roots.map(({ task, stuck, holdsUp }) => [task, stuck, holdsUp])).toEqual([
      ['A', true, 2],
      ['D', false, 1],
    ]);
  });

  test('is one line when nothing waits', () => {
    const rig = rigOf({ id: 'A' }).begin();
    expect(renderBlocked(blockedReport(rig.state(), rig.now), rig.now)).toBe(
      'Nothing is blocked and nothing waits.',
    );
  });

  test('has ISO times as a plain object', () => {
    const rig = rigOf({ id: 'A', title: 'Root' }).begin({ maxAttempts: 1 }).start('A').refute('A');
    expect(blockedJson(blockedReport(rig.state(), rig.now))).toEqual({
      roots: [
        {
          task: 'A',
          title: 'Root',
          summary: 'blocked (failure): 1 attempt failed; the last: gate test failed',
          since: '2026-09-28T10:30:00Z',
          next: '`pawl show A` tells what happened; then `pawl retry A` or `pawl skip A`.',
          stuck: true,
          holdsUp: 0,
        },
      ],
      waiting: [],
    });
  });
});
