/** What a case may take of the processor: far below what a quadratic pass over the longest text takes. */
export function processorLimitMs(characters: number): number {
  return 2_000 + characters / 100;
}

/** When a case is ended. Other programs and slow disks may hold it up without being its fault. */
export function timeLimitMs(characters: number): number {
  return 15_000 + characters / 100;
}

/** Of a worker's heap, with its own code, the samples and all values of a case. */
export const memoryLimitMb = 384;

/** Characters that one mutation may add. */
export const maxGrowth = 200_000;
