const AT_ONCE = 30;
const PER_SECOND = 1;

/** Says whether one more is within the rate: some at once, and then one a second (a token bucket). */
export function createAllowance(monotonicMs: () => number): () => boolean {
  let left = AT_ONCE;
  let at = monotonicMs();
  return () => {
    const now = monotonicMs();
    left = Math.min(AT_ONCE, left + ((now - at) / 1_000) * PER_SECOND);
    at = now;
    if (left < 1) return false;
    left -= 1;
    return true;
  };
}
