/** A plan as a new backlog of the repository. Nothing is written before the result is read again without a fault. */
import { realpathSync } from 'node:fs';
import { lstat } from 'node:fs/promises';
import path from 'node:path';
import { planFormatSchema, type Plan, type PlanFormat } from '../domain/plan.ts';
import { PawlError } from '../domain/refusal.ts';
import { convertPlan, type Conversion } from '../planning/conversion.ts';
import { expandPattern } from '../planning/find-backlogs.ts';
import { backlogFormats } from '../planning/formats/all.ts';
import type { BacklogFormat } from '../planning/formats/format.ts';
import { isNodeError } from '../planning/replace-file.ts';
import { readSource } from '../planning/source-file.ts';
import { resolveTarget, type Target } from '../planning/target-format.ts';
import { writeBacklog } from '../planning/write-backlog.ts';

export interface NewBacklogRequest {
  /** Relative to the root, or absolute inside it. */
  readonly to: string;
  readonly format?: PlanFormat;
  readonly force: boolean;
}

export interface NewBacklog {
  readonly target: Target;
  readonly conversion: Conversion;
  /** The new backlog is another format's by its look, or nobody's: it must be named when it is read. */
  readonly needsFormat: boolean;
}

/** Composes and looks at the result; writes nothing. Throws CONVERT-OUTSIDE or CONVERT-INVALID. */
export async function composeBacklog(root: string, plan: Plan, target: Target): Promise<NewBacklog> {
  const format = await backlogFormats[target.format].load();
  const conversion = await convertBeside(root, plan, format, target.entry);
  refuseFaults(target, conversion);
  for (const file of textsOf(conversion).keys()) refuseOutside(root, file);
  const needsFormat = (await formatByLook(conversion.files)) !== target.format;
  return { target, conversion, needsFormat };
}

/**
 * All files or none. `sources`: files that are read and therefore kept, relative to the root. Throws CONVERT-EXISTS
 * or CONVERT-UNWRITABLE; no file is changed then.
 */
export async function writeNewBacklog(
  root: string,
  { conversion }: NewBacklog,
  sources: readonly string[],
  force: boolean,
): Promise<void> {
  const files = textsOf(conversion);
  await refuseExisting(root, sources, [...files.keys()], force);
  await write(root, files, force);
}

function textsOf({ files, companions }: Conversion): ReadonlyMap<string, string> {
  return new Map([...files, ...companions]);
}

/** Throws CONVERT-FORMAT when the path does not tell the format, and CONVERT-OUTSIDE. */
export async function findTarget(
  root: string,
  { to, format }: Pick<NewBacklogRequest, 'to' | 'format'>,
): Promise<Target> {
  const relative = path.relative(root, path.resolve(root, to)).split(path.sep).join('/');
  refuseOutside(root, relative);
  const info = await lookAt(path.join(root, relative));
  const isNamedAsFolder = /[\\/]$/.test(to) || !/[^./][^/]*\.[^/]+$/.test(`/${relative}`);
  const isFolder = info?.isDirectory() ?? isNamedAsFolder;
  const wanted = format === undefined ? {} : { wanted: format };
  const found = await resolveTarget({ path: relative, isFolder, ...wanted });
  if (found.ok) return found.value;
  const all = planFormatSchema.options.join(', ');
  const message =
    found.error.length === 0
      ? `${to} is no place where a backlog of some format usually is`
      : `${to} could be ${found.error.join(', ')}`;
  throw new PawlError('CONVERT-FORMAT', message, {
    hint: `Name the format with \`--to\`: ${all}.`,
    details: { candidates: found.error },
  });
}

/** The path as such, and what links on the way make of it. */
function refuseOutside(root: string, file: string): void {
  const isOutside = file === '..' || file.startsWith('../') || path.isAbsolute(file);
  const inside = isOutside ? undefined : path.relative(realpathSync(root), realPathOf(path.join(root, file)));
  const isGits = inside !== undefined && /^\.git(?:[\\/]|$)/.test(inside);
  if (inside !== undefined && !isGits && !inside.startsWith('..') && !path.isAbsolute(inside)) return;
  const what = isGits ? `${file} lies in git's own folder` : `${file} lies outside the repository ${root}`;
  throw new PawlError('CONVERT-OUTSIDE', what, {
    hint: 'Name a path in the repository; it is relative to its root.',
  });
}

