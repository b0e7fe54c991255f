import { expect, test } from 'vitest';
import { BoundedTail } from '../../../src/util/bounded-tail.ts';

test('keeps everything up to its limit', () => {
  const tail = new BoundedTail(10);
  tail.push('hello');
  tail.push('world');
  expect([tail.toString(), tail.dropped]).toEqual(['helloworld', 0]);
});

test('keeps the last characters beyond it, and counts what it dropped', () => {
  const tail = new BoundedTail(5);
  for (const text of ['abc', 'defg', 'h']) tail.push(text);
  expect([tail.toString(), tail.dropped]).toEqual(['defgh', 3]);
  tail.push('a chunk longer than all');
  expect(tail.toString()).toBe('n all');
});

test('is empty before anything arrives, and can be read again and again', () => {
  const tail = new BoundedTail(3);
  expect([tail.toString(), tail.toString(), tail.dropped]).toEqual(['', '', 0]);
  tail.push('xyz');
  expect([tail.toString(), tail.toString()]).toEqual(['xyz', 'xyz']);
});

test('says the same whatever the pieces', () => {
  const text = Array.from({ length: 5_000 }, (_, index) => String(index)).join(',');
  const whole = new BoundedTail(100);
  const pieces = new BoundedTail(100);
  whole.push(text);
  for (const character of text) pieces.push(character);
  expect(pieces.toString()).toBe(whole.toString());
  expect(pieces.dropped).toBe(whole.dropped);
});
