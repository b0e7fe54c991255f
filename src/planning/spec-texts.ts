import { hash } from 'node:crypto';
import path from 'node:path';
import { parseSpecReference } from '../domain/spec-reference.ts';
import type { Task } from '../domain/plan.ts';
import { warningAt, type Diagnostic } from './diagnostic.ts';
import { folderOf } from './formats/format.ts';
import { looksLikePath } from './scope-text.ts';
import { readSource, statOf } from './source-file.ts';
import { sectionNames, sectionOf } from './spec-section.ts';
import { normaliseText, specHashWithReferences } from './spec-hash.ts';
import { didYouMean } from './spelling.ts';

/** Tasks with the files they refer to looked up, and what was wrong with the references. */
export interface ReferringTasks {
  readonly tasks: readonly Task[];
  readonly warnings: readonly Diagnostic[];
}

/**
 * Looks up what the tasks refer to. Backlogs name specs as their writers see them, from the folder both stand in,
 * and an agent works from the root: an entry that exists there is left, one that exists beside the task's file gets
 * its folder. The texts of specs and decisions, of the section alone where one is named, become part of the spec
 * hash; guides say how to work and not what is to be done, so theirs are remembered and change no hash. What cannot
 * be read has no text; the checks before work say so. A section that is not there is a warning. Files that statuses
 * are written to have no text either: it would change with the work.
 */
export async function lookUpReferences(
  root: string,
  tasks: readonly Task[],
  statusFiles: ReadonlySet<string>,
): Promise<ReferringTasks> {
  if (!tasks.some(refers)) return { tasks, warnings: [] };
  const lookup = new Lookup(root, statusFiles);
  const warnings: Diagnostic[] = [];
  const found: Task[] = [];
  for (const task of tasks) found.push(await lookup.referring(task, warnings));
  return { tasks: found, warnings };
}

/** Asked of every task of large plans: makes no list. */
function refers({ context: { specs, adrs, guides } }: Task): boolean {
  return specs.length > 0 || adrs.length > 0 || guides.length > 0;
}

function entriesOf({ specs, adrs, guides }: Task['context']): readonly string[] {
  return [...specs, ...adrs, ...guides];
}

/** Looks files up once each: thousands of tasks name the same few specs. */
class Lookup {
  readonly #root: string;
  readonly #statusFiles: ReadonlySet<string>;
  readonly #places = new Map<string, Promise<string>>();
  readonly #texts = new Map<string, Promise<string | undefined>>();
  readonly #hashes = new Map<string, string | undefined>();

  constructor(root: string, statusFiles: ReadonlySet<string>) {
    this.#root = root;
    this.#statusFiles = statusFiles;
  }

  async referring(task: Task, warnings: Diagnostic[]): Promise<Task> {
    const entries = entriesOf(task.context);
    if (entries.length === 0) return task;
    const folder = folderOf(task.origin.file);
    const places = new Map<string, string>();
    const references: Record<string, string> = {};
    for (const entry of entries) {
      const place = await this.#placeOf(folder, entry);
      places.set(entry, place);
      const digest = await this.#hashOf(place);
      if (digest !== undefined) references[place] = digest;
      else warnings.push(...(await this.#missingSection(task, place)));
    }
    // Nothing was found of it and nothing is placed otherwise: a copy would only cost memory.
    const isAsWritten = entries.every((entry) => places.get(entry) === entry);
    if (isAsWritten && Object.keys(references).length === 0) return task;
    const resolve = (list: readonly string[]): readonly string[] =>
      list.map((entry) => places.get(entry) ?? entry);
    const context = {
      specs: resolve(task.context.specs),
      adrs: resolve(task.context.adrs),
      guides: resolve(task.context.guides),
    };
    const texts = [...context.specs, ...context.adrs].map((entry) => references[entry] ?? '');
    return { ...task, context, references, specHash: specHashWithReferences(task.specHash, texts) };
  }

  #placeOf(folder: string, entry: string): Promise<string> {
    return remember(this.#places, folder + entry, async () => {
      const { file } = parseSpecReference(entry);
      if (folder === '' || !looksLikePath(file) || (await this.#exists(file))) return entry;
      const beside = path.posix.normalize(folder + file);
      return (await this.#exists(beside)) ? beside + entry.slice(file.length) : entry;
    });
  }

  async #exists(file: string): Promise<boolean> {
    return (await statOf(path.join(this.#root, file))) !== undefined;
  }

  async #hashOf(entry: string): Promise<string | undefined> {
    if (this.#hashes.has(entry)) return this.#hashes.get(entry);
    const { file, section } = parseSpecReference(entry);
    const text = await this.#textOf(file);
    const part = text === undefined || section === undefined ? text : sectionOf(text, section);
    const digest = part === undefined ? undefined : hash('sha256', normaliseText(part));
    this.#hashes.set(entry, digest);
    return digest;
  }

  /** Undefined for what is no file that can be read as text: a title, a folder, a glob, an image. */
  #textOf(file: string): Promise<string | undefined> {
    return remember(this.#texts, file, async () => {
      const place = path.normalize(file);
      const isOutside = path.isAbsolute(place) || place === '..' || place.startsWith(`..${path.sep}`);
      if (isOutside || !looksLikePath(file) || /[*?]/.test(file) || this.#statusFiles.has(file))
        return undefined;
      if ((await statOf(path.join(this.#root, file)))?.isFile() !== true) return undefined;
      const read = await readSource(this.#root, file);
      return read.ok ? read.value : undefined;
    });
  }

  async #missingSection({ id, origin }: Task, entry: string): Promise<readonly Diagnostic[]> {
    const { file, section } = parseSpecReference(entry);
    const text = section === undefined ? undefined : await this.#textOf(file);
    if (section === undefined || text === undefined) return [];
    const near = didYouMean(section, sectionNames(text));
    return [
      warningAt(
        { file: origin.file, line: origin.line, column: 1, length: 1 },
        `${id} refers to the section "${section}" of ${file}, which has no such heading`,
        near,
      ),
    ];
  }
}

function remember<T>(known: Map<string, Promise<T>>, key: string, find: () => Promise<T>): Promise<T> {
  let value = known.get(key);
  if (value === undefined) {
    value = find();
    known.set(key, value);
  }
  return value;
}
