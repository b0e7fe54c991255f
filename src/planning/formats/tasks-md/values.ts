/** What the values of a TASKS.md mean: status words, lists of ids, lists of paths, criteria. */
import type { Criterion, DeclaredStatus, Risk, Size } from '../../../domain/plan.ts';
import type { ViewStatus } from '../../../domain/view.ts';
import { unreachable } from '../../../util/unreachable.ts';
import { normaliseScope } from '../../scope-text.ts';
import { viewStatusOf } from '../new-text.ts';
import type { Field, Piece } from './sections.ts';

const statusPatterns: readonly (readonly [RegExp, DeclaredStatus])[] = [
  [/^(?:done|completed?)\s*\(external(?:ly)?\)|^satisfied[-_ ]externally\b/, 'completed-external'],
  [/^(?:done|completed?)\b/, 'completed'],
  [/^in[-_ ]progress\b/, 'in-progress'],
  [/^needs[-_ ]re-?verification\b/, 'needs-re-verification'],
  [/^externally[-_ ]managed\b/, 'externally-managed'],
  [/^(?:pending|todo|not started)\b/, 'pending'],
  [/^blocked\b/, 'blocked'],
  [/^skipped\b/, 'skipped'],
  [/^(?:superseded|abandoned)\b/, 'abandoned'],
];

/** The words of the format, as a hint for one that is none of them. */
export const statusWords: readonly string[] = [
  'pending',
  'in-progress',
  'done',
  'done (external)',
  'blocked',
  'skipped',
  'externally-managed',
  'satisfied-externally',
  'superseded',
  'needs-re-verification',
];

/** A status as people write it: any case, with an emoji before it or an explanation behind it. */
export function parseStatus(text: string): DeclaredStatus | undefined {
  const words = text.toLowerCase().replace(/^[^a-z]+/, '');
  return statusPatterns.find(([pattern]) => pattern.test(words))?.[1];
}

export function statusWordOf(status: ViewStatus): string {
  switch (status) {
    case 'pending':
    case 'blocked':
    case 'skipped':
    case 'externally-managed':
      return status;
    case 'running':
    case 'proven':
      return 'in-progress';
    case 'completed':
      return 'done';
    case 'completed-external':
      return 'done (external)';
    case 'stale':
      return 'needs-re-verification';
    case 'abandoned':
      return 'skipped';
    default:
      return unreachable(status);
  }
}

/** The word for a status in a new backlog. */
export function wordOfDeclared(declared: DeclaredStatus): string {
  return declared === 'abandoned' ? 'superseded' : statusWordOf(viewStatusOf(declared));
}

/** Whether what a file says already means what would be written, so that the text is left alone. */
export function saysStatus(text: string, status: ViewStatus): boolean {
  const declared = parseStatus(text);
  const isAbandoned = status === 'abandoned' && declared === 'abandoned';
  // Done is done: that it was not by Pawl is no reason to write over what people wrote.
  const isDone = status === 'completed-external' && declared === 'completed';
  // It waits for a person in both cases, and the backlog's own word says more.
  const isWaiting = status === 'blocked' && declared === 'needs-re-verification';
  const isKept = isAbandoned || isDone || isWaiting;
  return declared !== undefined && (isKept || declared === parseStatus(statusWordOf(status)));
}

