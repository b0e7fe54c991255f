/**
 * Places in JSON text. `JSON.parse` reads backlogs, because nothing is as fast; this module is asked only when a
 * fault has a place to name, or when a value must be changed without touching a byte around it.
 *
 * Except for {@link findJsonFault} everything here expects text that `JSON.parse` has accepted.
 */

/** Offsets of a value: `[start, end)`. */
export interface JsonSpan {
  readonly start: number;
  readonly end: number;
}

export interface JsonMember extends JsonSpan {
  readonly key: string;
  /** Offset of the quote that opens the key. */
  readonly keyStart: number;
}

const quote = 0x22;
const backslash = 0x5c;

/** The first offset at or after `at` that is not white space. */
export function skipSpace(text: string, at: number): number {
  for (;;) {
    const code = text.charCodeAt(at);
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09 && code !== 0xfeff) return at;
    at += 1;
  }
}

function endOfString(text: string, at: number): number {
  for (let end = text.indexOf('"', at + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let first = end;
    while (text.charCodeAt(first - 1) === backslash) first -= 1;
    if ((end - first) % 2 === 0) return end + 1;
  }
  return text.length;
}

/** The offset behind the value that begins at `at`. */
export function endOfValue(text: string, at: number): number {
  if (text.charCodeAt(at) === quote) return endOfString(text, at);
  if (text[at] !== '{' && text[at] !== '[') {
    let end = at;
    while (end < text.length && !/[\s,\]}]/.test(text[end]!)) end += 1;
    return end;
  }
  let depth = 0;
  for (let index = at; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code === quote) index = endOfString(text, index) - 1;
    else if (code === 0x7b || code === 0x5b) depth += 1;
    else if (code === 0x7d || code === 0x5d) {
      depth -= 1;
      if (depth === 0) return index + 1;
    }
  }
  return text.length;
}

/** The values of the array that begins at `at`. */
export function elementsOf(text: string, at: number): readonly JsonSpan[] {
  const elements: JsonSpan[] = [];
  let index = skipSpace(text, at + 1);
  while (index < text.length && text[index] !== ']') {
    const end = endOfValue(text, index);
    elements.push({ start: index, end });
    index = skipSpace(text, end);
    if (text[index] === ',') index = skipSpace(text, index + 1);
  }
  return elements;
}

/** The members of the object that begins at `at`. */
export function membersOf(text: string, at: number): readonly JsonMember[] {
  const members: JsonMember[] = [];
  let index = skipSpace(text, at + 1);
  while (index < text.length && text[index] !== '}') {
    const keyEnd = endOfString(text, index);
    const start = skipSpace(text, skipSpace(text, keyEnd) + 1);
    const end = endOfValue(text, start);
    members.push({ key: JSON.parse(text.slice(index, keyEnd)) as string, keyStart: index, start, end });
    index = skipSpace(text, end);
    if (text[index] === ',') index = skipSpace(text, index + 1);
  }
  return members;
}

/**
 * Offsets of the elements of an array that is a member of the outermost object, in one pass over the text; empty
 * when there is no such array.
 */
export function elementStarts(text: string, key: string): Uint32Array {
  let starts: number[] = [];
  let index = skipSpace(text, skipSpace(text, 0) + 1);
  while (index < text.length && text[index] !== '}') {
    const keyEnd = endOfString(text, index);
    const isWanted = JSON.parse(text.slice(index, keyEnd)) === key;
    index = skipSpace(text, skipSpace(text, keyEnd) + 1);
    if (isWanted) starts = [];
    if (isWanted && text[index] === '[') {
      index = skipSpace(text, index + 1);
      while (index < text.length && text[index] !== ']') {
        starts.push(index);
        index = skipSpace(text, endOfValue(text, index));
        if (text[index] === ',') index = skipSpace(text, index + 1);
      }
      index += 1;
    } else index = endOfValue(text, index);
    index = skipSpace(text, index);
    if (text[index] === ',') index = skipSpace(text, index + 1);
  }
  return Uint32Array.from(starts);
}

/** The 1-based lines of ascending offsets. */
export function linesOf(text: string, offsets: Uint32Array): Uint32Array {
  let line = 1;
  let next = text.indexOf('\n');
  return offsets.map((offset) => {
    for (; next !== -1 && next < offset; next = text.indexOf('\n', next + 1)) line += 1;
    return line;
  });
}

/** The member that `JSON.parse` takes: of two with one key the last. */
export function memberOf(text: string, at: number, key: string): JsonMember | undefined {
  return text[at] === '{' ? membersOf(text, at).findLast((member) => member.key === key) : undefined;
}

/** The value at a path below the value at `at`, or the nearest value above it that exists. */
export function locateJson(text: string, at: number, path: readonly (string | number)[]): JsonSpan {
  let span: JsonSpan = { start: at, end: -1 };
  for (const step of path) {
    const next =
      typeof step === 'string'
        ? memberOf(text, span.start, step)
        : text[span.start] === '['
          ? elementsOf(text, span.start)[step]
          : undefined;
    if (next === undefined) break;
    span = next;
  }
  return span.end === -1 ? { start: at, end: endOfValue(text, at) } : span;
}

/** Turns offsets into lines and columns. The table of lines is made at the first question. */
export class Positions {
  private readonly text: string;
  private starts: readonly number[] | undefined;

