import { hash } from 'node:crypto';
import type { Task } from '../domain/plan.ts';

/** What a spec hash is taken over: all that tells an agent what to do, nothing that changes while it is done. */
export type TaskSpec = Pick<
  Task,
  'title' | 'description' | 'criteria' | 'scope' | 'risk' | 'size' | 'context'
>;

/**
 * sha256 (hex) over a task's own text: title, description, criteria, dependencies, scope, risk, size and the files it
 * must be read with. Runs of white space count as one blank, and the order of dependencies and scope does not
 * count, so that re-wrapping or sorting a backlog changes no hash. Status and place are not part of it.
 */
export function specHash(task: TaskSpec, dependencies: readonly string[]): string {
  let text = `${task.title} \u0000 ${task.description} \u0000 ${task.criteria.length}`;
  for (const criterion of task.criteria) text += ` \u0000 ${criterion.id} \u0000 ${criterion.text}`;
  text += listed(dependencies.toSorted()) + listed(task.scope.toSorted());
  text += ` \u0000 ${task.risk} \u0000 ${task.size}`;
  text += listed(task.context.specs) + listed(task.context.adrs) + listed(task.context.guides);
  return hash('sha256', normaliseText(text));
}

/** A spec hash that covers what the task refers to as well: the hashes of those texts, `''` for what has none. */
export function specHashWithReferences(own: string, references: readonly string[]): string {
  return references.every((text) => text === '') ? own : hash('sha256', [own, ...references].join(' '));
}

/** Every run of white space as one blank, so that re-wrapping a text does not change it. */
export function normaliseText(text: string): string {
  // Single blanks, which are nearly all white space there is, are not matched: this runs over whole backlogs.
  return text.replace(/[^\S ]\s*| \s+/g, ' ');
}

function listed(items: readonly string[]): string {
  let text = ` \u0000 ${items.length}`;
  for (const item of items) text += ` \u0000 ${item}`;
  return text;
}

/** sha256 (hex) over ids and spec hashes, in backlog order. */
export function planHash(tasks: readonly Pick<Task, 'id' | 'specHash'>[]): string {
  return hash('sha256', tasks.map((task) => `${task.id} ${task.specHash}\n`).join(''));
}
