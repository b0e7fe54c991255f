/**
 * The file tools of the built-in agent reach nothing outside of the workspace, whatever links lie in it and however a
 * path is spelled; not even when links are made while they work.
 */
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { editTool } from '../../src/coder/tools/edit.ts';
import { readTool } from '../../src/coder/tools/read.ts';
import { writeTool } from '../../src/coder/tools/write.ts';
import { openFile, openWorkspace } from '../../src/coder/workspace.ts';

const names = ['a', 'b', 'c', 'd'] as const;
const name = fc.constantFrom(...names);
const SECRET = 'a secret outside';

/** Everything that a path may hold; `{root}` and `{outside}` become absolute. */
const segment = fc.oneof(
  { weight: 6, arbitrary: name },
  fc.constantFrom('.', '..', '', '.git', '.GIT', '...', '{root}', '{outside}', 'secret.txt', 'proc', '\0'),
);
const path = fc
  .tuple(fc.constantFrom('', '/', './', '{root}/', '{outside}/'), fc.array(segment, { maxLength: 5 }))
  .map(([start, segments]) => start + segments.join('/'));

interface Entry {
  readonly kind: 'folder' | 'file' | 'link';
  readonly at: readonly string[];
  /** Where a link leads. */
  readonly to: string;
}

const at = fc.array(name, { minLength: 1, maxLength: 3 });
const target = fc.oneof(
  path,
  fc.constantFrom(
    '..',
    '../..',
    '../outside',
    '../../outside',
    '{outside}',
    '{outside}/secret.txt',
    '/',
    '.git',
  ),
);
const entry: fc.Arbitrary<Entry> = fc.record({
  kind: fc.constantFrom('folder', 'file', 'link', 'link'),
  at,
  to: target,
});

interface World extends Disposable {
  readonly root: string;
  readonly outside: string;
  /** With the real folders in the place of their names. */
  spell(path: string): string;
}

function makeWorld(entries: readonly Entry[]): World {
  const base = realpathSync(mkdtempSync(join(tmpdir(), 'pawl-coder-')));
  const [root, outside] = [join(base, 'workspace'), join(base, 'outside')];
  for (const folder of [root, outside, join(root, '.git')]) mkdirSync(folder);
  writeFileSync(join(outside, 'secret.txt'), SECRET);
  writeFileSync(join(root, '.git', 'config'), '[core]\n');
  const spell = (text: string): string => text.replaceAll('{root}', root).replaceAll('{outside}', outside);
  for (const one of entries) place(root, one, spell);
  return {
    root,
    outside,
    spell,
    [Symbol.dispose]: () => rmSync(base, { recursive: true, force: true }),
  };
}

/** Where something else is in the way already, nothing is placed. */
function place(root: string, one: Entry, spell: (text: string) => string): void {
  let folder = root;
  for (const part of one.at.slice(0, -1)) {
    folder = join(folder, part);
    try {
      mkdirSync(folder);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') return;
    }
  }
  const real = tryTo(() => realpathSync(folder));
  if (real === undefined || !(real === root || real.startsWith(`${root}/`))) return;
  const file = join(folder, one.at.at(-1) ?? '');
  tryTo(() => {
    if (one.kind === 'folder') mkdirSync(file);
    else if (one.kind === 'file') writeFileSync(file, 'inside', { flag: 'wx' });
    else symlinkSync(spell(one.to) || '.', file);
  });
}

function tryTo<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    // In the way, or leads nowhere: the next one then.
    return undefined;
  }
}

describe('the workspace of the built-in agent', () => {
  test('is all that an opened file can be of, and nothing of git is opened for writing', () => {
    let opened = 0;
    fc.assert(
      fc.property(
        fc.array(entry, { maxLength: 8 }),
        fc.array(fc.tuple(path, fc.constantFrom('read', 'change', 'create')), { minLength: 1, maxLength: 8 }),
        (entries, wishes) => {
          using world = makeWorld(entries);
          for (const [wanted, access] of wishes) {
            const file = openFile(openWorkspace(world.root), world.spell(wanted), access);
            if (!file.ok) continue;
            opened += 1;
            // Linux names the file that is open, whatever it was opened by.
            const real = readlinkSync(`/proc/self/fd/${file.value}`);
            closeSync(file.value);
            expect(real.startsWith(`${world.root}/`)).toBe(true);
            if (access !== 'read') expect(real.toLowerCase()).not.toMatch(/\/\.git(\/|$)/);
          }
          expectUntouched(world);
        },
      ),
      { numRuns: 300 },
    );
    // Otherwise nothing was proven.
    expect(opened).toBeGreaterThan(50);
  });

  test('is all that the tools read and write', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(entry, { maxLength: 8 }),
        fc.array(path, { maxLength: 6 }),
        async (entries, paths) => {
          using world = makeWorld(entries);
          const context = {
            workspace: openWorkspace(world.root),
            env: {},
            signal: new AbortController().signal,
          };
          for (const wanted of paths) {
            const filePath = world.spell(wanted);
            expect(JSON.stringify(await readTool.run({ filePath }, context))).not.toContain(SECRET);
            await editTool.run({ filePath, oldString: SECRET, newString: 'changed' }, context);
            await writeTool.run({ filePath, content: 'changed' }, context);
          }
          expectUntouched(world);
        },
      ),
      { numRuns: 150 },
    );
  });

  test('is not left through links that are made while a file is opened', async () => {
    using world = makeWorld([]);
    const swapped = join(world.root, 'a');
    const worker = new Worker(swapping, {
      eval: true,
      workerData: { swapped, outside: world.outside, spare: join(world.root, 'b') },
    });
    await new Promise((resolve) => {
      worker.once('message', resolve);
    });
    const workspace = openWorkspace(world.root);
    const seen = { opened: 0, refused: 0 };
    try {
      for (let round = 0; round < 20_000; round += 1) {
        const file = openFile(workspace, 'a/secret.txt', 'change');
        seen[file.ok ? 'opened' : 'refused'] += 1;
        if (!file.ok) continue;
        const text = readFileSync(file.value, 'utf8');
        closeSync(file.value);
        expect(text).toBe('inside');
      }
    } finally {
      await worker.terminate();
    }
    // Both worlds were met.
    expect(Math.min(seen.opened, seen.refused)).toBeGreaterThan(0);
    expectUntouched(world);
  });
});

/** A folder becomes a link to the outside, and again a folder, as fast as it goes. */
const swapping = `
  const { mkdirSync, renameSync, symlinkSync, unlinkSync, writeFileSync } = require('node:fs');
  const { parentPort, workerData: { swapped, outside, spare } } = require('node:worker_threads');
  mkdirSync(swapped);
  writeFileSync(swapped + '/secret.txt', 'inside');
  parentPort.postMessage('ready');
  for (;;) {
    renameSync(swapped, spare);
    symlinkSync(outside, swapped);
    unlinkSync(swapped);
    renameSync(spare, swapped);
  }
`;

function expectUntouched({ root, outside }: World): void {
  expect(readFileSync(join(outside, 'secret.txt'), 'utf8')).toBe(SECRET);
  expect(readFileSync(join(root, '.git', 'config'), 'utf8')).toBe('[core]\n');
}
