import { readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { bubblewrap, makeScene, type Attempt } from './sandbox-scene.ts';

if (bubblewrap.kind === 'missing')
  process.stderr.write(`SKIPPED: the network of the sandbox: ${bubblewrap.message}\n`);

interface Service extends AsyncDisposable {
  readonly port: number;
}

/** Something on this machine that answers with the address it was asked for. */
async function startService(): Promise<Service> {
  const server = createServer((request, response) => void response.end(`asked for ${request.url}`));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** What Node says of an address, inside. */
async function fetchInside({ run }: Attempt, url: string): Promise<string> {
  const program =
    'fetch(process.argv[1]).then(async (r) => console.log(r.status, await r.text()), (e) => console.log(e.cause?.code ?? e.message))';
  return (await run('', { argv: [process.execPath, '-e', program, url] })).tail.trim();
}

/** What Pawl's proxy answers to a plain request, inside. */
async function askProxy({ run }: Attempt, url: string, logFile: string): Promise<string> {
  const program = `
    require('node:http').get({ host: '127.0.0.1', port: 3128, path: process.argv[1] }, async (answer) => {
      console.log(answer.statusCode, (await answer.toArray()).join(''));
    });`;
  return (await run('', { argv: [process.execPath, '-e', program, url], logFile })).tail.trim();
}

/** What Pawl's proxy answers to a connection, inside; with a line sent through where there is one. */
async function connectInside({ run }: Attempt, target: string): Promise<string> {
  const program = `
    const socket = require('node:net').connect(3128, '127.0.0.1');
    socket.write('CONNECT ${target} HTTP/1.1\\r\\n\\r\\n');
    let sent = false;
    socket.on('data', (data) => {
      process.stdout.write(data);
      if (!sent && String(data).includes(' 200 ')) socket.write('GET /through HTTP/1.1\\r\\nHost: x\\r\\nConnection: close\\r\\n\\r\\n');
      sent = true;
    });`;
  return (await run('', { argv: [process.execPath, '-e', program] })).tail;
}

describe.skipIf(bubblewrap.kind === 'missing')('an agent whose network is limited', () => {
  test('reaches a port of this machine that is listed, at the same address, and no other', async () => {
    await using listed = await startService();
    await using other = await startService();
    await using scene = await makeScene({ sandbox: { network: [`127.0.0.1:${listed.port}`] } });
    const attempt = await scene.attempt();
    expect(await fetchInside(attempt, `http://127.0.0.1:${listed.port}/a`)).toBe('200 asked for /a');
    expect(await fetchInside(attempt, `http://localhost:${listed.port}/b`)).toBe('200 asked for /b');
    expect(await fetchInside(attempt, `http://127.0.0.1:${other.port}/`)).toBe('ECONNREFUSED');
    expect(await connectInside(attempt, `127.0.0.1:${other.port}`)).toMatch(/^HTTP\/1.1 403 /);
    expect(await connectInside(attempt, `localhost:${listed.port}`)).toMatch(
      /^HTTP\/1.1 200 [^]*asked for \/through/,
    );
  });

  test('is refused every other name, which the log names once', async () => {
    await using service = await startService();
    await using scene = await makeScene({
      sandbox: { network: ['registry.example', `localhost:${service.port}`] },
    });
    const attempt = await scene.attempt();
    const logFile = join(scene.folder, 'agent.log');
    expect(await askProxy(attempt, 'http://elsewhere.example/', logFile)).toBe(
      '403 Pawl: elsewhere.example is not among `sandbox.network` in pawl.config.ts.',
    );
    expect(readFileSync(logFile, 'utf8')).toContain(
      '[pawl: refused elsewhere.example:80: it is not among sandbox.network]\n',
    );
    expect(await askProxy(attempt, `http://localhost:${service.port}/a?b`, logFile)).toBe(
      '200 asked for /a?b',
    );
    // Allowed, so looked up outside; there is no such host.
    expect(await connectInside(attempt, 'registry.example:443')).toMatch(/^HTTP\/1.1 502 /);
    expect(await askProxy(attempt, 'file:///etc/passwd', logFile)).toMatch(/^400 /);
  });

  test('has no other way: neither names nor addresses, with and without the proxy', async () => {
    await using service = await startService();
    await using scene = await makeScene({ sandbox: { network: [] } });
    const { run } = await scene.attempt();
    const program = `
      const { lookup } = require('node:dns');
      const { connect } = require('node:net');
      lookup('example.org', (error) => console.log('dns', error !== null));
      connect(${service.port}, '127.0.0.1').on('error', (error) => console.log('loopback', error.code));
      connect(53, '192.0.2.1').on('error', (error) => console.log('outside', error.code));`;
    const { tail } = await run('', { argv: [process.execPath, '-e', program] });
    expect(tail.trim().split('\n').toSorted()).toEqual([
      'dns true',
      'loopback ECONNREFUSED',
      'outside ENETUNREACH',
    ]);
  });

  test('reaches where the variables for its model and for reports lead', async () => {
    await using model = await startService();
    await using reports = await startService();
    await using scene = await makeScene({ sandbox: { network: [] } });
    const attempt = await scene.attempt();
    const script = `for url in "$SOME_BASE_URL" "$PAWL_REPORT_URL"; do ${process.execPath} -e 'fetch(process.argv[1]).then(async (r) => console.log(await r.text()))' "$url"; done`;
    const env = {
      ...attempt.place.env,
      SOME_BASE_URL: `http://127.0.0.1:${model.port}/model`,
      PAWL_REPORT_URL: `http://127.0.0.1:${reports.port}/report`,
    };
    expect((await attempt.run(script, { env })).tail).toBe('asked for /model\nasked for /report\n');
  });

  test('whose way out cannot be made has not run', async () => {
    await using scene = await makeScene({ sandbox: { network: [] } });
    const { place, run, workspace } = await scene.attempt();
    await place.close();
    rmSync(dirname(workspace.path), { recursive: true });
    const { end } = await run('', { argv: [process.execPath], cwd: scene.folder });
    expect(end).toMatchObject({
      kind: 'spawn-failed',
      message: expect.stringMatching(/^the network of the sandbox could not be made: ENOENT/) as string,
    });
  });

  test('keeps its input, its exit code and the TERM', async () => {
    await using scene = await makeScene({ sandbox: { network: [] } });
    const { run } = await scene.attempt();
    expect(await run('cat; exit 7', { stdin: { text: 'the brief' } })).toMatchObject({
      end: { kind: 'exited', code: 7 },
      tail: 'the brief',
    });
    expect((await run('kill -SEGV $$')).end).toEqual({ kind: 'exited', code: 139 });
    const stop = new AbortController();
    const stopped = await run(
      'trap "echo ended well; exit 0" TERM; echo here; while :; do sleep 0.05; done',
      {
        signal: stop.signal,
        onLine: () => stop.abort(),
      },
    );
    expect(stopped.end).toEqual({ kind: 'cancelled' });
    expect(stopped.tail).toContain('ended well');
    expect(scene.living()).toEqual([]);
  });
});
