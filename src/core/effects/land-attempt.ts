/**
 * Brings one proven attempt onto the integration branch.
 *
 * 1. Only a tree whose gates passed lands: the attempt's own when the branch has not moved, otherwise the merged
 *    tree, tested now.
 * 2. The merge commit is journalled before the ref moves, and the ref moves by compare-and-swap; after a crash the
 *    journalled commit is either on the branch or not, and recover.ts reads which.
 * 3. Nothing is checked out in the user's repository.
 */
import type { Command } from '../../domain/decide.ts';
import type { Failure } from '../../domain/failure.ts';
import type { TaskId } from '../../domain/ids.ts';
import { recordOf, titleOf } from '../../domain/run-state.ts';
import { landingMessage } from '../../landing/commit-messages.ts';
import { locateIntegration } from '../../landing/integration-branch.ts';
import type { MergeResult } from '../../ports/repository.ts';
import type { RunTools } from '../tools.ts';
import { runGates } from './gate-runs.ts';

export async function landAttempt(
  { task, attempt }: Extract<Command, { type: 'land' }>,
  tools: RunTools,
  signal: AbortSignal,
): Promise<void> {
  const { record, repository, hit } = tools;
  await followIntegration(tools);
  const onto = record.state.integrationHead;
  const { base, head, tree: tested } = provenWork(tools, task, attempt);
  // The attempt descends from its base: where the branch still is, the merge is the attempt's own tree.
  const merged: MergeResult =
    base === onto ? { kind: 'merged', tree: tested } : await repository.merge(onto, head);
  if (merged.kind === 'conflict') {
    return reject(tools, task, attempt, { kind: 'conflict', paths: merged.paths, onto });
  }
  const { tree } = merged;
  const commit = await repository.commitTree(
    tree,
    [onto, head],
    landingMessage(task, titleOf(record.state, task), attempt),
  );
  if (tree !== tested) {
    const verdict = await runGates(
      { task, attempt, purpose: 'landing', commit, tree, base: onto },
      tools,
      signal,
    );
    if (verdict.kind === 'cancelled') return;
    if (verdict.kind === 'environment') return reject(tools, task, attempt, verdict.failure);
    if (verdict.kind === 'failed') {
      return reject(tools, task, attempt, {
        kind: 'landing-gate',
        gate: verdict.gate,
        output: verdict.output,
        onto,
      });
    }
  }
  record.record({ type: 'landing.prepared', task, attempt, commit, onto, tree });
  hit('landing-prepared');
  const ref = integrationRefOf(tools);
  const moved = await repository.moveRef(ref, commit, onto, `pawl: land ${task}`);
  // Somebody else moved the branch in between: the next round finds it moved on, and merges again.
  if (!moved.ok) return;
  hit('landed-before-journal');
  record.record({ type: 'landing.landed', task, attempt, commit, onto, tree, fast: tree === tested });
  hit('landed');
}

/** Takes over what others put on the integration branch. Throws INTEGRATION-REWOUND when landed work is gone. */
export async function followIntegration({
  record,
  repository,
}: Pick<RunTools, 'record' | 'repository'>): Promise<void> {
  const known = record.state.integrationHead;
  const position = await locateIntegration(repository, integrationRefOf({ record }), known);
  if (position.kind === 'moved-on')
    record.record({ type: 'integration.moved', from: known, to: position.to });
}

export function integrationRefOf({ record }: Pick<RunTools, 'record'>): string {
  const { run } = record.state;
  if (run === undefined) throw new Error('Internal error: landing before the run was created');
  return run.integrationRef;
}

function provenWork(
  tools: RunTools,
  task: TaskId,
  attempt: number,
): { base: string; head: string; tree: string } {
  const found = recordOf(tools.record.state, task).attempts[attempt - 1];
  if (found?.base === undefined || found.head === undefined || found.tree === undefined) {
    throw new Error(`Internal error: attempt ${attempt} of ${task} is proven without a commit`);
  }
  return { base: found.base, head: found.head, tree: found.tree };
}

function reject({ record }: RunTools, task: TaskId, attempt: number, failure: Failure): void {
  record.record({ type: 'landing.rejected', task, attempt, failure });
}
