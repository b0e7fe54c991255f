import { realpath } from 'node:fs/promises';
import { posix } from 'node:path';
import type { AgentRequest } from '../../ports/agent.ts';

/** The folders that an agent may touch, absolute: the workspace first, then its real path and its TMPDIR. */
export type WorkFolders = readonly [string, ...string[]];

/** Agents report real paths, whatever link they were started through. */
export async function workFolders(request: AgentRequest): Promise<WorkFolders> {
  const temporary = request.env['TMPDIR'];
  const others = temporary === undefined ? [] : [temporary, await realFolder(temporary)];
  return [request.cwd, await realFolder(request.cwd), ...others];
}

async function realFolder(folder: string): Promise<string> {
  try {
    return await realpath(folder);
  } catch {
    // Not there: then nothing lies in it either.
    return folder;
  }
}

/** By its text: whether a link on the way leads elsewhere is not looked at. A relative path starts at the workspace. */
export function isInside(path: string, folders: WorkFolders): boolean {
  const full = posix.resolve(folders[0], path);
  return folders.some((folder) => full === folder || full.startsWith(`${folder}/`));
}
