/**
 * Opens files of the workspace, and of nothing else: what the file tools may touch.
 *
 * 1. A path is refused when it holds `..`, when it is absolute and outside, or when links lead it outside.
 * 2. Links are followed once, before anything is opened. What is then opened is opened without following any, folder
 *    by folder, so that a link made in between is refused instead of followed (Linux; elsewhere it is noticed after
 *    opening, and before anything is read or written).
 * 3. Nothing under a `.git` is written: who can write there can have commands run by whoever uses git next.
 * 4. A file with several names (hard links) is not written: the others may be anywhere, such as in the store of a
 *    package manager.
 *
 * It does not confine commands: these run with all rights of this process.
 */
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readlinkSync,
  realpathSync,
  statSync,
} from 'node:fs';
import { join, relative, sep } from 'node:path';
import { err, ok, type Result } from '../util/result.ts';

/** `create` makes the file, and its folders, where they are missing. */
export type Access = 'read' | 'change' | 'create';

export interface Workspace {
  /** Its real path. */
  readonly root: string;
  /** Is told what a file was refused for, other than that it is not there or no text. */
  readonly onDenied?: (message: string) => void;
}

export function openWorkspace(folder: string): Workspace {
  return { root: realpathSync(folder) };
}

/** An open regular file of the workspace. Whoever called closes it. Errors: one sentence for the model. */
export function openFile(workspace: Workspace, path: string, access: Access): Result<number, string> {
  const opened = openReal(workspace, path, access);
  if (opened.ok) return opened;
  const { message, isDenied } = opened.error;
  if (isDenied) workspace.onDenied?.(message);
  return err(message);
}

interface Fault {
  readonly message: string;
  readonly isDenied: boolean;
}

function denied(message: string): Result<never, Fault> {
  return err({ message, isDenied: true });
}

function openReal({ root }: Workspace, path: string, access: Access): Result<number, Fault> {
  const wanted = segmentsOf(root, path);
  if (!wanted.ok) return denied(wanted.error);
  try {
    const real = resolveLinks(root, wanted.value);
    if (real === undefined) return denied(`${path} leads out of the workspace, or nowhere`);
    if (access !== 'read' && [...wanted.value, ...real].some(isGitFolder))
      return denied(`${path} belongs to git and is not written`);
    return checkFile({ root, segments: real, path, access }, openSegments(root, real, access));
  } catch (error) {
    return err({ message: describe(path, error), isDenied: false });
  }
}

/** The path's segments below the root. */
export function segmentsOf(root: string, path: string): Result<readonly string[], string> {
  if (path === '') return err('the path is empty');
  if (path.includes('\0')) return err('the path holds a NUL character');
  const segments = path.split('/');
  if (segments.includes('..')) return err(`${path} holds "..": name the file from the workspace's root`);
  const inner = path.startsWith('/') ? relative(root, path).split('/') : segments;
  if (inner.includes('..')) return err(`${path} is outside of the workspace ${root}`);
  return ok(inner.filter((segment) => segment !== '' && segment !== '.'));
}

/** Where the path leads when every link in it is followed, below the root; undefined when it leads out. */
function resolveLinks(root: string, segments: readonly string[]): readonly string[] | undefined {
  let current = root;
  for (const [index, segment] of segments.entries()) {
    const next = join(current, segment);
    if (!isThere(next)) return [...below(root, current), ...segments.slice(index)];
    const target = targetOf(next);
    if (target !== root && target?.startsWith(root + sep) !== true) return undefined;
    current = target;
  }
  return below(root, current);
}

/** Undefined for a link to nothing: what would be made there is not for us to say. */
function targetOf(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ELOOP') return undefined;
    throw error;
  }
}

function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

function below(root: string, path: string): readonly string[] {
  return path === root ? [] : path.slice(root.length + 1).split(sep);
}

/** Case does not matter on the file systems of macOS, and in no repository is a `.GIT` needed. */
function isGitFolder(segment: string): boolean {
  return segment.toLowerCase() === '.git';
}

const { O_CREAT, O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_RDWR } = constants;

/** Without blocking: a named pipe would wait for its other end for ever. */
const fileFlags: Readonly<Record<Access, number>> = {
  read: O_RDONLY | O_NOFOLLOW | O_NONBLOCK,
  change: O_RDWR | O_NOFOLLOW | O_NONBLOCK,
  create: O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK,
};

function openSegments(root: string, segments: readonly string[], access: Access): number {
  const name = segments.at(-1);
  let folder = openSync(root, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  if (name === undefined) return folder;
  let path = root;
  try {
    for (const segment of segments.slice(0, -1)) {
      const next = openFolder(entryOf(folder, path, segment), access === 'create');
      closeSync(folder);
      folder = next;
      path = join(path, segment);
    }
    return openSync(entryOf(folder, path, name), fileFlags[access], 0o666);
  } finally {
    closeSync(folder);
  }
}

function openFolder(path: string, make: boolean): number {
  const flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW;
  try {
    return openSync(path, flags);
  } catch (error) {
    if (!make || codeOf(error) !== 'ENOENT') throw error;
    mkdirSync(path);
    return openSync(path, flags);
  }
}

/** An entry of a folder that is held open: on Linux whatever becomes of the folder's own path meanwhile. */
function entryOf(folder: number, path: string, name: string): string {
  return process.platform === 'linux' ? `/proc/self/fd/${folder}/${name}` : join(path, name);
}

interface Wanted {
  readonly root: string;
  readonly segments: readonly string[];
  /** As the model named it. */
  readonly path: string;
  readonly access: Access;
}

function checkFile(wanted: Wanted, file: number): Result<number, Fault> {
  const fault = faultOf(wanted, file);
  if (fault === undefined) return ok(file);
  closeSync(file);
  return err(fault);
}

function faultOf({ root, segments, path, access }: Wanted, file: number): Fault | undefined {
  const stats = fstatSync(file);
  if (!stats.isFile()) return { message: `${path} is not a regular file`, isDenied: false };
  if (!isInside(root, join(root, ...segments), file))
    return { message: `${path} leads out of the workspace`, isDenied: true };
  if (access !== 'read' && stats.nlink > 1)
    return { message: `${path} is a hard link and is not written: copy it first`, isDenied: true };
  return undefined;
}

/** Asked of the open file itself: its folders may have been moved away while it was opened. */
function isInside(root: string, path: string, file: number): boolean {
  if (process.platform === 'linux') return readlinkSync(`/proc/self/fd/${file}`).startsWith(root + sep);
  const [opened, named] = [fstatSync(file), statSync(path)];
  return realpathSync(path) === path && opened.dev === named.dev && opened.ino === named.ino;
}

function describe(path: string, error: unknown): string {
  switch (codeOf(error)) {
    case 'ENOENT':
      return `there is no ${path}`;
    case 'ELOOP':
      return `${path} is a link that leads nowhere, or was made while it was opened`;
    case 'ENOTDIR':
      return `a part of ${path} is not a folder`;
    case 'EISDIR':
      return `${path} is a folder`;
    case 'EACCES':
    case 'EPERM':
      return `${path} may not be opened`;
    case 'ENAMETOOLONG':
      return 'the path is too long';
    default:
      return `${path}: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
}
