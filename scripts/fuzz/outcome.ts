/** What became of one damaged backlog. */
export interface Outcome {
  /** Codes of the errors that it was refused with. */
  readonly refusals: readonly string[];
  readonly isValid: boolean;
  /** Of the processor. */
  readonly ms: number;
  /** After the case, before anything was collected. */
  readonly heapMb: number;
  readonly failures: readonly string[];
}

export type WorkerMessage =
  | { readonly type: 'ready' }
  | { readonly type: 'begun'; readonly characters: number }
  | { readonly type: 'ended'; readonly outcome: Outcome };
