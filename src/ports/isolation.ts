import type { Result } from '../util/result.ts';
import type { StartProcess } from './processes.ts';
import type { Workspace } from './workspaces.ts';

/** Where one agent works, apart from the person's own files and from every other attempt. */
export interface AgentPlace {
  /** The whole environment of the agent: the allow-list, its own HOME and TMPDIR, who it commits as. */
  readonly env: Readonly<Record<string, string>>;
  /** Starts processes in the agent's sandbox, where there is one. */
  readonly startProcess: StartProcess;
  /**
   * Takes home what has to be kept (a renewed login, the agent's own commits) and removes the rest. Call it when the
   * agent's processes are gone, whatever their end. If it is never reached, the next repair of the pool does it.
   */
  close(): Promise<void>;
}

export interface Isolation {
  /** Makes the place of one attempt in a workspace that has been reset. The error is one sentence for people. */
  open(agent: string, workspace: Workspace): Promise<Result<AgentPlace, string>>;
}
