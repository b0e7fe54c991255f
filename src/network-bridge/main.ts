/**
 * `pawl-network-bridge SOCKET PROXY-PORT [PORT...] -- PROGRAM [ARGUMENT...]`: runs a program in a sandbox that has no
 * network, and is its only way out.
 *
 * Whatever reaches 127.0.0.1:PROXY-PORT goes on to the socket, where Pawl's proxy answers outside of the sandbox.
 * Whatever reaches one of the other ports goes the same way to that port of the machine. What may be reached is
 * decided outside: nothing that happens in here can change it.
 *
 * Exit code: the program's; 128 and the signal's number where one ended it; 127 when it cannot be started.
 */
import { spawn } from 'node:child_process';
import { connect, createServer, type Socket } from 'node:net';
import { constants } from 'node:os';

const [socket = '', proxyPort = '', ...rest] = process.argv.slice(2);
const end = rest.indexOf('--');
const [program = '', ...args] = rest.slice(end + 1);

await listen(Number(proxyPort), (client) => join(client, connect(socket)));
for (const port of rest.slice(0, end).map(Number)) await listen(port, (client) => forward(client, port));
run();

/** On both addresses that `localhost` may mean. */
async function listen(port: number, onClient: (client: Socket) => void): Promise<void> {
  for (const host of ['127.0.0.1', '::1']) {
    const server = createServer(onClient);
    await new Promise<void>((resolve, reject) => {
      server.once('listening', resolve);
      // There may be no version 6 here; without version 4 there is no way out.
      server.once('error', host === '::1' ? () => resolve() : reject);
      server.listen(port, host);
    });
  }
}

function forward(client: Socket, port: number): void {
  const upstream = connect(socket);
  upstream.write(`CONNECT localhost:${port} HTTP/1.1\r\nHost: localhost:${port}\r\n\r\n`);
  let answer = Buffer.alloc(0);
  client.pause();
  client.on('error', () => upstream.destroy());
  upstream.on('error', () => client.destroy());
  upstream.on('close', () => client.destroy());
  const onData = (chunk: Buffer): void => {
    answer = Buffer.concat([answer, chunk]);
    const headEnd = answer.indexOf('\r\n\r\n');
    if (headEnd === -1) return;
    upstream.off('data', onData);
    if (!answer.toString('latin1', 0, headEnd).startsWith('HTTP/1.1 200 ')) {
      client.destroy();
      upstream.destroy();
      return;
    }
    client.write(answer.subarray(headEnd + 4));
    join(client, upstream);
  };
  upstream.on('data', onData);
}

function join(client: Socket, upstream: Socket): void {
  client.on('error', () => upstream.destroy());
  upstream.on('error', () => client.destroy());
  client.on('close', () => upstream.destroy());
  upstream.on('close', () => client.destroy());
  client.pipe(upstream);
  upstream.pipe(client);
}

function run(): void {
  const child = spawn(program, args, { stdio: 'inherit' });
  // They reach the program too, which needs its way out to end well.
  for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(name, () => undefined);
  child.once('error', (error) => {
    process.stderr.write(`pawl-network-bridge: ${error.message}\n`);
    process.exit(127);
  });
  child.once('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal ?? 'SIGKILL']));
}
