import { glob, realpath } from 'node:fs/promises';
import path from 'node:path';
import type { PlanFormat } from '../domain/plan.ts';
import { err, ok, type Result } from '../util/result.ts';
import { backlogFormats, type RegisteredFormat } from './formats/all.ts';
import type { BacklogFiles, BacklogFormat } from './formats/format.ts';
import { companionFile, isDraft } from './no-backlog.ts';
import type { PlanFault } from './plan-fault.ts';
import { fault, readSource, statOf } from './source-file.ts';

/** A backlog with the texts of its own files, in reading order. */
export interface FoundBacklog extends BacklogFiles {
  readonly format: BacklogFormat;
  readonly texts: ReadonlyMap<string, string>;
}

type Find = Result<readonly FoundBacklog[], PlanFault>;

/** Folders that hold other people's or generated files; a backlog in them is none of this repository. */
const foreign: ReadonlySet<string> = new Set(['node_modules', '.git', 'dist', 'build', 'target', 'vendor']);

/**
 * The backlogs that were named, or the one that lies where repositories keep them. A named folder may hold several,
 * which are then opened together; several found without a name are ambiguous.
 */
export async function findBacklogs(
  root: string,
  names: readonly string[],
  format: PlanFormat | undefined,
): Promise<Find> {
  const formats = format === undefined ? Object.values(backlogFormats) : [backlogFormats[format]];
  if (names.length === 0) {
    const found = await discover(root, '', formats);
    if (!found.ok || found.value.length < 2) return found;
    const entries = found.value.map(({ entry }) => entry);
    const message = `${entries.length} backlogs were found: ${listed(entries)}`;
    return fault('PLAN-AMBIGUOUS', message, `name one: \`--backlog ${entries[0]}\``);
  }
  const all = new Map<string, FoundBacklog>();
  for (const name of names) {
    const found = await findNamed(root, name, formats, format);
    if (!found.ok) return found;
    for (const backlog of found.value) all.set(backlog.entry, backlog);
  }
  return ok([...all.values()]);
}

function listed(entries: readonly string[]): string {
  const shown = entries.slice(0, 8).join(', ');
  return entries.length > 8 ? `${shown} and ${entries.length - 8} more` : shown;
}

async function findNamed(
  root: string,
  name: string,
  formats: readonly RegisteredFormat[],
  wanted: PlanFormat | undefined,
): Promise<Find> {
  const file = path.relative(root, path.resolve(root, name)).split(path.sep).join('/');
  if (file === '..' || file.startsWith('../') || path.isAbsolute(file)) {
    const message = `${name} lies outside the repository ${root}`;
    return fault(
      'PLAN-UNREADABLE',
      message,
      'statuses are written beside the backlog; keep it in the repository',
    );
  }
  if (file === '') return discover(root, '', formats);
  const info = await statOf(path.join(root, file));
  if (info?.isDirectory() === true) return discover(root, file, formats);
  const read = await readSource(root, file);
  if (!read.ok) return read;
  const text = read.value;
  const format =
    wanted === undefined ? await firstThatTakes(formats, file, text) : await backlogFormats[wanted].load();
  if (format === undefined) return notABacklog(file, text);
  return ok([{ entry: file, files: [file], format, texts: new Map([[file, text]]) }]);
}

async function firstThatTakes(
  formats: readonly RegisteredFormat[],
  file: string,
  text: string,
): Promise<BacklogFormat | undefined> {
  for (const { load } of formats) {
    const format = await load();
    if (format.detect(file, text)) return format;
  }
  return undefined;
}

/** All backlogs below a folder of the repository (`''`: its root). Faults only when nothing else was found. */
async function discover(root: string, folder: string, formats: readonly RegisteredFormat[]): Promise<Find> {
  const seen = new Set<string>();
  const backlogs: FoundBacklog[] = [];
  const undetected: string[] = [];
  let problem: PlanFault | undefined;
  for (const { places, load } of formats) {
    const texts = new Map<string, string>();
    const files = await filesAt(root, folder, places);
    if (files.length === 0) continue;
    const format = await load();
    for (const file of files) {
      // One file under two names is one backlog.
      const real = await realpath(path.join(root, file));
      if (seen.has(real)) continue;
      const read = await readSource(root, file);
      if (!read.ok) problem ??= read.error;
      else if (format.detect(file, read.value)) {
        seen.add(real);
        texts.set(file, read.value);
      } else undetected.push(file);
    }
    backlogs.push(...sorted(format, texts));
  }
  // A file that was only made yet is in nobody's way.
  const written = backlogs.filter(({ texts }) => [...texts.values()].some((text) => text.trim() !== ''));
  if (written.length > 0) return ok(written);
  if (backlogs[0] !== undefined) return ok([backlogs[0]]);
  if (problem !== undefined) return err(problem);
  if (undetected[0] !== undefined) return notFoundAs(root, undetected[0]);
  const places = [...new Set(formats.flatMap((registered) => registered.places))];
  const some = `${places.slice(0, 6).join(', ')}${places.length > 6 ? ` and ${places.length - 6} other places` : ''}`;
  const message = `no backlog was found in ${folder === '' ? root : folder}; looked for ${some}`;
  return fault('PLAN-NOT-FOUND', message, 'name it: `--backlog PATH`');
}

