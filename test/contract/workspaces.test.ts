import { join } from 'node:path';
import { createWorktreePool, nothingToProvide } from '../../src/adapters/git/worktree-pool.ts';
import type { WorkspacePool } from '../../src/ports/workspaces.ts';
import { createProject } from '../rig/repository.ts';
import { describeWorkspaces } from './workspaces-contract.ts';

describeWorkspaces('git worktrees', async () => {
  const project = await createProject({ tasks: [] });
  const { root, env } = project;
  await project.git(['rm', '--quiet', '-r', '.']);
  project.write({ 'a.txt': 'one\n', 'sub/b.txt': 'b\n', '.gitignore': '*.log\nnode_modules\n' });
  await project.git(['add', '--all']);
  await project.git(['commit', '--quiet', '-m', 'one']);
  const first = await project.git(['rev-parse', 'HEAD']);
  project.write({ 'a.txt': 'two\n' });
  await project.git(['commit', '--quiet', '-am', 'two']);
  const second = await project.git(['rev-parse', 'HEAD']);
  const open = (): WorkspacePool =>
    createWorktreePool({
      root,
      commonDir: join(root, '.git'),
      folder: join(project.cache, 'pool'),
      hit: () => undefined,
      provide: nothingToProvide,
    });
  return {
    pool: open(),
    reopen: open,
    first,
    second,
    env,
    [Symbol.asyncDispose]: () => project[Symbol.asyncDispose](),
  };
});
