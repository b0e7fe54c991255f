import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createProject, type Project, type ScriptStep } from '../../rig/repository.ts';
import { until } from '../observations.ts';

const login = '.tool/login.json';

function shell(command: string): ScriptStep {
  return { run: { argv: ['sh', '-c', command] } };
}

/** An agent with a private home, in which it finds a login; one list of steps per attempt. */
async function projectWith(...attempts: readonly (readonly ScriptStep[])[]): Promise<Project> {
  const project = await createProject({
    tasks: [{ id: 'T-001' }],
    script: { 'T-001': attempts },
    config: { agents: { scripted: { kind: 'scripted', script: 'agent-script.json', homeFiles: [login] } } },
  });
  mkdirSync(join(homeOf(project), '.tool'));
  writeFileSync(ownLogin(project), '{"key":1}');
  return project;
}

function homeOf(project: Project): string {
  return project.env['HOME'] ?? '';
}

function ownLogin(project: Project): string {
  return join(homeOf(project), login);
}

/** The folder that all workspaces of the project are in, once it is there. */
function poolOf(project: Project): string {
  return join(project.cache, readdirSync(project.cache)[0] ?? '');
}

describe('the home of an attempt', () => {
  test('holds the login alone; what the agent leaves there is gone afterwards, but for a renewed login', async () => {
    await using project = await projectWith([
      shell('cp "$HOME/.tool/login.json" found.json; touch "$HOME/.profile"; ls -A "$HOME" > listing.txt'),
      shell('echo \'{"key":2}\' > "$HOME/new"; mv "$HOME/new" "$HOME/.tool/login.json"'),
    ]);
    expect(await project.run(['run'])).toMatchObject({ exitCode: 0 });
    expect(await project.git(['show', `${project.integrationRef}:found.json`])).toBe('{"key":1}');
    expect(await project.git(['show', `${project.integrationRef}:listing.txt`])).toBe(
      ['.cache', '.config', '.gitconfig', '.local', '.profile', '.tool'].join('\n'),
    );
    expect(readdirSync(homeOf(project))).toEqual(['.tool']);
    expect(readFileSync(ownLogin(project), 'utf8').trim()).toBe('{"key":2}');
    expect(readdirSync(join(poolOf(project), 'w01')).toSorted()).toEqual(['checkout', 'ready', 'tmp']);
  });

  test('has the person’s name on commits, and nothing else of their git settings', async () => {
    await using project = await projectWith([
      { write: { path: 'a.txt', text: 'a\n' } },
      shell('git add --all && git commit --quiet --message "by the agent" && git config --list > said.txt'),
    ]);
    writeFileSync(
      join(homeOf(project), '.gitconfig'),
      '[user]\n\tname = Ann\n[core]\n\thooksPath = /hooks\n[commit]\n\tgpgSign = true\n[init]\n\tdefaultBranch = trunk\n',
    );
    expect(await project.run(['run'])).toMatchObject({ exitCode: 0 });
    const said = await project.git(['show', `${project.integrationRef}:said.txt`]);
    expect(said.split('\n')).toContain('init.defaultbranch=trunk');
    expect(said).not.toContain('/hooks');
    expect(await project.git(['log', '--format=%an', '--grep=by the agent', project.integrationRef])).toBe(
      'Rig',
    );
  });

  test('of a Pawl that was killed is removed by the next, which brings the login home', async () => {
    await using project = await projectWith(
      [
        shell(
          'touch here; until test -e go; do sleep 0.02; done; ' +
            'echo \'{"key":2}\' > "$HOME/new"; mv "$HOME/new" "$HOME/.tool/login.json"; sleep 60',
        ),
      ],
      [{ write: { path: 'a.txt', text: 'a\n' } }],
    );
    const first = project.start(['run']);
    const place = (): string => join(poolOf(project), 'w01');
    await until(() => existsSync(join(place(), 'checkout/here')), 'the agent works');
    first.kill('SIGKILL');
    await first.exit;
    writeFileSync(join(place(), 'checkout/go'), '');
    const copy = join(place(), 'home', login);
    await until(() => existsSync(copy) && readFileSync(copy, 'utf8').includes('2'), 'it renews its login');
    expect(readFileSync(ownLogin(project), 'utf8')).toBe('{"key":1}');
    expect(await project.run(['run'])).toMatchObject({ exitCode: 0 });
    expect(readFileSync(ownLogin(project), 'utf8').trim()).toBe('{"key":2}');
    expect(readdirSync(place()).toSorted()).toEqual(['checkout', 'ready', 'tmp']);
  });
});
