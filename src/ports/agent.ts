import type { AgentOutcome } from '../domain/agent-outcome.ts';
import type { Usage } from '../domain/usage.ts';
import type { TaskId } from '../domain/ids.ts';
import type { StartProcess } from './processes.ts';

/** What happens while an agent works; for people to watch, never for decisions. */
export type AgentEvent =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'tool'; readonly name: string; readonly detail: string }
  | { readonly type: 'progress'; readonly percent: number; readonly next: string }
  | { readonly type: 'retrying'; readonly reason: string }
  /** The model has answered once more; what it asked for or said comes as events of its own. */
  | { readonly type: 'turn' }
  /** Of the whole attempt so far. A lower bound while the agent works. */
  | { readonly type: 'usage'; readonly usage: Usage };

/** A server of tools that the agent starts for itself and talks to over its standard streams (MCP, stdio). */
export interface McpServer {
  readonly name: string;
  readonly argv: readonly [string, ...string[]];
  /**
   * Names of variables of the agent's environment that the server is to be given too. Their values must not get
   * onto a command line, which any process can read.
   */
  readonly variables: readonly string[];
}

export interface AgentRequest {
  readonly task: TaskId;
  /** 1-based. */
  readonly attempt: number;
  /** The workspace: a clean checkout of the base commit. The agent's current directory. */
  readonly cwd: string;
  readonly brief: string;
  /** The session to take up: its conversation is in its place, and the brief is the next message in it. */
  readonly resume?: string;
  /** The whole environment of the agent, already reduced to the allow-list, with a private TMPDIR. */
  readonly env: Readonly<Record<string, string>>;
  /** Offered to the agent as tools; a program that knows nothing of MCP goes without. */
  readonly mcpServers: readonly McpServer[];
  readonly logFile: string;
  readonly limits: { readonly idleMs: number; readonly totalMs: number; readonly graceMs: number };
  readonly signal: AbortSignal;
  readonly startProcess: StartProcess;
  /** Must not throw. */
  readonly onEvent: (event: AgentEvent) => void;
}

/**
 * What an agent tells and can be asked, on the surface by which it is driven. Data, for people and for policy: nothing
 * is found out by it.
 */
export interface AgentCapabilities {
  /** Whether a stop is asked for before it is forced, so that the agent ends its tools in good order. */
  readonly cancel: 'asked' | 'forced';
  /** When it tells its tokens. Budgets are held against what was told. */
  readonly tokens: 'while-working' | 'at-end' | 'never' | 'unknown';
  /** `priced`: tokens times the prices of a list. */
  readonly cost: 'reported' | 'priced' | 'never' | 'unknown';
  /** Whether it tells each answer of its model, so that a limit on turns holds. */
  readonly turns: boolean;
  /** Whether it tells when a rate limit resets, where its provider does. */
  readonly resetTimes: boolean;
  /** Whether an attempt can take up the conversation of the one before. */
  readonly resume: boolean;
  /** Whether its program can hold the model to a schema of its last answer. */
  readonly structuredAnswers: boolean;
}

/**
 * Whether an agent would find a login in the variables and files that it gets; `yes` also where it needs none. Found
 * out without the network, so that a key that was withdrawn is still a `yes`. `no` is sure.
 */
export type AgentLogin = 'yes' | 'no' | 'unknown';

export type AgentProbe =
  | {
      readonly kind: 'ready';
      readonly program: string;
      readonly version: string;
      readonly login: AgentLogin;
      /** What to do about a login that is missing. */
      readonly loginHint?: string;
      readonly notes: readonly string[];
      /** What it cannot do, each to be read after "cannot". */
      readonly cannot: readonly string[];
    }
  | { readonly kind: 'missing'; readonly program: string; readonly message: string; readonly hint: string };

/** A coding agent. One instance serves many attempts at the same time. */
export interface Agent {
  /** The name under `agents` in the configuration. */
  readonly name: string;
  /** Every use of a tool arrives as a `tool` event with its argument, so that what was read can be told. */
  readonly reportsTools: boolean;
  readonly capabilities: AgentCapabilities;
  /** Looks for the program, without starting work. Must not reject. */
  probe(): Promise<AgentProbe>;
  /**
   * Where the agent keeps the conversation of a session (`AgentOutcome.session`), in that environment and current
   * directory. Absent: it cannot take one up.
   */
  conversationFile?(place: Pick<AgentRequest, 'cwd' | 'env'>, session: string): string;
  /** Works in `request.cwd` until done. Must not reject: whatever happens is an outcome. Commits are optional. */
  run(request: AgentRequest): Promise<AgentOutcome>;
}
