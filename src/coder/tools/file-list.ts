import { execFile } from 'node:child_process';
import { existsSync, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { err, ok, type Result } from '../../util/result.ts';
import type { ToolContext } from './tool.ts';

const MOST_FILES = 100_000;
const LIMIT_MS = 20_000;
const MOST_BYTES = 64 * 1024 * 1024;

/**
 * The files of the workspace, as paths from its root, in order: without what git ignores, or, where there is no git,
 * without `.git` and `node_modules`. Links are listed, and not followed.
 */
export async function listFiles(context: ToolContext): Promise<Result<readonly string[], string>> {
  const { root } = context.workspace;
  const listed = existsSync(join(root, '.git')) ? await listByGit(context) : ok(walk(root));
  if (!listed.ok) return listed;
  return ok(listed.value.filter((path) => isFileOrLink(join(root, path))).toSorted());
}

/** Options first, whatever the repository's configuration says: a file system monitor would be a program of its own. */
const gitArguments = [
  '-c',
  'core.fsmonitor=false',
  'ls-files',
  '--cached',
  '--others',
  '--exclude-standard',
  '-z',
];

function listByGit({ workspace, env, signal }: ToolContext): Promise<Result<readonly string[], string>> {
  const options = {
    cwd: workspace.root,
    env,
    signal,
    timeout: LIMIT_MS,
    maxBuffer: MOST_BYTES,
    encoding: 'utf8' as const,
  };
  return new Promise((settle) => {
    execFile('git', gitArguments, options, (error, stdout) => {
      // A file in conflict is listed once for each side.
      if (error === null) settle(ok([...new Set(stdout.split('\0').filter((path) => path !== ''))]));
      else settle(err(`git cannot list the files: ${error.message.trim()}`));
    });
  });
}

function walk(root: string): readonly string[] {
  const found: string[] = [];
  const folders = [''];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (!entry.isDirectory()) found.push(path);
      else if (entry.name !== '.git' && entry.name !== 'node_modules') folders.push(path);
      if (found.length >= MOST_FILES) return found;
    }
  }
  return found;
}

/** The index lists files that were deleted since. */
function isFileOrLink(path: string): boolean {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  return stats?.isFile() === true || stats?.isSymbolicLink() === true;
}
