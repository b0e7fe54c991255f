import type { PlanFormat } from '../../src/domain/plan.ts';
import type { Outcome } from './outcome.ts';

interface Row {
  cases: number;
  valid: number;
  failed: number;
  slowestMs: number;
  slowestCase: number;
  heapMb: number;
  readonly refusals: Map<string, number>;
}

/** The table that is printed at the end. */
export class FuzzReport {
  private readonly folder: string;
  private readonly rows = new Map<PlanFormat, Row>();
  private readonly began = performance.now();

  constructor(folder: string) {
    this.folder = folder;
  }

  get hasFailures(): boolean {
    return [...this.rows.values()].some(({ failed }) => failed > 0);
  }

  add(format: PlanFormat, index: number, outcome: Outcome): void {
    const row = this.rows.get(format) ?? emptyRow();
    this.rows.set(format, row);
    row.cases += 1;
    if (outcome.isValid) row.valid += 1;
    if (outcome.failures.length > 0) row.failed += 1;
    if (outcome.ms > row.slowestMs) Object.assign(row, { slowestMs: outcome.ms, slowestCase: index });
    row.heapMb = Math.max(row.heapMb, outcome.heapMb);
    for (const code of new Set(outcome.refusals)) row.refusals.set(code, (row.refusals.get(code) ?? 0) + 1);
  }

  render(): string {
    const head = ['format', 'cases', 'valid', 'failed', 'slowest', 'case', 'heap', 'refused with'];
    const lines = [...this.rows].map(([format, row]) => {
      const refusals = [...row.refusals].toSorted((a, b) => b[1] - a[1]);
      return [
        format,
        `${row.cases}`,
        `${row.valid}`,
        `${row.failed}`,
        `${Math.round(row.slowestMs)} ms`,
        `${row.slowestCase}`,
        `${Math.round(row.heapMb)} MB`,
        refusals.map(([code, count]) => `${code} ${count}`).join(', '),
      ];
    });
    const table = [head, ...lines];
    const widths = head.map((_, column) => Math.max(...table.map((cells) => cells[column]!.length)));
    const rendered = table.map((cells) =>
      cells
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    );
    const cases = [...this.rows.values()].reduce((sum, row) => sum + row.cases, 0);
    const failed = [...this.rows.values()].reduce((sum, row) => sum + row.failed, 0);
    const seconds = Math.round((performance.now() - this.began) / 1_000);
    const where = failed === 0 ? '' : `; see ${this.folder}`;
    return `${rendered.join('\n')}\n\n${cases} cases in ${seconds} s, ${failed} failed${where}\n`;
  }
}

function emptyRow(): Row {
  return { cases: 0, valid: 0, failed: 0, slowestMs: 0, slowestCase: 0, heapMb: 0, refusals: new Map() };
}
