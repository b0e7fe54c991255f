/** Runs the cases whose numbers it is sent, one at a time, and answers each with its size and then its outcome. */
import { getHeapStatistics } from 'node:v8';
import { backlogFormats } from '../../src/planning/formats/all.ts';
import { brokenLaws } from '../../test/rig/format-laws.ts';
import { damageOf, formatOf, sizeOf } from './cases.ts';
import { DiskCase } from './disk-case.ts';
import { processorLimitMs } from './limits.ts';
import type { WorkerMessage } from './outcome.ts';

const [seed, folder] = [Number(process.argv[2]), process.argv[3]!];
const send = (message: WorkerMessage): void => void process.send!(message);

process.on('message', (index: number) => void runCase(index));
// Without the one who asks there is nothing to do.
process.on('disconnect', () => process.exit());
send({ type: 'ready' });

/** Of this thread, so that collecting garbage beside it does not count, nor what else the machine does. */
function processorMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}

async function runCase(index: number): Promise<void> {
  const damage = damageOf(seed, index);
  send({ type: 'begun', characters: sizeOf(damage) });
  const format = await backlogFormats[formatOf(index)].load();
  const began = processorMs();
  const failures: string[] = [];
  const disk = new DiskCase(folder, damage, index);
  try {
    failures.push(...brokenLaws(format, damage.undamaged, damage.damaged, damage.change));
    failures.push(...(await disk.run()));
  } catch (error) {
    failures.push(`thrown: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  }
  const ms = processorMs() - began;
  const limit = processorLimitMs(sizeOf(damage));
  if (ms > limit) failures.push(`it took ${Math.round(ms)} ms; ${Math.round(limit)} ms are enough`);
  const heapMb = getHeapStatistics().used_heap_size / 1024 / 1024;
  const { refusals, isValid } = disk;
  send({ type: 'ended', outcome: { refusals, isValid, ms, heapMb, failures } });
}
