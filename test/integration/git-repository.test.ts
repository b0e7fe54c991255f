import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createGitRepository } from '../../src/adapters/git/git-repository.ts';
import { createWorktreePool, nothingToProvide } from '../../src/adapters/git/worktree-pool.ts';
import type { Repository } from '../../src/ports/repository.ts';
import type { Snapshot, Workspace } from '../../src/ports/workspaces.ts';
import { createProject, type Project } from '../rig/repository.ts';

interface Rig extends AsyncDisposable {
  readonly project: Project;
  readonly repository: Repository;
  readonly workspace: Workspace;
  readonly base: string;
  /** git as the agent runs it, in the workspace. */
  git(...args: readonly string[]): string;
  write(path: string, text: string): void;
  snapshot(): Promise<Snapshot | undefined>;
}

const identity = {
  GIT_AUTHOR_NAME: 'Pawl',
  GIT_AUTHOR_EMAIL: 'p@example.org',
  GIT_COMMITTER_NAME: 'Pawl',
  GIT_COMMITTER_EMAIL: 'p@example.org',
};

/** A repository with `a.txt`, `run.sh` and `.gitignore` (`*.log`), and a clean workspace of it. */
async function makeRig(): Promise<Rig> {
  const project = await createProject({
    tasks: [],
    files: { 'a.txt': 'one\ntwo\nthree\n', 'run.sh': 'true\n', '.gitignore': '*.log\n' },
  });
  const { root } = project;
  const hit = (): void => undefined;
  const pool = createWorktreePool({
    root,
    commonDir: join(root, '.git'),
    folder: join(project.cache, 'pool'),
    hit,
    provide: nothingToProvide,
  });
  const repository = createGitRepository({
    root,
    identity,
    hit,
    attributesFile: join(root, '.git', 'pawl', 'merge-attributes'),
  });
  const workspace = await pool.acquire();
  const base = await project.git(['rev-parse', 'HEAD']);
  const startProcess = (): Promise<never> => Promise.reject(new Error('no process is needed'));
  await pool.reset(workspace, base, { label: 'T-001/1', startProcess, signal: new AbortController().signal });
  return {
    project,
    repository,
    workspace,
    base,
    git: (...args) =>
      execFileSync('git', args, { cwd: workspace.path, env: project.env, encoding: 'utf8' }).trim(),
    write(path, text) {
      mkdirSync(join(workspace.path, path, '..'), { recursive: true });
      writeFileSync(join(workspace.path, path), text);
    },
    snapshot: () => repository.snapshot(workspace, base, 'feat(T-001): all of it\n'),
    [Symbol.asyncDispose]: () => project[Symbol.asyncDispose](),
  };
}

async function parentsOf(project: Project, commit: string): Promise<string> {
  return project.git(['log', '-1', '--format=%P', commit]);
}

test('uncommitted work of every kind becomes one commit on the base', async () => {
  await using rig = await makeRig();
  const { project, workspace, base } = rig;
  rig.write('new/file.txt', 'new\n');
  rig.write('x.log', 'ignored\n');
  rmSync(join(workspace.path, 'package.json'));
  renameSync(join(workspace.path, 'a.txt'), join(workspace.path, 'b.txt'));
  chmodSync(join(workspace.path, 'run.sh'), 0o755);
  const snapshot = await rig.snapshot();
  expect(snapshot?.files.toSorted((x, y) => x.path.localeCompare(y.path))).toEqual([
    { path: 'b.txt', change: 'renamed', from: 'a.txt' },
    { path: 'new/file.txt', change: 'added' },
    { path: 'package.json', change: 'deleted' },
    { path: 'run.sh', change: 'modified' },
  ]);
  const head = snapshot?.head ?? '';
  expect(await parentsOf(project, head)).toBe(base);
  expect(await project.git(['log', '-1', '--format=%an: %s', head])).toBe('Pawl: feat(T-001): all of it');
  expect(await project.git(['ls-tree', head, 'run.sh'])).toMatch(/^100755 /);
  expect(await project.git(['rev-parse', `${head}^{tree}`])).toBe(snapshot?.tree);
});

test('the agent’s own commits are kept, and what it left uncommitted comes on top', async () => {
  await using rig = await makeRig();
  rig.write('one.txt', '1\n');
  rig.git('add', '--all');
  rig.git('commit', '--quiet', '-m', 'first criterion');
  const own = rig.git('rev-parse', 'HEAD');
  expect(await rig.snapshot()).toMatchObject({ head: own, files: [{ path: 'one.txt', change: 'added' }] });
  rig.write('two.txt', '2\n');
  const snapshot = await rig.snapshot();
  expect(await parentsOf(rig.project, snapshot?.head ?? '')).toBe(own);
  expect(snapshot?.files.map((file) => file.path)).toEqual(['one.txt', 'two.txt']);
});

