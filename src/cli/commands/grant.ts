import { grantBudget } from '../../app/grant.ts';
import { findTaskId } from '../../app/project.ts';
import { describeAmount, type Amount } from '../../domain/amount.ts';
import { PawlError } from '../../domain/refusal.ts';
import type { GrantScope } from '../../domain/spending.ts';
import type { CommandContext, Output } from '../output.ts';
import { readCurrent, requireRun } from './current.ts';

export interface GrantOptions {
  readonly task?: string;
  readonly run?: boolean;
  readonly day?: boolean;
  readonly reason: string;
}

export async function grantCommand(
  context: CommandContext,
  amount: Amount,
  options: GrantOptions,
): Promise<Output> {
  const scope = scopeOf(options);
  const current = await readCurrent(context);
  requireRun(current);
  const { project, loaded, journalled } = current;
  const task = options.task === undefined ? undefined : findTaskId(loaded.plan, options.task);
  const grant = { scope, amount, reason: options.reason, ...(task === undefined ? {} : { task }) };
  const how = await grantBudget(project, loaded, journalled, grant);
  const whom = task ?? (scope === 'run' ? 'the run' : 'today (UTC)');
  const next =
    how === 'handed-over' ? 'The running process takes it within a second.' : 'Type `pawl run` to go on.';
  return {
    exitCode: 0,
    text: `${describeAmount(amount)} more for ${whom}. ${next}`,
    json: { ...grant, how },
  };
}

function scopeOf({ task, run, day }: GrantOptions): GrantScope {
  if ([task !== undefined, run === true, day === true].filter(Boolean).length > 1) {
    throw new PawlError('USAGE', 'one of --task, --run and --day at a time', {
      hint: 'Type `pawl help grant`.',
    });
  }
  if (task !== undefined) return 'task';
  return day === true ? 'day' : 'run';
}
