/** The one place that runs git. Arguments are an array, output is bytes as text, the language is fixed. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { PawlError } from '../../domain/refusal.ts';

export interface GitResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface GitOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
}

/** No prompt, no pager, no hooks, no monitor, no background maintenance, messages that can be matched. */
const fixedEnvironment = {
  LC_ALL: 'C',
  GIT_TERMINAL_PROMPT: '0',
  GIT_OPTIONAL_LOCKS: '0',
  GIT_PAGER: 'cat',
} as const;

/** Variables that would point git at another repository than the one of the folder (a hook's environment). */
const misleading = [
  'GIT_DIR',
  'GIT_WORK_TREE',
  'GIT_INDEX_FILE',
  'GIT_OBJECT_DIRECTORY',
  'GIT_COMMON_DIR',
  'GIT_PREFIX',
];

const fixedConfig = [
  '-c', 'core.hooksPath=/dev/null',
  '-c', 'core.fsmonitor=false',
  '-c', 'submodule.recurse=false',
  '-c', 'gc.auto=0',
  '-c', 'maintenance.auto=false',
  '-c', 'core.quotePath=false',
  '-c', 'advice.detachedHead=false',
]; // prettier-ignore

function environment(
  extra: Readonly<Record<string, string>> | undefined,
): Record<string, string | undefined> {
  const env: Record<string, string | undefined> = { ...process.env, ...fixedEnvironment, ...extra };
  for (const name of misleading) if (extra?.[name] === undefined) delete env[name];
  return env;
}

/** Runs git in `cwd`. Any exit code is a result; only a git that cannot be started throws (NO-GIT). */
export function tryGit(cwd: string, args: readonly string[], options: GitOptions = {}): Promise<GitResult> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      'git',
      [...fixedConfig, ...args],
      { cwd, env: environment(options.env), encoding: 'utf8', maxBuffer: 512 * 1024 * 1024 },
      (error, stdout, stderr) => {
        const code = (error as { code?: number | string } | null)?.code ?? 0;
        if (code === 'ENOENT' || code === 'EACCES') {
          reject(
            new PawlError('NO-GIT', 'git cannot be started', {
              hint: 'Install git 2.38 or newer.',
              cause: error,
            }),
          );
        } else if (typeof code === 'number') resolve({ code, stdout, stderr });
        else reject(error ?? new Error(`Internal error: git ended with ${code}`));
      },
    );
    child.stdin?.on('error', () => {
      // git may end before it has read everything; its exit code tells.
    });
    child.stdin?.end(options.input ?? '');
  });
}

/** Two gits, the output of the first being the input of the second; true when both ended well. */
export async function pipeGit(
  cwd: string,
  first: GitOptions & { readonly args: readonly string[] },
  second: GitOptions & { readonly args: readonly string[] },
): Promise<boolean> {
  const source = spawn('git', [...fixedConfig, ...first.args], {
    cwd,
    env: environment(first.env),
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const target = spawn('git', [...fixedConfig, ...second.args], {
    cwd,
    env: environment(second.env),
    stdio: [source.stdout, 'ignore', 'ignore'],
  });
  source.stdin.on('error', () => {
    // It ended before it had read everything; its exit code tells.
  });
  source.stdin.end(first.input ?? '');
  const codes = await Promise.all([once(source, 'exit'), once(target, 'exit')]);
  return codes.every(([code]) => code === 0);
}

/** Runs git and returns its output; a non-zero exit throws what {@link gitRefusal} makes of it. */
export async function git(cwd: string, args: readonly string[], options: GitOptions = {}): Promise<string> {
  const result = await tryGit(cwd, args, options);
  if (result.code !== 0) throw gitRefusal(args, result);
  return result.stdout;
}

/** The refusal a failed git call means: full disk, read-only place, or a workspace that cannot be made. */
export function gitRefusal(args: readonly string[], result: GitResult): PawlError {
  const said = result.stderr.trim() || result.stdout.trim() || `exit code ${result.code}`;
  const details = { args, exitCode: result.code };
  const message = `git ${args[0]}: ${said}`;
  if (/Read-only file system|Permission denied|insufficient permission/.test(said)) {
    return new PawlError('READ-ONLY', message, {
      hint: 'Make the place writable, then type `pawl run`.',
      details,
    });
  }
  // A file that git could open and not write to the end: it then gives no reason, and there is hardly another one.
  if (/No space left on device|Disk quota exceeded|unable to write/.test(said)) {
    return new PawlError('NO-SPACE', message, {
      hint: 'Free space, then type `pawl run`: it goes on where it was.',
      details,
    });
  }
  return new PawlError('WORKSPACE-FAILED', message, { hint: 'Type `pawl doctor`.', details });
}
