import { findTaskId } from '../../app/project.ts';
import { gatesOf, templateOf } from '../../app/settings.ts';
import { briefOfAttempt } from '../../domain/attempt-brief.ts';
import { recordOf } from '../../domain/run-state.ts';
import type { CommandContext, Output } from '../output.ts';
import { readCurrent } from './current.ts';

/** The brief of the next attempt, as its agent will get it; of an attempt at work, that of the one at work. */
export async function briefCommand(context: CommandContext, text: string): Promise<Output> {
  const { project, loaded, state } = await readCurrent(context);
  const id = findTaskId(loaded.plan, text);
  const { attempts } = recordOf(state, id);
  const attempt = attempts.at(-1)?.end.status === 'open' ? attempts.length : attempts.length + 1;
  const { config, root } = project;
  const brief = briefOfAttempt(state, id, attempt, {
    template: templateOf(config, root),
    gates: gatesOf(config, root),
    maxAttempts: config.maxAttempts,
  });
  return { exitCode: 0, text: brief.trimEnd(), json: { task: id, attempt, brief } };
}
