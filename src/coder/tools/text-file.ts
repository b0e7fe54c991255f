import { closeSync, fstatSync, ftruncateSync, readSync, writeSync } from 'node:fs';
import { err, ok, type Result } from '../../util/result.ts';
import { type Access, openFile, type Workspace } from '../workspace.ts';

/** More than this is not source code, and would not fit any model. */
export const LARGEST_FILE_BYTES = 10 * 1024 * 1024;

/** Opens a file, works with it and closes it. What fails on the way (a full disk, say) is an error in words. */
export function withFile<T>(
  workspace: Workspace,
  path: string,
  access: Access,
  work: (file: number) => Result<T, string>,
): Result<T, string> {
  const opened = openFile(workspace, path, access);
  if (!opened.ok) return opened;
  try {
    return work(opened.value);
  } catch (error) {
    return err(`${path}: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    closeSync(opened.value);
  }
}

/** The whole text of an open file. A byte order mark stays: what is written back must not lose it. */
export function readText(file: number, path: string): Result<string, string> {
  const { size } = fstatSync(file);
  if (size > LARGEST_FILE_BYTES)
    return err(`${path} has ${size} bytes, too many to read whole: use bash, with sed or head`);
  const bytes = Buffer.alloc(size);
  let length = 0;
  while (length < size) {
    const count = readSync(file, bytes, length, size - length, length);
    if (count === 0) break;
    length += count;
  }
  try {
    return ok(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes.subarray(0, length)));
  } catch {
    // The only way for a decoder to fail: bytes that are no UTF-8.
    return err(`${path} is not a text file in UTF-8`);
  }
}

/** Replaces what an open file holds. Returns the number of bytes. */
export function replaceText(file: number, text: string): number {
  const bytes = Buffer.from(text, 'utf8');
  ftruncateSync(file, 0);
  let written = 0;
  while (written < bytes.length) written += writeSync(file, bytes, written, bytes.length - written, written);
  return bytes.length;
}
