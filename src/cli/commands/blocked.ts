import { blockedJson, blockedReport, renderBlocked } from '../../reporting/blocked-text.ts';
import type { CommandContext, Output } from '../output.ts';
import { readCurrent } from './current.ts';

export async function blockedCommand(context: CommandContext): Promise<Output> {
  const { state, now } = await readCurrent(context);
  const report = blockedReport(state, now);
  return { exitCode: 0, text: renderBlocked(report, now), json: blockedJson(report) };
}
