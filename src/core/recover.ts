/**
 * From whatever an earlier session left to a state that decisions can go on from. There is no other shutdown path:
 * a polite stop and kill -9 both end here.
 *
 * 1. Processes of earlier sessions are ended first, by identity, so that nothing writes any more.
 * 2. A landing whose commit is on the branch has happened; one whose commit is not has not.
 * 3. An agent that had ended is not run again: its work is taken from the workspace or the ref. One that was cut
 *    off is `interrupted`, does not count, and its partial work keeps its ref.
 */
import type { TaskId } from '../domain/ids.ts';
import { recordOf, type AttemptRecord, type TaskRecord } from '../domain/run-state.ts';
import { concludeAttempt, keepWork } from './effects/start-attempt.ts';
import { followIntegration, integrationRefOf } from './effects/land-attempt.ts';
import type { RunTools } from './tools.ts';

export interface Recovery {
  readonly orphansEnded: number;
  readonly interrupted: readonly TaskId[];
  readonly resumed: readonly TaskId[];
}

export async function recover(tools: RunTools): Promise<Recovery> {
  const orphansEnded = await clearLeftovers(tools);
  await settleLandings(tools);
  await followIntegration(tools);
  const interrupted: TaskId[] = [];
  const resumed: TaskId[] = [];
  for (const task of [...tools.record.state.tasks.values()]) {
    if (task.state.status !== 'running') continue;
    const goesOn = task.state.stage === 'proving' || (await settleAttempt(tools, task, task.state.attempt));
    (goesOn ? resumed : interrupted).push(task.id);
  }
  return { orphansEnded, interrupted, resumed };
}

/** Ends what earlier sessions left running, and makes the pool whole; how many processes there were. */
export async function clearLeftovers(tools: RunTools): Promise<number> {
  const orphansEnded = await endOrphans(tools);
  await tools.pool.repair();
  return orphansEnded;
}

async function endOrphans({ record, endOrphan }: RunTools): Promise<number> {
  let ended = 0;
  for (const { identity, marker } of [...record.state.processes.values()]) {
    const leftovers = await endOrphan(identity, marker);
    record.record({ type: 'process.ended', marker, leftovers });
    if (leftovers > 0) ended += 1;
  }
  return ended;
}

async function settleLandings(tools: RunTools): Promise<void> {
  const { record, repository } = tools;
  const actual = await repository.resolve(integrationRefOf(tools));
  if (actual === undefined) return;
  for (const task of [...record.state.tasks.values()]) {
    if (task.state.status !== 'proven') continue;
    const { attempt } = task.state;
    const landing = task.attempts[attempt - 1]?.landing;
    if (landing === undefined || !(await repository.isAncestor(landing.commit, actual))) continue;
    const fast = landing.tree === task.attempts[attempt - 1]?.tree;
    record.record({ type: 'landing.landed', task: task.id, attempt, ...landing, fast });
  }
}

/** True when the attempt goes on (its agent had ended); false when it was cut off. */
async function settleAttempt(tools: RunTools, task: TaskRecord, number: number): Promise<boolean> {
  const attempt = recordOf(tools.record.state, task.id).attempts[number - 1];
  if (attempt?.base === undefined || attempt.workspace === undefined) {
    tools.record.record({ type: 'attempt.interrupted', task: task.id, attempt: number, because: 'crash' });
    return false;
  }
  const workspace = tools.pool.takeOver(attempt.workspace);
  try {
    const command = { task: task.id, attempt: number };
    if (
      attempt.outcome !== undefined &&
      (workspace !== undefined || (await hasRef(tools, command, attempt.base)))
    ) {
      await concludeAttempt(command, tools, workspace, attempt.base, attempt.outcome);
      return true;
    }
    await interrupt(tools, command, attempt, workspace);
    return false;
  } finally {
    if (workspace !== undefined) tools.pool.release(workspace);
  }
}

async function hasRef(
  tools: RunTools,
  command: { task: TaskId; attempt: number },
  base: string,
): Promise<boolean> {
  return (await keepWork(command, tools, undefined, base)) !== undefined;
}

async function interrupt(
  tools: RunTools,
  command: { task: TaskId; attempt: number },
  attempt: AttemptRecord,
  workspace: Parameters<typeof keepWork>[2],
): Promise<void> {
  const kept =
    attempt.base === undefined ? undefined : await keepWork(command, tools, workspace, attempt.base);
  const head = kept === undefined ? {} : { head: kept.head };
  tools.record.record({ type: 'attempt.interrupted', ...command, because: 'crash', ...head });
}
