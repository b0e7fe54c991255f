/**
 * The conversation with `claude --input-format stream-json --permission-prompt-tool stdio`, in lines, without side
 * effects: a line in; the state, what a person is shown and what is to be sent out. What is no part of the
 * conversation is in stream.ts. Source: the agents reference, § 2, and version 2.1.328.
 *
 * 1. Every request of the program is answered in the step that reads it: an open question would be a hang.
 * 2. One brief is one turn: with its result the conversation is over, and the program ends when its input is closed.
 */
import { z } from 'zod';
import { boundText } from '../agent-process.ts';
import { withDenial } from '../denials.ts';
import type { DialogueStep } from '../dialogue.ts';
import type { WorkFolders } from '../work-folders.ts';
import { decideToolUse, toolRequestSchema } from './permission.ts';
import { type ClaudeState, initialClaudeState, readClaudeLine } from './stream.ts';

export interface ClaudeControl {
  readonly brief: string;
  readonly folders: WorkFolders;
  readonly phase: 'opening' | 'working' | 'over';
  readonly stream: ClaudeState;
  /** Why the program did not take the brief. */
  readonly refusal: string;
}

export type ControlStep = DialogueStep<ClaudeControl>;

const ids = { initialize: 'pawl-1', interrupt: 'pawl-2' } as const;

/** The begin of a conversation about one brief. */
export function openControl(brief: string, folders: WorkFolders): ControlStep {
  return {
    state: { brief, folders, phase: 'opening', stream: initialClaudeState, refusal: '' },
    events: [],
    send: [renderRequest(ids.initialize, 'initialize')],
  };
}

/** What to send so that the turn stops, its tools with it; undefined when none is running. */
export function interruptClaude(state: ClaudeControl): string | undefined {
  return state.phase === 'working' ? renderRequest(ids.interrupt, 'interrupt') : undefined;
}

export function readControlLine(state: ClaudeControl, line: string): ControlStep {
  const message = parseMessage(line);
  switch (message?.type) {
    case 'control_request':
      return answer(state, message.request_id, message.request);
    case 'control_response':
      return readResponse(state, message.response);
    case undefined:
      return readOutput(state, line);
  }
}

const messageSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('control_request'),
    request_id: z.string(),
    request: z.record(z.string(), z.unknown()),
  }),
  z.object({
    type: z.literal('control_response'),
    response: z.object({
      subtype: z.string(),
      request_id: z.string(),
      error: z.string().optional().catch(undefined),
    }),
  }),
]);
type Message = z.infer<typeof messageSchema>;

/** Undefined for what is no part of the conversation. */
function parseMessage(line: string): Message | undefined {
  if (!line.startsWith('{') || !line.includes('"control_re')) return undefined;
  try {
    return messageSchema.safeParse(JSON.parse(line)).data;
  } catch {
    // A piece of a line longer than the line splitter hands on whole, or stray output.
    return undefined;
  }
}

function answer(state: ClaudeControl, id: string, request: unknown): ControlStep {
  const read = toolRequestSchema.safeParse(request).data;
  if (read === undefined) {
    const response = { subtype: 'error', request_id: id, error: 'Pawl does not answer this request' };
    return { state, events: [], send: [JSON.stringify({ type: 'control_response', response })] };
  }
  const decision = decideToolUse(read, state.folders);
  if (decision.behavior === 'allow') {
    return { state, events: [], send: [renderAnswer(id, { ...decision, updatedInput: read.input })] };
  }
  const { behavior, message, what } = decision;
  const denials = withDenial(state.stream.denials, read.tool_name, what);
  return {
    state: { ...state, stream: { ...state.stream, denials } },
    events: [{ type: 'tool', name: read.tool_name, detail: boundText(`denied: ${what}`, LONGEST_DETAIL) }],
    send: [renderAnswer(id, { behavior, message })],
  };
}

const LONGEST_DETAIL = 300;

function readResponse(
  state: ClaudeControl,
  response: Extract<Message, { type: 'control_response' }>['response'],
): ControlStep {
  const unchanged = { state, events: [], send: [] };
  if (response.request_id !== ids.initialize || state.phase !== 'opening') return unchanged;
  if (response.subtype !== 'success') {
    const refusal = response.error ?? 'it did not begin the conversation';
    return { ...unchanged, state: { ...state, phase: 'over', refusal } };
  }
  const message = { role: 'user', content: [{ type: 'text', text: state.brief }] };
  return {
    ...unchanged,
    state: { ...state, phase: 'working' },
    send: [JSON.stringify({ type: 'user', message })],
  };
}

function readOutput(state: ClaudeControl, line: string): ControlStep {
  const { state: stream, events } = readClaudeLine(state.stream, line);
  const phase = stream.result === undefined ? state.phase : 'over';
  return { state: { ...state, stream, phase }, events, send: [] };
}

function renderRequest(id: string, subtype: string): string {
  return JSON.stringify({ type: 'control_request', request_id: id, request: { subtype } });
}

function renderAnswer(id: string, response: unknown): string {
  return JSON.stringify({
    type: 'control_response',
    response: { subtype: 'success', request_id: id, response },
  });
}
