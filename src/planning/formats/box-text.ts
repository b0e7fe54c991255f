import { indented } from './new-text.ts';

/**
 * A box and what stands below it, further in: a description of plain lines as bullets, any other as it is, set off by
 * blank lines; then the details, a bullet each.
 */
export function boxWith(
  head: string,
  description: readonly string[],
  details: readonly string[],
  indent = '',
): string {
  const isPlain = description.every((line) => /^[\p{L}\p{N}"'(]/u.test(line) && !/^\d+[.)]/.test(line));
  const bullets = details.map((detail) => `- ${detail}`);
  const below = isPlain
    ? [...description.map((line) => `- ${line}`), ...bullets]
    : ['', ...description, ...(bullets.length === 0 ? [] : ['', ...bullets])];
  return [`${indent}- ${head}`, ...indented(below, indent.length + 2)].join('\n');
}
