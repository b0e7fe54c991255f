/**
 * Where a status stands in a checklist, and the least edit that changes it. A sign has one part or several that say
 * the same: the emoji and the word of `✅ Done`, the heading and the field of one task.
 */
import type { DeclaredStatus } from '../../../domain/plan.ts';
import type { ViewStatus } from '../../../domain/view.ts';
import { checkboxEdit, declaredFor, declaredOfMark } from '../../checkbox.ts';
import type { TextEdit } from '../../lines.ts';
import {
  anyEmojiSource,
  declaredOfEmoji,
  emojiSource,
  isPlainEmoji,
  statusWord,
  wordLike,
  wordSource,
} from './status-words.ts';

export interface BoxSign {
  readonly kind: 'box';
  readonly mark: string;
  readonly markAt: number;
}

export interface SignPart {
  /** `blank`: a cell or field for a status that holds none yet. */
  readonly as: 'emoji' | 'word' | 'box' | 'blank';
  readonly text: string;
  /** Offset in the file. */
  readonly at: number;
  /** Blanks behind it that keep columns in line: as many of them go as the new text is longer. */
  readonly padding: number;
}

export interface WordSign {
  readonly kind: 'words';
  /** The first that says a status counts. At least one. */
  readonly parts: readonly SignPart[];
}

export type Sign = BoxSign | WordSign;

export function declaredOfSign(sign: Sign): DeclaredStatus | undefined {
  if (sign.kind === 'box') return declaredOfMark(sign.mark);
  for (const part of sign.parts) {
    const declared = declaredOfPart(part);
    if (declared !== undefined) return declared;
  }
  return undefined;
}

function declaredOfPart({ as, text }: SignPart): DeclaredStatus | undefined {
  switch (as) {
    case 'emoji':
      return declaredOfEmoji(text);
    case 'word':
      return statusWord(text)?.declared;
    case 'box':
      return declaredOfMark(text);
    case 'blank':
      return 'pending';
  }
}

export function emojiSign(text: string, at: number): WordSign {
  return { kind: 'words', parts: [{ as: 'emoji', text, at, padding: 0 }] };
}

