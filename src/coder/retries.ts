/**
 * A `fetch` that says when a request is made anew because the one before failed: the AI SDK repeats in silence. It
 * decides nothing itself.
 */
export function createRetryNotice(onRetry: (reason: string) => void): typeof fetch {
  let failure: string | undefined;
  return async (input, init) => {
    if (failure !== undefined) onRetry(failure);
    failure = 'the connection failed';
    const response = await fetch(input, init);
    failure = response.ok ? undefined : `HTTP status ${response.status}`;
    return response;
  };
}
