/**
 * A list of references to other tasks as people write it: `None`, `T-005 (why), T-006`, `P1.1-P1.7`, `T001–T007`,
 * `2-3`, `All`. Formats decide what a reference means; nothing is dropped here.
 */
export interface Reference {
  readonly text: string;
  /** Offset in the list's text, and length there; of an id out of a range, those of the whole range. */
  readonly at: number;
  readonly length: number;
}

export type References =
  | { readonly kind: 'none' }
  /** All tasks before this one, as the format understands it. */
  | { readonly kind: 'all' }
  | { readonly kind: 'list'; readonly items: readonly Reference[]; readonly faults: readonly Reference[] };

const LONGEST_RANGE = 1_000;
/** Of all ids in a list: ranges of a few characters each must not become millions. */
const LONGEST_LIST = 20_000;
/** Longer pieces are prose, and no range is looked for in them. */
const LONGEST_PIECE = 200;
/** The word alone, or with an explanation: `None (first task)`, `None - builds on what is there`. */
const noneWords =
  /^(?:none|nothing|n\/?a|no dependencies)(?:$|\s*[(.,:;\u2013\u2014]|\s+-)|^[-\u2013\u2014]+$/i;
const allWords =
  /^all(?: (?:the )?(?:above|previous|prior|preceding|earlier|other))?(?: (?:tasks|steps|slices|stories|phases))?(?: above)?\.?$/i;

export function parseReferences(text: string): References {
  const trimmed = text.trim();
  const [from, to] = bracketed(trimmed) ? [text.indexOf('[') + 1, text.lastIndexOf(']')] : [0, text.length];
  const list = text.slice(from, to);
  if (list.trim() === '' || noneWords.test(list.trim())) return { kind: 'none' };
  if (allWords.test(list.trim())) return { kind: 'all' };
  const items: Reference[] = [];
  const faults: Reference[] = [];
  for (const found of pieces(list)) {
    const piece = { ...found, at: found.at + from };
    const ids = expandRange(piece.text);
    if (ids === undefined || (ids.length > 1 && items.length + ids.length > LONGEST_LIST)) faults.push(piece);
    else for (const id of ids) items.push({ ...piece, text: id });
  }
  return { kind: 'list', items, faults };
}

/** `[S01, S02]`, whose brackets are the list's. */
function bracketed(text: string): boolean {
  return text.startsWith('[') && text.endsWith(']') && text.indexOf(']') === text.length - 1;
}

/** Cut at commas, semicolons, `+`, `&`, `and`, outside brackets; a bracketed note behind a reference is left out. */
function pieces(text: string): readonly Reference[] {
  const found: Reference[] = [];
  let depth = 0;
  let start = 0;
  const add = (end: number): void => {
    const raw = withoutNote(text.slice(start, end));
    const bare = raw
      .trim()
      .replace(/^(?:and\s+)?[*_`"']*/i, '')
      .replace(/(?<![*_`"'.])[*_`"'.]+$/, '');
    if (bare !== '') found.push({ text: bare, at: start + raw.indexOf(bare), length: bare.length });
  };
  for (let at = 0; at < text.length; at += 1) {
    if ('([{'.includes(text[at]!)) depth += 1;
    else if (')]}'.includes(text[at]!)) depth = Math.max(0, depth - 1);
    const separator = depth === 0 ? /^(?:[,;、，+&]|\s+and\s+)/i.exec(text.slice(at, at + 8)) : null;
    if (separator === null) continue;
    add(at);
    at += separator[0].length - 1;
    start = at + 1;
  }
  add(text.length);
  return found;
}

/** Takes a note in brackets off the end: `T-005 (needs the (new) client).` The text may be all note, then it stays. */
function withoutNote(text: string): string {
  const bare = text.trimEnd().replace(/\.$/, '').trimEnd();
  if (!bare.endsWith(')')) return text;
  let depth = 0;
  for (let at = bare.length - 1; at >= 0; at -= 1) {
    if (bare[at] === ')') depth += 1;
    else if (bare[at] === '(') depth -= 1;
    if (depth === 0) return bare.slice(0, at).trim() === '' ? text : bare.slice(0, at);
  }
  return text;
}

/** One id, or all of a range whose ends differ in their last number only. Undefined for a range that is none. */
export function expandRange(text: string): readonly string[] | undefined {
  if (text.length > LONGEST_PIECE) return [text];
  const range = /^(.*?)(\d+)\s*(?:\.{2,3}|[\u2026\u2013\u2014]|\s(?:to|through)\s|-)\s*(.*?)(\d+)$/i.exec(
    text,
  );
  if (range === null) return [text];
  const [, prefix = '', from = '', secondPrefix = '', to = ''] = range;
  // `T-003` and `US-1-2` are ids with dashes, not ranges.
  const isDashed = prefix !== '' && secondPrefix === '' && text[prefix.length + from.length] === '-';
  if (isDashed && (Number(to) <= Number(from) || !/[.\d]$|^[A-Za-z]+$/.test(prefix))) return [text];
  if (secondPrefix !== '' && secondPrefix.trim() !== prefix.trim())
    return text.includes('-') ? [text] : undefined;
  const first = Number(from);
  const last = Number(to);
  if (last < first || last - first >= LONGEST_RANGE) return undefined;
  const width = from.startsWith('0') ? from.length : 0;
  return Array.from(
    { length: last - first + 1 },
    (_, step) => prefix + String(first + step).padStart(width, '0'),
  );
}
