/** The order that spec-kit's phases and `[P]` labels stand for, as edges. Pure; tasks are their positions. */
import type { SpecKitDocument, TaskLine } from './document.ts';

/** What comes first in a set of tasks, and what must be done before the set is. In document order. */
export interface Ends {
  readonly entries: readonly number[];
  readonly exits: readonly number[];
}

export interface PhaseOrder {
  /** By task: the tasks it waits for. */
  readonly edges: readonly (readonly number[])[];
  /** By phase. */
  readonly ends: readonly Ends[];
}

/** Larger sets are not joined each with each: the number of edges would be their product. */
const maxJoined = 64;

/**
 * Within a phase tasks without `[P]` come in document order; neighbours with `[P]` wait together for the last one
 * without and not for each other, and the next one without waits for them all. Tests of a story come before what
 * stands under its next heading. Phases follow each other; stories side by side wait for what is before the first
 * of them, not for each other, and what follows waits for all of them.
 */
export function orderOf({ phases, tasks }: Pick<SpecKitDocument, 'phases' | 'tasks'>): PhaseOrder {
  const edges: (readonly number[])[] = tasks.map(() => []);
  const byPhase = phases.map((): number[] => []);
  tasks.forEach(({ phase }, at) => byPhase[phase]!.push(at));
  const ends = byPhase.map((members) => orderPhase(members, tasks, edges));
  const add = (from: number, to: readonly number[]): void => {
    edges[from] = [...edges[from]!, ...to];
  };
  let before: readonly number[] = [];
  for (let first = 0; first < phases.length;) {
    let next = first + 1;
    if (phases[first]!.story !== undefined) while (phases[next]?.story !== undefined) next += 1;
    const stage = ends.slice(first, next);
    join(
      before,
      stage.flatMap(({ entries }) => entries),
      add,
    );
    const exits = stage.flatMap((one) => one.exits);
    if (exits.length > 0) before = exits;
    first = next;
  }
  return { edges, ends };
}

function orderPhase(
  members: readonly number[],
  tasks: readonly TaskLine[],
  edges: (readonly number[])[],
): Ends {
  const entries: number[] = [];
  let base: readonly number[] = [];
  let wave: number[] = [];
  let above: TaskLine | undefined;
  for (const at of members) {
    const task = tasks[at]!;
    if (above?.isTest === true && task.group !== above.group && wave.length > 0) [base, wave] = [wave, []];
    above = task;
    const waitsFor = task.parallel || wave.length === 0 ? base : wave;
    edges[at] = waitsFor;
    if (waitsFor.length === 0) entries.push(at);
    if (task.parallel && base.length <= maxJoined) wave.push(at);
    else [base, wave] = [task.parallel ? [...wave, at] : [at], []];
  }
  return { entries, exits: wave.length > 0 ? wave : base };
}

/**
 * Every one of `later` waits for all of `earlier`. Two large sets are joined through the first of `later`, which is
 * a little stricter.
 */
export function join(
  earlier: readonly number[],
  later: readonly number[],
  add: (from: number, to: readonly number[]) => void,
): void {
  const isLarge = earlier.length > maxJoined && later.length > maxJoined;
  later.forEach((at, place) => {
    add(at, isLarge && place > 0 ? [later[0]!] : earlier);
  });
}
