/**
 * The texts of a task as they can stand in another backlog. Titles and descriptions hold anything: headings, boxes,
 * fences, "depends on 4". Rather than to know what each reader takes for structure, a text is offered in one spelling
 * after the other, from verbatim to bare words, and the first that the reader gives back as text is taken.
 */
import type { Task } from '../../domain/plan.ts';
import { declaredOfMark, parseCheckbox } from '../checkbox.ts';
import { readLines, type Line } from '../lines.ts';
import { isForeignBacklog } from './foreign-text.ts';
import type { Draft, DraftTask } from './format.ts';
import {
  closeFence,
  isHeading,
  onOneLine,
  plainLines,
  statedCriteria,
  titleOf,
  withTextBlank,
} from './new-text.ts';

export interface TaskText {
  readonly title: string;
  /** Without blank lines at either end, with every fence closed. */
  readonly description: readonly string[];
  readonly criteria: readonly string[];
  /** What must be read first: paths, and what is a title and no path. */
  readonly context: readonly string[];
}

/** A text below a heading, which it does not need when it begins with one of its own. */
export function underHeading(heading: string, lines: readonly string[]): readonly string[] {
  const first = lines.find((line) => line !== '') ?? '';
  return first.startsWith('## ') ? lines.slice(lines.indexOf(first)) : [`## ${heading}`, ...lines];
}

