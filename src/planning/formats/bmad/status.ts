/** Where a BMAD story says its status, what the words mean, and how they are replaced. */
import type { DeclaredStatus } from '../../../domain/plan.ts';
import type { ViewStatus } from '../../../domain/view.ts';
import { unreachable } from '../../../util/unreachable.ts';
import { lineBreakOf, type Line, type TextEdit } from '../../lines.ts';

/** A status in a story; a story may have one in its front matter and one in its text. */
export interface StatusPlace {
  /** The words that say it, without what stands behind them; empty when the place is there and nothing in it. */
  readonly word: string;
  /** Undefined for words that mean nothing here. */
  readonly declared: DeclaredStatus | undefined;
  /** Index of the line. */
  readonly line: number;
  /** 0-based. */
  readonly column: number;
  /** What an empty place needs before its word: a blank, or a line break behind the heading. */
  readonly lead: '' | ' ' | 'line';
}

const words: readonly (readonly [RegExp, DeclaredStatus])[] = [
  [/^ready[-_ ]?for[-_ ]?(?:review|done|qa|testing)\b/i, 'in-progress'],
  [/^ready(?:[-_ ]?for[-_ ]?(?:dev(?:elopment)?|implementation))?\b/i, 'pending'],
  [/^(?:in[-_ ]?progress|started|wip|active)\b/i, 'in-progress'],
  [/^(?:in[-_ ]?)?(?:review|qa|testing)\b/i, 'in-progress'],
  [/^(?:done|completed?|closed|finished|implemented)\b/i, 'completed'],
  [
    /^(?:draft(?:ed)?|approved|backlog|to-?do|pending|planned|new|not[-_ ]started|open|proposed)\b/i,
    'pending',
  ],
  [/^(?:blocked|on[-_ ]?hold|paused)\b/i, 'blocked'],
  [/^(?:shelved|deferred|postponed|skipped)\b/i, 'skipped'],
  [/^(?:cancell?ed|abandoned|superseded|obsolete|rejected)\b/i, 'abandoned'],
];

/** The status in a value such as `**Done** — 2025-09-19`: its first word counts. */
export function readStatusWord(value: string): {
  word: string;
  at: number;
  declared: DeclaredStatus | undefined;
} {
  const at = value.search(/\p{L}/u);
  if (at === -1) return { word: '', at: value.length, declared: undefined };
  const said = value.slice(at);
  for (const [pattern, declared] of words) {
    const word = pattern.exec(said)?.[0];
    if (word !== undefined) return { word, at, declared };
  }
  return { word: /^[\p{L}\p{N}-]+/u.exec(said)![0], at, declared: undefined };
}

const inlineLabel = /^\s*(?:[-*+][ \t]+)?[*_]{0,3}status[*_]{0,3}[ \t]*[:：][*_]{0,3}/i;

/** All places of a story, that which counts first: the text before the front matter. */
export function findStatuses(lines: readonly Line[], frontMatterEnd: number): readonly StatusPlace[] {
  const inFront = lines
    .slice(0, frontMatterEnd)
    .map(({ text }, line) => placeBehind(text, /^status[ \t]*:/i, line))
    .find((place) => place !== undefined);
  const inText = findInText(lines, frontMatterEnd);
  return [...(inText === undefined ? [] : [inText]), ...(inFront === undefined ? [] : [inFront])];
}

