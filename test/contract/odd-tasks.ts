/** What is odd about a task whose words a format cannot hold as they are. */
import type { Task } from '../../src/domain/plan.ts';
import { onOneLine, statedCriteria, titleOf } from '../../src/planning/formats/new-text.ts';
import { readLines } from '../../src/planning/lines.ts';

export const always = (): boolean => true;

/**
 * Letters and digits in their order: what is left of a text whose marks had to be escaped, quoted or left out. An `x`
 * may be the mark of a box.
 */
export function lettersOf(text: string): string {
  return text.replace(/[^\p{L}\p{N}]+|x/gu, '');
}

/** The lines of a fence may become text like any other, and its marks go with the words behind them. */
function withoutFences(text: string): string {
  const lines = readLines(text).filter(({ fenced, language }) => !fenced || language !== undefined);
  return lines.map((line) => line.text).join('\n');
}

function criteriaLetters(task: Task): string {
  return statedCriteria(task)
    .map(({ text }) => lettersOf(text))
    .join(' ');
}

/** Texts that keep every letter, but not every mark: what a reader would take for structure is respelled. */
export const respelled = {
  title: (task: Task, copy: Task) =>
    ['', lettersOf(copy.title), lettersOf(titleOf(copy))].includes(lettersOf(titleOf(task))),
  description: (task: Task, copy: Task) =>
    [task.description, withoutFences(task.description)].some((text) =>
      lettersOf(copy.description).includes(lettersOf(text)),
    ),
  criteria: (task: Task, copy: Task) => criteriaLetters(copy) === criteriaLetters(task),
};

/** A fence that nothing closes is closed in a new Markdown file, which adds a word to the text. */
export function hasOpenFence({ description }: Task): boolean {
  return readLines(`${description.replace(/\r\n?/g, '\n')}\n`).at(-1)!.fenced;
}

/** A comma, a bracket or the like in a name is taken for the end of it. */
export function hasOddName(task: Task): boolean {
  const names = [...task.scope, ...task.testFiles, ...readingsOf(task)];
  return names.some((name) => /[,;#()`\s]/.test(name));
}

export function readingsOf({ context: { specs, adrs, guides } }: Task): readonly string[] {
  return [...specs, ...adrs, ...guides];
}

/** No sure path in a text. */
export function hasUnknownName(task: Task): boolean {
  return hasOddName(task) || [...task.scope, ...task.testFiles].some((name) => /^[^./]*$/.test(name));
}

function hasOddCriterionId({ id, criteria }: Task): boolean {
  return criteria.some((criterion) => !criterion.id.startsWith(`${id}.AC`) && !/AC-?\d+$/.test(criterion.id));
}

/** Its words would be read as an id, or an empty one before it moves the others up. */
export function hasOddCriteria(task: Task): boolean {
  return (
    hasOddCriterionId(task) || task.criteria.some(({ text }) => onOneLine(text) === '' || /AC-?\d/.test(text))
  );
}
