/**
 * The lines of a beads file: one JSON object each, of which those that are issues count. What an issue's fields mean
 * is not looked at here.
 */
import { errorAt, type Diagnostic, type Span } from '../../diagnostic.ts';
import { locateJson } from '../../json-text.ts';
import { isRecord, parseJson } from '../json-file.ts';

export interface IssueLine {
  readonly id: string;
  readonly value: Readonly<Record<string, unknown>>;
  /** The JSON object as it stands in the file, without blanks around it. */
  readonly json: string;
  /** Offset of {@link json} in the file. */
  readonly start: number;
  /** 1-based. */
  readonly line: number;
  /** 1-based column of the first character of {@link json}. */
  readonly column: number;
}

interface IssueLines {
  /** In file order; deleted ones are among them. */
  readonly issues: readonly IssueLine[];
  readonly diagnostics: readonly Diagnostic[];
}

/** More unreadable lines than this are not reported one by one: the file is something else. */
const maxFaults = 1_000;

export function readIssueLines(file: string, text: string): IssueLines {
  const issues: IssueLine[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const { json, start, line, column } of jsonLines(text)) {
    if (diagnostics.length >= maxFaults) break;
    const span: Span = { file, line, column, length: json.length };
    if (isConflictMark(json)) {
      const message = 'a mark of an unresolved merge conflict';
      const hint = 'keep one line of each issue, and remove the marks';
      diagnostics.push(errorAt(span, 'PLAN-SYNTAX', message, hint));
      continue;
    }
    const parsed = parseJson(file, json);
    if (!parsed.ok) {
      diagnostics.push({ ...parsed.error, line, column: column + parsed.error.column - 1 });
      continue;
    }
    const value = parsed.value;
    if (isRecord(value) && isOtherRecord(value)) continue;
    const id = isRecord(value) ? value['id'] : undefined;
    if (!isRecord(value) || typeof id !== 'string' || id === '') {
      const at = locateJson(json, 0, ['id']);
      const message = 'this line is no issue: it has no text as its "id"';
      diagnostics.push(
        errorAt(
          { ...span, column: column + at.start, length: at.end - at.start },
          'PLAN-BAD-FIELD',
          message,
          'one JSON object per line, as `bd export` writes it',
        ),
      );
      continue;
    }
    issues.push({ id, value, json, start, line, column });
  }
  return { issues, diagnostics };
}

/** Where a value of an issue stands; the nearest one above it when it has none. */
export function spanOfValue(file: string, issue: IssueLine, path: readonly (string | number)[]): Span {
  const { start, end } = locateJson(issue.json, 0, path);
  return { file, line: issue.line, column: issue.column + start, length: Math.max(1, end - start) };
}

/** Enough to know a file by; a file that begins with more lines of another kind is another file. */
const maxLinesLookedAt = 200;

/** Whether the first object of a text is an issue, marks of merge conflicts and other records before it or not. */
export function holdsIssues(text: string, isPlace: boolean): boolean {
  let looked = 0;
  for (const { json } of jsonLines(text)) {
    looked += 1;
    if (looked > maxLinesLookedAt) return false;
    if (isConflictMark(json)) continue;
    const parsed = json.startsWith('{') ? parseJson('', json) : undefined;
    if (parsed === undefined) return false;
    // A broken line is no reason to overlook the file: it is what the reader is to report.
    if (!parsed.ok) continue;
    const value = parsed.value;
    if (!isRecord(value)) return false;
    if (isOtherRecord(value)) continue;
    const has = (key: string): boolean => typeof value[key] === 'string' && value[key] !== '';
    // Other tools keep {id, title, status} lines, too; `issue_type` is in every export of beads.
    return has('id') && has('title') && (has('issue_type') || (isPlace && has('status')));
  }
  return false;
}

/** Newer exports mix other records in and name the kind of each. */
function isOtherRecord(value: Readonly<Record<string, unknown>>): boolean {
  return typeof value['_type'] === 'string' && value['_type'] !== 'issue';
}

function isConflictMark(line: string): boolean {
  return /^(?:<{7}|={7}|>{7}|\|{7})(?:\s|$)/.test(line);
}

interface JsonLine {
  readonly json: string;
  readonly start: number;
  readonly line: number;
  readonly column: number;
}

function* jsonLines(text: string): Generator<JsonLine> {
  let start = text.startsWith('\uFEFF') ? 1 : 0;
  for (let line = 1; start < text.length; line += 1) {
    const breakAt = text.indexOf('\n', start);
    const end = breakAt === -1 ? text.length : breakAt;
    const raw = text.slice(start, end);
    // Blanks of every kind, and the carriage return of CRLF.
    const json = raw.trim();
    const lead = json === '' ? 0 : raw.indexOf(json[0]!);
    if (json !== '') yield { json, start: start + lead, line, column: lead + 1 };
    start = end + 1;
  }
}