function sorted(format: BacklogFormat, texts: ReadonlyMap<string, string>): readonly FoundBacklog[] {
  const files = [...texts.keys()];
  const groups = format.group?.(files) ?? files.map((file): BacklogFiles => ({ entry: file, files: [file] }));
  return groups.map((group) => ({
    ...group,
    format,
    texts: new Map(group.files.map((file) => [file, texts.get(file)!])),
  }));
}

/**
 * The files of a format in a folder. Below the root its places are looked for as they are; in a folder that was
 * named, a place may also be given by its end alone (`specs` for `specs/*\/tasks.md`), because people name what is
 * nearest to them.
 */
async function filesAt(root: string, folder: string, places: readonly string[]): Promise<readonly string[]> {
  const found = new Set<string>();
  for (const pattern of places) {
    for (const candidate of folder === '' ? [pattern] : patternsWithin(folder, pattern)) {
      for (const file of await expandPattern(root, candidate)) found.add(file);
    }
  }
  return [...found];
}

/** `openspec/changes` with the place `openspec/changes/*\/tasks.md`: the place itself, and each shorter end of it. */
function patternsWithin(folder: string, pattern: string): readonly string[] {
  const parts = pattern.split('/');
  return parts.map((_, at) => `${folder}/${parts.slice(at).join('/')}`);
}

/** The files of a path or glob, relative to the root, `step2` before `step10`. */
export async function expandPattern(root: string, pattern: string): Promise<readonly string[]> {
  if (!/[*?{[]/.test(pattern)) {
    const info = await statOf(path.join(root, pattern));
    return info?.isFile() === true ? [pattern] : [];
  }
  // Most places of most formats are not there; a look is cheaper than a walk.
  const fixed = pattern.slice(0, pattern.search(/[*?{[]/)).replace(/[^/]*$/, '');
  if (fixed !== '' && (await statOf(path.join(root, fixed))) === undefined) return [];
  const files: string[] = [];
  for await (const entry of glob(pattern, { cwd: root, exclude: isForeign })) {
    const file = entry.split(path.sep).join('/');
    if ((await statOf(path.join(root, file)))?.isFile() === true) files.push(file);
  }
  return files.toSorted(naturally);
}

function isForeign(name: string): boolean {
  return foreign.has(path.basename(name));
}

/** `step2` before `step10`. */
function naturally(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}

/** A file in one of the places is of none of the formats that are kept there; named, another one may take it. */
async function notFoundAs(root: string, file: string): Promise<Result<never, PlanFault>> {
  const read = await readSource(root, file);
  if (!read.ok) return read;
  const format = await firstThatTakes(Object.values(backlogFormats), file, read.value);
  if (format === undefined) return notABacklog(file, read.value);
  const message = `${file} is of the format ${format.name}, which is not looked for there`;
  return fault('PLAN-FORMAT', message, `name it: \`--backlog ${file}\``);
}

function notABacklog(file: string, text: string): Result<never, PlanFault> {
  const companion = companionFile(file);
  if (companion !== undefined) return fault('PLAN-FORMAT', `${file} ${companion.what}`, companion.hint);
  const isMarkdown = /\.(?:md|markdown)$/i.test(file);
  if (isMarkdown && isDraft(text)) {
    const message = `${file} says of itself that it is a draft, and no backlog yet`;
    return fault('PLAN-FORMAT', message, '`--format checklist` reads its tasks all the same');
  }
  return fault(
    'PLAN-FORMAT',
    `${file} is in no format that Pawl reads; docs/guides/formats.md lists them`,
    isMarkdown
      ? 'tasks need a sign of their status: `- [ ]`, a Status column, a Status field'
      : 'name another file with `--backlog PATH`, or the format with `--format`',
  );
}
