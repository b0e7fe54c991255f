/**
 * The one place that spawns agents, gates and set-up commands.
 *
 * Owns: the process tree from its first instruction until no member is left. Does not own: what the output means.
 * 1. The journal knows a process before its program runs: a gate in front of `exec` waits for a byte that is
 *    written only after `onStarted` returned. If Pawl dies in between, the gate reads end-of-file and gives up.
 * 2. `outcome` settles only after the whole tree is proven gone, descendants in their own sessions included.
 * 3. Memory is bounded whatever the process prints: a tail in memory, a capped file on disk.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, writeSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import { setTimeout as delay } from 'node:timers/promises';
import type { ProcessIdentity } from '../../domain/process-identity.ts';
import { PawlError } from '../../domain/refusal.ts';
import type {
  OwnedProcess,
  ProcessEnd,
  ProcessOutcome,
  ProcessSpec,
  StartProcess,
} from '../../ports/processes.ts';
import { BoundedTail } from '../../util/bounded-tail.ts';
import { LineSplitter } from '../../util/line-splitter.ts';
import { findTree, identifyProcess, MARKER_VARIABLE } from './process-table.ts';
import { findProgram } from './program.ts';

const TAIL_CHARACTERS = 32_000;
const LOG_BYTES = 32 * 1024 * 1024;
const GATE_SCRIPT = 'IFS= read -r go <&3 || exit 125; exec 3<&-; exec "$@"';

export interface ProcessStarterOptions {
  /** Made unique per call; distinguishes this session's processes from all others on the machine. */
  readonly nextMarker: () => string;
  /** Journals the identity; called before the program's first instruction. May throw: nothing runs then. */
  readonly onStarted: (identity: ProcessIdentity, marker: string, spec: ProcessSpec) => void;
  /** Called when the tree is proven gone. */
  readonly onEnded: (marker: string, outcome: ProcessOutcome) => void;
}

export function createProcessStarter(options: ProcessStarterOptions): StartProcess {
  return async (spec) => {
    const began = performance.now();
    const program = findProgram(spec.argv[0], spec.env['PATH'] ?? '', spec.cwd);
    if (program === undefined) return notStarted(`no program ${spec.argv[0]} on PATH`, began);
    const marker = options.nextMarker();
    const child = spawn('/bin/sh', ['-c', GATE_SCRIPT, 'pawl', program, ...spec.argv.slice(1)], {
      cwd: spec.cwd,
      env: { ...spec.env, [MARKER_VARIABLE]: marker },
      stdio: [spec.stdin === 'closed' ? 'ignore' : 'pipe', 'pipe', 'pipe', 'pipe'],
      detached: true,
    });
    const spawned = await new Promise<Error | undefined>((resolve) => {
      child.once('spawn', () => resolve(undefined));
      child.once('error', resolve);
    });
    const identity = child.pid === undefined ? undefined : identifyProcess(child.pid);
    if (spawned !== undefined || identity === undefined)
      return notStarted(String(spawned ?? 'gone at once'), began);
    const owned = new Owned(child, identity, marker, spec, began);
    try {
      options.onStarted(identity, marker, spec);
    } catch (error) {
      await owned.abandon();
      throw error;
    }
    return owned.go((outcome) => options.onEnded(marker, outcome));
  };
}

/** A process that is still there after so many ms of KILL waits for a device, or is not ours to end. */
const UNKILLABLE_AFTER_MS = 20_000;

/**
 * Ends every member of a tree, whoever started it: TERM, `graceMs` of patience, KILL, until none is left. Returns how
 * many there were. A root that is a launcher gets no TERM. Throws PROCESS-UNKILLABLE when one does not go even so.
 */
export async function endTree(
  root: ProcessIdentity | undefined,
  marker: string,
  graceMs: number,
  rootIsLauncher = false,
): Promise<number> {
  let members = findTree(root, marker);
  const found = members.length;
  if (found === 0) return 0;
  for (const member of members) if (!rootIsLauncher || member.pid !== root?.pid) signal(member, 'SIGTERM');
  const began = performance.now();
  while (members.length > 0) {
    const waited = performance.now() - began;
    if (waited > graceMs + UNKILLABLE_AFTER_MS) throw unkillable(members);
    if (waited >= graceMs) for (const member of members) signal(member, 'SIGKILL');
    await delay(waited < 1_000 ? 10 : 50);
    members = findTree(root, marker);
  }
  return found;
}

function unkillable(members: readonly ProcessIdentity[]): PawlError {
  return new PawlError(
    'PROCESS-UNKILLABLE',
    `processes that do not end: ${members.map((one) => one.pid).join(', ')}`,
    {
      hint: 'End them by hand, then type `pawl run`.',
      details: { members },
    },
  );
}

function signal(member: ProcessIdentity, name: NodeJS.Signals): void {
  // Looked up again just before: between the scan and the signal the pid may have gone to a stranger.
  if (identifyProcess(member.pid)?.startTime !== member.startTime) return;
  try {
    process.kill(member.pid, name);
  } catch (error) {
    // ESRCH: gone meanwhile. EPERM: it has taken another user's rights; endTree says so if it stays.
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ESRCH' && code !== 'EPERM') throw error;
  }
}

function notStarted(message: string, began: number): OwnedProcess {
  const outcome: ProcessOutcome = {
    end: { kind: 'spawn-failed', message },
    tail: '',
    durationMs: performance.now() - began,
    leftovers: 0,
  };
  return { outcome: Promise.resolve(outcome), write: () => {}, closeStdin: () => {} };
}

