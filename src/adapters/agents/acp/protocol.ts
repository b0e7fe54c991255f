/**
 * The client's side of the Agent Client Protocol, version 1, for one session and one prompt: a line comes in, the next
 * state, what people may watch and what has to be sent come out. No side effects.
 *
 * 1. One request of ours is open at a time; its answer decides the next one: initialize, session/new, model and mode,
 *    session/prompt.
 * 2. Every request of the agent is answered at once, whatever it is: an agent must never wait for a person.
 * 3. Of what the agent sends, only the fields used here are read; what is unknown changes nothing.
 */
import { z } from 'zod';
import { noUsage, type Usage } from '../../../domain/usage.ts';
import type { AgentEvent } from '../../../ports/agent.ts';
import { boundText } from '../agent-process.ts';
import { withDenial } from '../denials.ts';
import { type Fault, faultOfMeta } from './fault.ts';
import {
  parseMessage,
  renderError,
  renderNotification,
  renderRequest,
  renderResult,
  type RpcError,
  type RpcId,
  type RpcMessage,
} from './message.ts';
import { decidePermission, permissionSchema } from './permission.ts';
import { costOf, usageOfResult } from './reported-usage.ts';
import { choicesOf, type SessionWish } from './session-setup.ts';
import { describeCall, type OpenTools, readTool } from './tool-events.ts';

export interface AcpPlan extends SessionWish {
  /** The workspace first; then further folders that the agent may touch. Absolute, without links. */
  readonly folders: readonly [string, ...string[]];
  readonly brief: string;
  readonly mcpServers: readonly AcpMcpServer[];
}

/** As `session/new` takes it. */
export interface AcpMcpServer {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: readonly { readonly name: string; readonly value: string }[];
}

interface Request {
  readonly method: string;
  readonly params: unknown;
}

export type AcpEnd =
  | { readonly kind: 'stopped'; readonly stopReason: string }
  | { readonly kind: 'failed'; readonly method: string; readonly error: RpcError }
  /** The agent cannot do what was asked of it before any work: another protocol, an unknown model. */
  | { readonly kind: 'unsuitable'; readonly message: string };

type Phase =
  | { readonly name: 'talking'; readonly method: string; readonly left: readonly Request[] }
  | { readonly name: 'ended'; readonly end: AcpEnd };

export interface AcpState {
  readonly plan: AcpPlan;
  readonly phase: Phase;
  /** The id of our last request. */
  readonly requestId: number;
  readonly sessionId: string | undefined;
  readonly cancelled: boolean;
  /** The end of the message that the agent is writing, or wrote last. */
  readonly message: { readonly id: string | undefined; readonly text: string; readonly told: boolean };
  /** Whether anything was said since the last tool call. */
  readonly answered: boolean;
  readonly tools: OpenTools;
  /** A failure that the agent told of beside the protocol. */
  readonly fault: Fault | undefined;
  readonly costUsd: number | undefined;
  readonly usage: Usage | undefined;
  readonly denials: readonly string[];
}

export interface AcpStep {
  readonly state: AcpState;
  readonly events: readonly AgentEvent[];
  /** To be written to the agent, each with its line break. */
  readonly replies: readonly string[];
}

export function openAcp(plan: AcpPlan): AcpStep {
  const state: AcpState = {
    plan,
    phase: { name: 'talking', method: 'initialize', left: [] },
    requestId: -1,
    sessionId: undefined,
    cancelled: false,
    message: { id: undefined, text: '', told: true },
    answered: false,
    tools: new Map(),
    fault: undefined,
    costUsd: undefined,
    usage: undefined,
    denials: [],
  };
  return send(state, {
    method: 'initialize',
    params: {
      protocolVersion: PROTOCOL_VERSION,
      clientCapabilities: { fs: { readTextFile: false, writeTextFile: false }, terminal: false },
      clientInfo: { name: 'pawl', title: 'Pawl', version: '1' },
    },
  });
}

const PROTOCOL_VERSION = 1;

/** One line of the agent's standard output. */
export function readAcpLine(state: AcpState, line: string): AcpStep {
  const message = parseMessage(line);
  switch (message?.type) {
    case undefined:
      return stay(state);
    case 'request':
      return answerRequest(state, message);
    case 'cut-request':
      return stay(state, [renderError(message.id, INVALID_PARAMS, 'the request is too long to be read')]);
    case 'notification':
      return message.method === 'session/update' ? readUpdate(state, message.params) : stay(state);
    case 'result':
    case 'error':
      return readAnswer(state, message);
  }
}

