/** `task-dependencies.json` beside a todo board (source 002): edges, and what the board does not say of a task. */
import type { Diagnostic, Span } from '../../diagnostic.ts';
import { warningAt } from '../../diagnostic.ts';
import { elementsOf, locateJson, membersOf, Positions, skipSpace, type JsonSpan } from '../../json-text.ts';
import { leavesRepository, normaliseScope } from '../../scope-text.ts';
import { isRecord, parseJson, spanOf } from '../json-file.ts';

export interface TaskGraph {
  /** What a task waits for, stated by it (`depends_on`) or by the other (`blocks`); each once. */
  edgesOf(id: string): readonly { readonly id: string; readonly span: Span }[];
  criteriaOf(id: string): readonly string[];
  /** Those that it creates and modifies. */
  filesOf(id: string): readonly string[];
  readonly diagnostics: readonly Diagnostic[];
}

interface Entry {
  readonly value: Readonly<Record<string, unknown>>;
  /** Offset of the value. */
  readonly at: number;
}

/** The graph of a text; without edges when there is none or when it cannot be read, which is a warning. */
export function readTaskGraph(file: string, text: string | undefined, known: ReadonlySet<string>): TaskGraph {
  const diagnostics: Diagnostic[] = [];
  if (text === undefined || text.trim() === '') return graphOf(new Map(), new Map(), diagnostics);
  const parsed = parseJson(file, text);
  if (!parsed.ok) {
    // The template is none: its placeholders stand without quotes until somebody fills them in.
    const message = `this is not JSON (${parsed.error.message}); the file is not read`;
    const { line, column, length } = parsed.error;
    diagnostics.push(warningAt({ file, line, column, length }, message));
    return graphOf(new Map(), new Map(), diagnostics);
  }
  const positions = new Positions(text);
  const spanAt = (span: JsonSpan): Span => spanOf(file, text, positions, span);
  const root = skipSpace(text, 0);
  const tasks = isRecord(parsed.value) ? parsed.value['tasks'] : undefined;
  if (!isRecord(tasks)) {
    const message = 'this file has no "tasks" with a task id as each key; it is not read';
    const span = spanAt(locateJson(text, root, ['tasks']));
    diagnostics.push(warningAt({ ...span, length: 1 }, message));
    return graphOf(new Map(), new Map(), diagnostics);
  }
  const entries = new Map<string, Entry>();
  for (const member of membersOf(text, locateJson(text, root, ['tasks']).start)) {
    const value = tasks[member.key];
    if (!known.has(member.key)) {
      const span = spanOf(file, text, positions, { start: member.keyStart, end: member.start });
      const message = `the board has no task ${clip(member.key)}; what this file says of it is not read`;
      diagnostics.push(warningAt({ ...span, length: JSON.stringify(member.key).length }, message));
    } else if (isRecord(value)) entries.set(member.key, { value, at: member.start });
  }
  return graphOf(entries, edgesIn(text, entries, known, spanAt, diagnostics), diagnostics);
}

type Edges = ReadonlyMap<string, ReadonlyMap<string, Span>>;

function edgesIn(
  text: string,
  entries: ReadonlyMap<string, Entry>,
  known: ReadonlySet<string>,
  spanAt: (span: JsonSpan) => Span,
  diagnostics: Diagnostic[],
): Edges {
  const edges = new Map<string, Map<string, Span>>();
  const add = (from: string, on: string, span: Span): void => {
    const own = edges.get(from) ?? new Map<string, Span>();
    if (!own.has(on)) own.set(on, span);
    edges.set(from, own);
  };
  for (const [id, { value, at }] of entries) {
    const dependencies = isRecord(value['dependencies']) ? value['dependencies'] : {};
    for (const key of ['depends_on', 'blocks']) {
      const others = listOf(dependencies[key]);
      if (others.length === 0) continue;
      const places = elementsOf(text, locateJson(text, at, ['dependencies', key]).start);
      for (const [index, other] of others.entries()) {
        const span = spanAt(places[index]!);
        if (typeof other !== 'string' || !known.has(other)) {
          const name = typeof other === 'string' ? clip(other) : 'this';
          const message = `${name} in "${key}" of ${clip(id)} is no task of the board; it is not read`;
          diagnostics.push(warningAt(span, message));
        } else if (key === 'depends_on') add(id, other, span);
        else add(other, id, span);
      }
    }
  }
  return edges;
}

function graphOf(
  entries: ReadonlyMap<string, Entry>,
  edges: Edges,
  diagnostics: readonly Diagnostic[],
): TaskGraph {
  const within = (id: string, group: string, key: string): readonly string[] => {
    const value = entries.get(id)?.value[group];
    return listOf(isRecord(value) ? value[key] : undefined).filter((item) => typeof item === 'string');
  };
  return {
    edgesOf: (id) => [...(edges.get(id) ?? [])].map(([on, span]) => ({ id: on, span })),
    criteriaOf: (id) => within(id, 'completion', 'criteria').filter((text) => text.trim() !== ''),
    filesOf: (id) =>
      [...within(id, 'files', 'creates'), ...within(id, 'files', 'modifies')]
        .map(normaliseScope)
        .filter((path) => path !== '' && !leavesRepository(path)),
    diagnostics,
  };
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as readonly unknown[]) : [];
}

function clip(text: string): string {
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}
