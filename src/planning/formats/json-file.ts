import { err, ok, type Result } from '../../util/result.ts';
import { errorAt, type Diagnostic, type Span } from '../diagnostic.ts';
import { findJsonFault, Positions, type JsonSpan } from '../json-text.ts';

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Parses a JSON file, byte order mark or not; a text that is not JSON is one diagnostic at the fault's place. */
export function parseJson(file: string, text: string): Result<unknown, Diagnostic> {
  try {
    return ok(JSON.parse(text.startsWith('\uFEFF') ? text.slice(1) : text));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const fault = findJsonFault(text) ?? { offset: 0, length: 1, message: error.message };
    const span = spanOf(file, text, new Positions(text), {
      start: fault.offset,
      end: fault.offset + fault.length,
    });
    return err(errorAt(span, 'PLAN-SYNTAX', fault.message));
  }
}

/** The place of a stretch of text; of several lines the first one. */
export function spanOf(file: string, text: string, positions: Positions, { start, end }: JsonSpan): Span {
  const lineEnd = text.indexOf('\n', start);
  const last = lineEnd === -1 ? end : Math.min(end, lineEnd);
  return { file, ...positions.at(start), length: Math.max(1, text.slice(start, last).trimEnd().length) };
}
