/** A line longer than this is handed on in pieces, so that a flood without line breaks stays bounded. */
const LONGEST_LINE = 1_000_000;

/**
 * Cuts chunks of text into lines at `\n` (a `\r` before it is dropped). Not `readline`: that also splits on
 * U+2028, which is legal inside a JSON string.
 */
export class LineSplitter {
  #rest = '';
  readonly #onLine: (line: string) => void;

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  push(chunk: string): void {
    let start = 0;
    for (let end = chunk.indexOf('\n'); end !== -1; end = chunk.indexOf('\n', start)) {
      const line = this.#rest + chunk.slice(start, end);
      this.#rest = '';
      this.#onLine(line.endsWith('\r') ? line.slice(0, -1) : line);
      start = end + 1;
    }
    this.#rest += chunk.slice(start);
    while (this.#rest.length > LONGEST_LINE) {
      this.#onLine(this.#rest.slice(0, LONGEST_LINE));
      this.#rest = this.#rest.slice(LONGEST_LINE);
    }
  }

  /** Hands on what is left after the last line break. */
  end(): void {
    if (this.#rest.length > 0) this.#onLine(this.#rest);
    this.#rest = '';
  }
}
