/** The report channel as anything on this machine can reach it: by plain HTTP. */
import { request, type IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { createReportChannel } from '../../src/adapters/report-channel/report-channel.ts';
import type { Report } from '../../src/domain/report.ts';
import type { ReportChannel, ReportLine, TakeReport } from '../../src/ports/report-channel.ts';
import { err, ok } from '../../src/util/result.ts';

interface Listening extends AsyncDisposable {
  readonly channel: ReportChannel;
  /** Moves the channel's clock on. */
  readonly pass: (ms: number) => void;
}

function listening(): Listening {
  let now = 0;
  const channel = createReportChannel({ monotonicMs: () => now });
  return { channel, pass: (ms) => (now += ms), [Symbol.asyncDispose]: () => channel.close() };
}

async function open(channel: ReportChannel, take: TakeReport = () => ok('Noted.')): Promise<ReportLine> {
  const line = await channel.open(take);
  if (!line.ok) throw new Error(line.error);
  return line.value;
}

interface Answer {
  readonly status: number;
  readonly body: string;
}

/** Not fetch: that sets Host and Origin by itself. */
function send(
  line: ReportLine,
  body: string,
  change: { readonly headers?: IncomingHttpHeaders; readonly method?: string; readonly path?: string } = {},
): Promise<Answer> {
  const { PAWL_REPORT_URL: url = '', PAWL_REPORT_TOKEN: token = '' } = line.variables({});
  const target = new URL(change.path ?? '', url);
  return new Promise((resolve, reject) => {
    const call = request(target, {
      method: change.method ?? 'POST',
      agent: false,
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        ...change.headers,
      },
    });
    call.once('error', reject);
    call.once('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.once('end', () => resolve({ status: response.statusCode ?? 0, body: text.trimEnd() }));
    });
    call.end(body);
  });
}

const progress = '{"type":"progress","percent":40,"next":"tests"}';

describe('a report with the token of an attempt', () => {
  test('reaches that attempt and no other, and gets its answer', async () => {
    await using place = listening();
    const taken: (readonly [string, Report])[] = [];
    const takeAs =
      (name: string): TakeReport =>
      (report) => {
        taken.push([name, report]);
        return ok(`noted by ${name}`);
      };
    const one = await open(place.channel, takeAs('one'));
    const two = await open(place.channel, takeAs('two'));
    expect(await send(two, progress)).toEqual({ status: 200, body: '{"message":"noted by two"}' });
    expect(taken).toEqual([['two', { type: 'progress', percent: 40, next: 'tests' }]]);
    expect(one.variables({})['PAWL_REPORT_TOKEN']).not.toBe(two.variables({})['PAWL_REPORT_TOKEN']);
  });

  test('that the attempt refuses comes back with the reason', async () => {
    await using place = listening();
    const line = await open(place.channel, () => err('this task has no criterion AC9'));
    const answer = await send(line, '{"type":"criterion","id":"AC9","claim":"met"}');
    expect(answer).toEqual({ status: 422, body: '{"error":"this task has no criterion AC9"}' });
  });

  test('is taken through a port of a sandbox in front of it', async () => {
    await using place = listening();
    const line = await open(place.channel);
    expect((await send(line, progress, { headers: { host: 'localhost:1' } })).status).toBe(200);
  });

  test('is worth nothing once the attempt has ended, not even when it was on its way', async () => {
    await using place = listening();
    let taken = 0;
    const line = await open(place.channel, () => {
      taken += 1;
      return ok('Noted.');
    });
    const { PAWL_REPORT_URL: url = '', PAWL_REPORT_TOKEN: token = '' } = line.variables({});
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.write(
      `POST /report HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\nContent-Length: ${progress.length}\r\nExpect: 100-continue\r\n\r\n`,
    );
    // The server has read the token when it asks for the rest.
    await new Promise((resolve) => socket.once('data', resolve));
    line.close();
    socket.write(progress);
    const late = await new Promise((resolve) => socket.once('data', resolve));
    socket.destroy();
    expect(String(late)).toContain('401 Unauthorized');
    expect((await send(line, progress)).status).toBe(401);
    expect(taken).toBe(0);
  });
});

describe('what is refused', () => {
  const never: TakeReport = () => {
    throw new Error('it was taken');
  };

  test.each([
    ['a wrong token', 401, { headers: { authorization: 'Bearer wrong' } }],
    ['no token', 401, { headers: { authorization: '' } }],
    ['a page in a browser', 403, { headers: { origin: 'http://127.0.0.1:8080' } }],
    ['a page that says it is nowhere', 403, { headers: { origin: 'null' } }],
    ['another name for this machine', 403, { headers: { host: 'evil.example:80' } }],
    ['a name that only begins like it', 403, { headers: { host: '127.0.0.1.evil.example' } }],
    ['any other address', 404, { path: '/report/../journal' }],
    ['any other method', 405, { method: 'PUT' }],
    ['a form', 415, { headers: { 'content-type': 'text/plain' } }],
  ])('%s', async (_name, status, change) => {
    await using place = listening();
    const line = await open(place.channel, never);
    const answer = await send(line, progress, change);
    expect(answer.status).toBe(status);
    expect(answer.body).toMatch(/^\{"error":"/);
  });

  test.each([
    ['{', 'the report is not JSON'],
    ['{"type":"progress","percent":140}', 'percent: '],
    ['{"type":"done"}', 'type: '],
    ['{"type":"question","text":"Why?","task":"T-002"}', 'task'],
    ['[]', 'expected object'],
  ])('a body such as %s', async (body, error) => {
    await using place = listening();
    const answer = await send(await open(place.channel, never), body);
    expect(answer.status).toBe(400);
    expect(answer.body).toContain(error);
  });

  test('a body that is longer than any report, before it is read, and one of unknown length', async () => {
    await using place = listening();
    const line = await open(place.channel, never);
    expect((await send(line, 'x'.repeat(70_000))).status).toBe(413);
    const { PAWL_REPORT_URL: url = '', PAWL_REPORT_TOKEN: token = '' } = line.variables({});
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.write(
      `POST /report HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n`,
    );
    const answer = await new Promise((resolve) => socket.once('data', resolve));
    socket.destroy();
    expect(String(answer)).toContain('411 Length Required');
  });

  test('more than some at once, until time has passed; other attempts are not held up', async () => {
    await using place = listening();
    const line = await open(place.channel);
    const other = await open(place.channel);
    for (let count = 0; count < 30; count += 1) expect((await send(line, progress)).status).toBe(200);
    expect((await send(line, progress)).status).toBe(429);
    expect((await send(other, progress)).status).toBe(200);
    place.pass(1_000);
    expect((await send(line, progress)).status).toBe(200);
    expect((await send(line, progress)).status).toBe(429);
  });

  test('everything, once the channel is closed', async () => {
    await using place = listening();
    const line = await open(place.channel);
    await place.channel.close();
    await expect(send(line, progress)).rejects.toThrow('ECONNREFUSED');
  });
});

test('what an agent gets holds no token but its own, and its PATH begins with the command', async () => {
  await using place = listening();
  const line = await open(place.channel);
  const { PATH = '', PAWL_REPORT_TOKEN: token = '' } = line.variables({ PATH: '/usr/bin' });
  expect(PATH).toMatch(/\/bin\/agent-path:\/usr\/bin$/);
  expect(token).toMatch(/^[\w-]{43}$/);
  // It is started with variables by name: a command line is everybody's to read.
  expect(JSON.stringify(line.mcpServer)).not.toContain(token);
  expect(line.mcpServer.variables).toEqual(['PAWL_REPORT_URL', 'PAWL_REPORT_TOKEN']);
});
