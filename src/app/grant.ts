import { randomUUID } from 'node:crypto';
import { postToInbox } from '../adapters/journal-sqlite/sqlite-journal.ts';
import { RunRecord } from '../core/record.ts';
import type { Amount } from '../domain/amount.ts';
import type { BudgetScope } from '../domain/budget.ts';
import type { EventBody } from '../domain/event.ts';
import type { TaskId } from '../domain/ids.ts';
import { PawlError } from '../domain/refusal.ts';
import type { RunState } from '../domain/run-state.ts';
import type { GrantScope } from '../domain/spending.ts';
import type { LoadedPlan } from '../planning/read-plan.ts';
import { writeViews } from '../planning/write-views.ts';
import { runViewOf } from '../reporting/views.ts';
import { userName } from './decision.ts';
import { systemClock, withJournal } from './open-journal.ts';
import { workerOf, type Project } from './project.ts';

export interface Grant {
  readonly scope: GrantScope;
  /** Of the scope `task` only. */
  readonly task?: TaskId;
  readonly amount: Amount;
  readonly reason: string;
}

/**
 * Records that a person lets more be used up; a task that was blocked for it is open again. While a process works on
 * the run it is handed over to that process. Throws BUDGET-NONE where nothing limits what is granted.
 */
export async function grantBudget(
  project: Project,
  loaded: LoadedPlan,
  state: RunState,
  { scope, task, amount, reason }: Grant,
): Promise<'recorded' | 'handed-over'> {
  refuseUnlimited(project, state, scope, amount);
  const body: EventBody = {
    type: 'budget.granted',
    // What a dying process took from its inbox may be handed over once more.
    id: randomUUID(),
    scope,
    ...(task === undefined ? {} : { forTask: task }),
    amount,
    reason,
    by: userName(),
  };
  if ((await workerOf(project)) !== undefined) {
    postToInbox(project.places.journalFile, loaded.plan.name, body, systemClock.now());
    return 'handed-over';
  }
  return withJournal(project, async (journal): Promise<'recorded'> => {
    const record = new RunRecord(loaded.plan.name, journal, systemClock);
    record.record(body);
    if (project.config.views) {
      await writeViews({ root: project.root, loaded, view: runViewOf(record.state, systemClock.now()) });
    }
    return 'recorded';
  });
}

function refuseUnlimited({ config }: Project, state: RunState, scope: GrantScope, amount: Amount): void {
  const inForce = { ...config.budgets, ...state.session?.policy.budgets };
  const scopes: readonly BudgetScope[] = scope === 'task' ? ['attempt', 'task'] : [scope];
  for (const unit of ['usd', 'tokens'] as const) {
    if (amount[unit] === undefined || scopes.some((one) => inForce[one]?.[unit] !== undefined)) continue;
    const what = { run: 'the run', day: 'a day', task: 'a task or an attempt' }[scope];
    throw new PawlError('BUDGET-NONE', `no budget in ${unit} limits ${what}, so there is nothing to add to`, {
      hint: `Set \`budgets\` in pawl.config.ts, or \`pawl run --budget\`; without one nothing is held back.`,
    });
  }
}
