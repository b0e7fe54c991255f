/** From one HTTP request to its answer. Never rejects. */
import type { IncomingMessage } from 'node:http';
import { reportSchema, type Report } from '../../domain/report.ts';
import type { TakeReport } from '../../ports/report-channel.ts';
import { err, ok, type Result } from '../../util/result.ts';

/** Who a token belongs to. */
export interface Caller {
  readonly take: TakeReport;
  /** Counts one more report. */
  readonly isWithinRate: () => boolean;
}

export interface Answer {
  readonly status: number;
  readonly body: { readonly message: string } | { readonly error: string };
}

/** In bytes: more than the longest report takes. */
const LONGEST_BODY = 64 * 1_024;

export async function answerRequest(
  request: IncomingMessage,
  callerOf: (token: string) => Caller | undefined,
): Promise<Answer> {
  const { headers } = request;
  if (headers.origin !== undefined || !isLoopback(headers.host)) return refuse(403, 'not from there');
  if (request.url !== '/report') return refuse(404, 'there is nothing here');
  if (request.method !== 'POST') return refuse(405, 'reports are sent with POST');
  const token = /^Bearer ([\w-]{1,200})$/.exec(headers.authorization ?? '')?.[1] ?? '';
  const caller = callerOf(token);
  if (caller === undefined) {
    return refuse(
      401,
      'the token is not that of an attempt at work; an attempt that has ended cannot report',
    );
  }
  if (!/^application\/json\b/i.test(headers['content-type'] ?? '')) {
    return refuse(415, 'a report is application/json');
  }
  if (!caller.isWithinRate())
    return refuse(429, 'too many reports; wait some seconds, and report less often');
  const length = Number(headers['content-length'] ?? 'NaN');
  if (Number.isNaN(length)) return refuse(411, 'a report has a Content-Length');
  if (length > LONGEST_BODY) return refuse(413, `a report has ${LONGEST_BODY} bytes at most`);
  const text = await readBody(request);
  if (text === undefined) return refuse(400, 'the report did not arrive whole');
  const report = parseReport(text);
  if (!report.ok) return refuse(400, report.error);
  // Its agent may have ended while the body came in.
  const now = callerOf(token);
  if (now === undefined) return refuse(401, 'the attempt has ended');
  const taken = now.take(report.value);
  return taken.ok ? { status: 200, body: { message: taken.value } } : refuse(422, taken.error);
}

function refuse(status: number, error: string): Answer {
  return { status, body: { error } };
}

/** By any port: a sandbox may have another one in front of ours. */
function isLoopback(host: string | undefined): boolean {
  return /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?$/i.test(host ?? '');
}

/** No more than the header said: the server's parser sees to that. Undefined when the caller went away. */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  try {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    return Buffer.concat(chunks).toString('utf8');
  } catch {
    // Cut off in the middle; nobody reads the answer.
    return undefined;
  }
}

function parseReport(text: string): Result<Report, string> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return err('the report is not JSON');
  }
  const parsed = reportSchema.safeParse(json);
  if (parsed.success) return ok(parsed.data);
  return err(
    parsed.error.issues
      .map(({ path, message }) => (path.length === 0 ? message : `${path.join('.')}: ${message}`))
      .join('; '),
  );
}
