import type { Machine } from './machine.ts';

/** One measured number. Without a goal it is there to be compared with: a baseline, or a part of another figure. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** In the figure's unit, with its direction; null where there is none. */
  readonly goal: string | null;
  /** Null where there is no goal. */
  readonly holds: boolean | null;
}

/** What a benchmark returns; its lines are printed in this order. */
export interface Measurement {
  /** One sentence: what was measured against what, and how often. */
  readonly compared: string;
  readonly figures: readonly Figure[];
  /** Prints the figures as a table: the one named `row: column` stands where the two meet. */
  readonly table?: Table;
}

export interface Table {
  readonly rows: readonly TableRow[];
  readonly columns: readonly string[];
}

export interface TableRow {
  readonly name: string;
  /** A version, or why there are no figures in this row. */
  readonly note: string;
}

export interface BenchReport extends Measurement {
  readonly name: string;
  readonly machine: Machine;
}

/** A figure that is only to be read beside others. */
export function plainFigure(name: string, value: number, unit: string): Figure {
  return { name, value: rounded(value), unit, goal: null, holds: null };
}

/** Holds when `value` is not above `limit`; decided before rounding. */
export function figureAtMost(name: string, value: number, unit: string, limit: number): Figure {
  return { name, value: rounded(value), unit, goal: `≤ ${rounded(limit)}`, holds: value <= limit };
}

/** Holds when `value` is exactly `wanted`. */
export function figureEqual(name: string, value: number, unit: string, wanted: number): Figure {
  return { name, value, unit, goal: `= ${wanted}`, holds: value === wanted };
}

export function allHold({ figures }: Measurement): boolean {
  return figures.every(({ holds }) => holds !== false);
}

export function renderReport({ name, machine, compared, figures, table }: BenchReport): string {
  const lines = table === undefined ? renderList(figures) : renderTable(table, figures);
  const { cpu, cores, memoryGib, node, git, load } = machine;
  const where = `${cpu}, ${cores} cores, ${memoryGib} GiB, Node ${node}, git ${git}, load ${load} before`;
  return [name, `  ${where}`, `  ${compared}`, '', ...lines].join('\n');
}

function renderList(figures: readonly Figure[]): readonly string[] {
  const width = Math.max(...figures.map((figure) => figure.name.length));
  return figures.map(({ name: label, value, unit, goal, holds }) => {
    const verdict = holds === null ? '' : `   goal ${goal} ${unit}: ${holds ? 'holds' : 'MISSED'}`;
    return `  ${label.padEnd(width)}  ${value.toLocaleString('en-US').padStart(10)} ${unit}${verdict}`;
  });
}

function renderTable({ rows, columns }: Table, figures: readonly Figure[]): readonly string[] {
  const byName = new Map(figures.map((figure) => [figure.name, figure]));
  const cells = rows.map(({ name, note }) => [
    name,
    ...columns.map((column) => {
      const figure = byName.get(`${name}: ${column}`);
      return figure === undefined ? '–' : `${figure.value.toLocaleString('en-US')} ${figure.unit}`;
    }),
    note,
  ]);
  const all = [['', ...columns, ''], ...cells];
  const widths = all[0]?.map((_, index) => Math.max(...all.map((row) => row[index]?.length ?? 0))) ?? [];
  const last = widths.length - 1;
  return all.map((row) => {
    const padded = row.map((cell, index) =>
      index === 0 || index === last ? cell.padEnd(widths[index] ?? 0) : cell.padStart(widths[index] ?? 0),
    );
    return `  ${padded.join('  ')}`.trimEnd();
  });
}

/** The middle value; of an even number of values the mean of the two in the middle. Throws for none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.ceil(sorted.length / 2) - 1];
  if (upper === undefined || lower === undefined) throw new Error('a median of no values was asked for');
  return (lower + upper) / 2;
}

function rounded(value: number): number {
  return Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(3));
}
