import { createHash } from 'node:crypto';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';

/** Where Pawl keeps what is not the user's: the journal in the git directory, workspaces in the cache folder. */
export interface Places {
  readonly journalFile: string;
  readonly logFolder: string;
  readonly attributesFile: string;
  readonly workspaceFolder: string;
  readonly dependencyFolder: string;
}

/**
 * Workspaces lie outside the repository, so that no glob and no look-up of a tool of the user's finds them.
 * `PAWL_CACHE` overrides `XDG_CACHE_HOME/pawl` and `~/.cache/pawl`.
 */
export function placesOf(root: string, commonDir: string): Places {
  const cache =
    process.env['PAWL_CACHE'] ?? join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'pawl');
  const hash = createHash('sha256').update(commonDir).digest('hex').slice(0, 8);
  const own = join(cache, `${basename(root)}-${hash}`);
  const inGit = join(commonDir, 'pawl');
  return {
    journalFile: join(inGit, 'pawl.db'),
    logFolder: join(inGit, 'logs'),
    attributesFile: join(inGit, 'merge-attributes'),
    workspaceFolder: own,
    dependencyFolder: join(own, 'dependencies'),
  };
}
