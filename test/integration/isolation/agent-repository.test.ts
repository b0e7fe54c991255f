import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createGitRepository } from '../../../src/adapters/git/git-repository.ts';
import { bubblewrap, identity, makeScene } from './sandbox-scene.ts';

if (bubblewrap.kind === 'missing')
  process.stderr.write(`SKIPPED: git in the sandbox: ${bubblewrap.message}\n`);

describe.skipIf(bubblewrap.kind === 'missing')('git in the sandbox', () => {
  test('commits, and the commits are kept', async () => {
    await using scene = await makeScene();
    const { say, place, workspace } = await scene.attempt();
    expect(
      await say(
        'echo b > b.txt; git add -A; git commit -qm one; echo x > x.log; git add -f x.log; git commit -qm two; echo c > c.txt',
      ),
    ).toBe('');
    await place.close();
    const head = readFileSync(join(workspace.gitDir, 'HEAD'), 'utf8').trim();
    expect(scene.git('log', '--format=%s', head)).toBe('two\none\nfirst');
    expect(scene.git('ls-tree', '-r', '--name-only', head)).toBe('.gitignore\na.txt\nb.txt\nx.log');
    expect(
      scene.git(`--git-dir=${workspace.gitDir}`, `--work-tree=${workspace.path}`, 'status', '--porcelain'),
    ).toBe('?? c.txt');
    expect(scene.git('fsck', '--strict', '--no-dangling')).toBe('');
    expect(readdirSync(dirname(workspace.path)).toSorted()).toEqual(['checkout', 'ready', 'tmp']);
  });

  test('on a branch of its own is kept too, and the branch is not', async () => {
    await using scene = await makeScene();
    const { say, place, workspace } = await scene.attempt();
    expect(
      await say(
        'git switch -qc feature/x; echo b > b.txt; git add -A; git commit -qm one; git gc -q; git pack-refs --all',
      ),
    ).toBe('');
    await place.close();
    expect(scene.git('log', '--format=%s', readFileSync(join(workspace.gitDir, 'HEAD'), 'utf8').trim())).toBe(
      'one\nfirst',
    );
    expect(scene.git('for-each-ref', '--format=%(refname) %(objectname)')).toBe(
      `refs/heads/main ${scene.base}`,
    );
  });

  test('shows the history and the branches, and a clean checkout', async () => {
    await using scene = await makeScene();
    scene.git('branch', 'other');
    const { say } = await scene.attempt();
    expect(
      await say('git log --format=%s; git for-each-ref --format="%(refname:short)"; git status --porcelain'),
    ).toBe('first\nmain\nother\n');
  });

  test('can change neither branches nor settings nor hooks of the person', async () => {
    await using scene = await makeScene();
    const { say, place } = await scene.attempt();
    const config = readFileSync(join(scene.root, '.git/config'), 'utf8');
    expect(
      await say(
        'git update-ref refs/heads/main $(git commit-tree -m x HEAD^{tree}); git branch evil; git config core.fsmonitor /evil; ' +
          'hooks=$(git rev-parse --git-path hooks); mkdir -p $hooks; echo evil > $hooks/pre-commit; git stash list',
      ),
    ).toBe('');
    await place.close();
    expect(readFileSync(join(scene.root, '.git/config'), 'utf8')).toBe(config);
    expect(existsSync(join(scene.root, '.git/hooks/pre-commit'))).toBe(false);
    expect(scene.git('for-each-ref', '--format=%(refname) %(objectname)')).toBe(
      `refs/heads/main ${scene.base}`,
    );
  });

  test.each([
    ['a commit that is no descendant', 'git commit -q --amend -m other'],
    [
      'an object with another name than its own',
      'git commit -q --allow-empty -m x; h=$(git rev-parse HEAD); f=$(git rev-parse --git-path objects)/$(echo $h | cut -c1-2)/$(echo $h | cut -c3-); t=$(git commit-tree -m y -p HEAD HEAD^{tree}); g=$(git rev-parse --git-path objects)/$(echo $t | cut -c1-2)/$(echo $t | cut -c3-); chmod +w $f; cp $g $f',
    ],
    [
      'a pipe among its objects',
      'git commit -q --allow-empty -m x; mkfifo $(git rev-parse --git-path objects)/pipe',
    ],
    [
      'folders among its objects that are too deep to be looked into',
      `git commit -q --allow-empty -m x; cd $(git rev-parse --git-path objects)
       for n in $(seq 60); do mkdir ${'d'.repeat(100)}; cd -P ${'d'.repeat(100)} || exit; done`,
    ],
    [
      'a HEAD that is a link',
      'rm $(git rev-parse --git-path HEAD); ln -s /etc/passwd $(git rev-parse --git-dir)/HEAD',
    ],
    ['a HEAD that leads out', 'echo "ref: refs/heads/../../../../x" > $(git rev-parse --git-dir)/HEAD'],
    ['no repository at all', 'rm -rf $(git rev-parse --git-dir)/*'],
  ])('with %s keeps no commit, and the files are there all the same', async (_name, script) => {
    await using scene = await makeScene();
    const { run, place, workspace } = await scene.attempt();
    await run(`echo b > b.txt; ${script}`);
    await place.close();
    expect(readFileSync(join(workspace.gitDir, 'HEAD'), 'utf8').trim()).toBe(scene.base);
    expect(readFileSync(join(workspace.path, 'b.txt'), 'utf8')).toBe('b\n');
    expect(scene.git('fsck', '--strict', '--no-dangling')).toBe('');
  });

  test('has nothing run outside by the settings of a repository that it makes in its workspace', async () => {
    await using scene = await makeScene();
    const { say, place, workspace } = await scene.attempt();
    const hit = join(scene.folder, 'hit');
    const evil = join(workspace.path, 'evil.sh');
    const script = `
      printf '#!/bin/sh\\necho x >> ${hit}\\n' > evil.sh && chmod +x evil.sh
      mkdir sub && cd sub && git init -q . && echo '* filter=evil' > .gitattributes && echo s > s
      git add -A && git commit -qm sub
      git config core.fsmonitor ${evil} && git config filter.evil.clean ${evil} && git config core.hooksPath ${workspace.path}
      cd .. && git add -A 2>&1 && git commit -qm link
      echo later > sub/s && cp evil.sh post-index-change`;
    await say(script);
    await place.close();
    const options = {
      root: scene.root,
      identity,
      hit: () => undefined,
      attributesFile: join(scene.folder, 'attributes'),
    };
    const repository = createGitRepository(options);
    // Twice: the first time git learns of the repository, where it does not know it from the commit.
    for (let time = 0; time < 2; time += 1) {
      const snapshot = await repository.snapshot(workspace, scene.base, 'left');
      expect(snapshot?.files.map(({ path }) => path)).toContain('sub');
    }
    expect(existsSync(hit)).toBe(false);
  });

  test('of a Pawl that was killed gives its commits to the repair of the pool', async () => {
    await using scene = await makeScene();
    const { say, workspace } = await scene.attempt();
    expect(await say('echo b > b.txt; git add -A; git commit -qm one')).toBe('');
    spawnSync(process.execPath, ['-e', killedListener], { cwd: dirname(workspace.path) });
    expect(existsSync(join(dirname(workspace.path), 'network-1'))).toBe(true);
    scene.pool.release(workspace);
    await scene.pool.repair();
    expect(scene.git('log', '--format=%s', readFileSync(join(workspace.gitDir, 'HEAD'), 'utf8').trim())).toBe(
      'one\nfirst',
    );
    expect(readdirSync(dirname(workspace.path)).toSorted()).toEqual(['checkout', 'ready', 'tmp']);
  });
});

/** Leaves its socket behind, as a Pawl that is killed leaves that of its proxy. */
const killedListener =
  "require('node:net').createServer().listen('network-1', () => process.kill(process.pid, 'SIGKILL'))";
