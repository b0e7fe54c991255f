import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Workplace } from './workplace.ts';

export interface ChildResult {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** From before the spawn to the end of the process and of its output. */
  readonly wallMs: number;
  /** When it was spawned, in ms since the epoch, as the journal's times are. */
  readonly startedAt: number;
}

export interface ChildOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** The file that `npx pawl` would run. */
export const pawlProgram = fileURLToPath(new URL('../bin/pawl.js', import.meta.url));

/** Runs a program to its end, whatever that is; rejects only when it cannot be started. */
export function runChild(
  { env }: Workplace,
  argv: readonly [string, ...string[]],
  options: ChildOptions,
): Promise<ChildResult> {
  const [program, ...args] = argv;
  return new Promise((resolve, reject) => {
    const startedAt = Date.now();
    const began = performance.now();
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: { ...env, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.once('error', reject);
    child.once('close', (code, signal) => {
      resolve({ code, signal, stdout, stderr, wallMs: performance.now() - began, startedAt });
    });
  });
}

/** Like {@link runChild}, for programs that must end with exit code 0; otherwise throws, with all they printed. */
export async function mustRun(
  place: Workplace,
  argv: readonly [string, ...string[]],
  options: ChildOptions,
): Promise<ChildResult> {
  const result = await runChild(place, argv, options);
  if (result.code !== 0) throw unexpectedEnd(argv, result);
  return result;
}

/** Runs the built command line; must end with exit code 0. */
export function mustRunPawl(
  place: Workplace,
  args: readonly string[],
  options: ChildOptions,
): Promise<ChildResult> {
  return mustRun(place, [process.execPath, pawlProgram, ...args], options);
}

/** More than this of a program's output is cut in its middle, and said to be; in characters. */
const LONGEST_OUTPUT = 20_000;

export function unexpectedEnd(argv: readonly string[], result: ChildResult): Error {
  const how = result.signal === null ? `exit code ${result.code}` : `signal ${result.signal}`;
  const said = result.stdout + result.stderr;
  const half = LONGEST_OUTPUT / 2;
  const shown =
    said.length <= LONGEST_OUTPUT
      ? said
      : `${said.slice(0, half)}\n[… ${said.length - LONGEST_OUTPUT} characters left out …]\n${said.slice(-half)}`;
  return new Error(`${argv.join(' ')}: ${how}\n${shown}`);
}
