/** How an agent at work tells what it wants to be known: over loopback, with a token that only it has. */
import type { Report } from '../domain/report.ts';
import type { Result } from '../util/result.ts';
import type { McpServer } from './agent.ts';

/** Takes in one report. Ok: a sentence for the agent. The error: why the report is refused, also for the agent. */
export type TakeReport = (report: Report) => Result<string, string>;

/** The channel of one attempt. */
export interface ReportLine {
  /** The variables that the agent's environment needs besides `env`, or in place of what is there: PATH. */
  variables(env: Readonly<Record<string, string>>): Readonly<Record<string, string>>;
  /** The same as tools. */
  readonly mcpServer: McpServer;
  /** From here on the token is worth nothing. Call it when the agent is gone, whatever its end. */
  close(): void;
}

export interface ReportChannel {
  /** The error is one sentence for people: this machine does not let anybody listen. `take` must not throw. */
  open(take: TakeReport): Promise<Result<ReportLine, string>>;
  /** Lets nobody in any more. */
  close(): Promise<void>;
}