/** The paths of a task that can stand in a line: one with blanks, a back-tick or a colon is none that is read. */
export function pathsOf(paths: readonly string[]): readonly string[] {
  return [...new Set(paths)].filter((path) => /^[^\s`:]+$/u.test(path));
}

/**
 * The task of a backlog that holds only this one, and nothing when the reader sees a fault in it, or another number of
 * tasks.
 */
export function onlyTask({ tasks, diagnostics }: Draft): DraftTask | undefined {
  const isFaulty = diagnostics.some(({ severity }) => severity === 'error');
  return tasks.length === 1 && !isFaulty ? tasks[0] : undefined;
}

/** `read` makes a backlog of the task alone with these texts and without dependencies, and reads it. */
export function spellTask(task: Task, read: (text: TaskText) => DraftTask | undefined): TaskText {
  const { specs, adrs, guides } = task.context;
  const verbatim: TaskText = {
    title: titleOf(task),
    description: blockOf(task.description),
    criteria: statedCriteria(task).map(({ text }) => onOneLine(text)),
    context: [...new Set([...specs, ...adrs, ...guides].map(onOneLine))].filter((entry) => entry !== ''),
  };
  const isRead = (text: TaskText): boolean => {
    if (isForeignBacklog(text.description.join('\n'))) return false;
    const plain = read({
      title: 'Title',
      description: [],
      criteria: text.criteria.map((_, at) => `Criterion ${at}`),
      context: [],
    });
    const found = read(text);
    return plain !== undefined && found !== undefined && holds(found, text) && isLike(found, plain);
  };
  if (isRead(verbatim)) return verbatim;
  const bare: TaskText = { title: 'Title', description: [], criteria: [], context: [] };
  const line = (text: string, into: (spelling: string) => TaskText): string =>
    [...spellingsOf(text), task.id].find((spelling) => isRead(into(spelling))) ?? task.id;
  const list = (texts: readonly string[], into: (list: readonly string[]) => TaskText): readonly string[] => {
    const each = texts.map((text) => line(text, (spelling) => into([spelling])));
    // What may stand alone may mean something beside others.
    const ways = Array.from({ length: mostSpellings }, (_, way) =>
      texts.map((text) => spellingsOf(text).at(way - mostSpellings) ?? task.id),
    );
    return [each, ...ways].find((spelled) => isRead(into(spelled))) ?? each;
  };
  const title = line(verbatim.title, (spelling) => ({ ...bare, title: spelling }));
  const criteria = list(verbatim.criteria, (spelled) => ({ ...bare, criteria: spelled }));
  const context = list(verbatim.context, (spelled) => ({ ...bare, context: spelled }));
  const lines = { title, criteria, context };
  const description = spellingsOfBlock(verbatim.description).find((spelling) =>
    isRead({ ...lines, description: spelling }),
  );
  return { ...lines, description: description ?? [] };
}

/** Whether a task has the texts, its criteria in the description where the format has no place for them. */
function holds(found: DraftTask, { title, description, criteria }: TaskText): boolean {
  const told = onOneLine(found.description);
  const texts = found.criteria.map(({ text }) => onOneLine(text));
  const isListed = criteria.length === texts.length && criteria.every((text, at) => text === texts[at]);
  const isPlaceless = texts.every((text) => text === title) && criteria.every((text) => told.includes(text));
  return (
    onOneLine(found.title) === title &&
    (isListed || isPlaceless) &&
    told.includes(onOneLine(description.join('\n')))
  );
}

/** Whether the texts changed nothing but texts, and the paths that are read out of them. */
function isLike(found: DraftTask, plain: DraftTask): boolean {
  const shape = ({ dependencies, declared, risk, size, phase, parallel, criteria }: DraftTask): string =>
    JSON.stringify([dependencies, declared, risk, size, phase, parallel, criteria.map(({ id }) => id)]);
  return shape(found) === shape(plain);
}

/** The lines of a text. An open fence is closed, and a comment that is not closed in its line is none. */
function blockOf(text: string): readonly string[] {
  const plain = plainLines(text.replace(/[\u2028\u2029]/g, '\n'));
  if (plain === '') return [];
  const texts = readLines(plain).map(({ text, fenced }) =>
    fenced ? text.trimEnd() : text.trimEnd().replace(/<!--(?!.*-->)/g, '<\\!--'),
  );
  return closeFence(texts);
}

const mostSpellings = 7;

/** Of one line, the nearest first. */
function spellingsOf(text: string): readonly string[] {
  const soft = softened(text);
  const plain = soft.replace(/\\?[*_]/g, (mark) => `\\${mark.at(-1)}`);
  const spellings = [text, soft, plain, `"${text}"`, `"${soft}"`, escaped(soft), bareWords(text)];
  return spellings.filter((spelling) => spelling !== '');
}

function spellingsOfBlock(block: readonly string[]): readonly (readonly string[])[] {
  const lines = readLines(block.join('\n'));
  const one = onOneLine(lines.flatMap((line) => (isFenceMark(line) ? [] : [line.text])).join(' '));
  return [
    block,
    lines.map(unmarkedLine),
    lines.map((line) => (line.fenced ? line.text : quotedWords(unmarkedLine(line)))),
    lines.map(plainLine),
    lines.map((line) => (line.fenced ? line.text : softLine(plainLine(line)))),
    // Code is text like any other then, its marks taken away.
    withoutBlankEnds(lines.flatMap((line) => (isFenceMark(line) ? [] : [softened(plainLine(line))]))),
    ...spellingsOf(one).map((spelling) => [spelling]),
    [],
  ];
}

function withoutBlankEnds(lines: readonly string[]): readonly string[] {
  const isText = (line: string): boolean => line.trim() !== '';
  return lines.slice(Math.max(0, lines.findIndex(isText)), lines.findLastIndex(isText) + 1);
}

function isFenceMark({ fenced, language }: Line): boolean {
  return fenced && language === undefined;
}

/** A heading or a box word for word. */
function unmarkedLine(line: Line): string {
  const isStructure = !line.fenced && (isHeading(line) || parseCheckbox(line) !== undefined);
  return isStructure ? withTextBlank(line.text) : line.text;
}

/** A heading as bold words, a box as a bullet. */
function plainLine(line: Line): string {
  const { text, fenced } = line;
  if (fenced) return text;
  const heading = /^\s*#{1,6}\s+(\S.*?)(?:\s+#+)?\s*$/.exec(text)?.[1];
  if (heading !== undefined) return `**${heading.replaceAll('**', '')}**`;
  const box = parseCheckbox(line);
  if (box === undefined) return quotedWords(text);
  // A mark that nobody knows may be a word.
  const isKnown = declaredOfMark(box.mark) !== undefined;
  return quotedWords(isKnown ? text.replace(/^(\s*\S+)\s+\[[^\]]*\]\*?/, '$1') : text.replace('[', '\\['));
}

/** A bullet stays one. */
function softLine(line: string): string {
  const bullet = /^\s*[-*+]\s+/.exec(line)?.[0] ?? '';
  return bullet + softened(line.slice(bullet.length));
}

/** What a text begins with is no mark, and its words about other tasks are only words. */
function softened(text: string): string {
  return quotedWords(text)
    .replace(/^(\s*)(\d{1,9})([.)])/, '$1$2\\$3')
    .replace(/^(\s*)([!-/:-@[-`{-~])/, (whole, space: string, mark: string) =>
      mark === '"' || mark === '\\' ? whole : `${space}\\${mark}`,
    );
}

const waiting =
  /(?<!")(?:\b(?:depends?(?:ent|ing|s)?\s+(?:up)?on|dependenc(?:y|ies)|depends|blocked\s+by|requires|after|needs|before|prerequisites?)\b|依赖于?|依存(?:先|関係)?)(?!")/giu;

function quotedWords(text: string): string {
  return text.replace(waiting, (word) => `"${word}"`);
}

function escaped(text: string): string {
  return text.replace(/\\(?=[!-/:-@[-`{-~])/g, '').replace(/[!#-/:-@[-`{-~]/g, '\\$&');
}

function bareWords(text: string): string {
  return onOneLine(quotedWords(text.replace(/[^\p{L}\p{N}\s]+/gu, ' ')));
}
