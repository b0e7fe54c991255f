import { convertBacklog, type ConvertReport } from '../../app/convert.ts';
import { openProject } from '../../app/project.ts';
import type { PlanFormat } from '../../domain/plan.ts';
import { renderDiagnostics } from '../../planning/diagnostic.ts';
import type { CommandContext, Output } from '../output.ts';

export interface ConvertOptions {
  readonly to?: PlanFormat;
  readonly force?: boolean;
  readonly dryRun?: boolean;
}

export async function convertCommand(
  context: CommandContext,
  from: string,
  to: string,
  options: ConvertOptions,
): Promise<Output> {
  const project = await openProject(context.folder);
  const report = await convertBacklog(project, {
    from,
    to,
    force: options.force === true,
    dryRun: options.dryRun === true,
    ...(context.format === undefined ? {} : { readAs: context.format }),
    ...(options.to === undefined ? {} : { format: options.to }),
  });
  return { exitCode: 0, text: textOf(report, context.color), json: jsonOf(report) };
}

function countsOf({ conversion: { tasks } }: ConvertReport) {
  return {
    tasks: tasks.length,
    criteria: tasks.reduce((sum, { criteria }) => sum + criteria.length, 0),
    dependencies: tasks.reduce((sum, { dependencies }) => sum + dependencies.length, 0),
  };
}

function textOf(report: ConvertReport, color: boolean): string {
  const { plan, target, conversion, written } = report;
  const { tasks, criteria, dependencies } = countsOf(report);
  const texts = [...conversion.files, ...conversion.companions];
  const shown = written ? [] : texts.map(([file, text]) => `==> ${file} <==\n${text.trimEnd()}`);
  const counts = [
    counted(tasks, 'task', 'tasks'),
    counted(criteria, 'criterion', 'criteria'),
    counted(dependencies, 'dependency', 'dependencies'),
  ].join(', ');
  const head = [
    `${plan.file} (${plan.format}) → ${target.entry} (${target.format}): ${counts}`,
    ...texts.map(([file]) => `  ${written ? 'written' : 'not written'}: ${file}`),
  ].join('\n');
  const warnings = conversion.diagnostics.filter(({ severity }) => severity === 'warning');
  const faults = renderDiagnostics(warnings, new Map(texts), { color }).trimEnd();
  return [...shown, head, lossesOf(conversion), faults, nextOf(report)]
    .filter((part) => part !== '')
    .join('\n\n');
}

function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** As many tasks are named as fit a line; `--json` has all. */
const maxNamed = 5;

export function lossesOf({ losses }: ConvertReport['conversion']): string {
  if (losses.length === 0) return 'Everything is kept.';
  const width = Math.max(...losses.map(({ kind }) => kind.length));
  const lines = losses.map(({ kind, tasks, example }) => {
    const named = tasks.slice(0, maxNamed).join(', ') + (tasks.length > maxNamed ? ', …' : '');
    return `  ${kind.padEnd(width)}  ${counted(tasks.length, 'task', 'tasks')}: ${named}\n  ${' '.repeat(width)}    ${example}`;
  });
  return ['Not as it was:', ...lines].join('\n');
}

function nextOf(report: ConvertReport): string {
  const { written } = report;
  return written
    ? `  → Type \`${planCommandFor(report)}\`.`
    : '  → Type the same without `--dry-run` to write it.';
}

/** What shows the new backlog. */
export function planCommandFor({
  target: { entry, format },
  needsFormat,
}: Pick<ConvertReport, 'target' | 'needsFormat'>): string {
  const named = /^[\w./@-]+$/.test(entry) ? entry : `'${entry.replaceAll("'", String.raw`'\''`)}'`;
  return `pawl plan --backlog ${named}${needsFormat ? ` --format ${format}` : ''}`;
}

function jsonOf(report: ConvertReport): object {
  const { plan, target, conversion, written, needsFormat } = report;
  const { files, companions, ids, losses, diagnostics } = conversion;
  return {
    from: { file: plan.file, format: plan.format },
    to: { file: target.entry, format: target.format, needsFormat },
    written,
    ...countsOf(report),
    files: [...files.keys(), ...companions.keys()],
    ...(written ? {} : { texts: Object.fromEntries([...files, ...companions]) }),
    ids: Object.fromEntries(ids),
    losses,
    warnings: diagnostics,
  };
}