const INVALID_PARAMS = -32_602;
const METHOD_NOT_FOUND = -32_601;

/** What has to be sent so that the agent stops its turn; nothing before there is a turn. */
export function cancelAcp(state: AcpState): AcpStep {
  const { sessionId, phase } = state;
  const running = sessionId !== undefined && phase.name === 'talking';
  const replies = running ? [renderNotification('session/cancel', { sessionId })] : [];
  return stay({ ...state, cancelled: true }, replies);
}

/** What was said but not told yet; for an agent that ended in the middle of a message. */
export function tellRest(state: AcpState): AcpStep {
  if (state.message.told || state.message.text.trim() === '') return stay(state);
  const told = { ...state, message: { ...state.message, told: true } };
  return { state: told, events: [{ type: 'text', text: boundText(state.message.text) }], replies: [] };
}

function stay(state: AcpState, replies: readonly string[] = []): AcpStep {
  return { state, events: [], replies };
}

function send(state: AcpState, request: Request, left: readonly Request[] = []): AcpStep {
  const requestId = state.requestId + 1;
  const phase: Phase = { name: 'talking', method: request.method, left };
  const line = renderRequest(requestId, request.method, request.params);
  return stay({ ...state, requestId, phase }, [line]);
}

function finish(state: AcpState, end: AcpEnd): AcpStep {
  const told = tellRest(state);
  return { ...told, state: { ...told.state, phase: { name: 'ended', end } } };
}

function answerRequest(
  state: AcpState,
  request: { readonly id: RpcId; readonly method: string; readonly params: unknown },
): AcpStep {
  if (request.method !== 'session/request_permission') {
    // Files and terminals were not offered; the agent has tools of its own.
    const refusal = `this client does not offer ${request.method}`;
    return stay(state, [renderError(request.id, METHOD_NOT_FOUND, boundText(refusal, 200))]);
  }
  if (state.cancelled) {
    return stay(state, [renderResult(request.id, { outcome: { outcome: 'cancelled' } })]);
  }
  const read = permissionSchema.safeParse(request.params);
  if (!read.success) {
    return stay(state, [renderError(request.id, INVALID_PARAMS, 'no tool call with options')]);
  }
  const answer = decidePermission(read.data, state.plan.folders);
  const step = noteTool(state, { ...read.data.toolCall, status: answer.allowed ? 'allowed' : 'denied' });
  const replies = [renderResult(request.id, answer.result)];
  if (answer.allowed) return { ...step, replies };
  const { kind, title } = read.data.toolCall;
  const denials = withDenial(state.denials, kind ?? title, describeCall(read.data.toolCall));
  return { ...step, state: { ...step.state, denials }, replies };
}

function readAnswer(state: AcpState, message: Extract<RpcMessage, { type: 'result' | 'error' }>): AcpStep {
  const { phase } = state;
  if (phase.name === 'ended' || message.id !== state.requestId) return stay(state);
  if (message.type === 'error') {
    return finish(state, { kind: 'failed', method: phase.method, error: message.error });
  }
  switch (phase.method) {
    case 'initialize':
      return readInitialized(state, message.result);
    case 'session/new':
      return readSession(state, message.result);
    case 'session/prompt':
      return readStop(state, message.result);
    default:
      return sendNext(state, phase.left);
  }
}

const initializedSchema = z.object({ protocolVersion: z.number() });

function readInitialized(state: AcpState, result: unknown): AcpStep {
  const version = initializedSchema.safeParse(result).data?.protocolVersion;
  if (version === PROTOCOL_VERSION) {
    return send(state, {
      method: 'session/new',
      params: { cwd: state.plan.folders[0], mcpServers: state.plan.mcpServers },
    });
  }
  const spoken = version === undefined ? 'no version' : `version ${version}`;
  const message = `the agent speaks ${spoken} of the Agent Client Protocol; Pawl speaks ${PROTOCOL_VERSION}`;
  return finish(state, { kind: 'unsuitable', message });
}

const sessionSchema = z.object({ sessionId: z.string().min(1) });

