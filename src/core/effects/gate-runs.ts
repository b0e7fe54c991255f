import type { GateRun } from '../../domain/event.ts';
import type { Failure } from '../../domain/failure.ts';
import type { TaskId } from '../../domain/ids.ts';
import { gateKey } from '../../domain/run-state.ts';
import type { Gate } from '../../ports/gates.ts';
import type { Workspace } from '../../ports/workspaces.ts';
import type { RunTools } from '../tools.ts';

export type GatesVerdict =
  | { readonly kind: 'passed' }
  | { readonly kind: 'failed'; readonly gate: string; readonly output: string }
  /** The environment is at fault: a gate cannot be started even on the base, or there is no workspace. */
  | { readonly kind: 'environment'; readonly failure: Failure }
  | { readonly kind: 'cancelled' };

interface GatesRequest {
  readonly task: TaskId;
  readonly attempt: number;
  readonly purpose: 'attempt' | 'landing';
  readonly commit: string;
  readonly tree: string;
  /** A commit that the change is not in, to tell a broken environment from a broken change. */
  readonly base: string;
}

/**
 * Runs every gate in order on a clean checkout of `commit`, stopping at the first that fails. A gate that passed
 * before on the same tree is not run again. Every run is journalled, those that were passed over as `skipped`.
 */
export async function runGates(
  request: GatesRequest,
  tools: RunTools,
  signal: AbortSignal,
): Promise<GatesVerdict> {
  const { passedGates } = tools.record.state;
  const known = tools.gates.list.map((gate) => passedGates.get(gateKey(request.tree, gate.command)));
  if (known.every((run) => run !== undefined)) {
    for (const [index, run] of known.entries()) {
      // Two gates may have one command: the run is known by its command, and reported under each gate's name.
      finished(request, tools, { ...run, gate: tools.gates.list[index]?.name ?? run.gate, cached: true });
    }
    return { kind: 'passed' };
  }
  const workspace = await tools.pool.acquire();
  try {
    return await runIn(workspace, request, tools, signal);
  } finally {
    tools.pool.release(workspace);
  }
}

async function runIn(
  workspace: Workspace,
  request: GatesRequest,
  tools: RunTools,
  signal: AbortSignal,
): Promise<GatesVerdict> {
  const label = `${request.task}/${request.attempt}/${request.purpose}`;
  const context = { label, startProcess: tools.startProcess, signal };
  const clean = await tools.pool.reset(workspace, request.commit, context);
  if (signal.aborted) return { kind: 'cancelled' };
  if (!clean.ok) {
    // The attempt began with a set-up that worked on its base, so the change is what broke it.
    if (clean.error.kind === 'setup') return { kind: 'failed', gate: 'setup', output: clean.error.output };
    return { kind: 'environment', failure: clean.error };
  }
  for (const [index, gate] of tools.gates.list.entries()) {
    const cached = tools.record.state.passedGates.get(gateKey(request.tree, gate.command));
    const run =
      cached === undefined
        ? await runGate(gate, workspace, request, tools, signal)
        : { ...cached, gate: gate.name, cached: true };
    if (run === undefined) return { kind: 'cancelled' };
    if (run.status === 'unrunnable' && !(await runsOnBase(gate, workspace, request, tools, signal))) {
      finished(request, tools, run);
      const message = run.output.trim().split('\n').at(-1) ?? '';
      return {
        kind: 'environment',
        failure: { kind: 'gate-unrunnable', gate: gate.name, message: message || gate.command },
      };
    }
    // The gate starts on the base and not on the change: then the change broke it.
    finished(request, tools, run.status === 'unrunnable' ? { ...run, status: 'failed' } : run);
    if (run.status !== 'passed') {
      for (const rest of tools.gates.list.slice(index + 1))
        finished(request, tools, skipped(rest, request.tree));
      return { kind: 'failed', gate: run.gate, output: run.output };
    }
  }
  return { kind: 'passed' };
}

async function runGate(
  gate: Gate,
  workspace: Workspace,
  request: GatesRequest,
  tools: RunTools,
  signal: AbortSignal,
): Promise<GateRun | undefined> {
  tools.hit('gate-running');
  return tools.gates.run(gate, workspace, {
    label: `${request.task}/${request.attempt}/${request.purpose}`,
    tree: request.tree,
    startProcess: tools.startProcess,
    signal,
    onStart: () =>
      tools.onLive({ type: 'gate', task: request.task, gate: gate.name, purpose: request.purpose }),
  });
}

async function runsOnBase(
  gate: Gate,
  workspace: Workspace,
  request: GatesRequest,
  tools: RunTools,
  signal: AbortSignal,
): Promise<boolean> {
  const tree = await tools.repository.treeOf(request.base);
  if (tools.record.state.passedGates.has(gateKey(tree, gate.command))) return true;
  const context = {
    label: `${request.task}/${request.attempt}/base`,
    startProcess: tools.startProcess,
    signal,
  };
  const clean = await tools.pool.reset(workspace, request.base, context);
  if (!clean.ok) return false;
  const run = await tools.gates.run(gate, workspace, { ...context, tree, onStart: () => undefined });
  return run !== undefined && run.status !== 'unrunnable';
}

function finished({ task, attempt, purpose }: GatesRequest, tools: RunTools, run: GateRun): void {
  tools.record.record({ type: 'gate.finished', task, attempt, purpose, run });
  tools.hit('gate-finished');
}

function skipped(gate: Gate, tree: string): GateRun {
  return {
    gate: gate.name,
    command: gate.command,
    tree,
    status: 'skipped',
    durationMs: 0,
    output: '',
    cached: false,
  };
}
