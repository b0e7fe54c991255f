import { styleText } from 'node:util';
import type { Code } from '../domain/codes.ts';

/** A stretch of one line of a backlog file. `line` and `column` are 1-based and count UTF-16 units, as editors do. */
export interface Span {
  /** Relative to the repository's root. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly length: number;
}

/** Something wrong at a place in a backlog. An error refuses the plan, a warning does not. */
export interface Diagnostic extends Span {
  readonly code: Code;
  readonly severity: 'error' | 'warning';
  /** One sentence without a full stop. */
  readonly message: string;
  readonly hint?: string;
}

export function errorAt(span: Span, code: Code, message: string, hint?: string): Diagnostic {
  return { code, severity: 'error', message, ...span, ...(hint === undefined ? {} : { hint }) };
}

export function warningAt(span: Span, message: string, hint?: string): Diagnostic {
  return {
    code: 'PLAN-WARNING',
    severity: 'warning',
    message,
    ...span,
    ...(hint === undefined ? {} : { hint }),
  };
}

/** Longer lines are shown as a window of about this many columns around the span. */
const windowColumns = 120;
/** More than this many are counted, not printed: nobody reads them, and a terminal needs minutes to scroll. */
const maxPrinted = 200;

/**
 * All diagnostics as a compiler prints them: place, severity, code and message, then the source line with the
 * span underlined, then the hint, and the counts at the end. In order of file and place. Ends with a newline;
 * the empty list renders as the empty text. Control characters of the sources are never passed on.
 */
export function renderDiagnostics(
  diagnostics: readonly Diagnostic[],
  sources: ReadonlyMap<string, string>,
  options: { readonly color: boolean },
): string {
  if (diagnostics.length === 0) return '';
  const files = [...new Set(diagnostics.map(({ file }) => file))];
  const sorted = diagnostics.toSorted(
    (a, b) => files.indexOf(a.file) - files.indexOf(b.file) || a.line - b.line || a.column - b.column,
  );
  const linesByFile = new Map<string, readonly string[]>();
  const blocks = sorted.slice(0, maxPrinted).map((diagnostic) => {
    let lines = linesByFile.get(diagnostic.file);
    if (lines === undefined) {
      lines =
        sources
          .get(diagnostic.file)
          ?.replace(/^\uFEFF/, '')
          .split('\n') ?? [];
      linesByFile.set(diagnostic.file, lines);
    }
    return renderOne(diagnostic, lines[diagnostic.line - 1], options.color);
  });
  if (sorted.length > maxPrinted) blocks.push(`… and ${sorted.length - maxPrinted} more\n`);
  return `${blocks.join('\n')}\n${countDiagnostics(diagnostics)}\n`;
}

/** `3 errors, 1 warning`. */
export function countDiagnostics(diagnostics: readonly Diagnostic[]): string {
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length;
  const warnings = diagnostics.length - errors;
  const parts: string[] = [];
  if (errors > 0 || warnings === 0) parts.push(errors === 1 ? '1 error' : `${errors} errors`);
  if (warnings > 0) parts.push(warnings === 1 ? '1 warning' : `${warnings} warnings`);
  return parts.join(', ');
}

type Style = Parameters<typeof styleText>[0];

function renderOne(diagnostic: Diagnostic, line: string | undefined, color: boolean): string {
  const style = (format: Style, text: string): string =>
    color ? styleText(format, text, { validateStream: false }) : text;
  const tone: Style = diagnostic.severity === 'error' ? 'red' : 'yellow';
  const place = `${diagnostic.file}:${diagnostic.line}:${diagnostic.column}`;
  const label = style([tone, 'bold'], `${diagnostic.severity} ${diagnostic.code}`);
  const out = [`${style('bold', visible(place))} ${label}  ${visible(diagnostic.message)}`];
  const number = String(diagnostic.line).padStart(5);
  const margin = ' '.repeat(number.length);
  if (line !== undefined) {
    const { text, indent, width } = excerpt(line, diagnostic.column - 1, diagnostic.length);
    out.push(`${style('dim', `${number} |`)} ${text}`.trimEnd());
    const squiggle = `^${'~'.repeat(Math.max(0, width - 1))}`;
    out.push(`${style('dim', `${margin} |`)} ${' '.repeat(indent)}${style(tone, squiggle)}`);
  }
  if (diagnostic.hint !== undefined) out.push(`${margin} ${style('dim', '=')} ${visible(diagnostic.hint)}`);
  return `${out.join('\n')}\n`;
}

/** The part of a line around a span, ready to print, and where the span stands in it, in terminal columns. */
function excerpt(
  line: string,
  start: number,
  length: number,
): { text: string; indent: number; width: number } {
  const bare = line.replace(/\r$/, '');
  const from = Math.min(start, bare.length);
  const to = Math.min(from + Math.max(1, length), bare.length);
  const shownTo = Math.min(to, from + windowColumns - 20);
  let first = 0;
  let last = bare.length;
  if (bare.length > windowColumns) {
    const room = Math.max(0, windowColumns - (shownTo - from));
    first = Math.max(0, Math.min(from - Math.floor(room / 2), bare.length - windowColumns));
    last = Math.min(bare.length, first + windowColumns);
  }
  const head = (first > 0 ? '…' : '') + visible(bare.slice(first, from));
  const span = visible(bare.slice(from, shownTo));
  const tail = visible(bare.slice(shownTo, last)) + (last < bare.length ? '…' : '');
  return { text: head + span + tail, indent: columnsOf(head), width: Math.max(1, columnsOf(span)) };
}

/** Text of a stranger's file, safe to print on one line: tabs become four blanks, control characters a mark. */
function visible(text: string): string {
  return text
    .replaceAll('\t', '    ')
    .replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g, '\ufffd')
    .replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '\ufffd');
}

/** Terminal columns: East Asian wide characters and emoji take two, combining marks none. */
function columnsOf(text: string): number {
  let columns = 0;
  for (const character of text) {
    if (/^[\p{Mn}\p{Me}\p{Cf}\ufe0f]$/u.test(character)) continue;
    const isWide =
      /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]$/.test(
        character,
      ) || /^(?:\p{Emoji_Presentation}|[\u{20000}-\u{3fffd}])$/u.test(character);
    columns += isWide ? 2 : 1;
  }
  return columns;
}
