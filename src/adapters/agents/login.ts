/**
 * Whether an agent would find a login, by the variables and files that it gets: its program is not asked, which would
 * write to the person's home, and neither is the network. What is in the files stays there.
 */
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { z } from 'zod';
import type { AgentLogin } from '../../ports/agent.ts';
import { err, ok, type Result } from '../../util/result.ts';
import type { HomeFile } from '../home/home-file.ts';
import { placeOf } from '../home/private-home.ts';
import type { Environment } from './program.ts';

/** How one agent looks for its login. */
export type FindLogin = (environment: Environment) => AgentLogin;

export interface LoginFinding {
  readonly login: AgentLogin;
  readonly loginHint?: string;
}

/**
 * `hasExtras`: the person hands over variables or files besides, among which a login may be. `hint` says how to log in.
 */
export function findLogin(
  find: FindLogin,
  environment: Environment,
  hasExtras: boolean,
  hint: string,
): LoginFinding {
  const found = find(environment);
  if (found !== 'no') return { login: found };
  return hasExtras ? { login: 'unknown' } : { login: 'no', loginHint: hint };
}

export function isSet(environment: Environment, ...names: readonly string[]): boolean {
  return names.some((name) => (environment[name] ?? '') !== '');
}

/** The text of one of `files`, where the person has it. An agent that gets it by a private home reads the same. */
export function readHomeFile(
  files: readonly HomeFile[],
  path: string,
  environment: Environment,
): Result<string, 'absent' | 'unreadable'> {
  const file = files.find((candidate) => candidate.path === path);
  if (file === undefined) throw new Error(`Internal error: ${path} is not in the home of the agent`);
  try {
    return ok(readFileSync(placeOf(file, { own: environment['HOME'] ?? homedir(), environment }), 'utf8'));
  } catch (error) {
    return err(isAbsent(error) ? 'absent' : 'unreadable');
  }
}

const absentSchema = z.object({ code: z.enum(['ENOENT', 'ENOTDIR']) });

function isAbsent(error: unknown): boolean {
  return absentSchema.safeParse(error).success;
}

/** `yes` where the file has what `schema` wants, `no` where there is no file, else `unknown`: its layout may be new. */
export function loginInJson(found: Result<string, 'absent' | 'unreadable'>, schema: z.ZodType): AgentLogin {
  if (!found.ok) return found.error === 'absent' ? 'no' : 'unknown';
  try {
    return schema.safeParse(JSON.parse(found.value)).success ? 'yes' : 'unknown';
  } catch {
    // No JSON: the agent itself would stumble over it.
    return 'unknown';
  }
}
