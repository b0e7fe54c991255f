/** The word for a number of things: the plural for everything but exactly one. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return count === 1 ? one : many;
}
