import { EventEmitter } from 'node:events';
import xterm from '@xterm/headless';
import { describe, expect, test } from 'vitest';
import { Screen } from '../../src/tui/screen.ts';

/** A terminal emulator in the place of `process.stdout`. */
class FakeTerminal extends EventEmitter {
  readonly emulator: xterm.Terminal;

  constructor(columns: number, rows: number) {
    super();
    this.emulator = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true, scrollback: 500 });
  }

  get columns(): number {
    return this.emulator.cols;
  }

  get rows(): number {
    return this.emulator.rows;
  }

  write(text: string): void {
    this.emulator.write(text);
  }

  /** As a real terminal does: what was written is on the screen, the screen changes, then the program is told. */
  async resize(columns: number, rows: number): Promise<void> {
    await this.settled();
    this.emulator.resize(columns, rows);
    this.emit('resize');
  }

  async settled(): Promise<void> {
    await new Promise<void>((resolve) => this.emulator.write('', resolve));
  }

  /** Scrollback and screen, without empty rows at the end. */
  async text(): Promise<readonly string[]> {
    await this.settled();
    const { active } = this.emulator.buffer;
    const rows = Array.from(
      { length: active.length },
      (_, row) => active.getLine(row)?.translateToString(true) ?? '',
    );
    return rows.slice(0, rows.findLastIndex((row) => row !== '') + 1);
  }

  /** The visible rows only. */
  async visible(): Promise<readonly string[]> {
    await this.settled();
    const { active } = this.emulator.buffer;
    return Array.from(
      { length: this.rows },
      (_, row) => active.getLine(active.baseY + row)?.translateToString(true) ?? '',
    );
  }

  /** Column and row on the screen. */
  async cursor(): Promise<readonly [number, number]> {
    await this.settled();
    return [this.emulator.buffer.active.cursorX, this.emulator.buffer.active.cursorY];
  }
}

