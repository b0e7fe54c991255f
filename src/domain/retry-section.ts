/** What a brief says of attempts before, and of what people decided since. */
import { cleanText, oneLine } from '../util/harmless-text.ts';
import { listItem, listNames, quoted } from './quoted-text.ts';
import { usefulEnd, type EarlierWords, type RetryContext } from './retry-context.ts';

/** The most that is told of attempts before, in characters: some 2,000 tokens. Source 004. */
export const RETRY_LIMIT = 8_000;

const limits = {
  answers: 4_000,
  reports: 1_200,
  failure: 400,
  files: 800,
  lastWords: 1_200,
  lesson: 400,
  lessons: 1_200,
} as const;

/** The words of a person, who knows what no agent does, are not part of {@link RETRY_LIMIT}. */
export function decidedSection({ answers }: EarlierWords): string {
  if (answers.length === 0) return '';
  const words = newest(
    // One alone fits, with its mark and its line break.
    answers.map((answer) => quoted(oneLine(answer, limits.answers - 3))),
    limits.answers,
  );
  return `## What a person decided\n\nThis task was opened again with these words. What they settle about the task is settled.\n\n${words.join('\n')}`;
}

/** At most {@link RETRY_LIMIT} characters for both parts together, with the empty line between them. */
export function retrySections(
  earlier: EarlierWords,
  context: RetryContext | undefined,
): readonly [reported: string, retry: string] {
  const reported = reportedSection(earlier);
  const room = RETRY_LIMIT - reported.length - 2;
  return [reported, context === undefined ? '' : retrySection(context, room)];
}

function reportedSection({ reports }: EarlierWords): string {
  if (reports.length === 0) return '';
  const lines = newest(
    reports.map(({ attempt, text }) => quoted(`attempt ${attempt}: ${oneLine(text, limits.reports / 2)}`)),
    limits.reports,
  );
  return `## What earlier agents reported (claims, not facts)\n\n${lines.join('\n')}`;
}

/** To an agent that begins anew. */
function retrySection(context: RetryContext, room: number): string {
  return sectionOf(context, 'Your checkout is clean: nothing of the earlier attempts is in it.', room);
}

/** To the agent whose own work was refused, in the same conversation. The whole message. */
export function renderRepair(context: RetryContext): string {
  const checkout = 'Your checkout is as you left it, and your work is committed in it.';
  const section = sectionOf(context, checkout, RETRY_LIMIT);
  return `The gates have refused your work. Repair it; the task, its rules and how to report are as before.\n\n${section}\n`;
}

function sectionOf(context: RetryContext, checkout: string, room: number): string {
  const { previous } = context;
  const before = [
    `## Attempt ${context.attempt} of ${context.of}: what went wrong before`,
    '',
    checkout,
    '',
    `Attempt ${previous.number} ended with: ${oneLine(previous.failure, limits.failure)}.`,
  ];
  if (previous.files.length > 0) before.push('', `It touched: ${listNames(previous.files, limits.files)}`);
  const lastWords = quotedEnd(previous.lastWords, limits.lastWords);
  if (lastWords !== '')
    before.push('', "The previous agent's last words (a claim, not a fact):", '', lastWords);
  const after = ['', 'Do NOT repeat these patterns:', ...lessons(context.doNotRepeat)];
  const label = ['', 'Output of the failing gate:', ''];
  const used = [...before, ...label, ...after].join('\n').length + 1;
  const output = quotedEnd(previous.output, room - used);
  return [...before, ...(output === '' ? [] : [...label, output]), ...after].join('\n');
}

/** The useful end of a text, quoted, in at most `room` characters. */
function quotedEnd(text: string, room: number): string {
  const clean = cleanText(text);
  let limit = room;
  let end = quoted(usefulEnd(clean, limit));
  // Quoting takes two characters a line; how many lines are left shows only afterwards.
  while (end.length > room) {
    limit = Math.floor(limit * 0.9);
    end = quoted(usefulEnd(clean, limit));
  }
  return end;
}

function lessons(all: readonly string[]): readonly string[] {
  return newest(
    all.map((lesson) => `- ${listItem(lesson, limits.lesson)}`),
    limits.lessons,
  );
}

/** The newest lines that fit into `room` characters with their line breaks. */
function newest(lines: readonly string[], room: number): readonly string[] {
  let left = room;
  const first = lines.findLastIndex((line) => (left -= line.length + 1) < 0);
  return lines.slice(first + 1);
}
