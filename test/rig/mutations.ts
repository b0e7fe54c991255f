/**
 * Damage to a backlog's text, as accidents, merges and hostile writers do it. A mutation says what is done and, by
 * numbers taken modulo what there is, where: it fits any text and shrinks well.
 */
import * as fc from 'fast-check';
import { mutateJson, oddJson, type JsonMutation } from './mutations/json.ts';
import { marks, pieces, tokens } from './mutations/tokens.ts';

type TextMutation =
  | { readonly type: 'cut'; readonly at: number; readonly length: number }
  | { readonly type: 'truncate'; readonly at: number }
  /** A stretch, or as many whole lines, again and again. */
  | {
      readonly type: 'repeat';
      readonly at: number;
      readonly length: number;
      readonly lines: boolean;
      readonly times: number;
    }
  /** Lines again and again, each time with other numbers in them: thousands of items with ids of their own. */
  | { readonly type: 'multiply'; readonly at: number; readonly lines: number; readonly times: number }
  | { readonly type: 'run'; readonly at: number; readonly piece: string; readonly times: number }
  | { readonly type: 'nest'; readonly at: number; readonly depth: number; readonly manner: NestManner }
  | { readonly type: 'swap'; readonly at: number; readonly with: number }
  | { readonly type: 'case'; readonly at: number; readonly length: number; readonly upper: boolean }
  | { readonly type: 'splice'; readonly at: number; readonly from: number; readonly length: number }
  | { readonly type: 'insert'; readonly at: number; readonly where: Where; readonly token: string }
  /** A word with a digit, as ids are, takes the place of another: circles, doubles, references to nowhere. */
  | { readonly type: 'refer'; readonly at: number; readonly from: number }
  | { readonly type: 'word'; readonly at: number; readonly token: string }
  | { readonly type: 'mark'; readonly at: number; readonly mark: string }
  | { readonly type: 'flip'; readonly at: number; readonly bit: number }
  | { readonly type: 'indent'; readonly at: number; readonly blanks: string }
  | { readonly type: 'breaks'; readonly to: '\r\n' | '\r' | '\u2028'; readonly every: number }
  | { readonly type: 'bom' };

export type Mutation = TextMutation | JsonMutation;
type NestManner = 'brackets' | 'braces' | 'bullets' | 'quotes' | 'headings';
type Where = 'here' | 'own-line' | 'end-of-line' | 'in-brackets';

