/** The dependencies that checklists state: of a phase on phases, and of an item on items with a label. */
import { warningAt, type Diagnostic, type Span } from '../../diagnostic.ts';
import { parseReferences } from '../../references.ts';
import type { Item, ListSection } from './items.ts';
import { labelOf, phaseKey, upwards, type ListTask, type ListTasks } from './tasks.ts';

export interface ListEdge {
  readonly id: string;
  readonly span: Span;
}

const fieldPattern = /^[*\s+-]*(?:depends on|dependencies|blocked by)\**[ \t]*[:\uff1a]\**[ \t]*(.+)$/iu;
const notePattern = /\((?:depends on|blocked by|after)[ \t:]+([^()]{1,300})\)/gi;

/** Phases of hundreds of tasks that all wait for each other would be millions of edges; in all. */
const maxEdges = 200_000;

interface Statement {
  readonly text: string;
  readonly line: number;
  readonly column: number;
}

export function listEdges(
  file: string,
  { tasks, phases }: ListTasks,
): { readonly edges: readonly (readonly ListEdge[])[]; readonly diagnostics: readonly Diagnostic[] } {
  const diagnostics: Diagnostic[] = [];
  const labels = new Map<string, string>();
  const members = new Map<ListSection, string[]>();
  for (const { id, item, section } of tasks) {
    const label = labelOf(item.text)?.toLowerCase();
    if (label !== undefined && label === id.toLowerCase()) labels.set(label, id);
    for (const around of upwards(section)) {
      const ids = members.get(around);
      if (ids === undefined) members.set(around, [id]);
      else ids.push(id);
    }
  }
  let left = maxEdges;
  const resolve = ({ text, line, column }: Statement, kind: string, scale: number): readonly ListEdge[] => {
    const found: ListEdge[] = [];
    for (const { name, at, length } of namesIn(text, kind)) {
      const span = { file, line: line + 1, column: column + at + 1, length };
      const phase = phases.get(name.phase);
      const label = labels.get(name.label);
      const ids = label === undefined ? phase && members.get(phase) : [label];
      if (ids === undefined) {
        diagnostics.push(
          warningAt(span, `"${name.text}" is nothing that this list still has; it is left out`),
        );
        continue;
      }
      const isTooMany = ids.length * scale > left;
      if (isTooMany)
        diagnostics.push(warningAt(span, 'too many tasks on both sides; only the last one counts'));
      else left -= ids.length * scale;
      found.push(...(isTooMany ? ids.slice(-1) : ids).map((id) => ({ id, span })));
    }
    return found;
  };
  const ofSections = new Map<ListSection, readonly ListEdge[]>();
  const ofSection = (section: ListSection): readonly ListEdge[] => {
    const known = ofSections.get(section);
    if (known !== undefined) return known;
    const kind = phaseKey(section.heading)?.split(' ')[0] ?? 'phase';
    const scale = members.get(section)?.length ?? 1;
    const edges = statementsOf(section.prose).flatMap((statement) => resolve(statement, kind, scale));
    ofSections.set(section, edges);
    return edges;
  };
  const edges = tasks.map((task): readonly ListEdge[] => {
    const own = itemStatements(task).flatMap((statement) => resolve(statement, 'phase', 1));
    const around = upwards(task.section).flatMap(ofSection);
    return [...own, ...around].filter(({ id }) => id !== task.id);
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

interface Name {
  readonly text: string;
  readonly label: string;
  readonly phase: string;
}

function namesIn(
  text: string,
  kind: string,
): readonly { readonly name: Name; readonly at: number; readonly length: number }[] {
  const blank = text.replace(
    /\b(?:phases?|milestones?|stages?|waves?|sprints?|parts?|steps?)[ \t]+(?=\d)/gi,
    (word) => ' '.repeat(word.length),
  );
  const word =
    /\b(phase|milestone|stage|wave|sprint|part|step)s?[ \t]+\d/i.exec(text)?.[1]?.toLowerCase() ?? kind;
  const list = parseReferences(blank);
  if (list.kind !== 'list') return [];
  return [...list.items, ...list.faults].map((item) => ({
    name: {
      text: item.text.slice(0, 80),
      label: item.text.toLowerCase(),
      phase: `${word} ${item.text.replace(/^0+(?=\d)/, '').toLowerCase()}`,
    },
    at: item.at,
    length: item.length,
  }));
}
