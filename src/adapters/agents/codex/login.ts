import { z } from 'zod';
import type { AgentLogin } from '../../../ports/agent.ts';
import { codexHomeFiles } from '../home-settings.ts';
import { isSet, loginInJson, readHomeFile } from '../login.ts';
import type { Environment } from '../program.ts';

const authSchema = z
  .object({ OPENAI_API_KEY: z.string().min(1) })
  .or(z.object({ tokens: z.object({ access_token: z.string().min(1) }) }));

/** Settings may name a provider that needs no login, or say that the login is in a keyring. */
export function findCodexLogin(environment: Environment): AgentLogin {
  if (isSet(environment, 'CODEX_API_KEY', 'OPENAI_API_KEY')) return 'yes';
  const login = loginInJson(readHomeFile(codexHomeFiles, '.codex/auth.json', environment), authSchema);
  if (login !== 'no') return login;
  const settings = readHomeFile(codexHomeFiles, '.codex/config.toml', environment);
  return !settings.ok && settings.error === 'absent' ? 'no' : 'unknown';
}

export const codexLoginHint = 'Log in with `codex login`, or set CODEX_API_KEY or OPENAI_API_KEY.';
