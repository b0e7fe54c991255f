import type { Criterion } from '../../domain/plan.ts';

/**
 * The criteria in one text: an entry of its list each, or a line each where it has no list. What stands below an
 * entry belongs to it. Ids are those that the text gives (`AC-2: …`, `2. …`), else `<task>.AC<n>`.
 */
export function criteriaOf(text: string, task: string): readonly Criterion[] {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  const first = lines.findIndex((line) => bullet.test(line));
  const found: { number: string | undefined; parts: string[] }[] = [];
  let base = 0;
  for (const [at, line] of lines.entries()) {
    const match = bullet.exec(line);
    const indent = /^\s*/.exec(line)![0].length;
    if (at === first) base = indent;
    // A heading of the list, and nothing to be met.
    if (first !== -1 && at < first && /^\s*#{1,6}\s|:\**\s*$/.test(line)) continue;
    const isBelow = first !== -1 && at > first && (match === null || indent > base);
    const above = found.at(-1);
    if (isBelow && above !== undefined) above.parts.push(match === null ? line.trim() : line.slice(base));
    else found.push({ number: match?.[1], parts: [line.slice(match?.[0].length ?? 0).trim()] });
  }
  return named(
    found.map(({ number, parts }) => ({ number, text: parts.join('\n') })),
    task,
  );
}

const bullet = /^\s*(?:[-*+•]|(\d{1,6})[.)])\s+(?:\[.\]\s+)?/u;
const ownId = /^(\**)((?:[A-Za-z0-9_]+-)*AC-?\d+[a-z]?)(\**)\s*[:.)–—-]\s*/;

/** The id that a criterion's text begins with, and the rest. `**AC1:** text` ends its emphasis with the id. */
export function splitOwnId(text: string): { readonly id: string; readonly rest: string } | undefined {
  const match = ownId.exec(text);
  if (match === null) return undefined;
  const behind = text.slice(match[0].length);
  const rest = match[1] === '' || match[3] !== '' ? behind : behind.replace(/^\**\s*/, '');
  return rest === '' ? undefined : { id: match[2]!, rest };
}

/** Gives each criterion its id: its own, that of its number, else the first that is free. */
export function named(
  items: readonly { readonly number: string | undefined; readonly text: string }[],
  task: string,
): readonly Criterion[] {
  const seen = new Set<string>();
  let next = 1;
  return items.map(({ number, text }, index) => {
    const own = splitOwnId(text);
    const given = own?.id ?? (number === undefined ? undefined : `${task}.AC${Number(number)}`);
    let id = given ?? `${task}.AC${index + 1}`;
    while (seen.has(id)) {
      id = `${task}.AC${items.length + next}`;
      next += 1;
    }
    seen.add(id);
    return { id, text: own !== undefined && id === own.id ? own.rest : text };
  });
}