export function parseSize(text: string): Size | undefined {
  const word = /^[*`]*([a-z]+)[*`]*(?:\s*\(.*)?$/i.exec(text.trim())?.[1]?.toLowerCase() ?? '';
  if (['simple', 'small', 's', 'low'].includes(word)) return 'S';
  if (['medium', 'm'].includes(word)) return 'M';
  return ['complex', 'large', 'l', 'high'].includes(word) ? 'L' : undefined;
}

export function parseRisk(text: string): Risk | undefined {
  const word = /^[*`]*([a-z]+)[*`]*(?:\s*[(,\u2013\u2014:-].*)?$/i.exec(text.trim())?.[1]?.toLowerCase();
  if (word === 'high') return 'High';
  if (word === 'medium') return 'Medium';
  return word === 'low' ? 'Low' : undefined;
}

export function parseYesNo(text: string): boolean | undefined {
  if (/^(?:yes|true)\b/i.test(text)) return true;
  return /^(?:no|false)\b/i.test(text) ? false : undefined;
}

const noneWord = /^(?:none|nothing|n\/a|no dependencies|[-\u2013\u2014])(?=$|[\s(.,])/i;

/** A field's value and its bullets, as pieces between separators that stand outside brackets. */
function piecesOf(field: Field, separator: RegExp): readonly Piece[] {
  return [field.value, ...field.children].flatMap(({ text, line, column }) => {
    const bullet = /^(?:[-*+]|\d+[.)])[ \t]+(?:\[.\][ \t]+)?/.exec(text)?.[0].length ?? 0;
    const pieces: Piece[] = [];
    let depth = 0;
    let start = bullet;
    const add = (end: number): void => {
      const raw = text.slice(start, end);
      const trimmed = raw.trim();
      if (trimmed === '') return;
      pieces.push({ text: trimmed, line, column: column + start + raw.indexOf(trimmed) });
    };
    for (let at = bullet; at < text.length; at += 1) {
      if ('([{'.includes(text[at]!)) depth += 1;
      else if (')]}'.includes(text[at]!)) depth = Math.max(0, depth - 1);
      const match = depth === 0 ? separator.exec(text.slice(at, at + 6)) : null;
      if (match === null) continue;
      add(at);
      at += match[0].length - 1;
      start = at + 1;
    }
    add(text.length);
    return pieces;
  });
}

/** `length` is that of the text in the file, which for an id of a range is the whole range. */
export interface IdPiece extends Piece {
  readonly length: number;
}

export interface IdList {
  readonly ids: readonly IdPiece[];
  /** Ranges that cannot be expanded, with the reason. */
  readonly faults: readonly { readonly piece: Piece; readonly message: string }[];
}

const idPattern = '[A-Za-z][A-Za-z0-9_]*-\\d+[A-Za-z]?';
const rangePattern = new RegExp(
  `^[*\`]*(${idPattern})[*\`]*(?:\\s*(?:\\.{2,3}|[\u2026\u2013\u2014-]|\\b(?:to|through)\\b)\\s*)[*\`]*(${idPattern})(?![\\w-])`,
);
const maxRange = 1_000;
/** Of all ids in a list: ranges of a few characters each must not become millions. */
const maxListed = 20_000;

/**
 * Ids as people list them: `None`, `T-005 (why), T-006`, `T-001–T-004`, one per bullet. What names no id is kept as
 * it stands, so that it is reported and not lost.
 */
export function parseIds(field: Field, known: ReadonlySet<string>): IdList {
  const ids: IdPiece[] = [];
  const faults: { piece: Piece; message: string }[] = [];
  for (const piece of piecesOf(field, /^(?:[,;]| and | & | \+ )/i)) {
    const range = rangePattern.exec(piece.text);
    const whole = /^[^\s(]+/.exec(piece.text)?.[0] ?? '';
    if (range !== null && !known.has(whole)) {
      const at: Piece = { ...piece, text: range[0] };
      const expanded = expandRange(range[1]!, range[2]!);
      if (typeof expanded === 'string') faults.push({ piece: at, message: expanded });
      else if (ids.length + expanded.length > maxListed)
        faults.push({ piece: at, message: `more than ${maxListed} ids are listed; the rest is not read` });
      else ids.push(...expanded.map((text) => ({ ...at, text, length: at.text.length })));
    } else ids.push(...singleIds(piece, known).map((id) => ({ ...id, length: id.text.length })));
  }
  return { ids, faults };
}

function expandRange(first: string, last: string): readonly string[] | string {
  const parse = /^(.*-)(\d+)([A-Za-z]?)$/;
  const [, prefix, low, suffix] = parse.exec(first)!;
  const [, otherPrefix, high, otherSuffix] = parse.exec(last)!;
  if (prefix !== otherPrefix || suffix !== otherSuffix)
    return `${first} and ${last} are no ends of one range`;
  const count = Number(high) - Number(low) + 1;
  if (count < 1) return `the range from ${first} to ${last} runs backwards`;
  if (count > maxRange) return `the range from ${first} to ${last} has ${count} ids; ${maxRange} are read`;
  return Array.from(
    { length: count },
    (_, offset) => `${prefix}${String(Number(low) + offset).padStart(low!.length, '0')}${suffix}`,
  );
}

function singleIds(piece: Piece, known: ReadonlySet<string>): readonly Piece[] {
  const { text, line, column } = piece;
  const bare = /^[*`[~]*([^\s(\]*`~]+)/.exec(text);
  const first = bare?.[1]?.replace(/(?<![.:])[.:]+$/, '') ?? '';
  if (known.has(first)) {
    // `T-001 T-002` without a comma names two; ids in an explanation name none.
    const rest = text.slice(bare![0].length);
    if (!/^[\])*`~]*\s+[A-Za-z]+-\d/.test(rest)) {
      return [{ text: first, line, column: column + text.indexOf(first) }];
    }
  }
  if (noneWord.test(text.replace(/^[*_`]+/, ''))) return [];
  // Behind the last bracket that closes none is a note, and looking for its end would take long in a row of them.
  const noted = text.lastIndexOf(')') + 1;
  const notes = text.slice(0, noted).replace(/\([^)]*\)/g, (note) => ' '.repeat(note.length));
  const outside = notes + text.slice(noted);
  const found = [...outside.matchAll(new RegExp(`(?<![\\w-])${idPattern}(?![\\w-])`, 'g'))];
  if (found.length > 0) return found.map((match) => ({ text: match[0], line, column: column + match.index }));
  const kept = outside.trim() === '' ? text : outside.trim();
  return [{ text: kept.replace(/^[*`[~]+|(?<![*`\]~.])[*`\]~.]+$/g, ''), line, column }];
}

/** Paths and globs as people list them: back-ticked, as links, separated by commas, with notes in brackets. */
export function parsePaths(field: Field): readonly string[] {
  return piecesOf(field, /^[,;]/).flatMap(({ text }) => {
    const ticked = [...text.matchAll(/`([^`]+)`/g)].map((match) => match[1]!);
    if (ticked.length > 0) return ticked.map(normaliseScope);
    if (noneWord.test(text)) return [];
    const link = /^\[[^\]]*\]\(([^)]+)\)/.exec(text)?.[1];
    const path = normaliseScope(link ?? text.replace(/\s+\(.*\)\.?$/, ''));
    return path === '' ? [] : [path];
  });
}

