/** Damage to the values of a text in JSON, or in one of its lines: it stays JSON, and odd. */
import * as fc from 'fast-check';

export interface JsonMutation {
  readonly type: 'json';
  readonly at: number;
  readonly change: 'replace' | 'remove' | 'repeat' | 'rename' | 'move';
  readonly value: string;
  readonly key: string;
  readonly times: number;
}

/** Values as text: not all of them are JSON. */
export const oddJson: fc.Arbitrary<string> = fc.constantFrom(
  ...['null', 'true', 'false', '0', '-0', '-1', '1.10', '1e309', '1e-400', '12345678901234567890', 'NaN'],
  ...[
    '""',
    '" "',
    '"1"',
    '"1.1"',
    '"\\u0000"',
    '"\\ud800"',
    '"a\\nb"',
    '"\u00a0"',
    '"__proto__"',
    '"../../x"',
  ],
  ...['[]', '{}', '[null]', '[[]]', '[{}]', '{"": ""}', '{"__proto__": []}', '{"length": 9}', '[1, 1, "1"]'],
  ...['{"a": 1, "a": 2}', '{"id": {"id": {}}}', '[1, 2, 3, 4, 5, 6, 7, 8, 9]', '"done"', '"IN PROGRESS"'],
  ...[
    '['.repeat(3_000) + ']'.repeat(3_000),
    '{"a":'.repeat(2_000) + '1' + '}'.repeat(2_000),
    `"${'x'.repeat(5_000)}"`,
  ],
);

interface Place {
  readonly holder: Record<string, unknown>;
  readonly key: string;
}

/** A text that is no JSON, nor has a line of it, comes back as it is. */
export function mutateJson(text: string, mutation: JsonMutation, maxGrowth: number): string {
  const whole = changed(text, mutation, maxGrowth, 2);
  // The indentation of deep nesting grows with its square.
  if (whole !== undefined) return whole.length > 3 * text.length + maxGrowth ? text : `${whole}\n`;
  const lines = text.split('\n');
  const at = mutation.at % lines.length;
  const line = changed(lines[at]!, mutation, maxGrowth, 0);
  return line === undefined ? text : lines.with(at, line).join('\n');
}

function changed(
  text: string,
  mutation: JsonMutation,
  maxGrowth: number,
  indent: number,
): string | undefined {
  if (!/^\uFEFF?\s*[[{]/.test(text)) return undefined;
  let root: unknown;
  try {
    root = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    // Damaged before: then only text is damaged further.
    return undefined;
  }
  const places = placesIn(root);
  const place = places[mutation.at % Math.max(1, places.length)];
  if (place === undefined) return undefined;
  const other = places[(mutation.at * 7 + mutation.times) % places.length]!;
  const placeholder = '\u0001odd\u0001';
  try {
    change(place, other, mutation, maxGrowth, placeholder);
    return JSON.stringify(root, undefined, indent).replaceAll(
      JSON.stringify(placeholder),
      () => mutation.value,
    );
  } catch {
    // Moved into itself, or nested too deep to be printed.
    return undefined;
  }
}

/** Every value but the outermost, with what holds it. */
function placesIn(root: unknown): readonly Place[] {
  const places: Place[] = [];
  const rest = [root];
  for (let value = rest.pop(); value !== undefined; value = rest.pop()) {
    if (typeof value !== 'object' || value === null) continue;
    const holder = value as Record<string, unknown>;
    for (const key of Object.keys(holder)) {
      places.push({ holder, key });
      rest.push(holder[key]);
    }
  }
  return places;
}

function change(
  { holder, key }: Place,
  other: Place,
  mutation: JsonMutation,
  maxGrowth: number,
  placeholder: string,
): void {
  switch (mutation.change) {
    case 'replace':
      holder[key] = placeholder;
      return;
    case 'remove':
      if (Array.isArray(holder)) holder.splice(Number(key), 1);
      else delete holder[key];
      return;
    case 'rename': {
      const value = holder[key];
      if (Array.isArray(holder)) return;
      delete holder[key];
      Object.defineProperty(holder, mutation.key, {
        value,
        enumerable: true,
        configurable: true,
        writable: true,
      });
      return;
    }
    case 'move':
      holder[key] = structuredClone(other.holder[other.key]);
      return;
    case 'repeat':
      repeat(holder, key, mutation.times, maxGrowth);
  }
}

/** The element of a list, or the member, so many times, with other ids. */
function repeat(holder: Record<string, unknown>, key: string, times: number, maxGrowth: number): void {
  const value = holder[key];
  const size = Math.max(10, JSON.stringify(value).length);
  const count = Math.min(times, Math.floor(maxGrowth / size));
  const copies = Array.from({ length: count }, (_, step) => renamed(value, step + 1));
  if (Array.isArray(holder)) {
    const rest = holder.splice(Number(key));
    for (const one of [...rest, ...copies]) holder.push(one);
  } else for (const [step, copy] of copies.entries()) holder[`${key}-${step + 1}`] = copy;
}

function renamed(value: unknown, step: number): unknown {
  const copy: unknown = structuredClone(value);
  if (typeof copy !== 'object' || copy === null || Array.isArray(copy)) return copy;
  const record = copy as Record<string, unknown>;
  for (const key of ['id', 'task_id']) {
    const id = record[key];
    if (typeof id === 'number') record[key] = id + step;
    else if (typeof id === 'string') record[key] = `${id}.${step}`;
  }
  return record;
}
