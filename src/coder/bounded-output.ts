import { BoundedTail } from '../util/bounded-tail.ts';

/** Keeps the beginning and the end of a text of any length: what was called, and what came of it. */
export class BoundedOutput {
  readonly #headLimit: number;
  readonly #tail: BoundedTail;
  #head = '';

  constructor(headLimit: number, tailLimit: number) {
    this.#headLimit = headLimit;
    this.#tail = new BoundedTail(tailLimit);
  }

  push(text: string): void {
    const room = this.#headLimit - this.#head.length;
    this.#head += text.slice(0, room);
    if (text.length > room) this.#tail.push(text.slice(room));
  }

  toString(): string {
    const { dropped } = this.#tail;
    const gap = dropped === 0 ? '' : `\n[… ${dropped} characters left out …]\n`;
    return this.#head + gap + this.#tail.toString();
  }
}
