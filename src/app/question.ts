/** Asking an agent until its answer can be used: parsed, checked, and asked again with what was wrong with it. */
import type { z } from 'zod';
import { agentConfigOf } from './config.ts';
import { createFaultInjection } from './fault-injection.ts';
import { systemClock, withJournal } from './open-journal.ts';
import { checkoutOf, type Project } from './project.ts';
import { composeTools } from './tools.ts';
import { createAgent } from '../adapters/agents/registry.ts';
import { answerFile, askAgent } from '../core/ask-agent.ts';
import { RunRecord } from '../core/record.ts';
import type { AgentOutcome } from '../domain/agent-outcome.ts';
import { PawlError } from '../domain/refusal.ts';
import { err, ok, type Result } from '../util/result.ts';

/** An answer that cannot be used is asked for once more, with its faults. */
const mostAttempts = 2;
const shownFaults = 20;

export interface AgentQuestion<T> {
  /** Of the logs, and what the scripted agent looks up. */
  readonly name: string;
  /** The journal's plan that the processes are recorded under. */
  readonly plan: string;
  readonly agent: string | undefined;
  readonly brief: string;
  readonly schema: z.ZodType<T>;
  /** Everything that is wrong with a well-formed answer, a sentence each; none when it can be used. */
  readonly check: (answer: T) => readonly string[];
}

export interface Answered<T> {
  readonly answer: T;
  readonly agent: string;
  /** The run's record, open for what follows from the answer. */
  readonly record: RunRecord;
}

/**
 * Asks, and works with the answer while the journal is still held. Throws AGENT-MISSING, AGENT-FAILED,
 * ANSWER-INVALID or RUN-IN-PROGRESS.
 */
export async function withAnswer<T, R>(
  project: Project,
  question: AgentQuestion<T>,
  signal: AbortSignal,
  work: (answered: Answered<T>) => R,
): Promise<R> {
  const checkout = await checkoutOf(project);
  const name = question.agent ?? project.config.agent;
  const agent = createAgent(name, agentConfigOf(project.config, name), { root: project.root });
  const probe = await agent.probe();
  if (probe.kind === 'missing')
    throw new PawlError('AGENT-MISSING', `agent ${name}: ${probe.message}`, { hint: probe.hint });
  return withJournal(project, async (journal) => {
    const record = new RunRecord(question.plan, journal, systemClock);
    const tools = composeTools({
      project,
      checkout,
      record,
      journal,
      agents: new Map([[name, agent]]),
      hit: createFaultInjection(process.env['PAWL_FAULT']),
      onLive: () => undefined,
      dependencies: 'none',
    });
    let faults: readonly string[] = [];
    for (let attempt = 1; attempt <= mostAttempts; attempt += 1) {
      const brief = question.brief + faultsText(faults);
      const asked = { name: question.name, agent: name, commit: checkout.head, brief, attempt };
      const answer = await askAgent(tools, asked, signal);
      const parsed = answer.ok ? parseAnswer(answer.value, question) : faultOrThrow(name, answer.error);
      if (parsed.ok) return work({ answer: parsed.value, agent: name, record });
      faults = parsed.error;
    }
    throw new PawlError('ANSWER-INVALID', `${name} gave no answer that can be used: ${listOf(faults)}`, {
      hint: `Its log is in ${tools.logFolder}. Ask again, or another agent with \`--agent\`.`,
      details: { faults },
    });
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
