/**
 * Temporary folders that a benchmark works in: repositories, a home without any settings, and a cache of its own,
 * so that nothing of the user's is measured, read or changed. All of it is removed in the end.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';

export interface Workplace {
  /** Absolute, links resolved. */
  readonly folder: string;
  /** The whole environment of every process of the benchmark. */
  readonly env: Readonly<Record<string, string>>;
}

/** Gives `work` a new workplace and removes it afterwards, also when `work` throws or a signal ends the benchmark. */
export async function withWorkplace<T>(work: (place: Workplace) => Promise<T>): Promise<T> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'pawl-bench-')));
  const remove = (): void => rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  const leave = (): never => process.exit(130);
  process.once('exit', remove);
  process.once('SIGINT', leave);
  process.once('SIGTERM', leave);
  try {
    return await work({ folder, env: environmentIn(folder) });
  } finally {
    process.off('exit', remove);
    process.off('SIGINT', leave);
    process.off('SIGTERM', leave);
    remove();
  }
}

function environmentIn(folder: string): Readonly<Record<string, string>> {
  const home = join(folder, 'home');
  mkdirSync(home);
  return {
    // Agents and gates that need Node get the one that runs the benchmark.
    PATH: [dirname(process.execPath), process.env['PATH'] ?? ''].join(delimiter),
    HOME: home,
    PAWL_CACHE: join(folder, 'cache'),
    GIT_CONFIG_NOSYSTEM: '1',
    LC_ALL: 'C',
  };
}

/** Makes a repository with one commit that holds `files`, by path. Returns its root. */
export function makeRepository(
  place: Workplace,
  name: string,
  files: Readonly<Record<string, string>>,
): string {
  const root = join(place.folder, name);
  mkdirSync(root);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  gitIn(place, root, 'init', '--quiet', '--initial-branch=main');
  gitIn(place, root, 'config', 'user.name', 'Bench');
  gitIn(place, root, 'config', 'user.email', 'bench@localhost');
  gitIn(place, root, 'add', '--all');
  gitIn(place, root, 'commit', '--quiet', '--message=Base');
  return root;
}

/** Runs git and returns what it printed, trimmed. */
export function gitIn(place: Workplace, folder: string, ...args: readonly string[]): string {
  return execFileSync('git', args, { cwd: folder, env: place.env, encoding: 'utf8' }).trim();
}

/** Writes a shell script that stands outside every repository; returns its path. */
export function writeScript(place: Workplace, name: string, lines: readonly string[]): string {
  const file = join(place.folder, name);
  writeFileSync(file, `${lines.join('\n')}\n`);
  return file;
}
