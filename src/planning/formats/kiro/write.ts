/** Brings statuses into the boxes of a Kiro task list. */
import type { RunView } from '../../../domain/view.ts';
import { declaredOfMark } from '../../checkbox.ts';
import type { TextEdit } from '../../lines.ts';
import { boxEdit, isTask, markEdit, type KiroBox } from './document.ts';

/**
 * The boxes of the tasks, and then of what follows from them: a parent is ticked when all it holds is, a checkpoint
 * when all before it is. Only where a task changed, so that what people ticked early or late is left as it is.
 */
export function statusEdits(boxes: readonly KiroBox[], view: RunView): readonly TextEdit[] {
  const statuses = new Map<string, (typeof view.tasks)[number]['status']>(
    view.tasks.map(({ id, status }) => [id, status]),
  );
  const edits = new Map<number, TextEdit>();
  const seen = new Set<string>();
  for (const [at, box] of boxes.entries()) {
    if (!isTask(box) || seen.has(box.id)) continue;
    seen.add(box.id);
    const status = statuses.get(box.id);
    const edit = status === undefined ? undefined : boxEdit(box, status);
    if (edit !== undefined) edits.set(at, edit);
  }
  const isDone = (at: number): boolean =>
    declaredOfMark(edits.get(at)?.text ?? boxes[at]!.mark) === 'completed';
  const changed = new Set(edits.keys());
  // A child may stand above its parent; its number then is shorter than that of no child.
  const parents = [...boxes.keys()].filter((at) => boxes[at]!.children.length > 0);
  for (const at of parents.toSorted(
    (a, b) => boxes[b]!.id.split('.').length - boxes[a]!.id.split('.').length,
  )) {
    const box = boxes[at]!;
    if (!box.children.some((child) => changed.has(child))) continue;
    changed.add(at);
    const needed = box.children.filter(
      (child) => !boxes[child]!.optional && !isOpenCheckpoint(boxes[child]!),
    );
    const done = (needed.length > 0 ? needed : box.children).every(isDone);
    if (done !== isDone(at)) edits.set(at, markEdit(box, done ? 'x' : ' '));
  }
  let allDone = true;
  let anyChanged = false;
  for (const [at, box] of boxes.entries()) {
    if (isTask(box)) {
      anyChanged ||= changed.has(at);
      allDone &&= box.optional || isDone(at);
    } else if (box.children.length === 0 && allDone && anyChanged && !isDone(at)) {
      edits.set(at, markEdit(box, 'x'));
    }
  }
  return [...edits.values()];
}

function isOpenCheckpoint(box: KiroBox): boolean {
  return box.checkpoint && box.children.length === 0;
}
