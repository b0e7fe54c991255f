/**
 * The way out of a sandbox without a network: an HTTP proxy on a Unix socket, which lets through what the rules allow.
 *
 * 1. What is not allowed is refused before a name is looked up or a connection made, and told of once by name.
 * 2. It reads no more of what goes through than the first line: what is encrypted stays so.
 */
import { chmodSync, closeSync, constants, openSync, rmSync } from 'node:fs';
import {
  createServer,
  request as openRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { join } from 'node:path';
import { allows, type NetworkRule } from './network-rules.ts';

export interface NetworkProxyOptions {
  /** Where its socket is made; the path may be longer than that of a socket. */
  readonly folder: string;
  readonly name: string;
  readonly rules: readonly NetworkRule[];
  /** `example.org:443`; called once for each. */
  readonly onRefused: (target: string) => void;
}

export interface NetworkProxy {
  readonly socket: string;
  close(): void;
}

export async function openNetworkProxy(options: NetworkProxyOptions): Promise<NetworkProxy> {
  const { folder, name, rules, onRefused } = options;
  const told = new Set<string>();
  const connections = new Set<Duplex>();
  const mayReach = (host: string, port: number): boolean => {
    if (allows(rules, host, port)) return true;
    const target = `${host}:${port}`;
    // Bounded, as an agent may try every name there is.
    if (!told.has(target) && told.size < MOST_TOLD) onRefused(target);
    told.add(target);
    return false;
  };
  const server = createServer((incoming, response) => passRequest(incoming, response, mayReach));
  server.on('connection', (socket) => track(connections, socket));
  server.on('connect', (incoming, client, head) => {
    const upstream = passConnection(incoming, client, head, mayReach);
    if (upstream !== undefined) track(connections, upstream);
  });
  const descriptor = openSync(folder, constants.O_RDONLY | constants.O_DIRECTORY);
  const socket = join(folder, name);
  rmSync(socket, { force: true });
  try {
    await listen(server, `/proc/self/fd/${descriptor}/${name}`);
    chmodSync(socket, 0o600);
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
  return {
    socket,
    close() {
      for (const connection of connections) connection.destroy();
      server.close(() => closeSync(descriptor));
    },
  };
}

const MOST_TOLD = 200;

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
}

function track(connections: Set<Duplex>, connection: Duplex): void {
  connections.add(connection);
  connection.once('close', () => connections.delete(connection));
}

type MayReach = (host: string, port: number) => boolean;

function passConnection(
  incoming: IncomingMessage,
  client: Duplex,
  head: Buffer,
  mayReach: MayReach,
): Socket | undefined {
  const [, host = '', port = ''] = /^(\[[^\]]+\]|[^:]+):(\d+)$/.exec(incoming.url ?? '') ?? [];
  client.on('error', () => client.destroy());
  if (host === '' || !mayReach(host, Number(port))) {
    client.end(
      `HTTP/1.1 403 Forbidden\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n${refusal(host)}`,
    );
    return undefined;
  }
  const upstream = connect(Number(port), host.replace(/^\[(.*)\]$/, '$1'));
  upstream.once('connect', () => {
    client.write('HTTP/1.1 200 Connection established\r\n\r\n');
    upstream.write(head);
    upstream.pipe(client);
    client.pipe(upstream);
  });
  // Once there is a connection, its end is all that can be told.
  upstream.on('error', () => {
    if (upstream.connecting || upstream.bytesRead === 0) client.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
    else client.destroy();
  });
  upstream.on('close', () => client.destroy());
  client.on('close', () => upstream.destroy());
  return upstream;
}

function passRequest(incoming: IncomingMessage, response: ServerResponse, mayReach: MayReach): void {
  const url = URL.canParse(incoming.url ?? '') ? new URL(incoming.url ?? '') : undefined;
  if (url?.protocol !== 'http:') {
    response.writeHead(400, { Connection: 'close' }).end('Pawl: this is a proxy.\n');
    return;
  }
  if (!mayReach(url.hostname, Number(url.port || 80))) {
    response.writeHead(403, { Connection: 'close' }).end(refusal(url.hostname));
    return;
  }
  const headers = Object.fromEntries(
    Object.entries(incoming.headers).filter(([name]) => !/^(?:proxy-.*|connection|keep-alive)$/.test(name)),
  );
  const upstream = openRequest(url, {
    method: incoming.method ?? 'GET',
    headers: { ...headers, host: url.host },
  });
  upstream.on('response', (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  upstream.on('error', () => {
    if (response.headersSent) response.destroy();
    else response.writeHead(502, { Connection: 'close' }).end();
  });
  response.on('close', () => upstream.destroy());
  incoming.pipe(upstream);
}

function refusal(host: string): string {
  return `Pawl: ${host || 'that'} is not among \`sandbox.network\` in pawl.config.ts.\n`;
}
