import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { singleFile } from '../../src/planning/formats/format.ts';
import { kiroFormat } from '../../src/planning/formats/kiro/format.ts';
import { check } from '../unit/planning/formats/plan-texts.ts';
import { collected, writtenBack } from '../rig/corpora.ts';

const file = '.kiro/specs/sample/tasks.md';

test('every collected Kiro task list is a valid plan with all its numbered boxes', (context) => {
  for (const { name, text } of collected(context, 'kiro')) {
    expect(kiroFormat.detect(name, text)).toBe(true);
    const { draft, report, plan } = check(kiroFormat, file, text);
    expect(report).not.toContain(' error ');
    expect(plan.tasks).toHaveLength(draft.tasks.length);
    const numbers = [...text.matchAll(/^ *- \[[ x-]{1,3}\]\*? (\d+(?:\.\d+)*)\.? (.*)$/gm)];
    // A parent's number is the beginning of another; a checkpoint is a gate.
    const expected = numbers
      .filter(
        ([, id, title]) =>
          !/^(?:最终 |final )?checkpoint/i.test(title!) &&
          !numbers.some(([, other]) => other!.startsWith(`${id}.`)),
      )
      .map(([, id]) => id);
    expect(plan.tasks.map(({ id }) => id)).toEqual(expected);
  }
});

test('the collected task lists come back byte for byte when nothing has changed', (context) => {
  for (const { text } of collected(context, 'kiro')) {
    expect(writtenBack(kiroFormat, { file, text })).toBe(text);
  }
});

test('a change of one task changes marks only, and is read again as that change', (context) => {
  for (const { text } of collected(context, 'kiro')) {
    const { plan } = check(kiroFormat, file, text);
    const lines = text.split('\n');
    for (const { id, declared } of plan.tasks) {
      const wanted = declared === 'completed' ? 'pending' : 'completed';
      const after = writtenBack(kiroFormat, { file, text }, { [id]: wanted });
      const changed = after.split('\n').filter((line, at) => line !== lines[at]);
      expect(after).toHaveLength(text.length);
      // Its own box, and at most those of its parent and of the checkpoint that it was the last task before.
      expect(changed.length).toBeGreaterThanOrEqual(1);
      expect(changed.every((line) => /^ *- \[[ x-]/.test(line))).toBe(true);
      const again = check(kiroFormat, file, after).plan.tasks;
      const others = again.filter((task, at) => task.id !== id && task.declared !== plan.tasks[at]!.declared);
      expect(others).toEqual([]);
      expect(again.find((task) => task.id === id)!.declared === 'completed').toBe(wanted === 'completed');
      expect(again.map(({ specHash }) => specHash)).toEqual(plan.tasks.map(({ specHash }) => specHash));
    }
  }
});

test('no collected backlog of another format is taken for a Kiro task list, nor does one make it throw', (context) => {
  for (const { format, name, text } of collected(context)) {
    if (format === 'kiro') continue;
    expect([name, kiroFormat.detect(name, text)]).toEqual([name, false]);
    kiroFormat.read(singleFile(name, text));
  }
});

test('collected task lists that were cut, repeated and disturbed are read without throwing', (context) => {
  const texts = collected(context, 'kiro').map(({ text }) => text);
  fc.assert(
    fc.property(
      fc.constantFrom(...texts),
      fc.array(
        fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(40), fc.string({ maxLength: 6 })),
        { maxLength: 12 },
      ),
      (original, edits) => {
        let text = original;
        for (const [place, length, insert] of edits) {
          const at = Math.floor(place * text.length);
          text = text.slice(0, at) + insert + text.slice(at + length);
        }
        const { draft } = check(kiroFormat, file, text);
        // Of two tasks with one number the first is written.
        if (new Set(draft.tasks.map(({ id }) => id)).size === draft.tasks.length)
          expect(writtenBack(kiroFormat, { file, text })).toBe(text);
      },
    ),
    { numRuns: 120 },
  );
});
