/**
 * Reading and writing in a folder that somebody else may change at the same time: an agent in a sandbox must not be
 * able to have Pawl, outside of it, read or write another file through a link it put in the place of a file or folder.
 *
 * 1. No link below `root` is followed, neither of a folder nor of the file.
 * 2. A file that is longer than {@link LONGEST}, or no plain file, is not read.
 * 3. A file is replaced whole or not at all.
 */
import { closeSync, constants, existsSync, fstatSync, mkdirSync, openSync, readSync } from 'node:fs';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** In bytes. Some agents keep their whole history in the file that also says who is logged in. */
const LONGEST = 16 * 1024 * 1024;

export interface FoundFile {
  readonly text: string;
  readonly modifiedMs: number;
  readonly mode: number;
}

/** Undefined where there is no such plain file, or the way to it is barred. */
export function readGuarded(root: string, path: string): FoundFile | undefined {
  return withFolder(root, dirname(path), false, (folder) => {
    // A pipe would block the open for ever.
    const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
    const fd = openSync(join(folder, basename(path)), flags);
    try {
      const info = fstatSync(fd);
      if (!info.isFile() || info.size > LONGEST) return undefined;
      const buffer = Buffer.alloc(info.size);
      const length = readSync(fd, buffer, 0, buffer.length, 0);
      return {
        text: buffer.toString('utf8', 0, length),
        modifiedMs: info.mtimeMs,
        mode: info.mode & 0o777,
      };
    } finally {
      closeSync(fd);
    }
  });
}

/** Makes folders as needed. False where the way to it is barred, or the disk refuses. */
export function writeGuarded(root: string, path: string, text: string, mode: number): boolean {
  const written = withFolder(root, dirname(path), true, (folder) => {
    const fresh = join(folder, `.${basename(path)}.pawl`);
    rmSync(fresh, { force: true });
    writeFileSync(fresh, text, { mode, flag: 'wx' });
    renameSync(fresh, join(folder, basename(path)));
    return true;
  });
  return written === true;
}

/**
 * Opens folder after folder below `root`, none of them through a link, and calls `work` with a path that leads to the
 * one that was opened, whatever is put in its place meanwhile.
 */
function withFolder<T>(
  root: string,
  path: string,
  make: boolean,
  work: (folder: string) => T,
): T | undefined {
  const opened: number[] = [];
  let folder = root;
  try {
    for (const name of path.split('/').filter((part) => part !== '' && part !== '.')) {
      folder = join(folder, name);
      if (make && !existsSync(folder)) mkdirSync(folder, { mode: 0o700 });
      const fd = openSync(folder, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
      opened.push(fd);
      // Only Linux has such paths, and only Linux has the sandbox that they are needed for.
      if (process.platform === 'linux') folder = `/proc/self/fd/${fd}`;
    }
    return work(folder);
  } catch (error) {
    if (isRefusal(error)) return undefined;
    throw error;
  } finally {
    for (const fd of opened) closeSync(fd);
  }
}

/** The file system's own answers: not there, a link, no folder, no right, no room. Anything else is a bug. */
function isRefusal(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error;
}
