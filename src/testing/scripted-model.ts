/**
 * A model provider on loopback that follows scripts, so that agent programs can be driven with no account, no network
 * and no cost.
 *
 * 1. The script is chosen by the URL: an agent's base URL is `<origin>/s/<script>`. Nothing is hidden in prompts,
 *    and many agents can be driven at the same time.
 * 2. The server keeps no conversation: the step follows from the request alone, so that a retried request gets the
 *    same step again. Only a script that is a function may know better.
 * 3. What a script or a request got wrong is a fault, and the agent is told with status 400, which no agent retries.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { anthropicMessages } from './formats/anthropic-messages.ts';
import { geminiContent } from './formats/gemini.ts';
import { openaiChat } from './formats/openai-chat.ts';
import { openaiResponses } from './formats/openai-responses.ts';
import { callsOf, type RecordedRequest, type Script, type Step, stepFor, usualUsage } from './script.ts';
import { translateCall } from './tool-call.ts';
import type { Answer, ReadRequest, WireFormat } from './wire-format.ts';

const wireFormats: readonly WireFormat[] = [anthropicMessages, openaiResponses, openaiChat, geminiContent];

/**
 * Whoever started it disposes of it; that closes the port and every open connection. Afterwards requests and faults
 * are complete.
 */
export interface ScriptedModel extends AsyncDisposable {
  /**
   * The base URL for an agent that is to follow that script; throws when there is none of that name. Agents that
   * expect the version in their base URL, such as those of OpenAI's formats, get it with `/v1` added.
   */
  baseUrl(script: string): string;
  /** Every model turn that was asked for, in the order in which the requests were complete. */
  readonly requests: readonly RecordedRequest[];
  /** What scripts or requests got wrong. A test ends by looking that there is nothing. */
  readonly faults: readonly unknown[];
}

/**
 * Starts the server on a free port of 127.0.0.1, with a script for every name. It speaks Anthropic Messages, OpenAI
 * Responses, OpenAI Chat Completions and the Gemini API, streamed and whole; keys are taken as they are.
 */
