import type { GateRun } from '../domain/event.ts';
import type { StartProcess } from './processes.ts';
import type { Workspace } from './workspaces.ts';

/** A project command that must pass. `command` is run by a shell, in the checkout's root. */
export interface Gate {
  readonly name: string;
  readonly command: string;
}

export interface GateContext {
  readonly label: string;
  readonly tree: string;
  readonly startProcess: StartProcess;
  readonly signal: AbortSignal;
  /** Called when the gate begins; for people to watch. Must not throw. */
  readonly onStart: (gate: Gate) => void;
}

/** The project's gates in their order: typecheck, test, lint, build, then the user's own. */
export interface Gates {
  readonly list: readonly Gate[];
  /**
   * Runs one gate in a clean checkout. Never throws for what the command does: a missing program is
   * `unrunnable`, everything else passed or failed. Undefined when it was cancelled.
   */
  run(gate: Gate, workspace: Workspace, context: GateContext): Promise<GateRun | undefined>;
}
