import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import { Screen } from '../../../src/tui/screen.ts';

class Recorder extends EventEmitter {
  columns = 40;
  rows = 10;
  readonly writes: string[] = [];

  write(text: string): void {
    this.writes.push(text);
  }
}

const ESC = '\u001B';

test('a frame that has not changed is not written again', () => {
  const stream = new Recorder();
  const screen = new Screen(stream);
  screen.draw(['one', 'two']);
  screen.draw(['one', 'two']);
  expect(stream.writes).toEqual([`${ESC}[?25l${ESC}[?7lone\r\ntwo\r\n${ESC}[?7h`]);
});

test('only the row that changed is written, in one write', () => {
  const stream = new Recorder();
  const screen = new Screen(stream);
  screen.draw(['one', 'two', 'three']);
  screen.draw(['one', 'TWO', 'three']);
  expect(stream.writes[1]).toBe(`${ESC}[2A\r${ESC}[2K${ESC}[?7lTWO${ESC}[?7h\r${ESC}[2B`);
});

test('closing gives the cursor back once, and lets go of the stream', () => {
  const stream = new Recorder();
  const screen = new Screen(stream);
  screen.draw(['one']);
  expect(stream.listenerCount('resize')).toBe(1);
  screen.close(['done']);
  screen.close(['again']);
  screen.draw(['later']);
  expect(stream.writes.slice(1)).toEqual([`${ESC}[1A\r${ESC}[Jdone\r\n${ESC}[?25h`]);
  expect(stream.listenerCount('resize')).toBe(0);
});

test('a screen that has shown nothing leaves the terminal alone', () => {
  const stream = new Recorder();
  const screen = new Screen(stream);
  screen.draw([]);
  screen.close();
  expect(stream.writes).toEqual([]);
});

test('a stream that knows no size is taken for 80 by 24', () => {
  const stream = Object.assign(new EventEmitter(), { write: () => true });
  const screen = new Screen(stream);
  expect([screen.columns, screen.rows]).toEqual([80, 23]);
});
