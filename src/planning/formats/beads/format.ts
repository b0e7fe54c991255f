/** beads: `.beads/issues.jsonl`, one issue per line (github.com/steveyegge/beads, `internal/types/types.go`). */
import type { Risk, Size } from '../../../domain/plan.ts';
import { warningAt, type Diagnostic, type Span } from '../../diagnostic.ts';
import { composeBeads } from './compose.ts';
import { holdsIssues, readIssueLines, spanOfValue, type IssueLine } from './lines.ts';
import { declaredOf, writeIssueStatuses } from './status.ts';
import { criteriaOf } from '../criteria-text.ts';
import { buildTree, type BeadsTree } from './tree.ts';
import type { BacklogFormat, Draft, DraftTask, FormatInput, Place } from '../format.ts';

export const beadsFormat: BacklogFormat = {
  name: 'beads',
  detect: isBeadsFile,
  companionFiles: () => [],
  viewFiles: ({ entry }) => [entry],
  read: (input) => new BeadsReader(input).read(),
  writeBack: ({ backlog, texts, view }) => [
    writeIssueStatuses(backlog.entry, texts.get(backlog.entry), view),
  ],
  compose: composeBeads,
};

function isBeadsFile(file: string, text: string): boolean {
  const isPlace = /(?:^|\/)\.beads\/[^/]+\.jsonl$/.test(file);
  // The sides of a merge, and the tables of a backup, are copies of the backlog and not the backlog.
  const isCopy = /(?:^|\/)\.beads\/backup\/|\.(?:base|left|right|orig)\.jsonl$/.test(file);
  if (!file.endsWith('.jsonl') || isCopy) return false;
  if (text.trim() === '') return isPlace && /\/(?:issues|beads)\.jsonl$/.test(file);
  return holdsIssues(text, isPlace);
}

/** An epic's text is in the brief of each of its children; a longer one is only referred to. */
const maxParentText = 8_000;

class BeadsReader {
  private readonly file: string;
  private readonly tree: BeadsTree;
  private readonly diagnostics: Diagnostic[];

  constructor({ file, text }: FormatInput) {
    this.file = file;
    const { issues, diagnostics } = readIssueLines(file, text);
    this.tree = buildTree(file, issues);
    this.diagnostics = [...diagnostics, ...this.tree.diagnostics];
  }

  read(): Draft {
    const tasks = this.tree.tasks.map((issue) => this.task(issue));
    return {
      title: 'Issues of beads',
      tasks,
      diagnostics: this.diagnostics,
      facts: undefined,
      locate: (task, place) => this.locate(task, place),
    };
  }

  private task(issue: IssueLine): DraftTask {
    const { id } = issue;
    const parents = this.tree.parentsOf(id);
    const phase = parents[0]?.value['title'];
    return {
      id,
      kind: 'task',
      title: this.text(issue, 'title').trim() || id,
      description: this.description(issue, parents),
      criteria: criteriaOf(this.text(issue, 'acceptance_criteria'), id),
      dependencies: this.tree.edgesOf(id).map(({ on }) => on),
      conflictsWith: [],
      scope: [],
      parallel: undefined,
      risk: this.risk(issue),
      size: sizeOf(issue.value['estimated_minutes']),
      provisional: false,
      phase: typeof phase === 'string' && phase !== '' ? phase : undefined,
      slice: undefined,
      context: { specs: [], adrs: [], guides: [] },
      testFiles: [],
      gapCodes: [],
      declared: this.declared(issue),
      line: issue.line,
    };
  }

  private description(issue: IssueLine, parents: readonly IssueLine[]): string {
    const design = this.text(issue, 'design').trim();
    const notes = this.text(issue, 'notes').trim();
    const reference = this.text(issue, 'external_ref').trim();
    return [
      this.text(issue, 'description').trim(),
      design === '' ? '' : `## Design\n\n${design}`,
      notes === '' ? '' : `## Notes\n\n${notes}`,
      reference === '' ? '' : `External reference: ${reference}`,
      ...parents.map((parent) => this.parentText(parent)),
    ]
      .filter((part) => part !== '')
      .join('\n\n');
  }

  private parentText({ id, value, line }: IssueLine): string {
    const title = typeof value['title'] === 'string' ? value['title'] : '';
    const text = typeof value['description'] === 'string' ? value['description'].trim() : '';
    const shown = text.length > maxParentText ? `See line ${line} of ${this.file}.` : text;
    return `## Part of ${id}: ${title}${shown === '' ? '' : `\n\n${shown}`}`;
  }

  private text(issue: IssueLine, key: string): string {
    const value = issue.value[key] ?? '';
    if (typeof value === 'string') return value;
    this.warn(issue, key, `"${key}" of ${clip(issue.id)} is no text; it is not read`);
    return '';
  }

  /** beads counts from 0, the most urgent; an issue without a number is in the middle. */
  private risk(issue: IssueLine): Risk {
    const priority = issue.value['priority'] ?? 2;
    const number = typeof priority === 'string' ? /^P?([0-4])$/i.exec(priority)?.[1] : priority;
    switch (number === undefined ? undefined : Number(number)) {
      case 0:
      case 1:
        return 'High';
      case 2:
        return 'Medium';
      case 3:
      case 4:
        return 'Low';
      default:
        this.warn(issue, 'priority', `the priority of ${clip(issue.id)} is none of 0 to 4; it is read as 2`);
        return 'Medium';
    }
  }

  private declared(issue: IssueLine): DraftTask['declared'] {
    const status = issue.value['status'];
    const declared = declaredOf(status);
    if (declared !== undefined) return declared;
    const text = typeof status === 'string' ? `"${clip(status)}"` : 'this';
    this.warn(
      issue,
      'status',
      `${text} is no status that is known here; ${clip(issue.id)} is read as open and its word kept`,
    );
    return 'pending';
  }

  private warn(issue: IssueLine, key: string, message: string): void {
    this.diagnostics.push(warningAt(spanOfValue(this.file, issue, [key]), message));
  }

  private locate(task: number, place: Place): Span {
    const issue = this.tree.tasks[task];
    if (issue === undefined) return { file: this.file, line: 1, column: 1, length: 1 };
    if (place.field !== 'dependency') return spanOfValue(this.file, issue, ['id']);
    const edge = this.tree.edgesOf(issue.id)[place.index];
    return edge === undefined
      ? spanOfValue(this.file, issue, ['id'])
      : spanOfValue(this.file, edge.by, ['dependencies', edge.entry, 'depends_on_id']);
  }
}

/** An hour is small, a morning's work is medium. */
function sizeOf(minutes: unknown): Size {
  if (typeof minutes !== 'number' || minutes <= 0) return 'M';
  if (minutes <= 60) return 'S';
  return minutes <= 240 ? 'M' : 'L';
}

function clip(text: string): string {
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}
