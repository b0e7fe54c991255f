import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, type TestContext } from 'vitest';
import type { PawlOptions } from '../rig/pawl.ts';
import { createProject, type Project, type ScriptStep } from '../rig/repository.ts';
import { jsonOf, refusalOf, until, userState } from './observations.ts';

interface TinyDisk extends Disposable {
  readonly path: string;
  /** Uses all but about `leaveBytes` of what is free. */
  fill(leaveBytes: number): void;
  free(): void;
  remount(mode: 'ro' | 'rw'): void;
}

/** A file system of its own, in memory, of so many megabytes. Only root can; elsewhere the test is skipped, loudly. */
function tinyDisk(context: TestContext, path: string, megabytes: number): TinyDisk {
  mkdirSync(path, { recursive: true });
  const run = (...argv: readonly [string, ...string[]]): string => {
    const [program, ...args] = argv;
    const { status, stderr, error } = spawnSync(program, args, { encoding: 'utf8' });
    return status === 0 ? '' : (error?.message ?? stderr.trim());
  };
  const problem =
    process.platform === 'linux'
      ? run('mount', '-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', path)
      : 'no tmpfs';
  if (problem !== '') {
    console.warn(`skipped, nothing was seen of a full or read-only disk: ${problem}`);
    context.skip();
  }
  const filler = join(path, 'filler');
  return {
    path,
    fill(leaveBytes) {
      const { bavail, bsize } = statfsSync(path);
      writeFileSync(filler, Buffer.alloc(Math.max(0, bavail * bsize - leaveBytes)));
    },
    free: () => rmSync(filler),
    remount: (mode) => expect(run('mount', '-o', `remount,${mode}`, path)).toBe(''),
    [Symbol.dispose]: () => expect(run('umount', '--lazy', path)).toBe(''),
  };
}

const write = (path: string, bytes: number): ScriptStep => ({ write: { path, text: noise(bytes) } });

/** Text that git cannot make smaller. */
function noise(bytes: number): string {
  let seed = 1;
  return Array.from({ length: bytes }, () => {
    seed = (seed * 48271) % 2147483647;
    return String.fromCharCode(33 + (seed % 94));
  }).join('');
}

const waitForGo: ScriptStep = {
  run: {
    argv: ['sh', '-c', 'touch "$HOME/here-$PAWL_TASK"; until test -e "$HOME/go"; do sleep 0.02; done'],
  },
};

function twoTasks(attempts: readonly ScriptStep[]): Promise<Project> {
  return createProject({
    tasks: [{ id: 'T-001' }, { id: 'T-002', dependencies: ['T-001'] }],
    files: { 'big.txt': noise(600_000) },
    script: { 'T-001': [attempts], 'T-002': [[{ write: { path: 'b.txt', text: 'b\n' } }]] },
  });
}

describe('a disk that is full', () => {
  test('where workspaces are ends the run with its name; with space again it goes on', async (context) => {
    await using project = await twoTasks([{ write: { path: 'a.txt', text: 'a\n' } }]);
    using disk = tinyDisk(context, join(project.folder, 'tiny'), 4);
    const options: Partial<PawlOptions> = { env: { PAWL_CACHE: disk.path } };
    const before = await userState(project);
    disk.fill(300_000);
    const exit = await project.run(['run', '--json'], options);
    expect(refusalOf(exit)).toBe('NO-SPACE 4');
    expect(await userState(project)).toBe(before);
    expect(project.locks()).toEqual([]);
    disk.free();
    const again = await project.run(['run', '--json'], options);
    expect(again.exitCode, again.stdout + again.stderr).toBe(0);
    expect(jsonOf(again)).toMatchObject({ end: 'done', completedInSession: 2, remaining: 0 });
  });

  test('where the repository is ends the run; what an agent had done is not lost', async (context) => {
    await using project = await twoTasks([write('a.txt', 200_000), waitForGo]);
    using disk = tinyDisk(context, join(project.folder, 'tiny'), 8);
    const root = join(disk.path, 'repository');
    cpSync(project.root, root, { recursive: true });
    const options: Partial<PawlOptions> = { cwd: root };
    await using run = project.start(['run', '--json'], options);
    await until(
      () => spawnSync('test', ['-e', join(project.folder, 'home/here-T-001')]).status === 0,
      'the agent waits',
    );
    disk.fill(0);
    writeFileSync(join(project.folder, 'home/go'), '');
    const exit = await run.exit;
    expect(`${exit.exitCode}`, exit.stdout + exit.stderr).toBe('4');
    expect(exit.stdout).toContain('"NO-SPACE"');
    expect(project.orphans()).toEqual([]);
    disk.free();
    const again = await project.run(['run', '--json'], options);
    expect(again.exitCode, again.stdout + again.stderr).toBe(0);
    expect(jsonOf(again)).toMatchObject({ end: 'done', completedInSession: 2, remaining: 0 });
    const files = await project.git(['ls-tree', '--name-only', 'pawl/tasks', 'a.txt', 'b.txt'], root);
    expect(files).toBe('a.txt\nb.txt');
    expect(await project.git(['fsck', '--no-dangling', '--no-progress'], root)).toBe('');
  });
});

describe('a disk that is read-only', () => {
  test('where the repository is can be looked at, and a run is refused', async (context) => {
    await using project = await twoTasks([{ write: { path: 'a.txt', text: 'a\n' } }]);
    using disk = tinyDisk(context, join(project.folder, 'tiny'), 8);
    const root = join(disk.path, 'repository');
    cpSync(project.root, root, { recursive: true });
    disk.remount('ro');
    expect((await project.run(['plan', '--json'], { cwd: root })).exitCode).toBe(0);
    expect(refusalOf(await project.run(['run', '--json'], { cwd: root }))).toMatch(
      /^(READ-ONLY|JOURNAL-UNWRITABLE) 4$/,
    );
    disk.remount('rw');
    expect((await project.run(['run', '--only', 'T-001'], { cwd: root })).exitCode).toBe(0);
    disk.remount('ro');
    const status = await project.run(['status'], { cwd: root });
    expect(status.exitCode, status.stderr).toBe(0);
    expect(status.stdout).toContain('- Progress: 50.0% (1/2 tasks)');
    for (const command of [['run'], ['land'], ['skip', 'T-002']]) {
      const exit = await project.run([...command, '--json'], { cwd: root });
      expect(refusalOf(exit), command[0]).toMatch(/^(READ-ONLY|JOURNAL-UNWRITABLE) 4$/);
    }
  });

  test('where workspaces belong is refused, and the task is not blamed', async (context) => {
    await using project = await twoTasks([{ write: { path: 'a.txt', text: 'a\n' } }]);
    using disk = tinyDisk(context, join(project.folder, 'tiny'), 4);
    disk.remount('ro');
    const options: Partial<PawlOptions> = { env: { PAWL_CACHE: disk.path } };
    expect(refusalOf(await project.run(['run', '--json'], options))).toBe('READ-ONLY 4');
    disk.remount('rw');
    const again = await project.run(['run'], options);
    expect(again.exitCode, again.stdout).toBe(0);
  });
});
