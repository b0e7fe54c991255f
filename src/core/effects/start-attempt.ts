/**
 * One agent at one task: clean workspace, brief, agent, and what it left kept as a commit under the attempt's ref.
 * Ends with `attempt.committed`, `attempt.failed` or `attempt.interrupted`; if the process dies in between,
 * recover.ts finishes it from the workspace and the ref.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AgentOutcome } from '../../domain/agent-outcome.ts';
import { briefOfAttempt, repairBriefOf } from '../../domain/attempt-brief.ts';
import type { Command } from '../../domain/decide.ts';
import { failureOfOutcome, withGap } from '../../domain/outcome-failure.ts';
import { recordOf, titleOf } from '../../domain/run-state.ts';
import { attemptMessage } from '../../landing/commit-messages.ts';
import type { AgentEvent } from '../../ports/agent.ts';
import type { Snapshot, Workspace } from '../../ports/workspaces.ts';
import { inPlace } from '../agent-place.ts';
import { attemptRef, type RunTools } from '../tools.ts';
import { withReports } from './attempt-reports.ts';
import { watchAttempt } from './attempt-watch.ts';
import { watchReading } from './reading.ts';
import { attemptFolder, keepConversation, placeConversation, startOf, type Start } from './resume.ts';

type StartCommand = Extract<Command, { type: 'start' }>;

export async function startAttempt(
  command: StartCommand,
  tools: RunTools,
  signal: AbortSignal,
): Promise<void> {
  const { task, attempt, agent, because } = command;
  const { record, pool, hit } = tools;
  record.record({
    type: 'attempt.started',
    task,
    attempt,
    agent,
    ...(because === undefined ? {} : { because }),
  });
  hit('attempt-started');
  const workspace = await pool.acquire();
  try {
    const start = await startOf(command, tools);
    const label = `${task}/${attempt}`;
    const context = { label, startProcess: tools.startProcess, signal };
    const clean = await pool.reset(workspace, start.checkout, context);
    if (signal.aborted) {
      record.record({ type: 'attempt.interrupted', task, attempt, because: 'stop' });
    } else if (!clean.ok) {
      record.record({
        type: 'attempt.failed',
        task,
        attempt,
        failure: clean.error,
        falseClaim: false,
        files: [],
      });
    } else {
      const { base, beginning } = start;
      record.record({
        type: 'attempt.prepared',
        task,
        attempt,
        base,
        workspace: workspace.path,
        ...(beginning === undefined ? {} : { beginning }),
      });
      hit('attempt-prepared');
      const reading = watchReading(record.state, task, tools.agents.get(agent)?.reportsTools === true);
      const outcome = await runAgent(command, tools, { workspace, start }, signal, reading.notice);
      record.record({ type: 'agent.ended', task, attempt, outcome, unread: reading.unread() });
      hit('agent-ended');
      await concludeAttempt(command, tools, workspace, base, outcome);
    }
  } finally {
    pool.release(workspace);
  }
}

async function runAgent(
  command: StartCommand,
  tools: RunTools,
  { workspace, start: { resume } }: { readonly workspace: Workspace; readonly start: Start },
  signal: AbortSignal,
  notice: (event: AgentEvent) => void,
): Promise<AgentOutcome> {
  const { task, attempt, agent: name } = command;
  const agent = tools.agents.get(name);
  if (agent === undefined)
    return { kind: 'unavailable', message: `no agent is named ${name}`, lastWords: '' };
  const folder = attemptFolder(tools, command);
  mkdirSync(folder, { recursive: true });
  const brief = briefFor(tools, command, resume !== undefined);
  writeFileSync(join(folder, 'brief.md'), brief);
  return withReports(command, tools, async (line) => {
    const watch = watchAttempt(command, tools, signal);
    try {
      tools.hit('agent-running');
      const outcome = await inPlace(tools, name, workspace, async (place) => {
        if (resume !== undefined) placeConversation(agent, workspace, place, resume);
        const ended = await agent.run({
          task,
          attempt,
          cwd: workspace.path,
          brief,
          ...(resume === undefined ? {} : { resume: resume.session }),
          env: { ...place.env, ...line.variables(place.env) },
          mcpServers: [line.mcpServer],
          logFile: join(folder, 'agent.log'),
          limits: tools.limits,
          signal: watch.signal,
          startProcess: place.startProcess,
          onEvent(event) {
            notice(event);
            watch.notice(event);
            tools.onLive({ type: 'agent', task, event });
          },
        });
        keepConversation(agent, workspace, place, ended, folder, tools);
        return ended;
      });
      return watch.conclude(outcome);
    } finally {
      watch.close();
    }
  });
}

function briefFor(
  { record, template, gates }: RunTools,
  { task, attempt }: StartCommand,
  isResumed: boolean,
): string {
  const { session } = record.state;
  if (session === undefined) throw new Error(`Internal error: ${task} was started outside a session`);
  const { maxAttempts } = session.policy;
  return isResumed
    ? repairBriefOf(record.state, task, attempt, maxAttempts)
    : briefOfAttempt(record.state, task, attempt, { template, gates: gates.list, maxAttempts });
}

/**
 * From the agent's end to the attempt's: its work becomes a commit under the attempt's ref, whatever the outcome.
 * Safe to repeat after a crash: the ref is found, or made again from the same workspace.
 */
