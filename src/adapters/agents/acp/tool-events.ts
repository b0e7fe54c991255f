/** Tool calls as events for people: each told once, when its argument is known. Pure. */
import { z } from 'zod';
import type { AgentEvent } from '../../../ports/agent.ts';
import { boundText } from '../agent-process.ts';
import { type ToolCall, toolCallSchema } from './permission.ts';

/** Calls that are not over, by id: what is known of them, and whether they were told. */
export type OpenTools = ReadonlyMap<string, { readonly call: ToolCall; readonly told: boolean }>;

export interface ToolStep {
  readonly tools: OpenTools;
  readonly event: AgentEvent | undefined;
  readonly isNew: boolean;
}

const statusSchema = z.object({ status: z.string().optional().catch(undefined) });

/**
 * A `tool_call`, a `tool_call_update` or the call of a permission request. The first notice of a call often has no
 * argument yet, and some agents give none but in their request for permission.
 */
export function readTool(tools: OpenTools, update: unknown): ToolStep {
  const read = toolCallSchema.safeParse(update).data;
  const id = read?.toolCallId;
  if (read === undefined || id === undefined) return { tools, event: undefined, isNew: false };
  const { status } = statusSchema.parse(update);
  const known = tools.get(id);
  const call = merge(known?.call, read);
  const settled = status !== undefined && status !== 'pending';
  const tells = known?.told !== true && (settled || argumentOf(call) !== undefined);
  const next = new Map(tools);
  next.delete(id);
  const isOver = status === 'completed' || status === 'failed';
  if (!isOver) next.set(id, { call, told: tells || known?.told === true });
  const oldest = next.size > MOST_OPEN ? next.keys().next().value : undefined;
  if (oldest !== undefined) next.delete(oldest);
  const event = tells ? eventOf(call, status === 'denied') : undefined;
  return { tools: next, event, isNew: known === undefined };
}

/** An agent that never ends its calls must not fill the memory. */
const MOST_OPEN = 100;

function merge(known: ToolCall | undefined, update: ToolCall): ToolCall {
  const locations = update.locations?.length === 0 ? undefined : update.locations;
  return {
    toolCallId: update.toolCallId,
    title: update.title ?? known?.title,
    kind: known?.kind ?? update.kind,
    locations: locations ?? known?.locations,
    rawInput: { ...known?.rawInput, ...update.rawInput },
  };
}

function eventOf(call: ToolCall, denied: boolean): AgentEvent {
  const detail = describeCall(call);
  return {
    type: 'tool',
    name: call.kind ?? call.title ?? 'unknown',
    detail: boundText(denied ? `denied: ${detail}` : detail, LONGEST_DETAIL),
  };
}

const LONGEST_DETAIL = 300;

/** What the call is about, in one line. */
export function describeCall(call: ToolCall): string {
  const path = call.locations?.[0]?.path;
  // The title of a command is the command; of anything else, words for people.
  const fallback = call.kind === 'execute' ? (call.title ?? path) : (path ?? call.title);
  return argumentOf(call) ?? fallback ?? '';
}

const argumentNames = [
  'command',
  'filePath',
  'file_path',
  'absolute_path',
  'filepath',
  'path',
  'dir_path',
  'pattern',
  'url',
  'query',
  'prompt',
] as const;

/** The one argument by which a person recognises the call. */
function argumentOf(call: ToolCall): string | undefined {
  return argumentNames
    .map((name) => call.rawInput?.[name])
    .find((value): value is string => typeof value === 'string' && value !== '');
}