/** Further on in a value there is prose, and no status. */
const longestValue = 200;
const valuePattern = new RegExp(
  `^([*_\`~\\s]*)(${anyEmojiSource})?([*_\`~\\s]*)(?:(${wordSource})(?![\\p{L}\\p{N}_]))?`,
  'iu',
);
const boxValue = /^[`\s]*\[([ xX~/-]?)\]/;
const emojiBehind = new RegExp(`^[*_\`\\s]*(${anyEmojiSource})[*_\`\\s]*$`, 'u');

/** The status that a cell or a field holds: at its beginning, and by nothing behind that. */
export function signOfValue(value: string, at: number): WordSign | undefined {
  const text = value.slice(0, longestValue);
  const box = boxValue.exec(text);
  if (box !== null) {
    const from = text.indexOf('[') + 1;
    return { kind: 'words', parts: [{ as: 'box', text: box[1]!, at: at + from, padding: 0 }] };
  }
  const [whole, lead = '', emoji = '', gap = '', word = ''] = valuePattern.exec(text)!;
  const parts: SignPart[] = [];
  const wordAt = lead.length + emoji.length + gap.length;
  if (word !== '') parts.push({ as: 'word', text: word, at: at + wordAt, padding: 0 });
  if (emoji !== '') parts.push({ as: 'emoji', text: emoji, at: at + lead.length, padding: 0 });
  const behind = emoji === '' && word !== '' ? emojiBehind.exec(text.slice(whole.length)) : null;
  if (behind !== null) {
    const from = whole.length + behind[0].indexOf(behind[1]!);
    parts.push({ as: 'emoji', text: behind[1]!, at: at + from, padding: 0 });
  }
  return parts.length === 0 ? undefined : { kind: 'words', parts };
}

const tailLength = 60;
const tailPattern = new RegExp(`(${emojiSource})[ \\t]*(${wordSource})?[*_\\s]*[)\uff09\\]]?[*_\\s]*$`, 'iu');
const tailWordPattern = new RegExp(
  `(?:[(\uff08\\[]|[ \\t][-\u2013\u2014|][ \\t]*|[:\uff1a][ \\t]*)(${wordSource})[)\uff09\\]]?[*_\\s]*$`,
  'iu',
);

/** The status at the end of a heading or an item: `… ✅`, `… ✅ Done`, `… - Done`, `… (DONE)`. */
export function signOfTail(text: string, at: number): WordSign | undefined {
  const from = Math.max(0, text.length - tailLength);
  const tail = text.slice(from);
  const match = tailPattern.exec(tail);
  if (match !== null) {
    const start = at + from + match.index;
    const emoji: SignPart = { as: 'emoji', text: match[1]!, at: start, padding: 0 };
    const word = match[2];
    if (word === undefined) {
      // `(Done ✅)`
      const before = wordOfTail(tail.slice(0, match.index), at + from);
      return { kind: 'words', parts: [...before, emoji] };
    }
    const wordAt = start + match[0].indexOf(word, match[1]!.length);
    return { kind: 'words', parts: [{ as: 'word', text: word, at: wordAt, padding: 0 }, emoji] };
  }
  const parts = wordOfTail(tail, at + from);
  return parts.length === 0 ? undefined : { kind: 'words', parts };
}

function wordOfTail(tail: string, at: number): readonly SignPart[] {
  const match = tailWordPattern.exec(tail);
  if (match === null) return [];
  const wordAt = at + match.index + match[0].indexOf(match[1]!);
  return [{ as: 'word', text: match[1]!, at: wordAt, padding: 0 }];
}

/** How a document itself writes a status: `emoji completed` is `☑`. */
export type Vocabulary = ReadonlyMap<string, string>;

export function vocabularyOf(signs: Iterable<Sign | undefined>): Vocabulary {
  const found = new Map<string, string>();
  for (const sign of signs) {
    if (sign?.kind !== 'words') continue;
    for (const part of sign.parts) {
      const declared = declaredOfPart(part);
      if (declared === undefined || (part.as === 'emoji' && !isPlainEmoji(part.text))) continue;
      const key = keyOf(part, declared);
      if (part.as !== 'blank' && !found.has(key)) found.set(key, part.text);
    }
  }
  return found;
}

function keyOf({ as, text }: SignPart, declared: DeclaredStatus): string {
  return `${as} ${as === 'word' ? (statusWord(text)?.language ?? '') : ''} ${declared}`;
}

const emojis = { pending: '\u23f3', 'in-progress': '\ud83d\udea7', completed: '\u2705' } as const;

const unworked = new Set<string>(['blocked', 'skipped', 'abandoned']);

/** The edits that bring a status into a sign that says another one; each of its parts is changed. */
export function signEdits(
  sign: Sign,
  declared: DeclaredStatus,
  status: ViewStatus,
  vocabulary: Vocabulary,
): readonly TextEdit[] {
  if (sign.kind === 'box') {
    const edit = checkboxEdit(sign, status, undefined);
    return edit === undefined ? [] : [edit];
  }
  // Why a task is not worked on is said better by what stands there.
  if (unworked.has(status) && unworked.has(declared)) return [];
  const wanted = declaredFor(status);
  return sign.parts.flatMap((part): readonly TextEdit[] => {
    if (declaredOfPart(part) === wanted) return [];
    if (part.as === 'box')
      return [checkboxEdit({ mark: part.text, markAt: part.at }, status, undefined) ?? []].flat();
    const text = textFor(part, wanted, vocabulary);
    const end = part.at + part.text.length;
    const longer = widthOf(text) - (part.as === 'blank' ? part.text.length : widthOf(part.text));
    if (part.padding === 0) return [{ start: part.at, end, text }];
    const blanks = Math.max(1, part.padding - longer);
    return [{ start: part.at, end: end + part.padding, text: text + ' '.repeat(blanks) }];
  });
}

function textFor(
  part: SignPart,
  wanted: 'pending' | 'in-progress' | 'completed',
  vocabulary: Vocabulary,
): string {
  if (part.as === 'word') return vocabulary.get(keyOf(part, wanted)) ?? wordLike(part.text, wanted);
  const emoji = vocabulary.get(`emoji  ${wanted}`);
  if (part.as === 'emoji') return emoji ?? emojis[wanted];
  // An empty place is filled as the others are.
  const word = [...vocabulary].find(([key]) => key.startsWith('word '));
  if (emoji !== undefined || word === undefined) return emoji ?? emojis[wanted];
  return (
    vocabulary.get(keyOf({ as: 'word', text: word[1], at: 0, padding: 0 }, wanted)) ??
    wordLike(word[1], wanted)
  );
}

/** In columns of a terminal or an editor, nearly: emojis and East Asian letters take two. */
function widthOf(text: string): number {
  let width = 0;
  for (const character of text) {
    if (character === '\ufe0f') continue;
    width +=
      /[\u1100-\u11ff\u23e9-\u23fa\u26a0-\u27bf\u2b1b-\u2b1c\u2e80-\ua4cf\uac00-\ud7a3\uff00-\uff60\u{1f000}-\u{1ffff}]/u.test(
        character,
      )
        ? 2
        : 1;
  }
  return width;
}