class Owned implements OwnedProcess {
  readonly outcome: Promise<ProcessOutcome>;
  readonly #child: ChildProcess;
  readonly #identity: ProcessIdentity;
  readonly #marker: string;
  readonly #spec: ProcessSpec;
  readonly #began: number;
  readonly #tail = new BoundedTail(TAIL_CHARACTERS);
  readonly #settle: PromiseWithResolvers<ProcessOutcome>;
  #forced: ProcessEnd | undefined;
  #idleTimer: NodeJS.Timeout | undefined;
  #log: { fd: number; room: number } | undefined;

  constructor(
    child: ChildProcess,
    identity: ProcessIdentity,
    marker: string,
    spec: ProcessSpec,
    began: number,
  ) {
    this.#child = child;
    this.#identity = identity;
    this.#marker = marker;
    this.#spec = spec;
    this.#began = began;
    this.#settle = Promise.withResolvers();
    this.outcome = this.#settle.promise;
    // A program may close its end at any time; that is its business, not an error of ours.
    child.stdin?.on('error', () => {});
    child.stdio[3]?.on('error', () => {});
  }

  write(text: string): void {
    if (this.#child.stdin?.writable === true) this.#child.stdin.write(text);
  }

  closeStdin(): void {
    this.#child.stdin?.end();
  }

  async abandon(): Promise<void> {
    this.#gate.destroy();
    await endTree(this.#identity, this.#marker, 0);
  }

  go(onEnded: (outcome: ProcessOutcome) => void): OwnedProcess {
    if (this.#spec.logFile !== undefined)
      this.#log = { fd: openSync(this.#spec.logFile, 'a'), room: LOG_BYTES };
    this.#listen('stdout');
    this.#listen('stderr');
    const { limits, signal: abort, stdin } = this.#spec;
    const deadline = setTimeout(
      () => this.#force({ kind: 'deadline', totalMs: limits.totalMs }),
      limits.totalMs,
    );
    const cancel = (): void => this.#force({ kind: 'cancelled' });
    abort?.addEventListener('abort', cancel);
    const exited = new Promise<ProcessEnd>((resolve) => {
      this.#child.once('exit', (code, name) =>
        resolve(code === null ? { kind: 'signalled', signal: name ?? 'unknown' } : { kind: 'exited', code }),
      );
    });
    const closed = new Promise<void>((resolve) => {
      this.#child.once('close', () => resolve());
    });
    this.#touch();
    this.#gate.end('go\n');
    if (stdin !== 'closed' && stdin !== 'open') this.#child.stdin?.end(stdin.text);
    if (abort?.aborted === true) cancel();
    const finish = async (end: ProcessEnd): Promise<ProcessOutcome> => {
      clearTimeout(deadline);
      clearTimeout(this.#idleTimer);
      abort?.removeEventListener('abort', cancel);
      const leftovers = await endTree(this.#identity, this.#marker, this.#forced === undefined ? 200 : 0);
      // With every writer dead, what is still in the pipes is all there is.
      await closed;
      if (this.#log !== undefined) closeSync(this.#log.fd);
      const durationMs = performance.now() - this.#began;
      const outcome = { end: this.#forced ?? end, tail: this.#tail.toString(), durationMs, leftovers };
      onEnded(outcome);
      return outcome;
    };
    exited.then(finish).then(this.#settle.resolve, this.#settle.reject);
    return this;
  }

  get #gate(): NodeJS.WritableStream & { destroy(): void } {
    return this.#child.stdio[3] as unknown as NodeJS.WritableStream & { destroy(): void };
  }

  #listen(stream: 'stdout' | 'stderr'): void {
    const decoder = new StringDecoder('utf8');
    const { onLine } = this.#spec;
    const lines = onLine === undefined ? undefined : new LineSplitter((line) => onLine(line, stream));
    const take = (text: string): void => {
      this.#tail.push(text);
      lines?.push(text);
    };
    this.#child[stream]?.on('data', (chunk: Buffer) => {
      this.#touch();
      this.#writeLog(chunk);
      take(decoder.write(chunk));
    });
    this.#child[stream]?.on('end', () => {
      take(decoder.end());
      lines?.end();
    });
  }

  #touch(): void {
    const { idleMs } = this.#spec.limits;
    if (idleMs === undefined || this.#forced !== undefined) return;
    if (this.#idleTimer === undefined)
      this.#idleTimer = setTimeout(() => this.#force({ kind: 'idle', idleMs }), idleMs);
    else this.#idleTimer.refresh();
  }

  #force(end: ProcessEnd): void {
    if (this.#forced !== undefined) return;
    this.#forced = end;
    const { launcher, limits } = this.#spec;
    endTree(this.#identity, this.#marker, limits.graceMs, launcher).catch(this.#settle.reject);
  }

  #writeLog(chunk: Buffer): void {
    if (this.#log === undefined || this.#log.room <= 0) return;
    const piece = chunk.subarray(0, this.#log.room);
    this.#log.room -= piece.length;
    try {
      writeSync(this.#log.fd, piece);
      if (this.#log.room === 0)
        writeSync(this.#log.fd, `\n[pawl: the log ends here, at ${LOG_BYTES} bytes]\n`);
    } catch (error) {
      // A full disk must not end the process: the log is for people, the journal is the record.
      this.#log.room = 0;
      this.#tail.push(`\n[pawl: the log file could not be written: ${String(error)}]\n`);
    }
  }
}
