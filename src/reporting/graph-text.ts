/** The plan's graph in languages that other tools draw. An arrow `A --> B` reads "A comes before B". */
import { buildGraph } from '../domain/graph.ts';
import type { TaskId } from '../domain/ids.ts';
import { isInferred, type Plan } from '../domain/plan.ts';
import { recordOf, type RunState } from '../domain/run-state.ts';
import type { ViewStatus } from '../domain/view.ts';
import { plain, truncate } from './text.ts';
import { statusOf } from './views.ts';

const TITLE_WIDTH = 40;

/** One colour per group of statuses; the same in every form of the graph. */
export interface NodeStyle {
  readonly name: 'done' | 'active' | 'blocked' | 'aside' | 'open';
  readonly fill: string;
  readonly stroke: string;
}

const styles: Readonly<Record<NodeStyle['name'], NodeStyle>> = {
  done: { name: 'done', fill: '#dcf5e3', stroke: '#2da44e' },
  active: { name: 'active', fill: '#ddf1fb', stroke: '#218bff' },
  blocked: { name: 'blocked', fill: '#ffe3e0', stroke: '#cf222e' },
  aside: { name: 'aside', fill: '#eeeeee', stroke: '#8c959f' },
  open: { name: 'open', fill: '#ffffff', stroke: '#57606a' },
};

export function styleOf(status: ViewStatus): NodeStyle {
  switch (status) {
    case 'completed':
    case 'completed-external':
    case 'externally-managed':
      return styles.done;
    case 'running':
    case 'proven':
    case 'stale':
      return styles.active;
    case 'blocked':
      return styles.blocked;
    case 'skipped':
    case 'abandoned':
      return styles.aside;
    case 'pending':
      return styles.open;
  }
}

/** A Mermaid flowchart; ends with a line break. */
export function renderMermaid(plan: Plan, state: RunState): string {
  const name = nodeNames(plan);
  const nodes = plan.tasks.map(({ id, title }) => {
    const label = `${id}: ${truncate(plain(title), TITLE_WIDTH)}`.replaceAll('"', '#quot;');
    return `  ${name(id)}["${label}"]:::${styleOf(statusOf(recordOf(state, id))).name}`;
  });
  const edges = plan.tasks.flatMap((task) =>
    task.dependencies.map(
      (from) => `  ${name(from)} ${isInferred(task, from) ? '-.->' : '-->'} ${name(task.id)}`,
    ),
  );
  const classes = Object.values(styles).map(
    (style) => `  classDef ${style.name} fill:${style.fill},stroke:${style.stroke},color:#1f2328`,
  );
  return ['flowchart TD', ...nodes, ...edges, ...classes, ''].join('\n');
}

/** A Graphviz digraph; the critical path is drawn bold. Ends with a line break. */
export function renderDot(plan: Plan, state: RunState): string {
  const quote = (text: string): string => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
  const critical = criticalEdges(plan);
  const nodes = plan.tasks.map(({ id, title }) => {
    const { fill, stroke } = styleOf(statusOf(recordOf(state, id)));
    const label = `${id}\n${truncate(plain(title), TITLE_WIDTH)}`;
    return `  ${quote(id)} [label=${quote(label).replaceAll('\n', '\\n')}, fillcolor="${fill}", color="${stroke}"];`;
  });
  const edges = plan.tasks.flatMap((task) =>
    task.dependencies.map((from) => {
      const styles = [
        ...(critical.has(`${from} ${task.id}`) ? ['penwidth=2.5'] : []),
        ...(isInferred(task, from) ? ['style=dashed'] : []),
      ];
      return `  ${quote(from)} -> ${quote(task.id)}${styles.length === 0 ? '' : ` [${styles.join(', ')}]`};`;
    }),
  );
  return [
    `digraph ${quote(plan.name)} {`,
    '  rankdir=LR;',
    '  node [shape=box, style="rounded,filled", fontname="Helvetica", fontsize=11];',
    ...nodes,
    ...edges,
    '}',
    '',
  ].join('\n');
}

/** The couples `A B` that follow each other on the critical path. */
export function criticalEdges(plan: Plan): ReadonlySet<string> {
  const path = buildGraph(plan).criticalPath();
  return new Set(path.slice(1).map((id, at) => `${path[at]} ${id}`));
}

/** Mermaid takes letters and digits as node names only. */
function nodeNames(plan: Plan): (id: TaskId) => string {
  const names = new Map(plan.tasks.map(({ id }, at) => [id, `t${at + 1}`]));
  return (id) => names.get(id) ?? '';
}