/** Entries of a reading list: like paths, but titles stay whole. */
export function parseReadings(field: Field): readonly string[] {
  return piecesOf(field, /^[,;]/).flatMap(({ text }) => {
    if (noneWord.test(text)) return [];
    const link = /^\[[^\]]*\]\(([^)]+)\)/.exec(text)?.[1];
    return [(link ?? text).replaceAll('`', '').trim()];
  });
}

/** `auth-api.md, Section 3` is `auth-api.md#Section 3`; several references are separated by `;` or bullets. */
export function parseSpecReferences(field: Field): readonly string[] {
  return piecesOf(field, /^;/).flatMap(({ text }) => {
    if (noneWord.test(text)) return [];
    const link = /^\[[^\]]*\]\(([^)]+)\)/.exec(text);
    const [file = '', ...sections] = (link?.[1] ?? text).split(/,\s|,$|(?<!\s)\s+[>\u00a7\u2192]\s*/);
    const behind = link === null ? '' : text.slice(link[0].length).replace(/^[\s,>\u00a7\u2192]+/, '');
    const name = file.replaceAll('`', '').trim();
    const section = [...sections, behind]
      .join(', ')
      .replaceAll('`', '')
      .replace(/(?<![\s,.])[\s,.]+$/, '')
      .trim();
    if (name === '') return [];
    return [section === '' || name.includes('#') ? name : `${name}#${section}`];
  });
}

/** Letters and digits with `AC` in the last part: `AC-01`, `AC2`, `AUTH-AC01`. */
const criterionId = /^(\*\*|`)?((?:[A-Za-z0-9_]+-+)*AC-?\d+[a-z]?)(\*\*|`)?\s*[:.)\u2013\u2014-]\s*/;

/** The id that a criterion's text begins with, and the rest. `**AC1:** text` ends its emphasis with the id. */
export function splitCriterionId(text: string): Criterion | undefined {
  const match = criterionId.exec(text);
  if (match === null) return undefined;
  const behind = text.slice(match[0].length);
  const rest = match[1] === '**' && match[3] === undefined ? behind.replace(/^\*\*\s*/, '') : behind;
  return rest === '' ? undefined : { id: match[2]!, text: rest };
}

export interface CriteriaList {
  readonly criteria: readonly (Criterion & { readonly piece: Piece })[];
  /** Checkboxes with a mark that is none of the known ones. */
  readonly oddBoxes: readonly Piece[];
}

/** The criteria of a task. Ids that a criterion begins with are kept; the others get `<task>.AC<n>`. */
export function parseCriteria(field: Field, task: string): CriteriaList {
  const texts: { text: string; piece: Piece; indent: number }[] = [];
  const oddBoxes: Piece[] = [];
  if (field.value.text !== '' && !noneWord.test(field.value.text)) {
    texts.push({ text: field.value.text, piece: field.value, indent: -1 });
  }
  for (const piece of field.children) {
    const bullet = /^(?:[-*+]|\d+[.)])[ \t]+(?:\[(.)\]\*?(?:[ \t]+|$))?/.exec(piece.text);
    const above = texts.at(-1);
    if (bullet === null || (above !== undefined && above.indent >= 0 && piece.column > above.indent + 1)) {
      // A wrapped line or a bullet below a criterion belongs to it.
      if (above === undefined) texts.push({ text: piece.text, piece, indent: piece.column });
      else above.text += `${bullet === null ? ' ' : '\n'}${piece.text}`;
      continue;
    }
    const box = bullet[1];
    if (box !== undefined && !' xX~-/'.includes(box)) oddBoxes.push(piece);
    const text = piece.text.slice(bullet[0].length);
    if (text !== '') texts.push({ text, piece, indent: piece.column });
  }
  const criteria = texts.map(({ text, piece }, index) => {
    const named = splitCriterionId(text);
    return { ...(named ?? { id: `${task}.AC${index + 1}`, text }), piece };
  });
  return { criteria, oddBoxes };
}
