import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Task } from '../../src/domain/plan.ts';
import { convertPlan, type LossKind } from '../../src/planning/conversion.ts';
import { backlogFormats } from '../../src/planning/formats/all.ts';
import type { BacklogFormat } from '../../src/planning/formats/format.ts';
import { projectRoot } from '../rig/pawl.ts';
import { composeCases } from './compose-cases.ts';
import { describeCompose } from './compose-contract.ts';
import { fullPlan } from './compose-plans.ts';

const composing: BacklogFormat[] = [];
for (const { load } of Object.values(backlogFormats)) {
  const format = await load();
  composing.push(format);
  describeCompose(format, composeCases[format.name]);
}

/** The columns of the guide's table, and the losses that each stands for. */
const columns: Readonly<Record<string, LossKind>> = {
  description: 'description',
  criteria: 'criteria',
  'their ids': 'criterion ids',
  scope: 'scope',
  conflicts: 'declared conflicts',
  parallel: 'parallel hint',
  risk: 'risk',
  size: 'size',
  status: 'status',
  phase: 'phase',
  'to read': 'context',
  tests: 'test files',
};

test('the table in the guide says what each format can hold', () => {
  const guide = readFileSync(`${projectRoot}/docs/guides/formats.md`, 'utf8');
  const rows = guide
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  const header = rows.findIndex((cells) => cells.includes('their ids'));
  const told = new Map(
    rows.slice(header + 2).map(([name = '', ...cells]) => [name.replaceAll('`', ''), cells]),
  );
  expect(rows[header]!.slice(1)).toEqual(Object.keys(columns));
  for (const format of composing)
    expect([format.name, told.get(format.name)]).toEqual([format.name, heldBy(format)]);
});

/** For each column: yes, part of it, or no, as the plan that says all there is comes back. */
function heldBy(format: BacklogFormat): readonly string[] {
  const { losses, tasks } = convertPlan(fullPlan, format, composeCases[format.name].entry);
  return Object.values(columns).map((kind) => {
    const lost = losses.find((loss) => loss.kind === kind)?.tasks.length ?? 0;
    if (lost === 0) return 'yes';
    return valuesOf(kind, tasks).size > 1 && lost < fullPlan.tasks.length ? 'part' : 'no';
  });
}

/** Where everything comes back as the same, nothing is held. */
function valuesOf(kind: LossKind, tasks: readonly Task[]): ReadonlySet<unknown> {
  switch (kind) {
    case 'risk':
      return new Set(tasks.map(({ risk }) => risk));
    case 'size':
      return new Set(tasks.map(({ size }) => size));
    case 'status':
      return new Set(tasks.map(({ declared }) => declared));
    case 'parallel hint':
      return new Set(tasks.map(({ parallel }) => parallel));
    case 'declared conflicts':
      return new Set(tasks.flatMap(({ conflictsWith }) => conflictsWith));
    case 'id':
    case 'kind':
    case 'title':
    case 'description':
    case 'criteria':
    case 'criterion ids':
    case 'dependencies dropped':
    case 'dependencies added':
    case 'scope':
    case 'phase':
    case 'slice':
    case 'provisional':
    case 'context':
    case 'test files':
    case 'gap codes':
      return new Set(tasks.map(({ id }) => id));
    default:
      throw new Error(`${String(kind satisfies never)} is no kind of loss`);
  }
}
