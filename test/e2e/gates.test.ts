import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createProject, type Project, type ScriptStep } from '../rig/repository.ts';
import { bodiesOf, jsonOf, leavingUserAlone, type RefusalJson } from './observations.ts';

const write = (path: string, text = `${path}\n`): ScriptStep => ({ write: { path, text } });

function oneTask(
  config: Record<string, unknown>,
  attempts: readonly (readonly ScriptStep[])[] = [[write('a.txt')]],
  files: Record<string, string> = {},
): Promise<Project> {
  return createProject({ tasks: [{ id: 'T-001' }], script: { 'T-001': attempts }, config, files });
}

function gateRuns(project: Project): readonly string[] {
  return bodiesOf(project.events(), 'gate.finished').map(
    ({ attempt, run }) => `${attempt} ${run.gate} ${run.status}`,
  );
}

describe('gates', () => {
  test('run in the order typecheck, test, lint, build, others; the first that fails ends it, the rest are skipped', async () => {
    await using project = await oneTask(
      {
        gates: {
          later: 'true',
          build: 'true',
          lint: 'test ! -e bad.txt',
          test: 'true',
          typecheck: 'true',
          audit: 'true',
        },
      },
      [[write('bad.txt')], [write('a.txt')]],
    );
    expect((await project.run(['run'])).exitCode).toBe(0);
    expect(gateRuns(project)).toEqual([
      '1 typecheck passed',
      '1 test passed',
      '1 lint failed',
      '1 build skipped',
      '1 later skipped',
      '1 audit skipped',
      ...['typecheck', 'test', 'lint', 'build', 'later', 'audit'].map((gate) => `2 ${gate} passed`),
    ]);
  });

  test('are detected from package.json; the configuration replaces one and removes another', async () => {
    await using project = await createProject({
      tasks: [{ id: 'T-001' }],
      config: { gates: { lint: false, test: 'echo own > "$TMPDIR"/seen' } },
      files: {
        'package.json': JSON.stringify({
          scripts: { test: 'exit 1', lint: 'exit 1', 'check-types': 'echo types', build: 'echo built' },
        }),
      },
    });
    expect((await project.run(['run'])).exitCode).toBe(0);
    expect(gateRuns(project)).toEqual(['1 typecheck passed', '1 test passed', '1 build passed']);
  });

  test('hand at most 8,000 characters of output on: the first error and the end, without colours', async () => {
    const script =
      'printf "\\033[31merror: it begins here\\033[0m\\n"; seq 1 5000; echo "the very end"; exit 1';
    await using project = await oneTask({ gates: { check: `test -e good.txt || { ${script}; }` } }, [
      [write('a.txt')],
      [write('good.txt')],
    ]);
    expect((await project.run(['run'])).exitCode).toBe(0);
    const [failed] = bodiesOf(project.events(), 'gate.finished');
    const output = failed?.run.output ?? '';
    expect(output.length).toBe(8_000);
    expect(output.startsWith('error: it begins here\n1\n2\n')).toBe(true);
    expect(output.endsWith('4999\n5000\nthe very end')).toBe(true);
    expect(output).toContain('[… output cut …]');
    const brief = readFileSync(join(project.root, '.git/pawl/logs/tasks/T-001/2/brief.md'), 'utf8');
    // The retry context has 8,000 characters in all, so that of the output it holds the most that is left.
    expect(brief).toContain('\n> error: it begins here\n> 1\n> 2\n');
    expect(brief).toContain('\n> [… output cut …]\n');
    expect(brief).toContain('\n> 5000\n> the very end\n');
    expect(brief.length).toBeGreaterThan(8_000);
  });

  test('run on a clean checkout of the commit, not on what the agent left lying about', async () => {
    await using project = await oneTask(
      { gates: { check: 'test -e a.txt && test ! -e ignored.txt && test -z "$(git status --porcelain)"' } },
      [[write('ignored.txt'), write('a.txt')]],
      { '.gitignore': 'ignored.txt\n' },
    );
    expect((await project.run(['run'])).exitCode).toBe(0);
  });

  test('that take too long have failed, and nothing of them is left', async () => {
    await using project = await oneTask(
      {
        gates: { check: 'test -e good.txt || { sleep 600 & sleep 600; }' },
        limits: { gateSeconds: 0.4 },
      },
      [[write('a.txt')], [write('good.txt')]],
    );
    expect((await project.run(['run'])).exitCode).toBe(0);
    const [failed] = bodiesOf(project.events(), 'gate.finished');
    expect(failed?.run).toMatchObject({
      status: 'failed',
      output: '\n[pawl: ended after 400 ms, the limit for a gate]',
    });
    expect(project.orphans()).toEqual([]);
  });

  test('whose command is missing end the run with a refusal, and the task is not blamed', async () => {
    await using project = await oneTask({ gates: { check: 'no-such-program --all' } });
    const exit = await leavingUserAlone(project, () => project.run(['run', '--json']));
    expect(exit.exitCode).toBe(4);
    const { error } = jsonOf(exit) as RefusalJson;
    expect(error.code).toBe('GATE-UNRUNNABLE');
    expect(error.message).toMatch(/^gate check cannot be started: .*no-such-program.*not found$/);
    expect(error.hint).toBe(
      'Install what it needs, or correct `gates.check` in pawl.config.ts; then type `pawl run`.',
    );
    expect(project.state().tasks.get('T-001' as never)?.state.status).toBe('pending');
    const status = await project.run(['status']);
    expect(status.stdout).toContain('Type `pawl run` to go on.');

    const config = join(project.root, 'pawl.config.json');
    project.write({
      'pawl.config.json': readFileSync(config, 'utf8').replace('no-such-program --all', 'true'),
    });
    const again = await project.run(['run', '--json']);
    expect(again.exitCode).toBe(0);
    expect(jsonOf(again)).toMatchObject({ completedInSession: 1, remaining: 0 });
  });

  test('that start on the base and not on the change were broken by the change', async () => {
    await using project = await oneTask(
      { gates: { check: './check.sh' } },
      [[{ remove: 'check.sh' }], [write('a.txt')]],
      { 'check.sh': '#!/bin/sh\nexit 0\n' },
    );
    await project.git(['update-index', '--chmod=+x', 'check.sh']);
    await project.git(['commit', '--quiet', '--message=Executable']);
    await project.git(['checkout', '--quiet', '--', '.']);
    const exit = await project.run(['run']);
    expect(exit.exitCode, exit.stdout).toBe(0);
    expect(gateRuns(project)).toEqual(['1 check failed', '2 check passed']);
    expect(bodiesOf(project.events(), 'attempt.failed')[0]?.failure).toMatchObject({
      kind: 'gate',
      gate: 'check',
    });
  });

  test('may all be missing: then what an agent commits lands, and doctor warns of it', async () => {
    await using project = await oneTask({ gates: {} });
    const doctor = await project.run(['doctor']);
    expect(doctor.exitCode).toBe(0);
    expect(doctor.stdout).toContain('none: whatever an agent commits would land');
    expect((await project.run(['run'])).exitCode).toBe(0);
  });
});

