/**
 * A live region at the bottom of a terminal, redrawn in place, with permanent lines above it.
 *
 * Owns: the cursor and the rows of the region. Does not own: what is drawn, when it is drawn, signals.
 * 1. Between calls the cursor is hidden and stands in the first column of the row below the region.
 * 2. The region is at most one row lower than the terminal, so that its first row can always be reached.
 * 3. Each call is one write, and leaves the terminal's modes as it found them, except for the hidden cursor.
 * 4. Lines of a frame never wrap: wrapping is off while they are written, and the terminal cuts what is too long.
 */
import { cut, rowsOf } from '../reporting/text.ts';
import { stripEscapes } from '../util/harmless-text.ts';

/** What is needed of a terminal; `process.stdout` fits. */
export interface ScreenStream {
  readonly columns?: number;
  readonly rows?: number;
  write(text: string): unknown;
  on(event: 'resize', listener: () => void): unknown;
  off(event: 'resize', listener: () => void): unknown;
}

const HIDE_CURSOR = '\u001B[?25l';
const SHOW_CURSOR = '\u001B[?25h';
const WRAP_OFF = '\u001B[?7l';
const WRAP_ON = '\u001B[?7h';
const CLEAR_LINE = '\u001B[2K';
const CLEAR_BELOW = '\u001B[J';

export class Screen {
  readonly #stream: ScreenStream;
  readonly #onResize: () => void;
  /** The frame on the terminal, and the size it was drawn for. */
  #shown: readonly string[] = [];
  #shownColumns = 0;
  #shownRows = 0;
  #status: 'fresh' | 'live' | 'closed' = 'fresh';

  /** `onResize` is called after the terminal's size has changed; draw a frame for the new size there. */
  constructor(stream: ScreenStream, onResize: () => void = () => {}) {
    this.#stream = stream;
    this.#onResize = onResize;
    stream.on('resize', this.#onResize);
  }

  get columns(): number {
    return this.#stream.columns ?? 80;
  }

  /** How many rows a frame may have. */
  get rows(): number {
    return Math.max(1, (this.#stream.rows ?? 24) - 1);
  }

  /**
   * Shows `lines` as the new frame; only rows that differ are written. Rows beyond {@link rows} are left out.
   * Without effect once closed.
   */
  draw(lines: readonly string[]): void {
    if (this.#status === 'closed') return;
    const frame = lines.slice(0, this.rows);
    const output = this.#isResized() ? this.#erase() + write(frame) : this.#difference(frame);
    this.#remember(frame);
    if (output !== '') this.#stream.write(this.#begin() + output);
  }

  /** Prints text for good, above the region; it may have several lines, and long ones wrap. */
  log(text: string): void {
    const permanent = `${text.replaceAll(/\r?\n/g, '\r\n')}\r\n`;
    if (this.#status !== 'live') {
      this.#stream.write(permanent);
      return;
    }
    const frame = this.#shown.slice(0, this.rows);
    this.#stream.write(this.#erase() + permanent + write(frame));
    this.#remember(frame);
  }

  /** Puts `finalLines` in the place of the region for good and gives the cursor back. Further calls do nothing. */
  close(finalLines: readonly string[] = []): void {
    if (this.#status === 'closed') return;
    const cursor = this.#status === 'live' ? SHOW_CURSOR : '';
    const text = finalLines.map((line) => `${line}\r\n`).join('');
    const output = this.#erase() + text + cursor;
    this.#status = 'closed';
    this.#stream.off('resize', this.#onResize);
    if (output !== '') this.#stream.write(output);
  }

  #begin(): string {
    if (this.#status === 'live') return '';
    this.#status = 'live';
    return HIDE_CURSOR;
  }

  #remember(frame: readonly string[]): void {
    this.#shown = frame;
    this.#shownColumns = this.columns;
    this.#shownRows = this.rows;
  }

  #isResized(): boolean {
    return this.#shown.length > 0 && (this.#shownColumns !== this.columns || this.#shownRows !== this.rows);
  }

  /**
   * Clears the region and leaves the cursor at its first row. A terminal that has become narrower has wrapped the
   * rows that no longer fit, so the region may be higher than the frame was. Where it is higher than the
   * terminal, its upper part has left the screen and stays in the scrollback.
   */
  #erase(): string {
    if (this.#shown.length === 0) return '';
    const height = this.#shown.reduce((sum, line) => {
      const text = cut(stripEscapes(line), this.#shownColumns).trimEnd();
      return sum + rowsOf(text, this.columns);
    }, 0);
    return `${up(Math.min(height, this.rows))}\r${CLEAR_BELOW}`;
  }

  #difference(frame: readonly string[]): string {
    const old = this.#shown;
    const common = Math.min(old.length, frame.length);
    let output = '';
    let row = old.length;
    const moveTo = (target: number): void => {
      output += target < row ? up(row - target) : down(target - row);
      row = target;
    };
    for (let index = 0; index < common; index += 1) {
      if (old[index] === frame[index]) continue;
      moveTo(index);
      output += `\r${CLEAR_LINE}${WRAP_OFF}${frame[index]}${WRAP_ON}\r`;
    }
    if (frame.length < old.length) {
      moveTo(frame.length);
      return `${output}\r${CLEAR_BELOW}`;
    }
    if (output !== '') moveTo(old.length);
    return output + write(frame.slice(old.length));
  }
}

/** New rows from the cursor on; the cursor ends in the row below them. */
function write(lines: readonly string[]): string {
  if (lines.length === 0) return '';
  return `${WRAP_OFF}${lines.map((line) => `${line}\r\n`).join('')}${WRAP_ON}`;
}

function up(rows: number): string {
  return rows > 0 ? `\u001B[${rows}A` : '';
}

function down(rows: number): string {
  return rows > 0 ? `\u001B[${rows}B` : '';
}
