import type { Task } from '../../domain/plan.ts';
import { nextReady } from '../../domain/schedule.ts';
import { blockedJson, blockedReport, renderBlocked } from '../../reporting/blocked-text.ts';
import { readCurrent } from './current.ts';
import type { CommandContext, Output } from '../output.ts';

/** The task that would start next; exit 1 with `{error, blocked}` when there is none (source 001). */
export async function nextCommand(context: CommandContext): Promise<Output> {
  const { project, loaded, state, refusal, now } = await readCurrent(context);
  if (refusal !== undefined) throw refusal;
  const task = nextReady(state, loaded.plan, project.config, now);
  if (task === undefined) {
    const report = blockedReport(state, now);
    return {
      exitCode: 1,
      text: `No task can start now.\n\n${renderBlocked(report, now)}`,
      json: { error: 'no task can start now', blocked: blockedJson(report) },
    };
  }
  return { exitCode: 0, text: renderTaskBrief(task), json: task };
}

function renderTaskBrief(task: Task): string {
  return [
    `${task.id}  ${task.title}`,
    `  risk ${task.risk} · size ${task.size} · ${task.origin.file}:${task.origin.line}`,
    ...(task.dependencies.length === 0 ? [] : [`  builds on ${task.dependencies.join(', ')}`]),
    ...(task.description === '' ? [] : ['', ...task.description.split('\n').map((line) => `  ${line}`)]),
    '',
    ...task.criteria.map((criterion) => `  - ${criterion.id}: ${criterion.text}`),
  ].join('\n');
}
