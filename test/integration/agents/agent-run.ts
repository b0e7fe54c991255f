import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createProcessStarter } from '../../../src/adapters/process/owned-process.ts';
import { findTree } from '../../../src/adapters/process/process-table.ts';
import type { AgentOutcome } from '../../../src/domain/agent-outcome.ts';
import type { ProcessIdentity } from '../../../src/domain/process-identity.ts';
import { parseTaskId } from '../../../src/domain/ids.ts';
import type { Agent, AgentEvent, AgentRequest } from '../../../src/ports/agent.ts';
import type { ProcessEnd } from '../../../src/ports/processes.ts';

/** A workspace, a home and a TMPDIR of one agent run, gone at the end of the scope. */
export interface Place extends AsyncDisposable {
  readonly workspace: string;
  readonly home: string;
  readonly environment: Readonly<Record<string, string>>;
}

export async function makePlace(): Promise<Place> {
  const root = await mkdtemp(join(tmpdir(), 'pawl-agent-'));
  const [workspace, home, temporary] = ['workspace', 'home', 'tmp'].map((name) => join(root, name)) as [
    string,
    string,
    string,
  ];
  for (const folder of [workspace, home, temporary]) await mkdir(folder);
  return {
    workspace,
    home,
    environment: {
      PATH: `${dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin`,
      HOME: home,
      TMPDIR: temporary,
      LANG: 'C.UTF-8',
    },
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true, maxRetries: 5 }),
  };
}

export interface AgentRun {
  readonly outcome: AgentOutcome;
  readonly events: readonly AgentEvent[];
  /** How each process that was started ended. */
  readonly ends: readonly ProcessEnd[];
  /** Processes that carry the run's marker after it ended. There must be none. */
  readonly survivors: readonly ProcessIdentity[];
}

export type RunOptions = Partial<
  Pick<AgentRequest, 'brief' | 'signal' | 'env' | 'mcpServers' | 'limits' | 'onEvent'>
>;

/** One attempt at T-001, the second one, with the real process adapter. */
export async function runAgent(agent: Agent, place: Place, options: RunOptions = {}): Promise<AgentRun> {
  const task = parseTaskId('T-001');
  if (!task.ok) throw new Error(task.error);
  const events: AgentEvent[] = [];
  const ends: ProcessEnd[] = [];
  const marker = `pawl-test-${randomUUID()}`;
  const outcome = await agent.run({
    task: task.value,
    attempt: 2,
    cwd: place.workspace,
    brief: options.brief ?? 'Do the task.',
    env: { ...place.environment, ...options.env },
    mcpServers: options.mcpServers ?? [],
    logFile: join(place.home, 'agent.log'),
    limits: options.limits ?? { idleMs: 60_000, totalMs: 120_000, graceMs: 2_000 },
    signal: options.signal ?? new AbortController().signal,
    startProcess: createProcessStarter({
      nextMarker: () => marker,
      onStarted: () => {},
      onEnded: (_marker, { end }) => ends.push(end),
    }),
    onEvent(event) {
      events.push(event);
      options.onEvent?.(event);
    },
  });
  return { outcome, events, ends, survivors: findTree(undefined, marker) };
}
