/**
 * Reads `codex exec --json`, one line at a time, without side effects. The degraded surface: errors are plain text
 * and the times at which limits reset are not told. Source: the agents reference, § 3, and recorded output.
 *
 * A line that is not JSON, or an event not known here, changes nothing.
 */
import { z } from 'zod';
import {
  type CodexState,
  type CodexStep,
  count,
  parseLine,
  plainCommand,
  readMessage,
  readRetry,
  readToolUse,
  text,
  usageOfTokens,
} from './state.ts';

export function readExecLine(state: CodexState, line: string): CodexStep<CodexState> {
  const event = parseLine(eventSchema, line);
  if (event === undefined || state.end !== undefined) return { state, events: [] };
  switch (event.type) {
    case 'item.started':
    case 'item.completed':
      return readItem(state, event);
    case 'error':
      return readError(state, event.message);
    case 'turn.completed':
      return readCompleted(state, event);
    case 'turn.failed': {
      const error = { message: event.error.message, info: undefined, httpStatus: undefined };
      // Nothing to give up any more: this end is Codex's own.
      return { state: { ...state, end: { status: 'failed', error }, waits: 0 }, events: [] };
    }
  }
}

const itemSchema = z.object({
  type: z.string(),
  text,
  command: text,
  tool: text,
  query: text,
  changes: z
    .array(z.object({ path: z.string() }))
    .optional()
    .catch(undefined),
});

const startedSchema = z.object({ type: z.literal('item.started'), item: itemSchema });
const itemCompletedSchema = z.object({ type: z.literal('item.completed'), item: itemSchema });
const turnCompletedSchema = z.object({
  type: z.literal('turn.completed'),
  usage: z
    .object({
      input_tokens: count,
      cached_input_tokens: count,
      cache_write_input_tokens: count,
      output_tokens: count,
    })
    .optional()
    .catch(undefined),
});

const eventSchema = z.discriminatedUnion('type', [
  startedSchema,
  itemCompletedSchema,
  turnCompletedSchema,
  z.object({ type: z.literal('turn.failed'), error: z.object({ message: z.string().catch('') }) }),
  z.object({ type: z.literal('error'), message: z.string().catch('') }),
]);

function readItem(
  state: CodexState,
  event: z.infer<typeof startedSchema> | z.infer<typeof itemCompletedSchema>,
): CodexStep<CodexState> {
  const { item } = event;
  const completed = event.type === 'item.completed';
  switch (item.type) {
    case 'agent_message':
      return completed ? readMessage(state, item.text ?? '') : { state, events: [] };
    case 'command_execution':
      return completed ? { state, events: [] } : readToolUse(state, 'exec', plainCommand(item.command ?? ''));
    case 'file_change': {
      const paths = (item.changes ?? []).map((change) => change.path).join(', ');
      return completed ? readToolUse(state, 'edit', paths) : { state, events: [] };
    }
    case 'mcp_tool_call':
    case 'web_search':
      return completed ? { state, events: [] } : readToolUse(state, item.tool ?? item.type, item.query ?? '');
    default:
      return { state, events: [] };
  }
}

/** The last error of a turn is followed by `turn.failed`, which decides. */
function readError(state: CodexState, message: string): CodexStep<CodexState> {
  if (!message.startsWith('Reconnecting')) return { state, events: [] };
  return readRetry(state, { message, info: undefined, httpStatus: undefined });
}

function readCompleted(state: CodexState, event: z.infer<typeof turnCompletedSchema>): CodexStep<CodexState> {
  const end = { status: 'completed' } as const;
  if (event.usage === undefined) return { state: { ...state, end }, events: [] };
  const { input_tokens, cached_input_tokens, cache_write_input_tokens, output_tokens } = event.usage;
  const usage = usageOfTokens(input_tokens, cached_input_tokens, cache_write_input_tokens, output_tokens);
  return { state: { ...state, end, usage }, events: [{ type: 'usage', usage }] };
}