function frame(count: number, text = 'row'): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${text} ${index + 1}`);
}

describe('a live region', () => {
  test('grows, changes and shrinks in place, with the cursor below it', async () => {
    const terminal = new FakeTerminal(40, 10);
    terminal.write('$ pawl run\r\n');
    const screen = new Screen(terminal);
    screen.draw(['a', 'b']);
    screen.draw(['a', 'B', 'c', 'd']);
    expect(await terminal.text()).toEqual(['$ pawl run', 'a', 'B', 'c', 'd']);
    expect(await terminal.cursor()).toEqual([0, 5]);
    screen.draw(['z']);
    expect(await terminal.text()).toEqual(['$ pawl run', 'z']);
    expect(await terminal.cursor()).toEqual([0, 2]);
    screen.draw([]);
    expect(await terminal.text()).toEqual(['$ pawl run']);
    screen.draw(['back', 'again']);
    expect(await terminal.text()).toEqual(['$ pawl run', 'back', 'again']);
  });

  test('ends up as the last frame, whatever the frames before were', async () => {
    const terminal = new FakeTerminal(20, 8);
    const screen = new Screen(terminal);
    // Every change of length and of each row between neighbours of a fixed, mixed sequence.
    const lengths = [3, 7, 1, 4, 4, 0, 2, 6, 5, 7, 3, 1, 7];
    for (const [index, length] of lengths.entries()) {
      const lines = Array.from({ length }, (_, row) =>
        (row + index) % 3 === 0 ? `same ${row}` : `${index}:${row}`,
      );
      screen.draw(lines);
      expect(await terminal.text()).toEqual(lines);
    }
  });

  test('keeps permanent lines above it, in order, also when they scroll away', async () => {
    const terminal = new FakeTerminal(30, 6);
    const screen = new Screen(terminal);
    screen.log('before');
    screen.draw(['live 1', 'live 2']);
    for (let number = 1; number <= 8; number += 1) screen.log(`event ${number}`);
    screen.log('two\nlines');
    const events = Array.from({ length: 8 }, (_, index) => `event ${index + 1}`);
    expect(await terminal.text()).toEqual(['before', ...events, 'two', 'lines', 'live 1', 'live 2']);
    expect(await terminal.visible()).toEqual(['event 8', 'two', 'lines', 'live 1', 'live 2', '']);
  });

  test('lets a long permanent line wrap, and never a line of its own', async () => {
    const terminal = new FakeTerminal(10, 8);
    const screen = new Screen(terminal);
    screen.draw(['0123456789abc', 'next']);
    screen.log('a permanent line');
    expect(await terminal.text()).toEqual(['a permanen', 't line', '012345678c', 'next']);
    screen.draw(['0123456789', 'NEXT']);
    expect(await terminal.text()).toEqual(['a permanen', 't line', '0123456789', 'NEXT']);
  });

  test('of 30 rows shows what fits on a terminal of 20, and its history stays whole', async () => {
    const terminal = new FakeTerminal(40, 20);
    terminal.write('$ pawl run\r\n');
    const screen = new Screen(terminal);
    screen.draw(frame(30));
    screen.draw(frame(30, 'new'));
    expect(await terminal.visible()).toEqual([...frame(19, 'new'), '']);
    expect(await terminal.text()).toEqual(['$ pawl run', ...frame(19, 'new')]);
    screen.close(['done']);
    expect(await terminal.text()).toEqual(['$ pawl run', 'done']);
  });

  test('holds wide characters', async () => {
    const terminal = new FakeTerminal(12, 6);
    const screen = new Screen(terminal);
    screen.draw(['設定ファイル', 'abc']);
    screen.draw(['設定ファイル', 'ABC']);
    screen.draw(['表示', 'ABC']);
    expect(await terminal.text()).toEqual(['表示', 'ABC']);
  });

  test('is gone after closing, the final lines stand in its place, and the cursor is back', async () => {
    const terminal = new FakeTerminal(40, 10);
    const raw: string[] = [];
    const write = terminal.write.bind(terminal);
    terminal.write = (text) => {
      raw.push(text);
      write(text);
    };
    const screen = new Screen(terminal);
    screen.draw(frame(5));
    screen.close(['3 tasks landed', 'Type `pawl land`.']);
    expect(await terminal.text()).toEqual(['3 tasks landed', 'Type `pawl land`.']);
    expect(await terminal.cursor()).toEqual([0, 2]);
    const modes = raw
      .join('')
      .split('\u001B')
      .filter((sequence) => sequence.startsWith('[?25'));
    expect(modes.map((sequence) => sequence.slice(0, 5))).toEqual(['[?25l', '[?25h']);
  });
});

describe('a resize', () => {
  const wide = ['x'.repeat(38), 'short', 'y'.repeat(25)];

  test('to fewer columns leaves nothing of the old frame behind', async () => {
    const terminal = new FakeTerminal(40, 12);
    const screen = new Screen(terminal, () => screen.draw(['narrow', 'frame']));
    screen.log('history');
    screen.draw(wide);
    await terminal.resize(12, 12);
    expect(await terminal.text()).toEqual(['history', 'narrow', 'frame']);
    screen.draw(['narrow', 'again']);
    expect(await terminal.text()).toEqual(['history', 'narrow', 'again']);
  });

  test('to fewer columns counts wide characters as the terminal wraps them', async () => {
    const terminal = new FakeTerminal(40, 12);
    const screen = new Screen(terminal, () => screen.draw(['ok']));
    screen.log('history');
    screen.draw(['設定ファイルを読む', 'abc']);
    await terminal.resize(7, 12);
    expect(await terminal.text()).toEqual(['history', 'ok']);
  });

  test('back and forth before the next frame leaves nothing behind', async () => {
    const terminal = new FakeTerminal(40, 12);
    const screen = new Screen(terminal);
    screen.log('history');
    screen.draw(wide);
    await terminal.resize(10, 12);
    await terminal.resize(30, 12);
    screen.draw(['frame']);
    expect(await terminal.text()).toEqual(['history', 'frame']);
  });

  test('to more columns redraws in place', async () => {
    const terminal = new FakeTerminal(20, 10);
    const screen = new Screen(terminal, () => screen.draw([`${screen.columns} columns`]));
    screen.log('history');
    screen.draw(frame(4));
    await terminal.resize(60, 10);
    expect(await terminal.text()).toEqual(['history', '60 columns']);
  });

  test('to fewer rows cuts the frame and leaves one of it on the screen', async () => {
    const terminal = new FakeTerminal(30, 12);
    const screen = new Screen(terminal, () => screen.draw(frame(9, 'new')));
    screen.draw(frame(9));
    await terminal.resize(30, 6);
    expect(await terminal.visible()).toEqual([...frame(5, 'new'), '']);
    screen.close();
    expect(await terminal.visible()).toEqual(['', '', '', '', '', '']);
  });

  test('while only a log line follows keeps the region whole', async () => {
    const terminal = new FakeTerminal(40, 12);
    const screen = new Screen(terminal);
    screen.draw(wide);
    await terminal.resize(20, 12);
    screen.log('event');
    screen.draw(['new', 'frame']);
    expect(await terminal.text()).toEqual(['event', 'new', 'frame']);
  });
});
