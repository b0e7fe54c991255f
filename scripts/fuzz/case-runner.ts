import { Worker } from 'node:worker_threads';
import { maxGrowth, memoryLimitMb, timeLimitMs } from './limits.ts';
import type { Outcome, WorkerMessage } from './outcome.ts';

/** One worker at a time; one that hangs or dies is ended, and the next case gets a new one. */
export class CaseRunner {
  private readonly seed: number;
  private readonly folder: string;
  private worker: Worker | undefined;

  constructor(seed: number, folder: string) {
    this.seed = seed;
    this.folder = folder;
  }

  async run(index: number): Promise<Outcome> {
    const worker = (this.worker ??= await this.start());
    const { promise, resolve } = Promise.withResolvers<Outcome>();
    const lost = (failure: string, ms: number): void => {
      this.worker = undefined;
      resolve({ refusals: [], isValid: false, ms, heapMb: 0, failures: [failure] });
    };
    const limited = (characters: number): NodeJS.Timeout => {
      const limit = timeLimitMs(characters);
      return setTimeout(() => lost(`no end after ${limit} ms, with ${characters} characters`, limit), limit);
    };
    let timer = limited(maxGrowth);
    const onMessage = (message: WorkerMessage): void => {
      clearTimeout(timer);
      if (message.type === 'begun') timer = limited(message.characters);
      else if (message.type === 'ended') resolve(message.outcome);
    };
    const onError = (error: Error): void => lost(`the worker died: ${error.message}`, 0);
    worker.on('message', onMessage);
    worker.on('error', onError);
    worker.postMessage(index, []);
    const outcome = await promise;
    clearTimeout(timer);
    worker.off('message', onMessage);
    if (this.worker === undefined) await worker.terminate();
    worker.off('error', onError);
    return outcome;
  }

  async end(): Promise<void> {
    await this.worker?.terminate();
  }

  private async start(): Promise<Worker> {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), {
      workerData: { seed: this.seed, folder: this.folder },
      resourceLimits: { maxOldGenerationSizeMb: memoryLimitMb },
    });
    // The time of a case does not begin before the worker has read its own code.
    await new Promise<void>((resolve, reject) => {
      worker.once('message', () => resolve());
      worker.once('error', reject);
    });
    return worker;
  }
}
