/**
 * The journal's vocabulary. A run is a fold over these events; whatever is not among them did not happen.
 * Bodies are validated when written and when read. A change of a body's shape needs an upcaster in
 * adapters/journal-sqlite and an old journal kept as a fixture.
 */
import { z } from 'zod';
import { beginningSchema } from './beginning.ts';
import { agentOutcomeSchema } from './agent-outcome.ts';
import { amountSchema } from './amount.ts';
import { failureSchema } from './failure.ts';
import { taskIdSchema } from './ids.ts';
import { edgeVerdictSchema, inferredEdgeSchema } from './inferred-dependency.ts';
import { planSchema } from './plan.ts';
import { policySchema } from './policy.ts';
import { processIdentitySchema } from './process-identity.ts';
import { usageSchema } from './usage.ts';
import { reportSchema } from './report.ts';

/** The version of the event vocabulary; stored with the journal. */
export const JOURNAL_VERSION = 1;

const commit = z.string().regex(/^[0-9a-f]{40,64}$/);
const ofAttempt = { task: taskIdSchema, attempt: z.number().int().positive() };

export const fileChangeSchema = z
  .object({
    path: z.string(),
    change: z.enum(['added', 'modified', 'deleted', 'renamed']),
    /** The former path; only of a rename. */
    from: z.string().optional(),
  })
  .readonly();
export type FileChange = z.infer<typeof fileChangeSchema>;

export const holdSchema = z
  .object({ task: taskIdSchema, code: z.string(), message: z.string(), hint: z.string() })
  .readonly();
export type Hold = z.infer<typeof holdSchema>;

const syncEffectSchema = z
  .object({ task: taskIdSchema, effect: z.enum(['stale', 'superseded']), reason: z.string() })
  .readonly();
export type SyncEffect = z.infer<typeof syncEffectSchema>;

export const gateRunSchema = z
  .object({
    gate: z.string(),
    command: z.string(),
    tree: commit,
    status: z.enum(['passed', 'failed', 'unrunnable', 'skipped']),
    exitCode: z.number().int().optional(),
    durationMs: z.number().nonnegative(),
    /** At most 8,000 characters, the useful end, without terminal escapes. */
    output: z.string().max(8_000),
    /** True when an earlier run of the same command on the same tree was taken over. */
    cached: z.boolean(),
  })
  .readonly();
export type GateRun = z.infer<typeof gateRunSchema>;

/**
 * An agent before the chosen one in its pool, and why it was not chosen. `broke-off`: it crashed or fell silent;
 * `unusable`: this session found it not logged in, or not to be started.
 */
export const passedOverSchema = z
  .object({ agent: z.string(), why: z.enum(['rate-limited', 'busy', 'failed', 'broke-off', 'unusable']) })
  .readonly();
export type PassedOver = z.infer<typeof passedOverSchema>;