test('an agent that went to another history gets its tree as one commit on the base', async () => {
  await using rig = await makeRig();
  rig.git('checkout', '--quiet', '--orphan', 'elsewhere');
  rig.write('new.txt', 'new\n');
  rig.git('add', '--all');
  rig.git('commit', '--quiet', '-m', 'a history of my own');
  const snapshot = await rig.snapshot();
  expect(await parentsOf(rig.project, snapshot?.head ?? '')).toBe(rig.base);
  expect(snapshot?.files).toEqual([{ path: 'new.txt', change: 'added' }]);
});

test('a workspace with the tree of the base is no change, commits or not', async () => {
  await using rig = await makeRig();
  expect(await rig.snapshot()).toBe(undefined);
  rig.write('x.log', 'ignored\n');
  expect(await rig.snapshot()).toBe(undefined);
  rig.write('a.txt', 'changed\n');
  rig.git('commit', '--quiet', '-am', 'there');
  rig.git('revert', '--no-edit', 'HEAD');
  expect(await rig.snapshot()).toBe(undefined);
});

test('work in a workspace whose .git file was changed is found all the same', async () => {
  await using rig = await makeRig();
  rig.write('new.txt', 'new\n');
  rig.write('.git', 'gitdir: /nowhere\n');
  expect((await rig.snapshot())?.files).toEqual([{ path: 'new.txt', change: 'added' }]);
});

test.for([
  [
    'a lock of a git that was killed',
    (rig: Rig) => writeFileSync(join(rig.workspace.gitDir, 'index.lock'), ''),
  ],
  [
    'an index that git cannot read',
    (rig: Rig) => writeFileSync(join(rig.workspace.gitDir, 'index'), 'rubbish'),
  ],
  ['no index', (rig: Rig) => rmSync(join(rig.workspace.gitDir, 'index'))],
  [
    'a repository without a commit inside',
    (rig: Rig) => {
      mkdirSync(join(rig.workspace.path, 'inner'));
      rig.git('init', '--quiet', 'inner');
    },
  ],
] as const)('work is kept although the agent left %s', async ([, damage]) => {
  await using rig = await makeRig();
  rig.write('new.txt', 'new\n');
  damage(rig);
  expect((await rig.snapshot())?.files).toEqual([{ path: 'new.txt', change: 'added' }]);
});

test('links are kept as links', async () => {
  await using rig = await makeRig();
  symlinkSync('/etc/passwd', join(rig.workspace.path, 'link'));
  const snapshot = await rig.snapshot();
  expect(await rig.project.git(['cat-file', 'blob', `${snapshot?.head}:link`])).toBe('/etc/passwd');
});

test('a conflict names its files, whatever they are called', async () => {
  await using rig = await makeRig();
  const { project, repository, base } = rig;
  const odd = [
    'with space.txt',
    'ünïcode-日本.txt',
    'new\nline.txt',
    '-dash.txt',
    'quo"te.txt',
    'tab\there.txt',
  ];
  const side = async (text: string): Promise<string> => {
    for (const name of odd) rig.write(name, `${text}\n`);
    rig.write(`clean-${text}.txt`, `${text}\n`);
    const snapshot = await rig.snapshot();
    rig.git('checkout', '--quiet', '--force', '--detach', base);
    rig.git('clean', '-fdq');
    return snapshot?.head ?? '';
  };
  const ours = await side('ours');
  const theirs = await side('theirs');
  const merged = await repository.merge(ours, theirs);
  expect(merged.kind).toBe('conflict');
  expect(merged.kind === 'conflict' ? merged.paths.toSorted() : []).toEqual(odd.toSorted());
  const listed = (await repository.changes(base, ours)).map((file) => file.path);
  expect(listed.toSorted()).toEqual([...odd, 'clean-ours.txt'].toSorted());
  expect(await project.git(['status', '--porcelain'])).toBe('');
});

test('changes of different lines merge to a tree with both, and no checkout is touched', async () => {
  await using rig = await makeRig();
  const { repository, base } = rig;
  rig.write('a.txt', 'ONE\ntwo\nthree\n');
  const ours = (await rig.snapshot())?.head ?? '';
  rig.git('checkout', '--quiet', '--force', '--detach', base);
  rig.write('b.txt', 'b\n');
  const theirs = (await rig.snapshot())?.head ?? '';
  const merged = await repository.merge(ours, theirs);
  if (merged.kind !== 'merged') throw new Error('a conflict');
  expect(await rig.project.git(['ls-tree', '--name-only', merged.tree])).toContain('b.txt');
  expect(await rig.project.git(['cat-file', 'blob', `${merged.tree}:a.txt`])).toBe('ONE\ntwo\nthree');
  expect(readFileSync(join(rig.project.root, 'a.txt'), 'utf8')).toBe('one\ntwo\nthree\n');
  const commit = await repository.commitTree(merged.tree, [ours, theirs], 'Land T-001\n\nPawl-Task: T-001\n');
  expect(await parentsOf(rig.project, commit)).toBe(`${ours} ${theirs}`);
  expect(await repository.treeOf(commit)).toBe(merged.tree);
});

