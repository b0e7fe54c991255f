/**
 * A plan as Kiro's tasks.md, with its criteria as requirements beside it. Tasks stand in an order of work, and those
 * that do not wait for everything above say what they wait for.
 */
import type { Task } from '../../../domain/plan.ts';
import { isForeignBacklog } from '../foreign-text.ts';
import { headingText, onOneLine, phaseOf } from '../new-text.ts';
import { boxWith } from '../box-text.ts';
import { markOf } from '../declared-mark.ts';
import {
  folderOf,
  singleFile,
  type BacklogFormat,
  type ComposedBacklog,
  type NewBacklog,
} from '../format.ts';
import { criterionNumbers, renamed } from '../new-ids.ts';
import { orderTasks } from '../task-order.ts';
import { onlyTask, pathsOf, spellTask, type TaskText } from '../task-text.ts';
import { dependencyLabel } from './references.ts';
import { requirementLabel } from './requirements.ts';

export function composeKiro(
  { entry, title, tasks }: NewBacklog,
  read: BacklogFormat['read'],
): ComposedBacklog {
  const places = placesOf(tasks);
  const ids = new Map(places.map(({ task, id }) => [task.id, id]));
  const texts = new Map(places.map(({ task }) => [task.id, spell(task, entry, read)]));
  const parts: string[] = [];
  const requirements: string[] = [];
  const spelling = spellPhase(entry, read);
  let stretch: Stretch | undefined;
  for (const place of places) {
    const { task } = place;
    const text = texts.get(task.id)!;
    const isBelow = stretch !== undefined && stretch.number === undefined;
    if (place.stretch !== stretch)
      parts.push(...(stretch === undefined ? [] : ['']), ...headOf(place.stretch, isBelow, spelling));
    stretch = place.stretch;
    const number = text.criteria.length === 0 ? undefined : requirements.length + 1;
    if (number !== undefined) requirements.push(requirement(number, task, text));
    const waits = place.isSaid ? renamed(ids, task.dependencies) : undefined;
    parts.push(render(place, text, number, waits));
  }
  const name = onOneLine(title);
  const heading = /^implementation plan\b/i.test(name) || name === '' ? name : `Implementation Plan: ${name}`;
  const document = `# ${heading || 'Implementation Plan'}\n\n${parts.join('\n')}\n`;
  const companions =
    requirements.length === 0 ? [] : [[fileBeside(entry), documentOf(requirements)] as const];
  return {
    files: new Map([[entry, document]]),
    companions: new Map(companions),
    ids: new Map(tasks.map(({ id }) => [id, ids.get(id)!])),
  };
}

/** Neighbours of one phase. */
interface Stretch {
  readonly phase: string;
  /** Of the box that holds them, where the phase is one. */
  readonly number: number | undefined;
  readonly members: Task[];
}

interface TaskPlace {
  readonly task: Task;
  readonly id: string;
  readonly stretch: Stretch;
  /** What it waits for has to be said, because it is not all that stands above. */
  readonly isSaid: boolean;
  readonly isOptional: boolean;
}

/**
 * Ids stay when all are Kiro's numbers, and phases are headings then. Else a phase is a box and its tasks are
 * numbered within it.
 */
function placesOf(tasks: readonly Task[]): readonly TaskPlace[] {
  const { order, dependencies, dependents } = orderTasks(tasks);
  const isKept = areNumbers(tasks.map(({ id }) => id));
  const optional = new Set<number>();
  for (const at of order.toReversed()) {
    const isFree = dependents[at]!.every((other) => optional.has(other));
    if (tasks[at]!.declared === 'skipped' && isFree) optional.add(at);
  }
  const stretches: Stretch[] = [];
  let boxes = 0;
  /** What nothing above waits for: who waits for these waits for all. */
  const ends = new Set<number>();
  return order.map((at): TaskPlace => {
    const task = tasks[at]!;
    const phase = phaseOf(task);
    if (stretches.at(-1)?.phase !== phase) {
      const isBox = !isKept && phase !== '';
      if (isBox) boxes += 1;
      stretches.push({ phase, number: isBox ? boxes : undefined, members: [] });
    }
    const stretch = stretches.at(-1)!;
    stretch.members.push(task);
    if (stretch.number === undefined) boxes += 1;
    const own = new Set(dependencies[at]);
    const isSaid = optional.size > 0 || task.parallel === true || [...ends].some((end) => !own.has(end));
    for (const other of own) ends.delete(other);
    ends.add(at);
    const number = stretch.number === undefined ? String(boxes) : `${boxes}.${stretch.members.length}`;
    return { task, id: isKept ? task.id : number, stretch, isSaid, isOptional: optional.has(at) };
  });
}

