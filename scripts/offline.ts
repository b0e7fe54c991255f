/**
 * Runs a command where there is no network but loopback, so that nothing it starts can reach a provider or a registry:
 * `node scripts/offline.ts vitest run`. Where the machine does not allow that it says so, and runs the command with the
 * machine's network.
 */
import { spawn, spawnSync } from 'node:child_process';

const [program, ...args] = process.argv.slice(2);
if (program === undefined) {
  console.error('usage: node scripts/offline.ts PROGRAM [ARGUMENT…]');
  process.exit(2);
}

/** Each runs what follows it in a network namespace whose loopback is up. */
const ways: readonly (readonly [string, ...string[]])[] = [
  ['unshare', '--net', 'sh', '-c', 'ip link set lo up && exec "$@"', 'sh'],
  // Without rights of its own it needs a user namespace, and loses the rights it has there before the command runs.
  [
    'unshare',
    '--user',
    '--map-current-user',
    '--net',
    '--keep-caps',
    'sh',
    '-c',
    'ip link set lo up && exec setpriv --ambient-caps -all --inh-caps -all -- "$@"',
    'sh',
  ],
  ['bwrap', '--dev-bind', '/', '/', '--unshare-net', '--die-with-parent', '--'],
];

/** Loopback answers, and nothing else is there. */
const probe = `const net = require('node:net');
if (Object.keys(require('node:os').networkInterfaces()).some((name) => name !== 'lo')) process.exit(1);
const server = net.createServer((socket) => socket.end()).listen(0, '127.0.0.1', () => {
  net.connect(server.address().port, '127.0.0.1').on('connect', () => process.exit(0)).on('error', () => process.exit(1));
});`;

const way = ways.find(
  ([wrapper, ...rest]) => spawnSync(wrapper, [...rest, process.execPath, '-e', probe]).status === 0,
);
if (way === undefined) {
  console.warn(
    'offline: this machine allows no network namespace (unshare with ip, or bwrap): the command runs with its network',
  );
}
const [first, ...rest] = [...(way ?? []), program, ...args] as [string, ...string[]];
const child = spawn(first, rest, { stdio: 'inherit' });
// The terminal's own signals reach the child by themselves; its end is the end of this.
for (const name of ['SIGINT', 'SIGHUP'] as const) process.on(name, () => {});
process.on('SIGTERM', () => child.kill('SIGTERM'));
child.once('error', (error) => {
  console.error(`offline: ${first} does not start: ${error.message}`);
  process.exit(127);
});
child.once('exit', (code, signal) => {
  process.exitCode = code ?? 1;
  if (signal !== null) {
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  }
});
