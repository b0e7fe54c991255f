import { describe, expect, test } from 'vitest';
import { failureOfOutcome, withGap } from '../../../src/domain/outcome-failure.ts';
import {
  checkCriterion,
  describeReport,
  replyTo,
  reportSchema,
  significantGap,
  withReport,
  type FiledReport,
  type Report,
} from '../../../src/domain/report.ts';

const report = (value: unknown): Report => reportSchema.parse(value);
const gap = (level: string, missing: string, more: object = {}): Report =>
  report({ type: 'gap', level, missing, ...more });
const filed = (...reports: readonly Report[]): readonly FiledReport[] =>
  reports.map((one, at) => ({ at, report: one }));

describe('a report', () => {
  test('has words that say something, and none that are not known', () => {
    for (const wrong of [
      { type: 'progress', percent: 101 },
      { type: 'progress', percent: '40' },
      { type: 'blocker', kind: 'technical', message: '   ' },
      { type: 'blocker', kind: 'other', message: 'no' },
      { type: 'gap', level: 'L3', missing: 'x' },
      { type: 'criterion', id: 'AC1', claim: 'done' },
      { type: 'question', text: 'x'.repeat(2_001) },
      { type: 'question', text: 'why?', status: 'completed' },
      { type: 'completed' },
    ])
      expect(reportSchema.safeParse(wrong).success, JSON.stringify(wrong)).toBe(false);
  });

  test('of an L1 gap names what is assumed', () => {
    const bare = reportSchema.safeParse({ type: 'gap', level: 'L1', missing: 'the colour' });
    expect(bare.error?.issues[0]?.message).toBe('an L1 gap needs the assumption you go on under');
    expect(gap('L1', 'the colour', { assumption: 'blue' })).toMatchObject({ assumption: 'blue' });
  });

  test('is one line for people, whatever it holds', () => {
    const hostile = 'one\n\u001B[2Jtwo\u2028three';
    expect(describeReport(report({ type: 'progress', percent: 39.6, next: hostile }))).toBe(
      '40 %: one two three',
    );
    expect(
      describeReport(report({ type: 'blocker', kind: 'dependency', message: 'no table', tried: 'a mock' })),
    ).toBe('dependency blocker: no table · tried: a mock');
    expect(describeReport(gap('L2', 'which store', { options: ['SQLite', 'files'] }))).toBe(
      'L2 gap: which store · options: (1) SQLite (2) files',
    );
    expect(
      describeReport(
        report({ type: 'criterion', id: 'AC1', claim: 'partly', where: 'a.ts:3', note: 'no test' }),
      ),
    ).toBe('AC1 partly in a.ts:3: no test');
    expect(describeReport(report({ type: 'question', text: 'Why?' }))).toBe('question: Why?');
  });

  test('of a criterion that the task does not have is refused with those that it has', () => {
    const claim = report({ type: 'criterion', id: 'AC9', claim: 'met' });
    expect(checkCriterion(claim, [{ id: 'AC1' }, { id: 'AC2' }])).toEqual({
      ok: false,
      error: 'this task has no criterion AC9; its criteria are AC1, AC2',
    });
    expect(checkCriterion(claim, [])).toMatchObject({
      error: 'this task has no criterion AC9; it has none',
    });
    expect(checkCriterion(claim, [{ id: 'AC9' }]).ok).toBe(true);
    expect(checkCriterion(report({ type: 'question', text: 'AC9?' }), []).ok).toBe(true);
  });

  test('that is a question is answered by what to do instead of waiting', () => {
    expect(replyTo(report({ type: 'question', text: 'Why?' }))).toContain('nobody answers while you work');
    expect(replyTo(gap('L2', 'which store'))).toContain('A person has to decide it');
    expect(replyTo(gap('L0', 'a typo'))).toBe('Noted. Go on.');
  });
});

test('of progress only the newest report is kept, of all else every one', () => {
  const reports = [
    report({ type: 'progress', percent: 10 }),
    report({ type: 'question', text: 'Why?' }),
    report({ type: 'question', text: 'Why?' }),
    report({ type: 'progress', percent: 20 }),
  ];
  const kept = filed(...reports).reduce<readonly FiledReport[]>(withReport, []);
  expect(kept.map(({ at }) => at)).toEqual([1, 2, 3]);
});

describe('an L2 gap', () => {
  const reports = filed(
    gap('L2', 'first'),
    gap('L2', 'which store', { options: ['SQLite'] }),
    gap('L0', 'x'),
  );

  test('is the last one of that level', () => {
    expect(significantGap(reports)?.missing).toBe('which store');
    expect(significantGap(filed(gap('L0', 'x'), gap('L1', 'y', { assumption: 'z' })))).toBeUndefined();
  });

  test('stands whatever its agent did afterwards: also with work and a claim to be done', () => {
    const done = { kind: 'finished', claim: 'done', lastWords: '' } as const;
    const crashed = { kind: 'crashed', message: 'no end', lastWords: '' } as const;
    for (const outcome of [done, crashed, { ...done, claim: 'blocked' }, { ...done, claim: 'none' }] as const)
      for (const changed of [true, false])
        expect(withGap(failureOfOutcome(outcome, 'a', changed), reports)).toEqual({
          kind: 'gap',
          missing: 'which store',
          options: ['SQLite'],
        });
    expect(withGap(failureOfOutcome(done, 'a', true), [])).toBeUndefined();
  });

  test("does not hide what is the agent's or a limit's own: that concerns more than one task", () => {
    const limited = { kind: 'rate-limited', message: 'wait', lastWords: '' } as const;
    expect(withGap(failureOfOutcome(limited, 'a', true), reports)).toMatchObject({ kind: 'rate-limited' });
    const auth = { kind: 'auth', message: 'no key', lastWords: '' } as const;
    expect(withGap(failureOfOutcome(auth, 'a', false), reports)).toMatchObject({ kind: 'agent-auth' });
  });
});
