import { hash } from 'node:crypto';
import type { Plan, PlanFormat } from '../domain/plan.ts';
import { err, ok, type Result } from '../util/result.ts';
import { countDiagnostics, type Diagnostic } from './diagnostic.ts';
import { expandPattern, findBacklogs, type FoundBacklog } from './find-backlogs.ts';
import type { BacklogFiles, BacklogFormat, Draft, ManifestFacts } from './formats/format.ts';
import { mergeDrafts, type NamedDraft } from './merge-drafts.ts';
import type { PlanFault } from './plan-fault.ts';
import { readSource } from './source-file.ts';
import { planHash } from './spec-hash.ts';
import { lookUpReferences } from './spec-texts.ts';
import { validateDraft } from './validate.ts';

/** A valid plan, with what is needed to show its warnings and to write statuses back. */
export interface LoadedPlan {
  readonly plan: Plan;
  readonly backlogs: readonly LoadedBacklog[];
  readonly warnings: readonly Diagnostic[];
  /** The texts that the warnings point into, by path relative to the root. */
  readonly sources: ReadonlyMap<string, string>;
  /** Only for manifests. */
  readonly facts: ManifestFacts | undefined;
  /** Relative to the root: the backlogs' own files and all that write-back may change or make. */
  readonly viewFiles: readonly string[];
}

/** One of the backlogs that a plan was read from. */
export interface LoadedBacklog extends BacklogFiles {
  readonly format: BacklogFormat;
  /** What stands in front of its ids in the plan and not in its files; `''` for most. */
  readonly prefix: string;
  readonly facts: ManifestFacts | undefined;
  readonly viewFiles: readonly string[];
}

export interface PlanRequest {
  /** The repository's root, absolute. */
  readonly root: string;
  /** Files, or folders to look in; relative to the root, or absolute inside it. Several are opened together. */
  readonly backlog?: string | readonly string[];
  /** Reads the files as this format, whatever they look like. */
  readonly format?: PlanFormat;
}

/**
 * Finds, reads and validates backlogs. Everything a user can get wrong is an error value: no backlog, several without
 * a name, an unreadable or foreign file, and all faults in them at once. Reads files only; never writes.
 */
export async function readPlan(request: PlanRequest): Promise<Result<LoadedPlan, PlanFault>> {
  const { root, backlog = [], format } = request;
  const found = await findBacklogs(root, typeof backlog === 'string' ? [backlog] : backlog, format);
  if (!found.ok) return found;
  const sources = new Map<string, string>();
  const drafts: NamedDraft[] = [];
  const names = backlogNames(found.value);
  for (const one of found.value) {
    const draft = await readDraft(root, one, sources);
    if (!draft.ok) return draft;
    drafts.push({ draft: draft.value, name: names.get(one.entry)!, file: one.files[0]! });
  }
  const { draft, prefixes } = mergeDrafts(drafts);
  const file = found.value.map(({ entry }) => entry).join(' + ');
  const refused =
    draft.tasks.length === 0 && draft.facts !== undefined && (draft.facts.status ?? 'OK') !== 'OK';
  if (refused && draft.diagnostics.length === 0) return err(refusedManifest(file, draft.facts, sources));
  const validation = validateDraft(draft, found.value[0]!.files[0]!);
  const diagnostics = [...draft.diagnostics, ...validation.diagnostics];
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) return err(invalid(file, diagnostics, errors, sources));
  const backlogs = found.value.map((one, at): LoadedBacklog => {
    const { entry, files } = one;
    const viewFiles = one.format.viewFiles(one);
    return {
      entry,
      files,
      format: one.format,
      prefix: prefixes[at]!,
      facts: drafts[at]!.draft.facts,
      viewFiles,
    };
  });
  const viewFiles = [...new Set(backlogs.flatMap((one) => [...one.files, ...one.viewFiles]))];
  const { tasks, warnings } = await lookUpReferences(root, validation.tasks, new Set(viewFiles));
  const plan: Plan = {
    name: planName(found.value),
    title: draft.title,
    format: backlogs[0]!.format.name,
    file,
    hash: planHash(tasks),
    tasks,
  };
  const said = [...diagnostics, ...warnings];
  const quoted = new Set(said.map((diagnostic) => diagnostic.file));
  return ok({
    plan,
    backlogs,
    warnings: said,
    sources: new Map([...sources].filter(([name]) => quoted.has(name))),
    facts: draft.facts,
    viewFiles,
  });
}

