/**
 * The report channel over HTTP on 127.0.0.1. One server serves all attempts of a session; it listens from the first
 * attempt on.
 *
 * 1. A token is random, belongs to one attempt, and is worth nothing before its line is opened and after it is closed.
 * 2. With a token one thing can be done: hand in a report for that attempt. Nothing can be read.
 * 3. A page in a browser gets nowhere, also not under a name of its own for 127.0.0.1: requests with an Origin, or
 *    for a host that is not the loopback, are refused before the token is looked at.
 * 4. Bodies, waiting times, connections and the rate of one attempt's reports are bounded.
 */
import { createHash, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { delimiter } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ReportChannel, ReportLine } from '../../ports/report-channel.ts';
import { err, ok, type Result } from '../../util/result.ts';
import { answerRequest, type Caller } from './answer.ts';
import { createAllowance } from './allowance.ts';

export interface ReportChannelOptions {
  /** In ms, of any clock that does not go back; the default is that of this process. */
  readonly monotonicMs?: () => number;
}

export function createReportChannel(options: ReportChannelOptions = {}): ReportChannel {
  const monotonicMs = options.monotonicMs ?? (() => performance.now());
  const callers = new Map<string, Caller>();
  let listening: Promise<Result<{ readonly server: Server; readonly url: string }, string>> | undefined;

  function answer(request: IncomingMessage, response: ServerResponse): void {
    void answerRequest(request, (token) => callers.get(keyOf(token))).then(({ status, body }) => {
      const text = `${JSON.stringify(body)}\n`;
      const length = Buffer.byteLength(text);
      response.writeHead(status, { 'content-type': 'application/json', 'content-length': length }).end(text);
    });
  }

  return {
    async open(take) {
      const listener = await (listening ??= listen(answer));
      if (!listener.ok) return listener;
      const token = randomBytes(32).toString('base64url');
      callers.set(keyOf(token), { take, isWithinRate: createAllowance(monotonicMs) });
      return ok(lineOf(listener.value.url, token, () => void callers.delete(keyOf(token))));
    },
    async close() {
      callers.clear();
      const listener = await listening;
      if (listener?.ok !== true) return;
      const { server } = listener.value;
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** How long a look-up takes tells nothing about the tokens that there are. */
function keyOf(token: string): string {
  return createHash('sha256').update(token).digest('base64');
}

function listen(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<Result<{ readonly server: Server; readonly url: string }, string>> {
  const server = createServer({ headersTimeout: 10_000, requestTimeout: 10_000 }, answer);
  server.maxConnections = 64;
  // The session does not last longer for it.
  server.unref();
  return new Promise((resolve) => {
    // Later ones concern one connection; who made it sees that it failed.
    server.on('error', (error) => {
      resolve(err(`agents cannot report: nothing can listen on 127.0.0.1 (${error.message})`));
    });
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' ? address?.port : undefined;
      resolve(ok({ server, url: `http://127.0.0.1:${port}/report` }));
    });
  });
}

function lineOf(url: string, token: string, close: () => void): ReportLine {
  return {
    variables: (env) => ({
      PAWL_REPORT_URL: url,
      PAWL_REPORT_TOKEN: token,
      // The program that is called `pawl-report` runs with this Node, whatever else is called `node` on the PATH.
      PAWL_NODE: process.execPath,
      PATH: [commandFolder, ...(env['PATH'] ? [env['PATH']] : [])].join(delimiter),
    }),
    mcpServer: {
      name: 'pawl',
      argv: [process.execPath, commandProgram, 'mcp'],
      variables: ['PAWL_REPORT_URL', 'PAWL_REPORT_TOKEN'],
    },
    close,
  };
}

/** The same from src/adapters/report-channel and from dist/adapters/report-channel. */
const commandProgram = fileURLToPath(new URL('../../../bin/pawl-report.js', import.meta.url));
/** Holds the command `pawl-report` and nothing else. */
const commandFolder = fileURLToPath(new URL('../../../bin/agent-path', import.meta.url));
