/**
 * IMPLEMENTATION_PROGRESS.md: a view that people may write in. Pawl owns the lines `Last session` and `Status` of the
 * head and, in the Task Status table, the cells Status, Completed and Files Modified; a note of its own in the Notes
 * begins with `pawl: `. Everything else stays byte for byte.
 */
import type { Plan } from '../../../domain/plan.ts';
import type { RunView, TaskView } from '../../../domain/view.ts';
import { applyEdits, endsInFence, lineBreakOf, readLines, type Line, type TextEdit } from '../../lines.ts';
import type { ViewText } from '../format.ts';
import { saysStatus, statusWordOf } from './values.ts';

const dash = '\u2014';
const ownNote = 'pawl: ';

export function writeProgress(file: string, text: string | undefined, plan: Plan, view: RunView): ViewText {
  if (text === undefined || text.trim() === '') return { file, text: newProgress(plan, view) };
  const lines = readLines(text);
  const edits = [...headEdits(lines, view), ...tableEdits(text, lines, view)];
  // A table in the fence would not be found, and be written again every time.
  if (edits.some(({ start }) => start === text.length) && endsInFence(text))
    return { file, problem: 'a code fence in it is never closed' };
  return { file, text: applyEdits(text, edits) };
}

function newProgress(plan: Plan, view: RunView): string {
  const head = [
    '# Implementation Progress',
    '',
    `**Spec version**: ${plan.hash.slice(0, 12)}`,
    `**Started**: ${dayOf(view.startedAt)}`,
    `**Last session**: ${sessionOf(view)}`,
    `**Status**: ${runStatusOf(view)}`,
    '**Git tracking**: yes',
    `**Parallel execution**: ${view.parallel ? 'enabled' : 'disabled'}`,
    '',
    '## Task Status',
    '',
    ...taskTable(view),
  ];
  const tables = [
    ['Spec Gaps', '| ID | Task | Gap | Level | Status | Resolution |'],
    ['Fix Tasks', '| ID | Type | Source Task | Discovered During | Status | Files Modified |'],
    ['External Changes', '| Date | Files Changed | Task Impact | Action Taken |'],
    ['Spec Sync History', '| Date | Old Hash | New Hash | Impact | Action Taken |'],
  ] as const;
  const rest = tables.flatMap(([title, columns]) => ['', `## ${title}`, '', columns, ruleFor(columns)]);
  return `${[...head, ...rest].join('\n')}\n`;
}

const ownColumns = ['Task', 'Status', 'Completed', 'Files Modified', 'Notes'];

function taskTable(view: RunView): readonly string[] {
  const header = `| ${ownColumns.join(' | ')} |`;
  const columns = ownColumns.map((name) => name.toLowerCase());
  return [header, ruleFor(header), ...view.tasks.map((task) => newRow(task, columns))];
}

function ruleFor(columns: string): string {
  return columns.replace(/[^|]+/g, (name) => '-'.repeat(name.length));
}

/** A row for the columns that the table has; people add their own. */
function newRow(task: TaskView, columns: readonly string[]): string {
  const values = new Map([
    ['status', statusWordOf(task.status)],
    ['completed', completedOf(task)],
    ['files modified', filesOf(task)],
    ['notes', noteOf(task)],
  ]);
  const cells = columns.map((name) => values.get(name) ?? dash);
  cells[idColumn(columns)] = task.id;
  return `| ${cells.join(' | ')} |`;
}

function idColumn(columns: readonly string[]): number {
  return Math.max(0, columns.indexOf('task'));
}

function dayOf(time: string): string {
  return time.slice(0, 10);
}

function sessionOf(view: RunView): string {
  return dayOf(view.at) + (view.commit === undefined ? '' : ` (commit ${view.commit.slice(0, 12)})`);
}

function runStatusOf(view: RunView): string {
  return view.complete ? 'Complete' : 'In Progress';
}

function completedOf(task: TaskView): string | undefined {
  return task.completedAt === undefined ? undefined : dayOf(task.completedAt);
}

function filesOf(task: TaskView): string | undefined {
  return task.filesModified.length === 0 ? undefined : escapeCell(task.filesModified.join(', '));
}

function noteOf(task: TaskView): string | undefined {
  const note = task.blockedBecause ?? task.note;
  return note === undefined ? undefined : escapeCell(ownNote + note);
}

function escapeCell(text: string): string {
  return text.replace(/\s+/g, ' ').replaceAll('|', '\\|').trim();
}

