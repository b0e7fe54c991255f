import { findCycles } from '../domain/graph.ts';
import { parseTaskId, type TaskId } from '../domain/ids.ts';
import type { Task } from '../domain/plan.ts';
import { errorAt, warningAt, type Diagnostic } from './diagnostic.ts';
import type { Draft, DraftTask } from './formats/format.ts';
import { specHash } from './spec-hash.ts';
import { Speller } from './spelling.ts';

/** Longer task texts are refused: they would be in every brief, and no agent reads them. In UTF-16 units. */
export const maxTaskLength = 1024 * 1024;

export interface Validation {
  /** In backlog order; empty when a diagnostic, of the draft or of these, is an error. */
  readonly tasks: readonly Task[];
  readonly diagnostics: readonly Diagnostic[];
}

/** The checks that every format shares, all faults in one pass: ids, dependencies, conflicts, cycles, sizes. */
export function validateDraft(draft: Draft, file: string): Validation {
  const diagnostics: Diagnostic[] = [];
  const { tasks } = draft;
  const firstById = checkIds(draft, diagnostics);
  if (tasks.length === 0 && draft.diagnostics.every(({ severity }) => severity !== 'error')) {
    const message = 'the backlog holds no task';
    diagnostics.push(errorAt({ file, line: 1, column: 1, length: 1 }, 'PLAN-EMPTY', message));
  }
  const speller = new Speller({ [Symbol.iterator]: () => firstById.keys() });
  tasks.forEach((task, index) => {
    checkLength(draft, task, index, diagnostics);
    checkDependencies(draft, task, index, firstById, speller, diagnostics);
  });
  checkCycles(draft, firstById, diagnostics);
  const conflicts = tasks.map((task, index) =>
    checkConflicts(draft, task, index, firstById, speller, diagnostics),
  );
  // Half a plan is of no use, and making it would double the memory that a large faulty backlog needs.
  const isFaulty = [...draft.diagnostics, ...diagnostics].some(({ severity }) => severity === 'error');
  const made = isFaulty ? [] : tasks.map((task, index) => makeTask(task, conflicts[index]!, file));
  return { tasks: made, diagnostics };
}

function checkIds(draft: Draft, diagnostics: Diagnostic[]): ReadonlyMap<string, number> {
  const firstById = new Map<string, number>();
  const spellings = new Map<string, string>();
  draft.tasks.forEach((task, index) => {
    const first = firstById.get(task.id);
    if (first !== undefined) {
      const place = draft.locate(first, { field: 'id' });
      const message = `a second task has the id ${task.id}; the first is at ${place.file}:${place.line}`;
      diagnostics.push(errorAt(draft.locate(index, { field: 'id' }), 'PLAN-DUPLICATE-ID', message));
      return;
    }
    firstById.set(task.id, index);
    const parsed = parseTaskId(task.id);
    if (!parsed.ok) {
      const message = `"${clip(task.id)}" cannot be a task id`;
      diagnostics.push(errorAt(draft.locate(index, { field: 'id' }), 'PLAN-BAD-ID', message, parsed.error));
    }
    const other = spellings.get(task.id.toLowerCase());
    if (other !== undefined) {
      // Ids become git refs, and refs are files: where case does not count, one would overwrite the other.
      const message = `the ids ${other} and ${task.id} differ in upper and lower case only`;
      diagnostics.push(errorAt(draft.locate(index, { field: 'id' }), 'PLAN-DUPLICATE-ID', message));
    }
    spellings.set(task.id.toLowerCase(), task.id);
  });
  return firstById;
}

function checkLength(draft: Draft, task: DraftTask, index: number, diagnostics: Diagnostic[]): void {
  let length = task.title.length + task.description.length;
  for (const { id, text } of task.criteria) length += id.length + text.length;
  for (const list of [task.scope, task.dependencies, task.testFiles, ...Object.values(task.context)]) {
    for (const item of list) length += item.length;
  }
  if (length <= maxTaskLength) return;
  const message = `the text of ${clip(task.id)} has ${length} characters; ${maxTaskLength} are read`;
  diagnostics.push(errorAt(draft.locate(index, { field: 'id' }), 'PLAN-TOO-LARGE', message));
}

