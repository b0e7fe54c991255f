import { setTimeout as delay } from 'node:timers/promises';
import { workerOf } from '../../app/project.ts';
import { describeOverdraft, sharedOverdraft } from '../../domain/budget.ts';
import { decide } from '../../domain/decide.ts';
import type { Plan } from '../../domain/plan.ts';
import type { RunState } from '../../domain/run-state.ts';
import { openTasks } from '../../domain/schedule.ts';
import { renderBoard } from '../../reporting/board-text.ts';
import { boardOf } from '../../reporting/board.ts';
import { metricsOf } from '../../reporting/metrics.ts';
import { pulseOf, renderPulse } from '../../reporting/pulse.ts';
import { Screen } from '../../tui/screen.ts';
import type { CommandContext, Output } from '../output.ts';
import { readCurrent, requireRun, type Current } from './current.ts';

const REFRESH_MS = 500;

export async function statusCommand(context: CommandContext, watch: boolean): Promise<Output> {
  let current = await readCurrent(context);
  requireRun(current);
  if (watch && !context.json && process.stdout.isTTY) current = await follow(context, current);
  const { state, now, project, loaded } = current;
  const pulse = pulseOf(state, now);
  const worker = await workerOf(project);
  const line =
    worker === undefined
      ? 'No process is working on it.'
      : `Process ${worker.pid} on ${worker.host} is working on it.`;
  return {
    exitCode: 0,
    text: `${renderPulse(pulse)}\n\n${line}${worker === undefined ? nextStep(state, loaded.plan, now) : ''}`,
    json: { pulse, metrics: metricsOf(state, now), worker },
  };
}

function nextStep(state: RunState, plan: Plan, now: number): string {
  const open = openTasks(state, plan);
  if (open.length === 0) return ' Type `pawl land` to bring what has landed to your branch.';
  const overdraft = sharedOverdraft(state, now);
  if (overdraft !== undefined) return ` ${describeOverdraft(overdraft)}; then type \`pawl run\`.`;
  const isStuck =
    decide({ ...state, refusal: undefined, unusable: new Map() }, now, { stopping: false }).settled ===
    'finished';
  return isStuck ? ' Nothing can go on by itself: type `pawl blocked`.' : ' Type `pawl run` to go on.';
}

/** Redraws the board until nobody works on the run any more. Ends with Ctrl-C as well: it only looks. */
async function follow(context: CommandContext, first: Current): Promise<Current> {
  let current = first;
  const screen = new Screen(process.stdout);
  const stop = (): void => {
    screen.close([]);
    process.exit(0);
  };
  process.once('SIGINT', stop);
  try {
    while ((await workerOf(current.project)) !== undefined) {
      const model = boardOf(current.state, new Map(), Date.now());
      screen.draw(
        renderBoard(model, {
          columns: screen.columns,
          rows: screen.rows,
          color: context.color,
          now: Date.now(),
        }),
      );
      await delay(REFRESH_MS);
      current = await readCurrent(context);
    }
  } finally {
    process.off('SIGINT', stop);
    screen.close([]);
  }
  return current;
}