function headEdits(lines: readonly Line[], view: RunView): readonly TextEdit[] {
  const end = lines.findIndex(({ text, fenced }) => !fenced && /^##\s/.test(text));
  const head = lines.slice(0, end === -1 ? lines.length : end);
  const wanted = { 'Last session': sessionOf(view), Status: runStatusOf(view) };
  return Object.entries(wanted).flatMap(([label, value]): TextEdit[] => {
    for (const { text, start, fenced } of head) {
      const match = fenced
        ? null
        : new RegExp(`^(?:[-*+]\\s+)?\\*\\*${label}(?:\\*\\*:|:\\*\\*)[ \\t]*`).exec(text);
      if (match === null) continue;
      const old = text.slice(match[0].length).trimEnd();
      if (old === value) return [];
      const at = start + match[0].length;
      const blank = /[ \t]$/.test(match[0]) ? '' : ' ';
      return [{ start: at, end: at + old.length, text: blank + value }];
    }
    return [];
  });
}

interface Cell {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** The cells of a table row, with the offsets of their trimmed texts in the file. */
function cellsOf({ text, start }: Line): readonly Cell[] {
  const bars = [...text.matchAll(/(?<!\\)\|/g)].map(({ index }) => index);
  return bars.slice(0, -1).map((bar, at) => {
    const raw = text.slice(bar + 1, bars[at + 1]);
    const trimmed = raw.trim();
    const from = start + bar + 1 + (trimmed === '' ? Math.min(1, raw.length) : raw.indexOf(trimmed));
    return { text: trimmed, start: from, end: from + trimmed.length };
  });
}

function tableEdits(text: string, lines: readonly Line[], view: RunView): readonly TextEdit[] {
  const lineBreak = lineBreakOf(text);
  const title = lines.findIndex(({ text: line, fenced }) => !fenced && /^##\s+Task Status\s*$/i.test(line));
  const header = title === -1 ? -1 : findTable(lines, title + 1);
  if (header === -1) {
    const section = [...(title === -1 ? ['## Task Status', ''] : []), ...taskTable(view)].join(lineBreak);
    return title === -1
      ? [
          {
            start: text.length,
            end: text.length,
            text: `${missingBreaks(text, lineBreak)}${section}${lineBreak}`,
          },
        ]
      : [insertAfter(text, lines, title, ['', section], lineBreak)];
  }
  const columns = cellsOf(lines[header]!).map((cell) => cell.text.toLowerCase());
  const edits: TextEdit[] = [];
  const rows = new Map<string, readonly Cell[]>();
  let last = header + 1;
  for (let at = header + 2; at < lines.length && lines[at]!.text.trim().startsWith('|'); at += 1) {
    const cells = cellsOf(lines[at]!);
    const id = cells[idColumn(columns)]?.text.replace(/[*`]/g, '').split(/[\s:]/)[0];
    if (id !== undefined && !rows.has(id)) rows.set(id, cells);
    last = at;
  }
  for (const task of view.tasks) {
    const cells = rows.get(task.id);
    if (cells !== undefined) edits.push(...rowEdits(task, cells, columns));
  }
  const missing = view.tasks.filter((task) => !rows.has(task.id)).map((task) => newRow(task, columns));
  if (missing.length > 0) edits.push(insertAfter(text, lines, last, missing, lineBreak));
  return edits;
}

function findTable(lines: readonly Line[], from: number): number {
  for (let at = from; at < lines.length; at += 1) {
    const { text, fenced } = lines[at]!;
    if (fenced) continue;
    if (/^#{1,2}\s/.test(text)) return -1;
    if (text.trim().startsWith('|') && /^\s*\|[\s:|-]+$/.test(lines[at + 1]?.text ?? '')) return at;
  }
  return -1;
}

function rowEdits(task: TaskView, cells: readonly Cell[], columns: readonly string[]): readonly TextEdit[] {
  const edit = (column: string, value: (old: string) => string | undefined): TextEdit[] => {
    const cell = cells[columns.indexOf(column)];
    if (cell === undefined) return [];
    const wanted = value(cell.text) ?? dash;
    if (wanted === cell.text || (wanted === dash && isBlank(cell.text))) return [];
    // An empty cell may have no blanks around it to write between.
    return [{ start: cell.start, end: cell.end, text: cell.text === '' ? `${wanted} ` : wanted }];
  };
  const isDone = ['completed', 'completed-external', 'externally-managed'].includes(task.status);
  return [
    ...edit('status', (old) => (saysStatus(old, task.status) ? old : statusWordOf(task.status))),
    ...edit('completed', (old) => completedOf(task) ?? (isDone ? old : undefined)),
    ...edit('files modified', (old) => filesOf(task) ?? old),
    ...edit('notes', (old) => (isBlank(old) || old.startsWith(ownNote) ? noteOf(task) : old)),
  ];
}

function isBlank(cell: string): boolean {
  return cell === '' || cell === '-' || cell === dash || cell === '\u2013';
}

function insertAfter(
  text: string,
  lines: readonly Line[],
  line: number,
  added: readonly string[],
  lineBreak: string,
): TextEdit {
  const next = lines[line + 1]?.start;
  const block = added.join(lineBreak);
  return next === undefined
    ? { start: text.length, end: text.length, text: lineBreak + block }
    : { start: next, end: next, text: block + lineBreak };
}

function missingBreaks(text: string, lineBreak: string): string {
  return text.endsWith('\n') ? lineBreak : lineBreak + lineBreak;
}
