import { request } from 'node:http';
import { err, ok, type Result } from '../util/result.ts';
import type { ReportWords } from './command-line.ts';

/** Where reports go, and who sends them. */
export interface Place {
  readonly url: URL;
  readonly token: string;
}

export interface Trouble {
  /** `refused`: the report is wrong, or one too many. `unreachable`: there is nobody who takes it. */
  readonly kind: 'refused' | 'unreachable';
  readonly message: string;
}

const goOn = 'Go on with your task: it does not need reports to be done.';

/** Errors: one sentence. */
export function placeOf(env: Readonly<Record<string, string | undefined>>): Result<Place, string> {
  const { PAWL_REPORT_URL: address, PAWL_REPORT_TOKEN: token } = env;
  if (!address || !token) {
    const missing = address ? 'PAWL_REPORT_TOKEN' : 'PAWL_REPORT_URL';
    return err(`${missing} is not set: this is not an attempt that Pawl started. ${goOn}`);
  }
  const url = URL.parse(address);
  if (url?.protocol !== 'http:') return err(`PAWL_REPORT_URL is no http address: ${address}`);
  return ok({ url, token });
}

/** Settles with what Pawl says to it. Never rejects. */
export function sendReport(place: Place, report: ReportWords): Promise<Result<string, Trouble>> {
  const body = JSON.stringify(report);
  return new Promise((resolve) => {
    const fail = (reason: string): void =>
      resolve(err({ kind: 'unreachable', message: `Pawl does not answer (${reason}). ${goOn}` }));
    const call = request(place.url, {
      method: 'POST',
      // No connection is kept: this process ends with the answer.
      agent: false,
      timeout: TIMEOUT_MS,
      headers: {
        authorization: `Bearer ${place.token}`,
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
      },
    });
    call.once('timeout', () => call.destroy(new Error(`nothing within ${TIMEOUT_MS / 1_000} s`)));
    call.once('error', (error) => fail(error.message));
    call.once('response', (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.once('error', (error) => fail(error.message));
      response.once('end', () => resolve(readAnswer(response.statusCode ?? 0, text)));
    });
    call.end(body);
  });
}

const TIMEOUT_MS = 10_000;

function readAnswer(status: number, text: string): Result<string, Trouble> {
  const { message, error } = parseAnswer(text);
  if (status === 200) return ok(message ?? 'Noted.');
  const kind = status === 401 || status === 403 || status === 404 ? 'unreachable' : 'refused';
  return err({ kind, message: error ?? `Pawl answered with status ${status}` });
}

function parseAnswer(text: string): { readonly message?: string; readonly error?: string } {
  try {
    const answer: unknown = JSON.parse(text);
    const field = (name: string): string | undefined => {
      const value: unknown =
        typeof answer === 'object' && answer !== null ? Reflect.get(answer, name) : undefined;
      return typeof value === 'string' ? value : undefined;
    };
    const [message, error] = [field('message'), field('error')];
    return { ...(message !== undefined && { message }), ...(error !== undefined && { error }) };
  } catch {
    // Not Pawl's; the status has to do.
    return {};
  }
}
