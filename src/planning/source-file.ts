import { isUtf8 } from 'node:buffer';
import { readFileSync, type Stats } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Code } from '../domain/codes.ts';
import { err, ok, type Result } from '../util/result.ts';
import type { PlanFault } from './plan-fault.ts';

/** In bytes. Larger files are not read: V8 could not hold the text and the values beside each other. */
export const maxFileBytes = 256 * 1024 * 1024;

export function fault(code: Code, message: string, hint: string): Result<never, PlanFault> {
  return err({ code, message, hint, diagnostics: [], sources: new Map() });
}

/** Undefined when there is nothing by that name, or nothing that may be looked at. */
export async function statOf(file: string): Promise<Stats | undefined> {
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

/** A UTF-8 text file of the repository; `file` relative to `root`. */
export async function readSource(root: string, file: string): Promise<Result<string, PlanFault>> {
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
