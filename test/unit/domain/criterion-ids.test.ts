import { expect, test } from 'vitest';
import { withKnownCriterionIds } from '../../../src/domain/criterion-ids.ts';
import type { Plan } from '../../../src/domain/plan.ts';
import { makePlan } from '../../rig/events.ts';

function planOf(criteria: readonly (readonly [id: string, text: string])[]): Plan {
  const plan = makePlan([{ id: 'T-001' }]);
  return { ...plan, tasks: [{ ...plan.tasks[0]!, criteria: criteria.map(([id, text]) => ({ id, text })) }] };
}

const read = (...texts: readonly string[]): Plan =>
  planOf(texts.map((text, at) => [`T-001.AC${at + 1}`, text] as const));
const idsOf = ({ tasks }: Plan): readonly string[] =>
  tasks[0]!.criteria.map(({ id, text }) => `${id.replace('T-001.', '')} ${text}`);

const before = read('reads whole numbers', 'reads fractions exactly', 'refuses words');

test.each([
  [
    'a criterion in front of the others',
    ['is documented', 'reads whole numbers', 'reads fractions exactly', 'refuses words'],
    ['AC4 is documented', 'AC1 reads whole numbers', 'AC2 reads fractions exactly', 'AC3 refuses words'],
  ],
  [
    'one that is gone',
    ['reads fractions exactly', 'refuses words'],
    ['AC2 reads fractions exactly', 'AC3 refuses words'],
  ],
  [
    'another order',
    ['refuses words', 'reads whole numbers', 'reads fractions exactly'],
    ['AC3 refuses words', 'AC1 reads whole numbers', 'AC2 reads fractions exactly'],
  ],
  [
    'other words for one of them, and other marks',
    ['reads whole numbers.', 'reads all fractions exactly', 'prints amounts'],
    ['AC1 reads whole numbers.', 'AC2 reads all fractions exactly', 'AC4 prints amounts'],
  ],
])('the criteria keep their ids after %s', (_edit, texts, expected) => {
  expect(idsOf(withKnownCriterionIds(read(...texts), before))).toEqual(expected);
});

test('an id that stood for something else is not used again', () => {
  const after = withKnownCriterionIds(read('reads whole numbers'), before);
  expect(idsOf(withKnownCriterionIds(read('reads whole numbers', 'prints amounts'), before))).toEqual([
    'AC1 reads whole numbers',
    'AC4 prints amounts',
  ]);
  expect(idsOf(after)).toEqual(['AC1 reads whole numbers']);
});

test('ids that the backlog gives are the backlog’s own', () => {
  const own = planOf([
    ['AC-01', 'one'],
    ['AC-02', 'two'],
  ]);
  expect(withKnownCriterionIds(own, before)).toBe(own);
});

test('nothing changes where nothing was changed, or nothing is known', () => {
  expect(withKnownCriterionIds(before, before)).toBe(before);
  expect(withKnownCriterionIds(before, undefined)).toBe(before);
  expect(withKnownCriterionIds(before, makePlan([{ id: 'T-009' }]))).toBe(before);
});
