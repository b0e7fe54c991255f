/** Styled text that is measured and cut before any escape sequence is in it. */
import { cut, widthOf } from './text.ts';

export type Tone = 'dim' | 'bold' | 'green' | 'yellow' | 'red' | 'cyan';

export interface Span {
  readonly text: string;
  readonly tone?: Tone;
}

export type Line = readonly Span[];

const codes: Readonly<Record<Tone, number>> = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 };

export function span(text: string, tone?: Tone): Span {
  return tone === undefined ? { text } : { text, tone };
}

/** At most `columns` cells, cut with `…`, without spaces at the end; escape sequences only when `color`. */
export function renderLine(line: Line, columns: number, color: boolean): string {
  return cutLine(line, columns)
    .map(({ text, tone }) =>
      color && tone !== undefined && text.trim() !== '' ? `\u001B[${codes[tone]}m${text}\u001B[0m` : text,
    )
    .join('');
}

/** `text` in a tone, when `color`. */
export function paint(text: string, tone: Tone, color: boolean): string {
  return renderLine([span(text, tone)], Number.MAX_SAFE_INTEGER, color);
}

function cutLine(line: Line, columns: number): Line {
  if (columns <= 0) return [];
  const whole = trimmed(line);
  const kept: Span[] = [];
  let room = columns;
  for (const [index, part] of whole.entries()) {
    const width = widthOf(part.text);
    if (width > room || (width === room && index < whole.length - 1)) {
      const left = cut(part.text, room - 1);
      return trimmed([...kept, { ...part, text: `${left.trim() === '' ? '' : left}…` }]);
    }
    kept.push(part);
    room -= width;
  }
  return kept;
}

function trimmed(line: readonly Span[]): Line {
  const last = line.findLastIndex(({ text }) => text.trimEnd() !== '');
  return line
    .slice(0, last + 1)
    .map((part, index) => (index === last ? { ...part, text: part.text.trimEnd() } : part));
}