function readSession(state: AcpState, result: unknown): AcpStep {
  const sessionId = sessionSchema.safeParse(result).data?.sessionId;
  if (sessionId === undefined) {
    const error = { code: 0, message: 'the agent opened a session without an id' };
    return finish(state, { kind: 'failed', method: 'session/new', error });
  }
  const choices = choicesOf(result, sessionId, state.plan);
  if (!choices.ok) return finish(state, { kind: 'unsuitable', message: choices.error });
  const prompt = { sessionId, prompt: [{ type: 'text', text: state.plan.brief }] };
  return sendNext({ ...state, sessionId }, [...choices.value, { method: 'session/prompt', params: prompt }]);
}

function sendNext(state: AcpState, requests: readonly Request[]): AcpStep {
  const [next, ...left] = requests;
  if (next === undefined) throw new Error('Internal error: no request is left before the prompt was sent');
  // A turn that was cancelled before it began must not begin.
  if (state.cancelled) return finish(state, { kind: 'stopped', stopReason: 'cancelled' });
  return send(state, next, left);
}

const stopSchema = z.object({ stopReason: z.string(), _meta: z.unknown().optional() });

function readStop(state: AcpState, result: unknown): AcpStep {
  const stop = stopSchema.safeParse(result).data;
  const usage = usageOfResult(result, state.costUsd) ?? state.usage;
  const fault = faultOfMeta(stop?._meta) ?? state.fault;
  const stopReason = stop?.stopReason ?? 'no reason';
  const step = finish({ ...state, usage, fault }, { kind: 'stopped', stopReason });
  return usage === undefined ? step : { ...step, events: [...step.events, { type: 'usage', usage }] };
}

const text = z.string().optional().catch(undefined);

const updateSchema = z.object({
  sessionId: text,
  update: z.looseObject({
    sessionUpdate: z.string(),
    messageId: text,
    content: z.unknown().optional(),
    _meta: z.unknown().optional(),
  }),
});

/** Tokens come with the answer only; what the work has cost so far is told while it goes on. */
function readCost(state: AcpState, costUsd: number | undefined): AcpStep {
  if (costUsd === undefined || costUsd === state.costUsd) return stay(state);
  const usage = { ...(state.usage ?? noUsage), costUsd };
  return { state: { ...state, costUsd }, events: [{ type: 'usage', usage }], replies: [] };
}

const chunkSchema = z.object({ type: z.literal('text'), text: z.string() });

function readUpdate(state: AcpState, params: unknown): AcpStep {
  const read = updateSchema.safeParse(params).data;
  // Another session is a subagent's: its words are not the answer.
  if (read === undefined || read.sessionId !== state.sessionId) return stay(state);
  const { update } = read;
  switch (update.sessionUpdate) {
    case 'agent_message_chunk':
      return readChunk(state, update.messageId, chunkSchema.safeParse(update.content).data?.text ?? '');
    case 'tool_call':
    case 'tool_call_update':
      return noteTool(state, update);
    case 'usage_update':
      return readCost(state, costOf(update));
    case 'session_info_update':
      return stay({ ...state, fault: faultOfMeta(update._meta) ?? state.fault });
    default:
      return stay(state);
  }
}

function readChunk(state: AcpState, id: string | undefined, piece: string): AcpStep {
  if (piece === '') return stay(state);
  const { message } = state;
  const continues = !message.told && message.id === id;
  const before = continues ? stay(state) : tellRest(state);
  const whole = continues ? message.text + piece : piece;
  const next = { id, text: whole.slice(-LONGEST_MESSAGE), told: false };
  const answered = (state.answered && continues) || whole.trim() !== '';
  return { ...before, state: { ...before.state, message: next, answered } };
}

/** The end of a message is what counts; the beginning of an endless one is dropped. */
const LONGEST_MESSAGE = 16_000;

function noteTool(state: AcpState, call: unknown): AcpStep {
  const { tools, event, isNew } = readTool(state.tools, call);
  const told = isNew ? tellRest(state) : stay(state);
  // The protocol tells no turns: a use of a tool is the nearest it has.
  const turn: readonly AgentEvent[] = isNew ? [{ type: 'turn' }] : [];
  return {
    state: { ...told.state, tools, answered: isNew ? false : state.answered },
    events: [...told.events, ...turn, ...(event === undefined ? [] : [event])],
    replies: [],
  };
}
