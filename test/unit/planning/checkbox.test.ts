import { describe, expect, test } from 'vitest';
import {
  checkboxEdit,
  declaredOfMark,
  parseCheckbox,
  type Checkbox,
} from '../../../src/planning/checkbox.ts';
import { applyEdits, readLines } from '../../../src/planning/lines.ts';

function boxes(text: string): readonly (Checkbox | undefined)[] {
  return readLines(text).map((line) => parseCheckbox(line));
}

function write(text: string, ...[status, inProgress]: [Parameters<typeof checkboxEdit>[1], string?]): string {
  const edits = boxes(text).flatMap((box) =>
    box === undefined ? [] : [checkboxEdit(box, status, inProgress)],
  );
  return applyEdits(
    text,
    edits.filter((edit) => edit !== undefined),
  );
}

describe('a line with a box', () => {
  test('is known by any bullet and number, and tells where its parts stand', () => {
    expect(parseCheckbox(readLines('x\r\n\t* [X]* 2.1 text  \r\n')[1]!)).toEqual({
      indent: 4,
      mark: 'X',
      markAt: 7,
      optional: true,
      text: '2.1 text',
      textColumn: 9,
    });
    for (const bullet of ['-', '*', '+', '1.', '12)'])
      expect(parseCheckbox(readLines(`${bullet} [ ] a`)[0]!)?.text).toBe('a');
  });

  test('is none without a bullet, in a code fence, as a link or with two marks', () => {
    for (const line of ['[ ] a', 'text - [ ] a', '- [x](url)', '- [ab] c', '-[ ] a'])
      expect(boxes(line)).toEqual([undefined]);
    expect(boxes('```\n- [ ] a\n```')).toEqual([undefined, undefined, undefined]);
  });

  test('may have blanks around its mark, which stay', () => {
    expect(boxes('- [x  ] a\n- [ x ] b\n- [  ] c\n- [ab ] d').map((box) => box?.mark)).toEqual([
      'x',
      'x',
      ' ',
      undefined,
    ]);
    expect(write('- [x  ] a\n- [ x ] b', 'pending')).toBe('- [   ] a\n- [   ] b');
    expect(write('- [  ] a\n- [   ] b', 'completed')).toBe('- [x ] a\n- [x  ] b');
  });

  test('may be empty, hold a no-break blank or an emoji of two characters', () => {
    expect(boxes('- [] a\n- [\u00a0] b\n- [✔️] c\n- [🟢] d').map((box) => box?.mark)).toEqual([
      '',
      ' ',
      '✔️',
      '🟢',
    ]);
  });
});

describe('a mark', () => {
  test('says pending, completed or in progress, and nothing when it is unknown', () => {
    expect(['', ' ', '\u00a0'].map(declaredOfMark)).toEqual(['pending', 'pending', 'pending']);
    for (const mark of ['x', 'X', '✓', '✔', '✔️', '✅']) expect(declaredOfMark(mark)).toBe('completed');
    for (const mark of ['~', '-', '/', '>']) expect(declaredOfMark(mark)).toBe('in-progress');
    for (const mark of ['?', '!', 'o', '🟢']) expect(declaredOfMark(mark)).toBeUndefined();
  });

  test('is the only thing that a status changes', () => {
    expect(write('\ufeff- [ ] a\r\n', 'completed')).toBe('\ufeff- [x] a\r\n');
    expect(write('- [] a', 'completed')).toBe('- [x] a');
    expect(write('- [✔️] a', 'pending')).toBe('- [ ] a');
    expect(write('- [ ] a', 'running', '~')).toBe('- [~] a');
    expect(write('- [ ] a', 'running')).toBe('- [ ] a');
    expect(write('- [x] a', 'stale')).toBe('- [ ] a');
  });

  test('stays when it says the same in other signs, and when it is unknown and nothing happened', () => {
    expect(write('- [✅] a', 'completed')).toBe('- [✅] a');
    expect(write('- [X] a', 'completed-external')).toBe('- [X] a');
    expect(write('- [-] a', 'running', '~')).toBe('- [-] a');
    expect(write('- [?] a', 'pending')).toBe('- [?] a');
    expect(write('- [?] a', 'completed')).toBe('- [x] a');
  });
});
