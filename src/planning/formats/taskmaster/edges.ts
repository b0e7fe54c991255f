/** What the references in a Task Master file mean: `3` beside a subtask is its sibling, `5.2` is a full id. */
import { elementsOf, type JsonSpan } from '../../json-text.ts';
import { idAt, kindOf, parseSpan } from '../json-record.ts';
import { openCircles, type Edge } from './circles.ts';
import type { Entry } from './shape.ts';

export type Report = (severity: 'error' | 'warning', span: JsonSpan, message: string) => void;

/** A task with thousands of dependencies and of subtasks would have millions of edges. */
const maxInherited = 200_000;

/**
 * The dependencies of each entry: its own; those of the task above, for a subtask that waits for no other one of that
 * task; and a task's subtasks.
 */
export function readEdges(
  text: string,
  entries: readonly Entry[],
  report: Report,
): readonly (readonly Edge[])[] {
  const references = new References(entries);
  const read = entries.map((entry) => ownEdges(text, entry, references, report));
  const own = openCircles(entries, read, ({ id, text: number, span }) => {
    const reason = `as the subtask ${id} it would close a circle`;
    report('warning', span, `${number} is read as the task ${number}: ${reason}`);
  });
  return withInherited(entries, own, references, report).map((some, at) => {
    const subtasks = entries[at]!.children.map((child) => entries[child]!);
    return distinct([...some, ...subtasks.map(({ id, idSpan }) => ({ id, text: id, span: idSpan }))]);
  });
}

function withInherited(
  entries: readonly Entry[],
  own: readonly (readonly Edge[])[],
  references: References,
  report: Report,
): readonly (readonly Edge[])[] {
  const edges: (readonly Edge[])[] = [];
  let left = maxInherited;
  for (const [at, entry] of entries.entries()) {
    const isBehind = own[at]!.some(({ id }) => references.areSiblings(id, entry));
    const above = entry.parent === undefined || isBehind ? [] : edges[entry.parent]!;
    if (left >= 0 && left < above.length) {
      const message = `from ${entry.id} on, subtasks do not wait for what their task waits for`;
      report('warning', entry.idSpan, message);
      left = -1;
    }
    if (above.length === 0 || left < above.length) {
      edges.push(own[at]!);
      continue;
    }
    left -= above.length;
    const inherited = above.filter(({ id }) => references.isOutside(id, entry.parent!));
    edges.push(distinct([...own[at]!, ...inherited]));
  }
  return edges;
}

function distinct(edges: readonly Edge[]): readonly Edge[] {
  const taken = new Set<string>();
  return edges.filter(({ id }) => !taken.has(id) && taken.add(id));
}

function ownEdges(text: string, entry: Entry, references: References, report: Report): readonly Edge[] {
  const list = entry.record.member('dependencies');
  if (list === undefined) return [];
  const isList = text[list.start] === '[';
  return (isList ? elementsOf(text, list.start) : [list]).flatMap((span): Edge[] => {
    const id = idAt(text, span);
    if (id === undefined) {
      const kind = kindOf(parseSpan(text, span));
      report('error', span, `a dependency is the id of a task, not ${kind}`);
      return [];
    }
    if (id === '' && !isList) return [];
    const found = references.resolve(entry, id);
    if (found.kind !== 'unknown' && found.note !== undefined) report('warning', span, found.note);
    return found.kind === 'implied' ? [] : [{ id: found.id, text: id, span }];
  });
}

type Reference =
  /** `note` says what a reader would not expect of it. */
  | { readonly kind: 'task'; readonly id: string; readonly note?: string }
  | { readonly kind: 'unknown'; readonly id: string }
  /** It says nothing that is not so anyway. */
  | { readonly kind: 'implied'; readonly note: string };

class References {
  private readonly entries: readonly Entry[];
  private readonly known = new Map<string, number>();
  /** Ids that subtasks are given as if they were tasks, with the full ids they stand for. */
  private readonly slugs = new Map<string, string[]>();

  constructor(entries: readonly Entry[]) {
    this.entries = entries;
    for (const [at, { id, local }] of entries.entries()) {
      if (!this.known.has(id)) this.known.set(id, at);
      if (id === local || /^\d+$/.test(local)) continue;
      const same = this.slugs.get(local);
      if (same === undefined) this.slugs.set(local, [id]);
      else same.push(id);
    }
  }

  /** What `text` means in the dependencies of an entry. */
  resolve(entry: Entry, text: string): Reference {
    const parent = entry.parent === undefined ? undefined : this.entries[entry.parent];
    if (parent === undefined) return this.outside(text);
    const sibling = `${parent.id}.${text}`;
    // A subtask does not wait for itself: the number can only be that of a task.
    const isItself = sibling === entry.id && this.known.has(text);
    if (this.known.has(sibling) && !isItself) return { kind: 'task', id: sibling };
    if (this.isAbove(entry, text)) {
      return { kind: 'implied', note: `${entry.id} is a part of ${text}; it cannot wait for it` };
    }
    const found = this.outside(text);
    if (found.kind !== 'task' || text.includes('.') || !/^\d+$/.test(text)) return found;
    const reason = isItself ? `${sibling} is the subtask itself` : `${parent.id} has no subtask ${text}`;
    return { ...found, note: `${text} is read as the task ${text}: ${reason}` };
  }

  areSiblings(id: string, entry: Entry): boolean {
    const at = this.known.get(id);
    return at !== undefined && entry.parent !== undefined && this.entries[at]!.parent === entry.parent;
  }

  /** Whether an id is that of an entry, and of none below the one at `above`. */
  isOutside(id: string, above: number): boolean {
    let at = this.known.get(id);
    if (at === undefined) return false;
    while (at !== undefined && at !== above) at = this.entries[at]!.parent;
    return at === undefined;
  }

  private outside(text: string): Reference {
    if (this.known.has(text)) return { kind: 'task', id: text };
    const same = this.slugs.get(text) ?? [];
    return same.length === 1 ? { kind: 'task', id: same[0]! } : { kind: 'unknown', id: text };
  }

  private isAbove(entry: Entry, id: string): boolean {
    let at = entry.parent;
    while (at !== undefined) {
      const above = this.entries[at]!;
      if (above.id === id) return true;
      at = above.parent;
    }
    return false;
  }
}