  constructor(text: string) {
    this.text = text;
  }

  /** 1-based line and column of an offset. */
  at(offset: number): { readonly line: number; readonly column: number } {
    this.starts ??= lineStarts(this.text);
    let low = 0;
    let high = this.starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.starts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: Math.max(1, offset - this.starts[low]! + 1) };
  }
}

function lineStarts(text: string): readonly number[] {
  const starts = [text.startsWith('\uFEFF') ? 1 : 0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

export interface JsonFault {
  readonly offset: number;
  readonly length: number;
  readonly message: string;
}

type Expectation = 'value' | 'first-element' | 'first-key' | 'key' | 'comma' | 'end';

/** The first place at which a text stops being JSON, or undefined for JSON. Does not recurse. */
export function findJsonFault(text: string): JsonFault | undefined {
  const open: { readonly bracket: '{' | '['; readonly offset: number }[] = [];
  let expects: Expectation = 'value';
  let comma = 0;
  let at = skipSpace(text, 0);
  for (;;) {
    if (at >= text.length) return expects === 'end' ? undefined : endFault(text, open.at(-1));
    const character = text[at]!;
    const inside = open.at(-1)?.bracket;
    const mayClose = expects === 'comma' || expects === 'first-key' || expects === 'first-element';
    if (mayClose && character === (inside === '{' ? '}' : ']')) {
      open.pop();
      expects = open.length === 0 ? 'end' : 'comma';
      at += 1;
    } else if (expects === 'end') {
      return fault(text, at, 'something stands behind the end of the JSON value');
    } else if (expects === 'comma') {
      if (character !== ',') return fault(text, at, missingComma(text, at, inside));
      comma = at;
      at += 1;
      expects = inside === '{' ? 'key' : 'value';
    } else if (expects === 'first-key' || expects === 'key') {
      if (character === '}') return { offset: comma, length: 1, message: 'a comma before the closing "}"' };
      if (character !== '"') return fault(text, at, keyProblem(character));
      const end = scanString(text, at);
      if (typeof end !== 'number') return end;
      at = skipSpace(text, end);
      if (text[at] !== ':') return fault(text, at, 'expected ":" behind the key');
      at += 1;
      expects = 'value';
    } else {
      if (character === ']' && inside === '[') {
        return { offset: comma, length: 1, message: 'a comma before the closing "]"' };
      }
      if (character === '{' || character === '[') {
        open.push({ bracket: character, offset: at });
        at += 1;
        expects = character === '{' ? 'first-key' : 'first-element';
      } else {
        const end = scanScalar(text, at);
        if (typeof end !== 'number') return end;
        at = end;
        expects = open.length === 0 ? 'end' : 'comma';
      }
    }
    at = skipSpace(text, at);
  }
}

function scanScalar(text: string, at: number): number | JsonFault {
  if (text[at] === '"') return scanString(text, at);
  const scalar = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.+-])/y;
  scalar.lastIndex = at;
  const match = scalar.exec(text);
  return match === null ? fault(text, at, valueProblem(text, at)) : at + match[0].length;
}

function scanString(text: string, at: number): number | JsonFault {
  for (let index = at + 1; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code === quote) return index + 1;
    if (code < 0x20) {
      const isLineEnd = code === 0x0a || code === 0x0d;
      const message = isLineEnd ? 'this string is not closed' : 'a control character in a string';
      return isLineEnd ? { offset: at, length: index - at, message } : { offset: index, length: 1, message };
    }
    if (code === backslash) {
      if (!/^(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/.test(text.slice(index + 1, index + 6))) {
        return { offset: index, length: 2, message: 'an unknown escape in a string' };
      }
      index += 1;
    }
  }
  return { offset: at, length: text.length - at, message: 'this string is not closed' };
}

function fault(text: string, offset: number, message: string): JsonFault {
  const word = /^(?:[\w.$+-]+|.)/u.exec(text.slice(offset, offset + 60));
  return { offset, length: word?.[0].length ?? 1, message };
}

function endFault(text: string, open: { bracket: string; offset: number } | undefined): JsonFault {
  const offset = Math.max(0, text.trimEnd().length - 1);
  if (open === undefined) return { offset, length: 1, message: 'the file ends before any value' };
  const { line } = new Positions(text).at(open.offset);
  return {
    offset,
    length: 1,
    message: `the file ends, but the "${open.bracket}" of line ${line} is not closed`,
  };
}

function keyProblem(character: string): string {
  if (character === "'") return 'a key needs double quotes';
  if (character === '/') return 'JSON has no comments';
  return 'expected a key in double quotes';
}

function missingComma(text: string, at: number, inside: '{' | '[' | undefined): string {
  const closing = inside === '{' ? '}' : ']';
  if (text[at] === '/') return 'JSON has no comments';
  if (/^(?:<{7}|={7}|>{7})/.test(text.slice(at, at + 7))) return 'a mark of an unresolved merge conflict';
  return `expected "," or "${closing}"`;
}

function valueProblem(text: string, at: number): string {
  if (text[at] === "'") return 'a text needs double quotes';
  if (text[at] === '/') return 'JSON has no comments';
  if (/^(?:<{7}|={7}|>{7})/.test(text.slice(at, at + 7))) return 'a mark of an unresolved merge conflict';
  return 'expected a value';
}