test('the size of files counts what the commit has of them, whatever their names', async () => {
  await using rig = await makeRig();
  rig.write('odd *.txt', '12345');
  rig.write('src/ä.txt', '123');
  const head = (await rig.snapshot())?.head ?? '';
  expect(await rig.repository.sizeOf(head, ['odd *.txt', 'src/ä.txt', 'gone.txt'])).toBe(8);
  expect(await rig.repository.sizeOf(head, [])).toBe(0);
});

test('a changelog keeps the lines of both sides, unless the repository has its own way', async () => {
  await using rig = await makeRig();
  const { repository } = rig;
  rig.write('CHANGELOG.md', '# Changes\n');
  const start = (await rig.snapshot())?.head ?? '';
  const sideOf = async (line: string): Promise<string> => {
    rig.git('checkout', '--quiet', '--force', '--detach', start);
    rig.write('CHANGELOG.md', `# Changes\n${line}\n`);
    return (await rig.snapshot())?.head ?? '';
  };
  const [ours, theirs] = [await sideOf('- ours'), await sideOf('- theirs')];
  const merged = await repository.merge(ours, theirs);
  if (merged.kind !== 'merged') throw new Error('a conflict');
  expect(await rig.project.git(['cat-file', 'blob', `${merged.tree}:CHANGELOG.md`])).toBe(
    '# Changes\n- ours\n- theirs',
  );
  rig.project.write({ '.gitattributes': 'CHANGELOG.md merge=text\n' });
  expect((await repository.merge(ours, theirs)).kind).toBe('conflict');
});

test('a file deleted here and changed there is a conflict', async () => {
  await using rig = await makeRig();
  rmSync(join(rig.workspace.path, 'a.txt'));
  const ours = (await rig.snapshot())?.head ?? '';
  rig.git('checkout', '--quiet', '--force', '--detach', rig.base);
  rig.write('a.txt', 'changed\n');
  const theirs = (await rig.snapshot())?.head ?? '';
  expect(await rig.repository.merge(ours, theirs)).toEqual({ kind: 'conflict', paths: ['a.txt'] });
});

test('a ref moves only from where it was expected, and says where it is otherwise', async () => {
  await using rig = await makeRig();
  const { project, repository, base } = rig;
  rig.write('a.txt', 'changed\n');
  const next = (await rig.snapshot())?.head ?? '';
  const ref = 'refs/heads/pawl/tasks';
  const ok = { ok: true, value: undefined };
  expect(await repository.moveRef(ref, base, undefined, 'made')).toEqual(ok);
  expect(await repository.moveRef(ref, next, undefined, 'made again')).toEqual({ ok: false, error: base });
  expect(await repository.moveRef(ref, next, base, 'moved')).toEqual(ok);
  expect(await repository.moveRef(ref, base, base, 'late')).toEqual({ ok: false, error: next });
  expect(await project.git(['rev-parse', ref])).toBe(next);
  // What was wished for is so already, as after a crash between the move and its event.
  expect(await repository.moveRef(ref, next, base, 'moved')).toEqual(ok);
  await project.git(['update-ref', '-d', ref]);
  expect(await repository.moveRef(ref, base, next, 'late')).toEqual({ ok: false, error: undefined });
});

test('a ref that a lock holds is a refusal, not a lost race', async () => {
  await using rig = await makeRig();
  const { project, repository, base } = rig;
  await project.git(['update-ref', 'refs/heads/pawl/tasks', base]);
  writeFileSync(join(project.root, '.git', 'refs', 'heads', 'pawl', 'tasks.lock'), '');
  rig.write('a.txt', 'changed\n');
  const next = (await rig.snapshot())?.head ?? '';
  await expect(repository.moveRef('refs/heads/pawl/tasks', next, base, 'moved')).rejects.toMatchObject({
    code: 'WORKSPACE-FAILED',
  });
});

test('a revision that names nothing resolves to nothing; ancestry is strict about what exists', async () => {
  await using rig = await makeRig();
  const { repository, base } = rig;
  expect(await repository.resolve('main')).toBe(base);
  expect(await repository.resolve('refs/heads/none')).toBe(undefined);
  expect(await repository.isAncestor(base, base)).toBe(true);
  rig.write('a.txt', 'changed\n');
  const next = (await rig.snapshot())?.head ?? '';
  expect([await repository.isAncestor(base, next), await repository.isAncestor(next, base)]).toEqual([
    true,
    false,
  ]);
  await expect(repository.isAncestor('f'.repeat(40), base)).rejects.toMatchObject({
    code: 'WORKSPACE-FAILED',
  });
});