export async function startScriptedModel(scripts: Readonly<Record<string, Script>>): Promise<ScriptedModel> {
  const state: ServerState = { scripts, requests: [], faults: [] };
  const serving = new Set<Promise<void>>();
  const server = createServer((incoming, response) => {
    const served = serve(state, incoming, response)
      .catch((error: unknown) => {
        state.faults.push(error);
        response.destroy();
      })
      .finally(() => serving.delete(served));
    serving.add(served);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    baseUrl(script) {
      scriptNamed(scripts, script);
      return `${origin}/s/${encodeURIComponent(script)}`;
    },
    requests: state.requests,
    faults: state.faults,
    async [Symbol.asyncDispose]() {
      await closeServer(server);
      await Promise.all(serving);
    },
  };
}

interface ServerState {
  readonly scripts: Readonly<Record<string, Script>>;
  readonly requests: RecordedRequest[];
  readonly faults: unknown[];
}

function scriptNamed(scripts: Readonly<Record<string, Script>>, name: string): Script {
  const script = Object.hasOwn(scripts, name) ? scripts[name] : undefined;
  if (script !== undefined) return script;
  throw new Error(`no script is named ${name}; there are: ${Object.keys(scripts).join(', ')}`);
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

async function serve(state: ServerState, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const text = await readBody(incoming);
  // The agent has gone away in the middle of its request, which a program that is ended may do.
  if (text === undefined) return;
  const [, script = '', path = ''] = /^\/s\/([^/?]+)(.*)$/.exec(incoming.url ?? '') ?? [];
  const format = wireFormats.find((candidate) => candidate.matches(path));
  if (incoming.method !== 'POST' || format === undefined) {
    const side = wireFormats.map((candidate) => candidate.side(path)).find((body) => body !== undefined);
    sendJson(response, side === undefined ? 404 : 200, side ?? {});
    return;
  }
  try {
    const body: unknown = JSON.parse(text);
    const request = format.read(body, path);
    const name = decodeURIComponent(script);
    const asked = record(state, {
      script: name,
      format: format.name,
      request,
      body,
      headers: incoming.headers,
    });
    const step = stepFor(scriptNamed(state.scripts, name), asked);
    await perform(step, format, request, String(state.requests.length), response);
  } catch (error) {
    state.faults.push(error);
    const message = `scripted model: ${error instanceof Error ? error.message : String(error)}`;
    sendJson(response, 400, format.error({ type: 'invalid_request_error', message }, 400));
  }
}

/** Undefined when the connection was closed before the end. */
async function readBody(incoming: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
  } catch (error) {
    if (incoming.complete) throw error;
    return undefined;
  }
  return Buffer.concat(chunks).toString('utf8');
}

function record(state: ServerState, came: Omit<RecordedRequest, 'repeat'>): RecordedRequest {
  const isSide = ({ request }: Pick<RecordedRequest, 'request'>): boolean => request.tools.length === 0;
  const before = state.requests.filter(
    (earlier) =>
      earlier.script === came.script &&
      earlier.request.turn === came.request.turn &&
      isSide(earlier) === isSide(came),
  );
  const asked: RecordedRequest = { ...came, repeat: before.length };
  state.requests.push(asked);
  return asked;
}

async function perform(
  step: Step,
  format: WireFormat,
  request: ReadRequest,
  id: string,
  response: ServerResponse,
): Promise<void> {
  switch (step.kind) {
    case 'hang':
      return;
    case 'drop':
      response.destroy();
      return;
    case 'raw':
      response.writeHead(step.status, { ...step.headers });
      response.end(step.body);
      return;
    case 'error':
      sendJson(response, step.status, format.error(step, step.status), step.headers);
      return;
    case 'answer': {
      const answer: Answer = {
        id,
        model: request.model,
        text: step.text,
        calls: callsOf(step).map((call, index) => ({
          id: `${id}_${index}`,
          ...translateCall(call, request.offered),
        })),
        stopReason: step.stopReason,
        usage: { ...usualUsage, ...step.usage },
        breakOff: step.breakOff,
      };
      if (step.delayMs !== undefined) await pause(step.delayMs, response);
      if (request.stream) streamAnswer(answer, format, step.headers ?? {}, response);
      else answerWhole(answer, format, step.headers ?? {}, response);
    }
  }
}

/** Ends early when the agent goes away or the server is closed. */
async function pause(ms: number, response: ServerResponse): Promise<void> {
  if (response.closed) return;
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  try {
    await delay(ms, undefined, { signal: gone.signal });
  } catch (error) {
    if (!gone.signal.aborted) throw error;
  }
}

/** Agents fall back to a whole answer when a stream broke off: that one has to fail likewise. */
function answerWhole(
  answer: Answer,
  format: WireFormat,
  headers: Readonly<Record<string, string>>,
  response: ServerResponse,
): void {
  const { breakOff } = answer;
  if (breakOff === 'stall') return;
  if (breakOff === 'cut') response.destroy();
  else if (breakOff === undefined) sendJson(response, 200, format.whole(answer), headers);
  else sendJson(response, 500, format.error(breakOff, 500), headers);
}

function streamAnswer(
  answer: Answer,
  format: WireFormat,
  headers: Readonly<Record<string, string>>,
  response: ServerResponse,
): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', ...headers });
  const blocks = format.stream(answer).map((event) => {
    const name = event.name === undefined ? '' : `event: ${event.name}\n`;
    return `${name}data: ${event.data}\n\n`;
  });
  const { breakOff } = answer;
  // The connection is cut only when what came before it has left, so that the agent has seen the beginning.
  response.write(blocks.join(''), () => {
    if (breakOff === 'cut') response.destroy();
    else if (breakOff !== 'stall') response.end();
  });
}

function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}
