import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { findCycles } from '../../src/domain/graph.ts';
import { edgeKey, type DecidedEdge, type InferredEdge } from '../../src/domain/inferred-dependency.ts';
import type { TaskId } from '../../src/domain/ids.ts';
import { withEdges, withoutEdge } from '../../src/domain/inferred-edges.ts';
import type { Plan } from '../../src/domain/plan.ts';
import { inferDependencies } from '../../src/planning/inference/infer-edges.ts';
import { makeTask } from '../rig/events.ts';

const COUNT = 8;
const idOf = (index: number): TaskId => `T-${index}` as TaskId;

const sentence = fc.oneof(
  fc.nat(5).map((file) => `Create \`src/${file}.ts\``),
  fc.nat(5).map((file) => `Change \`src/${file}.ts\``),
  fc.nat(COUNT - 1).map((id) => `after T-${id}`),
  fc.nat(COUNT - 1).map((id) => `before T-${id}`),
  fc.nat(3).map((name) => `Create class ThingNumber${'abcd'[name]!.toUpperCase()}x`),
  fc.nat(3).map((name) => `uses ThingNumber${'abcd'[name]!.toUpperCase()}x`),
);
const plans = fc
  .array(fc.tuple(fc.array(sentence, { maxLength: 4 }), fc.uniqueArray(fc.nat(COUNT), { maxLength: 2 })), {
    minLength: COUNT,
    maxLength: COUNT,
  })
  .map((rows): Plan => ({
    name: 'p',
    title: 'P',
    format: 'tasks-md',
    file: 'TASKS.md',
    hash: '',
    tasks: rows.map(([lines, earlier], at) =>
      makeTask({
        id: idOf(at),
        title: `Do ${at}`,
        criteria: 0,
        description: lines.join('\n'),
        dependencies: earlier.filter((other) => other < at).map(idOf),
      }),
    ),
  }));
const edges = fc.array(
  fc.record({
    task: fc.nat(COUNT).map(idOf),
    on: fc.nat(COUNT).map(idOf),
    evidence: fc.constant('agent' as const),
    reason: fc.constant('because'),
    confidence: fc.double({ min: 0, max: 1, noNaN: true }),
  }),
  { maxLength: 12 },
);
const decisions = fc
  .tuple(edges, fc.infiniteStream(fc.constantFrom('accept' as const, 'refuse' as const)))
  .map(
    ([list, verdicts]): ReadonlyMap<string, DecidedEdge> =>
      new Map(
        list.map((edge) => [
          edgeKey(edge),
          { edge, verdict: verdicts.next().value as 'accept' | 'refuse', reason: '', by: 'me' },
        ]),
      ),
  );

test('whatever texts, agents and people say, there is no cycle, nothing declared is lost, and no refused edge counts', () => {
  fc.assert(
    fc.property(plans, edges, decisions, (plan, byAgent, decided) => {
      const { inForce, proposed } = inferDependencies(plan.tasks, { byAgent, decided });
      const whole = withEdges(plan, inForce);
      expect(findCycles(whole.tasks)).toEqual([]);
      expect(findCycles(withEdges(whole, proposed).tasks)).toEqual([]);
      for (const [at, task] of plan.tasks.entries())
        expect(whole.tasks[at]!.dependencies).toEqual(expect.arrayContaining([...task.dependencies]));
      for (const edge of [...inForce, ...proposed])
        expect(decided.get(edgeKey(edge))?.verdict).not.toBe('refuse');
      const bare = inForce.reduce<Plan>((rest, edge: InferredEdge) => withoutEdge(rest, edge), whole);
      expect(bare).toEqual(plan);
    }),
  );
});
