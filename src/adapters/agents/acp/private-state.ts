import { access, symlink } from 'node:fs/promises';
import { join } from 'node:path';

export interface Preparation {
  /** An empty folder of this attempt alone; gone when it is over. */
  readonly folder: string;
  /** The environment that the attempt gets. */
  readonly env: Readonly<Record<string, string>>;
  readonly model: string | undefined;
}

/**
 * Puts a person's login into an agent's private state, as links: a token that the agent renews has to reach the
 * person's own file, or the next program would find an old one. Files that are not there are left out.
 */
export async function linkLogin(
  from: string,
  to: string,
  names: readonly string[],
): Promise<readonly string[]> {
  const linked: string[] = [];
  for (const name of names) {
    if (!(await exists(join(from, name)))) continue;
    await symlink(join(from, name), join(to, name));
    linked.push(name);
  }
  return linked;
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    // Not logged in this way.
    return false;
  }
}
