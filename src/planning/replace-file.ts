/**
 * Files that appear whole or not at all: a text is written beside its place and takes it in one step. What a crash
 * leaves behind is known by its name ({@link isHalfWritten}) and is nobody's work.
 */
import { randomBytes } from 'node:crypto';
import { open, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';

/** Ends the name of a file that is being written, beside the one it will replace. */
const temporarySuffix = '.pawl-tmp';

export function isHalfWritten(file: string): boolean {
  return file.endsWith(temporarySuffix);
}

/** The file that a path leads to; the path itself where there is none yet. */
export async function targetOf(file: string): Promise<string> {
  try {
    return await realpath(file);
  } catch (error) {
    if (isMissing(error)) return file;
    throw error;
  }
}

/** The file's text; undefined when there is no file. */
export async function textOf(file: string): Promise<string | undefined> {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(await readFile(file));
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

export interface PreparedFile extends AsyncDisposable {
  /** Puts the text in its place if what stands there is still `old`; false when it is not. */
  replace(): Promise<boolean>;
}

/**
 * Writes a text beside its place; it is on the disk before the name points to it. An existing file keeps its mode.
 * Disposing of what was prepared leaves nothing of it behind but what was put in its place.
 */
export async function prepareFile(
  file: string,
  text: string,
  old: string | undefined,
): Promise<PreparedFile> {
  const mode = old === undefined ? 0o666 : (await stat(file)).mode & 0o7777;
  const name = `.${path.basename(file)}.${randomBytes(6).toString('hex')}${temporarySuffix}`;
  const temporary = path.join(path.dirname(file), name);
  const remove = (): Promise<void> => rm(temporary, { force: true });
  try {
    const handle = await open(temporary, 'wx', mode);
    try {
      await handle.writeFile(text, 'utf8');
      // The mode given to open is cut by the umask; an existing file keeps its own.
      if (old !== undefined) await handle.chmod(mode);
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    await remove();
    throw error;
  }
  return {
    async replace() {
      if ((await textOf(file)) !== old) return false;
      await rename(temporary, file);
      return true;
    },
    // After the rename there is nothing left under this name.
    [Symbol.asyncDispose]: remove,
  };
}

export function isNodeError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error && typeof error.code === 'string';
}

export function isMissing(error: unknown): boolean {
  return isNodeError(error) && error.code === 'ENOENT';
}
