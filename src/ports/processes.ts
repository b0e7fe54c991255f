/**
 * Owned child processes. Whoever starts one through this port gets: its own session and process group, an argv
 * array (no shell), only the environment that was passed, an idle and a total deadline, a bounded tail of the
 * output in memory and all of it (to a limit) in a log file, and an end that is proven: when `outcome` settles,
 * no process of the tree is left, grandchildren in their own sessions included.
 */
export interface ProcessSpec {
  readonly role: 'agent' | 'gate' | 'setup';
  /** What it runs for, e.g. `T-003/2/agent`; goes into the journal and messages. */
  readonly label: string;
  readonly argv: readonly [string, ...string[]];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Text for standard input, which is then closed. `open` keeps it open for {@link OwnedProcess.write}. */
  readonly stdin: { readonly text: string } | 'closed' | 'open';
  /** Both output streams, interleaved as they arrive, are appended here. */
  readonly logFile?: string;
  readonly limits: ProcessLimits;
  /** Called for every complete line of output, without its line break. Must not throw. */
  readonly onLine?: (line: string, stream: 'stdout' | 'stderr') => void;
  /**
   * The program only holds another one, and would take it along at once: it gets no TERM, so that what it holds may
   * end by itself, and KILL as all do.
   */
  readonly launcher?: boolean;
  /** Ends the process tree when aborted; the outcome is then `cancelled`. */
  readonly signal?: AbortSignal;
}

export interface ProcessLimits {
  /** No output on either stream for this long ends the process. Absent: no such limit. */
  readonly idleMs?: number;
  readonly totalMs: number;
  /** Between TERM and KILL. */
  readonly graceMs: number;
}

export type ProcessEnd =
  | { readonly kind: 'exited'; readonly code: number }
  | { readonly kind: 'signalled'; readonly signal: string }
  /** The program was not found or may not be executed; nothing ran. */
  | { readonly kind: 'spawn-failed'; readonly message: string }
  | { readonly kind: 'idle'; readonly idleMs: number }
  | { readonly kind: 'deadline'; readonly totalMs: number }
  | { readonly kind: 'cancelled' };

export interface ProcessOutcome {
  readonly end: ProcessEnd;
  /** The last 32,000 characters of both streams, interleaved as they arrived. */
  readonly tail: string;
  readonly durationMs: number;
  /** Processes of the tree that outlived the main one and had to be ended. */
  readonly leftovers: number;
}

export interface OwnedProcess {
  readonly outcome: Promise<ProcessOutcome>;
  /** Writes to standard input; only with `stdin: 'open'`. Ignored once the process is gone. */
  write(text: string): void;
  closeStdin(): void;
}

/**
 * Starts a process. The port's owner journals its identity before the program's first instruction runs.
 * A program that cannot be started is an outcome. Rejects, as does `outcome`, only when the journal refuses.
 */
export type StartProcess = (spec: ProcessSpec) => Promise<OwnedProcess>;
