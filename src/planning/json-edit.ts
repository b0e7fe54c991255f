import type { TextEdit } from './lines.ts';
import { membersOf, type JsonMember } from './json-text.ts';
import { lineBreakOf } from './lines.ts';

export type JsonValue =
  string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/**
 * The edits that set members of the object at `at`, in a text that is valid JSON: a value is replaced where it
 * stands, a new member is written behind the last one in the file's own style (indentation, line breaks, or all
 * on one line). Nothing else is touched. `undefined` leaves a member as it is.
 */
export function setMembers(
  text: string,
  at: number,
  values: Readonly<Record<string, JsonValue | undefined>>,
): readonly TextEdit[] {
  const members = membersOf(text, at);
  const style = styleOf(text, at, members);
  const edits: TextEdit[] = [];
  const added: string[] = [];
  for (const [key, value] of Object.entries(values)) {
    if (value === undefined) continue;
    const member = members.findLast((candidate) => candidate.key === key);
    if (member === undefined) added.push(`${JSON.stringify(key)}: ${print(value, style)}`);
    else if (!isSame(JSON.parse(text.slice(member.start, member.end)), value)) {
      const isInline = !text.slice(member.start, member.end).includes('\n');
      const printed = print(
        value,
        isInline && isEmptyOrScalarList(text, member) ? { ...style, inline: true } : style,
      );
      edits.push({ start: member.start, end: member.end, text: printed });
    }
  }
  if (added.length > 0) edits.push(insertion(text, at, members, added, style));
  return edits;
}

interface Style {
  /** Everything on one line. */
  readonly inline: boolean;
  readonly lineBreak: string;
  /** Of the object's own closing bracket. */
  readonly base: string;
  /** One step of indentation. */
  readonly unit: string;
}

function styleOf(text: string, at: number, members: readonly JsonMember[]): Style {
  const base = /^[ \t]*/.exec(text.slice(text.lastIndexOf('\n', at) + 1, at))![0];
  const unit =
    /^[ \t]*[{[][ \t]*\r?\n([ \t]+)/.exec(text.slice(0, 1_000).replace(/^\uFEFF/, ''))?.[1] ?? '  ';
  const first = members[0];
  const isOneLine =
    first === undefined ? !text.includes('\n') : !text.slice(at, first.keyStart).includes('\n');
  return { inline: isOneLine, lineBreak: lineBreakOf(text), base, unit };
}

function insertion(
  text: string,
  at: number,
  members: readonly JsonMember[],
  added: readonly string[],
  style: Style,
): TextEdit {
  const last = members.at(-1);
  if (style.inline) {
    const list = added.join(', ');
    if (last === undefined) return { start: at + 1, end: at + 1, text: list };
    return { start: last.end, end: last.end, text: `, ${list}` };
  }
  const lead = style.lineBreak + style.base + style.unit;
  const list = added.map((member) => lead + member).join(',');
  if (last !== undefined) return { start: last.end, end: last.end, text: `,${list}` };
  return { start: at + 1, end: text.indexOf('}', at), text: list + style.lineBreak + style.base };
}

function print(value: JsonValue, style: Style): string {
  if (style.inline) return JSON.stringify(value);
  return JSON.stringify(value, null, style.unit).replaceAll('\n', style.lineBreak + style.base + style.unit);
}

function isEmptyOrScalarList(text: string, member: JsonMember): boolean {
  return text[member.start] === '[' && !/^\[\s*\]$/.test(text.slice(member.start, member.end));
}

function isSame(a: unknown, b: JsonValue): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
