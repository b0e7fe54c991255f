import { networkInterfaces } from 'node:os';

/** True in a network namespace that has nothing but loopback, where scripts/offline.ts puts the tests. */
export function isOffline(): boolean {
  return Object.keys(networkInterfaces()).every((name) => name === 'lo');
}