/** The real path of what exists of a path, with the rest behind it. */
function realPathOf(file: string): string {
  try {
    return realpathSync(file);
  } catch (error) {
    if (!isNodeError(error)) throw error;
    const parent = path.dirname(file);
    return parent === file ? file : path.join(realPathOf(parent), path.basename(file));
  }
}

async function lookAt(file: string) {
  try {
    return await lstat(file);
  } catch (error) {
    if (isNodeError(error)) return undefined;
    throw error;
  }
}

/** Companion files that are there already will be read with the new backlog, so they are when it is judged. */
async function convertBeside(
  root: string,
  plan: Plan,
  format: BacklogFormat,
  entry: string,
): Promise<Conversion> {
  const conversion = convertPlan(plan, format, entry);
  const beside = new Map<string, string>();
  for (const pattern of format.companionFiles({ entry, files: [...conversion.files.keys()] })) {
    for (const file of await expandPattern(root, pattern)) {
      const read = conversion.companions.has(file) ? undefined : await readSource(root, file);
      if (read?.ok === true) beside.set(file, read.value);
    }
  }
  return beside.size === 0 ? conversion : convertPlan(plan, format, entry, beside);
}

function refuseFaults({ format, entry }: Target, { diagnostics }: Conversion): void {
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  const [first] = errors;
  if (first === undefined) return;
  const more = errors.length === 1 ? '' : `, and ${errors.length - 1} more`;
  const message = `as ${format}, ${entry} would have a fault: ${first.message} (${first.file}:${first.line})${more}`;
  throw new PawlError('CONVERT-INVALID', message, {
    hint: 'Nothing was written. Mend what is named in the old backlog, or choose another format with `--to`.',
    details: { diagnostics: errors },
  });
}

async function refuseExisting(
  root: string,
  sourceFiles: readonly string[],
  files: readonly string[],
  force: boolean,
): Promise<void> {
  const sources = new Set(sourceFiles.map((file) => realPathOf(path.join(root, file))));
  const read = files.filter((file) => sources.has(realPathOf(path.join(root, file))));
  if (read.length > 0) {
    throw new PawlError('CONVERT-EXISTS', `${read[0]} belongs to what is read`, {
      hint: 'Name another path: what is read is kept.',
      details: { files: read },
    });
  }
  const there: string[] = [];
  for (const file of files) {
    const info = await lookAt(path.join(root, file));
    if (info !== undefined && (!force || info.isDirectory())) there.push(file);
  }
  if (there.length === 0) return;
  const rest = there.length === 1 ? '' : ` and ${there.length - 1} more files`;
  throw new PawlError(
    'CONVERT-EXISTS',
    `${there[0]}${rest} is there already`.replace('files is', 'files are'),
    {
      hint: force
        ? 'It is a folder: name another path.'
        : 'Name another path, or overwrite it with `--force`.',
      details: { files: there },
    },
  );
}

async function write(root: string, files: ReadonlyMap<string, string>, force: boolean): Promise<void> {
  try {
    const changed = await writeBacklog(root, files, force);
    if (changed === undefined) return;
    throw new PawlError('CONVERT-UNWRITABLE', `${changed} is being changed by another program`, {
      hint: 'Nothing was changed. Try again when it is done.',
    });
  } catch (error) {
    if (!isNodeError(error) || error instanceof PawlError) throw error;
    throw new PawlError('CONVERT-UNWRITABLE', error.message, {
      hint: 'Nothing was changed. Make the place writable, or name another path.',
      cause: error,
    });
  }
}

/** The first format that takes the new backlog's first file, as a named file is read. */
async function formatByLook(files: ReadonlyMap<string, string>): Promise<PlanFormat | undefined> {
  const [[file, text] = ['', '']] = files;
  for (const { load } of Object.values(backlogFormats)) {
    const format = await load();
    if (format.detect(file, text)) return format.name;
  }
  return undefined;
}
