import type { Command } from '../../domain/decide.ts';
import { recordOf } from '../../domain/run-state.ts';
import type { RunTools } from '../tools.ts';
import { runGates } from './gate-runs.ts';

/**
 * Proves an attempt's commit: every gate, on a clean checkout of the commit itself. Nothing the agent said counts.
 * Repeating it after a crash runs the gates again, except those that had passed.
 */
export async function checkAttempt(
  { task, attempt }: Extract<Command, { type: 'check' }>,
  tools: RunTools,
  signal: AbortSignal,
): Promise<void> {
  const { record, hit } = tools;
  const found = recordOf(record.state, task).attempts[attempt - 1];
  if (found?.head === undefined || found.tree === undefined || found.base === undefined) {
    throw new Error(`Internal error: attempt ${attempt} of ${task} has no commit to check`);
  }
  const { head, tree, base, files, outcome } = found;
  const verdict = await runGates(
    { task, attempt, purpose: 'attempt', commit: head, tree, base },
    tools,
    signal,
  );
  switch (verdict.kind) {
    case 'cancelled':
      return;
    case 'passed':
      record.record({ type: 'attempt.proven', task, attempt });
      hit('attempt-proven');
      return;
    case 'environment':
      record.record({
        type: 'attempt.failed',
        task,
        attempt,
        failure: verdict.failure,
        falseClaim: false,
        head,
        files,
      });
      return;
    case 'failed': {
      const falseClaim = outcome?.kind === 'finished' && outcome.claim === 'done';
      const failure = { kind: 'gate', gate: verdict.gate, output: verdict.output } as const;
      record.record({ type: 'attempt.failed', task, attempt, failure, falseClaim, head, files });
    }
  }
}
