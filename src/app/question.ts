/** Asking an agent until its answer can be used: parsed, checked, and asked again with what was wrong with it. */
import type { z } from 'zod';
import { createFaultInjection } from './fault-injection.ts';
import { systemClock, withJournal } from './open-journal.ts';
import { checkoutOf, type Project } from './project.ts';
import { readyAgent } from './ready-agents.ts';
import { rolesOf } from './role-config.ts';
import { composeTools } from './tools.ts';
import { answerFile, askAgent } from '../core/ask-agent.ts';
import { RunRecord } from '../core/record.ts';
import type { RunTools } from '../core/tools.ts';
import type { AgentOutcome } from '../domain/agent-outcome.ts';
import { PawlError } from '../domain/refusal.ts';
import { poolFor } from '../domain/roles.ts';
import type { RunState } from '../domain/run-state.ts';
import type { Agent } from '../ports/agent.ts';
import { err, ok, type Result } from '../util/result.ts';

/** An answer that cannot be used is asked for once more, with its faults. */
const mostAttempts = 2;
const shownFaults = 20;

export interface AgentQuestion<T> {
  /** Of the logs, and what the scripted agent looks up. */
  readonly name: string;
  /** The journal's plan that the processes are recorded under. */
  readonly plan: string;
  /** Asked alone; undefined means the planners of the configuration. */
  readonly agent: string | undefined;
  readonly brief: string;
  readonly schema: z.ZodType<T>;
  /** Everything that is wrong with a well-formed answer, a sentence each; none when it can be used. */
  readonly check: (answer: T) => readonly string[];
}

export interface Answered<T> extends AnsweredBy {
  readonly answer: T;
  /** The run's record, open for what follows from the answer. */
  readonly record: RunRecord;
}

/** Who answered, and of those before it in the pool, why they did not. */
export interface AnsweredBy {
  readonly agent: string;
  /** Half a sentence each: `claude is rate-limited`. */
  readonly passedOver: readonly string[];
}

/**
 * Asks, and works with the answer while the journal is still held. Without an agent's name the planners are asked in
 * their order: one that is missing or rate-limited is passed over. Throws AGENT-MISSING, AGENT-FAILED,
 * ANSWER-INVALID or RUN-IN-PROGRESS.
 */
export async function withAnswer<T, R>(
  project: Project,
  question: AgentQuestion<T>,
  signal: AbortSignal,
  work: (answered: Answered<T>) => R,
): Promise<R> {
  const checkout = await checkoutOf(project);
  const pool = question.agent === undefined ? poolFor(rolesOf(project.config), 'planner') : [question.agent];
  const { agents, absent } = await agentsThere(project, pool);
  return withJournal(project, async (journal) => {
    const record = new RunRecord(question.plan, journal, systemClock);
    const tools = composeTools({
      project,
      checkout,
      record,
      journal,
      agents,
      hit: createFaultInjection(process.env['PAWL_FAULT']),
      onLive: () => undefined,
      dependencies: 'none',
    });
    const { first, later } = byCooling(record.state, [...agents.keys()]);
    // When all are rate-limited as far as the run knows, asking is the only way to learn that it is over.
    const asked = first.length > 0 ? first : later;
    const passedOver = [...absent, ...(first.length > 0 ? later.map(limited) : [])];
    for (const name of asked) {
      const given = await answerOf(tools, question, { agent: name, commit: checkout.head }, signal);
      if (given.ok) return work({ answer: given.value, agent: name, passedOver, record });
      passedOver.push(limited(name));
    }
    throw new PawlError('AGENT-FAILED', `nobody answered: ${passedOver.join(', ')}`, {
      hint: 'Try again later, or ask another agent with `--agent`.',
    });
  });
}

const limited = (agent: string): string => `${agent} is rate-limited`;

