/**
 * What waits for what in a beads file. Only `blocks` makes an issue wait, for itself and for what lies below it:
 * beads holds the children of a blocked parent back, too. An epic with children is no work of its own; who waits
 * for it waits for all the work below it.
 */
import { errorAt, warningAt, type Diagnostic, type Span } from '../../diagnostic.ts';
import { elementsOf, locateJson, memberOf } from '../../json-text.ts';
import { spanOfValue, type IssueLine } from './lines.ts';
import { isRecord } from '../json-file.ts';

/** A dependency of a task, and the entry that says so: its own one, or that of something above it. */
interface BeadsEdge {
  readonly on: string;
  readonly by: IssueLine;
  /** Index in the `dependencies` of {@link by}. */
  readonly entry: number;
}

export interface BeadsTree {
  /** The issues that are work, in file order. */
  readonly tasks: readonly IssueLine[];
  readonly parentsOf: (id: string) => readonly IssueLine[];
  readonly edgesOf: (id: string) => readonly BeadsEdge[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Bounds the work on epics that wait for epics, where edges multiply. */
const maxSteps = 1_000_000;

/** Kinds of issue that other programs keep beside the work. */
const recordTypes: ReadonlySet<unknown> = new Set(['agent', 'convoy', 'role', 'rig', 'message', 'event']);
const softTypes: ReadonlySet<unknown> = new Set(['related', 'relates-to', 'discovered-from', 'parent-child']);

interface Node {
  readonly issue: IssueLine;
  readonly blockers: readonly { readonly on: string; readonly entry: number }[];
  readonly parents: readonly { readonly id: string; readonly entry: number }[];
  readonly children: string[];
}

export function buildTree(file: string, issues: readonly IssueLine[]): BeadsTree {
  return new TreeBuilder(file, issues).build();
}

class TreeBuilder {
  private readonly file: string;
  private readonly issues: readonly IssueLine[];
  private readonly nodes = new Map<string, Node>();
  /** Why an id of the file stands for no work. */
  private readonly gone = new Map<string, string>();
  private readonly diagnostics: Diagnostic[] = [];
  private readonly edges = new Map<string, readonly BeadsEdge[]>();
  private readonly below = new Map<string, readonly string[]>();
  private steps = 0;
  /** The places of one issue's entries: those of the next one replace them. */
  private entries: { readonly issue: IssueLine; readonly starts: readonly number[] } | undefined;

  constructor(file: string, issues: readonly IssueLine[]) {
    this.file = file;
    this.issues = issues;
  }

  build(): BeadsTree {
    const live = this.issues.filter((issue) => this.isLive(issue));
    const known = new Set(live.map(({ id }) => id));
    // Of two issues with one id the first counts; the second one is reported by the shared checks.
    for (const issue of live)
      if (!this.nodes.has(issue.id)) this.nodes.set(issue.id, this.node(issue, known));
    for (const { issue, parents } of this.nodes.values()) {
      for (const parent of parents) this.nodes.get(parent.id)!.children.push(issue.id);
    }
    this.orderByParents();
    if (this.steps > maxSteps) this.reportSize(live[0]!);
    return {
      tasks: live.filter(({ id }) => !this.isContainer(id)),
      parentsOf: (id) => this.nodes.get(id)?.parents.map((parent) => this.nodes.get(parent.id)!.issue) ?? [],
      edgesOf: (id) => this.edges.get(id) ?? [],
      diagnostics: this.diagnostics,
    };
  }

  private isLive(issue: IssueLine): boolean {
    const { id, value } = issue;
    if (value['status'] === 'tombstone') {
      this.gone.set(id, 'was deleted');
      return false;
    }
    const type = value['issue_type'];
    if (!recordTypes.has(type)) return true;
    this.gone.set(id, `is of the type ${String(type)}, which is no work`);
    const message = `${clip(id)} is of the type ${String(type)}, which is no work; it is left out`;
    this.diagnostics.push(warningAt(spanOfValue(this.file, issue, ['issue_type']), message));
    return false;
  }

  private node(issue: IssueLine, known: ReadonlySet<string>): Node {
    const blockers: { on: string; entry: number }[] = [];
    const parents: { id: string; entry: number }[] = [];
    const entries = issue.value['dependencies'] ?? [];
    if (!Array.isArray(entries)) {
      const message = `"dependencies" of ${clip(issue.id)} must be a list`;
      const span = spanOfValue(this.file, issue, ['dependencies']);
      this.diagnostics.push(errorAt(span, 'PLAN-BAD-FIELD', message));
    }
    for (const [entry, value] of (Array.isArray(entries) ? entries : []).entries()) {
      const on: unknown = isRecord(value) ? value['depends_on_id'] : undefined;
      if (typeof on !== 'string' || on === '') {
        const message = `"depends_on_id" of ${clip(issue.id)} must be the id of an issue`;
        const span = this.entrySpan(issue, entry, 'depends_on_id');
        this.diagnostics.push(errorAt(span, 'PLAN-BAD-FIELD', message));
        continue;
      }
      const type = (value as Record<string, unknown>)['type'];
      if (type === 'blocks') blockers.push({ on, entry });
      else if (type === 'parent-child' && known.has(on) && on !== issue.id) parents.push({ id: on, entry });
      else if (!softTypes.has(type)) {
        const span = this.entrySpan(issue, entry, 'type');
        const message = `only "blocks" makes an issue wait; ${clip(issue.id)} does not wait for ${clip(on)}`;
        this.diagnostics.push(warningAt(span, message));
      } else if (type === 'parent-child') this.warnOfGone(issue, entry, on, 'lies below');
    }
    const above = /^(.+)\.\d+$/.exec(issue.id)?.[1];
    // `bd-a1.2` is a child of `bd-a1` by its name alone.
    if (parents.length === 0 && above !== undefined && known.has(above))
      parents.push({ id: above, entry: -1 });
    return { issue, blockers, parents, children: [] };
  }

  private entrySpan(issue: IssueLine, entry: number, key: string): Span {
    if (this.entries?.issue !== issue) {
      const list = memberOf(issue.json, 0, 'dependencies');
      const starts = list === undefined ? [] : elementsOf(issue.json, list.start).map(({ start }) => start);
      this.entries = { issue, starts };
    }
    const at = this.entries.starts[entry];
    if (at === undefined) return spanOfValue(this.file, issue, ['id']);
    const { start, end } = locateJson(issue.json, at, [key]);
    return { file: this.file, line: issue.line, column: issue.column + start, length: end - start };
  }

  private warnOfGone(issue: IssueLine, entry: number, id: string, verb: string): void {
    const why = id === issue.id ? 'is itself' : (this.gone.get(id) ?? 'is not in this file');
    const span = this.entrySpan(issue, entry, 'depends_on_id');
    this.diagnostics.push(
      warningAt(span, `${clip(issue.id)} ${verb} ${clip(id)}, which ${why}; this is not looked at`),
    );
  }

  private isContainer(id: string): boolean {
    const node = this.nodes.get(id)!;
    return node.issue.value['issue_type'] === 'epic' && node.children.length > 0;
  }

  /** Gives every issue its edges, parents before their children, and reports circles of parents. */
  private orderByParents(): void {
    const missing = new Map([...this.nodes].map(([id, { parents }]) => [id, parents.length]));
    const ready = [...missing].filter(([, count]) => count === 0).map(([id]) => id);
    for (const id of ready) {
      missing.delete(id);
      this.edges.set(id, this.resolve(this.nodes.get(id)!));
      for (const child of this.nodes.get(id)!.children) {
        const left = missing.get(child)! - 1;
        missing.set(child, left);
        if (left === 0) ready.push(child);
      }
    }
    if (missing.size > 0) this.refuseCircle(missing);
  }

  /** All that is left lies in a circle of parents or below one. */
  private refuseCircle(left: ReadonlyMap<string, number>): void {
    const seen = new Set<string>();
    let first = [...left.keys()][0]!;
    while (!seen.has(first)) {
      seen.add(first);
      first = this.nodes.get(first)!.parents.find(({ id }) => left.has(id))!.id;
    }
    const { issue, parents } = this.nodes.get(first)!;
    const entry = parents.find(({ id }) => left.has(id))!.entry;
    const message = `${clip(first)} lies below itself`;
    const span = this.entrySpan(issue, entry, 'depends_on_id');
    this.diagnostics.push(errorAt(span, 'PLAN-CYCLE', message, 'remove one of the parent-child entries'));
  }

  private resolve(node: Node): readonly BeadsEdge[] {
    const found = new Map<string, BeadsEdge>();
    const { issue } = node;
    const own =
      node.children.length > 0 && node.blockers.length > 0 ? new Set(this.workBelow(issue.id)) : null;
    for (const { on, entry } of node.blockers) {
      const target = this.nodes.get(on);
      if (target === undefined) {
        this.warnOfGone(issue, entry, on, 'waits for');
        continue;
      }
      const isEpic = this.isContainer(on) && on !== issue.id;
      if (isEpic && target.issue.value['status'] === 'closed') continue;
      for (const id of isEpic ? this.workBelow(on) : [on]) {
        this.steps += 1;
        if (this.steps > maxSteps) return [];
        // What lies below cannot be held back by its own work; a parent ends last in any case.
        if (own?.has(id) === true) this.warnOfOwn(issue, entry, id);
        else if (!found.has(id)) found.set(id, { on: id, by: issue, entry });
      }
    }
    for (const parent of node.parents) {
      for (const edge of this.edges.get(parent.id) ?? []) {
        this.steps += 1;
        if (this.steps > maxSteps) return [];
        if (!found.has(edge.on)) found.set(edge.on, edge);
      }
    }
    return [...found.values()];
  }

  private warnOfOwn(issue: IssueLine, entry: number, id: string): void {
    const span = this.entrySpan(issue, entry, 'depends_on_id');
    const message = `${clip(issue.id)} waits for ${clip(id)}, which lies below it; this holds nothing back`;
    this.diagnostics.push(warningAt(span, message));
  }

  /** The tasks below an issue, itself not among them. */
  private workBelow(id: string): readonly string[] {
    const known = this.below.get(id);
    if (known !== undefined) return known;
    const seen = new Set([id]);
    for (const at of seen) {
      for (const child of this.nodes.get(at)!.children) {
        this.steps += 1;
        if (this.steps <= maxSteps) seen.add(child);
      }
    }
    seen.delete(id);
    const work = [...seen].filter((child) => !this.isContainer(child));
    this.below.set(id, work);
    return work;
  }

  private reportSize(issue: IssueLine): void {
    const message = 'epics wait for epics so often that the dependencies cannot be counted';
    this.diagnostics.push(errorAt(spanOfValue(this.file, issue, []), 'PLAN-TOO-LARGE', message));
  }
}

function clip(id: string): string {
  return id.length > 80 ? `${id.slice(0, 79)}…` : id;
}
