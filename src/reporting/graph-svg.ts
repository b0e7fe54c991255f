/** The plan's graph as a picture of its own: no script, no font, no reference to anything outside. */
import { Graph, layout } from '@dagrejs/dagre';
import type { TaskId } from '../domain/ids.ts';
import { isInferred, taskOf, type Plan } from '../domain/plan.ts';
import { recordOf, type RunState } from '../domain/run-state.ts';
import { criticalEdges, styleOf } from './graph-text.ts';
import { plain, truncate, widthOf } from './text.ts';
import { statusOf } from './views.ts';

/** Larger plans make pictures that nobody can read, and minutes of layout. */
export const MOST_DRAWN = 400;

const CHARACTER = 7;
const TITLE_WIDTH = 34;
const HEIGHT = 42;
const MARGIN = 16;

interface Point {
  readonly x: number;
  readonly y: number;
}

/** Undefined when the plan has more than {@link MOST_DRAWN} tasks. */
export function renderSvg(plan: Plan, state: RunState): string | undefined {
  if (plan.tasks.length > MOST_DRAWN) return undefined;
  const graph = new Graph();
  graph.setGraph({ rankdir: 'LR', nodesep: 16, ranksep: 64, marginx: MARGIN, marginy: MARGIN });
  graph.setDefaultEdgeLabel(() => ({}));
  const width = nodeWidth(plan);
  for (const { id } of plan.tasks) {
    graph.setNode(id, { width, height: HEIGHT });
  }
  for (const { id, dependencies } of plan.tasks)
    for (const from of new Set(dependencies)) graph.setEdge(from, id);
  layout(graph);
  const { width: total = 0, height = 0 } = graph.graph() as { width?: number; height?: number };
  const critical = criticalEdges(plan);
  const edges = graph.edges().map((edge: { readonly v: string; readonly w: string }) => {
    const from = graph.node(edge.v) as Point;
    const to = graph.node(edge.w) as Point;
    const { points } = graph.edge(edge) as { points: readonly Point[] };
    const route = [
      { x: from.x + width / 2, y: from.y },
      ...points.slice(1, -1),
      { x: to.x - width / 2 - 1, y: to.y },
    ];
    const task = taskOf(plan, edge.w as TaskId);
    const isGuess = task !== undefined && isInferred(task, edge.v as TaskId);
    return drawEdge(route, critical.has(`${edge.v} ${edge.w}`), isGuess);
  });
  const nodes = plan.tasks.map((task) => {
    const box = { ...(graph.node(task.id) as Point), width };
    return drawNode(
      task.id,
      truncate(plain(task.title), TITLE_WIDTH),
      box,
      styleOf(statusOf(recordOf(state, task.id))),
    );
  });
  const [w, h] = [Math.ceil(total), Math.ceil(height)];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${w}" height="${h}" viewBox="0 0 ${w} ${h}" role="img" aria-label="${escape(`The dependency graph of ${plain(plan.title)}`)}" font-family="ui-monospace, SFMono-Regular, Menlo, 'DejaVu Sans Mono', monospace" font-size="11">`,
    `<rect width="${w}" height="${h}" fill="#ffffff"/>`,
    '<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerUnits="userSpaceOnUse" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0 8 4 0 8z" fill="#57606a"/></marker></defs>',
    ...edges,
    ...nodes,
    '</svg>',
    '',
  ].join('\n');
}

/** As wide as the longest id or title needs; all boxes alike, so that columns are columns. */
function nodeWidth(plan: Plan): number {
  const longest = plan.tasks.map(({ id, title }) =>
    Math.max(widthOf(id), widthOf(truncate(plain(title), TITLE_WIDTH))),
  );
  return Math.max(8, ...longest) * CHARACTER + 24;
}

/** A smooth line that leaves and arrives horizontally; dashed where the dependency is inferred. */
function drawEdge([start, ...rest]: readonly Point[], isCritical: boolean, isGuess: boolean): string {
  if (start === undefined) return '';
  let path = `M${start.x.toFixed(1)} ${start.y.toFixed(1)}`;
  let before = start;
  for (const { x, y } of rest) {
    const middle = ((before.x + x) / 2).toFixed(1);
    path += ` C${middle} ${before.y.toFixed(1)} ${middle} ${y.toFixed(1)} ${x.toFixed(1)} ${y.toFixed(1)}`;
    before = { x, y };
  }
  const [color, thickness] = isCritical ? ['#9a6700', 2.2] : ['#8c959f', 1.1];
  return `<path d="${path}" fill="none" stroke="${color}" stroke-width="${thickness}"${isGuess ? ' stroke-dasharray="5 4"' : ''} marker-end="url(#tip)"/>`;
}

function drawNode(
  id: string,
  title: string,
  { x, y, width }: Point & { readonly width: number },
  { fill, stroke }: { readonly fill: string; readonly stroke: string },
): string {
  const left = x - width / 2;
  const top = y - HEIGHT / 2;
  return [
    `<g><rect x="${left.toFixed(1)}" y="${top.toFixed(1)}" width="${width}" height="${HEIGHT}" rx="6" fill="${fill}" stroke="${stroke}"/>`,
    `<text x="${(left + 12).toFixed(1)}" y="${(top + 17).toFixed(1)}" font-weight="bold" fill="#1f2328">${escape(id)}</text>`,
    `<text x="${(left + 12).toFixed(1)}" y="${(top + 32).toFixed(1)}" fill="#57606a">${escape(title)}</text></g>`,
  ].join('');
}

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
