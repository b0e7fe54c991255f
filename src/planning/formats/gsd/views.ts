/** Statuses written back into gsd's boxes, cells and headings. */
import type { ViewStatus } from '../../../domain/view.ts';
import { declaredFor } from '../../checkbox.ts';
import { applyEdits } from '../../lines.ts';
import type { ViewText, WriteBackInput } from '../format.ts';
import { stateEdit } from './states.ts';
import { idWithin, placeFile } from './tree.ts';

/**
 * A task's box follows its status. A slice's box is ticked when the last of its tasks is completed by this run, and
 * never opened: gsd ticks it after steps of its own.
 */
export function writeBack({ backlog, plan, texts: current, view }: WriteBackInput): readonly ViewText[] {
  if (current.size === 0) return backlog.files.map((file) => ({ file, problem: 'the file is gone' }));
  const status = new Map<string, ViewStatus>(view.tasks.map((task) => [task.id, task.status]));
  const children = Map.groupBy(plan.tasks, ({ id }) => id.slice(0, Math.max(0, id.lastIndexOf('/'))));
  const isDone = (id: string): boolean => declaredFor(status.get(id) ?? 'pending') === 'completed';
  return [...current].map(([file, text]) => {
    const own = placeFile(file, text);
    const seen = new Set<string>();
    const edits = own.document.entries.flatMap((entry) => {
      const id = idWithin(own, entry);
      if (seen.has(id)) return [];
      seen.add(id);
      const tasks = own.document.kind === 'roadmap' ? (children.get(id) ?? []) : [];
      const isNewlyDone =
        tasks.every((task) => isDone(task.id)) && tasks.some(({ declared }) => declared !== 'completed');
      const said = status.get(id) ?? (tasks.length > 0 && isNewlyDone ? 'completed' : undefined);
      const edit = said === undefined ? undefined : stateEdit(entry, said, own.document.lines);
      return edit === undefined ? [] : [edit];
    });
    return { file, text: applyEdits(text, edits) };
  });
}
