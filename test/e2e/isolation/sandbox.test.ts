import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { probeBubblewrap } from '../../../src/adapters/sandbox/bubblewrap.ts';
import { findProgram } from '../../../src/adapters/process/program.ts';
import { createProject, type Project, type ScriptStep } from '../../rig/repository.ts';
import { bodiesOf, refusalOf, until, userState } from '../observations.ts';

const bubblewrap = await probeBubblewrap(process.env['PATH'] ?? '');
if (bubblewrap.kind === 'missing')
  process.stderr.write(`SKIPPED: runs in the sandbox: ${bubblewrap.message}\n`);

const write = (path: string): ScriptStep => ({ write: { path, text: `${path}\n` } });
const shell = (command: string): ScriptStep => ({ run: { argv: ['sh', '-c', command] } });

function projectWith(
  attempts: readonly (readonly ScriptStep[])[],
  sandbox: object = { mode: 'require' },
): Promise<Project> {
  return createProject({
    tasks: [{ id: 'T-001' }],
    script: { 'T-001': attempts },
    config: { agents: { scripted: { kind: 'scripted', script: 'agent-script.json' } }, sandbox },
  });
}

/** A PATH with everything that a run needs, and without bubblewrap. */
function pathWithout(project: Project): string {
  const folder = join(project.folder, 'bin');
  mkdirSync(folder);
  for (const name of ['git', 'sh', 'node', 'cat', 'true']) {
    const program = findProgram(name, process.env['PATH'] ?? '', '/');
    if (program !== undefined) symlinkSync(program, join(folder, name));
  }
  return folder;
}

describe.skipIf(bubblewrap.kind === 'missing')('a run in the sandbox', () => {
  test('keeps an agent that tries to leave its workspace inside', async () => {
    await using project = await projectWith([
      [{ escape: { path: '../../../../project/escaped.txt', text: 'x' } }, write('a.txt')],
      [{ escape: { path: '../escaped.txt', text: 'x' } }, write('a.txt')],
      [shell('cd .. && ls -A > checkout/around.txt'), write('a.txt')],
    ]);
    const before = await userState(project);
    const exit = await project.run(['run']);
    expect(exit.exitCode, exit.stdout + exit.stderr).toBe(0);
    expect(exit.stdout + exit.stderr).not.toContain('WARN::NO-SANDBOX');
    const failures = bodiesOf(project.events(), 'attempt.failed');
    expect(failures).toHaveLength(2);
    for (const { failure } of failures)
      expect(failure).toMatchObject({ kind: 'agent', message: expect.stringContaining('EROFS') as string });
    expect(await project.git(['show', `${project.integrationRef}:around.txt`])).toBe('checkout\nhome\ntmp');
    expect(await userState(project)).toBe(before);
    expect(existsSync(join(project.root, 'escaped.txt'))).toBe(false);
  });

  test('keeps the agent’s own commits and what it left beside them', async () => {
    await using project = await projectWith([
      [write('a.txt'), shell('git add -A && git commit -qm "by the agent"'), write('b.txt')],
    ]);
    expect(await project.run(['run'])).toMatchObject({ exitCode: 0 });
    const log = await project.git(['log', '--format=%an: %s', '--no-merges', project.integrationRef]);
    expect(log.split('\n')).toEqual(['Rig: feat(T-001): Do T-001', 'Rig: by the agent', 'Rig: First commit']);
    expect(await project.git(['ls-tree', '--name-only', project.integrationRef])).toContain('b.txt');
  });

  test('does not outlive a Pawl that is killed, and the next run goes on', async () => {
    await using project = await projectWith([
      [shell('(trap "" TERM; setsid sleep 300) & touch here; wait')],
      [write('a.txt')],
    ]);
    const first = project.start(['run']);
    const here = (): string => join(project.cache, readdirSync(project.cache)[0] ?? '', 'w01/checkout/here');
    await until(() => existsSync(here()), 'the agent works');
    expect(project.orphans().length).toBeGreaterThan(3);
    first.kill('SIGKILL');
    await first.exit;
    await until(() => project.orphans().length === 0, 'the sandbox is gone');
    expect(await project.run(['run'])).toMatchObject({ exitCode: 0 });
  });

  test('shows an agent what the configuration names, and an agent may have settings of its own', async () => {
    await using project = await projectWith([[shell('cat "$PERSON/read" "$PERSON/own" > seen.txt')]], {
      mode: 'require',
      read: ['~/read'],
    });
    const home = join(project.folder, 'home');
    for (const name of ['read', 'own']) writeFileSync(join(home, name), `${name}\n`);
    const config = JSON.parse(readFileSync(join(project.root, 'pawl.config.json'), 'utf8')) as {
      agents: { scripted: object };
    };
    config.agents.scripted = { ...config.agents.scripted, sandbox: { read: ['~/own'] } };
    project.write({ 'pawl.config.json': JSON.stringify({ ...config, env: ['PERSON'] }) });
    await project.git(['commit', '--quiet', '--all', '--message=settings']);
    const exit = await project.run(['run'], { env: { PERSON: home } });
    expect(exit.exitCode, exit.stdout + exit.stderr).toBe(0);
    expect(await project.git(['show', `${project.integrationRef}:seen.txt`])).toBe('read\nown');
  });

  test('has its network limited, and the refusals in its log', async () => {
    const ask = `node -e "require('node:http').get({ host: '127.0.0.1', port: 3128, path: 'http://elsewhere.example/' }, (answer) => console.log(answer.statusCode))" > status.txt`;
    await using project = await projectWith([[shell(ask)]], {
      mode: 'require',
      network: ['registry.example'],
    });
    const exit = await project.run(['run']);
    expect(exit.exitCode, exit.stdout + exit.stderr).toBe(0);
    expect(await project.git(['show', `${project.integrationRef}:status.txt`])).toBe('403');
    const logs = await project.run(['logs', 'T-001']);
    expect(logs.stdout).toContain('[pawl: refused elsewhere.example:80: it is not among sandbox.network]');
    const doctor = await project.run(['doctor']);
    expect(doctor.stdout).toMatch(
      /✓ network +agents reach the service of their model, registry\.example, and nothing else/,
    );
  });

  test('is described by doctor', async () => {
    await using project = await projectWith([], { mode: 'auto' });
    const { stdout } = await project.run(['doctor']);
    expect(stdout).toMatch(
      /✓ sandbox +bubblewrap \d\S*: an agent writes to its workspace, its home, its TMPDIR only/,
    );
  });
});

