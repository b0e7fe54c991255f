import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { flatName } from '../../domain/ids.ts';
import { findTaskId } from '../../app/project.ts';
import { renderTask, taskJson } from '../../reporting/task-text.ts';
import type { CommandContext, Output } from '../output.ts';
import { readCurrent } from './current.ts';

export async function showCommand(context: CommandContext, text: string): Promise<Output> {
  const { project, loaded, state, now } = await readCurrent(context);
  const id = findTaskId(loaded.plan, text);
  const logs = logsOf(join(project.places.logFolder, loaded.plan.name, flatName(id)));
  return { exitCode: 0, text: renderTask(state, id, now, logs), json: taskJson(state, id, now, logs) };
}

function logsOf(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  const attempts = readdirSync(folder).toSorted((a, b) => Number(a) - Number(b));
  return attempts.flatMap((attempt) =>
    readdirSync(join(folder, attempt))
      .toSorted()
      .map((name) => join(folder, attempt, name)),
  );
}
