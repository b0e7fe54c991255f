/**
 * Keeps the last `limit` characters of a stream of text, in bounded memory whatever arrives.
 */
export class BoundedTail {
  readonly #limit: number;
  #chunks: string[] = [];
  #length = 0;
  #total = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  push(text: string): void {
    this.#total += text.length;
    this.#chunks.push(text.length > this.#limit ? text.slice(-this.#limit) : text);
    this.#length += this.#chunks.at(-1)?.length ?? 0;
    if (this.#length > this.#limit * 2) this.#compact();
  }

  /** How many characters were dropped from the front. */
  get dropped(): number {
    return Math.max(0, this.#total - this.#limit);
  }

  toString(): string {
    this.#compact();
    return this.#chunks[0] ?? '';
  }

  #compact(): void {
    const text = this.#chunks.join('').slice(-this.#limit);
    this.#chunks = [text];
    this.#length = text.length;
  }
}
