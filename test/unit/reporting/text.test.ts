import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  fit,
  plain,
  plainLines,
  rowsOf,
  stopwatch,
  truncate,
  widthOf,
  wrap,
} from '../../../src/reporting/text.ts';
import { renderLine, span } from '../../../src/reporting/spans.ts';

describe('plain', () => {
  test('removes escape sequences, controls and direction marks', () => {
    expect(plain('\u001B[31mred\u001B[0m \u001B]8;;https://x\u0007link\u001B]8;;\u0007')).toBe('red link');
    expect(plain('a\u0000b\u0007c\u009Bd\u202Ee')).toBe('abcde');
  });

  test('makes one line of many', () => {
    expect(plain('  one\r\n\ttwo\u2028three  ')).toBe('one two three');
  });

  test('takes the parts that terminals disagree about out of emoji', () => {
    expect(plain('👩‍👩‍👧 👍🏽 ✔️')).toBe('👩👩👧 👍 ✔');
  });

  test('keeps joiners that scripts need', () => {
    expect(plain('می\u200Cخواهم')).toBe('می\u200Cخواهم');
  });
});

test('plainLines keeps indentation and drops blank lines at both ends', () => {
  expect(plainLines('\n\n  a\n\n\tb\u001B[1m!\u001B[0m\r\n\n')).toEqual(['  a', '', '  b!']);
});

describe('widthOf', () => {
  test.each([
    ['plain', 5],
    ['設定', 4],
    ['한국어', 6],
    ['ｗｉｄｅ', 8],
    ['🚀', 2],
    ['⌛', 2],
    ['é', 1],
    ['e\u0301', 1],
    ['█░●✓↺✗·…', 8],
    ['', 0],
  ])('%s takes %i cells', (text, cells) => {
    expect(widthOf(text)).toBe(cells);
  });
});

test('truncate cuts before a wide character that would not fit whole', () => {
  expect(truncate('設定ファイル', 6)).toBe('設定…');
  expect(truncate('設定ファイル', 5)).toBe('設定…');
  expect(truncate('設定', 4)).toBe('設定');
  expect(truncate('long words', 6)).toBe('long…');
  expect(truncate('abc', 0)).toBe('');
});

test('fit gives exactly the width asked for', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.nat(30), (text, width) => {
      expect(widthOf(fit(plain(text), width))).toBe(width);
    }),
  );
});

test('a rendered line is never wider than the columns, and is whole when it fits', () => {
  const part = fc.string({ unit: 'grapheme', maxLength: 12 }).map((text) => span(plain(text)));
  fc.assert(
    fc.property(fc.array(part), fc.nat(40), (line, columns) => {
      const whole = line
        .map(({ text }) => text)
        .join('')
        .trimEnd();
      const text = renderLine(line, columns, false);
      expect(widthOf(text)).toBeLessThanOrEqual(columns);
      if (widthOf(whole) <= columns) expect(text).toBe(whole);
      else if (columns > 0) expect(text).toMatch(/…$/);
    }),
  );
});

test('wrap sets words into lines and cuts a word that is too long', () => {
  expect(wrap(['a', 'bb', 'ccc', 'dddddddd'], 6)).toEqual(['a bb', 'ccc', 'ddddd…']);
});

test('rowsOf counts the rows a terminal wraps a line into', () => {
  expect(rowsOf('', 10)).toBe(1);
  expect(rowsOf('0123456789', 10)).toBe(1);
  expect(rowsOf('01234567890', 10)).toBe(2);
  expect(rowsOf('設定設定設', 5)).toBe(3);
});

test('stopwatch keeps its shape', () => {
  expect([0, 4_900, 754_000, 3_723_000].map(stopwatch)).toEqual(['0:00', '0:04', '12:34', '1:02:03']);
});
