import { describe, expect, test } from 'vitest';
import { cleanText, oneLine, stripEscapes } from '../../../src/util/harmless-text.ts';

describe('text of others', () => {
  test('keeps its words, its line breaks and its tabs', () => {
    expect(cleanText('a\tb\r\nc\rd\u2028e\u0085f')).toBe('a\tb\nc\nd\ne\nf');
    expect(cleanText('Größe, 任务, नमस्ते, می‌خواهم, 👩‍💻')).toBe('Größe, 任务, नमस्ते, می‌خواهم, 👩‍💻');
  });

  test('loses what a reader does not see', () => {
    expect(cleanText('a\0b\u200Bc\u202Ed\u2066e\uFEFFf\u{E0041}g\uD800h\u00ADi')).toBe('abcdefghi');
    expect(cleanText('\u200D# a \u200D b')).toBe('# a  b');
  });

  test('loses terminal escapes; one without an end takes no further line with it', () => {
    expect(stripEscapes('\u001B[31mred\u001B[0m and \u001B]0;title\u0007rest')).toBe('red and rest');
    expect(cleanText('\u001B]0;title\nnext')).toBe('\nnext');
  });

  test('as one line has single spaces and a length', () => {
    expect(oneLine(' a\n\n b\tc ')).toBe('a b c');
    expect(oneLine('abcdef', 4)).toBe('abc…');
    expect(oneLine('ab😀cd', 4)).toBe('ab…');
  });
});
