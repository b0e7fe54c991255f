/** The names of other tasks and phases in a statement of dependencies. */
import type { Span } from '../../diagnostic.ts';
import { parseReferences } from '../../references.ts';
import type { Statement } from './candidate.ts';

export interface Name {
  readonly text: string;
  /** In lower case. */
  readonly label: string;
  /** As a phase: `phase 2`. */
  readonly phase: string;
  readonly span: Span;
}

export interface Names {
  /** All tasks above. */
  readonly isAll: boolean;
  readonly list: readonly Name[];
  readonly span: Span;
}

const wordPattern =
  /(?<![\p{L}\p{N}])(tasks?|stor(?:y|ies)|phases?|milestones?|stages?|waves?|sprints?|parts?|steps?|tarefas?|fases?|etapas?|任务|步骤|阶段|작업|단계)(?:[ \t]+#?|#|(?<=[务骤段업계]))(?=[A-Z]?\d)/giu;
const kinds: readonly (readonly [RegExp, string])[] = [
  [/^(?:task|stor|tarefa|任务|작업)/, 'task'],
  [/^(?:phase|fase|阶段)/, 'phase'],
  [/^(?:step|etapa|步骤|단계)/, 'step'],
];
const none = /^(?:无|没有|없음|nenhuma?|n\u00e3o h\u00e1)(?![\p{L}\p{N}])/iu;
const all = /^(?:全部|所有(?:任务)?|모두|전체|todas?|todos)$/iu;

/** `kind` is what a bare number means. `isKnown` says of a label whether a task has it. */
export function namesIn(
  file: string,
  { text, line, column }: Statement,
  kind: string,
  isKnown: (label: string) => boolean = () => false,
): Names {
  const span = (at: number, length: number): Span => ({
    ...{ file, line: line + 1, column: column + at + 1, length },
  });
  const whole = span(0, Math.max(1, text.length));
  const said = text.trim();
  if (none.test(said)) return { isAll: false, list: [], span: whole };
  if (all.test(said)) return { isAll: true, list: [], span: whole };
  const first = [...text.matchAll(wordPattern)][0]?.[1]?.toLowerCase();
  const word =
    first === undefined
      ? kind
      : (kinds.find(([pattern]) => pattern.test(first))?.[1] ?? first.replace(/s$/, ''));
  const blank = text
    .replace(wordPattern, (match) => ' '.repeat(match.length))
    .replace(/<br ?\/?>/gi, (mark) => `,${' '.repeat(mark.length - 1)}`)
    .replace(/\[([^\][]{1,80})\]\([^()]{0,300}\)/g, (link, name: string) => ` ${name}`.padEnd(link.length));
  const list = parseReferences(blank);
  if (list.kind !== 'list') return { isAll: list.kind === 'all', list: [], span: whole };
  const pieces = [...list.items, ...list.faults].flatMap((item) => {
    // `P0.1 P0.2` without a comma.
    const parts = item.text.length > 200 ? [] : [...item.text.matchAll(/\S+/g)];
    const isRow = parts.length > 1 && parts.every(([part]) => isKnown(part.toLowerCase()));
    if (!isRow) return [item];
    return parts.map((part) => ({ text: part[0], at: item.at + part.index, length: part[0].length }));
  });
  return {
    isAll: false,
    span: whole,
    list: pieces.map(({ text: name, at, length }) => ({
      text: name.slice(0, 80),
      label: name.toLowerCase(),
      phase: `${word} ${name.replace(/^0+(?=\d)/, '').toLowerCase()}`,
      span: span(at, length),
    })),
  };
}
