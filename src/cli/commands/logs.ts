import { StringDecoder } from 'node:string_decoder';
import { setTimeout as delay } from 'node:timers/promises';
import { agentLog, loggedAttempts, readOn } from '../../app/attempt-logs.ts';
import { findTaskId, workerOf } from '../../app/project.ts';
import type { TaskId } from '../../domain/ids.ts';
import { PawlError } from '../../domain/refusal.ts';
import { isOpen, recordOf } from '../../domain/run-state.ts';
import { plainLines } from '../../reporting/text.ts';
import { LineSplitter } from '../../util/line-splitter.ts';
import type { CommandContext, Output } from '../output.ts';
import { readCurrent } from './current.ts';

export interface LogsOptions {
  readonly follow?: boolean;
  readonly attempt?: number;
  readonly lines: number;
}

const REFRESH_MS = 250;
/** The journal is asked less often than the file. */
const ROUNDS_PER_LOOK = 8;

/** What the agent of a task printed, made harmless for a terminal; the last attempt's unless one is named. */
export async function logsCommand(
  context: CommandContext,
  text: string,
  options: LogsOptions,
): Promise<Output> {
  const { project, loaded } = await readCurrent(context);
  const task = findTaskId(loaded.plan, text);
  const attempts = loggedAttempts(project, loaded.plan.name, task);
  const last = [...attempts.keys()].at(-1);
  const follows = options.follow === true && !context.json;
  // An agent that is about to start has no log yet.
  const awaited = follows && (await workerOf(project)) !== undefined ? 1 : undefined;
  const attempt = options.attempt ?? last ?? awaited;
  const folder = attempt === undefined ? undefined : attempts.get(attempt);
  if (attempt === undefined || (folder === undefined && attempt !== awaited)) {
    const which = options.attempt === undefined ? 'no attempt at it' : `no attempt ${options.attempt} at it`;
    throw new PawlError('NO-LOG', `${task} has no log: there was ${which}`, {
      hint: last === undefined ? 'Type `pawl run`.' : `There are logs of ${[...attempts.keys()].join(', ')}.`,
    });
  }
  if (follows) {
    await follow(context, task, attempt, options.lines);
    return { exitCode: 0, text: '', json: { task, attempt } };
  }
  const file = agentLog(folder ?? '');
  const lines = plainLines(readOn(file, 0).bytes.toString('utf8')).slice(-options.lines);
  return { exitCode: 0, text: lines.join('\n'), json: { task, attempt, file, lines } };
}

/** Prints on until nobody works on the task any more, into its next attempts. Ends with Ctrl-C: it only looks. */
async function follow(context: CommandContext, task: TaskId, first: number, lines: number): Promise<void> {
  let attempt = first;
  let tail = new LogTail();
  let look = await readCurrent(context);
  for (let round = 1; ; round += 1) {
    const { project, loaded, state } = look;
    // Looked at before the file is read, so that nothing is written behind the last reading.
    const isOver = (await workerOf(project)) === undefined || !isOpen(recordOf(state, task).state);
    const attempts = loggedAttempts(project, loaded.plan.name, task);
    const hasNext = attempts.has(attempt + 1);
    const folder = attempts.get(attempt);
    const fresh = folder === undefined ? [] : tail.read(agentLog(folder), hasNext || isOver);
    print(round === 1 ? fresh.slice(-lines) : fresh);
    if (hasNext) {
      attempt += 1;
      tail = new LogTail();
      print([`--- attempt ${attempt} ---`]);
      continue;
    }
    if (isOver) return;
    await delay(REFRESH_MS);
    if (round % ROUNDS_PER_LOOK === 0) look = await readCurrent(context);
  }
}

function print(lines: readonly string[]): void {
  if (lines.length > 0) process.stdout.write(`${lines.join('\n')}\n`);
}

/** What is added to a log, in whole lines. */
class LogTail {
  readonly #decoder = new StringDecoder('utf8');
  readonly #lines: string[] = [];
  readonly #splitter = new LineSplitter((line) => this.#lines.push(...plainLines(line)));
  #offset = 0;

  /** `isLast`: nothing more will come, so that a line without an end is one as well. */
  read(file: string, isLast: boolean): readonly string[] {
    const { bytes, next } = readOn(file, this.#offset);
    this.#offset = next;
    this.#splitter.push(this.#decoder.write(bytes));
    if (isLast) this.#splitter.end();
    return this.#lines.splice(0);
  }
}
