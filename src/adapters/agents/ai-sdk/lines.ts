/** Reads what the program `pawl-coder` prints, one line at a time, without side effects. */
import { z } from 'zod';
import { addUsage, noUsage, usageSchema, type Usage } from '../../../domain/usage.ts';
import type { AgentEvent } from '../../../ports/agent.ts';
import { boundText } from '../agent-process.ts';
import { withDenial } from '../denials.ts';

export interface CoderState {
  readonly lastText: string;
  /** Of all answers so far; undefined before the first one. */
  readonly usage: Usage | undefined;
  readonly error: CoderError | undefined;
  readonly end: CoderEnd | undefined;
  readonly denials: readonly string[];
  /** Why nothing was asked of the model at all. */
  readonly unable: string | undefined;
}

export const initialCoderState: CoderState = {
  lastText: '',
  usage: undefined,
  error: undefined,
  end: undefined,
  denials: [],
  unable: undefined,
};

const errorSchema = z.object({
  type: z.literal('error'),
  message: z.string(),
  status: z.number().optional(),
  /** The provider's names for it, and the program's own: `connection`, `missing-key`. */
  codes: z.array(z.string()),
  /** Milliseconds since the epoch. */
  resetsAt: z.number().nonnegative().optional(),
});
export type CoderError = z.infer<typeof errorSchema>;

const endSchema = z.object({
  type: z.literal('end'),
  finishReason: z.string(),
  rawFinishReason: z.string().optional(),
  steps: z.number().int().nonnegative(),
  text: z.string(),
});
export type CoderEnd = z.infer<typeof endSchema>;

const lineSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text'), text: z.string() }),
  z.object({ type: z.literal('tool'), name: z.string(), detail: z.string() }),
  z.object({ type: z.literal('tool-failed') }),
  z.object({ type: z.literal('denied'), message: z.string() }),
  z.object({ type: z.literal('turn'), model: z.string(), usage: usageSchema }),
  z.object({ type: z.literal('writing'), characters: z.number() }),
  z.object({ type: z.literal('retrying'), reason: z.string() }),
  errorSchema,
  endSchema,
  z.object({ type: z.literal('unable'), message: z.string() }),
]);

export interface CoderStep {
  readonly state: CoderState;
  readonly events: readonly AgentEvent[];
}

/** One line of standard output. What is not of the protocol changes nothing. */
export function readCoderLine(state: CoderState, line: string): CoderStep {
  const message = parseLine(line);
  switch (message?.type) {
    case 'text':
      return {
        state: { ...state, lastText: message.text },
        events: [{ type: 'text', text: boundText(message.text) }],
      };
    case 'tool':
      return { state, events: [{ type: 'tool', name: message.name, detail: boundText(message.detail) }] };
    case 'turn': {
      const usage = addUsage(state.usage ?? noUsage, { ...message.usage, model: message.model });
      return { state: { ...state, usage }, events: [{ type: 'turn' }, { type: 'usage', usage }] };
    }
    case 'retrying':
      return { state, events: [message] };
    case 'denied':
      return {
        state: { ...state, denials: withDenial(state.denials, 'files', message.message) },
        events: [],
      };
    case 'error':
      return { state: { ...state, error: message }, events: [] };
    case 'end':
      return { state: { ...state, end: message }, events: [] };
    case 'unable':
      return { state: { ...state, unable: message.message }, events: [] };
    case 'writing':
      // More of an answer is progress, which the model's own words tell only at its end.
      return {
        state,
        events: [{ type: 'text', text: `[writing: ${message.characters} characters so far]` }],
      };
    case 'tool-failed':
    case undefined:
      return { state, events: [] };
  }
}

function parseLine(line: string): z.infer<typeof lineSchema> | undefined {
  try {
    return lineSchema.safeParse(JSON.parse(line)).data;
  } catch {
    // Stray output of a library.
    return undefined;
  }
}
