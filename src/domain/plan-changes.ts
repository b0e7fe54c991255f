/**
 * What has changed in a backlog since a run took it over, and what follows for each task (source 003, sync; the
 * rules of a sync: nothing done is thrown away). Pure.
 *
 * - A pending task gets its new text; when the specification it stood for is gone, it is superseded.
 * - A completed task whose criteria or whose specification changed is stale; other changes of its text are noted.
 * - A task that left the backlog is archived: journal and landed work stay.
 * - What a person set aside (skipped, externally managed) is untouched.
 */
import type { SyncEffect } from './event.ts';
import type { TaskId } from './ids.ts';
import { declaredDependencies, indexOf, type Plan, type Task } from './plan.ts';
import { recordOf, type RunState, type TaskRecord } from './run-state.ts';
import { describeSpecReference } from './spec-reference.ts';

/** `noted`, `archived`, `flagged`, `untouched`, `added`, `taken-over`: said, and the task's state stays. */
export type ChangeEffect =
  'added' | 'taken-over' | 'superseded' | 'stale' | 'noted' | 'flagged' | 'archived' | 'untouched';

export interface PlanChange {
  readonly task: TaskId;
  readonly title: string;
  readonly kind: 'added' | 'changed' | 'removed';
  /** What is different, in words: `criteria T-003.AC2`, `docs/spec.md, Amounts`. Empty unless it changed. */
  readonly parts: readonly string[];
  readonly effect: ChangeEffect;
  /** What follows, as half a sentence without the task's id. */
  readonly consequence: string;
}

/** A text that tasks read without being held to it. */
export interface DriftedReading {
  readonly entry: string;
  readonly tasks: readonly TaskId[];
}

export interface PlanChanges {
  /** Changed and added ones in the order of the new plan, then those that are gone in the order of the old one. */
  readonly tasks: readonly PlanChange[];
  readonly readings: readonly DriftedReading[];
}

/** The backlog as it is now against the plan the run has taken over; nothing when there is none yet. */
export function changesSince(state: RunState, plan: Plan): PlanChanges {
  const old = state.plan;
  if (old === undefined || old === plan) return { tasks: [], readings: [] };
  const before = indexOf(old);
  const after = indexOf(plan);
  const present = plan.tasks.flatMap((task) => {
    const known = before.get(task.id);
    return known === undefined ? [addition(task)] : judge(known, task, recordOf(state, task.id));
  });
  const gone = old.tasks.filter(({ id }) => !after.has(id));
  return {
    tasks: [...present, ...gone.map((task) => removal(task, recordOf(state, task.id)))],
    readings: driftedReadings(before, plan),
  };
}

/** What the journal keeps of it, with the plan that is adopted. */
export function effectsOf({ tasks }: PlanChanges): readonly SyncEffect[] {
  return tasks.flatMap(({ task, effect, parts }) =>
    effect === 'stale' || effect === 'superseded'
      ? [
          {
            task,
            effect,
            reason: `${parts.join('; ')} changed after it was ${effect === 'stale' ? 'completed' : 'planned'}`,
          },
        ]
      : [],
  );
}

function addition({ id, title }: Task): PlanChange {
  return { task: id, title, kind: 'added', parts: [], effect: 'added', consequence: 'is part of the run' };
}

function removal({ id, title }: Task, { state, attempts }: TaskRecord): PlanChange {
  const consequence =
    state.status === 'completed' || state.status === 'stale'
      ? 'left the backlog; what it landed stays'
      : attempts.length === 0
        ? 'left the backlog; nothing was done for it'
        : `left the backlog; its ${attempts.length === 1 ? 'attempt stays' : 'attempts stay'} under refs/pawl/attempts`;
  return { task: id, title, kind: 'removed', parts: [], effect: 'archived', consequence };
}

