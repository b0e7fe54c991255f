/**
 * Text for terminals: made harmless, measured in cells, cut and padded.
 *
 * 1. Whatever an agent, a gate or a backlog wrote passes through `plain` before it is shown: no escape sequence,
 *    control or direction character of theirs reaches a terminal.
 * 2. After `plain`, each code point has one width on every terminal: emoji joiners, variation selectors and skin
 *    tones are dropped, because terminals disagree about the width of such sequences.
 */
import { stripEscapes } from '../util/harmless-text.ts';

const emojiGlue =
  /[\u{1F3FB}-\u{1F3FF}\u{E0020}-\u{E007F}]|\uFE0E|\uFE0F|\u200D(?=\p{Extended_Pictographic})/gu;
const harmful = /[\p{Cc}\p{Cs}\p{Co}\u061C\u200E\u200F\u202A-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB]/gu;
const zeroWidth = /[\p{Mn}\p{Me}\p{Cf}\u1160-\u11FF]/u;

/** One harmless line: escapes and controls removed, every run of white space made one space, ends trimmed. */
export function plain(text: string): string {
  // Plain ASCII without a double space or control is the ordinary case, and the board asks often.
  if (/^(?:[!-~]+(?: [!-~]+)*)?$/.test(text)) return text;
  return stripEscapes(text).replace(/\s+/gu, ' ').replace(emojiGlue, '').replace(harmful, '').trim();
}

/** The harmless lines of a longer text, indentation kept, tabs made two spaces, blank lines at both ends dropped. */
export function plainLines(text: string): readonly string[] {
  const lines = stripEscapes(text)
    .split(/\r\n|[\n\r\u2028\u2029]/)
    .map((line) => line.replaceAll('\t', '  ').replace(emojiGlue, '').replace(harmful, '').trimEnd());
  const first = lines.findIndex((line) => line !== '');
  if (first === -1) return [];
  const last = lines.findLastIndex((line) => line !== '');
  return lines.slice(first, last + 1);
}

/** How many rows a terminal of `columns` needs for one line of text; a wide character is never split. */
export function rowsOf(text: string, columns: number): number {
  let rows = 1;
  let used = 0;
  for (const character of text) {
    const cells = cellsOf(character);
    if (used + cells > columns && used > 0) {
      rows += 1;
      used = 0;
    }
    used += cells;
  }
  return rows;
}

/** How many cells of a terminal the text takes. Text must have passed {@link plain}. */
export function widthOf(text: string): number {
  if (/^[ -~]*$/.test(text)) return text.length;
  let width = 0;
  for (const character of text) width += cellsOf(character);
  return width;
}

/** Cut to at most `width` cells; what was cut ends with `…`. */
export function truncate(text: string, width: number): string {
  if (width <= 0) return '';
  return widthOf(text) <= width ? text : `${cut(text, width - 1).trimEnd()}…`;
}

/** The longest beginning that takes at most `width` cells. */
export function cut(text: string, width: number): string {
  let kept = '';
  let used = 0;
  for (const character of text) {
    used += cellsOf(character);
    if (used > width) break;
    kept += character;
  }
  return kept;
}

/** Cut or filled with spaces to exactly `width` cells. */
export function fit(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  const cut = truncate(text, width);
  const space = ' '.repeat(Math.max(0, width - widthOf(cut)));
  return align === 'left' ? cut + space : space + cut;
}

/** Words set into lines of at most `width` cells; a longer word stands alone and is cut. */
export function wrap(words: readonly string[], width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of words) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (widthOf(longer) <= width) {
      line = longer;
      continue;
    }
    if (line !== '') lines.push(line);
    line = truncate(word, width);
  }
  return line === '' ? lines : [...lines, line];
}

/** `2026-09-28T10:30:00Z`: ISO 8601, UTC, whole seconds. `at` in ms since the epoch. */
export function isoTime(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}

/** `10:30:00`: the time of day in UTC. */
export function clockTime(at: number): string {
  return new Date(at).toISOString().slice(11, 19);
}

/** The first seven characters of a commit's id. */
export function short(commit: string): string {
  return commit.slice(0, 7);
}

/** `1 task`, `3 tasks`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** The first `limit` items, and how many more there are, as one comma-separated text. */
export function listed(items: readonly string[], limit: number): string {
  const shown = items.slice(0, limit).join(', ');
  return items.length <= limit ? shown : `${shown} and ${items.length - limit} more`;
}

function cellsOf(character: string): number {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x300) return 1;
  if (zeroWidth.test(character)) return 0;
  return isWide(code) || (code > 0xffff && /\p{Emoji_Presentation}/u.test(character)) ? 2 : 1;
}

/** Ranges of East Asian Width W and F (Unicode Standard Annex #11), joined where only unassigned points lie between. */
const wideRanges: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x231a, 0x231b],
  [0x2329, 0x232a],
  [0x23e9, 0x23ec],
  [0x23f0, 0x23f0],
  [0x23f3, 0x23f3],
  [0x25fd, 0x25fe],
  [0x2614, 0x2615],
  [0x2648, 0x2653],
  [0x267f, 0x267f],
  [0x2693, 0x2693],
  [0x26a1, 0x26a1],
  [0x26aa, 0x26ab],
  [0x26bd, 0x26be],
  [0x26c4, 0x26c5],
  [0x26ce, 0x26ce],
  [0x26d4, 0x26d4],
  [0x26ea, 0x26ea],
  [0x26f2, 0x26f3],
  [0x26f5, 0x26f5],
  [0x26fa, 0x26fa],
  [0x26fd, 0x26fd],
  [0x2705, 0x2705],
  [0x270a, 0x270b],
  [0x2728, 0x2728],
  [0x274c, 0x274c],
  [0x274e, 0x274e],
  [0x2753, 0x2755],
  [0x2757, 0x2757],
  [0x2795, 0x2797],
  [0x27b0, 0x27b0],
  [0x27bf, 0x27bf],
  [0x2b1b, 0x2b1c],
  [0x2b50, 0x2b50],
  [0x2b55, 0x2b55],
  [0x2e80, 0x303e],
  [0x3041, 0x4dbf],
  [0x4e00, 0xa4cf],
  [0xa960, 0xa97f],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe10, 0xfe19],
  [0xfe30, 0xfe6f],
  [0xff01, 0xff60],
  [0xffe0, 0xffe6],
  [0x16fe0, 0x18dff],
  [0x1aff0, 0x1b2ff],
  [0x1f200, 0x1f265],
  [0x1f300, 0x1f64f],
  [0x1f680, 0x1f6ff],
  [0x1f7e0, 0x1f7f0],
  [0x1f900, 0x1faff],
  [0x20000, 0x3fffd],
];

function isWide(code: number): boolean {
  let low = 0;
  let high = wideRanges.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const [first, last] = wideRanges[middle] ?? [0, 0];
    if (code < first) high = middle - 1;
    else if (code > last) low = middle + 1;
    else return true;
  }
  return false;
}

/** `0:04`, `12:30`, `1:02:03`: a running time that keeps its shape while it counts. */
export function stopwatch(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  const two = (value: number): string => String(value).padStart(2, '0');
  const [hours, minutes] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

/** A bar of exactly `width` cells. `fraction` is 0..1. */
export function bar(fraction: number, width: number): string {
  const full = Math.round(Math.min(1, Math.max(0, fraction)) * width);
  return '█'.repeat(full) + '░'.repeat(width - full);
}
