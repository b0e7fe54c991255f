import { readFileSync } from 'node:fs';
import { findTree } from '../src/adapters/process/process-table.ts';
import type { ProcessIdentity } from '../src/domain/process-identity.ts';

const EVERY_MS = 10;

/** Watches the memory of one process tree until it is disposed of. */
export interface MemoryWatch extends Disposable {
  /** Looks for the tree from now on. */
  readonly watch: (root: ProcessIdentity, marker: string) => void;
  /** The largest sum of the resident sets so far, in MB. What processes share is counted for each. */
  readonly peakMb: () => number;
}

export function createMemoryWatch(): MemoryWatch {
  let peakKb = 0;
  let timer: NodeJS.Timeout | undefined;
  return {
    watch(root, marker) {
      const look = (): void => {
        const sum = findTree(root, marker).reduce((total, { pid }) => total + residentKb(pid), 0);
        peakKb = Math.max(peakKb, sum);
      };
      look();
      timer = setInterval(look, EVERY_MS);
    },
    peakMb: () => peakKb / 1_024,
    [Symbol.dispose]: () => clearInterval(timer),
  };
}

function residentKb(pid: number): number {
  try {
    return Number(/^VmRSS:\s*(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  } catch {
    // Gone since it was found.
    return 0;
  }
}
