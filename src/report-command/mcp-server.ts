/**
 * An MCP server over standard input and output, with one tool per kind of report. One message a line.
 * Source: the Model Context Protocol, revisions {@link revisions}: lifecycle, stdio transport, tools, ping.
 *
 * A newer client that begins with another method gets "method not found", which tells it to begin with `initialize`.
 */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { LineSplitter } from '../util/line-splitter.ts';
import { reportTools } from './report-tools.ts';
import { placeOf, sendReport } from './send-report.ts';

/** The newest one first: it is offered to a client that asks for one that is not here. */
const revisions = ['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05'] as const;

/** Serves until standard input ends. What was asked before that is answered. */
export async function serveTools(env: NodeJS.ProcessEnv): Promise<void> {
  const open = new Set<Promise<void>>();
  const lines = new LineSplitter((line) => {
    if (line.trim() === '') return;
    const answering = reply(line, env).finally(() => open.delete(answering));
    open.add(answering);
  });
  for await (const chunk of process.stdin.setEncoding('utf8')) lines.push(String(chunk));
  lines.end();
  await Promise.all(open);
}

async function reply(line: string, env: NodeJS.ProcessEnv): Promise<void> {
  const message = await answer(line, env);
  if (message !== undefined) process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
}

const idSchema = z.union([z.string(), z.number()]);
type Id = z.infer<typeof idSchema>;

const messageSchema = z.object({
  id: idSchema.optional(),
  method: z.string().optional(),
  params: z.unknown().optional(),
});

const callSchema = z.object({
  name: z.string(),
  arguments: z.record(z.string(), z.unknown()).default({}),
});

type Reply = { readonly id: Id | null } & (
  { readonly result: object } | { readonly error: { readonly code: number; readonly message: string } }
);

/** Undefined for what is not answered: notifications, and answers to what was never asked. */
async function answer(line: string, env: NodeJS.ProcessEnv): Promise<Reply | undefined> {
  const json = parseJson(line);
  if (json === undefined) return failure(null, -32_700, 'not JSON');
  const message = messageSchema.safeParse(json);
  if (!message.success) return failure(null, -32_600, 'not a message of JSON-RPC');
  const { id, method, params } = message.data;
  if (id === undefined || method === undefined) return undefined;
  switch (method) {
    case 'initialize':
      return { id, result: greeting(params) };
    case 'ping':
      return { id, result: {} };
    case 'tools/list':
      return { id, result: { tools: reportTools.map(({ type: _type, ...tool }) => tool) } };
    case 'tools/call':
      return callTool(id, params, env);
    default:
      return failure(id, -32_601, `there is no method ${method}`);
  }
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    // Told to the client as the protocol has it.
    return undefined;
  }
}

function failure(id: Id | null, code: number, message: string): Reply {
  return { id, error: { code, message } };
}

const wishSchema = z.object({ protocolVersion: z.string() });

function greeting(params: unknown): object {
  const wished = wishSchema.safeParse(params).data?.protocolVersion;
  return {
    protocolVersion: revisions.find((revision) => revision === wished) ?? revisions[0],
    capabilities: { tools: {} },
    serverInfo: { name: 'pawl', version: readVersion() },
    instructions: 'Tell how you stand with your task. Reports are claims: they prove nothing.',
  };
}

function readVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return z.object({ version: z.string() }).parse(JSON.parse(text)).version;
}

async function callTool(id: Id, params: unknown, env: NodeJS.ProcessEnv): Promise<Reply> {
  const call = callSchema.safeParse(params);
  if (!call.success) return failure(id, -32_602, 'a call has a name and arguments');
  const tool = reportTools.find(({ name }) => name === call.data.name);
  if (tool === undefined) return failure(id, -32_602, `there is no tool ${call.data.name}`);
  const place = placeOf(env);
  if (!place.ok) return { id, result: toolResult(place.error, true) };
  const sent = await sendReport(place.value, { ...call.data.arguments, type: tool.type });
  return { id, result: sent.ok ? toolResult(sent.value, false) : toolResult(sent.error.message, true) };
}

function toolResult(text: string, isError: boolean): object {
  return { content: [{ type: 'text', text }], isError };
}