export const eventBodySchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('run.created'),
    plan: z.string(),
    base: commit,
    baseBranch: z.string(),
    integrationRef: z.string(),
  }),
  z.object({
    type: z.literal('plan.adopted'),
    plan: planSchema,
    holds: z.array(holdSchema).readonly(),
    /** What follows for tasks from the difference to the plan before; absent when nothing does. */
    effects: z.array(syncEffectSchema).readonly().optional(),
  }),
  z.object({ type: z.literal('session.started'), owner: processIdentitySchema, policy: policySchema }),
  z.object({
    type: z.literal('session.ended'),
    reason: z.enum(['done', 'finished', 'stopped', 'refused']),
    /** The user's HEAD at the time, for the next reconciliation. */
    commit: commit.optional(),
    code: z.string().optional(),
    message: z.string().optional(),
  }),

  z.object({
    type: z.literal('attempt.started'),
    ...ofAttempt,
    agent: z.string(),
    /** Why it was not the pool's first; absent when it was. */
    because: z.array(passedOverSchema).readonly().optional(),
  }),
  z.object({
    type: z.literal('attempt.prepared'),
    ...ofAttempt,
    base: commit,
    workspace: z.string(),
    /** Of an attempt that follows a failed one, where such may be resumed. */
    beginning: beginningSchema.optional(),
  }),
  /** What its agent has used so far in this attempt; more is told while it works. */
  z.object({ type: z.literal('usage.recorded'), ...ofAttempt, usage: usageSchema }),
  /** A claim of the agent at work, through the report channel. Of progress, only some reports are journalled. */
  z.object({ type: z.literal('attempt.reported'), ...ofAttempt, report: reportSchema }),
  /**
   * The agent's process tree is gone; what it left is still only in its workspace. `unread`: files it was told to
   * read and that its own report of tool use does not name; empty when it reports none.
   */
  z.object({
    type: z.literal('agent.ended'),
    ...ofAttempt,
    outcome: agentOutcomeSchema,
    unread: z.array(z.string()).readonly(),
  }),
  z.object({
    type: z.literal('attempt.committed'),
    ...ofAttempt,
    head: commit,
    tree: commit,
    files: z.array(fileChangeSchema).readonly(),
  }),
  z.object({
    type: z.literal('gate.finished'),
    ...ofAttempt,
    purpose: z.enum(['attempt', 'landing']),
    run: gateRunSchema,
  }),
  z.object({ type: z.literal('attempt.proven'), ...ofAttempt }),
  z.object({
    type: z.literal('attempt.failed'),
    ...ofAttempt,
    failure: failureSchema,
    /** True when the agent had claimed to be done: a false completion. */
    falseClaim: z.boolean(),
    /** What it left behind, kept under its ref; absent when it left nothing. */
    head: commit.optional(),
    files: z.array(fileChangeSchema).readonly(),
  }),
  /** Cut off by a stop or a crash; never counts against the task. */
  z.object({
    type: z.literal('attempt.interrupted'),
    ...ofAttempt,
    because: z.enum(['stop', 'crash', 'refusal', 'budget']),
    head: commit.optional(),
  }),

  /** Write-ahead: the merge commit exists as an object, the ref has not moved yet. */
  z.object({ type: z.literal('landing.prepared'), ...ofAttempt, commit, onto: commit, tree: commit }),
  z.object({
    type: z.literal('landing.landed'),
    ...ofAttempt,
    commit,
    onto: commit,
    tree: commit,
    fast: z.boolean(),
  }),
  z.object({ type: z.literal('landing.rejected'), ...ofAttempt, failure: failureSchema }),
  /** Found on the integration branch by its trailer, while the journal knew nothing of it: the journal was lost. */
  z.object({ type: z.literal('landing.found'), task: taskIdSchema, commit }),
  /** The integration branch was found at a descendant that Pawl did not make. */
  z.object({ type: z.literal('integration.moved'), from: commit, to: commit }),

  z.object({
    type: z.literal('task.decided'),
    task: taskIdSchema,
    decision: z.enum(['retry', 'skip', 'keep']),
    reason: z.string(),
    by: z.string(),
  }),
  /** A person lets so much more be used: by one task, or in this run, or on the day of the event (UTC). */
  z.object({
    type: z.literal('budget.granted'),
    /** Unique; the same grant counts once, however often it is handed over. */
    id: z.string(),
    scope: z.enum(['run', 'day', 'task']),
    /** Of the scope `task` only. */
    forTask: taskIdSchema.optional(),
    amount: amountSchema,
    reason: z.string(),
    by: z.string(),
  }),
  /** An agent's answer to which dependencies are missing, validated; it replaces the answer before. */
  z.object({
    type: z.literal('edges.inferred'),
    agent: z.string(),
    edges: z.array(inferredEdgeSchema).readonly(),
  }),
  z.object({
    type: z.literal('edge.decided'),
    edge: inferredEdgeSchema,
    verdict: edgeVerdictSchema,
    reason: z.string(),
    by: z.string(),
  }),
  z.object({
    type: z.literal('process.started'),
    identity: processIdentitySchema,
    marker: z.string(),
    label: z.string(),
  }),
  z.object({
    type: z.literal('process.ended'),
    marker: z.string(),
    leftovers: z.number().int().nonnegative(),
  }),
  z.object({ type: z.literal('run.landed'), branch: z.string(), commit, from: commit }),
]);
export type EventBody = z.infer<typeof eventBodySchema>;

/** One line of the journal. `seq` begins at 1 and has no gaps within a run; `at` is ms since the epoch. */
export interface JournalEvent {
  readonly seq: number;
  readonly at: number;
  readonly body: EventBody;
}
