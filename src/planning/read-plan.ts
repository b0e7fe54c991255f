import { isUtf8 } from 'node:buffer';
import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readFile, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Code } from '../domain/codes.ts';
import type { Plan, PlanFormat, Task } from '../domain/plan.ts';
import { err, ok, type Result } from '../util/result.ts';
import { countDiagnostics, type Diagnostic } from './diagnostic.ts';
import { backlogFormats } from './formats/all.ts';
import { folderOf, type BacklogFormat, type ManifestFacts } from './formats/format.ts';
import { looksLikePath } from './scope-text.ts';
import { planHash } from './spec-hash.ts';
import { validateDraft } from './validate.ts';

/** A valid plan, with what is needed to show its warnings and to write statuses back. */
export interface LoadedPlan {
  readonly plan: Plan;
  readonly warnings: readonly Diagnostic[];
  /** The texts that the warnings point into, by path relative to the root. */
  readonly sources: ReadonlyMap<string, string>;
  /** Only for manifests. */
  readonly facts: ManifestFacts | undefined;
  /** Relative to the root: the files that write-back may change or make. */
  readonly viewFiles: readonly string[];
}

/** Why there is no plan. With `diagnostics`, each names its place; the message then only counts them. */
export interface PlanFault {
  readonly code: Code;
  readonly message: string;
  readonly hint: string;
  readonly diagnostics: readonly Diagnostic[];
  readonly sources: ReadonlyMap<string, string>;
}

export interface PlanRequest {
  /** The repository's root, absolute. */
  readonly root: string;
  /** A file, or a folder to look in; relative to the root, or absolute inside it. */
  readonly backlog?: string;
  /** Reads the file as this format, whatever it looks like. */
  readonly format?: PlanFormat;
}

/** In bytes. Larger files are not read: V8 could not hold the text and the values beside each other. */
export const maxFileBytes = 256 * 1024 * 1024;

/**
 * Finds, reads and validates a backlog. Everything a user can get wrong is an error value: no backlog, several,
 * an unreadable or foreign file, and all faults in it at once. Reads files only; never writes.
 */
export async function readPlan(request: PlanRequest): Promise<Result<LoadedPlan, PlanFault>> {
  const found = await findBacklog(request);
  if (!found.ok) return found;
  const { file, text, format } = found.value;
  const sources = new Map([[file, text]]);
  const companions = new Map<string, string>();
  for (const companion of format.companionFiles(file)) {
    const read = await readSource(request.root, companion);
    if (read.ok) {
      companions.set(companion, read.value);
      sources.set(companion, read.value);
    } else if (read.error.code !== 'PLAN-NOT-FOUND') return read;
  }
  const draft = format.read({ file, text, companions });
  const refused =
    draft.tasks.length === 0 && draft.facts !== undefined && (draft.facts.status ?? 'OK') !== 'OK';
  if (refused && draft.diagnostics.length === 0) return err(refusedManifest(file, draft.facts, sources));
  const validation = validateDraft(draft, file);
  const diagnostics = [...draft.diagnostics, ...validation.diagnostics];
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) return err(invalid(file, diagnostics, errors, sources));
  const tasks =
    format.name === 'tasks-md' ? await besideBacklog(request.root, file, validation.tasks) : validation.tasks;
  const plan: Plan = {
    name: planName(file),
    title: draft.title,
    format: format.name,
    file,
    hash: planHash(tasks),
    tasks,
  };
  const quoted = new Set(diagnostics.map((diagnostic) => diagnostic.file));
  return ok({
    plan,
    warnings: diagnostics,
    sources: new Map([...sources].filter(([name]) => quoted.has(name))),
    facts: draft.facts,
    viewFiles: format.viewFiles(file),
  });
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

interface FoundBacklog {
  readonly file: string;
  readonly text: string;
  readonly format: BacklogFormat;
}

type Find = Result<FoundBacklog, PlanFault>;

