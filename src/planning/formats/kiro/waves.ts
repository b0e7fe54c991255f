/** The section `## Task Dependency Graph`: waves of tasks that may run side by side. */
import { warningAt, type Diagnostic } from '../../diagnostic.ts';
import type { KiroDocument } from './document.ts';

export interface Waves {
  /** By task number, for waves with more than one task. */
  readonly waveOf: ReadonlyMap<string, string>;
  readonly diagnostics: readonly Diagnostic[];
}

const none: Waves = { waveOf: new Map(), diagnostics: [] };

export function readWaves({ lines, boxes }: KiroDocument, file: string): Waves {
  const heading = lines.findIndex(
    ({ text, fenced }) => !fenced && /^#{1,6}[ \t]+task dependency graph[ \t]*$/i.test(text.trimEnd()),
  );
  if (heading === -1) return none;
  const after = lines.slice(heading + 1);
  const next = after.findIndex(({ text, fenced }) => !fenced && /^#{1,6}[ \t]/.test(text));
  const section = next === -1 ? after : after.slice(0, next);
  const inside = section
    .filter(({ language, fenced }) => fenced && language !== undefined)
    .map(({ text }) => text);
  const span = { file, line: heading + 1, column: 1, length: Math.max(1, lines[heading]!.text.length) };
  const listed = parseWaves(inside.join('\n'));
  if (listed === undefined) {
    const message = 'the task dependency graph cannot be read; the order of the document counts';
    return { waveOf: new Map(), diagnostics: [warningAt(span, message)] };
  }
  const known = new Set(boxes.map(({ id }) => id));
  const unknown = new Set(listed.flat().filter((id) => !known.has(id)));
  const waveOf = new Map<string, string>();
  for (const [at, wave] of listed.entries()) {
    if (wave.length > 1) for (const id of wave) waveOf.set(id, `wave ${at}`);
  }
  const diagnostics = [...unknown].map((id) =>
    warningAt(span, `the task dependency graph has ${id.slice(0, 80)}, which no task has`),
  );
  return { waveOf, diagnostics };
}

/** Undefined when the text is not `{"waves": [{"tasks": ["1"]}]}`. */
function parseWaves(text: string): readonly (readonly string[])[] | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Said by the caller, at the section's place.
    return undefined;
  }
  if (typeof value !== 'object' || value === null || !('waves' in value) || !Array.isArray(value.waves))
    return undefined;
  const waves: readonly unknown[] = value.waves;
  const found: string[][] = [];
  for (const wave of waves) {
    if (typeof wave !== 'object' || wave === null || !('tasks' in wave) || !Array.isArray(wave.tasks))
      return undefined;
    const tasks: readonly unknown[] = wave.tasks;
    found.push(tasks.filter((id) => typeof id === 'string' || typeof id === 'number').map(String));
  }
  return found;
}
