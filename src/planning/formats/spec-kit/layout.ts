/** How the tasks of a plan are laid out in phases so that none waits for more than it has to. */
import { Reachability } from '../../../domain/graph-search.ts';
import type { TaskId } from '../../../domain/ids.ts';
import type { Risk, Task } from '../../../domain/plan.ts';
import { onOneLine } from '../new-text.ts';
import { orderTasks, type TaskOrder } from '../task-order.ts';
import { newPhase, phasePattern, riskOf, type Phase } from './phase.ts';

export interface Layout {
  readonly sections: readonly Section[];
  /** The dependencies that the layout does not stand for, by task. */
  readonly stated: ReadonlyMap<TaskId, readonly TaskId[]>;
}

export interface Section {
  readonly heading: string;
  /** The label of its tasks, `US2`, where phases are stories. */
  readonly story: string | undefined;
  readonly members: readonly Member[];
}

interface Member {
  readonly task: Task;
  readonly at: number;
  /** `[P]`: waits for the last one above without, and the next one without waits for it. */
  readonly isParallel: boolean;
  /** What it waits for by its place among the others of the phase. */
  readonly waits: readonly number[];
}

interface Group {
  readonly phase: string;
  readonly risk: Risk;
  readonly members: readonly Member[];
}

/** Searches that look at more nodes than this are not worth a nicer layout: `[P]` is always right. */
const maxWork = 5_000_000;

export function layOut(tasks: readonly Task[]): Layout {
  const graph = orderTasks(tasks);
  const isBehind = searchBehind(graph);
  const groups = groupsOf(tasks, graph, isBehind);
  const isSequence = groups.every((group, at) => at === 0 || follows(groups[at - 1]!, group, isBehind));
  const sections = groups.map(({ phase, risk, members }, at): Section => {
    const heading = headingOf(at + 1, phase, risk, isSequence);
    const story = isSequence ? undefined : (phaseOf(heading).story ?? `US${at + 1}`);
    return { heading, story, members };
  });
  const stated = new Map<TaskId, readonly TaskId[]>();
  for (const { members } of groups) {
    const own = new Set(members.map(({ at }) => at));
    for (const { task, at, waits } of members) {
      const isStated = (to: number): boolean => (own.has(to) ? !waits.includes(to) : !isSequence);
      const left = graph.dependencies[at]!.filter(isStated).map((to) => tasks[to]!.id);
      if (left.length > 0) stated.set(task.id, left);
    }
  }
  return { sections, stated };
}

/** Whether all of some tasks wait for one, as far as that can be told in time. */
type IsBehind = (task: number, others: readonly number[]) => boolean;

function searchBehind({ order, dependents }: TaskOrder): IsBehind {
  const rank = new Int32Array(order.length);
  for (const [place, at] of order.entries()) rank[at] = place;
  const search = new Reachability(dependents, rank);
  return (task, others) =>
    others.length === 0 || (search.work < maxWork && search.outOfReach(task, others).length === 0);
}

/** One for each phase and risk, which a phase has for all its tasks. */
function groupsOf(tasks: readonly Task[], { order }: TaskOrder, isBehind: IsBehind): readonly Group[] {
  const groups = Map.groupBy(order, (at) => `${tasks[at]!.risk} ${onOneLine(tasks[at]!.phase ?? '')}`);
  return [...groups.values()].map((own): Group => {
    const first = tasks[own[0]!]!;
    return {
      phase: onOneLine(first.phase ?? '') || 'Implementation',
      risk: first.risk,
      members: membersOf(tasks, own, isBehind),
    };
  });
}

/** A task goes without `[P]` where all below it in the phase wait for it, and it for those above. */
function membersOf(tasks: readonly Task[], own: readonly number[], isBehind: IsBehind): readonly Member[] {
  let base: readonly number[] = [];
  let wave: number[] = [];
  return own.map((at, place) => {
    const task = tasks[at]!;
    const above = wave.length > 0 ? wave : base;
    const isParallel =
      task.parallel === true ||
      !isBehind(at, own.slice(place + 1)) ||
      !above.every((other) => isBehind(other, [at]));
    const waits = isParallel ? base : above;
    if (isParallel) wave.push(at);
    else [base, wave] = [[at], []];
    return { task, at, isParallel, waits };
  });
}

/** Whether the tasks that a phase begins with wait for all that the phase before ends with anyway. */
function follows(before: Group, { members }: Group, isBehind: IsBehind): boolean {
  const last = before.members.findLastIndex(({ isParallel }) => !isParallel);
  const wave = before.members.slice(last + 1);
  const exits = wave.length > 0 ? wave : [before.members[last]!];
  const entries = members.filter(({ waits }) => waits.length === 0).map(({ at }) => at);
  return exits.every(({ at }) => isBehind(at, entries));
}

/** The words for a story, and a name such as "Setup", say more than they seem to: they decide what waits for what. */
function headingOf(number: number, phase: string, risk: Risk, isSequence: boolean): string {
  const plain = phase.replace(phasePattern, '').replace(/^[\s:\u2013\u2014-]+/, '') || phase;
  const named = plain.replace(/\bP(?=\d\b)/g, 'Priority ');
  const suffix = risk === 'Medium' ? '' : ` (Priority: P${risk === 'High' ? 1 : 3})`;
  const candidates = [
    `Phase ${number}: ${plain}`,
    `Phase ${number}: ${plain}${suffix}`,
    `Phase ${number}: ${named}${suffix}`,
    `Phase ${number}: User Story ${number} - ${named}${suffix}`,
    `Phase ${number}: Implementation${suffix}`,
  ];
  const isRight = (heading: string): boolean => {
    const { story, name, priority } = phaseOf(heading);
    const isPlaced = isSequence ? story === undefined : name === undefined;
    return isPlaced && riskOf(priority) === risk;
  };
  return candidates.find(isRight)!;
}

function phaseOf(heading: string): Phase {
  return newPhase(heading, undefined);
}
