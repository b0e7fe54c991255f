import { mkdir, rm, rmdir } from 'node:fs/promises';
import path from 'node:path';
import { isNodeError, prepareFile, targetOf, textOf, type PreparedFile } from './replace-file.ts';

interface Place {
  readonly file: string;
  readonly target: string;
  readonly old: string | undefined;
  readonly prepared: PreparedFile;
}

/**
 * Writes the files of a new backlog, all of them or none: every text is on the disk before the first one takes its
 * place, and a fault after that puts back what was there. Without `overwrite`, a file that appears meanwhile stops
 * it as well. `files` are relative to the root. Rejects with what the operating system said; the result is
 * undefined, or the file that another program has written.
 */
export async function writeBacklog(
  root: string,
  files: ReadonlyMap<string, string>,
  overwrite: boolean,
): Promise<string | undefined> {
  const folders: string[] = [];
  const places: Place[] = [];
  const done: Place[] = [];
  let isWhole = false;
  try {
    for (const [file, text] of files) {
      const target = await targetOf(path.join(root, file));
      folders.push(...(await makeFolder(path.dirname(target))));
      const old = overwrite ? await textOf(target) : undefined;
      places.push({ file, target, old, prepared: await prepareFile(target, text, old) });
    }
    for (const place of places) {
      if (!(await place.prepared.replace())) return place.file;
      done.push(place);
    }
    isWhole = true;
    return undefined;
  } finally {
    if (!isWhole) for (const place of done.toReversed()) await putBack(place);
    for (const { prepared } of places) await prepared[Symbol.asyncDispose]();
    if (!isWhole) for (const folder of folders.toReversed()) await removeEmpty(folder);
  }
}

/** The folders that it had to make, outermost first. */
async function makeFolder(folder: string): Promise<readonly string[]> {
  const first = await mkdir(folder, { recursive: true });
  if (first === undefined) return [];
  const made: string[] = [];
  for (let at = folder; at.length >= first.length; at = path.dirname(at)) made.unshift(at);
  return made;
}

async function putBack({ target, old }: Place): Promise<void> {
  if (old === undefined) {
    await rm(target, { force: true });
    return;
  }
  await using prepared = await prepareFile(target, old, await textOf(target));
  await prepared.replace();
}

/** What somebody else has put into it meanwhile stays. */
async function removeEmpty(folder: string): Promise<void> {
  try {
    await rmdir(folder);
  } catch (error) {
    if (!isNodeError(error)) throw error;
  }
}
