import { spawn } from 'node:child_process';
import type { Step } from './script.ts';

/** How a command ended; `output` is the end of both streams, at most 4,000 characters. */
export interface CommandEnd {
  readonly failure: string | undefined;
  readonly output: string;
}

const outputLimit = 4000;

/** Runs a command in the workspace to its end, with this process's environment and no input. Never rejects. */
export function runCommand(
  argv: readonly [string, ...string[]],
  cwd: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<CommandEnd> {
  const [program, ...args] = argv;
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const collect = (chunk: string): void => {
      output = (output + chunk).slice(-outputLimit);
    };
    child.stdout.setEncoding('utf8').on('data', collect);
    child.stderr.setEncoding('utf8').on('data', collect);
    child.once('error', (error) => resolve({ failure: error.message, output }));
    child.once('close', (code, signal) => {
      const failure = signal ? `ended by ${signal}` : code === 0 ? undefined : `exit code ${code}`;
      resolve({ failure, output });
    });
  });
}

/**
 * Commits everything in the workspace, ignored files apart. Works where git knows no identity, and runs no
 * hooks and no signing program: a rehearsal must not depend on the user's git settings.
 */
export async function commitAll(
  message: string,
  cwd: string,
): Promise<CommandEnd & { readonly empty: boolean }> {
  const added = await runCommand(['git', 'add', '--all'], cwd);
  if (added.failure !== undefined) return { ...added, empty: false };
  const staged = await runCommand(['git', 'diff', '--cached', '--quiet'], cwd);
  if (staged.failure === undefined) return { ...staged, empty: true };
  const identity = { NAME: 'Scripted Agent', EMAIL: 'scripted-agent@pawl.invalid' };
  const settings = ['-c', 'core.hooksPath=/dev/null', '-c', 'commit.gpgSign=false'];
  const end = await runCommand(['git', ...settings, 'commit', '--quiet', '-m', message], cwd, {
    ...process.env,
    GIT_AUTHOR_NAME: identity.NAME,
    GIT_AUTHOR_EMAIL: identity.EMAIL,
    GIT_COMMITTER_NAME: identity.NAME,
    GIT_COMMITTER_EMAIL: identity.EMAIL,
  });
  return { ...end, empty: false };
}

const childProgram = `
const [ignoreTerm, holdMs] = process.argv.slice(1);
if (ignoreTerm === 'true') process.on('SIGTERM', () => {});
setTimeout(() => {}, Number(holdMs));
process.send('ready', () => process.disconnect());
`;

/**
 * Starts a child that outlives this process, and resolves with its process id once it is as stubborn as asked:
 * before that, a TERM would still end it. It inherits the environment, and with `keepOutput` both output
 * streams, which then stay open after this process has ended.
 */
export function forkChild(step: Extract<Step, { readonly verb: 'fork' }>, cwd: string): Promise<number> {
  const output = step.keepOutput ? 'inherit' : 'ignore';
  return new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      ['-e', childProgram, String(step.ignoreTerm), String(step.holdMs)],
      {
        cwd,
        detached: step.newSession,
        stdio: ['ignore', output, output, 'ipc'],
      },
    );
    child.once('error', reject);
    child.once('exit', (code, signal) =>
      reject(new Error(`the forked child ended at once: ${signal ?? code}`)),
    );
    child.once('message', () => {
      child.removeAllListeners('exit');
      child.unref();
      // A process id is missing only where the child could not be started, and that was an error above.
      resolve(child.pid ?? -1);
    });
  });
}
