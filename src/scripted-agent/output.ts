import type { Writable } from 'node:stream';

/** One line of the protocol on standard output. `result` is the positive terminal signal: at most one a run. */
export type OutputLine =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'progress'; readonly percent: number; readonly next: string }
  | { readonly type: 'tool'; readonly name: string; readonly detail: string }
  /** A turn of the model and what it took, beside those before it. */
  | {
      readonly type: 'usage';
      readonly inputTokens: number;
      readonly outputTokens: number;
      readonly cacheReadTokens: number;
      readonly cacheWriteTokens: number;
      readonly costUsd?: number | undefined;
      readonly model?: string | undefined;
    }
  /** `resetsAt` in seconds since the epoch. */
  | { readonly type: 'rate-limit'; readonly resetsAt?: number }
  | { readonly type: 'result'; readonly claim: 'done' | 'blocked' | 'none'; readonly summary: string };

/** Writes one line; settles when it has left this process. Rejects when the reader is gone. */
export function emit(line: OutputLine): Promise<void> {
  return writeOut(process.stdout, `${JSON.stringify(line)}\n`);
}

const lineBytes = 1000;
const linesPerWrite = 64;

/**
 * Writes `megabytes` (of 1,000,000 bytes, rounded up to whole lines of 1,000) as fast as the reader takes
 * them: protocol lines on standard output, bare text on standard error.
 */
export async function flood(megabytes: number, stream: 'stdout' | 'stderr'): Promise<void> {
  const line = stream === 'stdout' ? floodLine() : `${'x'.repeat(lineBytes - 1)}\n`;
  const target = stream === 'stdout' ? process.stdout : process.stderr;
  let left = Math.ceil((megabytes * 1_000_000) / lineBytes);
  while (left > 0) {
    const count = Math.min(left, linesPerWrite);
    await writeOut(target, line.repeat(count));
    left -= count;
  }
}

function floodLine(): string {
  const frame = `${JSON.stringify({ type: 'text', text: '' } satisfies OutputLine)}\n`;
  const text = 'x'.repeat(lineBytes - frame.length);
  return `${JSON.stringify({ type: 'text', text } satisfies OutputLine)}\n`;
}

function writeOut(target: Writable, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    target.write(text, (error) => (error ? reject(error) : resolve()));
  });
}
