import { chmodSync, lstatSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Removes a folder with everything in it, folders that tools made read-only (Go's modules) included. */
export function removeTree(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true, maxRetries: 5 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EACCES' && code !== 'EPERM') throw error;
    openFolders(path);
    rmSync(path, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Gives its owner the rights back that an agent may have taken: no program can be started in a folder without them. */
export function reopenFolder(path: string): void {
  const info = lstatSync(path, { throwIfNoEntry: false });
  if (info?.isDirectory() === true && (info.mode & 0o700) !== 0o700) chmodSync(path, info.mode | 0o700);
}

function openFolders(path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) return;
  chmodSync(path, 0o700);
  for (const entry of readdirSync(path, { withFileTypes: true }))
    if (entry.isDirectory()) openFolders(join(path, entry.name));
}
