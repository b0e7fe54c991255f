/** `pawl plan`: the plan explained. */
import { buildGraph, scopeConflicts, sizeDurationMs, type ScopeConflict } from '../domain/graph.ts';
import type { TaskId } from '../domain/ids.ts';
import { policyOf } from '../domain/hot-files.ts';
import { taskOf, type Plan, type Risk, type Task } from '../domain/plan.ts';
import { recordOf, type RunState } from '../domain/run-state.ts';
import { formatDuration } from '../util/duration.ts';
import { paint, renderLine, span, type Line } from './spans.ts';
import { readyIds, tallyOf, withPlan } from './tally.ts';
import { counted, fit, listed, plain, widthOf, wrap } from './text.ts';
import { statusOf } from './views.ts';

export interface PlanTextOptions {
  readonly columns: number;
  readonly color: boolean;
  /** Ms since the epoch; only tells which tasks' backoff is over. */
  readonly now?: number;
  /** Warnings that the reader of the backlog gave. */
  readonly warnings?: number;
}

/** Plans with more tasks than this show ids only. */
const FULL_UP_TO = 60;
const SHOWN_CONFLICTS = 20;

/** Without a line break at the end. `state` is the plan's run, when there is one. */
export function renderPlan(plan: Plan, state: RunState | undefined, options: PlanTextOptions): string {
  const folded = withPlan(state, plan);
  const { columns, color } = options;
  const heading = (text: string): string => paint(text, 'bold', color);
  const ready = readyIds(folded, plan, options.now ?? folded.at);
  const parts = [
    [heading(plain(plan.title) || plan.name), ...summaryLines(plan, folded, columns)],
    levelLines(plan, folded, options),
    [heading('Critical path'), ...criticalPathLines(plan, columns)],
    [heading('Conflicts and shared files'), ...conflictLines(plan, columns)],
    [heading('Ready'), ...indented(ready.length === 0 ? ['none'] : ready, columns)],
  ];
  if (options.warnings !== undefined && options.warnings > 0) {
    parts.push([paint(counted(options.warnings, 'warning'), 'yellow', color)]);
  }
  return parts.map((lines) => lines.join('\n')).join('\n\n');
}

function summaryLines(plan: Plan, state: RunState, columns: number): readonly string[] {
  const risks = (['High', 'Medium', 'Low'] as const satisfies readonly Risk[])
    .map((risk) => `${plan.tasks.filter((task) => task.risk === risk).length} ${risk}`)
    .join(', ');
  const criteria = plan.tasks.reduce((sum, task) => sum + task.criteria.length, 0);
  const tally = tallyOf(state, plan.tasks);
  const first = [
    `${counted(tally.total, 'task')},`,
    `${criteria} ${criteria === 1 ? 'criterion' : 'criteria'}`,
    `· risk: ${risks}`,
    `· ${plan.file} (${plan.format})`,
  ];
  const counts = [
    `${tally.completed} completed,`,
    `${tally.inProgress} in progress,`,
    `${tally.blocked} blocked,`,
    `${tally.pending} pending,`,
    `${tally.abandoned} abandoned`,
  ];
  return [...wrap(first, columns), ...wrap(counts, columns)];
}

function levelLines(plan: Plan, state: RunState, options: PlanTextOptions): readonly string[] {
  const { columns, color } = options;
  const levels = buildGraph(plan).levels();
  const compact = plan.tasks.length > FULL_UP_TO;
  const widest = Math.min(
    Math.max(6, Math.floor(columns / 3)),
    plan.tasks.reduce((width, task) => Math.max(width, widthOf(task.id)), 0),
  );
  return levels.flatMap((ids, index) => {
    const heading = paint(`Level ${index} (${counted(ids.length, 'task')})`, 'bold', color);
    if (compact) return [heading, ...indented(ids, columns)];
    const tasks = ids.flatMap((id) => taskOf(plan, id) ?? []);
    return [
      heading,
      ...tasks.map((task) => renderLine(taskLine(task, state, widest, columns), columns, color)),
    ];
  });
}

function taskLine(task: Task, state: RunState, idWidth: number, columns: number): Line {
  const status = statusOf(recordOf(state, task.id));
  const after = task.dependencies.length === 0 ? '' : `after ${listed(task.dependencies, 4)}`;
  const fixed = 2 + idWidth + 2 + 2 + 1 + 2 + 6 + 2;
  const title = Math.max(12, Math.min(56, Math.floor((columns - fixed) * 0.6)));
  return [
    span('  '),
    span(fit(task.id, idWidth), status.startsWith('completed') ? 'green' : undefined),
    span('  '),
    span(fit(plain(task.title), title)),
    span('  '),
    span(task.size, 'dim'),
    span('  '),
    span(fit(task.risk, 6), task.risk === 'High' ? 'yellow' : 'dim'),
    span('  '),
    span([...(status === 'pending' ? [] : [status]), ...(after === '' ? [] : [after])].join(' · '), 'dim'),
  ];
}

