/**
 * The first command of the README: a whole run on a real backlog, offline, with the scripted agent.
 * Everything happens in a temporary folder; this repository is not touched. The folder is kept, to look around in.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const pawl = resolve('bin/pawl.js');
const folder = mkdtempSync(join(tmpdir(), 'pawl-demo-'));
const project = join(folder, 'larder');
const began = performance.now();

const env = {
  ...process.env,
  PAWL_CACHE: join(folder, 'cache'),
  PATH: `${resolve('node_modules/.bin')}:${process.env['PATH']}`,
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
};

cpSync('examples/larder', project, { recursive: true });
run('git', ['init', '--quiet', '--initial-branch=main']);
run('git', ['add', '--all']);
run('git', [
  '-c',
  'user.name=You',
  '-c',
  'user.email=you@example.org',
  'commit',
  '--quiet',
  '-m',
  'A small library and its backlog',
]);

show('pawl plan', process.execPath, [pawl, 'plan']);
show('pawl run --parallel 4', process.execPath, [pawl, 'run', '--parallel', '4']);
show('git log --first-parent pawl/tasks', 'git', [
  '--no-pager',
  'log',
  '--first-parent',
  '--format=%h %s',
  'pawl/tasks',
]);
show('pawl show T-005   # the agent that said "done" and had changed nothing', process.execPath, [
  pawl,
  'show',
  'T-005',
]);
show('pawl land', process.execPath, [pawl, 'land']);
show('pawl status', process.execPath, [pawl, 'status']);

process.stdout.write(
  `\nAll of it in ${((performance.now() - began) / 1000).toFixed(1)} s. Look around in ${project}\n`,
);

function show(title: string, program: string, args: readonly string[]): void {
  const bold = process.stdout.isTTY ? ['\u001B[1m', '\u001B[0m'] : ['', ''];
  process.stdout.write(`\n${bold[0]}$ ${title}${bold[1]}\n`);
  run(program, args);
}

function run(program: string, args: readonly string[]): void {
  const { status, error } = spawnSync(program, args, { cwd: project, env, stdio: 'inherit' });
  if (status === 0) return;
  process.stderr.write(
    `The demo stopped: ${program} ${args.join(' ')} ended with ${error?.message ?? `exit code ${status}`}\n`,
  );
  process.exit(1);
}
