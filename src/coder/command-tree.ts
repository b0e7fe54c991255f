/**
 * The processes that one command of the model has started, and their end. Whoever runs this program proves at the
 * end of the attempt that nothing is left (that is not this module's business); this ends a command in the middle.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** Set in the environment of a command, and inherited by whatever it starts. */
export const COMMAND_VARIABLE = 'PAWL_COMMAND';

const PATIENCE_MS = 5_000;

/**
 * TERM, `graceMs` of patience, KILL: to the command's process group, and on Linux to all that carry its mark in
 * their environment, in whatever session they are. Returns whether all of them are gone.
 */
export async function endCommand(group: number, mark: string, graceMs: number): Promise<boolean> {
  const began = performance.now();
  signalAll(group, mark, 'SIGTERM');
  while (isAnyLeft(group, mark)) {
    const waited = performance.now() - began;
    if (waited > graceMs + PATIENCE_MS) return false;
    if (waited >= graceMs) signalAll(group, mark, 'SIGKILL');
    await delay(20);
  }
  return true;
}

function isAnyLeft(group: number, mark: string): boolean {
  return isGroupAlive(group) || findMarked(mark).length > 0;
}

function signalAll(group: number, mark: string, name: NodeJS.Signals): void {
  send(-group, name);
  for (const pid of findMarked(mark)) send(pid, name);
}

/** True when there was somebody to get it. */
function send(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, name);
  } catch (error) {
    // ESRCH: gone meanwhile. EPERM: it has other rights than we have, and is not ours to end.
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ESRCH' && code !== 'EPERM') throw error;
    return false;
  }
}

/** A group of zombies still takes signals, so that on Linux only living members count. */
function isGroupAlive(group: number): boolean {
  if (process.platform !== 'linux') return send(-group, 0);
  return processIds().some((pid) => {
    const row = readRow(pid);
    return row?.group === group && !row.zombie;
  });
}

function findMarked(mark: string): readonly number[] {
  if (process.platform !== 'linux') return [];
  return processIds().filter((pid) => carriesMark(pid, mark) && readRow(pid)?.zombie === false);
}

function processIds(): readonly number[] {
  return readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? [Number(name)] : []));
}

function carriesMark(pid: number, mark: string): boolean {
  const environment = readProc(pid, 'environ');
  return environment !== undefined && `\0${environment}`.includes(`\0${COMMAND_VARIABLE}=${mark}\0`);
}

function readRow(pid: number): { readonly group: number; readonly zombie: boolean } | undefined {
  const text = readProc(pid, 'stat');
  if (text === undefined) return undefined;
  // The command name is in brackets and may itself hold brackets and blanks: count from the last one.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { group: Number(fields[2]), zombie: fields[0] === 'Z' || fields[0] === 'X' };
}

function readProc(pid: number, name: 'environ' | 'stat'): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'latin1');
  } catch {
    // Gone meanwhile, or another user's.
    return undefined;
  }
}
