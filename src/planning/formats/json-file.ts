import { err, ok, type Result } from '../../util/result.ts';
import { errorAt, warningAt, type Diagnostic, type Span } from '../diagnostic.ts';
import { findJsonFault, Positions, type JsonFault, type JsonSpan } from '../json-text.ts';

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What a table says of a word; undefined for a word that is not in it, `constructor` as any other. */
export function wordIn<Value>(table: Readonly<Record<string, Value>>, word: string): Value | undefined {
  return Object.hasOwn(table, word) ? table[word] : undefined;
}

/** Parses a JSON file, byte order mark or not; a text that is not JSON is one diagnostic at the fault's place. */
export function parseJson(file: string, text: string): Result<unknown, Diagnostic> {
  try {
    return ok(JSON.parse(text.startsWith('\uFEFF') ? text.slice(1) : text));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const fault = findJsonFault(text) ?? strayMark(text) ?? { offset: 0, length: 1, message: error.message };
    const span = spanOf(file, text, new Positions(text), {
      start: fault.offset,
      end: fault.offset + fault.length,
    });
    return err(errorAt(span, 'PLAN-SYNTAX', fault.message));
  }
}

/** White space to an editor, and to the search for faults; not to JSON. */
function strayMark(text: string): JsonFault | undefined {
  const offset = text.indexOf('\uFEFF', 1);
  const message = 'a byte order mark stands inside the text';
  return offset === -1 ? undefined : { offset, length: 1, message };
}

/** The place of a stretch of text; of several lines the first one. */
export function spanOf(file: string, text: string, positions: Positions, { start, end }: JsonSpan): Span {
  // Cut first: in a file without line breaks the next one would be looked for to the file's end.
  const [line = ''] = text.slice(start, end).split('\n', 1);
  return { file, ...positions.at(start), length: Math.max(1, line.trimEnd().length) };
}

/** The faults of a JSON file while it is read. */
export class JsonFaults {
  readonly diagnostics: Diagnostic[] = [];
  private readonly file: string;
  private readonly text: string;
  private readonly positions: Positions;

  constructor(file: string, text: string) {
    this.file = file;
    this.text = text;
    this.positions = new Positions(text);
  }

  /** Where a stretch of the text is. */
  at(span: JsonSpan): Span {
    return spanOf(this.file, this.text, this.positions, span);
  }

  report(severity: 'error' | 'warning', span: JsonSpan, message: string, hint?: string): void {
    const place = this.at(span);
    this.diagnostics.push(
      severity === 'error'
        ? errorAt(place, 'PLAN-BAD-FIELD', message, hint)
        : warningAt(place, message, hint),
    );
  }
}
