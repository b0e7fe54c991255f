import { execFileSync } from 'node:child_process';
import { chmodSync, linkSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { identifyProcess } from '../../../src/adapters/process/process-table.ts';
import { allTools } from '../../../src/coder/tools/all.ts';
import { openWorkspace } from '../../../src/coder/workspace.ts';
import { makeTemporaryFolder } from '../../rig/temporary.ts';

interface Bench extends AsyncDisposable {
  readonly root: string;
  /** What the workspace has refused so far. */
  readonly denied: readonly string[];
  /** What the tool says, with `!` in front where it failed. */
  use(name: string, input: object): Promise<string>;
}

function makeBench(files: Readonly<Record<string, string>> = {}, signal?: AbortSignal): Bench {
  const folder = makeTemporaryFolder('tools');
  const root = join(folder.path, 'workspace');
  mkdirSync(root);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  const env = { PATH: process.env['PATH'] ?? '', HOME: folder.path };
  const denied: string[] = [];
  const onDenied = (message: string): void => void denied.push(message);
  const context = {
    workspace: { ...openWorkspace(root), onDenied },
    env,
    signal: signal ?? new AbortController().signal,
  };
  return {
    root,
    denied,
    async use(name, input) {
      const tool = allTools.find((candidate) => candidate.name === name);
      const result = await tool?.run(input, context);
      return result?.ok === true ? result.value : `!${result?.error}`;
    },
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

describe('read', () => {
  test('numbers lines, and says where to read on', async () => {
    await using bench = makeBench({ 'a.txt': 'one\ntwo\r\nthree\n', 'empty.txt': '' });
    expect(await bench.use('read', { filePath: 'a.txt' })).toBe('1\tone\n2\ttwo\r\n3\tthree');
    expect(await bench.use('read', { filePath: './a.txt', offset: 2, limit: 1 })).toBe(
      '2\ttwo\r\n[3 lines in all; read on with offset 3]',
    );
    expect(await bench.use('read', { filePath: join(bench.root, 'a.txt'), offset: 4 })).toBe(
      `!${join(bench.root, 'a.txt')} has 3 lines`,
    );
    expect(await bench.use('read', { filePath: 'empty.txt' })).toBe('[the file is empty]');
  });

  test('is bounded in lines and characters', async () => {
    await using bench = makeBench({
      'long.txt': 'x\n'.repeat(5_000),
      'wide.txt': `${'y'.repeat(5_000)}\n`.repeat(99),
    });
    expect(await bench.use('read', { filePath: 'long.txt' })).toMatch(
      /2000\tx\n\[5000 lines in all; read on with offset 2001\]$/,
    );
    const wide = await bench.use('read', { filePath: 'wide.txt' });
    expect(wide.length).toBeLessThan(62_000);
    expect(wide).toContain('[… 3000 more characters]');
    expect(wide).toMatch(/read on with offset \d+\]$/);
  });

  test('refuses what is no text, too large, or no file', async () => {
    await using bench = makeBench({ 'folder/x': '' });
    writeFileSync(join(bench.root, 'binary'), Buffer.from([0xff, 0xfe, 0x00]));
    writeFileSync(join(bench.root, 'large'), Buffer.alloc(10 * 1024 * 1024 + 1));
    await bench.use('bash', { command: 'mkfifo pipe' });
    expect(await bench.use('read', { filePath: 'binary' })).toBe('!binary is not a text file in UTF-8');
    expect(await bench.use('read', { filePath: 'large' })).toContain('!large has 10485761 bytes');
    expect(await bench.use('read', { filePath: 'pipe' })).toBe('!pipe is not a regular file');
    expect(await bench.use('read', { filePath: 'folder' })).toBe('!folder is not a regular file');
    expect(await bench.use('read', { filePath: 'nowhere' })).toBe('!there is no nowhere');
    expect(bench.denied).toEqual([]);
    expect(await bench.use('read', { file: 'a' })).toContain('!the call cannot be understood: filePath:');
  });
});

describe('write', () => {
  test('makes a file with its folders, and replaces all of one', async () => {
    await using bench = makeBench({ 'old.txt': 'much longer than before' });
    expect(await bench.use('write', { filePath: 'a/b/c.txt', content: 'é\n' })).toBe(
      'wrote 3 bytes to a/b/c.txt',
    );
    expect(readFileSync(join(bench.root, 'a/b/c.txt'), 'utf8')).toBe('é\n');
    await bench.use('write', { filePath: 'old.txt', content: 'short' });
    expect(readFileSync(join(bench.root, 'old.txt'), 'utf8')).toBe('short');
  });

  test('keeps the rights of a file', async () => {
    await using bench = makeBench({ 'run.sh': '#!/bin/sh\n' });
    chmodSync(join(bench.root, 'run.sh'), 0o755);
    await bench.use('write', { filePath: 'run.sh', content: '#!/bin/sh\necho ran\n' });
    expect(await bench.use('bash', { command: './run.sh' })).toBe('ran\n'.trimEnd());
  });

  test('refuses what is git’s, a folder, and a file with a second name', async () => {
    await using bench = makeBench({ '.git/config': '[core]\n', 'a/x': '', 'a/y': 'shared' });
    const outside = join(bench.root, '..', 'outside.txt');
    writeFileSync(outside, 'untouched');
    linkSync(outside, join(bench.root, 'hard.txt'));
    symlinkSync('.git', join(bench.root, 'link'));
    for (const filePath of ['.git/config', '.git/hooks/post-commit', 'link/config', '.GIT/config', 'a/.git'])
      expect(await bench.use('write', { filePath, content: 'x' })).toMatch(
        /^!.* belongs to git and is not written$/,
      );
    expect(readFileSync(join(bench.root, '.git/config'), 'utf8')).toBe('[core]\n');
    expect(await bench.use('read', { filePath: '.git/config' })).toBe('1\t[core]');
    expect(await bench.use('write', { filePath: 'a', content: '' })).toBe('!a is a folder');
    expect(await bench.use('write', { filePath: 'hard.txt', content: 'changed' })).toContain(
      '!hard.txt is a hard link',
    );
    expect(readFileSync(outside, 'utf8')).toBe('untouched');
  });
});

describe('edit', () => {
  test('replaces a piece that is there once, as it stands', async () => {
    await using bench = makeBench({ 'a.ts': '\uFEFFconst a = 1;\r\nconst b = 2;\r\n' });
    const edit = { filePath: 'a.ts', oldString: 'b = 2', newString: "b = '$&'" };
    expect(await bench.use('edit', edit)).toBe('replaced 1 place in a.ts');
    expect(readFileSync(join(bench.root, 'a.ts'), 'utf8')).toBe("\uFEFFconst a = 1;\r\nconst b = '$&';\r\n");
  });

  test.each([
    [{ oldString: 'x', newString: 'y' }, '!oldString is in a.txt 2 times: give more of the lines around it'],
    [{ oldString: 'z', newString: 'y' }, '!oldString is not in a.txt: read the file again'],
    [{ oldString: 'x\nx', newString: 'y' }, '!oldString is not in a.txt: its lines end with \\r\\n'],
    [{ oldString: '', newString: 'y' }, '!oldString is empty'],
    [{ oldString: 'x', newString: 'x' }, '!oldString and newString are the same'],
    [{ oldString: 'x', newString: 'y', replaceAll: true }, 'replaced 2 places in a.txt'],
  ])('%j: %s', async (edit, said) => {
    await using bench = makeBench({ 'a.txt': 'x\r\nx' });
    expect(await bench.use('edit', { filePath: 'a.txt', ...edit })).toContain(said);
    expect(readFileSync(join(bench.root, 'a.txt'), 'utf8')).toBe(said.startsWith('!') ? 'x\r\nx' : 'y\r\ny');
  });

  test('makes no file', async () => {
    await using bench = makeBench();
    const edit = { filePath: 'new.txt', oldString: 'a', newString: 'b' };
    expect(await bench.use('edit', edit)).toBe('!there is no new.txt');
  });
});

describe('glob and grep', () => {
  test('leave out what git ignores, and what was deleted', async () => {
    await using bench = makeBench({
      '.gitignore': 'dist/\n',
      'src/a.ts': 'needle\n',
      'src/b/c.ts': 'hay\nneedle two\r\n',
      'dist/a.js': 'needle\n',
      'gone.ts': 'needle\n',
    });
    execFileSync('git', ['init', '--quiet'], { cwd: bench.root });
    execFileSync('git', ['add', '--all'], { cwd: bench.root });
    execFileSync('rm', ['gone.ts'], { cwd: bench.root });
    expect(await bench.use('glob', { pattern: '**/*.ts' })).toBe('src/a.ts\nsrc/b/c.ts');
    expect(await bench.use('glob', { pattern: '*.md' })).toBe('[no file matches]');
    expect(await bench.use('grep', { pattern: 'NEEDLE', ignoreCase: true })).toBe(
      'src/a.ts:1: needle\nsrc/b/c.ts:2: needle two',
    );
    expect(await bench.use('grep', { pattern: 'needle', path: 'src/b' })).toBe('src/b/c.ts:2: needle two');
    expect(await bench.use('grep', { pattern: 'needle', include: '**/a.*' })).toBe('src/a.ts:1: needle');
    expect(await bench.use('grep', { pattern: 'NEEDLE' })).toBe('[no line matches]');
    expect(await bench.use('grep', { pattern: '(' })).toMatch(/^!Invalid regular expression/);
    expect(await bench.use('grep', { pattern: 'x', path: '../' })).toContain('!../ holds ".."');
  });

  test('do not follow links out of the workspace', async () => {
    await using bench = makeBench({ 'a.txt': 'hay' });
    writeFileSync(join(bench.root, '..', 'secret.txt'), 'needle');
    symlinkSync('../secret.txt', join(bench.root, 'link.txt'));
    symlinkSync('..', join(bench.root, 'up'));
    expect(await bench.use('read', { filePath: 'link.txt' })).toBe(
      '!link.txt leads out of the workspace, or nowhere',
    );
    expect(await bench.use('write', { filePath: 'up/new.txt', content: '' })).toBe(
      '!up/new.txt leads out of the workspace, or nowhere',
    );
    expect(await bench.use('grep', { pattern: 'needle' })).toBe('[no line matches]');
    expect(await bench.use('glob', { pattern: '**' })).not.toContain('secret');
    // What nobody named was not denied to anybody.
    expect(bench.denied).toEqual([
      'link.txt leads out of the workspace, or nowhere',
      'up/new.txt leads out of the workspace, or nowhere',
    ]);
  });

  test('are bounded', async () => {
    const many = Object.fromEntries(Array.from({ length: 600 }, (_, index) => [`f${index}.txt`, 'needle\n']));
    await using bench = makeBench({ ...many, 'wide.txt': `needle${'x'.repeat(1_000)}` });
    const found = await bench.use('grep', { pattern: 'needle' });
    expect(found.split('\n')).toHaveLength(201);
    expect(found).toContain('[and more: narrow the search]');
    expect((await bench.use('grep', { pattern: 'needlex' })).length).toBeLessThan(400);
    expect(await bench.use('glob', { pattern: '*' })).toMatch(/\[and 101 more: use a narrower pattern\]$/);
  });
});

describe('bash', () => {
  test('runs in the workspace, without input, and gives back output and exit code', async () => {
    await using bench = makeBench({ 'a.txt': 'hello\n' });
    expect(await bench.use('bash', { command: 'cat a.txt; pwd; echo no >&2' })).toBe(
      `hello\n${bench.root}\nno`,
    );
    expect(await bench.use('bash', { command: 'cat; exit 3' })).toBe('[exit code 3]');
    expect(await bench.use('bash', { command: 'true' })).toBe('[no output]');
    expect(await bench.use('bash', { command: 'kill -9 $$' })).toBe('[ended by SIGKILL]');
  });

  test('keeps beginning and end of a long output', async () => {
    await using bench = makeBench();
    const printed = await bench.use('bash', { command: 'echo first; yes | head -c 5000000; echo last' });
    expect(printed.length).toBeLessThan(31_000);
    expect(printed).toMatch(/^first\n/);
    expect(printed).toMatch(/\[… \d+ characters left out …\]/);
    expect(printed).toMatch(/last$/);
  });

  test('ends a command at its limit, with children in sessions of their own', async () => {
    await using bench = makeBench();
    const command = `setsid sh -c 'trap "" TERM; echo $$ > pid; while :; do sleep 1; done' & wait`;
    const said = await bench.use('bash', { command, timeoutSeconds: 1 });
    expect(said).toBe('![ended after 1 s, the time limit]');
    expect(identifyProcess(Number(readFileSync(join(bench.root, 'pid'), 'utf8')))).toBeUndefined();
  });

  test('ends at its limit what has shed its environment, too', async () => {
    await using bench = makeBench();
    const command = `env -i sh -c 'trap "" TERM; echo $$ > pid; while :; do /bin/sleep 1; done'; echo more`;
    await bench.use('bash', { command, timeoutSeconds: 1 });
    expect(identifyProcess(Number(readFileSync(join(bench.root, 'pid'), 'utf8')))).toBeUndefined();
  });

  test('does not wait for what was left in the background', async () => {
    await using bench = makeBench();
    const said = await bench.use('bash', { command: 'sleep 300 & echo $! > pid; echo started' });
    const pid = Number(readFileSync(join(bench.root, 'pid'), 'utf8'));
    try {
      expect(said).toBe('started');
      expect(identifyProcess(pid)).toBeDefined();
    } finally {
      process.kill(pid, 'SIGKILL');
    }
  });

  test('ends a command at once when the run is stopped', async () => {
    const stop = new AbortController();
    await using bench = makeBench({}, stop.signal);
    const running = bench.use('bash', { command: 'sleep 300' });
    stop.abort();
    expect(await running).toMatch(/^!\[ended, because the whole run is stopped\]$/);
    expect(await bench.use('bash', { command: 'true' })).toContain('the whole run is stopped');
  });
});
