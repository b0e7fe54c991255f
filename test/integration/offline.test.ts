import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { projectRoot } from '../rig/pawl.ts';

function offline(...command: readonly string[]) {
  const script = `${projectRoot}/scripts/offline.ts`;
  return spawnSync(process.execPath, [script, ...command], { encoding: 'utf8' });
}

describe('a command without network', () => {
  test('has loopback and nothing else, or it is said that it has the network of the machine', () => {
    const names = "console.log(Object.keys(require('node:os').networkInterfaces()).join())";
    const run = offline(process.execPath, '-e', names);
    expect(run.status).toBe(0);
    const isIsolated = run.stdout.trim() === 'lo';
    expect(run.stderr.includes('allows no network namespace')).toBe(!isIsolated);
  });

  test('gets its arguments as they are, and its exit code is passed on', () => {
    const run = offline('sh', '-c', 'printf "%s|" "$@"; exit 7', 'sh', 'a b', '$HOME', '');
    expect(run.stdout).toBe('a b|$HOME||');
    expect(run.status).toBe(7);
  });

  test('that a signal ends is not taken for one that passed', () => {
    expect(offline('sh', '-c', 'kill -KILL $$').status).not.toBe(0);
  });

  test('that is not there is said to be missing', () => {
    const run = offline('no-such-program');
    expect(run.status).not.toBe(0);
    expect(run.stderr).toContain('no-such-program');
  });

  test('has to be named', () => {
    const run = offline();
    expect(run.status).toBe(2);
    expect(run.stderr).toContain('usage:');
  });
});
