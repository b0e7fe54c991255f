import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import type { ProcessIdentity } from '../../domain/process-identity.ts';

/** Set in the environment of every process Pawl starts; inherited by all its descendants, wherever they hide. */
export const MARKER_VARIABLE = 'PAWL_PROCESS';

export interface Row {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  readonly startTime: string;
  readonly zombie: boolean;
}

let boot: string | undefined;

/** The running kernel's boot id; on systems without one, the boot time. */
export function bootId(): string {
  boot ??= readBootId();
  return boot;
}

function readBootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    // macOS has no boot id; its boot time serves, and does not change while the machine runs.
    return execFileSync('sysctl', ['-n', 'kern.boottime'], { encoding: 'utf8' }).trim();
  }
}

/** Who runs under this pid now; undefined when nobody does (a zombie counts as nobody). */
export function identifyProcess(pid: number): ProcessIdentity | undefined {
  const row = readRow(pid);
  if (row === undefined || row.zombie) return undefined;
  return { pid, startTime: row.startTime, bootId: bootId(), host: hostname() };
}

/** True when exactly that process still runs on this machine. A process of another host is not known: false. */
export function isAlive(identity: ProcessIdentity): boolean {
  if (identity.host !== hostname() || identity.bootId !== bootId()) return false;
  return identifyProcess(identity.pid)?.startTime === identity.startTime;
}

/**
 * All living processes of a tree: the members of the root's process group, every descendant by parent id, and
 * every process that carries the marker in its environment. The marker finds those that left both, by setsid and
 * by letting their parent die (Linux only; elsewhere other users' and own environments are not readable).
 */
export function findTree(root: ProcessIdentity | undefined, marker: string): readonly ProcessIdentity[] {
  const rows = readAll();
  const members = new Set<number>();
  for (const row of rows.values()) {
    if (isOfGroup(row, root, rows) || (mayDescendFrom(row, root) && carriesMarker(row.pid, marker)))
      members.add(row.pid);
  }
  addDescendants(rows, members);
  members.delete(process.pid);
  return [...members].flatMap((pid) => {
    const row = rows.get(pid);
    if (row === undefined || row.zombie) return [];
    return [{ pid, startTime: row.startTime, bootId: bootId(), host: hostname() }];
  });
}

function isOfGroup(row: Row, root: ProcessIdentity | undefined, rows: ReadonlyMap<number, Row>): boolean {
  if (root === undefined || root.bootId !== bootId() || root.host !== hostname()) return false;
  if (row.group !== root.pid && row.pid !== root.pid) return false;
  // While a group has members its id is no one's new pid; if the leader is somebody else, the group is too.
  const leader = rows.get(root.pid);
  return leader === undefined || leader.startTime === root.startTime;
}

/**
 * The marker is inherited, so it is never on a process older than the one it was made for; reading the environment
 * of every process of the machine would cost more than all else here. Start times compare on Linux only, where they
 * are clock ticks since boot.
 */
function mayDescendFrom(row: Row, root: ProcessIdentity | undefined): boolean {
  if (process.platform !== 'linux' || root === undefined || root.bootId !== bootId()) return true;
  return Number(row.startTime) >= Number(root.startTime);
}

function addDescendants(rows: ReadonlyMap<number, Row>, members: Set<number>): void {
  const children = Map.groupBy(rows.values(), (row) => row.parent);
  const queue = [...members];
  for (let pid = queue.pop(); pid !== undefined; pid = queue.pop()) {
    for (const child of children.get(pid) ?? []) {
      if (members.has(child.pid)) continue;
      members.add(child.pid);
      queue.push(child.pid);
    }
  }
}

function carriesMarker(pid: number, marker: string): boolean {
  try {
    return `\0${readFileSync(`/proc/${pid}/environ`, 'latin1')}`.includes(`\0${MARKER_VARIABLE}=${marker}\0`);
  } catch {
    // Gone meanwhile, or another user's: neither is ours.
    return false;
  }
}

function readAll(): ReadonlyMap<number, Row> {
  if (process.platform !== 'linux') return new Map(listByPs(['-ax']).map((row) => [row.pid, row]));
  const rows = new Map<number, Row>();
  for (const name of readdirSync('/proc')) {
    const row = /^\d+$/.test(name) ? readRow(Number(name)) : undefined;
    if (row !== undefined) rows.set(row.pid, row);
  }
  return rows;
}

function readRow(pid: number): Row | undefined {
  if (process.platform !== 'linux') return listByPs(['-p', String(pid)])[0];
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return undefined;
  }
  // The command name is in brackets and may itself hold brackets and blanks: count from the last one.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return {
    pid,
    zombie: fields[0] === 'Z' || fields[0] === 'X',
    parent: Number(fields[1]),
    group: Number(fields[2]),
    startTime: fields[19] ?? '',
  };
}

/** The table as `ps` tells it, where there is no /proc. Exported for its test. */
export function listByPs(selection: readonly string[]): readonly Row[] {
  const { stdout } = spawnSync('ps', [...selection, '-o', 'pid=,stat=,ppid=,pgid=,lstart='], {
    encoding: 'utf8',
  });
  return (stdout ?? '').split('\n').flatMap((line) => {
    const [pid, stat, parent, group, ...started] = line.trim().split(/\s+/);
    if (pid === undefined || stat === undefined || group === undefined) return [];
    const zombie = stat.startsWith('Z');
    return [
      {
        pid: Number(pid),
        zombie,
        parent: Number(parent),
        group: Number(group),
        startTime: started.join(' '),
      },
    ];
  });
}
