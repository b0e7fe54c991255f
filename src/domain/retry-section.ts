/** What a brief says of the attempt before. */
import { cleanText, oneLine } from '../util/harmless-text.ts';
import { listItem, listNames, quoted } from './quoted-text.ts';
import { usefulEnd, type RetryContext } from './retry-context.ts';

/** The most that all of it takes, in characters: some 2,000 tokens. Source 004. */
export const RETRY_LIMIT = 8_000;

const limits = { failure: 400, files: 1_000, lastWords: 1_500, lesson: 400, lessons: 1_800 } as const;

/** To an agent that begins anew. */
export function retrySection(context: RetryContext): string {
  return sectionOf(context, 'Your checkout is clean: nothing of the earlier attempts is in it.');
}

/** To the agent whose own work was refused, in the same conversation. The whole message. */
export function renderRepair(context: RetryContext): string {
  const section = sectionOf(context, 'Your checkout is as you left it, and your work is committed in it.');
  return `The gates have refused your work. Repair it; the task, its rules and how to report are as before.\n\n${section}\n`;
}

function sectionOf(context: RetryContext, checkout: string): string {
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
  const output = quotedEnd(previous.output, RETRY_LIMIT - used);
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

/** The newest ones, where there are more than fit. */
function lessons(all: readonly string[]): readonly string[] {
  const items = all.map((lesson) => `- ${listItem(lesson, limits.lesson)}`);
  let room = limits.lessons;
  const first = items.findLastIndex((item) => (room -= item.length + 1) < 0);
  return items.slice(first + 1);
}
