import type { Size, Task } from '../../../domain/plan.ts';
import type { ComposedBacklog, NewBacklog } from '../format.ts';
import { onOneLine, ownCriteria, phaseOf, titleOf } from '../new-text.ts';
import { inWorkOrder } from '../task-order.ts';
import { usualWords } from './write.ts';

/**
 * Stories in the order of work, with their place in it as priority, because that is what the loop goes by; and with
 * their dependencies, which count for Pawl. A priority can then tell nothing of the risk.
 */
export function composeRalphPrd({ title, entry, tasks }: NewBacklog): ComposedBacklog {
  const project = onOneLine(title);
  const prd = {
    project,
    branchName: `ralph/${branchOf(project)}`,
    userStories: inWorkOrder(tasks).map((task, at) => storyOf(task, at + 1)),
  };
  const text = `${JSON.stringify(prd, undefined, 2)}\n`;
  return {
    files: new Map([[entry, text]]),
    companions: new Map(),
    ids: new Map(tasks.map(({ id }) => [id, id])),
  };
}

function branchOf(title: string): string {
  const words = title.toLowerCase().match(/[a-z0-9]+/g) ?? ['stories'];
  return words.join('-').slice(0, 48).replace(/-$/, '');
}

const complexities: Readonly<Record<Size, string | undefined>> = {
  S: 'simple',
  M: undefined,
  L: 'complex',
};

function storyOf(task: Task, priority: number) {
  const word = usualWords[task.declared];
  const phase = phaseOf(task);
  const complexity = complexities[task.size];
  const { specs, adrs, guides } = task.context;
  const read = [...new Set([...specs, ...adrs, ...guides])];
  return {
    id: task.id,
    title: titleOf(task),
    description: task.description,
    acceptanceCriteria: ownCriteria(task, task.id).map(({ id, text }, at) =>
      id === `${task.id}.AC${at + 1}` ? text : { id, text },
    ),
    priority,
    dependencies: task.dependencies,
    passes: word === 'done',
    // `passes` says the other two.
    ...(word === 'done' || word === 'pending' ? {} : { status: word }),
    ...(complexity === undefined ? {} : { complexity }),
    ...(phase === '' ? {} : { phase }),
    ...(task.scope.length === 0 ? {} : { files: task.scope }),
    ...(read.length === 0 ? {} : { contextFiles: read }),
    notes: '',
  };
}
