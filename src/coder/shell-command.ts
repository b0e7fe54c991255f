/**
 * Runs one shell command of the model in the workspace.
 *
 * 1. It has a session and a process group of its own, no input, and a time limit, at which its whole tree is ended.
 * 2. It ends when the shell ends. What the shell left running in the background goes on, and does not keep the
 *    command waiting; its later output is thrown away, so that it never blocks.
 * 3. Memory is bounded whatever it prints.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import type { Socket } from 'node:net';
import { StringDecoder } from 'node:string_decoder';
import { setTimeout as delay } from 'node:timers/promises';
import { BoundedOutput } from './bounded-output.ts';
import { COMMAND_VARIABLE, endCommand } from './command-tree.ts';

export interface ShellCommand {
  readonly command: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly limitMs: number;
  readonly signal: AbortSignal;
}

export type ShellEnd =
  | { readonly kind: 'exited'; readonly code: number }
  | { readonly kind: 'signalled'; readonly signal: string }
  /** Ended at its time limit; `gone` is false when a process of it could not be ended. */
  | { readonly kind: 'timed-out'; readonly gone: boolean }
  /** Ended because the whole run ends. */
  | { readonly kind: 'aborted' }
  | { readonly kind: 'not-started'; readonly message: string };

export interface ShellOutcome {
  readonly end: ShellEnd;
  /** Beginning and end of both streams, interleaved as they arrived. */
  readonly output: string;
}

const HEAD_CHARACTERS = 8_000;
const TAIL_CHARACTERS = 22_000;
const GRACE_MS = 1_000;
/** For what is still in the pipes when the shell has ended; without background processes they close at once. */
const DRAIN_MS = 250;

export async function runShellCommand(request: ShellCommand): Promise<ShellOutcome> {
  const output = new BoundedOutput(HEAD_CHARACTERS, TAIL_CHARACTERS);
  if (request.signal.aborted) return { end: { kind: 'aborted' }, output: '' };
  const mark = randomUUID();
  const child = spawn(shell, ['-c', request.command], {
    cwd: request.cwd,
    env: { ...request.env, PWD: request.cwd, [COMMAND_VARIABLE]: mark },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const closed = collect(child, output);
  const end = await endOf(child, mark, request);
  // Whatever the reason for waiting longer: a background process has the pipes.
  await Promise.race([closed, delay(DRAIN_MS, undefined, { ref: false })]);
  for (const stream of [child.stdout, child.stderr]) (stream as Socket | null)?.unref();
  return { end, output: output.toString() };
}

const shell = existsSync('/bin/bash') ? '/bin/bash' : '/bin/sh';

/** Settles when both streams are closed. They are read to their end, whoever holds them. */
function collect(child: ChildProcess, output: BoundedOutput): Promise<void> {
  for (const stream of [child.stdout, child.stderr]) {
    const decoder = new StringDecoder('utf8');
    stream?.on('data', (chunk: Buffer) => output.push(decoder.write(chunk)));
    stream?.on('end', () => output.push(decoder.end()));
  }
  return new Promise((resolve) => {
    child.once('close', () => resolve());
  });
}

function endOf(child: ChildProcess, mark: string, { limitMs, signal }: ShellCommand): Promise<ShellEnd> {
  return new Promise((settle) => {
    let isForced = false;
    const force = (end: (gone: boolean) => ShellEnd, graceMs: number): void => {
      if (isForced || child.pid === undefined) return;
      isForced = true;
      void endCommand(child.pid, mark, graceMs).then((gone) => finish(end(gone)));
    };
    const abort = (): void => force(() => ({ kind: 'aborted' }), 0);
    const timer = setTimeout(() => force((gone) => ({ kind: 'timed-out', gone }), GRACE_MS), limitMs);
    const finish = (end: ShellEnd): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      settle(end);
    };
    signal.addEventListener('abort', abort);
    child.once('error', (error) => finish({ kind: 'not-started', message: error.message }));
    child.once('exit', (code, name) => {
      if (isForced) return;
      finish(code === null ? { kind: 'signalled', signal: name ?? 'unknown' } : { kind: 'exited', code });
    });
  });
}
