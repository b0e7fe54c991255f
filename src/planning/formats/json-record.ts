/**
 * What the JSON backlogs of other tools have in common: values of any shape where a text is expected, ids whose
 * spelling counts, and status fields that are changed without touching a byte around them.
 */
import type { Criterion } from '../../domain/plan.ts';
import type { TextEdit } from '../lines.ts';
import { membersOf, skipSpace, type JsonMember, type JsonSpan } from '../json-text.ts';
import { leavesRepository, normaliseScope } from '../scope-text.ts';
import { isRecord } from './json-file.ts';

/** An object of a JSON text that `JSON.parse` has accepted, and where its members stand. */
export class JsonRecord {
  readonly at: number;
  private readonly text: string;
  private readonly members: readonly JsonMember[];
  private readonly byKey: ReadonlyMap<string, JsonMember>;

  /** `at` is the offset of the object's opening bracket. */
  constructor(text: string, at: number) {
    this.text = text;
    this.at = at;
    this.members = membersOf(text, at);
    // Of two members with one key the last counts, as for JSON.parse.
    this.byKey = new Map(this.members.map((member) => [member.key, member]));
  }

  get entries(): Iterable<JsonMember> {
    return this.byKey.values();
  }

  /** The first of these members that is there and not `null`. */
  member(...keys: readonly string[]): JsonMember | undefined {
    for (const key of keys) {
      const member = this.byKey.get(key);
      if (member !== undefined && this.text.slice(member.start, member.end) !== 'null') return member;
    }
    return undefined;
  }

  value(...keys: readonly string[]): unknown {
    const member = this.member(...keys);
    return member === undefined ? undefined : parseSpan(this.text, member);
  }

  /** A value as a text for people; empty when there is none. */
  prose(...keys: readonly string[]): string {
    return proseOf(this.value(...keys));
  }

  /**
   * The edit that gives a member a value. A member that is missing is written behind the last one, with the blanks
   * and line breaks that stand before that one.
   */
  edit(key: string, value: string | boolean): TextEdit | undefined {
    const printed = JSON.stringify(value);
    const member = this.byKey.get(key);
    if (member !== undefined) {
      const isSame = this.text.slice(member.start, member.end) === printed;
      return isSame ? undefined : { start: member.start, end: member.end, text: printed };
    }
    const last = this.members.at(-1);
    if (last === undefined) return undefined;
    const before = this.members.at(-2);
    const lead =
      before === undefined
        ? `,${this.text.slice(this.at + 1, last.keyStart)}`
        : this.text.slice(before.end, last.keyStart);
    const colon = /\s*:\s*$/.exec(this.text.slice(Math.max(0, last.start - 40), last.start))?.[0] ?? ': ';
    return { start: last.end, end: last.end, text: `${lead}${JSON.stringify(key)}${colon}${printed}` };
  }
}

/** The object that is the whole text, or undefined. */
export function rootRecord(text: string): JsonRecord | undefined {
  const at = skipSpace(text, 0);
  return text[at] === '{' ? new JsonRecord(text, at) : undefined;
}

export function parseSpan(text: string, { start, end }: JsonSpan): unknown {
  return JSON.parse(text.slice(start, end));
}

/** An id as the file spells it: a text without the blanks around it, a number digit for digit (`25.10`). */
export function idAt(text: string, span: JsonSpan): string | undefined {
  const literal = text.slice(span.start, span.end);
  if (literal.startsWith('"')) return (JSON.parse(literal) as string).trim();
  return /^[-\d]/.test(literal) ? literal : undefined;
}

/** Deeper values are told by their kind: nobody reads them, and a hostile file must not exhaust the stack. */
const deepestProse = 6;

/** A value as a text: lists as bullets, objects as `key: value` lines. */
function proseOf(value: unknown, depth = 0): string {
  if (typeof value === 'string') return value.trim();
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (value === undefined || value === null) return '';
  if (depth === deepestProse) return kindOf(value);
  const lines = Array.isArray(value)
    ? value.map((item: unknown) => bullet(proseOf(item, depth + 1)))
    : Object.entries(value).map(([key, item]) => labelled(key, proseOf(item, depth + 1)));
  return lines.filter((line) => line !== '').join('\n');
}

function bullet(text: string): string {
  return text === '' ? '' : `- ${text.replaceAll('\n', '\n  ')}`;
}

/** `Label: text`, or the label on a line of its own above several; empty for no text. */
export function labelled(label: string, text: string): string {
  if (text === '') return '';
  return text.includes('\n') ? `${label}:\n${text}` : `${label}: ${text}`;
}

/** Joins the parts that are not empty by blank lines, each once. */
export function paragraphs(parts: readonly string[]): string {
  return [...new Set(parts.filter((part) => part !== ''))].join('\n\n');
}

/** A title on one line. */
export function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

/**
 * Criteria out of a list, or out of one text with a bullet or a line for each. Ids of their own are kept, the others
 * are numbered within the task.
 */
export function criteriaOf(value: unknown, task: string): readonly Criterion[] {
  const items: readonly unknown[] = Array.isArray(value)
    ? value
    : typeof value === 'string'
      ? linesOfList(value)
      : value === undefined
        ? []
        : [value];
  const taken = new Set<string>();
  return items.flatMap((item, index): Criterion[] => {
    const named = isRecord(item) ? item : {};
    const said = named['text'] ?? named['description'] ?? named['criterion'] ?? named['title'];
    const text = proseOf(said ?? item);
    if (text === '') return [];
    const own = named['id'];
    let id = typeof own === 'string' && own.trim() !== '' ? own.trim() : `${task}.AC${index + 1}`;
    if (taken.has(id)) id = `${task}.AC${index + 1}`;
    while (taken.has(id)) id += "'";
    taken.add(id);
    return [{ id, text }];
  });
}

/** With bullets or numbers, a line without one belongs to the one above; without any, every line counts. */
function linesOfList(text: string): readonly string[] {
  const mark = /^\s*(?:[-*+\u2022]|\d+[.)])\s+(?:\[[ xX]\]\s+)?/;
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const hasMarks = lines.some((line) => mark.test(line));
  const items: string[][] = [];
  for (const line of lines) {
    const above = items.at(-1);
    if (above !== undefined && hasMarks && !mark.test(line)) above.push(line.trim());
    else items.push([line.replace(mark, '').trim()]);
  }
  return items.map((parts) => parts.join('\n'));
}

/** A list of files, as paths or as objects with a `path`; those outside the repository apart. */
export function filesOf(value: unknown): {
  readonly inside: readonly string[];
  readonly outside: readonly string[];
} {
  const items: readonly unknown[] = Array.isArray(value) ? value : value === undefined ? [] : [value];
  const paths = items.flatMap((item): string[] => {
    const path = isRecord(item) ? item['path'] : item;
    return typeof path === 'string' && path.trim() !== '' ? [normaliseScope(path)] : [];
  });
  const isInside = (path: string): boolean => !leavesRepository(path);
  return { inside: paths.filter(isInside), outside: paths.filter((path) => !isInside(path)) };
}

/** What stands where something else was expected, in a few words. */
export function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : clip(JSON.stringify(value));
}

export function clip(text: string): string {
  return text.length > 80 ? `${text.slice(0, 79)}\u2026` : text;
}
