import { codes, isCode, type Code } from '../../domain/codes.ts';
import { findTaskId } from '../../app/project.ts';
import { PawlError } from '../../domain/refusal.ts';
import { explainTask, sinceWords } from '../../reporting/stall-text.ts';
import type { CommandContext, Output } from '../output.ts';
import { readCurrent } from './current.ts';

export async function explainCommand(context: CommandContext, what: string): Promise<Output> {
  const code = codeIn(what);
  if (code !== undefined) {
    const { meaning, next } = codes[code];
    return { exitCode: 0, text: `${code}\n  ${meaning}\n  → ${next}`, json: { code, meaning, next } };
  }
  if (/^[A-Z]+::|^[A-Z]+(-[A-Z]+)+$/.test(what) && !/\d/.test(what)) {
    throw new PawlError('UNKNOWN-CODE', `${what} is not a code`, {
      hint: 'docs/reference/codes.md lists them all.',
    });
  }
  const { loaded, state, now } = await readCurrent(context);
  const id = findTaskId(loaded.plan, what);
  const explanation = explainTask(state, id, now);
  const since = sinceWords(explanation, now);
  return {
    exitCode: 0,
    text: `${id}: ${explanation.summary}${since}\n  → ${explanation.next}`,
    json: { task: id, ...explanation },
  };
}

/** Codes are taken in any case, and with a task behind them: `blocked::empty-ac::T-003`. */
function codeIn(what: string): Code | undefined {
  const parts = what.toUpperCase().split('::');
  const candidates = [parts.join('::'), parts.slice(0, 2).join('::'), parts[0] ?? ''];
  return candidates.find(isCode);
}