describe('the set-up command', () => {
  test('runs in each workspace before the agent and before the gates', async () => {
    await using project = await oneTask(
      { setup: 'mkdir deps && echo there > deps/there', gates: { check: 'test -e deps/there' } },
      [[{ run: { argv: ['cp', 'deps/there', 'a.txt'] } }]],
      { '.gitignore': 'deps/\n' },
    );
    const exit = await project.run(['run']);
    expect(exit.exitCode, exit.stdout).toBe(0);
    expect(await project.git(['show', 'pawl/tasks:a.txt'])).toBe('there');
    expect(existsSync(join(project.root, 'deps'))).toBe(false);
  });

  test('that fails ends the run with a refusal that shows its output, and the task is not blamed', async () => {
    await using project = await oneTask({ setup: 'echo "no route to the registry" >&2; exit 3' });
    const exit = await leavingUserAlone(project, () => project.run(['run']));
    expect(exit.exitCode).toBe(4);
    expect(exit.stdout).toContain('the task is not to blame');
    expect(exit.stdout).toContain(
      'SETUP-FAILED: the set-up command failed:\n$ echo "no route to the registry" >&2; exit 3\nno route to the registry\n',
    );
    const { attempts, state } = project.state().tasks.get('T-001' as never) ?? {};
    expect(state?.status).toBe('pending');
    expect(attempts?.map(({ end }) => end.status)).toEqual(['failed']);
  });
});