async function findBacklog({ root, backlog, format }: PlanRequest): Promise<Find> {
  const formats = format === undefined ? Object.values(backlogFormats) : [backlogFormats[format]];
  if (backlog === undefined) return discover(root, '', formats);
  const file = path.relative(root, path.resolve(root, backlog)).split(path.sep).join('/');
  if (file === '..' || file.startsWith('../') || path.isAbsolute(file)) {
    const message = `${backlog} lies outside the repository ${root}`;
    return fault(
      'PLAN-UNREADABLE',
      message,
      'statuses are written beside the backlog; keep it in the repository',
    );
  }
  if (file === '') return discover(root, '', formats);
  const info = await statOf(path.join(root, file));
  if (info?.isDirectory() === true) return discover(root, `${file}/`, formats);
  const read = await readSource(root, file);
  if (!read.ok) return read;
  const text = read.value;
  if (format !== undefined) return ok({ file, text, format: backlogFormats[format] });
  const detected = formats.find((candidate) => candidate.detect(file, text));
  return detected === undefined ? notABacklog(file) : ok({ file, text, format: detected });
}

async function discover(root: string, folder: string, formats: readonly BacklogFormat[]): Promise<Find> {
  const present: { readonly file: string; readonly format: BacklogFormat }[] = [];
  const seen = new Set<string>();
  for (const format of formats) {
    for (const name of format.defaultFiles) {
      const file = folder + name;
      const info = await statOf(path.join(root, file));
      if (info?.isFile() !== true) continue;
      // One file under two names is one backlog.
      const real = await realpath(path.join(root, file));
      if (!seen.has(real)) present.push({ file, format });
      seen.add(real);
    }
  }
  const backlogs: FoundBacklog[] = [];
  let problem: PlanFault | undefined;
  for (const { file, format } of present) {
    const read = await readSource(root, file);
    if (!read.ok) problem ??= read.error;
    else if (format.detect(file, read.value)) backlogs.push({ file, text: read.value, format });
  }
  // A file that was only made yet is in nobody's way.
  const written = backlogs.filter(({ text }) => text.trim() !== '');
  if (written.length > 1) {
    const names = written.map(({ file }) => file);
    const message = `${names.length} backlogs were found: ${names.join(', ')}`;
    return fault('PLAN-AMBIGUOUS', message, `name one: \`--backlog ${names[0]}\``);
  }
  const only = written[0] ?? backlogs[0];
  if (only !== undefined) return ok(only);
  if (problem !== undefined) return err(problem);
  if (present[0] !== undefined) return notABacklog(present[0].file);
  const places = formats.flatMap(({ defaultFiles }) => defaultFiles).join(', ');
  const where = folder === '' ? root : folder;
  return fault(
    'PLAN-NOT-FOUND',
    `no backlog was found in ${where}; looked for ${places}`,
    'name it: `--backlog PATH`',
  );
}

function notABacklog(file: string): Find {
  const message = file.endsWith('.json')
    ? `${file} is no manifest: it has no "tasks" with a "task_id"`
    : `${file} is in no format that Pawl reads: it has no heading such as \`### T-001: name\``;
  return fault(
    'PLAN-FORMAT',
    message,
    'name another file with `--backlog PATH`, or the format with `--format`',
  );
}

function fault(code: Code, message: string, hint: string): Result<never, PlanFault> {
  return err({ code, message, hint, diagnostics: [], sources: new Map() });
}

async function statOf(file: string): Promise<Awaited<ReturnType<typeof stat>> | undefined> {
  try {
    return await stat(file);
  } catch (error) {
    if (isNodeError(error)) return undefined;
    throw error;
  }
}

function isNodeError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error && typeof error.code === 'string';
}