function findInText(lines: readonly Line[], from: number): StatusPlace | undefined {
  let isHead = true;
  for (let line = from; line < lines.length; line += 1) {
    const { text, fenced } = lines[line]!;
    if (fenced) continue;
    const heading = /^ {0,3}#{2,6}[ \t]+(.*)$/.exec(text)?.[1];
    if (heading === undefined) {
      const place = isHead ? placeBehind(text, inlineLabel, line) : undefined;
      if (place !== undefined) return place;
    } else if (/^[*_]{0,3}status[*_]{0,3}[ \t]*[:：]/i.test(heading)) {
      return placeBehind(text, /^[\s#]*[*_]{0,3}status[*_]{0,3}[ \t]*[:：][*_]{0,3}/i, line);
    } else if (/^[*_]{0,3}status[*_]{0,3}\s*$/i.test(heading.slice(0, 40))) {
      return belowHeading(lines, line);
    } else isHead = false;
  }
  return undefined;
}

function belowHeading(lines: readonly Line[], heading: number): StatusPlace {
  for (let line = heading + 1; line < lines.length; line += 1) {
    const { text, fenced } = lines[line]!;
    if (fenced || /^ {0,3}#/.test(text)) break;
    if (text.trim() !== '') return placeBehind(text, inlineLabel, line) ?? placeBehind(text, /^/, line)!;
  }
  const column = lines[heading]!.text.length;
  return { word: '', declared: undefined, line: heading, column, lead: 'line' };
}

function placeBehind(text: string, label: RegExp, line: number): StatusPlace | undefined {
  const match = label.exec(text);
  if (match === null) return undefined;
  const { word, at, declared } = readStatusWord(text.slice(match[0].length));
  const column = match[0].length + at;
  return { word, declared, line, column, lead: word === '' && !/\s$/.test(text) ? ' ' : '' };
}

/**
 * The words that are written: those of the template (`InProgress`), or of version 6 (`in-progress`) where the file
 * has its words in lower case. Undefined for what the format has no word for.
 */
function wordFor(status: ViewStatus, isLower: boolean): string | undefined {
  switch (status) {
    case 'pending':
      return isLower ? 'ready-for-dev' : 'Approved';
    case 'running':
    case 'proven':
      return isLower ? 'in-progress' : 'InProgress';
    case 'stale':
      return isLower ? 'review' : 'Review';
    case 'completed':
    case 'completed-external':
      return isLower ? 'done' : 'Done';
    case 'blocked':
    case 'skipped':
    case 'abandoned':
    case 'externally-managed':
      return undefined;
    default:
      return unreachable(status);
  }
}

function declaredAs(status: ViewStatus): DeclaredStatus {
  switch (status) {
    case 'running':
    case 'proven':
    case 'stale':
      return 'in-progress';
    case 'completed-external':
      return 'completed';
    case 'pending':
    case 'completed':
    case 'blocked':
    case 'skipped':
    case 'abandoned':
    case 'externally-managed':
      return status;
    default:
      return unreachable(status);
  }
}

/** Where a status line can be put into a story that has none: behind a line. */
export interface StatusSlot {
  readonly line: number;
  readonly kind: 'title' | 'front-matter';
}

/** The edits that make a story say a status; none when the place that counts says it already. */
export function statusEditsOf(
  text: string,
  lines: readonly Line[],
  places: readonly StatusPlace[],
  slot: StatusSlot | undefined,
  status: ViewStatus,
): readonly TextEdit[] {
  const counting = places[0];
  if ((counting?.declared ?? 'pending') === declaredAs(status)) return [];
  const lineBreak = lineBreakOf(text);
  if (counting === undefined) {
    const word = wordFor(status, true);
    if (word === undefined || slot === undefined) return [];
    const at = lines[slot.line]!.start + lines[slot.line]!.text.length;
    const insert =
      slot.kind === 'title' ? `${lineBreak}${lineBreak}Status: ${word}` : `${lineBreak}status: ${word}`;
    return [{ start: at, end: at, text: insert }];
  }
  return places.flatMap((place): TextEdit[] => {
    const word = wordFor(status, /^\p{Ll}/u.test(place.word));
    if (word === undefined || (place.declared ?? 'pending') === declaredAs(status)) return [];
    const start = lines[place.line]!.start + place.column;
    const lead = place.lead === 'line' ? lineBreak : place.lead;
    return [{ start, end: start + place.word.length, text: lead + word }];
  });
}