async function readDraft(
  root: string,
  found: FoundBacklog,
  sources: Map<string, string>,
): Promise<Result<Draft, PlanFault>> {
  const { entry, files, format, texts } = found;
  for (const [name, text] of texts) sources.set(name, text);
  const companions = new Map<string, string>();
  const patterns = format.companionFiles(found);
  const expanded = await Promise.all(patterns.map((pattern) => expandPattern(root, pattern)));
  for (const companion of new Set(expanded.flat())) {
    const read = await readSource(root, companion);
    if (read.ok) {
      companions.set(companion, read.value);
      sources.set(companion, read.value);
    } else if (read.error.code !== 'PLAN-NOT-FOUND') return read;
  }
  const file = files[0]!;
  return ok(
    withCriteria(format, format.read({ entry, file, text: texts.get(file)!, files: texts, companions })),
  );
}

/**
 * Where a format gives criteria a place of their own, a task without any is a fault of the backlog, and the checks
 * before work say so. Where it does not, the task's own words are what it is held to.
 */
function withCriteria(format: BacklogFormat, draft: Draft): Draft {
  if (format.name === 'manifest' || format.name === 'tasks-md') return draft;
  const tasks = draft.tasks.map((task) =>
    task.criteria.length > 0 ? task : { ...task, criteria: [{ id: `${task.id}.AC1`, text: task.title }] },
  );
  return { ...draft, tasks };
}

function invalid(
  file: string,
  diagnostics: readonly Diagnostic[],
  errors: readonly Diagnostic[],
  sources: ReadonlyMap<string, string>,
): PlanFault {
  const whole = ['PLAN-SYNTAX', 'PLAN-EMPTY', 'PLAN-TOO-LARGE'] as const;
  const only = whole.find((code) => errors.every((diagnostic) => diagnostic.code === code));
  return {
    code: only ?? 'PLAN-INVALID',
    message: `${file} has ${countDiagnostics(diagnostics)}`,
    hint: 'mend the marked places, then type `pawl plan`',
    diagnostics,
    sources,
  };
}

function refusedManifest(
  file: string,
  facts: ManifestFacts,
  sources: ReadonlyMap<string, string>,
): PlanFault {
  const gaps = facts.blockingGaps.length === 0 ? '' : `: ${facts.blockingGaps.join(', ')}`;
  return {
    code: 'BLOCKED::MANIFEST-STATUS',
    message: `${file} has the status ${facts.status} and no tasks${gaps}`,
    hint: 'resolve the gaps and make the manifest again',
    diagnostics: [],
    sources,
  };
}

/** What tells each backlog apart: the folder it stands in, else its file; where that is not unique, its whole path. */
function backlogNames(backlogs: readonly BacklogFiles[]): ReadonlyMap<string, string> {
  const short = backlogs.map(({ entry }) => {
    const parts = entry.split('/');
    const file = (parts.pop() ?? '').replace(/\.[^.]*$/, '');
    return slugOf(/^(?:tasks|plan|todo|prd)$/i.test(file) ? (parts.at(-1) ?? file) : file);
  });
  const isUnique = new Set(short).size === short.length;
  return new Map(backlogs.map(({ entry }, at) => [entry, isUnique ? short[at]! : slugOf(entry)]));
}

/**
 * A name for branches and refs, from the file's path alone, so that it never changes while the file stays: `tasks`,
 * `manifest` for the usual places, else folders and name (`docs-specs-tasks`).
 */
export function planName(backlogs: readonly BacklogFiles[]): string {
  return slugOf(
    backlogs
      .map(({ entry }) => entry.replace(/^docs\/backlog\/(?=virtual-task-manifest\.json$)/, ''))
      .map((entry) => entry.replace(/virtual-task-manifest\.json$/, 'manifest').replace(/\.[^./]*$/, ''))
      .join('-and-'),
  );
}

function slugOf(whole: string): string {
  const slug = whole
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  // Letters of other scripts leave nothing to tell plans apart by; the path's hash does.
  const isLossy = slug === '' || slug.length > 60 || /[^\u0000-\u007f]/.test(whole);
  return isLossy
    ? `${slug.slice(0, 50) || 'plan'}-${hash('sha256', whole).slice(0, 8)}`.replace(/-{2,}/g, '-')
    : slug;
}
