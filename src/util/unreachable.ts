/** The default branch of an exhaustive switch. Reaching it is a bug, never a user's mistake. */
export function unreachable(value: never): never {
  throw new Error(`Internal error: unexpected case ${JSON.stringify(value)}`);
}
