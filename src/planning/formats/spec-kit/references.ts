/** What spec-kit's prose says about order: "(depends on T010, US1)", arrow chains, and bullets about stories. */
import type { Piece } from '../task-list.ts';

/** A task, a range of tasks, a story or a phase, as it is named in a text. */
export interface Mention {
  readonly kind: 'task' | 'story' | 'phase';
  /** `T012`, `US1`, `Phase 2`, `Setup`. */
  readonly name: string;
  /** The range's other end. */
  readonly to?: string;
  /** Offset in the text that was read. */
  readonly at: number;
  readonly length: number;
}

/** All of `later` wait for all of `earlier`. */
export interface Statement {
  readonly earlier: readonly Mention[];
  readonly later: readonly Mention[];
  readonly line: Piece;
}

const dash = '(?:\\.{2,3}|[\\u2026\\u2013\\u2014-]|\\s{1,2}(?:to|through)\\s{1,2})';
const task = `(?:\\[|\\*\\*|\`)?(?<task>T-?\\d{2,6}[A-Za-z]?(?:\\.\\d+)?)(?:\\s{0,2}${dash}\\s{0,2}(?<to>T-?\\d{2,6}[A-Za-z]?))?(?![\\w])(?:\\]|\\*\\*|\`)?`;
const story = '(?:User\\s+Story|US)[ -]?(?<story>\\d+)(?!\\w)';
const phase = '(?<phase>Phase\\s+(?:\\d+[a-z]?(?!\\w)|N\\b)|Setup\\b|Foundation(?:al)?\\b|Polish\\b)';
const mention = `(?:${task}|${story}|${phase})`;
const anyMention = new RegExp(`(?<!\\w)${mention}`, 'giu');
const nextMention = new RegExp(`[\\s*_\`]*${mention}`, 'iuy');
const separator = /(?:\s*\([^()]*\))?(?:\s*(?:[,、，;&+/]|and\b|和|与|と)\s*(?:and\b)?)/iuy;
const waiting =
  /\b(?:depends?|dependent|depending)\s+(?:up)?on\b|\bdependenc(?:y|ies)\s?\*{0,3}\s?:|\bdepends\s?\*{0,3}\s?:|\b(?:blocked\s+by|requires|after|needs)\b|依赖于?|依存(?:先)?/giu;
const doubted = /(?:\b(?:not|no|never|may|might|could|without|optionally)\b|n't|不|无)\s*(?:be\s+)?$/iu;

/** The mentions that a text says it waits for: those right behind "depends on" and its like. */
export function waitsFor(text: string): readonly Mention[] {
  const found: Mention[] = [];
  for (const match of text.matchAll(waiting)) {
    if (doubted.test(text.slice(Math.max(0, match.index - 24), match.index))) continue;
    let at = match.index + match[0].length;
    at += /^\s*\**\s*[:：]?\s*\**\s*/u.exec(text.slice(at, at + 24))![0].length;
    for (;;) {
      nextMention.lastIndex = at;
      const next = nextMention.exec(text);
      if (next === null) break;
      found.push(mentionOf(next));
      separator.lastIndex = at + next[0].length;
      const rest = separator.exec(text);
      if (rest === null) break;
      at = separator.lastIndex;
    }
  }
  return distinct(found);
}

/**
 * The bracketed "(depends on …)" that name no task, story or phase, so that nobody takes them for an edge that is
 * obeyed.
 */
export function vagueDependencies(text: string): readonly { readonly at: number; readonly length: number }[] {
  return [...text.matchAll(/\((?:depends\s+on|blocked\s+by)\s[^()]*\)/giu)].flatMap((match) =>
    waitsFor(match[0]).length > 0 ? [] : [{ at: match.index, length: match[0].length }],
  );
}

const arrow = /[─=—-]{0,12}(?:→|➔|➜|⟶|⇒|[-=─]>)/u;

/** The statements of "Dependencies & Execution Order", line by line. Examples of parallel work are none. */
export function readOrder(lines: readonly Piece[]): readonly Statement[] {
  return lines.flatMap((line) => {
    // Longer lines are nobody's chain.
    if (line.text.length > 2_000 || line.text.trim() === '') return [];
    const chain = chainOf(line);
    return chain.length > 0 ? chain : aboutOf(line);
  });
}

function chainOf(line: Piece): readonly Statement[] {
  if (!arrow.test(line.text)) return [];
  const found: Statement[] = [];
  const text = blankNotes(withoutLabel(line.text));
  let start = 0;
  let before: readonly Mention[] = [];
  for (const part of text.split(new RegExp(arrow.source, 'gu'))) {
    const at = text.indexOf(part, start);
    const mentions = [...part.matchAll(anyMention)].map((match) => mentionOf(match, at));
    if (before.length > 0 && mentions.length > 0) found.push({ earlier: before, later: mentions, line });
    before = mentions;
    start = at + part.length;
  }
  return found;
}

/** `- US2 (Phase 4): Depends on US1 (why)` and `T012 before T014`. */
function aboutOf(line: Piece): readonly Statement[] {
  const text = blankNotes(line.text);
  const subject = /^[\s>*+\d.)│├└─|-]*(?:\*\*|`)?/u.exec(text)![0].length;
  nextMention.lastIndex = subject;
  const first = nextMention.exec(text);
  if (first === null) return [];
  const later = [mentionOf(first)];
  const earlier = waitsFor(text.slice(subject + first[0].length)).map((one) => ({
    ...one,
    at: one.at + subject + first[0].length,
  }));
  if (earlier.length > 0) return [{ earlier, later, line }];
  const before = /^[^.;。；]{0,60}?\bbefore\s+/iu.exec(text.slice(subject + first[0].length));
  if (before === null || /\b(?:not|never|no)\b|n't/i.test(text)) return [];
  nextMention.lastIndex = subject + first[0].length + before[0].length;
  const second = nextMention.exec(text);
  return second === null ? [] : [{ earlier: later, later: [mentionOf(second)], line }];
}

/** `**Critical path**: US1 → US2` without what stands before the colon, as blanks. */
function withoutLabel(text: string): string {
  const label = /^[^→>]*?[:：](?:\*\*)?\s/u.exec(text)?.[0];
  if (label === undefined || /(?<!\w)T-?\d{2}/.test(label)) return text;
  return ' '.repeat(label.length) + text.slice(label.length);
}

/** What stands in brackets is a note: blanks in its place keep the columns. */
function blankNotes(text: string): string {
  return text.replace(/\([^()]*\)|（[^（）]*）|\[(?![Tt]-?\d)[^[\]]*\]/gu, (note) => ' '.repeat(note.length));
}

function mentionOf(match: RegExpExecArray, offset = 0): Mention {
  const { task: id, to, story: number, phase: name } = match.groups!;
  const lead = /^[\s*_`[]*/u.exec(match[0])![0].length;
  const place = {
    at: offset + match.index + lead,
    length: match[0].slice(lead).replace(/(?<![\]*`])[\]*`]+$/, '').length,
  };
  if (id !== undefined) {
    const kind = { kind: 'task', name: id.toUpperCase().replace(/[A-Z]$/, id.slice(-1)), ...place } as const;
    return to === undefined ? kind : { ...kind, to };
  }
  if (number !== undefined) return { kind: 'story', name: `US${Number(number)}`, ...place };
  return { kind: 'phase', name: name!.replace(/\s+/g, ' '), ...place };
}

function distinct(mentions: readonly Mention[]): readonly Mention[] {
  return [...new Map(mentions.map((one) => [`${one.at}`, one])).values()];
}
