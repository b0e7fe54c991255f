import type { TaskId } from '../domain/ids.ts';
import type { Draft, DraftTask } from './formats/format.ts';

/** A draft with what is put in front of its ids where backlogs that are open together share one. */
export interface NamedDraft {
  readonly draft: Draft;
  /** A slug, unique among the drafts. */
  readonly name: string;
  /** The backlog's first file, where tasks stand that name none. */
  readonly file: string;
}

export interface MergedDraft {
  readonly draft: Draft;
  /** Per draft, in order: `''`, or `<name>/`. */
  readonly prefixes: readonly string[];
}

/**
 * Several backlogs as one: tasks in order of the backlogs. Ids that two backlogs share get their backlog's name in
 * front, all of that backlog's ids then, so that one rule tells them apart. A dependency is looked for in its own
 * backlog first, then among all.
 */
export function mergeDrafts(drafts: readonly NamedDraft[]): MergedDraft {
  const only = drafts[0];
  if (only !== undefined && drafts.length === 1) return { draft: only.draft, prefixes: [''] };
  const owners = Map.groupBy(
    drafts.flatMap(({ draft }, at) =>
      [...new Set(draft.tasks.map(({ id }) => id))].map((id) => ({ id, at })),
    ),
    ({ id }) => id,
  );
  const shares = new Set(
    [...owners.values()].flatMap((same) => (same.length > 1 ? same.map(({ at }) => at) : [])),
  );
  const prefixes = drafts.map(({ name }, at) => (shares.has(at) ? `${name}/` : ''));
  const starts: number[] = [];
  const tasks: DraftTask[] = [];
  for (const [at, { draft, file }] of drafts.entries()) {
    starts.push(tasks.length);
    tasks.push(...placed(draft.tasks, file, prefixes[at]!));
  }
  const ownerOf = (task: number): number => starts.findLastIndex((start) => start <= task);
  return {
    prefixes,
    draft: {
      title: drafts.map(({ draft }) => draft.title).join(' + '),
      tasks,
      diagnostics: drafts.flatMap(({ draft }) => draft.diagnostics),
      facts: drafts.find(({ draft }) => draft.facts !== undefined)?.draft.facts,
      locate(task, place) {
        const owner = ownerOf(task);
        return drafts[owner]!.draft.locate(task - starts[owner]!, place);
      },
    },
  };
}

function placed(tasks: readonly DraftTask[], file: string, prefix: string): readonly DraftTask[] {
  const own = new Set(tasks.map(({ id }) => id));
  const named = (id: string): string => (own.has(id) ? prefix + id : id);
  return tasks.map((task) => ({
    ...task,
    file: task.file ?? file,
    id: prefix + task.id,
    dependencies: task.dependencies.map(named),
    conflictsWith: task.conflictsWith.map(named),
    ...(task.suggested === undefined
      ? {}
      : { suggested: task.suggested.map((edge) => ({ ...edge, on: named(edge.on) as TaskId })) }),
  }));
}