export async function concludeAttempt(
  { task, attempt }: Pick<StartCommand, 'task' | 'attempt'>,
  tools: RunTools,
  workspace: Workspace | undefined,
  base: string,
  outcome: AgentOutcome,
): Promise<void> {
  const { record, hit } = tools;
  const kept = await keepWork({ task, attempt }, tools, workspace, base);
  hit('attempt-ref-before-journal');
  if (outcome.kind === 'cancelled') {
    const because = outcome.because ?? 'stop';
    record.record({ type: 'attempt.interrupted', task, attempt, because, ...headOf(kept) });
    return;
  }
  const { agent = '', reports = [] } = recordOf(record.state, task).attempts[attempt - 1] ?? {};
  const failure = withGap(failureOfOutcome(outcome, agent, kept !== undefined), reports);
  if (failure !== undefined || kept === undefined) {
    const falseClaim = outcome.kind === 'finished' && outcome.claim === 'done' && failure?.kind !== 'gap';
    const reported = failure ?? { kind: 'no-change' };
    record.record({
      type: 'attempt.failed',
      task,
      attempt,
      failure: reported,
      falseClaim,
      files: kept?.files ?? [],
      ...headOf(kept),
    });
    return;
  }
  record.record({ type: 'attempt.committed', task, attempt, ...kept });
  hit('attempt-committed');
}

function headOf(kept: Snapshot | undefined): { head?: string } {
  return kept === undefined ? {} : { head: kept.head };
}

/** The attempt's work as a commit: the one its ref already names, or a new one from the workspace. */
export async function keepWork(
  { task, attempt }: Pick<StartCommand, 'task' | 'attempt'>,
  tools: RunTools,
  workspace: Workspace | undefined,
  base: string,
): Promise<Snapshot | undefined> {
  const { record, repository, hit } = tools;
  const ref = attemptRef(record, task, attempt);
  const head = await repository.resolve(ref);
  if (head !== undefined)
    return { head, tree: await repository.treeOf(head), files: await repository.changes(base, head) };
  if (workspace === undefined) return undefined;
  const message = attemptMessage(task, titleOf(record.state, task), attempt);
  const snapshot = await repository.snapshot(workspace, base, message);
  if (snapshot === undefined) return undefined;
  hit('attempt-snapshot-before-ref');
  const moved = await repository.moveRef(ref, snapshot.head, undefined, `pawl: ${task} attempt ${attempt}`);
  if (!moved.ok) throw new Error(`Internal error: ${ref} is ${moved.error}, not ${snapshot.head}`);
  return snapshot;
}
