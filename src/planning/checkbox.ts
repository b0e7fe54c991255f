import type { ViewStatus } from '../domain/view.ts';
import type { DeclaredStatus } from '../domain/plan.ts';
import { unreachable } from '../util/unreachable.ts';
import type { Line, TextEdit } from './lines.ts';

/** A line such as `- [x] 2.1 text`. Offsets count in the whole file, columns in the line from 1. */
export interface Checkbox {
  /** Characters of white space before the bullet; a tab counts as four. */
  readonly indent: number;
  /** The one character between the brackets, without blanks around it; empty for `[]`. */
  readonly mark: string;
  /** The offset of the mark in the file. */
  readonly markAt: number;
  /** `[ ]*`: the task is optional. */
  readonly optional: boolean;
  /** What stands behind the box, trimmed. */
  readonly text: string;
  /** 1-based column of the first character of {@link text}. */
  readonly textColumn: number;
}

/** Writers of aligned lists put blanks around a mark. */
const boxPattern =
  /^([ \t]*)(?:[-*+]|\d+[.)])[ \t]+\[([ \t]{0,3})((?:[^\]\r\n \t]\ufe0f?)?)[ \t]{0,3}\](\*?)(?=[ \t]|$)[ \t]*/u;

/** Undefined for a line without a box, and for one in a code fence. Bullets are `-`, `*`, `+`, `1.` or `1)`. */
export function parseCheckbox(line: Line): Checkbox | undefined {
  if (line.fenced) return undefined;
  const match = boxPattern.exec(line.text);
  if (match === null) return undefined;
  const [whole, space = '', blanks = '', sign = '', star = ''] = match;
  const mark = sign === '' ? blanks.slice(0, 1) : sign;
  const text = line.text.slice(whole.length).trimEnd();
  return {
    indent: space.replaceAll('\t', '    ').length,
    mark,
    markAt: line.start + line.text.indexOf('[', space.length) + 1 + (sign === '' ? 0 : blanks.length),
    optional: star === '*',
    text,
    textColumn: whole.length + 1,
  };
}

/**
 * What a mark says: a blank or nothing is pending; `x`, `X` and check marks are completed; `~`, `-`, `/` and `>` are
 * in progress. Undefined for any other: the reader keeps the text, warns, and takes the task as pending.
 */
export function declaredOfMark(mark: string): DeclaredStatus | undefined {
  if (/^\s?$/u.test(mark)) return 'pending';
  if (/^(?:[xX\u2705]|[\u2713\u2714]\ufe0f?)$/u.test(mark)) return 'completed';
  return /^[~/>-]$/u.test(mark) ? 'in-progress' : undefined;
}

/**
 * The edit of one character that brings a status into a box, or undefined when the box says it already. Where a
 * format has no mark for work in progress (`inProgress` undefined) such work stays open. A box that a person ticked
 * is not opened again for work that is completed elsewhere, and an unknown mark stays while the task is pending.
 */
export function checkboxEdit(
  box: Pick<Checkbox, 'mark' | 'markAt'>,
  status: ViewStatus,
  inProgress: string | undefined,
): TextEdit | undefined {
  const wanted = declaredFor(status);
  const said = declaredOfMark(box.mark) ?? 'pending';
  if (said === wanted || (wanted === 'in-progress' && inProgress === undefined && said === 'pending'))
    return undefined;
  const mark = wanted === 'completed' ? 'x' : wanted === 'in-progress' ? (inProgress ?? ' ') : ' ';
  return { start: box.markAt, end: box.markAt + box.mark.length, text: mark };
}

/** The three things that a box can say. */
export function declaredFor(status: ViewStatus): 'pending' | 'in-progress' | 'completed' {
  switch (status) {
    case 'completed':
    case 'completed-external':
    case 'externally-managed':
      return 'completed';
    case 'running':
    case 'proven':
    case 'stale':
      return 'in-progress';
    case 'pending':
    case 'blocked':
    case 'skipped':
    case 'abandoned':
      return 'pending';
    default:
      return unreachable(status);
  }
}
