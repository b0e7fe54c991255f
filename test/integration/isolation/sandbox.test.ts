import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { bubblewrap, makeScene, put } from './sandbox-scene.ts';

if (bubblewrap.kind === 'missing') process.stderr.write(`SKIPPED: the sandbox: ${bubblewrap.message}\n`);

describe.skipIf(bubblewrap.kind === 'missing')('an agent in the sandbox', () => {
  test('writes to its workspace, its home and its temporary folder, and nowhere else', async () => {
    await using scene = await makeScene();
    const { workspace, say } = await scene.attempt();
    expect(await say('echo b > b.txt && echo t > "$TMPDIR/t" && echo h > "$HOME/h"')).toBe('');
    expect(readFileSync(join(workspace.path, 'b.txt'), 'utf8')).toBe('b\n');
    expect(readFileSync(join(workspace.tmp, 't'), 'utf8')).toBe('t\n');
    for (const place of [scene.home, scene.root, dirname(workspace.path), '/etc', '/usr', '/run', '/'])
      expect(await say(`echo x > ${place}/escaped`), place).toContain('Read-only file system');
    expect(existsSync(join(scene.home, 'escaped'))).toBe(false);
    expect(readdirSync(dirname(workspace.path)).toSorted()).toEqual([
      'checkout',
      'git',
      'home',
      'logins.json',
      'ready',
      'tmp',
    ]);
  });

  test('has a /tmp of its own', async () => {
    await using scene = await makeScene();
    const { say } = await scene.attempt();
    put(join(scene.folder, 'mine'), 'mine');
    expect(
      await say(`test ! -e ${scene.folder}/mine && echo x > /tmp/pawl-test-x && cat /tmp/pawl-test-x`),
    ).toBe('x\n');
    expect(existsSync('/tmp/pawl-test-x')).toBe(false);
  });

  test('sees neither the person’s secrets, nor their checkout, nor other workspaces, nor the journal', async () => {
    await using scene = await makeScene();
    const other = await scene.attempt();
    const { workspace, say } = await scene.attempt();
    put(join(scene.root, '.git/pawl/pawl.db'), 'journal');
    for (const path of [
      join(scene.home, '.ssh'),
      join(scene.root, '.env'),
      join(scene.root, '.git/pawl'),
      join(scene.root, '.git/config'),
      other.workspace.path,
      join(dirname(workspace.path), 'logins.json'),
    ]) {
      expect(existsSync(path), path).toBe(true);
      expect(await say(`test ! -e ${path}`), path).toBe('');
    }
    if (process.getuid?.() === 0) expect(await say('cat /etc/shadow')).toContain('Permission denied');
  });

  test('sees and writes what the settings say, and does not see what they hide', async () => {
    await using scene = await makeScene({
      sandbox: { read: ['~/.m2'], write: ['~/.cache/tool'], hide: ['~/.m2/settings.xml', '~/.m2/private'] },
    });
    put(join(scene.home, '.m2/jar'), 'jar');
    put(join(scene.home, '.m2/settings.xml'), 'password');
    put(join(scene.home, '.m2/private/key'), 'key');
    put(join(scene.home, '.cache/tool/x'), 'x');
    const { say } = await scene.attempt();
    const { home } = scene;
    expect(await say(`cat ${home}/.m2/jar; ls -A ${home}/.m2/private`)).toBe('jar');
    expect(await say(`cat ${home}/.m2/settings.xml`)).toContain('Permission denied');
    expect(await say(`echo y > ${home}/.m2/jar`)).toContain('Read-only');
    expect(await say(`echo y > ${home}/.cache/tool/x`)).toBe('');
    expect(readFileSync(join(home, '.cache/tool/x'), 'utf8')).toBe('y\n');
  });

  test('finds a program that is installed in the person’s home, with the packages around it', async () => {
    await using scene = await makeScene();
    const { workspace, run } = await scene.attempt();
    const packages = join(scene.home, '.tools/node_modules');
    put(join(packages, 'tool/bin.sh'), '#!/bin/sh\ncat "$(dirname "$(readlink -f "$0")")/../data/words"\n');
    put(join(packages, 'data/words'), 'found');
    chmodSync(join(packages, 'tool/bin.sh'), 0o755);
    mkdirSync(join(scene.home, 'bin'));
    symlinkSync(join(packages, 'tool/bin.sh'), join(scene.home, 'bin/tool'));
    const PATH = `${scene.home}/bin:${process.env['PATH'] ?? ''}`;
    const env = { PATH, HOME: join(dirname(workspace.path), 'home') };
    const outcome = await run('', { argv: ['tool'], env });
    expect(outcome).toMatchObject({ end: { kind: 'exited', code: 0 }, tail: 'found' });
    expect((await run(`ls -A ${scene.home}`, { env })).tail.split('\n').toSorted()).toEqual([
      '',
      '.cache',
      'bin',
      'project',
    ]);
  });

  test('lets a login that it renews by rename through to the person’s own', async () => {
    await using scene = await makeScene({ files: [{ path: '.tool/login.json', how: 'login' }] });
    put(join(scene.home, '.tool/login.json'), '{"key":1}');
    const { say, place } = await scene.attempt();
    const renew =
      'cat "$HOME/.tool/login.json"; echo \'{"key":2}\' > "$HOME/new"; mv "$HOME/new" "$HOME/.tool/login.json"';
    expect(await say(renew)).toBe('{"key":1}');
    await place.close();
    expect(readFileSync(join(scene.home, '.tool/login.json'), 'utf8')).toBe('{"key":2}\n');
  });

  test('with a shared home has all of it but the checkout and what is Pawl’s', async () => {
    await using scene = await makeScene({ home: 'shared' });
    const other = await scene.attempt();
    const { say, workspace } = await scene.attempt();
    expect(await say('cat "$HOME/.ssh/id_ed25519"; echo x > "$HOME/settings"; echo b > b.txt')).toBe(
      'secret',
    );
    expect(existsSync(join(scene.home, 'settings'))).toBe(true);
    expect(existsSync(join(workspace.path, 'b.txt'))).toBe(true);
    for (const path of [join(scene.root, 'a.txt'), other.workspace.path])
      expect(await say(`test ! -e ${path}`)).toBe('');
  });

  test('sees no process but its own', async () => {
    await using scene = await makeScene();
    const { say } = await scene.attempt();
    // Of bubblewrap, the shell and ls itself.
    expect(await say('ls -d /proc/[0-9]*')).toMatch(/^(?:\/proc\/\d\n){2,4}$/);
  });

  test('gets the TERM itself, and may end well', async () => {
    await using scene = await makeScene();
    const { run, workspace } = await scene.attempt();
    const stop = new AbortController();
    const outcome = await run(
      'trap "echo ended well > end.txt; exit 0" TERM; echo here; while :; do sleep 0.05; done',
      {
        signal: stop.signal,
        onLine: () => stop.abort(),
      },
    );
    expect(outcome.end).toEqual({ kind: 'cancelled' });
    expect(readFileSync(join(workspace.path, 'end.txt'), 'utf8')).toBe('ended well\n');
  });

  test('that hears no TERM is ended with its children in other sessions', async () => {
    await using scene = await makeScene();
    const { run } = await scene.attempt();
    const stop = new AbortController();
    const stubborn =
      'trap "" TERM; setsid sh -c "trap : TERM; while :; do sleep 0.1; done" & echo here; wait; sleep 60';
    const outcome = await run(stubborn, {
      signal: stop.signal,
      onLine: () => stop.abort(),
      limits: { totalMs: 30_000, graceMs: 300 },
    });
    expect(outcome.end).toEqual({ kind: 'cancelled' });
    expect(scene.living()).toEqual([]);
  });

  test('leaves no child behind when it ends by itself', async () => {
    await using scene = await makeScene();
    const { say } = await scene.attempt();
    expect(
      await say('setsid sh -c "trap : TERM; exec >/dev/null 2>&1; while :; do sleep 0.1; done" & echo done'),
    ).toBe('done\n');
    expect(scene.living()).toEqual([]);
  });

  test('whose sandbox cannot be made has not run, and the sandbox is blamed', async () => {
    await using scene = await makeScene();
    const { say } = await scene.attempt();
    const { run } = await scene.attempt();
    rmSync(join(scene.root, '.git/objects'), { recursive: true });
    expect(await say('echo ran')).toMatch(
      /^{"kind":"spawn-failed","message":"the sandbox could not be made: bwrap: /,
    );
    expect((await run('', { argv: ['no-such-program'] })).end).toEqual({
      kind: 'spawn-failed',
      message: 'no program no-such-program on PATH',
    });
  });
});
