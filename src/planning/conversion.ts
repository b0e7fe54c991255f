/**
 * A plan as a backlog of another format, and what that format had no place for. What is lost is not declared by the
 * formats: the new backlog is read again and compared, so nothing is lost unsaid.
 */
import { Reachability, topologicalOrder } from '../domain/graph-search.ts';
import type { TaskId } from '../domain/ids.ts';
import type { Plan, Task } from '../domain/plan.ts';
import { errorAt, type Diagnostic } from './diagnostic.ts';
import type { BacklogFormat, ComposedBacklog } from './formats/format.ts';
import { criterionIdOf, onOneLine, statedCriteria, withoutLabel } from './formats/new-text.ts';
import { validateDraft } from './validate.ts';

/** What a task can lose or get by a conversion. */
export const lossKinds = [
  'id',
  'kind',
  'title',
  'description',
  'criteria',
  'criterion ids',
  'dependencies dropped',
  'dependencies added',
  'declared conflicts',
  'scope',
  'parallel hint',
  'risk',
  'size',
  'status',
  'provisional',
  'phase',
  'slice',
  'context',
  'test files',
  'gap codes',
] as const;
export type LossKind = (typeof lossKinds)[number];

export interface Loss {
  readonly kind: LossKind;
  /** The tasks concerned, by their ids in the plan, in backlog order; never empty. */
  readonly tasks: readonly TaskId[];
  /** What became of the first of them: `High → Medium`. */
  readonly example: string;
}

