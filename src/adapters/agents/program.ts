import { execFile } from 'node:child_process';
import type { AgentProbe } from '../../ports/agent.ts';
import { err, ok, type Result } from '../../util/result.ts';
import { findProgram } from '../process/program.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Finds what would run under `name` with this environment's PATH: an absolute path, or undefined. A relative path
 * is not looked for: what it names depends on a workspace that is not there yet.
 */
export function locateProgram(name: string, environment: Environment): string | undefined {
  return findProgram(name, environment['PATH'] ?? '', '/');
}

/**
 * What a program prints when asked for its version: the first line. It gets PATH and HOME only, `variables` and
 * 20 s: on a busy machine some need more than five to start. Errors: one sentence.
 */
export function readVersion(
  program: string,
  args: readonly string[],
  environment: Environment,
  variables: Readonly<Record<string, string>> = {},
): Promise<Result<string, string>> {
  const options = {
    env: { PATH: environment['PATH'], HOME: environment['HOME'], ...variables },
    timeout: VERSION_LIMIT_MS,
    killSignal: 'SIGKILL' as const,
    encoding: 'utf8' as const,
  };
  return new Promise((settle) => {
    const child = execFile(program, args, options, (error, stdout) => {
      const version = stdout.split('\n', 1)[0]?.trim() ?? '';
      if (error?.killed === true) settle(err(`it did not answer within ${VERSION_LIMIT_MS / 1_000} s`));
      else if (error !== null) settle(err(error.message.trim()));
      else if (version === '') settle(err('it printed no version'));
      else settle(ok(version));
    });
    child.stdin?.end();
  });
}

const VERSION_LIMIT_MS = 20_000;

/** The probe of a program that is not there. */
export function missingProgram(program: string, hint: string): AgentProbe {
  const where = program.includes('/') ? 'is not an executable file' : 'was not found on PATH';
  return { kind: 'missing', program, message: `${program} ${where}`, hint };
}
