/**
 * A model provider on loopback that follows scripts, so that real agent programs can be driven in tests.
 *
 * 1. The script is chosen by the URL: an agent's base URL is `<origin>/s/<script>`. Nothing is hidden in prompts,
 *    and many agents can be driven at the same time.
 * 2. The turn is the number of tool results in the request, so that a retried request gets the same step again.
 * 3. A request that offers no tools is a side request (a title, a check) and never uses up a step. Where the
 *    script's current step is an error or a hang, side requests meet the same fate, as with a real provider.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { anthropicMessages } from './formats/anthropic-messages.ts';
import { geminiContent } from './formats/gemini.ts';
import { openaiChat } from './formats/openai-chat.ts';
import { openaiResponses } from './formats/openai-responses.ts';
import {
  type Answer,
  type ModelRequest,
  type ModelUsage,
  type Step,
  translateCall,
  type WireFormat,
} from './script.ts';

const wireFormats: readonly WireFormat[] = [anthropicMessages, openaiResponses, openaiChat, geminiContent];

export interface RecordedRequest {
  readonly script: string;
  readonly format: string;
  readonly request: ModelRequest;
  readonly body: unknown;
}

export interface ScriptedModel extends AsyncDisposable {
  /** The base URL for an agent that is to follow that script. */
  baseUrl(script: string): string;
  /** Every model turn that was asked for, in order. */
  readonly requests: readonly RecordedRequest[];
  /** What went wrong inside the server; a test ends by looking that there is nothing. */
  readonly faults: readonly unknown[];
}

/** Starts the server on a free port of 127.0.0.1. The last step of a script is repeated for further turns. */
export async function startScriptedModel(
  scripts: Readonly<Record<string, readonly [Step, ...Step[]]>>,
): Promise<ScriptedModel> {
  const requests: RecordedRequest[] = [];
  const faults: unknown[] = [];
  const server = createServer((incoming, response) => {
    serve(scripts, requests, incoming, response).catch((error: unknown) => {
      faults.push(error);
      response.destroy();
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    baseUrl: (script) => `${origin}/s/${script}`,
    requests,
    faults,
    [Symbol.asyncDispose]: () => closeServer(server),
  };
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

async function serve(
  scripts: Readonly<Record<string, readonly [Step, ...Step[]]>>,
  requests: RecordedRequest[],
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const text = await readBody(incoming);
  const [, script = '', path = ''] = /^\/s\/([^/?]+)(.*)$/.exec(incoming.url ?? '') ?? [];
  const format = wireFormats.find((candidate) => candidate.matches(path));
  if (incoming.method !== 'POST' || format === undefined) {
    const side = wireFormats.map((candidate) => candidate.side(path)).find((body) => body !== undefined);
    sendJson(response, side === undefined ? 404 : 200, side ?? {});
    return;
  }
  const body: unknown = JSON.parse(text);
  const request = format.read(body, path);
  requests.push({ script, format: format.name, request, body });
  const steps = scripts[script];
  if (steps === undefined) throw new Error(`no script is named ${script}`);
  const step = steps[request.turn] ?? steps.at(-1) ?? steps[0];
  const isSide = request.tools.length === 0 && step.kind === 'answer';
  const planned: Step = isSide ? { kind: 'answer', text: 'A side answer' } : step;
  await perform(planned, format, request, String(requests.length), response);
}

async function readBody(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

async function perform(
  step: Step,
  format: WireFormat,
  request: ModelRequest,
  id: string,
  response: ServerResponse,
): Promise<void> {
  if (step.kind === 'hang') return;
  if (step.kind === 'error') {
    sendJson(response, step.status, format.error(step), step.headers);
    return;
  }
  if (step.delayMs !== undefined) await delay(step.delayMs);
  const answer: Answer = {
    id,
    model: request.model,
    text: step.text,
    call: step.call === undefined ? undefined : translateCall(step.call, request.tools),
    stopReason: step.stopReason,
    usage: { ...usualUsage, ...step.usage },
    breakOff: step.breakOff,
  };
  if (request.stream) streamAnswer(answer, format, step.headers ?? {}, response);
  else answerWhole(answer, format, step.headers ?? {}, response);
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
  else sendJson(response, 500, format.error({ kind: 'error', status: 500, ...breakOff }), headers);
}

const usualUsage: ModelUsage = {
  inputTokens: 1_000,
  outputTokens: 50,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
};

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
