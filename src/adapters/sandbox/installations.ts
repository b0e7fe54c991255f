import { existsSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/**
 * What has to be seen for a program to run: its file, and where it is installed, which the file says by its place
 * only. Nothing that is as wide as a home: `isTooWide` tells.
 */
export function installationOf(program: string, isTooWide: (folder: string) => boolean): readonly string[] {
  if (!existsSync(program)) return [];
  const file = realpathSync(program);
  const folder = dirname(file);
  const around = [
    modulesAround(file),
    // What lies beside `bin` belongs to it: libraries, the modules of a language.
    ...(basename(folder) === 'bin' ? [dirname(folder)] : []),
    folder,
  ].find((one) => one !== undefined && !isTooWide(one));
  return [program, file, ...(around === undefined ? [] : [around])];
}

/** A package finds those that it needs in the outermost `node_modules`. */
function modulesAround(file: string): string | undefined {
  const end = file.indexOf('/node_modules/');
  return end === -1 ? undefined : join(file.slice(0, end), 'node_modules');
}

/** Of the package that a file belongs to, what its programs need; not its whole folder, which may be a checkout. */
export function packageOf(file: string): readonly string[] {
  let folder = dirname(file);
  while (!existsSync(join(folder, 'package.json')) && folder !== '/') folder = dirname(folder);
  const around = modulesAround(join(folder, 'package.json'));
  return [
    ...['bin', 'dist', 'node_modules', 'package.json'].map((name) => join(folder, name)),
    ...(around === undefined ? [] : [around]),
  ];
}
