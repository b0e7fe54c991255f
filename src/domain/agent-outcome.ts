import { z } from 'zod';
import { usageSchema } from './usage.ts';

const common = {
  /** The agent's own last words. A claim, never evidence. At most 4,000 characters. */
  lastWords: z.string(),
  usage: usageSchema.optional(),
  /** Under which its conversation can be taken up again. */
  session: z.string().optional(),
  /** What the agent wanted to do and was not allowed, the first ten: tool and argument or reason. */
  denials: z.array(z.string()).readonly().optional(),
};

/**
 * How an agent's run ended. Only `finished` is the agent's own positive terminal signal; whether the work is
 * done is decided by gates on the commit, never here. Source: the outcome union of the agents reference, § 10.
 */
export const agentOutcomeSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('finished'), claim: z.enum(['done', 'blocked', 'none']), ...common }),
  z.object({
    kind: z.literal('rate-limited'),
    resetsAt: z.number().optional(),
    message: z.string(),
    ...common,
  }),
  z.object({ kind: z.literal('auth'), message: z.string(), ...common }),
  z.object({
    kind: z.literal('api-error'),
    httpStatus: z.number().optional(),
    message: z.string(),
    ...common,
  }),
  z.object({ kind: z.literal('refused'), message: z.string(), ...common }),
  z.object({ kind: z.literal('turn-limit'), message: z.string(), ...common }),
  z.object({ kind: z.literal('budget'), message: z.string(), ...common }),
  z.object({ kind: z.literal('context-full'), message: z.string(), ...common }),
  z.object({ kind: z.literal('truncated'), message: z.string(), ...common }),
  /** Ended by Pawl: a person asked to stop, or a budget that is not this task's own is used up. */
  z.object({ kind: z.literal('cancelled'), because: z.enum(['stop', 'budget']).optional(), ...common }),
  /** No output for `idleMs`; ended by Pawl. */
  z.object({ kind: z.literal('idle'), idleMs: z.number(), ...common }),
  /** Ran longer than `totalMs`; ended by Pawl. */
  z.object({ kind: z.literal('deadline'), totalMs: z.number(), ...common }),
  /** Ended by itself without its positive terminal signal: a bad exit code, a signal, or no final message. */
  z.object({
    kind: z.literal('crashed'),
    exitCode: z.number().optional(),
    signal: z.string().optional(),
    message: z.string(),
    ...common,
  }),
  /** The program is not there or cannot be started. */
  z.object({ kind: z.literal('unavailable'), message: z.string(), ...common }),
]);
export type AgentOutcome = z.infer<typeof agentOutcomeSchema>;