/** `2.1` beside `2` would make a parent of it. */
function areNumbers(ids: readonly string[]): boolean {
  const known = new Set(ids);
  return ids.every((id) => {
    const parts = id.split('.');
    const isAbove = parts.some((_, at) => at > 0 && known.has(parts.slice(0, at).join('.')));
    return /^\d+(?:\.\d+){0,7}[A-Za-z]?$/.test(id) && !isAbove;
  });
}

/** Without a heading of its own, a task below a heading would be of that phase. */
function headOf({ phase, number, members }: Stretch, isBelow: boolean, spell: Spell): readonly string[] {
  if (number === undefined)
    return phase === '' && !isBelow ? [] : [`## ${headingText(spell(phase, headingOnly))}`, ''];
  const isDone = members.every(({ declared }) => markOf(declared) === 'x');
  return [`- [${isDone ? 'x' : ' '}] ${number}. ${spell(phase, boxOnly)}`];
}

/** The name of a phase as the reader gives it back from a document made of it alone. */
type Spell = (phase: string, documentOf: (name: string) => string) => string;

function headingOnly(name: string): string {
  return `## ${headingText(name)}\n\n- [ ] 1. Title\n`;
}

function boxOnly(name: string): string {
  return `- [ ] 1. ${name}\n  - [ ] 1.1 Title\n`;
}

function spellPhase(entry: string, read: BacklogFormat['read']): Spell {
  return (phase, documentOf) => {
    const isRead = (name: string): boolean => {
      const alone = documentOf(name);
      return !isForeignBacklog(alone) && onlyTask(read(singleFile(entry, alone)))?.phase === name;
    };
    return phase === '' ? 'Other tasks' : ([phase, `Phase: ${phase}`].find(isRead) ?? phase);
  };
}

function render(
  { task, id, stretch, isOptional }: TaskPlace,
  text: TaskText,
  requirement: number | undefined,
  waits: readonly string[] | undefined,
): string {
  const scope = pathsOf(task.scope);
  const numbers = criterionNumbers(task).map((number) => `${requirement}.${number}`);
  const details = [
    ...(scope.length === 0 ? [] : [`Files: ${scope.map((path) => `\`${path}\``).join(', ')}`]),
    ...(requirement === undefined ? [] : [`_Requirements: ${numbers.join(', ')}_`]),
    ...(waits === undefined ? [] : [`_Dependencies: ${waits.length === 0 ? 'none' : waits.join(', ')}_`]),
  ];
  const box = `[${markOf(task.declared, '-')}]${isOptional ? '*' : ''}`;
  const number = id.includes('.') ? id : `${id}.`;
  const head = `${box} ${number} ${text.title}${task.parallel === true ? ' (P)' : ''}`;
  return boxWith(head, text.description, details, stretch.number === undefined ? '' : '  ');
}

function spell(task: Task, entry: string, read: BacklogFormat['read']): TaskText {
  const stretch: Stretch = { phase: '', number: undefined, members: [] };
  return spellTask(task, (text) => {
    // What such a line names depends on the tasks and requirements beside it.
    if (text.description.some((line) => dependencyLabel.test(line) || requirementLabel.test(line)))
      return undefined;
    const place: TaskPlace = { task, id: '1', stretch, isSaid: false, isOptional: false };
    const alone = `${render(place, text, 1, undefined)}\n`;
    return onlyTask(
      read({
        entry,
        file: entry,
        text: alone,
        files: new Map([[entry, alone]]),
        companions: new Map([[fileBeside(entry), documentOf([requirement(1, task, text)])]]),
      }),
    );
  });
}

function fileBeside(entry: string): string {
  return `${folderOf(entry)}requirements.md`;
}

function documentOf(requirements: readonly string[]): string {
  return `# Requirements Document\n\n## Requirements\n\n${requirements.join('\n\n')}\n`;
}

function requirement(number: number, task: Task, { title, criteria }: TaskText): string {
  const numbers = criterionNumbers(task);
  const items = criteria.map((criterion, at) => `${numbers[at]}. ${criterion}`);
  return `### Requirement ${number}: ${title}\n\n#### Acceptance Criteria\n\n${items.join('\n')}`;
}
