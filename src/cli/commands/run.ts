import { findTaskId, loadPlan, openProject, type Project } from '../../app/project.ts';
import { runPlan, type RunReport } from '../../app/run.ts';
import { createStopControl, type StopControl } from '../../core/driver.ts';
import { describeOverdraft, sharedOverdraft } from '../../domain/budget.ts';
import { codes } from '../../domain/codes.ts';
import type { TaskId } from '../../domain/ids.ts';
import { metricsOf } from '../../reporting/metrics.ts';
import { pulseOf, renderPulse } from '../../reporting/pulse.ts';
import { blockedJson, blockedReport } from '../../reporting/blocked-text.ts';
import type { RunOptions } from '../program.ts';
import { refusalJson, renderRefusal, type CommandContext, type Output } from '../output.ts';
import { createPresenter, type Presenter } from '../presenter.ts';

const INTERRUPTED = 130;

export async function runCommand(context: CommandContext, options: RunOptions): Promise<Output> {
  const project = await openProject(context.folder);
  const only = await onlyOf(project, context, options.only);
  const stop = createStopControl();
  const presenter = createPresenter(context);
  const release = obeySignals(stop, presenter);
  try {
    const wishes = { ...options, ...(only === undefined ? {} : { only }) };
    const report = await runPlan(project, context, wishes as Parameters<typeof runPlan>[2], stop, presenter);
    presenter.close();
    return outputOf(report);
  } finally {
    presenter.close();
    release();
  }
}

async function onlyOf(
  project: Project,
  context: CommandContext,
  text: string | undefined,
): Promise<readonly TaskId[] | undefined> {
  if (text === undefined) return undefined;
  const { plan } = await loadPlan(project, context);
  return text.split(',').map((id) => findTaskId(plan, id.trim()));
}

/** The first signal stops politely, the second at once. Children are in sessions of their own and get neither. */
function obeySignals(stop: StopControl, presenter: Presenter): () => void {
  const onSignal = (): void => {
    if (!stop.stopping) {
      stop.stopping = true;
      presenter.say(
        'Stopping: nothing new starts; agents at work may finish. Once more ends them now, to be resumed later.',
      );
    } else {
      presenter.say('Stopping now.');
      stop.now.abort();
    }
    stop.wake();
  };
  // The terminal is gone: there is nobody to ask a second time.
  const onHangup = (): void => {
    stop.stopping = true;
    onSignal();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  process.on('SIGHUP', onHangup);
  return () => {
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
    process.off('SIGHUP', onHangup);
  };
}

function outputOf(report: RunReport): Output {
  const { state, end, refusal, completedInSession, remaining } = report;
  const now = state.at;
  const pulse = pulseOf(state, now);
  const branch = state.run?.integrationRef.replace('refs/heads/', '') ?? '';
  const tasks = `${completedInSession} ${completedInSession === 1 ? 'task' : 'tasks'} completed this session, ${remaining} remaining.`;
  const text = [renderPulse(pulse), '', tasks, nextStep(report, branch, now)];
  if (refusal !== undefined) text.push('', renderRefusal(refusal));
  return {
    exitCode: exitCodeOf(report),
    text: text.join('\n'),
    json: {
      end,
      ...(refusal === undefined ? {} : refusalJson(refusal)),
      completedInSession,
      remaining,
      integrationBranch: branch,
      integrationHead: state.integrationHead,
      results: resultsOf(report),
      pulse,
      metrics: metricsOf(state, now),
      blocked: blockedJson(blockedReport(state, now)),
    },
  };
}

function exitCodeOf({ end, refusal }: RunReport): number {
  switch (end) {
    case 'done':
      return 0;
    case 'finished':
      return 1;
    case 'stopped':
      return INTERRUPTED;
    case 'refused':
      return refusal === undefined ? 1 : (codes[refusal.code].exit ?? 1);
  }
}

function nextStep({ end, remaining, state }: RunReport, branch: string, now: number): string {
  switch (end) {
    case 'done':
      return remaining === 0
        ? `All work is on ${branch}. Type \`pawl land\` to bring it to your branch.`
        : `What you asked for is on ${branch}. Type \`pawl run\` for the rest, or \`pawl land\`.`;
    case 'finished': {
      const overdraft = sharedOverdraft(state, now);
      if (overdraft !== undefined) return `${describeOverdraft(overdraft)}; then type \`pawl run\`.`;
      return `Nothing can go on by itself. Type \`pawl blocked\` to see why ${remaining === 1 ? 'the task is' : 'the tasks are'} not done.`;
    }
    case 'stopped':
    case 'refused':
      return 'Type `pawl run` to go on.';
  }
}

/** Per task that was tried: id, workspace, commit, files changed (sources 000 and 004). */
function resultsOf({ state }: RunReport): readonly object[] {
  return [...state.tasks.values()].flatMap((task) => {
    const last = task.attempts.at(-1);
    if (last === undefined) return [];
    return [
      {
        task: task.id,
        status: task.state.status,
        attempts: task.attempts.length,
        workspace: last.workspace,
        head: last.head,
        commit: task.state.status === 'completed' ? task.state.commit : undefined,
        filesChanged: last.files,
        gates: last.gates.map(({ purpose, run }) => ({
          purpose,
          gate: run.gate,
          status: run.status,
          cached: run.cached,
          durationMs: run.durationMs,
        })),
      },
    ];
  });
}