function checkDependencies(
  draft: Draft,
  task: DraftTask,
  index: number,
  known: ReadonlyMap<string, number>,
  speller: Speller,
  diagnostics: Diagnostic[],
): void {
  task.dependencies.forEach((id, at) => {
    if (id === task.id) {
      const span = draft.locate(index, { field: 'dependency', index: at });
      diagnostics.push(errorAt(span, 'PLAN-SELF-DEPENDENCY', `${task.id} depends on itself`));
    } else if (!known.has(id)) {
      const span = draft.locate(index, { field: 'dependency', index: at });
      const message = `${clip(task.id)} depends on ${clip(id)}, which no task has`;
      diagnostics.push(errorAt(span, 'PLAN-UNKNOWN-DEPENDENCY', message, suggestion(speller, id)));
    }
  });
}

/** Cycles of thousands of tasks are real in generated plans; what is elided is said. */
const maxCyclePrinted = 100;

function checkCycles(draft: Draft, firstById: ReadonlyMap<string, number>, diagnostics: Diagnostic[]): void {
  for (const cycle of findCycles(draft.tasks)) {
    const last = firstById.get(cycle.at(-1)!)!;
    const closing = draft.tasks[last]!.dependencies.indexOf(cycle[0]!);
    const path = [...cycle, cycle[0]!].map(clip);
    const left = path.length - maxCyclePrinted;
    if (left > 0) path.splice(maxCyclePrinted - 1, left, `… ${left} more …`);
    const message = `these tasks depend on each other: ${path.join(' -> ')}`;
    const hint = 'an arrow reads "depends on"; remove one of them';
    diagnostics.push(
      errorAt(draft.locate(last, { field: 'dependency', index: closing }), 'PLAN-CYCLE', message, hint),
    );
  }
}

/** The declared conflicts that can be obeyed; the others are warned of. */
function checkConflicts(
  draft: Draft,
  task: DraftTask,
  index: number,
  known: ReadonlyMap<string, number>,
  speller: Speller,
  diagnostics: Diagnostic[],
): readonly string[] {
  const isSound = (id: string): boolean => known.has(id) && id !== task.id;
  if (task.conflictsWith.every(isSound)) return task.conflictsWith;
  return task.conflictsWith.filter((id, at) => {
    if (isSound(id)) return true;
    const span = draft.locate(index, { field: 'conflict', index: at });
    const message =
      id === task.id
        ? `${clip(task.id)} is said to conflict with itself`
        : `${clip(task.id)} is said to conflict with ${clip(id)}, which no task has`;
    diagnostics.push(warningAt(span, message, id === task.id ? undefined : suggestion(speller, id)));
    return false;
  });
}

function makeTask(task: DraftTask, conflictsWith: readonly string[], file: string): Task {
  const dependencies = distinct(task.dependencies);
  return {
    id: task.id as TaskId,
    kind: task.kind,
    title: task.title,
    description: task.description,
    criteria: task.criteria,
    dependencies: dependencies as readonly TaskId[],
    conflictsWith: distinct(conflictsWith) as readonly TaskId[],
    scope: task.scope,
    ...(task.parallel === undefined ? {} : { parallel: task.parallel }),
    ...(task.suggested === undefined ? {} : { suggested: task.suggested }),
    ...(task.parallelGroup === undefined ? {} : { parallelGroup: task.parallelGroup }),
    risk: task.risk,
    size: task.size,
    provisional: task.provisional,
    ...(task.phase === undefined ? {} : { phase: task.phase }),
    ...(task.slice === undefined ? {} : { slice: task.slice }),
    context: task.context,
    testFiles: task.testFiles,
    gapCodes: task.gapCodes,
    declared: task.declared,
    specHash: specHash(task, dependencies),
    origin: { file: task.file ?? file, line: task.line },
  };
}

function distinct(items: readonly string[]): readonly string[] {
  return items.length < 2 ? items : [...new Set(items)];
}

function suggestion(speller: Speller, id: string): string | undefined {
  const nearest = speller.suggest(id);
  return nearest === undefined ? undefined : `did you mean ${nearest}?`;
}

/** An id as it is fit for a message: ids of broken backlogs can be of any length. */
function clip(id: string): string {
  return id.length > 80 ? `${id.slice(0, 79)}…` : id;
}
