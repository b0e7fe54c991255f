import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, isAbsolute, join, resolve } from 'node:path';

/**
 * The absolute path a shell would run for `name`: as it is when it holds a slash (relative to `cwd`), otherwise
 * the first executable file on `path`. Undefined when there is none.
 */
export function findProgram(name: string, path: string, cwd: string): string | undefined {
  if (name.includes('/')) {
    const file = isAbsolute(name) ? name : resolve(cwd, name);
    return isExecutable(file) ? file : undefined;
  }
  return path
    .split(delimiter)
    .map((folder) => join(folder === '' ? cwd : folder, name))
    .find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