/** Up to `maxGrowth` characters are added by one mutation. Most of those for JSON leave it JSON. */
export function arbitraryMutations(maxGrowth: number, isJson: boolean): fc.Arbitrary<readonly Mutation[]> {
  const at = fc.nat(0x3fffffff);
  const few = { arbitrary: fc.integer({ min: 1, max: 20 }), weight: 8 };
  const many = { arbitrary: fc.integer({ min: 20, max: 2_000 }), weight: 3 };
  const masses = { arbitrary: fc.integer({ min: 2_000, max: Math.max(2_000, maxGrowth) }), weight: 1 };
  const times = fc.oneof(few, many, masses);
  const length = fc.oneof(few, { arbitrary: fc.integer({ min: 20, max: 400 }), weight: 2 });
  const token = fc.oneof(fc.constantFrom(...tokens), oddJson);
  const of = fc.constant;
  const mutation = fc.oneof<fc.WeightedArbitrary<Mutation>[]>(
    { weight: 3, arbitrary: fc.record({ type: of('cut'), at, length }) },
    { weight: 1, arbitrary: fc.record({ type: of('truncate'), at }) },
    { weight: 3, arbitrary: fc.record({ type: of('repeat'), at, length, lines: fc.boolean(), times }) },
    {
      weight: 3,
      arbitrary: fc.record({ type: of('multiply'), at, lines: fc.integer({ min: 1, max: 12 }), times }),
    },
    {
      weight: 4,
      arbitrary: fc.record({ type: of('run'), at, piece: fc.constantFrom(...pieces), times }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        type: of('nest'),
        at,
        depth: times,
        manner: fc.constantFrom('brackets', 'braces', 'bullets', 'quotes', 'headings'),
      }),
    },
    { weight: 2, arbitrary: fc.record({ type: of('swap'), at, with: at }) },
    { weight: 2, arbitrary: fc.record({ type: of('case'), at, length, upper: fc.boolean() }) },
    { weight: 3, arbitrary: fc.record({ type: of('splice'), at, from: at, length }) },
    {
      weight: 8,
      arbitrary: fc.record({
        type: of('insert'),
        at,
        where: fc.constantFrom('here', 'own-line', 'end-of-line', 'in-brackets'),
        token,
      }),
    },
    { weight: 8, arbitrary: fc.record({ type: of('refer'), at, from: at }) },
    { weight: 4, arbitrary: fc.record({ type: of('word'), at, token }) },
    { weight: 4, arbitrary: fc.record({ type: of('mark'), at, mark: fc.constantFrom(...marks) }) },
    { weight: 2, arbitrary: fc.record({ type: of('flip'), at, bit: fc.integer({ min: 0, max: 15 }) }) },
    {
      weight: 2,
      arbitrary: fc.record({
        type: of('indent'),
        at,
        blanks: fc.constantFrom('', ' ', '  ', '    ', '\t', '\u00a0', '> ', ' \t '),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        type: of('breaks'),
        to: fc.constantFrom('\r\n', '\r', '\u2028'),
        every: fc.constantFrom(1, 1, 2, 7),
      }),
    },
    { weight: 1, arbitrary: fc.record({ type: of('bom') }) },
    {
      weight: isJson ? 150 : 2,
      arbitrary: fc.record({
        type: of('json'),
        at,
        change: fc.constantFrom('replace', 'remove', 'repeat', 'rename', 'move'),
        value: oddJson,
        key: fc.constantFrom('__proto__', 'constructor', 'id', 'tasks', 'status', 'dependencies', ''),
        times,
      }),
    },
  );
  return fc.array(mutation, { minLength: 1, maxLength: 5 });
}

/** The damaged text; `other` is what is spliced from. No mutation adds more than `maxGrowth` characters. */
export function mutate(
  text: string,
  mutations: readonly Mutation[],
  other: string,
  maxGrowth: number,
): string {
  return mutations.reduce((damaged, mutation) => apply(damaged, mutation, other, maxGrowth), text);
}

