import { expect, test } from 'vitest';
import { MOST_DRAWN, renderSvg } from '../../../src/reporting/graph-svg.ts';
import { renderDot, renderMermaid } from '../../../src/reporting/graph-text.ts';
import { withPlan } from '../../../src/reporting/tally.ts';
import { makePlan } from '../../rig/events.ts';

const plan = makePlan([
  { id: 'T-001', title: 'Parse "quoted" <text>', declared: 'completed' },
  { id: 'T-002', title: 'Print', dependencies: ['T-001'] },
]);
const state = withPlan(undefined, plan);

test('mermaid: an arrow from what comes before, quotes escaped, a class per status', () => {
  expect(renderMermaid(plan, state).split('\n').slice(0, 4)).toEqual([
    'flowchart TD',
    '  t1["T-001: Parse #quot;quoted#quot; <text>"]:::done',
    '  t2["T-002: Print"]:::open',
    '  t1 --> t2',
  ]);
});

test('dot: ids and titles quoted, the critical path bold', () => {
  expect(renderDot(plan, state)).toBe(`digraph "demo" {
  rankdir=LR;
  node [shape=box, style="rounded,filled", fontname="Helvetica", fontsize=11];
  "T-001" [label="T-001\\nParse \\"quoted\\" <text>", fillcolor="#dcf5e3", color="#2da44e"];
  "T-002" [label="T-002\\nPrint", fillcolor="#ffffff", color="#57606a"];
  "T-001" -> "T-002" [penwidth=2.5];
}
`);
});

test('svg: every task is a box with its escaped title, every dependency a line, nothing from outside', () => {
  const picture = renderSvg(plan, state) ?? '';
  expect(picture.match(/<g><rect /g)).toHaveLength(2);
  expect(picture.match(/marker-end/g)).toHaveLength(1);
  expect(picture).toContain('Parse &quot;quoted&quot; &lt;text&gt;');
  expect(picture.replace('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:|<script|@import|href/);
});

test('a plan that is too large to be read as a picture is not drawn', () => {
  const large = makePlan(Array.from({ length: MOST_DRAWN + 1 }, (_, at) => ({ id: `T-${at}` })));
  expect(renderSvg(large, withPlan(undefined, large))).toBe(undefined);
});
