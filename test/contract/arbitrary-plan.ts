/** Any plans: any ids, texts made of what means something in one of the formats, edges in any direction. */
import * as fc from 'fast-check';
import { parseTaskId } from '../../src/domain/ids.ts';
import { declaredStatusSchema, riskSchema, sizeSchema, type Plan } from '../../src/domain/plan.ts';
import { planOf } from './compose-plans.ts';
import { fragments, idShapes, leads, oddIds, paths, phases, readings } from './plan-words.ts';

const id = fc
  .oneof(
    { weight: 3, arbitrary: fc.constantFrom(...oddIds) },
    { weight: 1, arbitrary: fc.stringMatching(/^[A-Za-z0-9]{1,4}([-._/][A-Za-z0-9]{1,3}){0,3}$/) },
  )
  .filter((text) => parseTaskId(text).ok);

const ids = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.uniqueArray(id, { minLength: 1, maxLength: 8, selector: (one) => one.toLowerCase() }),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom(...idShapes), fc.integer({ min: 1, max: 9 }))
      .map(([shape, length]) => Array.from({ length }, (_, at) => shape(at))),
  },
);

const fragment = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...fragments) },
  { weight: 1, arbitrary: fc.string({ maxLength: 6 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 8 }) },
);
const line = fc.array(fragment, { maxLength: 5 }).map((parts) => parts.join(' '));

const block = fc.oneof(
  { weight: 6, arbitrary: line },
  { weight: 4, arbitrary: fc.tuple(fc.constantFrom(...leads), line).map((parts) => parts.join('')) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom('```', '~~~', '````', '  ```'), fc.constantFrom('', 'ts', 'mermaid'), line)
      .map(([mark, language, inside]) =>
        [`${mark}${language}`, `### T-001: ${inside}`, '- [ ] [TASK-001] x', '- **Status**: done', mark].join(
          '\n',
        ),
      ),
  },
  { weight: 1, arbitrary: fc.constantFrom('```', '~~~~', '```ts', '<!--') },
);

const title = fc.oneof({ weight: 5, arbitrary: line }, { weight: 1, arbitrary: block });
const text = fc
  .array(fc.tuple(block, fc.constantFrom('\n', '\n', '\n\n', '\r\n')), { maxLength: 6 })
  .map((blocks) => blocks.flat().join(''));
const path = fc.constantFrom(...paths);
const reading = fc.constantFrom(...readings);
const phase = fc.oneof(fc.constantFrom(...phases), line);

const sketch = fc.record({
  title,
  description: text,
  criteria: fc.array(fc.tuple(fc.constantFrom('', 'AC-', 'X-AC', 'Req-2.', 'own'), title), { maxLength: 3 }),
  risk: fc.constantFrom(...riskSchema.options),
  size: fc.constantFrom(...sizeSchema.options),
  declared: fc.constantFrom(...declaredStatusSchema.options),
  provisional: fc.boolean(),
  parallel: fc.option(fc.boolean(), { nil: undefined }),
  phase: fc.option(phase, { nil: undefined }),
  slice: fc.option(line, { nil: undefined }),
  scope: fc.uniqueArray(path, { maxLength: 3 }),
  testFiles: fc.uniqueArray(path, { maxLength: 2 }),
  gapCodes: fc.constantFrom<readonly string[]>([], ['GAP::X']),
  context: fc.record({
    specs: fc.uniqueArray(reading, { maxLength: 2 }),
    adrs: fc.uniqueArray(reading, { maxLength: 2 }),
    guides: fc.uniqueArray(reading, { maxLength: 2 }),
  }),
});

/** Valid plans; edges go along a random order, so that about half of them point forward in the backlog. */
export const arbitraryPlan: fc.Arbitrary<Plan> = ids
  .chain((all) =>
    fc.record({
      all: fc.constant(all),
      order: fc.shuffledSubarray(all, { minLength: all.length }),
      edges: fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 12 }),
      conflicts: fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 3 }),
      sketches: fc.array(sketch, { minLength: all.length, maxLength: all.length }),
      title: line,
    }),
  )
  .map(({ all, order, edges, conflicts, sketches, title: name }) => {
    const rank = new Map(order.map((one, at) => [one, at]));
    const pairs = (list: readonly (readonly [number, number])[]): readonly (readonly [string, string])[] =>
      list.map(([a, b]) => [all[a % all.length]!, all[b % all.length]!] as const);
    return planOf(
      all.map((one, at) => ({
        ...sketches[at]!,
        id: one,
        criteria: sketches[at]!.criteria.map(([kind, words], place) => ({
          id: kind === '' ? `${one}.AC${place + 1}` : `${kind}${place + 1}`,
          text: words,
        })),
        dependencies: distinct(
          pairs(edges).flatMap(([a, b]) => (a === one && rank.get(b)! < rank.get(one)! ? [b] : [])),
        ),
        conflictsWith: distinct(pairs(conflicts).flatMap(([a, b]) => (a === one && b !== one ? [b] : []))),
      })),
      name,
    );
  });

function distinct(items: readonly string[]): readonly string[] {
  return [...new Set(items)];
}
