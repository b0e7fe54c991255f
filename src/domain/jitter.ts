/** A number in [0, 1) that depends on the key only (FNV-1a), so that the same history decides the same. */
export function fractionOf(key: string): number {
  let hash = 0x811c9dc5;
  for (const character of key) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return (hash >>> 0) / 2 ** 32;
}
