/**
 * `virtual-task-manifest.json` with `task-state.json` beside it (source 001).
 *
 * A manifest may hold 100,000 tasks, so the way without faults is `JSON.parse` and plain checks; where a value
 * stands is worked out from the text only for what is reported.
 */
import type { Criterion, DeclaredStatus, Risk, Size } from '../../../domain/plan.ts';
import { errorAt, warningAt, type Diagnostic, type Span } from '../../diagnostic.ts';
import { leavesRepository, normaliseScopes } from '../../scope-text.ts';
import { folderOf, type BacklogFormat, type Draft, type DraftTask, type FormatInput } from '../format.ts';
import type { ManifestFacts, Place } from '../format.ts';
import { composeManifest } from './compose.ts';
import { isRecord, parseJson, wordIn } from '../json-file.ts';
import { ManifestPlaces, type Path } from './places.ts';
import { readTaskState, writeTaskState, type TaskState } from './task-state.ts';

export const manifestFormat: BacklogFormat = {
  name: 'manifest',
  detect: (file, text) =>
    file.endsWith('virtual-task-manifest.json') ||
    (file.endsWith('.json') && text.trim() === '') ||
    (file.endsWith('.json') &&
      /^\uFEFF?\s*\{/.test(text) &&
      /"(?:task_id|decomposition_input_hash)"\s*:/.test(text)),
  companionFiles: ({ entry }) => [stateFileOf(entry)],
  viewFiles: ({ entry }) => [stateFileOf(entry)],
  read: readManifest,
  writeBack: (input) => [writeTaskState(stateFileOf(input.plan.file), input)],
  compose: composeManifest,
};

function stateFileOf(file: string): string {
  return `${folderOf(file)}task-state.json`;
}

function readManifest(input: FormatInput): Draft {
  const stateFile = stateFileOf(input.file);
  const stateText = input.companions.get(stateFile);
  const state = stateText === undefined ? undefined : readTaskState(stateFile, stateText);
  const parsed = parseJson(input.file, input.text);
  if (!parsed.ok) return emptyDraft(input.file, [parsed.error, ...(state?.diagnostics ?? [])]);
  return new ManifestReader(input, parsed.value, state).read();
}

function emptyDraft(file: string, diagnostics: readonly Diagnostic[]): Draft {
  const start: Span = { file, line: 1, column: 1, length: 1 };
  return { title: file, tasks: [], diagnostics, facts: undefined, locate: () => start };
}

/** One reading of one manifest: collects faults, and finds their places in the text. */
class ManifestReader {
  private readonly file: string;
  private readonly root: unknown;
  private readonly state: TaskState | undefined;
  private readonly places: ManifestPlaces;
  private readonly diagnostics: Diagnostic[] = [];
  private hasParallelMetadata = true;
  private readonly tasks: DraftTask[] = [];
  /** The position in the JSON array of each draft task; entries that are no tasks have none. */
  private readonly origins: number[] = [];

  constructor(input: FormatInput, root: unknown, state: TaskState | undefined) {
    this.file = input.file;
    this.root = root;
    this.state = state;
    this.places = new ManifestPlaces(input.file, input.text);
  }

  read(): Draft {
    const root = this.root;
    if (!isRecord(root)) {
      this.error([], `a manifest is an object with "tasks"; this is ${nameOf(root)}`);
      return emptyDraft(this.file, this.diagnostics);
    }
    const entries = this.entriesOf(root);
    this.diagnostics.push(...(this.state?.diagnostics ?? []));
    if (entries.length > 0) this.places.findTasks();
    const { tasks } = this;
    for (let index = 0; index < entries.length; index += 1) {
      const task = this.task(entries[index], index);
      // The parsed values are ours; letting go of them halves the memory that a large manifest needs.
      entries[index] = undefined;
      if (task === undefined) continue;
      tasks.push(task);
      this.origins.push(index);
    }
    this.reportStrayStates(new Set(tasks.map(({ id }) => id)));
    const name = root['title'] ?? root['name'] ?? root['project'];
    return {
      title: typeof name === 'string' && name.trim() !== '' ? name.trim() : 'Virtual task manifest',
      tasks,
      diagnostics: this.diagnostics,
      facts: this.facts(root),
      locate: (task, place) => this.locate(task, place),
    };
  }

  private entriesOf(root: Record<string, unknown>): unknown[] {
    const tasks = root['tasks'];
    if (Array.isArray(tasks)) return tasks as unknown[];
    // The form a decomposition that was refused has: no tasks, only the gaps. The checks before work name them.
    if (tasks === undefined && typeof root['status'] === 'string' && root['status'] !== 'OK') return [];
    this.error(
      ['tasks'],
      tasks === undefined ? '"tasks" is missing' : `"tasks" must be a list, not ${nameOf(tasks)}`,
    );
    return [];
  }

  private task(entry: unknown, index: number): DraftTask | undefined {
    const path: Path = ['tasks', index];
    if (!isRecord(entry)) {
      this.error(path, `a task must be an object, not ${nameOf(entry)}`);
      return undefined;
    }
    const id = entry['task_id'];
    if (typeof id !== 'string') {
      const problem =
        id === undefined ? 'this task has no "task_id"' : `"task_id" must be a text, not ${nameOf(id)}`;
      this.error([...path, 'task_id'], problem);
      return undefined;
    }
    this.hasParallelMetadata &&=
      typeof entry['parallel'] === 'boolean' && Array.isArray(entry['conflicts_with']);
    const scope = normaliseScopes(this.texts(entry, 'file_scope', path));
    scope.forEach((item, at) => {
      if (leavesRepository(item))
        this.warning([...path, 'file_scope', at], `${item} lies outside the repository`);
    });
    return {
      id,
      kind: 'task',
      title: this.textField(entry, 'title', path) ?? id,
      description: this.textField(entry, 'description', path) ?? '',
      criteria: this.criteria(entry, id, path),
      dependencies: this.texts(entry, 'depends_on_tasks', path),
      conflictsWith: this.texts(entry, 'conflicts_with', path),
      scope,
      parallel: this.flag(entry, 'parallel', path),
      parallelGroup: typeof entry['parallelism_group'] === 'string' ? entry['parallelism_group'] : undefined,
      risk: this.risk(entry, path),
      size: this.size(entry, path),
      provisional: this.flag(entry, 'provisional', path) ?? false,
      phase: this.textField(entry, 'phase', path),
      slice: this.textField(entry, 'slice', path),
      context: {
        specs: this.texts(entry, 'related_specs', path),
        adrs: this.texts(entry, 'related_adrs', path),
        guides: this.texts(entry, 'related_guides', path),
      },
      testFiles: normaliseScopes(this.texts(entry, 'test_verification', path)),
      gapCodes: this.texts(entry, 'gap_codes', path),
      declared: this.declared(id),
      line: this.places.lineOfTask(index),
    };
  }

  private declared(id: string): DeclaredStatus {
    return this.state?.claims.get(id)?.status ?? 'pending';
  }

  private criteria(entry: Record<string, unknown>, id: string, path: Path): readonly Criterion[] {
    const value = entry['acceptance_criteria'];
    if (value === undefined || value === null) return [];
    if (!Array.isArray(value)) {
      this.error(
        [...path, 'acceptance_criteria'],
        `"acceptance_criteria" must be a list, not ${nameOf(value)}`,
      );
      return [];
    }
    const items: readonly unknown[] = value;
    if (areCriteria(items)) return items;
    const seen = new Set<string>();
    return items.flatMap((item: unknown, index): Criterion[] => {
      const at: Path = [...path, 'acceptance_criteria', index];
      const record = typeof item === 'string' ? { text: item } : item;
      if (!isRecord(record)) {
        this.error(at, `a criterion must be a text or an object with "id" and "text", not ${nameOf(item)}`);
        return [];
      }
      const criterion = {
        id: record['id'] ?? `${id}-AC${String(index + 1).padStart(2, '0')}`,
        text: record['text'] ?? '',
      };
      if (typeof criterion.id !== 'string' || criterion.id === '' || typeof criterion.text !== 'string') {
        this.error(at, 'the "id" and "text" of a criterion must be texts');
        return [];
      }
      if (seen.has(criterion.id)) this.error(at, `${id} has two criteria with the id ${criterion.id}`);
      seen.add(criterion.id);
      return [{ id: criterion.id, text: criterion.text }];
    });
  }

  private risk(entry: Record<string, unknown>, path: Path): Risk {
    const value = entry['risk'];
    if (value === undefined || value === null) return 'Medium';
    const risk = typeof value === 'string' ? wordIn(risks, value.trim().toLowerCase()) : undefined;
    if (risk === undefined)
      this.error([...path, 'risk'], `a risk is High, Medium or Low, not ${nameOf(value)}`);
    return risk ?? 'Medium';
  }

  private size(entry: Record<string, unknown>, path: Path): Size {
    const est = entry['est'];
    if (est === undefined || est === null) return 'M';
    const value = isRecord(est) ? est['size'] : est;
    if (value === undefined || value === null) return 'M';
    const size = typeof value === 'string' ? wordIn(sizes, value.trim().toUpperCase()) : undefined;
    const at = isRecord(est) ? [...path, 'est', 'size'] : [...path, 'est'];
    if (size === undefined) this.error(at, `a size is S, M or L, not ${nameOf(value)}`);
    return size ?? 'M';
  }

  private textField(entry: Record<string, unknown>, key: string, path: Path): string | undefined {
    const value = entry[key];
    if (value === undefined || value === null) return undefined;
    if (typeof value === 'string') return value;
    if (typeof value === 'number') return String(value);
    this.error([...path, key], `"${key}" must be a text, not ${nameOf(value)}`);
    return undefined;
  }

  private flag(entry: Record<string, unknown>, key: string, path: Path): boolean | undefined {
    const value = entry[key];
    if (value === undefined || value === null) return undefined;
    if (typeof value === 'boolean') return value;
    this.error([...path, key], `"${key}" must be true or false, not ${nameOf(value)}`);
    return undefined;
  }

  private texts(entry: Record<string, unknown>, key: string, path: Path): readonly string[] {
    const value = entry[key];
    if (value === undefined || value === null) return [];
    if (typeof value === 'string') return [value];
    if (!Array.isArray(value)) {
      this.error([...path, key], `"${key}" must be a list of texts, not ${nameOf(value)}`);
      return [];
    }
    if (value.every((item) => typeof item === 'string')) return value;
    return value.filter((item: unknown, index): item is string => {
      if (typeof item === 'string') return true;
      this.error([...path, key, index], `"${key}" must hold texts only, not ${nameOf(item)}`);
      return false;
    });
  }

  private facts(root: Record<string, unknown>): ManifestFacts {
    const gaps = isRecord(root['gaps']) ? root['gaps']['blocking'] : undefined;
    const metadata = isRecord(root['metadata']) ? root['metadata'] : {};
    const named = (key: string): string | undefined => textOf(root[key]) ?? textOf(metadata[key]);
    const prd = root['prd'] ?? metadata['prd'];
    const path =
      textOf(prd) ??
      (isRecord(prd) ? textOf(prd['path']) : undefined) ??
      named('master_prd') ??
      named('prd_path');
    const hash = named('prd_hash') ?? (isRecord(prd) ? textOf(prd['hash']) : undefined);
    return {
      status: textOf(root['status']),
      blockingGaps: Array.isArray(gaps) ? gaps.map(describeGap) : [],
      manifestHash: textOf(root['manifest_hash']),
      stateManifestHash: this.state?.manifestHash,
      prd: path === undefined ? undefined : { path, hash },
      hasParallelMetadata: this.hasParallelMetadata,
      claims: this.state?.claims ?? new Map(),
    };
  }

  private reportStrayStates(ids: ReadonlySet<string>): void {
    if (this.state === undefined) return;
    for (const id of this.state.claims.keys()) {
      if (ids.has(id)) continue;
      const message = `task-state.json knows a task ${id} that the manifest lacks`;
      this.diagnostics.push(warningAt(this.state.locate(id), message));
    }
  }

  private locate(task: number, place: Place): Span {
    const path: Path = ['tasks', this.origins[task] ?? 0];
    switch (place.field) {
      case 'id':
        return this.places.span([...path, 'task_id']);
      case 'dependency':
        return this.places.spanOfItem(
          [...path, 'depends_on_tasks'],
          this.tasks[task]?.dependencies[place.index],
        );
      case 'conflict':
        return this.places.spanOfItem(
          [...path, 'conflicts_with'],
          this.tasks[task]?.conflictsWith[place.index],
        );
    }
  }

  private error(path: Path, message: string): void {
    this.diagnostics.push(errorAt(this.places.span(path), 'PLAN-BAD-FIELD', message));
  }

  private warning(path: Path, message: string): void {
    this.diagnostics.push(warningAt(this.places.span(path), message));
  }
}

/** Whether a parsed list can be taken as it is: the usual case, and half of a large manifest's memory. */
function areCriteria(value: readonly unknown[]): value is readonly Criterion[] {
  const ids = new Set<string>();
  for (const item of value) {
    if (!isRecord(item) || typeof item['text'] !== 'string' || typeof item['id'] !== 'string') return false;
    for (const key in item) if (key !== 'id' && key !== 'text') return false;
    ids.add(item['id']);
  }
  return ids.size === value.length && !ids.has('');
}

const risks: Readonly<Record<string, Risk>> = { high: 'High', medium: 'Medium', low: 'Low' };
const sizes: Readonly<Record<string, Size>> = { S: 'S', M: 'M', L: 'L' };

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function describeGap(gap: unknown): string {
  if (typeof gap === 'string') return gap;
  if (!isRecord(gap)) return JSON.stringify(gap);
  const code = textOf(gap['code']) ?? textOf(gap['id']);
  const rest = textOf(gap['message']) ?? textOf(gap['description']) ?? textOf(gap['task_id']);
  return code === undefined ? JSON.stringify(gap) : rest === undefined ? code : `${code} (${rest})`;
}

function nameOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}
