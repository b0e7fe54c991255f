import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { claudeHomeFiles } from '../../../src/adapters/agents/home-settings.ts';
import type { HomeFile } from '../../../src/adapters/home/home-file.ts';
import {
  endPrivateHome,
  openPrivateHome,
  type PrivateHome,
} from '../../../src/adapters/home/private-home.ts';
import { makeTemporaryFolder } from '../../rig/temporary.ts';

const login: HomeFile = { path: '.tool/login.json', how: 'login' };

interface Scene extends AsyncDisposable {
  readonly folder: string;
  /** The person's own login file. */
  readonly own: string;
  readonly open: (workspace?: string) => { readonly home: PrivateHome; readonly around: string };
}

function makeScene(files: readonly HomeFile[] = [login]): Scene {
  const folder = makeTemporaryFolder('home');
  const person = join(folder.path, 'person');
  const own = join(person, login.path);
  put(own, '{"key":1}');
  return {
    folder: folder.path,
    own,
    open(workspace = 'w01') {
      const around = join(folder.path, workspace);
      mkdirSync(around, { recursive: true });
      const home = openPrivateHome({ around, own: person, environment: {}, files, gitConfig: '' });
      return { home, around };
    },
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

function put(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

/** As programs do that never want a half-written file to be seen. */
function putByRename(file: string, text: string): void {
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
}

const read = (file: string): string => readFileSync(file, 'utf8');
const soon = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 20_000 });

describe('a private home', () => {
  test('holds the login and nothing else of the person, and is gone afterwards', async () => {
    await using scene = makeScene();
    put(join(scene.folder, 'person/.ssh/id_ed25519'), 'secret');
    const { home, around } = scene.open();
    expect(readdirSync(home.path).toSorted()).toEqual(['.cache', '.config', '.gitconfig', '.local', '.tool']);
    expect(read(join(home.path, login.path))).toBe('{"key":1}');
    expect(home.env).toMatchObject({ HOME: home.path, XDG_CACHE_HOME: join(home.path, '.cache') });
    mkdirSync(join(home.path, 'modules'));
    writeFileSync(join(home.path, 'modules/read-only'), '');
    chmodSync(join(home.path, 'modules'), 0o500);
    home.close();
    expect(readdirSync(around)).toEqual([]);
    expect(read(scene.own)).toBe('{"key":1}');
  });

  test('lets a renewed login through while the agent works, written in place or by rename', async () => {
    await using scene = makeScene();
    const { home } = scene.open();
    const copy = join(home.path, login.path);
    writeFileSync(copy, '{"key":2}');
    await soon(() => expect(read(scene.own)).toBe('{"key":2}'));
    putByRename(copy, '{"key":3}');
    await soon(() => expect(read(scene.own)).toBe('{"key":3}'));
    home.close();
    expect(read(scene.own)).toBe('{"key":3}');
  });

  test('keeps the mode of the person’s file, and a link of theirs to it', async () => {
    await using scene = makeScene();
    const kept = join(scene.folder, 'dotfiles/login.json');
    put(kept, '{"key":1}');
    rmSync(scene.own);
    symlinkSync(kept, scene.own);
    chmodSync(kept, 0o600);
    const { home } = scene.open();
    putByRename(join(home.path, login.path), '{"key":2}');
    home.close();
    expect(read(kept)).toBe('{"key":2}');
    expect(read(scene.own)).toBe('{"key":2}');
  });

  test('of two at once each sees what the other renewed, so that none uses an old key', async () => {
    await using scene = makeScene();
    const one = scene.open('w01').home;
    const two = scene.open('w02').home;
    putByRename(join(one.path, login.path), '{"key":2}');
    await soon(() => expect(read(join(two.path, login.path))).toBe('{"key":2}'));
    putByRename(join(two.path, login.path), '{"key":3}');
    await soon(() => expect(read(join(one.path, login.path))).toBe('{"key":3}'));
    one.close();
    two.close();
    expect(read(scene.own)).toBe('{"key":3}');
  });

  test('whose Pawl was killed gives its renewed login up to whoever ends it', async () => {
    await using scene = makeScene();
    const { home, around } = scene.open();
    const note = read(join(around, 'logins.json'));
    home.close();
    // What a kill leaves: the note and the home, with a key that nobody carried.
    writeFileSync(join(around, 'logins.json'), note);
    put(join(around, 'home', login.path), '{"key":2}');
    endPrivateHome(around);
    expect(read(scene.own)).toBe('{"key":2}');
    expect(readdirSync(around)).toEqual([]);
    endPrivateHome(around);
  });

  test('gives way to a login that the person made later', async () => {
    await using scene = makeScene();
    const { around, home } = scene.open();
    const note = read(join(around, 'logins.json'));
    home.close();
    writeFileSync(join(around, 'logins.json'), note);
    put(join(around, 'home', login.path), '{"key":"of the agent"}');
    utimesSync(join(around, 'home', login.path), 1_000, 1_000);
    writeFileSync(scene.own, '{"key":"of the person"}');
    endPrivateHome(around);
    expect(read(scene.own)).toBe('{"key":"of the person"}');
  });

  test.each([
    ['half a file', '{"key":'],
    ['an empty one', ''],
    ['something else', '7'],
  ])('never puts %s in the place of a login', async (_name, text) => {
    await using scene = makeScene();
    const { home } = scene.open();
    writeFileSync(join(home.path, login.path), text);
    home.close();
    expect(read(scene.own)).toBe('{"key":1}');
  });

  test('neither logs the person out nor in again', async () => {
    await using scene = makeScene();
    const one = scene.open().home;
    rmSync(join(one.path, login.path));
    one.close();
    expect(read(scene.own)).toBe('{"key":1}');
    const two = scene.open().home;
    rmSync(scene.own);
    two.close();
    expect(existsSync(scene.own)).toBe(false);
  });

  test('has no other file read or written through a link that the agent puts there', async () => {
    await using scene = makeScene();
    const victim = join(scene.folder, 'victim/login.json');
    put(victim, '{"secret":true}');
    const { home } = scene.open();
    rmSync(join(home.path, login.path));
    symlinkSync(victim, join(home.path, login.path));
    writeFileSync(scene.own, '{"key":2}');
    home.close();
    expect(read(scene.own)).toBe('{"key":2}');
    expect(read(victim)).toBe('{"secret":true}');

    const other = scene.open().home;
    rmSync(join(other.path, '.tool'), { recursive: true });
    symlinkSync(dirname(victim), join(other.path, '.tool'));
    writeFileSync(scene.own, '{"key":3}');
    other.close();
    expect(read(scene.own)).toBe('{"key":3}');
    expect(read(victim)).toBe('{"secret":true}');
  });

  test('of Claude Code tells whose account it is, and nothing of its projects and servers', async () => {
    await using scene = makeScene(claudeHomeFiles);
    put(
      join(scene.folder, 'person/.claude.json'),
      '{"userID":"u","projects":{"/x":{}},"mcpServers":{"a":{"env":{"TOKEN":"t"}}}}',
    );
    const { home } = scene.open();
    expect(JSON.parse(read(join(home.path, '.claude.json')))).toEqual({ userID: 'u' });
    home.close();
  });
});
