/** Tables of tasks: one row is one task. Its status is what the status column says, and nothing else in the row. */
import type { Risk, Size } from '../../../domain/plan.ts';
import { fieldKeyOf, plainName, riskOfValue, sizeOfValue, type FieldKey } from './fields.ts';
import { plainText } from './labels.ts';
import { declaredOfSign, signOfValue, type SignPart, type WordSign } from './signs.ts';
import type { Cell, Table, TableRow } from './tables.ts';

export interface RowTask {
  readonly row: TableRow;
  /** As it stands in the column of ids; undefined where there is no such column, or nothing in it. */
  readonly id: string | undefined;
  readonly title: string;
  /** Where the title, or else the id, stands. */
  readonly place: Cell;
  readonly isStruck: boolean;
  readonly sign: WordSign | undefined;
  readonly dependencies: Cell | undefined;
  readonly size: Size | undefined;
  readonly risk: Risk | undefined;
  readonly description: string;
  readonly criteria: readonly string[];
}

type Role = Exclude<FieldKey, 'tests'> | 'id' | 'task' | 'name' | 'left-out' | 'more';

const roles: readonly (readonly [Role, RegExp])[] = [
  ['id', /^(?:id|#|no|nr|task (?:id|no|#)|key|ticket|编号|序号|任务编号|번호|n|nº)$/],
  [
    'task',
    /^(?:tasks?|item|work item|to-?do|story|deliverable|step|任务|任务名称|事项|작업|태스크|tarefa|item de trabalho)$/,
  ],
  ['name', /^(?:name|title|summary|subject|名称|标题|이름|제목|nome|título)$/],
  // These change while the work goes on, and are no part of what is to be done.
  [
    'left-out',
    /^(?:completed?|done|finished|started|(?:\w+ )?date|due|progress|owner|assignee|assigned(?: to)?|pr|commit|actual|actual hours|%|完成时间|开始时间|进度|负责人|담당자|responsável)$/,
  ],
];

/** `Done` and `完成` head a status column as well, where there is no other. */
const doneColumn = /^(?:done|completed?|progress|完成|进度)$/;

/** The tasks of a table; undefined for one that is none of tasks. */
export function taskRows(table: Table): readonly RowTask[] | undefined {
  const columns = columnsOf(table);
  const index = (role: Role): number => columns.indexOf(role);
  const status = index('status');
  if ((index('id') === -1 && index('task') === -1) || titleColumn(columns) === -1) return undefined;
  if (status === -1 && index('dependencies') === -1) return undefined;
  const rows = table.rows.flatMap((row) => rowTask(table, columns, row) ?? []);
  if (rows.length === 0) return undefined;
  // A column that is called so and says other things (`draft`, `see below`) is none of statuses.
  const said = rows.filter(({ sign }) => sign !== undefined).length;
  return status !== -1 && said * 2 < rows.length ? undefined : rows;
}

function columnsOf({ header, rows }: Table): readonly Role[] {
  const columns = header.map(({ text }): Role => {
    const name = plainName(text);
    const found = roles.find(([, pattern]) =>
      pattern.test(text.trim() === '#' || text.trim() === '%' ? text.trim() : name),
    )?.[0];
    const key = fieldKeyOf(text);
    if (found !== undefined) return found;
    return key === undefined || key === 'tests' ? 'more' : key === 'title' ? 'name' : key;
  });
  if (!columns.includes('status')) {
    const at = header.findIndex(({ text }) => doneColumn.test(plainName(text)));
    const isSaid = rows.some(({ cells }) => signOfValue(cells[at]?.text ?? '', 0) !== undefined);
    if (at !== -1 && isSaid) return columns.with(at, 'status');
  }
  return columns;
}

function titleColumn(columns: readonly Role[]): number {
  const named = (['task', 'name', 'description'] as const).map((role) => columns.indexOf(role));
  return named.find((at) => at !== -1) ?? -1;
}

function rowTask(table: Table, columns: readonly Role[], row: TableRow): RowTask | undefined {
  const cell = (role: Role): Cell | undefined => row.cells[columns.indexOf(role)];
  const titleAt = titleColumn(columns);
  const idText = bareId(cell('id')?.text ?? '');
  const name = row.cells[titleAt];
  const title = plainCell(name?.text ?? '');
  // `| **Total** | | 34h |` is no task.
  const isSum = /^(?:total|sum|subtotal|合计|总计|합계)\b/i.test(title === '' ? idText : title);
  if (isSum || (title === '' && (idText === '' || isNone(idText)))) return undefined;
  const place = name !== undefined && title !== '' ? name : cell('id')!;
  const more = columns.flatMap((role, at): readonly string[] => {
    const text = plainCell(row.cells[at]?.text ?? '');
    if (at === titleAt || text === '' || isNone(text)) return [];
    if (role === 'description') return [text];
    const isTold = role === 'more' || role === 'name' || role === 'task';
    return isTold ? [`${plainText(table.header[at]!.text)}: ${text}`] : [];
  });
  const sizeAt = columns.indexOf('size');
  return {
    row,
    id: idText === '' || isNone(idText) ? undefined : idText,
    title: title === '' ? idText : title,
    place,
    isStruck: isStruck(name?.text ?? ''),
    sign: statusCell(table, columns.indexOf('status'), row),
    dependencies: cell('dependencies'),
    size: sizeAt === -1 ? undefined : sizeOfValue(row.cells[sizeAt]?.text ?? '', table.header[sizeAt]!.text),
    risk: riskOfValue(cell('risk')?.text ?? ''),
    description: more.join('\n'),
    criteria: (cell('criteria')?.text ?? '')
      .split(/<br ?\/?>|;/i)
      .map(plainCell)
      .filter((text) => text !== '' && !isNone(text)),
  };
}

/** Also a place that is still empty is one for a status. */
function statusCell({ delimiters }: Table, at: number, { cells }: TableRow): WordSign | undefined {
  const cell = cells[at];
  if (at === -1 || cell === undefined) return undefined;
  const isAligned = delimiters[at]?.width === cell.width;
  if (cell.text === '' || isNone(cell.text)) {
    const room = cell.text === '' ? Math.max(0, cell.behind) : isAligned ? cell.behind : 0;
    return { kind: 'words', parts: [{ as: 'blank', text: cell.text, at: cell.at, padding: room }] };
  }
  const sign = signOfValue(cell.text, cell.at);
  if (sign === undefined || declaredOfSign(sign) === undefined) return undefined;
  const end = cell.at + cell.text.length;
  const last = Math.max(...sign.parts.map((part) => part.at));
  const padded = sign.parts.map((part): SignPart => {
    const isLast = part.at === last && part.at + part.text.length === end;
    return isLast && isAligned ? { ...part, padding: cell.behind } : part;
  });
  return { kind: 'words', parts: padded };
}

function isNone(text: string): boolean {
  return /^(?:[-\u2013\u2014\u2212]+|n\/a|none|无)$/i.test(text);
}

function isStruck(text: string): boolean {
  const bare = text.replace(/[*_\s.]/g, '');
  return bare.length > 4 && bare.startsWith('~~') && bare.endsWith('~~');
}

/** `[P0.1](#p01)`, `**P0.1**` and `` `P0.1` `` are P0.1. */
function bareId(text: string): string {
  const link = /^\[([^\][]{1,80})\]\([^()]{0,300}\)$/.exec(text);
  return (link?.[1] ?? text).slice(0, 200).replace(/[*`~]/g, '').trim();
}

function plainCell(text: string): string {
  return plainText(text.replaceAll('\\|', '|').replace(/<br ?\/?>/gi, ' '));
}
