import type { BriefTemplate } from '../domain/brief.ts';
import { flatName, type TaskId } from '../domain/ids.ts';
import type { Agent, AgentEvent } from '../ports/agent.ts';
import type { Clock } from '../ports/clock.ts';
import type { HitFaultPoint } from '../ports/fault-points.ts';
import type { Gates } from '../ports/gates.ts';
import type { Isolation } from '../ports/isolation.ts';
import type { Journal } from '../ports/journal.ts';
import type { StartProcess } from '../ports/processes.ts';
import type { ReportChannel } from '../ports/report-channel.ts';
import type { Repository } from '../ports/repository.ts';
import type { WorkspacePool } from '../ports/workspaces.ts';
import type { ProcessIdentity } from '../domain/process-identity.ts';
import type { Amount } from '../domain/amount.ts';
import type { Usage } from '../domain/usage.ts';
import type { AttemptWatch } from './effects/attempt-watch.ts';
import type { RunRecord } from './record.ts';

/** What is going on right now, for people to watch. Not journalled, and nothing is decided by it. */
export type LiveEvent =
  | { readonly type: 'agent'; readonly task: TaskId; readonly event: AgentEvent }
  | {
      readonly type: 'gate';
      readonly task: TaskId;
      readonly gate: string;
      readonly purpose: 'attempt' | 'landing';
    };

/** Everything effects need, made by the composition root. */
export interface RunTools {
  readonly record: RunRecord;
  readonly journal: Journal;
  readonly repository: Repository;
  readonly pool: WorkspacePool;
  readonly gates: Gates;
  readonly agents: ReadonlyMap<string, Agent>;
  readonly startProcess: StartProcess;
  readonly reports: ReportChannel;
  readonly template: BriefTemplate;
  readonly limits: {
    readonly idleMs: number;
    readonly totalMs: number;
    readonly graceMs: number;
    /** Answers of the model in one attempt; absent: no limit. */
    readonly turns?: number;
    /** What one question outside of any task may use up; attempts are held by the policy. Absent: no limit. */
    readonly budget?: Amount;
  };
  /** What an agent told, with its cost where that can be known. */
  readonly priced: (agent: string, usage: Usage) => Usage;
  /** Of the agents at work. */
  readonly watches: Set<AttemptWatch>;
  readonly isolation: Isolation;
  /** Absolute; one folder per task and attempt is made below it. */
  readonly logFolder: string;
  readonly clock: Clock;
  readonly hit: HitFaultPoint;
  /** Must not throw. */
  readonly onLive: (event: LiveEvent) => void;
  /** Ends a process tree that an earlier session left. */
  readonly endOrphan: (identity: ProcessIdentity, marker: string) => Promise<number>;
}

/**
 * The ref that keeps an attempt's work, whatever becomes of it. The run's id is part of it: if a journal is lost and
 * a new run begins, its first attempt must not be mistaken for the old one's.
 */
export function attemptRef(record: RunRecord, task: TaskId, attempt: number): string {
  const { run } = record.state;
  if (run === undefined) throw new Error('Internal error: an attempt before the run was created');
  return `refs/pawl/attempts/${run.id}/${flatName(task)}/${attempt}`;
}
