/** One text-only run of an agent: by its adapter with Pawl's owned processes, or with nothing but a plain spawn. */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type AgentConfig, createAgent } from '../src/adapters/agents/registry.ts';
import { createProcessStarter } from '../src/adapters/process/owned-process.ts';
import { parseTaskId } from '../src/domain/ids.ts';
import type { ProcessIdentity } from '../src/domain/process-identity.ts';
import type { ProcessEnd, ProcessSpec, StartProcess } from '../src/ports/processes.ts';
import { answer, type AgentRow } from './agent-rows.ts';
import type { Sandbox } from './agent-sandbox.ts';
import type { Workplace } from './workplace.ts';

export interface Measured {
  readonly row: AgentRow;
  readonly config: AgentConfig;
}

/**
 * Runs the agent to its end. Throws unless it ended well. Resolves to the time of the whole run in ms. `sandbox` is
 * given the folders of this run.
 */
export async function runAgent(
  place: Workplace,
  { row, config }: Measured,
  start: StartProcess,
  sandbox?: Sandbox,
): Promise<number> {
  const folder = join(place.folder, `run-${randomUUID()}`);
  const [cwd, home, temporary] = ['workspace', 'home', 'tmp'].map((name) => join(folder, name));
  if (cwd === undefined || home === undefined || temporary === undefined) throw new Error('three folders');
  for (const one of [cwd, home, temporary]) mkdirSync(one, { recursive: true });
  const agent = createAgent(row.name, config, { root: place.folder });
  const task = parseTaskId('T-001');
  if (!task.ok) throw new Error(task.error);
  const startProcess = sandbox === undefined ? start : sandbox([cwd, home, temporary], start);
  const began = performance.now();
  const outcome = await agent.run({
    task: task.value,
    attempt: 1,
    cwd,
    brief: 'Say that there is nothing to do.',
    env: {
      PATH: [dirname(process.execPath), '/usr/local/bin', '/usr/bin', '/bin'].join(':'),
      ...{ HOME: home, TMPDIR: temporary, LANG: 'C.UTF-8' },
      ...row.variables,
    },
    mcpServers: [],
    logFile: join(folder, 'agent.log'),
    limits: { idleMs: LIMIT_MS, totalMs: LIMIT_MS, graceMs: 2_000 },
    signal: new AbortController().signal,
    startProcess,
    onEvent: () => {},
  });
  const wallMs = performance.now() - began;
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  if (outcome.kind !== 'finished' || outcome.lastWords.trim() !== answer)
    throw new Error(`${row.name} did not finish as its script says: ${JSON.stringify(outcome)}`);
  return wallMs;
}

const LIMIT_MS = 60_000;

/** Processes as Pawl owns them. `onStarted` is told the root of the tree and its marker, before the program runs. */
export function ownedProcesses(
  onStarted: (root: ProcessIdentity, marker: string) => void = () => {},
): StartProcess {
  let forget = (): void => {};
  return createProcessStarter({
    nextMarker: () => `pawl-bench-${randomUUID()}`,
    onStarted(root, marker) {
      forget = endWithBenchmark(-root.pid);
      onStarted(root, marker);
    },
    onEnded: () => forget(),
  });
}

/** Ends the process, or the group of a negative id, when the benchmark is ended before it. Returns how to forget it. */
function endWithBenchmark(pid: number): () => void {
  const end = (): void => {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has just ended by itself.
    }
  };
  process.once('exit', end);
  return () => process.off('exit', end);
}

export interface BareTimes {
  /** To the end of the first line of output. */
  firstLineMs: number;
  /** To the end of the process and of its output. */
  wallMs: number;
}

/**
 * The program by a plain spawn: the same arguments, environment and input, without a session of its own, a log, limits
 * or a proof of its end. What it printed is read by the adapter when the time is taken.
 */
export function bareProcesses(times: BareTimes): StartProcess {
  return async (spec) => {
    const [program, ...args] = spec.argv;
    const began = performance.now();
    const child = spawn(program, args, { cwd: spec.cwd, env: spec.env, stdio: ['pipe', 'pipe', 'pipe'] });
    const forget = child.pid === undefined ? undefined : endWithBenchmark(child.pid);
    const said = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      if (!said.stdout.includes('\n') && text.includes('\n')) times.firstLineMs = performance.now() - began;
      said.stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said.stderr += text));
    child.stdin.end(typeof spec.stdin === 'object' ? spec.stdin.text : '');
    const outcome = new Promise<ProcessEnd>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => {
        times.wallMs = performance.now() - began;
        forget?.();
        handOn(said, spec);
        resolve(code === null ? { kind: 'signalled', signal: String(signal) } : { kind: 'exited', code });
      });
    }).then((end) => ({ end, tail: said.stdout + said.stderr, durationMs: times.wallMs, leftovers: 0 }));
    return { outcome, write: () => {}, closeStdin: () => {} };
  };
}

function handOn(said: Readonly<Record<'stdout' | 'stderr', string>>, { onLine }: ProcessSpec): void {
  for (const stream of ['stdout', 'stderr'] as const)
    for (const line of said[stream].split('\n')) if (line !== '') onLine?.(line, stream);
}
