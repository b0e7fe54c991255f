/**
 * Dependencies for workspaces: the set-up command runs once per distinct input, in a clean workspace; what it made
 * is kept outside, and every later reset gets a copy. Agents and gates never share one: a file that an attempt
 * changed in its `node_modules` is gone with its workspace's reset.
 *
 * An entry without its ready mark is half-made and is made again.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Failure } from '../../domain/failure.ts';
import { usefulEnd } from '../../domain/retry-context.ts';
import type { ProcessOutcome } from '../../ports/processes.ts';
import type { ResetContext, Workspace } from '../../ports/workspaces.ts';
import { err, ok, type Result } from '../../util/result.ts';
import { git } from '../git/git.ts';

/** Files whose content decides what a set-up makes. */
const inputs = [
  'package.json',
  'package-lock.json',
  'npm-shrinkwrap.json',
  'pnpm-lock.yaml',
  'pnpm-workspace.yaml',
  'yarn.lock',
  'bun.lock',
  'bun.lockb',
  '.npmrc',
  '.yarnrc.yml',
] as const;

export interface DependencyStoreOptions {
  readonly root: string;
  /** Absolute; made when missing. */
  readonly folder: string;
  /** A shell command, e.g. `npm ci`. */
  readonly setup: string;
  readonly timeoutMs: number;
  readonly environmentFor: (workspace: Workspace) => Readonly<Record<string, string>>;
}

export function createDependencyStore(options: DependencyStoreOptions) {
  const { root, folder, setup } = options;
  /** Set-ups with the same key wait for the first one. */
  const making = new Map<string, Promise<Result<void, Failure>>>();

  return async function provide(
    workspace: Workspace,
    commit: string,
    context: ResetContext,
  ): Promise<Result<void, Failure>> {
    const key = await keyOf(root, commit, setup);
    const entry = join(folder, key);
    // Again and again: when one failed, those who waited for it take turns, never two at one entry.
    for (let first = making.get(key); first !== undefined; first = making.get(key)) await first;
    if (!existsSync(`${entry}.ready`)) {
      const made = make(workspace, entry, context);
      making.set(key, made);
      const result = await made.finally(() => making.delete(key));
      return result;
    }
    await copy(`${entry}/.`, workspace.path);
    return ok(undefined);
  };

  async function make(
    workspace: Workspace,
    entry: string,
    context: ResetContext,
  ): Promise<Result<void, Failure>> {
    const setupProcess = await context.startProcess({
      role: 'setup',
      label: `${context.label}/setup`,
      argv: ['/bin/sh', '-c', setup],
      cwd: workspace.path,
      env: options.environmentFor(workspace),
      stdin: 'closed',
      limits: { totalMs: options.timeoutMs, graceMs: 2_000 },
      signal: context.signal,
    });
    const outcome = await setupProcess.outcome;
    if (outcome.end.kind !== 'exited' || outcome.end.code !== 0) return err(failureOf(setup, outcome));
    await keep(workspace, entry, await listMade(workspace));
    return ok(undefined);
  }
}

/** Top-level paths that are there after the set-up and not in git. */
async function listMade(workspace: Workspace): Promise<readonly string[]> {
  const env = { GIT_DIR: workspace.gitDir, GIT_WORK_TREE: workspace.path };
  const args = ['status', '--porcelain', '-z', '--ignored', '--untracked-files=normal'];
  const fields = (await git(workspace.path, args, { env })).split('\0');
  return fields.flatMap((field) =>
    field.startsWith('!! ') || field.startsWith('?? ') ? [field.slice(3)] : [],
  );
}

async function keep(workspace: Workspace, entry: string, made: readonly string[]): Promise<void> {
  const half = `${entry}.half`;
  for (const rest of [half, entry]) rmSync(rest, { recursive: true, force: true });
  mkdirSync(half, { recursive: true });
  for (const path of made) {
    const target = join(half, path.replace(/\/$/, ''));
    mkdirSync(dirname(target), { recursive: true });
    await copy(join(workspace.path, path.replace(/\/$/, '')), target);
  }
  renameSync(half, entry);
  writeFileSync(`${entry}.ready`, made.join('\n'));
}

/** `cp`, because it clones where the file system can, and node's own copy neither does that nor yields. */
async function copy(from: string, to: string): Promise<void> {
  const clone = process.platform === 'linux' ? ['--reflink=auto'] : ['-c'];
  await promisify(execFile)('cp', ['-a', ...clone, '--', from, to]);
}

async function keyOf(root: string, commit: string, setup: string): Promise<string> {
  const tree = await git(root, ['ls-tree', '-z', commit, ...inputs]);
  return createHash('sha256')
    .update(`${setup}\0${process.version}\0${process.platform}-${process.arch}\0${tree}`)
    .digest('hex')
    .slice(0, 32);
}

function failureOf(setup: string, outcome: ProcessOutcome): Failure {
  const { end } = outcome;
  const how = end.kind === 'exited' ? `exit code ${end.code}` : end.kind;
  return { kind: 'setup', output: usefulEnd(`$ ${setup}\n${outcome.tail}\n[${how}]`) };
}