export interface Conversion extends ComposedBacklog {
  /** As they are read from the new backlog, under their new ids; empty when that is faulty. */
  readonly tasks: readonly Task[];
  /** In the order of {@link lossKinds}. */
  readonly losses: readonly Loss[];
  /** Faults of the new backlog: an error means that it must not be written. */
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Composes, reads back, compares. `entry` is relative to the repository's root, with `/`; `beside` are the companion
 * files that are there already and would be read together with the new backlog.
 */
export function convertPlan(
  plan: Plan,
  format: BacklogFormat,
  entry: string,
  beside: ReadonlyMap<string, string> = new Map(),
): Conversion {
  const composed = format.compose({ title: plan.title, entry, tasks: plan.tasks });
  const [file = entry] = composed.files.keys();
  const draft = format.read({
    entry,
    file,
    text: composed.files.get(file) ?? '',
    files: composed.files,
    companions: new Map([...beside, ...composed.companions]),
  });
  const { tasks, diagnostics } = validateDraft(draft, file);
  const all = [...draft.diagnostics, ...diagnostics];
  // Of a faulty backlog nothing is known but its faults.
  const isFaulty = all.some(({ severity }) => severity === 'error');
  const losses = isFaulty ? [] : compare(plan.tasks, tasks, composed.ids);
  return { ...composed, tasks, losses, diagnostics: [...all, ...unbearable(file, losses)] };
}

/** A task that starts too early is no loss but a fault. */
function unbearable(file: string, losses: readonly Loss[]): readonly Diagnostic[] {
  const start = { file, line: 1, column: 1, length: 1 };
  return losses.flatMap(({ kind, example }) =>
    kind === 'dependencies dropped' ? [errorAt(start, 'CONVERT-INVALID', example)] : [],
  );
}

interface Difference {
  readonly kind: LossKind;
  readonly task: TaskId;
  readonly example: string;
}

function compare(
  before: readonly Task[],
  after: readonly Task[],
  ids: ReadonlyMap<TaskId, string>,
): readonly Loss[] {
  const byId = new Map(after.map((task) => [task.id as string, task]));
  const oldIds = new Map([...ids].map(([old, id]) => [id, old]));
  const old = (id: string): string => oldIds.get(id) ?? id;
  const found = before.flatMap((task): readonly Difference[] => {
    const copy = byId.get(ids.get(task.id) ?? '');
    return copy === undefined
      ? [{ kind: 'id', task: task.id, example: `${task.id} is gone` }]
      : compareFields(task, copy, old);
  });
  // Under their old ids, so that both graphs speak of the same tasks.
  const copies = after.map(({ id, dependencies }): Node => ({
    id: old(id),
    dependencies: dependencies.map(old),
  }));
  for (const { from, to } of edgesBeyond(before, copies))
    found.push({
      kind: 'dependencies dropped',
      task: from as TaskId,
      example: `${from} no longer waits for ${to}`,
    });
  for (const { from, to } of edgesBeyond(copies, before))
    found.push({
      kind: 'dependencies added',
      task: from as TaskId,
      example: `${from} now waits for ${to}, too`,
    });
  const byKind = Map.groupBy(found, ({ kind }) => kind);
  return lossKinds.flatMap((kind) => {
    const same = byKind.get(kind);
    return same === undefined
      ? []
      : [{ kind, tasks: [...new Set(same.map(({ task }) => task))], example: same[0]!.example }];
  });
}

function compareFields(task: Task, copy: Task, old: (id: string) => string): readonly Difference[] {
  const equal = (kind: LossKind, before: string, after: string): readonly Difference[] =>
    before === after ? [] : [{ kind, task: task.id, example: `${shown(before)} → ${shown(after)}` }];
  return [
    ...equal('id', task.id, copy.id),
    ...equal('kind', task.kind, copy.kind),
    ...(onOneLine(task.title) === onOneLine(copy.title)
      ? []
      : equal('title', wordsOfTitle(task), wordsOfTitle(copy))),
    ...(isDescriptionKept(task, copy)
      ? []
      : equal('description', onOneLine(task.description), onOneLine(copy.description))),
    ...equal('criteria', ...criteriaTexts(task, copy)),
    ...equal('criterion ids', criterionIds(task, copy.id), criterionIds(copy, copy.id)),
    ...equal('declared conflicts', listed(task.conflictsWith), listed(copy.conflictsWith.map(old))),
    ...missing('scope', task, task.scope, copy.scope),
    ...equal('parallel hint', hintOf(task), hintOf(copy)),
    ...equal('risk', task.risk, copy.risk),
    ...equal('size', task.size, copy.size),
    ...equal('status', task.declared, copy.declared),
    ...equal('provisional', String(task.provisional), String(copy.provisional)),
    ...equal('phase', onOneLine(task.phase ?? ''), onOneLine(copy.phase ?? '')),
    ...equal('slice', onOneLine(task.slice ?? ''), onOneLine(copy.slice ?? '')),
    ...missing('context', task, contextOf(task), contextOf(copy)),
    ...missing('test files', task, task.testFiles, copy.testFiles),
    ...missing('gap codes', task, task.gapCodes, copy.gapCodes),
  ];
}

/** Readers find paths in texts, too: what they find beside what was written is no loss. */
function missing(
  kind: LossKind,
  { id }: Task,
  before: readonly string[],
  after: readonly string[],
): readonly Difference[] {
  const known = new Set(after);
  const lost = before.filter((item) => !known.has(item));
  return lost.length === 0 ? [] : [{ kind, task: id, example: `without ${shown(listed(lost))}` }];
}

function contextOf({ context: { specs, adrs, guides } }: Task): readonly string[] {
  return [...specs, ...adrs, ...guides];
}

/** Lists without ids have them at the beginning of the title. */
function wordsOfTitle({ id, title }: Task): string {
  return withoutLabel(onOneLine(title), id) || id;
}

/** A reader may add what it knows of the task's surroundings, and leave out what the title says. */
function isDescriptionKept(task: Task, copy: Task): boolean {
  const before = onOneLine(task.description);
  return before === onOneLine(task.title) || onOneLine(copy.description).includes(before);
}

/** A task without criteria may get its title as one where the format wants one: nothing is lost by that. */
function criteriaTexts(task: Task, copy: Task): readonly [string, string] {
  const texts = (one: Task): string =>
    statedCriteria(one)
      .map(({ text }) => onOneLine(text))
      .join(' · ');
  return isTitleOnly(task) && isTitleOnly(copy) ? ['', ''] : [texts(task), texts(copy)];
}

function isTitleOnly(task: Task): boolean {
  const [only, ...more] = statedCriteria(task);
  return only === undefined || (more.length === 0 && onOneLine(only.text) === onOneLine(task.title));
}

function criterionIds(task: Task, newId: string): string {
  const criteria = statedCriteria(task);
  return criteria.length < 2
    ? ''
    : criteria.map((criterion) => criterionIdOf(criterion, task.id, newId)).join(', ');
}

function hintOf({ parallel }: Task): string {
  return parallel === undefined ? '' : String(parallel);
}

interface Node {
  readonly id: string;
  readonly dependencies: readonly string[];
}

/**
 * The dependencies of one graph that another one does not even imply. A graph implies all that another one does when
 * it implies each single edge of it, so that no closure, which can have the square of the tasks, is ever made.
 */
function edgesBeyond(
  tasks: readonly Node[],
  others: readonly Node[],
): readonly { readonly from: string; readonly to: string }[] {
  const at = new Map(others.map(({ id }, index) => [id, index]));
  const edges = others.map(({ dependencies }) => dependencies.flatMap((id) => at.get(id) ?? []));
  const rank = new Int32Array(others.length);
  for (const [place, index] of topologicalOrder(edges).order.entries()) rank[index] = place;
  const reachability = new Reachability(edges, rank);
  return tasks.flatMap(({ id, dependencies }) => {
    const start = at.get(id);
    const known = new Map(dependencies.map((to) => [at.get(to), to]));
    const targets = [...known.keys()].filter((target) => target !== undefined);
    const beyond = start === undefined ? targets : reachability.outOfReach(start, targets);
    return beyond.map((target) => ({ from: id, to: known.get(target)! }));
  });
}

function listed(items: readonly string[]): string {
  return items.toSorted().join(', ');
}

function shown(text: string): string {
  if (text === '') return 'nothing';
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}