describe('without bubblewrap', () => {
  test('a run is refused where the sandbox is required, with what to type', async () => {
    await using project = await projectWith([[write('a.txt')]]);
    const PATH = pathWithout(project);
    const exit = await project.run(['run'], { env: { PATH } });
    expect(exit).toMatchObject({ exitCode: 4 });
    expect(exit.stderr).toContain(
      'SANDBOX-MISSING: agent scripted may run in a sandbox only: bubblewrap is not installed',
    );
    expect(exit.stderr).toContain('`pawl run --sandbox off`');
    expect(refusalOf(await project.run(['run', '--json'], { env: { PATH } }))).toBe('SANDBOX-MISSING 4');
    const off = await project.run(['run', '--sandbox', 'off'], { env: { PATH } });
    expect(off.exitCode, off.stdout + off.stderr).toBe(0);
    expect(off.stdout + off.stderr).not.toContain('SANDBOX');
  });

  test('a run goes on where the sandbox is left to the system, and says so once', async () => {
    await using project = await projectWith([[write('a.txt')]], {});
    const PATH = pathWithout(project);
    const exit = await project.run(['run'], { env: { PATH } });
    expect(exit.exitCode, exit.stdout + exit.stderr).toBe(0);
    expect((exit.stdout + exit.stderr).match(/WARN::NO-SANDBOX/g)).toHaveLength(1);
    const doctor = await project.run(['doctor'], { env: { PATH } });
    expect(doctor.stdout).toMatch(
      /! sandbox +none, agents run with your rights: bubblewrap is not installed/,
    );
    const required = await project.run(['run', '--sandbox', 'require'], {
      env: { PATH: `${PATH}${delimiter}${PATH}` },
    });
    expect(required.exitCode).toBe(4);
  });
});
