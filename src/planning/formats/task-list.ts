/** Lines and boxes of task lists as both spec-kit and OpenSpec write them. */
import type { ViewStatus } from '../../domain/view.ts';
import { checkboxEdit, declaredFor, declaredOfMark, type Checkbox } from '../checkbox.ts';
import type { Line, TextEdit } from '../lines.ts';

/** A piece of text and where it stands: `line` counts lines from 0, `column` characters of the line from 0. */
export interface Piece {
  readonly text: string;
  readonly line: number;
  readonly column: number;
}

/** A heading's level and text, without closing marks; undefined for any other line. */
export function headingOf(line: Line): { readonly level: number; readonly text: string } | undefined {
  const mark = line.fenced ? null : /^ {0,3}(#{1,6})[ \t]+(?=\S)/.exec(line.text);
  if (mark === null) return undefined;
  const whole = line.text.slice(mark[0].length).trimEnd();
  let end = whole.length;
  while (whole[end - 1] === '#') end -= 1;
  const isClosed = end < whole.length && (end === 0 || /\s/.test(whole[end - 1]!));
  return { level: mark[1]!.length, text: isClosed ? whole.slice(0, end).trimEnd() : whole };
}

/**
 * The edit of a box's mark, or none. Neither format has a mark for work in progress: it stays open. A mark that
 * nobody knows stays while there is nothing to say.
 */
export function boxEdits(text: string, box: Checkbox | undefined, status: ViewStatus): readonly TextEdit[] {
  if (box === undefined) return [];
  if (declaredOfMark(box.mark) === undefined && declaredFor(status) === 'pending') return [];
  const edit = checkboxEdit(box, status, undefined);
  if (edit === undefined) return [];
  // `[]` has no mark to replace.
  return [text[edit.start] === ']' ? { ...edit, end: edit.start } : edit];
}

/** A text as it is fit for a message. */
export function clip(text: string): string {
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}
