/**
 * A git repository of one attempt alone, in the place of the worktree's git directory, for agents in a sandbox.
 *
 * They can do with it what they like: commit, branch, configure, break it. It borrows the objects of the person's
 * repository and has copies of its branches, so that history can be read; nothing that is done to it reaches theirs.
 * 1. No git of Pawl's ever reads its configuration, or runs in it: what an agent writes there would act outside.
 * 2. Of what the agent committed, the objects are taken over by their content, which names them, never by the names
 *    that the agent gave them.
 * 3. What is taken over is in the person's object store before the worktree's HEAD names it, and it is removed last:
 *    after a crash the same is done again.
 */
import { cpSync, existsSync, lstatSync, mkdirSync, readdirSync } from 'node:fs';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Workspace } from '../../ports/workspaces.ts';
import { readGuarded } from '../home/guarded-files.ts';
import { removeTree } from '../home/remove-tree.ts';
import { keptSettings, renderSettings } from './agent-git-config.ts';
import { git, pipeGit, tryGit } from './git.ts';

export interface AgentRepository {
  /** The folder that takes the place of the workspace's git directory. */
  readonly path: string;
  /** Folders of the person's repository that it reads from. */
  readonly borrowed: readonly string[];
}

/** For a workspace that has just been reset. */
export async function openAgentRepository(
  { root, commonDir }: { readonly root: string; readonly commonDir: string },
  workspace: Workspace,
): Promise<AgentRepository> {
  const path = repositoryOf(workspace);
  removeTree(path);
  const objects = join(commonDir, 'objects');
  for (const folder of ['objects/info', 'objects/pack', 'refs/heads', 'refs/tags', 'info'])
    mkdirSync(join(path, folder), { recursive: true });
  writeFileSync(join(path, 'objects/info/alternates'), `${objects}\n`);
  const [refs, settings, format] = await Promise.all([
    git(root, [
      'for-each-ref',
      '--format=%(objectname) %(refname)',
      'refs/heads',
      'refs/tags',
      'refs/remotes',
    ]),
    keptSettings(root, '--local'),
    git(root, ['rev-parse', '--show-object-format']),
  ]);
  writeFileSync(join(path, 'packed-refs'), refs);
  writeFileSync(join(path, 'config'), configOf(format.trim()) + renderSettings(settings));
  for (const name of ['HEAD', 'index']) copyInto(path, workspace.gitDir, name);
  for (const name of ['shallow', 'info/exclude', 'info/attributes']) copyInto(path, commonDir, name);
  return { path, borrowed: [objects, ...alternatesOf(objects)] };
}

function copyInto(to: string, from: string, name: string): void {
  if (existsSync(join(from, name))) cpSync(join(from, name), join(to, name));
}

function configOf(format: string): string {
  return format === 'sha1'
    ? '[core]\n\trepositoryFormatVersion = 0\n\tbare = false\n'
    : `[core]\n\trepositoryFormatVersion = 1\n\tbare = false\n[extensions]\n\tobjectFormat = ${format}\n`;
}

function alternatesOf(objects: string): readonly string[] {
  const list = join(objects, 'info/alternates');
  if (!existsSync(list)) return [];
  return readFileSync(list, 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => resolve(objects, line));
}

/**
 * Takes over the commits that the agent made on its base, if there are any, and removes the repository; nothing where
 * there is none. Commits that cannot be taken over are left out: the files are there all the same.
 */
export async function endAgentRepository(workspace: Workspace): Promise<void> {
  const path = repositoryOf(workspace);
  if (!existsSync(path)) return;
  const { gitDir } = workspace;
  const base = readGuarded(gitDir, 'HEAD')?.text.trim();
  const head = headOf(path);
  if (base !== undefined && head !== undefined && head !== base && (await takeOver(workspace, base, head))) {
    const env = { GIT_DIR: gitDir, GIT_WORK_TREE: workspace.path };
    // What it committed although it is ignored would otherwise count as removed again.
    await git(workspace.path, ['read-tree', head], { env });
    writeFileSync(join(gitDir, 'HEAD'), `${head}\n`);
  }
  removeTree(path);
}

/** True when the commit is in the person's object store now, descends from the base, and is whole. */
async function takeOver(workspace: Workspace, base: string, head: string): Promise<boolean> {
  const { gitDir } = workspace;
  const objects = join(repositoryOf(workspace), 'objects');
  if (!holdsPlainFiles(objects)) return false;
  // Its own are those of the person's repository, which git looks through anyway; an agent may name others.
  rmSync(join(objects, 'info/alternates'), { force: true });
  const own = { GIT_DIR: gitDir };
  // In quotes, or a colon would end it.
  const borrowing = { ...own, GIT_ALTERNATE_OBJECT_DIRECTORIES: JSON.stringify(objects) };
  const args = ['merge-base', '--is-ancestor', base, head];
  if ((await tryGit(gitDir, args, { env: borrowing })).code !== 0) return false;
  const piped = await pipeGit(
    gitDir,
    { args: ['pack-objects', '--revs', '--stdout', '-q'], env: borrowing, input: `${head}\n^${base}\n` },
    { args: ['index-pack', '--stdin', '--fix-thin', '--strict'], env: own },
  );
  if (!piped) return false;
  const listed = await tryGit(gitDir, ['rev-list', '--objects', '--quiet', head, `^${base}`], { env: own });
  return listed.code === 0;
}

/** Neither a pipe, which would be read for ever, nor a link out of it, nor a folder that may not be looked into. */
function holdsPlainFiles(folder: string): boolean {
  try {
    if (!lstatSync(folder).isDirectory()) return false;
    return readdirSync(folder, { recursive: true, withFileTypes: true }).every(
      (entry) => entry.isFile() || entry.isDirectory(),
    );
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    return false;
  }
}

const commitName = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

/** The commit that the agent's HEAD leads to, by its own files. */
function headOf(path: string): string | undefined {
  const text = readGuarded(path, 'HEAD')?.text.trim() ?? '';
  if (commitName.test(text)) return text;
  const ref = /^ref: (refs\/heads\/[^\s\\:?*[~^]+)$/.exec(text)?.[1];
  if (ref === undefined || ref.split('/').includes('..')) return undefined;
  const own = readGuarded(path, ref)?.text.trim();
  const packed = readGuarded(path, 'packed-refs')?.text.split('\n') ?? [];
  const name = own ?? packed.find((line) => line.endsWith(` ${ref}`))?.split(' ')[0];
  return name !== undefined && commitName.test(name) ? name : undefined;
}

function repositoryOf(workspace: Workspace): string {
  return join(dirname(workspace.path), 'git');
}
