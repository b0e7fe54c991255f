/** The dependencies that checklists state: of a phase on phases, and of an item on items with a label. */
import { warningAt, type Diagnostic, type Span } from '../../diagnostic.ts';
import type { Statement } from './candidate.ts';
import { upwards, type Item, type ListSection } from './items.ts';
import { labelOf, phaseKey } from './labels.ts';
import { namesIn, type Names } from './names.ts';
import type { ListTask, ListTasks } from './tasks.ts';

export interface ListEdge {
  readonly id: string;
  readonly span: Span;
  /** One of many that were named together, among which the task itself may be. */
  readonly isGroup?: boolean;
}

const fieldPattern = /^[*\s+-]*(?:depends on|dependencies|blocked by)\**[ \t]*[:\uff1a]\**[ \t]*(.+)$/iu;
const notePattern = /\((?:depends on|blocked by|after)[ \t:]+([^()]{1,300})\)/gi;

/** Phases of hundreds of tasks that all wait for each other would be millions of edges; in all. */
const maxEdges = 200_000;

export function listEdges(
  file: string,
  { tasks, phases }: ListTasks,
): { readonly edges: readonly (readonly ListEdge[])[]; readonly diagnostics: readonly Diagnostic[] } {
  const diagnostics: Diagnostic[] = [];
  const labels = new Map<string, string>();
  const members = new Map<ListSection, string[]>();
  const addLabel = (label: string, id: string): void => {
    if (!labels.has(label)) labels.set(label, id);
  };
  for (const { id, item, section, told } of tasks) {
    const label = labelOf(item.text)?.toLowerCase();
    if (label !== undefined && label === id.toLowerCase()) labels.set(label, id);
    if (told !== undefined) for (const key of [id.toLowerCase(), ...told.keys]) addLabel(key, id);
    for (const around of upwards(section)) {
      const ids = members.get(around);
      if (ids === undefined) members.set(around, [id]);
      else ids.push(id);
    }
  }
  let left = maxEdges;
  const resolve = (names: Names, kind: 'loose' | 'strict', scale: number): readonly ListEdge[] => {
    const found: ListEdge[] = [];
    for (const { text, label, phase, span } of names.list) {
      const section = phases.get(phase) ?? (kind === 'strict' ? phases.get(`phase ${label}`) : undefined);
      const known = labels.get(label) ?? labels.get(phase);
      const below = kind === 'strict' && label.endsWith('.x') ? startingWith(label.slice(0, -1)) : [];
      const ids = known !== undefined ? [known] : below.length > 0 ? below : section && members.get(section);
      if (ids === undefined) {
        // An id in a column or field for dependencies is meant as one; it is reported by all that check ids.
        if (kind === 'strict') found.push({ id: text, span });
        else {
          const message = `"${text}" is nothing that this list still has; it is left out`;
          diagnostics.push(warningAt(span, message));
        }
        continue;
      }
      const isTooMany = ids.length * scale > left;
      if (isTooMany)
        diagnostics.push(warningAt(span, 'too many tasks on both sides; only the last one counts'));
      else left -= ids.length * scale;
      const isGroup = known === undefined;
      for (const id of isTooMany ? ids.slice(-1) : ids) found.push({ id, span, isGroup });
    }
    return found;
  };
  const startingWith = (prefix: string): readonly string[] => {
    if (left < tasks.length) return [];
    left -= tasks.length;
    return tasks.flatMap(({ id }) => (id.toLowerCase().startsWith(prefix) ? [id] : []));
  };
  /** `All` in a row or section: all that stand above it. */
  const allAbove = (at: number, { span }: Names): readonly ListEdge[] => {
    const isTooMany = at > left;
    if (isTooMany)
      diagnostics.push(warningAt(span, 'too many tasks on both sides; only the last one counts'));
    else left -= at;
    return tasks.slice(isTooMany ? Math.max(0, at - 1) : 0, at).map(({ id }) => ({ id, span }));
  };
  const ofSections = new Map<ListSection, readonly ListEdge[]>();
  const ofSection = (section: ListSection): readonly ListEdge[] => {
    const known = ofSections.get(section);
    if (known !== undefined) return known;
    const kind = phaseKey(section.heading)?.split(' ')[0] ?? 'phase';
    const scale = members.get(section)?.length ?? 1;
    const edges = statementsOf(section.prose).flatMap((statement) =>
      resolve(namesIn(file, statement, kind), 'loose', scale),
    );
    ofSections.set(section, edges);
    return edges;
  };
  const edges = tasks.map((task, at): readonly ListEdge[] => {
    const own =
      task.told === undefined
        ? itemStatements(task).flatMap((one) => resolve(namesIn(file, one, 'phase'), 'loose', 1))
        : [];
    const told = (task.told?.dependencies ?? []).flatMap((statement) => {
      const names = namesIn(file, statement, 'task', (label) => labels.has(label));
      return names.isAll ? allAbove(at, names) : resolve(names, 'strict', 1);
    });
    const around = upwards(task.section).flatMap(ofSection);
    const others = told.filter(({ id, isGroup }) => id !== task.id || isGroup !== true);
    return [...others, ...[...own, ...around].filter(({ id }) => id !== task.id)];
  });
  return { edges, diagnostics };
}

function statementsOf(prose: ListSection['prose']): readonly Statement[] {
  return prose.flatMap(({ text, line }): readonly Statement[] => {
    const match = fieldPattern.exec(text);
    return match === null ? [] : [{ text: match[1]!, line, column: match[0].length - match[1]!.length }];
  });
}

function itemStatements({ item }: ListTask): readonly Statement[] {
  const notes = [...item.text.matchAll(notePattern)].map((match): Statement => {
    const at = match.index + match[0].length - match[1]!.length - 1;
    return { text: match[1]!, line: item.line, column: item.column - 1 + at };
  });
  const below = item.children.filter(({ sign }) => sign === undefined).flatMap(fieldOf);
  const details = item.details.flatMap((text) => fieldOf({ ...item, text }));
  return [...notes, ...below, ...details];
}

function fieldOf({ text, line, column }: Pick<Item, 'text' | 'line' | 'column'>): readonly Statement[] {
  const match = fieldPattern.exec(text);
  return match === null ? [] : [{ text: match[1]!, line, column: column - 1 }];
}
