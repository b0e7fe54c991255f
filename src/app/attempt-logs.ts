import { closeSync, existsSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { flatName, type TaskId } from '../domain/ids.ts';
import type { Project } from './project.ts';

/** The attempts of a task that have a log, in order, and the folder of each. */
export function loggedAttempts({ places }: Project, plan: string, task: TaskId): ReadonlyMap<number, string> {
  const folder = join(places.logFolder, plan, flatName(task));
  if (!existsSync(folder)) return new Map();
  const numbers = readdirSync(folder)
    .map(Number)
    .filter((number) => Number.isInteger(number))
    .toSorted((a, b) => a - b);
  return new Map(numbers.map((number) => [number, join(folder, String(number))]));
}

/** The agent's output, in the folder of an attempt. */
export function agentLog(folder: string): string {
  return join(folder, 'agent.log');
}

/** In bytes; of a longer log the end is read. */
const MOST_AT_ONCE = 4 * 1024 * 1024;

/** What stands in a file from `offset` on, and where the next reading begins. Nothing of a file that is not there. */
export function readOn(file: string, offset: number): { readonly bytes: Buffer; readonly next: number } {
  const size = existsSync(file) ? statSync(file).size : 0;
  const from = Math.max(offset, size - MOST_AT_ONCE);
  if (size <= from) return { bytes: Buffer.alloc(0), next: size };
  const handle = openSync(file, 'r');
  try {
    const bytes = Buffer.alloc(size - from);
    const read = readSync(handle, bytes, 0, bytes.length, from);
    return { bytes: bytes.subarray(0, read), next: from + read };
  } finally {
    closeSync(handle);
  }
}
