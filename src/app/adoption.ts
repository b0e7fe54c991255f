/** How a plan comes into the journal: what changed since the one before, and what follows from it. */
import type { Config } from './config.ts';
import type { RunRecord } from '../core/record.ts';
import type { Hold, SyncEffect } from '../domain/event.ts';
import { isAdopted } from '../domain/fold.ts';
import type { Plan } from '../domain/plan.ts';
import { changesSince, effectsOf, type PlanChange, type PlanChanges } from '../domain/plan-changes.ts';
import type { RunState } from '../domain/run-state.ts';

/** `sync`: the rules of a sync. `continue`: new texts count, nothing done is doubted. `skip`: changed tasks wait. */
export type OnSpecChange = Config['onSpecChange'];

/** What adopting `plan` would do to tasks that have been begun or done. */
export function effectsUnder(
  choice: OnSpecChange,
  state: RunState | undefined,
  plan: Plan,
): readonly SyncEffect[] {
  return state === undefined || choice === 'continue' ? [] : effectsOf(changesSince(state, plan));
}

/** Journals the plan unless it is there already, all that follows from it in the same event. */
export function adoptPlan(
  record: RunRecord,
  plan: Plan,
  holds: readonly Hold[],
  choice: OnSpecChange,
): PlanChanges {
  const changes = changesSince(record.state, plan);
  const effects = choice === 'continue' ? [] : effectsOf(changes);
  const all = choice === 'skip' ? [...holds, ...heldBack(changes, holds)] : holds;
  if (effects.length > 0 || !isAdopted(record.state, plan, all))
    record.record({ type: 'plan.adopted', plan, holds: all, ...(effects.length === 0 ? {} : { effects }) });
  return changes;
}

function heldBack({ tasks }: PlanChanges, holds: readonly Hold[]): readonly Hold[] {
  const isHeld = new Set(holds.map(({ task }) => task));
  return tasks.flatMap((change) =>
    (change.effect === 'stale' || change.effect === 'taken-over') && !isHeld.has(change.task)
      ? [
          {
            task: change.task,
            code: 'BLOCKED::SPEC-CHANGED',
            message: `${describeParts(change)} changed, and this run was told to leave such tasks out`,
            hint: '`pawl run --on-spec-change sync` works on it.',
          },
        ]
      : [],
  );
}

/** One line per change that a person should know of before work goes on. */
export function describeChanges({ tasks }: PlanChanges, choice: OnSpecChange): readonly string[] {
  return tasks.flatMap((change) => {
    const { task, effect, consequence } = change;
    switch (effect) {
      case 'stale':
        return [
          choice === 'continue'
            ? `WARN::SPEC-CHANGED::${task}: ${describeParts(change)} changed after it was completed; \`pawl retry ${task}\` does it again`
            : `WARN::SPEC-CHANGED::${task}: ${describeParts(change)} changed after it was completed; it is stale, and \`pawl keep ${task}\` would let its result stand`,
        ];
      case 'superseded':
      case 'flagged':
        return [`WARN::SPEC-CHANGED::${task}: ${consequence}`];
      case 'archived':
        return [`WARN::TASK-REMOVED::${task}: it ${consequence}`];
      case 'added':
      case 'taken-over':
      case 'noted':
      case 'untouched':
        return [];
    }
  });
}

function describeParts({ parts }: PlanChange): string {
  return parts.join('; ');
}