/** Ids or words, indented and wrapped to the width. */
function indented(words: readonly string[], columns: number): readonly string[] {
  return wrap(words, Math.max(8, columns - 2)).map((line) => `  ${line}`);
}

function criticalPathLines(plan: Plan, columns: number): readonly string[] {
  const path = buildGraph(plan).criticalPath();
  const words = path.map((id, index) => (index === 0 ? id : `→ ${id}`));
  const [shown, more] = [words.slice(0, 40), words.length - 40];
  const tail = more > 0 ? [`… ${more} more`] : [];
  const work = plan.tasks.reduce((sum, task) => sum + sizeDurationMs[task.size], 0);
  const note = `about ${formatDuration(pathMs(plan, path))} of ${formatDuration(work)} of work, by declared sizes`;
  return [...indented([...shown, ...tail], columns), ...indented(note.split(' '), columns)];
}

function pathMs(plan: Plan, path: readonly TaskId[]): number {
  return path.reduce((sum, id) => sum + sizeDurationMs[taskOf(plan, id)?.size ?? 'M'], 0);
}

/** Declared conflicts are obeyed, so each pair is named; shared files are only a forecast, so they are summed up. */
function conflictLines(plan: Plan, columns: number): readonly string[] {
  const { pairs, more, complete } = scopeConflicts(plan);
  const declared = pairs.filter((pair) => pair.declared);
  const shared = tasksByPath(pairs.filter((pair) => !pair.declared));
  const lines = [
    ...declared.map(({ a, b }) => `${a} ✗ ${b}  declared: never at work together`),
    ...shared.map(([path, tasks]) => {
      const policy = policyOf(path) === 'union' ? ' · the lines of both sides are kept' : '';
      return `${plain(path)}  ${counted(tasks.length, 'task')}: ${listed(tasks, 12)}${policy}`;
    }),
  ];
  if (lines.length === 0) return ['  none'];
  const merging =
    shared.length === 0 ? [] : ['shared files are merged; on a conflict the later task starts again'];
  const unseen = [
    ...(lines.length > SHOWN_CONFLICTS ? [`and ${lines.length - SHOWN_CONFLICTS} more`] : []),
    ...(more > 0 ? [`and ${complete ? '' : 'at least '}${more} more pairs of tasks`] : []),
  ];
  return [...lines.slice(0, SHOWN_CONFLICTS), ...unseen, ...merging].map((line) =>
    renderLine([span(`  ${line}`)], columns, false),
  );
}

/** Paths that several tasks may touch at the same time, those that most tasks share first. */
function tasksByPath(
  pairs: readonly ScopeConflict[],
): readonly (readonly [path: string, tasks: readonly TaskId[]])[] {
  const tasks = new Map<string, Set<TaskId>>();
  for (const { a, b, paths } of pairs) {
    for (const path of paths) {
      const known = tasks.get(path) ?? new Set();
      tasks.set(path, known.add(a).add(b));
    }
  }
  return [...tasks]
    .map(([path, ids]) => [path, [...ids].toSorted()] as const)
    .toSorted((x, y) => y[1].length - x[1].length);
}

/** For `pawl plan --json`. Conflicts: at most 1,000 pairs, `more` beyond them. */
export function planJson(plan: Plan, state: RunState | undefined, now?: number): object {
  const folded = withPlan(state, plan);
  const graph = buildGraph(plan);
  const path = graph.criticalPath();
  const { pairs, more, complete } = scopeConflicts(plan);
  return {
    name: plan.name,
    title: plan.title,
    file: plan.file,
    format: plan.format,
    hash: plan.hash,
    counts: tallyOf(folded, plan.tasks),
    tasks: plan.tasks.map((task) => ({
      id: task.id,
      title: task.title,
      level: graph.level(task.id),
      dependencies: task.dependencies,
      risk: task.risk,
      size: task.size,
      status: statusOf(recordOf(folded, task.id)),
      scope: task.scope,
    })),
    levels: graph.levels(),
    criticalPath: { tasks: path, predictedMs: pathMs(plan, path) },
    conflicts: pairs,
    moreConflicts: more,
    conflictsComplete: complete,
    ready: readyIds(folded, plan, now ?? folded.at),
  };
}
