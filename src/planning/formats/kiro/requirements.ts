/** The `requirements.md` beside a Kiro task list, and the lines of a task that refer to it. */
import type { Criterion } from '../../../domain/plan.ts';
import { readLines } from '../../lines.ts';

export interface Requirements {
  /** Acceptance criteria in the order of the file; ids are `Req-2.1`. */
  readonly criteria: readonly Criterion[];
  /** First and last index in `criteria` of what a number names: `2.1`, or `2` for all of requirement 2. */
  readonly places: ReadonlyMap<string, readonly [first: number, last: number]>;
  /** Headings with a number that another one above has; their criteria cannot be named. Lines are 0-based. */
  readonly repeated: readonly { readonly number: string; readonly line: number }[];
}

const word = '(?:requirements?|reqs?|需求|要件|要求|요구사항)';
const headingPattern = new RegExp(
  `^ {0,3}#{1,6}[ \\t]+(?:${word}[ \\t]{0,4}[-#]?[ \\t]{0,4}|R-?)?(\\d+[A-Za-z]?)(?![\\w])(?!\\.\\d)[.):：\\-\\u2013\\u2014]?[ \\t]*(.*)$`,
  'iu',
);
const ownNumber =
  /^\s*(?:#{1,6}[ \t]+|[-*+][ \t]+)?(?:\*\*)?(?:AC[- ]?)?(\d+[A-Za-z]?\.\d+[a-z]?)(?![\w.]*\d)[.):：]?(?:\*\*)?[:：]?[ \t]+(\S.*)$/u;

export function readRequirements(text: string): Requirements {
  const criteria: { id: string; text: string }[] = [];
  const places = new Map<string, readonly [number, number]>();
  const repeated: { number: string; line: number }[] = [];
  const headings = new Set<string>();
  let requirement: string | undefined;
  let last: { text: string } | undefined;
  const add = (number: string, content: string): void => {
    last = undefined;
    if (places.has(number)) return;
    const at = criteria.length;
    const criterion = { id: `Req-${number}`, text: content.trim() };
    last = criterion;
    criteria.push(criterion);
    places.set(number, [at, at]);
    const whole = number.split('.')[0]!;
    places.set(whole, [places.get(whole)?.[0] ?? at, at]);
  };
  const close = (title: { number: string; text: string } | undefined): void => {
    // A requirement without numbered criteria is one itself.
    if (title !== undefined && !places.has(title.number)) add(title.number, title.text);
  };
  let title: { number: string; text: string } | undefined;
  for (const [at, line] of readLines(text).entries()) {
    if (line.fenced) continue;
    const numbered = ownNumber.exec(line.text);
    if (numbered !== null) {
      add(numbered[1]!, numbered[2]!);
      continue;
    }
    const heading = headingPattern.exec(line.text);
    if (heading !== null) {
      close(title);
      const number = heading[1]!;
      const isRepeated = headings.has(number);
      if (isRepeated) repeated.push({ number, line: at });
      headings.add(number);
      requirement = isRepeated ? undefined : number;
      title = isRepeated ? undefined : { number, text: heading[2]!.trim() };
      last = undefined;
      continue;
    }
    const item = /^ {0,3}(\d{1,6})[.)][ \t]+(\S.*)$/.exec(line.text);
    if (item !== null && requirement !== undefined) add(`${requirement}.${item[1]!}`, item[2]!);
    else if (line.text.trim() === '' || /^\s*#/.test(line.text)) last = undefined;
    else if (last !== undefined) last.text += ` ${line.text.trim()}`;
  }
  close(title);
  return { criteria, places, repeated };
}

/** The value behind a label such as `_Requirements: 1.1, 2.3_` or `**Validates: Requirements 2.1**`. */
export function labelled(
  text: string,
  label: RegExp,
): { readonly text: string; readonly column: number } | undefined {
  const match = label.exec(text);
  if (match === null) return undefined;
  let end = text.length;
  while (end > match[0].length && '_* \t'.includes(text[end - 1]!)) end -= 1;
  return { text: text.slice(match[0].length, end), column: match[0].length };
}

export const requirementLabel = new RegExp(
  `^\\s*(?:[-*+][ \\t]+)?[_*]{0,3}(?:validates|${word})[_*]{0,3}[ \\t]*[:：][_*]{0,3}[ \\t]*`,
  'iu',
);

/** Cut at commas and the like, with the columns; notes in brackets stay with their piece. */
export function piecesOf(
  text: string,
  column: number,
): readonly { readonly text: string; readonly column: number }[] {
  const found: { text: string; column: number }[] = [];
  let start = 0;
  for (const separator of [...text.matchAll(/[,;、，；&]|[ \t]and[ \t]/giu), undefined]) {
    const raw = text.slice(start, separator?.index);
    const bare = raw.trim();
    if (bare !== '') found.push({ text: bare, column: column + start + raw.indexOf(bare) });
    if (separator !== undefined) start = separator.index + separator[0].length;
  }
  return found;
}

const requirementNumber = '\\d+[A-Za-z]?(?:\\.\\d+[a-z]?)?';
const referencePattern = new RegExp(
  `^(?:${word}[ \\t]*#?|R-?)?(${requirementNumber})\\.?(?:[ \\t]*(?:[-\\u2010-\\u2015~～]|to|through)[ \\t]*(${requirementNumber}))?[ \\t]*(?:\\([^()]*\\))?$`,
  'iu',
);

/**
 * The criteria that one piece of a reference list names. `all` and `none` name no single one; undefined for what is
 * no number or a number that the requirements do not have.
 */
export function resolveRequirement(
  piece: string,
  { criteria, places }: Requirements,
): readonly Criterion[] | 'all' | 'none' | undefined {
  if (/^(?:none|n\/?a|无|なし|-|\u2013|\u2014)$/iu.test(piece)) return 'none';
  if (/^(?:all(?: requirements)?|所有(?:需求)?|全部|すべて|全て)$/iu.test(piece)) return 'all';
  const match = piece.length > 200 ? null : referencePattern.exec(piece);
  const first = match === null ? undefined : places.get(match[1]!);
  const last = match?.[2] === undefined ? first : places.get(match[2]);
  if (first === undefined || last === undefined || last[1] < first[0]) return undefined;
  return criteria.slice(first[0], last[1] + 1);
}