/** Throws AGENT-MISSING when nobody of the pool is there, and AGENT-UNKNOWN. */
async function agentsThere(
  project: Project,
  pool: readonly string[],
): Promise<{ readonly agents: ReadonlyMap<string, Agent>; readonly absent: readonly string[] }> {
  const agents = new Map<string, Agent>();
  const missing: PawlError[] = [];
  for (const name of pool) {
    try {
      agents.set(name, await readyAgent(project, name));
    } catch (error) {
      if (!(error instanceof PawlError) || error.code !== 'AGENT-MISSING') throw error;
      missing.push(error);
    }
  }
  if (agents.size === 0 && missing[0] !== undefined) throw missing[0];
  return { agents, absent: missing.map(({ message }) => message) };
}

/** By what the run has met: those that are not rate-limited now, and the others. */
function byCooling(
  state: RunState,
  names: readonly string[],
): { readonly first: readonly string[]; readonly later: readonly string[] } {
  const isCooling = (name: string): boolean => (state.standings.get(name)?.until ?? 0) > systemClock.now();
  return { first: names.filter((name) => !isCooling(name)), later: names.filter(isCooling) };
}

/** An answer that can be used, or that the agent is rate-limited; every other end is thrown. */
async function answerOf<T>(
  tools: RunTools,
  question: AgentQuestion<T>,
  { agent, commit }: { readonly agent: string; readonly commit: string },
  signal: AbortSignal,
): Promise<Result<T, 'rate-limited'>> {
  let faults: readonly string[] = [];
  for (let attempt = 1; attempt <= mostAttempts; attempt += 1) {
    const brief = question.brief + faultsText(faults);
    const answer = await askAgent(tools, { name: question.name, agent, commit, brief, attempt }, signal);
    if (!answer.ok && typeof answer.error !== 'string' && answer.error.kind === 'rate-limited')
      return err('rate-limited');
    const parsed = answer.ok ? parseAnswer(answer.value, question) : faultOrThrow(agent, answer.error);
    if (parsed.ok) return parsed;
    faults = parsed.error;
  }
  throw new PawlError('ANSWER-INVALID', `${agent} gave no answer that can be used: ${listOf(faults)}`, {
    hint: `Its log is in ${tools.logFolder}. Ask again, or another agent with \`--agent\`.`,
    details: { faults },
  });
}

/** An agent that worked and left nothing is asked again; one that did not come to an end is not. */
function faultOrThrow(agent: string, error: AgentOutcome | string): Result<never, readonly string[]> {
  if (typeof error === 'string') return err([error]);
  throw refusalOf(agent, error);
}

function refusalOf(agent: string, outcome: AgentOutcome): PawlError {
  if (outcome.kind === 'cancelled')
    return new PawlError('INTERRUPTED', 'the question was stopped before it was answered', {
      hint: 'Nothing was written; ask again whenever you like.',
    });
  const said = 'message' in outcome ? outcome.message : outcome.lastWords;
  return new PawlError(
    'AGENT-FAILED',
    `${agent} did not answer (${outcome.kind})${said === '' ? '' : `: ${said}`}`,
    {
      hint: 'Try again, or ask another agent with `--agent`.',
    },
  );
}

function parseAnswer<T>(text: string, { schema, check }: AgentQuestion<T>): Result<T, readonly string[]> {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    return err([`${answerFile} is no JSON: ${(error as Error).message}`]);
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success)
    return err(
      parsed.error.issues.map((issue) => `${issue.path.join('.') || 'the whole'}: ${issue.message}`),
    );
  const faults = check(parsed.data);
  return faults.length === 0 ? ok(parsed.data) : err(faults);
}

function faultsText(faults: readonly string[]): string {
  if (faults.length === 0) return '';
  return `\n## Your last answer could not be used\n\n${faults
    .slice(0, shownFaults)
    .map((fault) => `- ${fault}`)
    .join('\n')}\n\nAnswer again, whole, without these faults.\n`;
}

function listOf(faults: readonly string[]): string {
  const more = faults.length > 3 ? `; and ${faults.length - 3} more` : '';
  return faults.slice(0, 3).join('; ') + more;
}
