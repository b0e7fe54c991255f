import { z } from 'zod';
import { amountSchema } from './amount.ts';
import { taskIdSchema } from './ids.ts';
import { agentIdentitiesSchema, poolFor, rolesSchema, type TaskClass } from './roles.ts';

/** The settings that decisions depend on, journalled at the start of every session. */
export const policySchema = z
  .object({
    /** How many tasks may be worked on at once; `auto` is the table of {@link slotsFor}. */
    parallel: z.union([z.number().int().min(1), z.literal('auto')]),
    /** The ceiling for `auto`. */
    maxAgents: z.number().int().min(1),
    /** Attempts that fail by their own fault (gates, no change, deadlines) before the task is blocked. */
    maxAttempts: z.number().int().min(1),
    /** Sent back for a textual conflict this often before the task is blocked. */
    maxConflicts: z.number().int().min(1),
    /** Transient failures (crash, network, rate limit) before the task is blocked. */
    maxRedeliveries: z.number().int().min(1),
    /** The same failure signature this often blocks the task. */
    sameFailureLimit: z.number().int().min(2),
    backoffMs: z.number().min(0),
    backoffCapMs: z.number().min(0),
    /** High before Medium before Low among tasks that are ready. */
    riskOrder: z.boolean(),
    /** Only these tasks are started; undefined means all. */
    only: z.array(taskIdSchema).readonly().optional(),
    /** The agent's name for new attempts. */
    agent: z.string(),
    /** Whether a failed attempt's conversation may be taken up again; absent: never. */
    resume: z.enum(['never', 'auto']).optional(),
    /** What may be used up before a person grants more; absent: no limit. */
    budgets: z
      .object({
        attempt: amountSchema.optional(),
        task: amountSchema.optional(),
        run: amountSchema.optional(),
        day: amountSchema.optional(),
      })
      .readonly()
      .optional(),
    /** Who takes over while that one is rate-limited, in this order; absent when there is nobody. */
    fallbacks: z.array(z.string()).readonly().optional(),
    /** How many attempts an agent may have at once, by name; whoever is not named, as many as there are slots. */
    maxConcurrent: z.record(z.string(), z.number().int().min(1)).readonly().optional(),
    /** Every role's agents, those left out that were not there; absent in journals of earlier versions. */
    roles: rolesSchema.optional(),
    identities: agentIdentitiesSchema.optional(),
  })
  .readonly();
export type Policy = z.infer<typeof policySchema>;

/**
 * How many tasks to work on at once. `auto` by the number of open tasks: fewer than 5 → 1, fewer than 15 → 3,
 * fewer than 30 → 5, else 8, never more than `maxAgents`. Source 002, "Dynamic Agent Orchestration".
 */
export function slotsFor(openTasks: number, policy: Policy): number {
  if (policy.parallel !== 'auto') return policy.parallel;
  const wanted = openTasks < 5 ? 1 : openTasks < 15 ? 3 : openTasks < 30 ? 5 : 8;
  return Math.min(wanted, policy.maxAgents);
}

/** The agents that an attempt at the task may get, the preferred one first; without a task, at any other. */
export function poolOf({ agent, fallbacks = [], roles }: PoolPolicy, task?: TaskClass): readonly string[] {
  if (roles?.implementer !== undefined) return poolFor(roles, 'implementer', task);
  return [...new Set([agent, ...fallbacks])];
}

/** What of a policy says which agents attempts may get. */
export type PoolPolicy = Pick<Policy, 'agent' | 'fallbacks' | 'roles'>;
