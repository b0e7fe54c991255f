/** Files that many tasks change a little: they need a way to be merged, not an order of the tasks. */
import type { TaskId } from './ids.ts';
import type { Task } from './plan.ts';

/**
 * `union`: both sides' lines are kept. `regenerate`: made anew from other files, so a conflict is settled by doing
 * the work again. `three-way`: ordinary merge; on a conflict the later task starts again from what landed.
 */
export type MergePolicy = 'union' | 'regenerate' | 'three-way';

export interface HotFile {
  readonly path: string;
  readonly policy: MergePolicy;
  /** In backlog order. */
  readonly tasks: readonly TaskId[];
}

/** From this many tasks on a file is shared, whatever it is. */
const fewest = 4;

/** Files that more than one task names and that are shared by nature or by number; most shared first. */
export function hotFiles(tasks: readonly Task[]): readonly HotFile[] {
  const users = new Map<string, TaskId[]>();
  for (const { id, scope, testFiles } of tasks) {
    for (const path of new Set([...scope, ...testFiles])) {
      if (/[*?]|\/$/.test(path) || !/\.[A-Za-z]\w*$|file$/i.test(path)) continue;
      const known = users.get(path);
      if (known === undefined) users.set(path, [id]);
      else known.push(id);
    }
  }
  return [...users]
    .filter(([path, ids]) => ids.length >= (isSharedByNature(path) ? 2 : fewest))
    .map(([path, ids]) => ({ path, policy: policyOf(path), tasks: ids }))
    .toSorted((a, b) => b.tasks.length - a.tasks.length);
}

/** Files to which everybody adds lines that stand for themselves, by name without extension. */
export const lineLists = ['CHANGELOG', 'CHANGES', 'HISTORY', 'NEWS', 'AUTHORS', 'CONTRIBUTORS'] as const;
const lists = new RegExp(`(?:^|/)(?:${lineLists.join('|')})(?:\\.(?:md|markdown|rst|txt|adoc))?$`, 'i');
const generated =
  /(?:^|\/)(?:package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|bun\.lockb?|Cargo\.lock|poetry\.lock|uv\.lock|Pipfile\.lock|go\.sum|composer\.lock|Gemfile\.lock|flake\.lock)$/i;
const manifests =
  /(?:^|\/)(?:package\.json|tsconfig(?:\.\w+)?\.json|Cargo\.toml|go\.mod|pyproject\.toml|requirements\.txt|pom\.xml|build\.gradle(?:\.kts)?|Makefile|Dockerfile|docker-compose\.ya?ml|README\.\w+|\.gitignore|\.env\.example|__init__\.py|mod\.rs|lib\.rs|index\.[cm]?[jt]sx?)$/i;

export function isSharedByNature(path: string): boolean {
  return lists.test(path) || generated.test(path) || manifests.test(path);
}

export function policyOf(path: string): MergePolicy {
  return lists.test(path) ? 'union' : generated.test(path) ? 'regenerate' : 'three-way';
}
