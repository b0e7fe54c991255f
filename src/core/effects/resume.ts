/**
 * From where an attempt begins: anew from a clean base, or with the conversation and the files of the failed one.
 * A conversation is kept beside the logs of its attempt as long as attempts may be resumed.
 */
import { copyFileSync, existsSync, lstatSync, mkdirSync, realpathSync, rmSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import type { AgentOutcome } from '../../domain/agent-outcome.ts';
import { beginningOf, mostFilesToRepair, type Beginning } from '../../domain/beginning.ts';
import type { Command } from '../../domain/decide.ts';
import { flatName } from '../../domain/ids.ts';
import { recordOf, type AttemptRecord } from '../../domain/run-state.ts';
import type { Agent } from '../../ports/agent.ts';
import type { AgentPlace } from '../../ports/isolation.ts';
import type { Workspace } from '../../ports/workspaces.ts';
import type { RunTools } from '../tools.ts';

type StartCommand = Extract<Command, { type: 'start' }>;

export interface Start {
  /** The commit that the attempt's work is compared with. */
  readonly base: string;
  /** The commit that the workspace shows. */
  readonly checkout: string;
  /** Absent for a first attempt, and where attempts are never resumed. */
  readonly beginning?: Beginning;
  /** The conversation to take up. */
  readonly resume?: { readonly session: string; readonly file: string };
}

/** Where the logs of an attempt are. */
export function attemptFolder(
  tools: RunTools,
  { task, attempt }: Pick<StartCommand, 'task' | 'attempt'>,
): string {
  return join(tools.logFolder, flatName(task), String(attempt));
}

export async function startOf(command: StartCommand, tools: RunTools): Promise<Start> {
  const { record, repository, clock } = tools;
  const { integrationHead } = record.state;
  const anew = { base: integrationHead, checkout: integrationHead };
  const attempts = recordOf(record.state, command.task).attempts.slice(0, command.attempt - 1);
  const last = attempts.at(-1);
  if (!mayResume(tools) || last === undefined) return anew;
  const kept = keptConversation(command, tools, last);
  const beginning = beginningOf({
    attempts,
    agent: command.agent,
    isKept: kept !== undefined,
    changedBytes: await bytesOf(last, repository),
    now: clock.now(),
  });
  if (beginning.mode === 'fresh' || kept === undefined || last.head === undefined || last.base === undefined)
    return { ...anew, beginning };
  return { base: last.base, checkout: last.head, beginning, resume: kept };
}

/** The conversation in the place where the agent looks for it. */
export function placeConversation(
  agent: Agent,
  workspace: Workspace,
  place: AgentPlace,
  resume: NonNullable<Start['resume']>,
): void {
  const file = agent.conversationFile?.({ cwd: workspace.path, env: place.env }, resume.session);
  if (file === undefined) throw new Error(`Internal error: ${agent.name} cannot take up a conversation`);
  mkdirSync(dirname(file), { recursive: true });
  copyFileSync(resume.file, file);
}

/** Before the place is closed, and with it the agent's home. */
export function keepConversation(
  agent: Agent,
  workspace: Pick<Workspace, 'path'>,
  place: Pick<AgentPlace, 'env'>,
  outcome: AgentOutcome,
  folder: string,
  tools: Pick<RunTools, 'record'>,
): void {
  const { session } = outcome;
  // It becomes part of a path and of a command line.
  if (!mayResume(tools) || session === undefined || !sessionName.test(session)) return;
  const file = agent.conversationFile?.({ cwd: workspace.path, env: place.env }, session);
  if (file === undefined) return;
  const kept = join(folder, CONVERSATION);
  try {
    if (isOwn(file, place)) copyFileSync(file, kept);
  } catch (error) {
    // What cannot be read, or has no room, is not kept: the next attempt begins anew.
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    rmSync(kept, { force: true });
  }
}

const sessionName = /^[A-Za-z0-9][A-Za-z0-9_-]*$/;

/**
 * An agent must not have a file of the person's copied by a link that it puts in this place, nor have Pawl wait for
 * the end of a pipe.
 */
function isOwn(file: string, { env }: Pick<AgentPlace, 'env'>): boolean {
  const home = env['HOME'];
  if (home === undefined || !existsSync(file)) return false;
  const real = realpathSync(file);
  return real.startsWith(`${realpathSync(home)}${sep}`) && lstatSync(real).isFile();
}

const CONVERSATION = 'conversation';

function mayResume({ record }: Pick<RunTools, 'record'>): boolean {
  return record.state.session?.policy.resume === 'auto';
}

function keptConversation(
  { task, agent }: StartCommand,
  tools: RunTools,
  last: AttemptRecord,
): Start['resume'] {
  const session = last.outcome?.session;
  const file = join(attemptFolder(tools, { task, attempt: last.number }), CONVERSATION);
  const isAble = tools.agents.get(agent)?.conversationFile !== undefined;
  return session !== undefined && isAble && existsSync(file) ? { session, file } : undefined;
}

async function bytesOf({ head, files }: AttemptRecord, repository: RunTools['repository']): Promise<number> {
  if (head === undefined || files.length > mostFilesToRepair) return 0;
  const left = files.filter(({ change }) => change !== 'deleted').map(({ path }) => path);
  return repository.sizeOf(head, left);
}