describe('an npm repository with dependencies', () => {
  test('needs no configuration: its scripts are the gates, its lock file says how it is set up', async () => {
    const lock = {
      name: 'project',
      lockfileVersion: 3,
      requires: true,
      packages: {
        '': { name: 'project', dependencies: { 'local-lib': 'file:lib' } },
        lib: { name: 'local-lib', version: '1.0.0' },
        'node_modules/local-lib': { resolved: 'lib', link: true },
      },
    };
    await using project = await createProject({
      tasks: [{ id: 'T-001' }],
      config: { gates: {} },
      files: {
        'package.json': JSON.stringify({
          name: 'project',
          private: true,
          type: 'module',
          scripts: { test: 'node check.js', build: 'node check.js' },
          dependencies: { 'local-lib': 'file:lib' },
        }),
        'package-lock.json': JSON.stringify(lock),
        'lib/package.json': JSON.stringify({ name: 'local-lib', version: '1.0.0', exports: './index.js' }),
        'lib/index.js': 'process.exitCode = 0;\n',
        'check.js': "import 'local-lib';\n",
        '.gitignore': 'node_modules/\n',
      },
      script: { 'T-001': [[{ run: { argv: ['node', 'check.js'] } }, write('a.txt')]] },
    });
    const doctor = await project.run(['doctor']);
    expect(doctor.stdout).toContain('npm ci --prefer-offline --no-audit --no-fund');
    const exit = await leavingUserAlone(project, () => project.run(['run']));
    expect(exit.exitCode, exit.stdout).toBe(0);
    expect(gateRuns(project)).toEqual(['1 test passed', '1 build passed']);
    expect(existsSync(join(project.root, 'node_modules'))).toBe(false);
  });
});

describe('an agent that cannot work', () => {
  test('because it is not installed is refused before anything runs', async () => {
    await using project = await oneTask({
      agent: 'own',
      agents: { own: { kind: 'command', argv: ['no-such-agent'] } },
    });
    const exit = await leavingUserAlone(project, () => project.run(['run']));
    expect(exit.exitCode).toBe(4);
    expect(exit.stdout).toBe('');
    expect(exit.stderr).toMatch(/^AGENT-MISSING: agent own: .*no-such-agent.*\n {2}→ /);
    expect(project.events()).toEqual([]);
    const doctor = await project.run(['doctor', '--json']);
    expect(doctor.exitCode).toBe(4);
    expect(jsonOf(doctor)).toMatchObject({ faults: 1 });
  });

  test('because nobody defined it is refused with the names that are', async () => {
    await using project = await oneTask({});
    const exit = await project.run(['run', '--agent', 'gpt']);
    expect(exit.exitCode).toBe(3);
    expect(exit.stderr).toBe(
      'AGENT-UNKNOWN: no agent is named gpt\n  → Known agents: claude, codex, gemini, opencode, scripted.\n',
    );
  });

  test('because its script has a mistake is refused with the place of the mistake', async () => {
    await using project = await oneTask({}, [[{ wriet: 'x' }]]);
    const exit = await project.run(['run', '--json']);
    expect(exit.exitCode).toBe(4);
    const { error } = jsonOf(exit) as RefusalJson;
    expect(error.code).toBe('AGENT-MISSING');
    expect(error.message).toContain('tasks.T-001[0][0]');
  });

  test('any program can be one: the brief on its standard input, its exit code its claim', async () => {
    await using project = await createProject({
      tasks: [{ id: 'T-001' }],
      config: {
        agent: 'own',
        agents: {
          own: {
            kind: 'command',
            argv: ['./agent.sh', '{task}', '{attempt}', '{workspace}'],
            passEnv: ['GIVEN'],
          },
        },
      },
      files: {
        'agent.sh':
          '#!/bin/sh\ncat > brief.txt\necho "$1 $2 $GIVEN ${HIDDEN:-nothing}" > said.txt\ntest "$PWD" = "$3"\n',
      },
    });
    await project.git(['update-index', '--chmod=+x', 'agent.sh']);
    await project.git(['commit', '--quiet', '--message=Executable']);
    await project.git(['checkout', '--quiet', '--', '.']);
    const exit = await project.run(['run'], { env: { GIVEN: 'given', HIDDEN: 'secret' } });
    expect(exit.exitCode, exit.stdout).toBe(0);
    expect(await project.git(['show', 'pawl/tasks:said.txt'])).toBe('T-001 1 given nothing');
    expect(await project.git(['show', 'pawl/tasks:brief.txt'])).toContain('**Task ID**: T-001');
  });
});
