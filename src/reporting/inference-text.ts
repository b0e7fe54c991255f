/** Dependencies that were inferred, for people. */
import type { Inference, InferredEdge } from '../domain/inferred-dependency.ts';
import { paint } from './spans.ts';
import { plain } from './text.ts';

/** More than these are counted in `pawl plan`; `pawl edges` shows all. */
const SHOWN_IN_PLAN = 8;

/** For `pawl plan`: empty when nothing was inferred. Without a line break at the end. */
export function renderInference(inference: Inference, color: boolean): string {
  const { inForce, proposed, dropped, complete } = inference;
  if (!complete)
    return 'Inferred dependencies\n  none: the plan is too large for every task to be read against every other';
  if (inForce.length + proposed.length + dropped.length === 0) return '';
  const heading = paint(
    `Inferred dependencies (${inForce.length} in force, ${proposed.length} proposed${dropped.length === 0 ? '' : `, ${dropped.length} dropped`})`,
    'bold',
    color,
  );
  const rest = Math.max(0, inForce.length - SHOWN_IN_PLAN) + proposed.length + dropped.length;
  return [
    heading,
    ...inForce.slice(0, SHOWN_IN_PLAN).map((edge) => `  ${edgeWords(edge)}`),
    `  ${rest === 0 ? '' : `${rest} more: \`pawl edges\`; `}\`pawl edge refuse TASK ON\` takes one out, \`pawl edge accept TASK ON\` takes one in`,
  ].join('\n');
}

/** For `pawl edges`. Without a line break at the end. */
export function renderEdges(inference: Inference): string {
  const { inForce, proposed, refused, dropped } = inference;
  const parts = [
    part('In force', inForce, (edge) => `\`pawl edge refuse ${edge.task} ${edge.on}\``),
    part(
      'Proposed: not sure enough to count',
      proposed,
      (edge) => `\`pawl edge accept ${edge.task} ${edge.on}\``,
    ),
    part('Refused', refused, (edge) => `\`pawl edge accept ${edge.task} ${edge.on}\``),
    part('Dropped: they would close a cycle with what is declared or surer', dropped, () => ''),
  ].filter((text) => text !== '');
  return parts.length === 0 ? 'No dependency was inferred.' : parts.join('\n\n');
}

function part(title: string, edges: readonly InferredEdge[], next: (edge: InferredEdge) => string): string {
  if (edges.length === 0) return '';
  const lines = edges.map(
    (edge) => `  ${[edgeWords(edge), next(edge)].filter((text) => text !== '').join(' · ')}`,
  );
  return [`${title} (${edges.length})`, ...lines].join('\n');
}

/** `T-004 needs T-002: T-002 creates src/a.ts (90 %)`. */
function edgeWords({ task, on, reason, confidence, evidence }: InferredEdge): string {
  const by = evidence === 'agent' ? ', by an agent' : '';
  return `${task} needs ${on}: ${plain(reason)} (${Math.round(confidence * 100)} %${by})`;
}
