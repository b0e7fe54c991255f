import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plural, textLines, tidy } from '../src/index.ts';

test('blanks are tidied, no-break spaces too', () => {
  assert.equal(tidy('  200\u00a0g \t plain   flour '), '200 g plain flour');
});

test('text is split into the lines that say something', () => {
  assert.deepEqual(textLines('one\r\n\n  two\n'), ['one', 'two']);
});

test('everything but exactly one takes the plural', () => {
  assert.equal(plural(1, 'egg'), 'egg');
  assert.equal(plural(0, 'egg'), 'eggs');
  assert.equal(plural(2, 'leaf', 'leaves'), 'leaves');
});
