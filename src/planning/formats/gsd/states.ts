/** How a gsd entry says whether it is done, and the least edit that makes it say so. */
import type { DeclaredStatus, Risk, Size } from '../../../domain/plan.ts';
import type { ViewStatus } from '../../../domain/view.ts';
import { checkboxEdit, declaredFor, declaredOfMark } from '../../checkbox.ts';
import type { Line, TextEdit } from '../../lines.ts';
import type { Entry, State } from './document.ts';

const doneWord = /^(?:complete|completed|done|shipped|merged|yes)\b/;

/** Undefined for a mark or a word that is unknown. A title that speaks of `done` says nothing. */
export function declaredOf(state: State): DeclaredStatus | undefined {
  switch (state.kind) {
    case 'box':
      return declaredOfMark(state.box.mark);
    case 'cell':
      return declaredOfCell(state.text);
    case 'heading':
      return state.mark === undefined ? 'pending' : 'completed';
    case 'none':
      return 'pending';
  }
}

function declaredOfCell(text: string): DeclaredStatus | undefined {
  const box = /^`?\[(.?)\]`?$/u.exec(text);
  if (box !== null) return declaredOfMark(box[1]!);
  const word = text.toLowerCase().replace(/[*_`]/g, '').trim();
  if (/^[\u2713\u2714\u2705]/u.test(word)) return 'completed';
  const bare = word.replace(/^[^a-z]+/, '');
  if (doneWord.test(bare)) return 'completed';
  if (/^(?:in[ _-]?progress|active|started|wip)\b/.test(bare)) return 'in-progress';
  if (/^(?:|pending|todo|open|planned|not (?:started|complete|done).*|no|queued|ready|next)$/.test(bare))
    return 'pending';
  if (/^(?:blocked|skipped)$/.test(bare)) return bare as 'blocked' | 'skipped';
  return undefined;
}

/** A table is written in the manner of its cell: a mark for a mark, a word for a word. */
export function stateEdit(
  { state }: Pick<Entry, 'state'>,
  status: ViewStatus,
  lines: readonly Line[],
): TextEdit | undefined {
  const isDone = declaredFor(status) === 'completed';
  switch (state.kind) {
    case 'box':
      return checkboxEdit(state.box, status, undefined);
    case 'cell': {
      const box = /^`?\[(.?)\]`?$/u.exec(state.text);
      if (box !== null) {
        const markAt = state.start + state.text.indexOf('[') + 1;
        return checkboxEdit({ mark: box[1]!, markAt }, status, undefined);
      }
      if ((declaredOfCell(state.text) === 'completed') === isDone) return undefined;
      const isWord = /[a-z]/i.test(state.text);
      const word = isDone ? (isWord ? 'Complete' : '\u2705') : isWord ? 'Pending' : '\u2b1c';
      // An empty cell may have no blank behind it.
      const blank = state.text === '' ? ' ' : '';
      return { start: state.start, end: state.start + state.text.length, text: word + blank };
    }
    case 'heading': {
      if ((state.mark !== undefined) === isDone) return undefined;
      if (state.mark === undefined) return { start: state.end, end: state.end, text: ' \u2705' };
      const line = lines[state.mark.line]!;
      const start = line.start + state.mark.column;
      const end = start + state.mark.text.length;
      const before = line.text[state.mark.column - 1] === ' ' && state.mark.column > 4 ? 1 : 0;
      return { start: start - before, end, text: '' };
    }
    case 'none':
      return undefined;
  }
}

/** Undefined for another word. */
export function parseRisk(text: string): Risk | undefined {
  const word = /[a-z]+/i.exec(text)?.[0].toLowerCase() ?? '';
  if (/^(?:high|critical)$/.test(word)) return 'High';
  if (/^(?:medium|moderate|med)$/.test(word)) return 'Medium';
  return word === 'low' ? 'Low' : undefined;
}

/** Up to half an hour is small, more than an hour and a half large; no estimate is medium. */
export function sizeOf(estimate: string | undefined): Size {
  const match = /^(\d{1,5}(?:\.\d{1,3})?)(m|min|h|d)/i.exec(estimate ?? '');
  if (match === null) return 'M';
  const unit = { m: 1, h: 60, d: 480 }[match[2]!.toLowerCase()[0]!] ?? 1;
  const minutes = Number(match[1]) * unit;
  return minutes <= 30 ? 'S' : minutes > 90 ? 'L' : 'M';
}
