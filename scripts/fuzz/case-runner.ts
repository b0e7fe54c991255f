import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { maxGrowth, memoryLimitMb, timeLimitMs } from './limits.ts';
import type { Outcome, WorkerMessage } from './outcome.ts';

/** A process with limits, for one case at a time; one that hangs or dies is ended, and the next case gets a new one. */
export class CaseRunner {
  private readonly seed: number;
  private readonly folder: string;
  private worker: ChildProcess | undefined;

  /** `folder` is written and emptied by every case. */
  constructor(seed: number, folder: string) {
    this.seed = seed;
    this.folder = folder;
  }

  async run(index: number): Promise<Outcome> {
    const worker = (this.worker ??= await this.start());
    const { promise, resolve } = Promise.withResolvers<Outcome>();
    const lost = (failure: string): void => {
      this.worker = undefined;
      resolve({ refusals: [], isValid: false, ms: 0, heapMb: 0, failures: [failure] });
    };
    const limited = (characters: number): NodeJS.Timeout => {
      const limit = timeLimitMs(characters);
      return setTimeout(() => lost(`no end after ${limit} ms, with ${characters} characters`), limit);
    };
    let timer = limited(maxGrowth);
    const onMessage = (message: unknown): void => {
      const said = message as WorkerMessage;
      clearTimeout(timer);
      if (said.type === 'begun') timer = limited(said.characters);
      else if (said.type === 'ended') resolve(said.outcome);
    };
    const onExit = (code: number | null, signal: string | null): void => {
      lost(`the process died (${signal ?? `exit code ${code}`}); it may have ${memoryLimitMb} MB`);
    };
    worker.on('message', onMessage);
    worker.once('exit', onExit);
    worker.send(index);
    const outcome = await promise;
    clearTimeout(timer);
    worker.off('message', onMessage);
    worker.off('exit', onExit);
    if (this.worker === undefined) await end(worker);
    return outcome;
  }

  async end(): Promise<void> {
    if (this.worker !== undefined) await end(this.worker);
    this.worker = undefined;
  }

  private async start(): Promise<ChildProcess> {
    const worker = fork(new URL('./worker.ts', import.meta.url), [String(this.seed), this.folder], {
      execArgv: [`--max-old-space-size=${memoryLimitMb}`],
      // What V8 prints about a full heap is said in one line here.
      stdio: ['ignore', 'inherit', 'ignore', 'ipc'],
    });
    // The time of a case does not begin before the process has read its own code.
    await once(worker, 'message');
    return worker;
  }
}

async function end(worker: ChildProcess): Promise<void> {
  if (worker.exitCode !== null || worker.signalCode !== null) return;
  const exited = once(worker, 'exit');
  worker.kill('SIGKILL');
  await exited;
}
