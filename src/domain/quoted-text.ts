/**
 * How a brief holds words that are not Pawl's own: titles, criteria, output of gates, words of agents.
 *
 * 1. A text is quoted: each of its lines begins with `> `. Whatever it holds (headings, fences, rules, tags), no line
 *    of it can be taken for one of Pawl's.
 * 2. A name or a sentence stands on one line, behind a label or a bullet of Pawl's.
 * 3. Both have passed `cleanText`: nothing is hidden in them.
 */
import { cleanText, oneLine } from '../util/harmless-text.ts';

/** Empty for a text without words. */
export function quoted(text: string): string {
  const lines = cleanText(text).trimEnd().split('\n');
  const first = lines.findIndex((line) => line.trim() !== '');
  if (first === -1) return '';
  return lines
    .slice(first)
    .map((line) => `> ${line.trimEnd()}`.trimEnd())
    .join('\n');
}

/** What stands behind a bullet: in a code span where its first characters would make it a heading or a quote. */
export function listItem(text: string, limit?: number): string {
  const line = oneLine(text, limit);
  return /^(?:[\p{L}_@./]|\p{N}(?!\p{N}*[.)]\s))/u.test(line) ? line : codeSpan(line);
}

/** The line as it is between backticks, of which it may hold any number itself. */
export function codeSpan(line: string): string {
  const runs = [...line.matchAll(/`+/g)].map(([run]) => run.length);
  const fence = '`'.repeat(Math.max(0, ...runs) + 1);
  const room = line.startsWith('`') || line.endsWith('`') || line === '' ? ' ' : '';
  return `${fence}${room}${line}${room}${fence}`;
}

/** Names on one line, with how many were left out. */
export function listNames(names: readonly string[], limit: number): string {
  const shown: string[] = [];
  let room = limit;
  for (const name of names) {
    const item = oneLine(name);
    room -= item.length + 2;
    if (room < 0) break;
    shown.push(item);
  }
  const left = names.length - shown.length;
  return left === 0 ? shown.join(', ') : `${shown.join(', ')} and ${left} more`;
}
