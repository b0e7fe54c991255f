/**
 * Finds the word a writer probably meant. One instance serves one reading of a backlog, because it also bounds the
 * work: a plan with 100,000 unknown ids must still be refused in a moment, if with fewer suggestions.
 */
export class Speller {
  private readonly words: Iterable<string>;
  private comparisons = 300_000;
  /** Words that are passed over for their length cost less, and are still not free. */
  private looks = 10_000_000;

  constructor(words: Iterable<string>) {
    this.words = words;
  }

  /** The nearest known word by edit distance, the earliest of equals; undefined when none is near. */
  suggest(word: string): string | undefined {
    // Of a word with one or two characters every other one would be near.
    const allowed = word.length < 3 ? 0 : Math.max(1, Math.floor(word.length / 4));
    let best: string | undefined;
    let bestDistance = allowed + 1;
    for (const candidate of this.words) {
      this.looks -= 1;
      if (this.looks < 0) break;
      if (Math.abs(candidate.length - word.length) >= bestDistance) continue;
      this.comparisons -= 1;
      if (this.comparisons < 0) break;
      const distance =
        candidate.toLowerCase() === word.toLowerCase() ? 0 : editDistance(word, candidate, bestDistance);
      if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
    }
    return best;
  }
}

/** `did you mean X?`, or nothing when no known word is near. */
export function didYouMean(word: string, words: readonly string[]): string | undefined {
  const nearest = new Speller(words).suggest(word);
  return nearest === undefined ? undefined : `did you mean ${nearest}?`;
}

/** Insertions, deletions, replacements and swaps of neighbours; `limit` when there are that many or more. */
function editDistance(a: string, b: string, limit: number): number {
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const current = [i];
    let least = i;
    for (let j = 1; j <= b.length; j += 1) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let value = Math.min(previous[j]! + 1, current[j - 1]! + 1, previous[j - 1]! + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        value = Math.min(value, before[j - 2]! + 1);
      }
      current.push(value);
      least = Math.min(least, value);
    }
    if (least >= limit) return limit;
    [before, previous] = [previous, current];
  }
  return Math.min(limit, previous[b.length]!);
}