function apply(text: string, mutation: Mutation, other: string, maxGrowth: number): string {
  const at = 'at' in mutation ? mutation.at % (text.length + 1) : 0;
  const put = (where: number, piece: string, end = where): string =>
    text.slice(0, where) + piece + text.slice(end);
  const repeated = (piece: string, times: number): string =>
    piece.repeat(Math.min(times, Math.floor(maxGrowth / Math.max(1, piece.length))));
  switch (mutation.type) {
    case 'cut':
      return put(at, '', at + mutation.length);
    case 'truncate':
      return text.slice(0, at);
    case 'repeat': {
      const [start, end] = mutation.lines ? linesAt(text, at, mutation.length) : [at, at + mutation.length];
      return put(end, repeated(text.slice(start, end), mutation.times));
    }
    case 'multiply': {
      const [start, end] = linesAt(text, at, mutation.lines);
      return put(end, numbered(text.slice(start, end), mutation.times, maxGrowth));
    }
    case 'run':
      return put(at, repeated(mutation.piece, mutation.times));
    case 'nest':
      return put(at, nested(mutation.manner, mutation.depth, maxGrowth));
    case 'swap': {
      const lines = text.split('\n');
      const [a, b] = [mutation.at % lines.length, mutation.with % lines.length];
      return lines.with(a, lines[b]!).with(b, lines[a]!).join('\n');
    }
    case 'case': {
      const stretch = text.slice(at, at + mutation.length);
      return put(at, mutation.upper ? stretch.toUpperCase() : stretch.toLowerCase(), at + mutation.length);
    }
    case 'splice': {
      const from = mutation.from % (other.length + 1);
      return put(at, other.slice(from, from + mutation.length));
    }
    case 'insert':
      return inserted(text, at, mutation.where, mutation.token, put);
    case 'refer': {
      const words = [...text.matchAll(/[\p{L}\d._/-]+/gu)].filter(([word]) => /\d/.test(word));
      const target = words[mutation.at % Math.max(1, words.length)];
      const source = words[mutation.from % Math.max(1, words.length)];
      if (target === undefined || source === undefined) return text;
      return put(target.index, source[0], target.index + target[0].length);
    }
    case 'word': {
      const words = [...text.matchAll(/[^\s,:()[\]{}"'`]+/g)];
      const target = words[mutation.at % Math.max(1, words.length)];
      return target === undefined ? text : put(target.index, mutation.token, target.index + target[0].length);
    }
    case 'mark': {
      const boxes = [...text.matchAll(/\[[^\]\n]?\]/gu)];
      const box = boxes[mutation.at % Math.max(1, boxes.length)];
      return box === undefined ? text : put(box.index, mutation.mark, box.index + box[0].length);
    }
    case 'flip': {
      const code = text.charCodeAt(at);
      return Number.isNaN(code) ? text : put(at, String.fromCharCode(code ^ (1 << mutation.bit)), at + 1);
    }
    case 'indent': {
      const [start] = linesAt(text, at, 1);
      const end = start + /^\s*/.exec(text.slice(start, start + 200))![0].length;
      return put(start, mutation.blanks, end);
    }
    case 'breaks': {
      let count = 0;
      return text.replace(/\r?\n/g, (found) => ((count += 1) % mutation.every === 0 ? mutation.to : found));
    }
    case 'bom':
      return `\uFEFF${text}`;
    case 'json':
      return mutateJson(text, mutation, maxGrowth);
  }
}

/** Start and end of `count` lines, of which the first holds `at`. */
function linesAt(text: string, at: number, count: number): readonly [start: number, end: number] {
  const start = text.lastIndexOf('\n', at - 1) + 1;
  let end = start;
  for (let line = 0; line < count && end < text.length; line += 1) {
    const next = text.indexOf('\n', end);
    end = next === -1 ? text.length : next + 1;
  }
  return [start, end];
}

/** The lines so many times, the first number of each line counted on. */
function numbered(lines: string, times: number, maxGrowth: number): string {
  const parts: string[] = [];
  let length = 0;
  for (let step = 1; step <= times && length <= maxGrowth; step += 1) {
    const part = lines.replace(
      /^([^\d\n]*)(\d{1,9})/gm,
      (_, before: string, number: string) =>
        before + String(Number(number) + step).padStart(number.length, '0'),
    );
    parts.push(part);
    length += Math.max(1, part.length);
  }
  return parts.join('');
}

function nested(manner: NestManner, depth: number, maxGrowth: number): string {
  const times = Math.min(depth, Math.floor(maxGrowth / 20));
  // Lines that are indented one step more each grow with the square of their number.
  const steps = Math.min(depth, Math.floor(Math.sqrt(maxGrowth)));
  switch (manner) {
    case 'brackets':
      return '['.repeat(times) + ']'.repeat(times);
    case 'braces':
      return '{"a":'.repeat(times) + '1' + '}'.repeat(times);
    case 'bullets':
      return Array.from({ length: steps }, (_, step) => `\n${'  '.repeat(step)}- [ ] ${step + 1}. item`).join(
        '',
      );
    case 'quotes':
      return `\n${'> '.repeat(times)}- [ ] 1. item\n`;
    case 'headings':
      return Array.from({ length: steps }, (_, step) => `\n${'#'.repeat(step + 1)} Task ${step + 1}: x`).join(
        '',
      );
  }
}

function inserted(
  text: string,
  at: number,
  where: Where,
  token: string,
  put: (where: number, piece: string) => string,
): string {
  switch (where) {
    case 'here':
      return put(at, token);
    case 'own-line':
      return put(linesAt(text, at, 1)[0], `${token}\n`);
    case 'end-of-line': {
      const end = text.indexOf('\n', at);
      return put(end === -1 ? text.length : end, ` ${token}`);
    }
    case 'in-brackets': {
      const bracket = text.slice(at).search(/[[{(]/);
      return put(bracket === -1 ? at : at + bracket + 1, token);
    }
  }
}
