/** Works until it is done or a person stops it; the first signal aborts. Children are in sessions of their own. */
export async function untilInterrupted<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const control = new AbortController();
  const stop = (): void => control.abort();
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, stop);
  try {
    return await work(control.signal);
  } finally {
    for (const signal of signals) process.off(signal, stop);
  }
}
