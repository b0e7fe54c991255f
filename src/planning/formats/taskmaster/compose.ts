import type { Criterion, Risk, Size, Task } from '../../../domain/plan.ts';
import type { ComposedBacklog, NewBacklog } from '../format.ts';
import { onOneLine, ownCriteria, titleOf } from '../new-text.ts';
import { defaultTag } from './shape.ts';
import { wordOfDeclared } from './status.ts';

/**
 * All tasks at the top: what is below a task here waits for what the task waits for, which need not be so in the plan.
 * Every id is taken; numbers stay numbers.
 */
export function composeTaskmaster({ title, entry, tasks }: NewBacklog): ComposedBacklog {
  const list = {
    tasks: tasks.map(recordOf),
    metadata: { description: onOneLine(title) },
  };
  const text = `${JSON.stringify({ [defaultTag]: list }, undefined, 2)}\n`;
  return {
    files: new Map([[entry, text]]),
    companions: new Map(),
    ids: new Map(tasks.map(({ id }) => [id, id])),
  };
}

const priorities: Readonly<Record<Risk, string>> = { High: 'high', Medium: 'medium', Low: 'low' };
/** Scores of Task Master, from 1 to 10. */
const complexities: Readonly<Record<Size, number>> = { S: 2, M: 5, L: 8 };

function recordOf(task: Task) {
  const { description, details } = splitDescription(task.description);
  const { listed, test } = splitCriteria(task);
  const { specs, adrs, guides } = task.context;
  const files = [
    ...task.scope.map((path) => ({ path, description: '', action: 'modify' })),
    ...new Set([...specs, ...adrs, ...guides]),
  ].map((file) => (typeof file === 'string' ? { path: file, description: '', action: 'reference' } : file));
  return {
    id: idOf(task.id),
    title: titleOf(task),
    description,
    details,
    testStrategy: test,
    status: wordOfDeclared(task.declared),
    dependencies: task.dependencies.map(idOf),
    priority: priorities[task.risk],
    ...(task.size === 'M' ? {} : { complexity: complexities[task.size] }),
    ...(listed.length === 0 ? {} : { acceptanceCriteria: listed }),
    ...(files.length === 0 ? {} : { relevantFiles: files }),
    subtasks: [],
  };
}

function idOf(id: string): string | number {
  return /^[1-9]\d{0,14}$/.test(id) ? Number(id) : id;
}

/** The first paragraph, which lists show, and the rest. The same text twice would be read as one. */
function splitDescription(text: string): { readonly description: string; readonly details: string } {
  const whole = text.trim();
  const at = whole.search(/\n[ \t]*\n/);
  const isSplit = at !== -1 && !whole.slice(0, at).includes('```');
  const [description, details] = isSplit ? [whole.slice(0, at).trim(), whole.slice(at).trim()] : [whole, ''];
  return description === details ? { description: whole, details: '' } : { description, details };
}

/** The criterion that was a test strategy is one again; the others stand as texts where their ids are the usual ones. */
function splitCriteria(task: Task): {
  readonly listed: readonly (string | Criterion)[];
  readonly test: string;
} {
  const own = ownCriteria(task, task.id);
  const last = own.at(-1);
  const hasTest = last !== undefined && last.id === `${task.id}.TEST` && last.text.trim() !== '';
  const listed = hasTest ? own.slice(0, -1) : own;
  return {
    listed: listed.map(({ id, text }, at) => (id === `${task.id}.AC${at + 1}` ? text : { id, text })),
    test: hasTest ? last.text : '',
  };
}
