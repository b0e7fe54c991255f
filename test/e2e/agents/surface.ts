/** What the matrix has to know of one way to drive one real agent. A new one is an entry of this shape, and no more. */
import type { AgentConfig } from '../../../src/adapters/agents/registry.ts';
import type { AgentOutcome } from '../../../src/domain/agent-outcome.ts';
import type { Usage } from '../../../src/domain/usage.ts';
import type { Provider } from './provider.ts';
import type { RealProgram } from './program.ts';

/** Everything that an agent is put through, besides its work. */
export type Situation =
  | keyof Provider
  | 'an answer that never comes'
  | 'an answer that stops in the middle'
  | 'a connection that is cut'
  | 'a connection that is refused'
  | 'a limit of turns';

export interface AgentSurface {
  /** As in a sentence: `Codex by exec`. */
  readonly name: string;
  readonly program: RealProgram;
  /** As a person configures it, with the program at its path. */
  readonly config: AgentConfig;
  readonly provider: Provider;
  /** What points it at a model; those that the configuration does not let through do not reach it. */
  readonly variables: (baseUrl: string) => Readonly<Record<string, string>>;
  /** How its tools are called in events; without `write` it writes by its shell. */
  readonly tools: { readonly write?: string; readonly shell: string };
  /** Of three turns of 1,000 tokens in and 50 out, the second with 700 more from the cache and 30 written to it. */
  readonly usage: Usage;
  /** What it leaves in a person's HOME when it is asked for its version. */
  readonly leftByVersion: readonly string[];
  /** The idle limit where it decides; longer than it is silent while it starts, on a busy machine. */
  readonly idleMs: number;
  /** Turns that it asks for, at most, before it gives up at an error. */
  readonly mostRequests: number;
  /** Retries of a rate limit that it tells of. */
  readonly toldRetries: number;
  readonly denied: Denial;
  /** Or why the situation never arises for it. */
  readonly ends: Readonly<Record<Situation, End | { readonly never: string }>>;
}

/** How a situation ends for it. */
export interface End {
  /** Its fields, and neither a time of reset nor a status that is not among them. */
  readonly outcome: {
    readonly kind: AgentOutcome['kind'];
    readonly resetsAt?: number;
    readonly httpStatus?: number;
  };
  /** Only the idle limit ends it, although the outcome says more than that. */
  readonly waits?: true;
  /** Where that depends on how it is set up, or pointed at its model. */
  readonly config?: AgentConfig;
  readonly variables?: AgentSurface['variables'];
}

/** Something that the agent may not do, so that it would ask for it, or be told no. */
export interface Denial {
  /** Where that depends on how it is set up. */
  readonly config?: AgentConfig;
  /** Its tool for writing, to a place outside the workspace; or a command that writes inside. */
  readonly by: 'writing outside' | 'command';
  /** Whether it tells Pawl of it. */
  readonly told: boolean;
}
