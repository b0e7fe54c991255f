import {
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  chmodSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeBacklog } from '../../src/planning/write-backlog.ts';
import { makeTemporaryFolder } from '../rig/temporary.ts';

/** All paths below a folder. */
function pathsIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).toSorted();
}

test('new folders are made, and nothing is left of the writing', async () => {
  await using folder = makeTemporaryFolder('backlog');
  const files = new Map([
    ['a/b/tasks.json', 'one\n'],
    ['a/state.json', 'two\n'],
  ]);
  expect(await writeBacklog(folder.path, files, false)).toBeUndefined();
  expect(pathsIn(folder.path)).toEqual(['a', 'a/b', 'a/b/tasks.json', 'a/state.json']);
  for (const [file, text] of files) expect(readFileSync(join(folder.path, file), 'utf8')).toBe(text);
});

test('when the last file cannot be written, no file and no folder is there that was not', async () => {
  await using folder = makeTemporaryFolder('backlog');
  writeFileSync(join(folder.path, 'file'), 'mine');
  mkdirSync(join(folder.path, 'there'));
  const files = new Map([
    ['there/new.json', 'one\n'],
    ['a/b/new.json', 'two\n'],
    ['file/below.json', 'three\n'],
  ]);
  await expect(writeBacklog(folder.path, files, true)).rejects.toMatchObject({ code: 'ENOTDIR' });
  expect(pathsIn(folder.path)).toEqual(['file', 'there']);
});

test('a file that cannot take its place puts back those that have', async () => {
  await using folder = makeTemporaryFolder('backlog');
  writeFileSync(join(folder.path, 'old.json'), 'mine');
  writeFileSync(join(folder.path, 'last.json'), 'theirs');
  const files = new Map([
    ['new.json', 'one\n'],
    ['last.json', 'three\n'],
  ]);
  expect(await writeBacklog(folder.path, files, false)).toBe('last.json');
  expect(pathsIn(folder.path)).toEqual(['last.json', 'old.json']);
  expect(readFileSync(join(folder.path, 'last.json'), 'utf8')).toBe('theirs');
});

test('what is overwritten keeps its mode, and a link stays one', async () => {
  await using folder = makeTemporaryFolder('backlog');
  const file = join(folder.path, 'prd.json');
  writeFileSync(file, 'old');
  chmodSync(file, 0o640);
  symlinkSync('prd.json', join(folder.path, 'link.json'));
  expect(await writeBacklog(folder.path, new Map([['link.json', 'new\n']]), true)).toBeUndefined();
  expect([readFileSync(file, 'utf8'), statSync(file).mode & 0o777]).toEqual(['new\n', 0o640]);
  expect(pathsIn(folder.path)).toEqual(['link.json', 'prd.json']);
});
