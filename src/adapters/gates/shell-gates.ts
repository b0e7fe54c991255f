import { stripVTControlCharacters } from 'node:util';
import type { GateRun } from '../../domain/event.ts';
import { usefulEnd } from '../../domain/retry-context.ts';
import type { Gate, GateContext, Gates } from '../../ports/gates.ts';
import type { ProcessOutcome } from '../../ports/processes.ts';
import type { Workspace } from '../../ports/workspaces.ts';

export interface ShellGatesOptions {
  readonly list: readonly Gate[];
  readonly timeoutMs: number;
  readonly environmentFor: (workspace: Workspace) => Readonly<Record<string, string>>;
}

/** Gates as shell commands in the workspace's root. Whatever a command does is a result, never an exception. */
export function createShellGates({ list, timeoutMs, environmentFor }: ShellGatesOptions): Gates {
  return {
    list,
    async run(gate: Gate, workspace: Workspace, context: GateContext): Promise<GateRun | undefined> {
      context.onStart(gate);
      const process = await context.startProcess({
        role: 'gate',
        label: `${context.label}/${gate.name}`,
        argv: ['/bin/sh', '-c', gate.command],
        cwd: workspace.path,
        env: environmentFor(workspace),
        stdin: 'closed',
        limits: { totalMs: timeoutMs, graceMs: 2_000 },
        signal: context.signal,
      });
      const outcome = await process.outcome;
      return outcome.end.kind === 'cancelled' ? undefined : gateRunOf(gate, context.tree, outcome);
    },
  };
}

/** A shell's own exit codes for "not executable" and "not found" (POSIX, Shell Command Language, 2.8.2). */
const COMMAND_NOT_RUN: readonly number[] = [126, 127];

function gateRunOf(gate: Gate, tree: string, outcome: ProcessOutcome): GateRun {
  const { end } = outcome;
  const exitCode = end.kind === 'exited' ? end.code : undefined;
  const said = stripVTControlCharacters(outcome.tail).replaceAll('\r\n', '\n');
  const status =
    exitCode === 0
      ? 'passed'
      : end.kind === 'spawn-failed' || COMMAND_NOT_RUN.includes(exitCode ?? 0)
        ? 'unrunnable'
        : 'failed';
  return {
    gate: gate.name,
    command: gate.command,
    tree,
    status,
    ...(exitCode === undefined ? {} : { exitCode }),
    durationMs: Math.round(outcome.durationMs),
    output: usefulEnd(end.kind === 'exited' ? said : `${said}\n[pawl: ${describeEnd(end)}]`),
    cached: false,
  };
}

function describeEnd(
  end: Exclude<ProcessOutcome['end'], { kind: 'exited' | 'cancelled' }> | { kind: 'cancelled' },
): string {
  switch (end.kind) {
    case 'signalled':
      return `ended by ${end.signal}`;
    case 'spawn-failed':
      return end.message;
    case 'idle':
      return `no output for ${end.idleMs} ms`;
    case 'deadline':
      return `ended after ${end.totalMs} ms, the limit for a gate`;
    case 'cancelled':
      return 'cancelled';
  }
}
