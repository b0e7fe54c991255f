/**
 * `.spec-manifest.md` of the implementer (source 003): which specs there are and which build on which. Only read. It
 * tells where specs lie that tasks name without a folder, what nobody has planned, and which tasks may need others.
 */
import type { InferredDependency } from '../../../domain/inferred-dependency.ts';
import type { TaskId } from '../../../domain/ids.ts';
import { parseSpecReference } from '../../../domain/spec-reference.ts';
import { warningAt, type Diagnostic } from '../../diagnostic.ts';
import { readLines, type Line } from '../../lines.ts';
import { folderOf, type DraftTask } from '../format.ts';

export interface SpecManifest {
  readonly file: string;
  /** Relative to the manifest's folder, with the line they stand in, from 0. */
  readonly specs: readonly { readonly file: string; readonly line: number }[];
  readonly needs: readonly {
    readonly spec: string;
    readonly on: readonly string[];
    readonly entities: readonly string[];
  }[];
  /** What stands behind `**Waterfall gate**: CAVEATS`. */
  readonly caveats: { readonly text: string; readonly line: number } | undefined;
}

const manifestName = '.spec-manifest.md';

/** Where a manifest of this backlog may lie: beside it, or in the folders that hold specs. */
export function manifestPlaces(entry: string): readonly string[] {
  const folders = new Set([folderOf(entry), 'docs/specs/', 'specs/']);
  return [...folders].map((folder) => folder + manifestName);
}

export function readSpecManifest(file: string, text: string): SpecManifest {
  const lines = readLines(text);
  const specs: { file: string; line: number }[] = [];
  const needs: SpecManifest['needs'][number][] = [];
  for (const { columns, cells, line } of rowsOf(lines)) {
    const cell = (name: RegExp): string => cells[columns.findIndex((column) => name.test(column))] ?? '';
    const spec = plainCell(cell(/^spec(?: file)?$/i));
    if (spec === '') continue;
    if (columns.some((column) => /^depends on$/i.test(column)))
      needs.push({
        spec,
        on: listOf(cell(/^depends on$/i)),
        entities: listOf(cell(/^shared entit(?:y|ies)$/i)),
      });
    else specs.push({ file: spec, line });
  }
  const gate = lines.findIndex(
    ({ text: line, fenced }) => !fenced && /^\**waterfall gate\**:?\**\s*:?\s*CAVEATS/i.test(line.trim()),
  );
  const said = gate === -1 ? '' : lines[gate]!.text.replace(/^.*CAVEATS\**\s*(?:[-:–—]\s*)?/i, '').trim();
  return { file, specs, needs, caveats: gate === -1 ? undefined : { text: said, line: gate } };
}

interface Row {
  readonly columns: readonly string[];
  readonly cells: readonly string[];
  readonly line: number;
}

/** The rows of every table, with the words of its head. */
function rowsOf(lines: readonly Line[]): readonly Row[] {
  const rows: Row[] = [];
  let columns: readonly string[] | undefined;
  for (const [line, { text, fenced }] of lines.entries()) {
    const isRow = !fenced && text.trim().startsWith('|');
    if (!isRow) columns = undefined;
    else if (columns === undefined) columns = cellsOf(text);
    else if (!/^[\s|:-]+$/.test(text)) rows.push({ columns, cells: cellsOf(text), line });
  }
  return rows;
}

function cellsOf(row: string): readonly string[] {
  return row
    .trim()
    .replace(/^\||\|$/g, '')
    .split('|')
    .map((cell) => cell.trim());
}

function plainCell(text: string): string {
  const link = /^\[([^\]]*)\]\(([^)]+)\)/.exec(text);
  const bare = (link?.[2] ?? text).replaceAll('`', '').trim();
  return /^(?:[-\u2013\u2014]|none|n\/a)?$/i.test(bare) ? '' : bare;
}

function listOf(cell: string): readonly string[] {
  return cell
    .split(/[,;]/)
    .map(plainCell)
    .filter((item) => item !== '');
}

/** A spec that a task names without its folder, as the path the manifest gives it. */
export function placeOfSpec({ file, specs }: SpecManifest, entry: string): string {
  const { file: name } = parseSpecReference(entry);
  const isListed = !name.includes('/') && specs.some((spec) => spec.file === name);
  return isListed ? folderOf(file) + entry : entry;
}

/** Caveats of the manifest, and specs that no task refers to. */
export function manifestWarnings(
  { file, specs, caveats }: SpecManifest,
  tasks: readonly DraftTask[],
): readonly Diagnostic[] {
  const at = (line: number): { file: string; line: number; column: number; length: number } => ({
    file,
    line: line + 1,
    column: 1,
    length: 1,
  });
  const referred = new Set(
    tasks.flatMap(({ context }) => context.specs.map((entry) => nameOf(parseSpecReference(entry).file))),
  );
  return [
    ...(caveats === undefined
      ? []
      : [
          warningAt(
            at(caveats.line),
            `the specifications have caveats${caveats.text === '' ? '' : `: ${caveats.text.slice(0, 200)}`}`,
          ),
        ]),
    // Where no task refers to any spec the backlog simply does not name them.
    ...(referred.size === 0
      ? []
      : specs
          .filter((spec) => !referred.has(nameOf(spec.file)))
          .map((spec) => warningAt(at(spec.line), `no task refers to ${spec.file.slice(0, 80)}`))),
  ];
}

function nameOf(file: string): string {
  return file.slice(file.lastIndexOf('/') + 1);
}

/** More tasks of one spec that share an entity say that it is everywhere. */
const mostMakers = 4;

/** For each task what it may need, because its spec builds on that of another and both speak of a shared entity. */
export function suggestionsOf(
  { needs }: SpecManifest,
  tasks: readonly DraftTask[],
): ReadonlyMap<string, readonly InferredDependency[]> {
  const bySpec = Map.groupBy(
    tasks.flatMap((task) =>
      task.context.specs.map((entry) => ({ task, spec: nameOf(parseSpecReference(entry).file) })),
    ),
    ({ spec }) => spec,
  );
  const found = new Map<string, InferredDependency[]>();
  for (const { spec, on, entities } of needs) {
    for (const entity of entities) {
      const users = (bySpec.get(nameOf(spec)) ?? []).filter(({ task }) => speaksOf(task, entity));
      const makers = on
        .flatMap((other) => bySpec.get(nameOf(other)) ?? [])
        .filter(({ task }) => speaksOf(task, entity));
      if (makers.length > mostMakers) continue;
      for (const { task } of users) {
        for (const { task: maker, spec: other } of makers) {
          if (maker === task) continue;
          const reason = `${nameOf(spec)} builds on ${other}, and both tasks speak of ${entity}`;
          const own = found.get(task.id);
          const edge: InferredDependency = {
            on: maker.id as TaskId,
            evidence: 'spec',
            reason: reason.slice(0, 400),
            confidence: 0.7,
          };
          if (own === undefined) found.set(task.id, [edge]);
          else own.push(edge);
        }
      }
    }
  }
  return found;
}

function speaksOf({ title, description, criteria }: DraftTask, entity: string): boolean {
  const text = [title, description, ...criteria.map((criterion) => criterion.text)].join('\n').toLowerCase();
  return text.includes(entity.toLowerCase());
}
