import { landRun } from '../../app/land.ts';
import { openProject } from '../../app/project.ts';
import type { CommandContext, Output } from '../output.ts';

export async function landCommand(context: CommandContext): Promise<Output> {
  const report = await landRun(await openProject(context.folder), context);
  const { branch, from, to, how, gates } = report;
  const tested =
    gates.length === 0 ? '' : `; ${gates.map((gate) => gate.gate).join(', ')} passed on the merged tree`;
  return {
    exitCode: 0,
    text: `${branch}: ${from.slice(0, 10)} → ${to.slice(0, 10)} (${how}${tested})`,
    json: report,
  };
}
