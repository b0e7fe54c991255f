/**
 * Runs the built program as a user does: a process of its own, by its words, its output and its exit code.
 * `npm run build` comes first (`npm test` does it).
 */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The root of this project, without a slash at the end. */
export const projectRoot = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

const program = `${projectRoot}/bin/pawl.js`;

export interface PawlOptions {
  readonly cwd: string;
  /** The whole environment; `createProject` offers one, see `project.env`. */
  readonly env: Readonly<Record<string, string>>;
  /** Text for standard input, which is then closed. */
  readonly input?: string;
  /** KILL after this long; the test then fails with everything printed so far. 60 s when absent. */
  readonly timeoutMs?: number;
}

export interface PawlExit {
  /** Absent when a signal ended it. */
  readonly exitCode: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

export interface PawlHandle extends AsyncDisposable {
  readonly pid: number;
  /** What was printed so far. */
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Settles with the first line of standard output, past or to come, that matches. Rejects when it ends without one. */
  readonly waitForLine: (pattern: RegExp) => Promise<string>;
  readonly kill: (signal: NodeJS.Signals) => void;
  readonly exit: Promise<PawlExit>;
}

/** Runs `pawl ARGS` to its end. Whatever exit code is a result; only running out of time rejects. */
export async function runPawl(args: readonly string[], options: PawlOptions): Promise<PawlExit> {
  await using handle = startPawl(args, options);
  return await handle.exit;
}

/** Starts `pawl ARGS`. Disposing of the handle ends it with KILL where it still runs. */
export function startPawl(args: readonly string[], options: PawlOptions): PawlHandle {
  if (!existsSync(`${projectRoot}/dist/cli/main.js`))
    throw new Error('the program is not built: `npm run build`');
  const { cwd, env, input = '', timeoutMs = 60_000 } = options;
  const child = spawn(process.execPath, [program, ...args], { cwd, env, stdio: 'pipe' });
  const text = { stdout: '', stderr: '' };
  const watchers = new Set<() => void>();
  let ended = false;
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (chunk: string) => {
      text[stream] += chunk;
      for (const watch of watchers) watch();
    });
  }
  // It may end without reading its input.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    child.kill('SIGKILL');
  }, timeoutMs);
  const exit = new Promise<PawlExit>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      ended = true;
      for (const watch of watchers) watch();
      if (late)
        reject(
          new Error(
            `pawl ${args.join(' ')} took longer than ${timeoutMs} ms:\n${text.stdout}\n${text.stderr}`,
          ),
        );
      else resolve({ exitCode: code ?? undefined, signal: signal ?? undefined, ...text });
    });
  });
  exit.catch(() => undefined);

  function waitForLine(pattern: RegExp): Promise<string> {
    return new Promise((resolve, reject) => {
      const watch = (): void => {
        const found = text.stdout.split('\n').find((line) => pattern.test(line));
        if (found === undefined && !ended) return;
        watchers.delete(watch);
        if (found !== undefined) resolve(found);
        else
          reject(
            new Error(
              `pawl ${args.join(' ')} ended without a line like ${pattern}:\n${text.stdout}\n${text.stderr}`,
            ),
          );
      };
      watchers.add(watch);
      watch();
    });
  }

  return {
    pid: child.pid ?? 0,
    stdout: () => text.stdout,
    stderr: () => text.stderr,
    waitForLine,
    kill: (signal) => void child.kill(signal),
    exit,
    async [Symbol.asyncDispose]() {
      if (!ended) child.kill('SIGKILL');
      await exit.catch(() => undefined);
    },
  };
}

export interface MarkedProcess {
  readonly pid: number;
  readonly marker: string;
  readonly command: string;
}

/**
 * Living processes that a Pawl started whose environment names `folder` (a project's temporary folder), so that
 * suites that run at the same time do not see each other's. Linux only; elsewhere none is found.
 */
export function findMarkedProcesses(folder: string): readonly MarkedProcess[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const environ = readFileSync(`/proc/${name}/environ`, 'latin1');
      const marker = /(?:^|\0)PAWL_PROCESS=([^\0]*)/.exec(environ)?.[1];
      if (marker === undefined || !environ.includes(folder)) return [];
      const command = readFileSync(`/proc/${name}/cmdline`, 'latin1').replaceAll('\0', ' ').trim();
      // A zombie has an empty command line: it is dead, its parent only has not noticed.
      return command === '' ? [] : [{ pid: Number(name), marker, command }];
    } catch {
      // Gone meanwhile, or another user's.
      return [];
    }
  });
}
