import { describe, expect, test } from 'vitest';
import {
  OUTPUT_LIMIT,
  retryContextOf,
  usefulEnd,
  type RetryContext,
} from '../../../src/domain/retry-context.ts';
import { recordOf } from '../../../src/domain/run-state.ts';
import { JournalRig, makePlan, taskId } from '../../rig/events.ts';

const begun = (): JournalRig => new JournalRig(makePlan([{ id: 'T-001' }])).begin();

function contextOf(rig: JournalRig, attempt: number): RetryContext | undefined {
  return retryContextOf(recordOf(rig.state(), taskId('T-001')), attempt, 5);
}

describe('the next attempt is told', () => {
  test('nothing, when none failed before', () => {
    expect(contextOf(begun(), 1)).toBe(undefined);
    expect(contextOf(begun().start('T-001').interrupt('T-001'), 2)).toBe(undefined);
  });

  test('the files touched, the last words, the gate’s output and what not to repeat', () => {
    const rig = begun().start('T-001').refute('T-001', 1, 'running 3 tests\n  ✗ expected 1, got 2\ndone');
    expect(contextOf(rig, 2)).toEqual({
      attempt: 2,
      of: 5,
      previous: {
        number: 1,
        failure: 'gate test failed',
        files: ['src/a.ts'],
        lastWords: 'All done.',
        output: 'running 3 tests\n  ✗ expected 1, got 2\ndone',
        falseClaim: true,
      },
      doNotRepeat: [
        'Do not repeat the change of attempt 1 to src/a.ts that made gate "test" fail: ✗ expected 1, got 2',
        'Do not say that the task is done before the gates pass: the claim was checked and was false.',
      ],
    });
  });

  test('every lesson once, oldest first, and the details of the last failure only', () => {
    const rig = begun().start('T-001').fail('T-001', 1, { kind: 'no-change' });
    rig.start('T-001', 2).interrupt('T-001', 2).start('T-001', 3).fail('T-001', 3, { kind: 'no-change' });
    rig.start('T-001', 4).fail('T-001', 4, { kind: 'conflict', paths: ['a.ts', 'b.ts'], onto: 'c0ffee' });
    const context = contextOf(rig, 5);
    expect(context?.previous).toMatchObject({
      number: 4,
      failure: 'conflict with landed work in a.ts, b.ts',
      output: '',
    });
    expect(context?.doNotRepeat).toEqual([
      'Do not end without a change: the workspace was the same as the base.',
      'Do not rewrite lines of a.ts, b.ts that the task does not need: others changed them too. The base now holds their changes; build on it.',
    ]);
  });

  test('of an agent that was denied what it wanted, what that was', () => {
    const denied = ['Write: /etc/hosts'];
    const rig = begun().start('T-001').fail('T-001', 1, { kind: 'no-change', denied });
    expect(contextOf(rig, 2)?.doNotRepeat).toEqual([
      'Do not end without a change, and stay in the workspace; this was denied: Write: /etc/hosts.',
    ]);
  });

  test('of an agent that hung, not to start what never ends', () => {
    const rig = begun()
      .start('T-001')
      .fail('T-001', 1, { kind: 'agent', how: 'idle', message: 'no progress for 600 s' });
    expect(contextOf(rig, 2)?.doNotRepeat).toEqual([
      'Do not start anything that waits for input or never ends: the last attempt was ended for silence or for taking too long.',
    ]);
  });

  test('of a merged tree that is red, the gate and that the code has changed', () => {
    const rig = begun().start('T-001').prove('T-001');
    rig.reject('T-001', 1, {
      kind: 'landing-gate',
      gate: 'test',
      output: 'Error: add is not a function',
      onto: 'c0ffee',
    });
    const context = contextOf(rig, 2);
    expect(context?.previous.output).toBe('Error: add is not a function');
    expect(context?.doNotRepeat).toEqual([
      'Do not rely on code that has changed since: with the work landed meanwhile, gate "test" failed: Error: add is not a function',
    ]);
  });

  test('nothing of attempts after its own', () => {
    const rig = begun()
      .start('T-001')
      .fail('T-001', 1, { kind: 'no-change' })
      .start('T-001', 2)
      .refute('T-001', 2);
    expect(contextOf(rig, 2)?.previous.number).toBe(1);
  });
});

describe('a long output', () => {
  const noise = (count: number): string =>
    Array.from({ length: count }, (_, index) => `line ${index}`).join('\n');

  test('is left as it is up to 8,000 characters, but for white space at its end', () => {
    const text = 'x'.repeat(OUTPUT_LIMIT);
    expect(OUTPUT_LIMIT).toBe(8_000);
    expect(usefulEnd(`${text}\n\n`)).toBe(text);
  });

  test('is cut to the limit and keeps its end', () => {
    const cut = usefulEnd(`${noise(5_000)}\nthe end`);
    expect(cut.length).toBeLessThanOrEqual(OUTPUT_LIMIT);
    expect(cut.length).toBeGreaterThan(OUTPUT_LIMIT - 50);
    expect(cut).toMatch(/^\[… output cut …\]\n/);
    expect(cut.endsWith('\nthe end')).toBe(true);
  });

  test.each([
    'Error: the cause',
    'TypeError: the cause',
    'src/a.ts(1,2): error TS2322: the cause',
    'FAIL test/a.test.ts',
    'not ok 3 - the cause',
  ])('keeps the first error too, when it stands before the end that is kept: %s', (first) => {
    const cut = usefulEnd(`${noise(100)}\n${first}\n${noise(5_000)}\nthe end`);
    expect(cut.length).toBeLessThanOrEqual(OUTPUT_LIMIT);
    expect(cut.startsWith(`${first}\n`)).toBe(true);
    expect(cut).toContain('[… output cut …]');
    expect(cut.endsWith('\nthe end')).toBe(true);
  });

  test('is not cut twice around an error that the end holds anyway', () => {
    const cut = usefulEnd(`${noise(5_000)}\nError: the cause\nthe end`);
    expect(cut.match(/output cut/g)).toHaveLength(1);
    expect(cut.match(/the cause/g)).toHaveLength(1);
  });
});
