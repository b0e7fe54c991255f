/** Generous for a shared machine, and far below what a quadratic pass over the longest text takes. */
export function timeLimitMs(characters: number): number {
  return 3_000 + characters / 100;
}

/** Of a worker's heap, with its own code, the samples and all values of a case. */
export const memoryLimitMb = 384;

/** Characters that one mutation may add. */
export const maxGrowth = 200_000;
