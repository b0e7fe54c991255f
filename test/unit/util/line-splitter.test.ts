import { expect, test } from 'vitest';
import { LineSplitter } from '../../../src/util/line-splitter.ts';

function linesOf(chunks: readonly string[]): readonly string[] {
  const lines: string[] = [];
  const splitter = new LineSplitter((line) => lines.push(line));
  for (const chunk of chunks) splitter.push(chunk);
  splitter.end();
  return lines;
}

test('cuts at line feeds, wherever the chunks end', () => {
  expect(linesOf(['one\ntw', 'o\n', '\nfo', 'ur'])).toEqual(['one', 'two', '', 'four']);
});

test('drops a carriage return before the line feed, and only there', () => {
  expect(linesOf(['a\r\nb\rc\n', 'd\r', '\ne'])).toEqual(['a', 'b\rc', 'd', 'e']);
});

test('leaves the other line breaks of Unicode alone: they are legal in JSON', () => {
  expect(linesOf(['{"a":"x\u2028y"}\n'])).toEqual(['{"a":"x\u2028y"}']);
});

test('hands on nothing for an empty stream or after a final line feed', () => {
  expect(linesOf([])).toEqual([]);
  expect(linesOf(['a\n'])).toEqual(['a']);
});

test('hands on a line without end in pieces of a million characters', () => {
  const lines = linesOf(['x'.repeat(2_500_000)]);
  expect(lines.map((line) => line.length)).toEqual([1_000_000, 1_000_000, 500_000]);
});