async function readSource(root: string, file: string): Promise<Result<string, PlanFault>> {
  try {
    const absolute = path.join(root, file);
    const info = await stat(absolute);
    if (!info.isFile())
      return fault('PLAN-UNREADABLE', `${file} is not a file`, 'name a file with `--backlog PATH`');
    if (info.size > maxFileBytes) {
      const message = `${file} has ${Math.ceil(info.size / 1024 / 1024)} MB; ${maxFileBytes / 1024 / 1024} MB are read`;
      return fault('PLAN-TOO-LARGE', message, 'split it into several backlogs');
    }
    // Read this way there is no buffer that lives beside the text until it is collected: a third of the memory. What
    // may not be UTF-8 text is looked at byte by byte.
    const text = readFileSync(absolute, 'utf8');
    const isDoubtful = text.includes('\ufffd') || text.slice(0, 8_192).includes('\0');
    return isDoubtful ? decode(file, await readFile(absolute)) : ok(text);
  } catch (error) {
    if (!isNodeError(error)) throw error;
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') {
      return fault(
        'PLAN-NOT-FOUND',
        `there is no file ${file}`,
        'check the path: it is relative to the repository root',
      );
    }
    return fault('PLAN-UNREADABLE', `${file} cannot be read: ${error.message}`, 'check its permissions');
  }
}

function decode(file: string, bytes: Buffer): Result<string, PlanFault> {
  const isUtf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  if (isUtf16) return fault('PLAN-FORMAT', `${file} is UTF-16 text`, 'save it as UTF-8');
  if (bytes.subarray(0, 8_192).includes(0)) {
    return fault('PLAN-FORMAT', `${file} is a binary file`, 'name a backlog with `--backlog PATH`');
  }
  if (!isUtf8(bytes)) return fault('PLAN-FORMAT', `${file} is not UTF-8 text`, 'save it as UTF-8');
  return ok(bytes.toString('utf8'));
}

/**
 * TASKS.md names specs as its writer sees them, from the folder both stand in. An agent works from the root, so an
 * entry that exists there only is left, and one that exists beside the backlog gets its folder. Hashes are not
 * concerned: they are over the text as written.
 */
async function besideBacklog(root: string, file: string, tasks: readonly Task[]): Promise<readonly Task[]> {
  const folder = folderOf(file);
  if (folder === '') return tasks;
  const resolved = new Map<string, string>();
  const all = tasks.flatMap(({ context }) => [...context.specs, ...context.adrs, ...context.guides]);
  for (const entry of new Set(all)) {
    if (!looksLikePath(entry) || (await statOf(path.join(root, entry))) !== undefined) continue;
    const beside = path.posix.normalize(folder + entry);
    if ((await statOf(path.join(root, beside))) !== undefined) resolved.set(entry, beside);
  }
  if (resolved.size === 0) return tasks;
  const resolve = (entries: readonly string[]): readonly string[] =>
    entries.map((entry) => resolved.get(entry) ?? entry);
  return tasks.map((task) => {
    const { specs, adrs, guides } = task.context;
    return { ...task, context: { specs: resolve(specs), adrs: resolve(adrs), guides: resolve(guides) } };
  });
}

/**
 * A name for branches and refs, from the file's path alone, so that it never changes while the file stays: `tasks`,
 * `manifest` for the usual places, else folders and name (`docs-specs-tasks`).
 */
export function planName(file: string): string {
  const whole = file
    .replace(/^docs\/backlog\/(?=virtual-task-manifest\.json$)/, '')
    .replace(/virtual-task-manifest\.json$/, 'manifest')
    .replace(/\.[^./]*$/, '');
  const slug = whole
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  // Letters of other scripts leave nothing to tell plans apart by; the path's hash does.
  const isLossy = slug === '' || slug.length > 60 || /[^\u0000-\u007f]/.test(whole);
  return isLossy
    ? `${slug.slice(0, 50) || 'plan'}-${hash('sha256', file).slice(0, 8)}`.replace(/-{2,}/g, '-')
    : slug;
}
