import type { AgentRequest } from '../../ports/agent.ts';
import type { ProcessOutcome } from '../../ports/processes.ts';

export interface AgentCommand {
  readonly argv: readonly [string, ...string[]];
  /** Added to the request's environment; the request's own values win. */
  readonly env: Readonly<Record<string, string>>;
  /** Called for every complete line, in order, before the returned promise settles. Must not throw. */
  readonly onLine: (line: string, stream: 'stdout' | 'stderr') => void;
}

/**
 * Runs an agent's program in the request's workspace, with the brief on standard input (an argument may hold
 * 128 kB only), until its whole process tree is gone. Never rejects.
 */
export async function runAgentProcess(request: AgentRequest, command: AgentCommand): Promise<ProcessOutcome> {
  const owned = await request.startProcess({
    role: 'agent',
    label: `${request.task}/${request.attempt}/agent`,
    argv: command.argv,
    cwd: request.cwd,
    env: { ...command.env, ...request.env },
    stdin: { text: request.brief },
    logFile: request.logFile,
    limits: request.limits,
    onLine: command.onLine,
    signal: request.signal,
  });
  return owned.outcome;
}

/** A line of output as a person is shown it: no terminal codes, and no longer than fits a screen. */
export function boundText(text: string, limit = LONGEST_TEXT): string {
  return text.length > limit ? `${text.slice(0, limit - 1)}…` : text;
}

const LONGEST_TEXT = 2_000;
