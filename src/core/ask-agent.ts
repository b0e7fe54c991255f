/**
 * A question to an agent, outside any task: it works in a clean checkout that is thrown away, and its answer is a
 * file. Its processes are owned and journalled as those of an attempt are.
 */
import { lstatSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AgentOutcome } from '../domain/agent-outcome.ts';
import { flatName, type TaskId } from '../domain/ids.ts';
import { err, ok, type Result } from '../util/result.ts';
import { describeExcess } from '../domain/budget.ts';
import { inPlace } from './agent-place.ts';
import { watchAgent, type AgentWatch } from './agent-watch.ts';
import { clearLeftovers, recover } from './recover.ts';
import type { RunTools } from './tools.ts';

/** The file, in the agent's current directory, that holds its answer. */
export const answerFile = 'pawl-answer.json';

/** In bytes; a longer one is no answer. */
const longestAnswer = 8 * 1024 * 1024;

export interface Question {
  /** Names the folder of logs, and what the scripted agent looks up: `pawl-infer`. */
  readonly name: string;
  readonly agent: string;
  /** What the checkout shows. */
  readonly commit: string;
  readonly brief: string;
  /** 1-based. */
  readonly attempt: number;
}

/** The answer's text, or why there is none: how the agent ended, or half a sentence. */
export type Answer = Result<string, AgentOutcome | string>;

export async function askAgent(tools: RunTools, question: Question, signal: AbortSignal): Promise<Answer> {
  // A workspace of an attempt that was cut off holds its work until that is kept.
  if (tools.record.state.run === undefined) await clearLeftovers(tools);
  else await recover(tools);
  const workspace = await tools.pool.acquire();
  try {
    const context = { label: question.name, startProcess: tools.startProcess, signal };
    const clean = await tools.pool.reset(workspace, question.commit, context);
    if (!clean.ok) return err(`the workspace could not be made: ${clean.error.kind}`);
    const outcome = await runAgent(tools, question, workspace, signal);
    if (outcome.kind !== 'finished' || outcome.claim !== 'done') return err(outcome);
    return readAnswer(join(workspace.path, answerFile));
  } finally {
    tools.pool.release(workspace);
  }
}

async function runAgent(
  tools: RunTools,
  { name, agent: agentName, brief, attempt }: Question,
  workspace: Awaited<ReturnType<RunTools['pool']['acquire']>>,
  signal: AbortSignal,
): Promise<AgentOutcome> {
  const agent = tools.agents.get(agentName);
  if (agent === undefined) throw new Error(`Internal error: no agent is named ${agentName}`);
  const task = name as TaskId;
  const folder = join(tools.logFolder, flatName(task), String(attempt));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'brief.md'), brief);
  const watch = watchQuestion(tools, agentName, signal);
  try {
    const outcome = await inPlace(tools, agentName, workspace, (place) =>
      agent.run({
        task,
        attempt,
        cwd: workspace.path,
        brief,
        env: place.env,
        mcpServers: [],
        logFile: join(folder, 'agent.log'),
        limits: tools.limits,
        signal: watch.signal,
        startProcess: place.startProcess,
        onEvent(event) {
          watch.notice(event);
          tools.onLive({ type: 'agent', task, event });
        },
      }),
    );
    return watch.conclude(outcome);
  } finally {
    watch.close();
  }
}

/** A question is no attempt at a task: it may use what one attempt may, and no run pays for it. */
function watchQuestion(tools: RunTools, agent: string, stop: AbortSignal): AgentWatch {
  const watch = watchAgent(agent, tools, stop, (usage) => {
    const message = tools.limits.budget && describeExcess(usage, tools.limits.budget);
    if (message !== undefined) watch.rule({ kind: 'budget', message });
  });
  return watch;
}

/** A link could lead anywhere; only a file of the workspace itself is an answer. */
function readAnswer(file: string): Answer {
  const info = lstatSync(file, { throwIfNoEntry: false });
  if (info === undefined) return err(`it left no ${answerFile}`);
  if (!info.isFile()) return err(`its ${answerFile} is no file`);
  if (info.size > longestAnswer)
    return err(`its ${answerFile} has more than ${longestAnswer / 1024 / 1024} MB`);
  return ok(readFileSync(file, 'utf8'));
}
