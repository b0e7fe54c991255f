/**
 * A home of one attempt alone: empty but for the login and the git settings that the agent needs.
 *
 * Owns: the folder `home` beside a workspace's checkout, and the note that says which logins are in it. Does not own:
 * the workspace, nor what the agent does.
 * 1. The note is written before the agent starts and brought up to date with each renewal, so that after a crash a
 *    renewed login still finds its way home: {@link endPrivateHome} needs nothing else.
 * 2. The note lies outside of what an agent can write to in a sandbox.
 * 3. What is gone stays gone: ending twice is ending once.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { readGuarded, writeGuarded } from './guarded-files.ts';
import type { HomeFile } from './home-file.ts';
import { removeTree } from './remove-tree.ts';
import { beginLogin, LoginSync, type LoginPair } from './login-sync.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export interface PrivateHomeOptions {
  /** The folder around the checkout. */
  readonly around: string;
  /** The person's own home. */
  readonly own: string;
  /** The person's environment, which may say that files lie elsewhere. */
  readonly environment: Environment;
  readonly files: readonly HomeFile[];
  /** The text of the agent's `.gitconfig`. */
  readonly gitConfig: string;
}

export interface PrivateHome {
  readonly path: string;
  /** HOME and what is below it by convention. */
  readonly env: Readonly<Record<string, string>>;
  /** Folders of the person's home that links lead to. */
  readonly linked: readonly string[];
  close(): void;
}

export function openPrivateHome(options: PrivateHomeOptions): PrivateHome {
  const { around, files, gitConfig } = options;
  endPrivateHome(around);
  const path = homeOf(around);
  mkdirSync(path, { mode: 0o700 });
  for (const folder of Object.values(standardFolders)) mkdirSync(join(path, folder), { recursive: true });
  writeFileSync(join(path, '.gitconfig'), gitConfig);
  const logins: LoginPair[] = [];
  const linked: string[] = [];
  for (const file of files) {
    const own = placeOf(file, options);
    if (!existsSync(own)) continue;
    if (file.how === 'login') logins.push(...some(beginLogin(path, own, file.path)));
    else if (file.how === 'copy') copyFile(own, path, file);
    else {
      mkdirSync(dirname(join(path, file.path)), { recursive: true });
      symlinkSync(own, join(path, file.path));
      linked.push(own);
    }
  }
  writeNote(around, logins);
  const sync = new LoginSync(path, logins, (pairs) => writeNote(around, pairs));
  sync.watch();
  return {
    path,
    env: {
      HOME: path,
      ...Object.fromEntries(Object.entries(standardFolders).map(([name, to]) => [name, join(path, to)])),
    },
    linked,
    close() {
      sync.close();
      endPrivateHome(around);
    },
  };
}

/** Takes renewed logins home and removes the home, whoever made it; nothing where there is none. */
export function endPrivateHome(around: string): void {
  const path = homeOf(around);
  if (existsSync(path)) new LoginSync(path, readNote(around)).sync();
  removeTree(path);
  rmSync(noteOf(around), { force: true });
}

const standardFolders = {
  XDG_CONFIG_HOME: '.config',
  XDG_DATA_HOME: '.local/share',
  XDG_STATE_HOME: '.local/state',
  XDG_CACHE_HOME: '.cache',
} as const;

/** The names of variables that lead to files of the person's that the private home replaces. */
export function replacedVariables(files: readonly HomeFile[]): readonly string[] {
  return files.flatMap(({ moved }) => (moved === undefined ? [] : [moved.variable]));
}

/** Where the person has it. */
export function placeOf(
  file: HomeFile,
  { own, environment }: Pick<PrivateHomeOptions, 'own' | 'environment'>,
): string {
  const folder = file.moved === undefined ? undefined : environment[file.moved.variable];
  return folder === undefined || file.moved === undefined
    ? join(own, file.path)
    : join(folder, file.moved.path);
}

function copyFile(own: string, home: string, { path, fields }: HomeFile): void {
  const found = readGuarded(dirname(own), basename(own));
  if (found === undefined) return;
  writeGuarded(home, path, fields === undefined ? found.text : pick(found.text, fields), 0o600);
}

function pick(text: string, fields: readonly string[]): string {
  try {
    const all = z.record(z.string(), z.unknown()).parse(JSON.parse(text));
    return JSON.stringify(Object.fromEntries(Object.entries(all).filter(([name]) => fields.includes(name))));
  } catch {
    // Not what it should be; the agent makes one of its own.
    return '{}';
  }
}

const noteSchema = z.array(z.object({ own: z.string(), copy: z.string(), common: z.string() }));

function readNote(around: string): readonly LoginPair[] {
  try {
    return noteSchema.parse(JSON.parse(readFileSync(noteOf(around), 'utf8')));
  } catch {
    // Killed before it was written: then no agent has run in that home.
    return [];
  }
}

function writeNote(around: string, pairs: readonly LoginPair[]): void {
  const fresh = `${noteOf(around)}.new`;
  writeFileSync(fresh, JSON.stringify(pairs), { mode: 0o600 });
  renameSync(fresh, noteOf(around));
}

function homeOf(around: string): string {
  return join(around, 'home');
}

function noteOf(around: string): string {
  return join(around, 'logins.json');
}

function some<T>(value: T | undefined): readonly T[] {
  return value === undefined ? [] : [value];
}