function judge(before: Task, after: Task, record: TaskRecord): readonly PlanChange[] {
  if (before.specHash === after.specHash) return [];
  const texts = changedTexts(before, after);
  const references = changedReferences(before, after);
  const parts = [...texts, ...references.changed, ...references.gone.map((entry) => `${entry} (gone)`)];
  // An older version hashed other things: nothing that can be named is different.
  if (parts.length === 0) return [];
  const change = (effect: ChangeEffect, consequence: string): readonly PlanChange[] => [
    { task: after.id, title: after.title, kind: 'changed', parts, effect, consequence },
  ];
  switch (record.state.status) {
    case 'skipped':
    case 'abandoned':
    case 'externally-managed':
      return change('untouched', `is ${record.state.status} and stays so`);
    case 'stale':
      return change('noted', 'was stale already');
    case 'completed':
      if (references.isGone)
        return change('flagged', 'is completed, and its specification is gone; what it landed stays');
      return texts.some((part) => part.startsWith('criteri')) || references.changed.length > 0
        ? change('stale', 'was completed for the old text; it is stale')
        : change('noted', 'stays completed: what it is held to is the same');
    case 'pending':
    case 'blocked':
      if (references.isGone) return change('superseded', 'is superseded: its specification is gone');
      return change(
        'taken-over',
        record.attempts.length === 0
          ? 'is worked on by the new text'
          : 'gets the new text in its next attempt',
      );
    case 'running':
    case 'proven':
      return change('taken-over', 'was begun with the old text');
  }
}

function changedTexts(before: Task, after: Task): readonly string[] {
  const fields: readonly (readonly [string, (task: Task) => unknown])[] = [
    ['title', (task) => words(task.title)],
    ['description', (task) => words(task.description)],
    ['scope', ({ scope }) => scope.toSorted()],
    ['dependencies', (task) => declaredDependencies(task).toSorted()],
    ['risk', ({ risk }) => risk],
    ['size', ({ size }) => size],
    ['references', ({ context }) => context],
  ];
  const criteria = changedCriteria(before, after);
  return [
    ...(criteria.length === 0
      ? []
      : [`${criteria.length === 1 ? 'criterion' : 'criteria'} ${criteria.slice(0, 5).join(', ')}`]),
    ...fields.flatMap(([name, value]) =>
      JSON.stringify(value(before)) === JSON.stringify(value(after)) ? [] : [name],
    ),
  ];
}

/** Ids of criteria that are new, gone or worded otherwise. */
function changedCriteria(before: Task, after: Task): readonly string[] {
  const old = new Map(before.criteria.map(({ id, text }) => [id, words(text)]));
  const now = new Map(after.criteria.map(({ id, text }) => [id, words(text)]));
  return [...new Set([...now.keys(), ...old.keys()])].filter((id) => old.get(id) !== now.get(id));
}

interface ChangedReferences {
  readonly changed: readonly string[];
  readonly gone: readonly string[];
  /** Nothing that it stood for is left. */
  readonly isGone: boolean;
}

function changedReferences(before: Task, after: Task): ChangedReferences {
  const named = new Set([...after.context.specs, ...after.context.adrs]);
  const old = [...named].filter((entry) => before.references?.[entry] !== undefined);
  const gone = old.filter((entry) => after.references?.[entry] === undefined);
  const changed = old.filter(
    (entry) => !gone.includes(entry) && before.references?.[entry] !== after.references?.[entry],
  );
  const isLeft = [...named].some((entry) => after.references?.[entry] !== undefined);
  return {
    changed: changed.map(describeSpecReference),
    gone: gone.map(describeSpecReference),
    isGone: gone.length > 0 && !isLeft,
  };
}

function driftedReadings(before: ReadonlyMap<TaskId, Task>, plan: Plan): readonly DriftedReading[] {
  const drifted = new Map<string, TaskId[]>();
  for (const { id, context, references } of plan.tasks) {
    const old = before.get(id)?.references;
    for (const entry of context.guides) {
      if (old?.[entry] === undefined || old[entry] === references?.[entry]) continue;
      const tasks = drifted.get(entry);
      if (tasks === undefined) drifted.set(entry, [id]);
      else tasks.push(id);
    }
  }
  return [...drifted].map(([entry, tasks]) => ({ entry, tasks }));
}

function words(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
