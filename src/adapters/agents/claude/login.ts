import { z } from 'zod';
import type { AgentLogin } from '../../../ports/agent.ts';
import { claudeHomeFiles } from '../home-settings.ts';
import { isSet, loginInJson, readHomeFile } from '../login.ts';
import type { Environment } from '../program.ts';

/** As `claude auth status` of version 2.1.328 finds it. */
export function findClaudeLogin(environment: Environment): AgentLogin {
  if (isSet(environment, 'ANTHROPIC_API_KEY', 'ANTHROPIC_AUTH_TOKEN', 'CLAUDE_CODE_OAUTH_TOKEN'))
    return 'yes';
  const subscription = loginInJson(
    readHomeFile(claudeHomeFiles, '.claude/.credentials.json', environment),
    z.object({ claudeAiOauth: z.object({ accessToken: z.string().min(1) }) }),
  );
  if (subscription === 'yes') return 'yes';
  const state = readHomeFile(claudeHomeFiles, '.claude.json', environment);
  // That file is there for everybody who ever started Claude Code; without a key in it there is no login.
  const key = loginInJson(state, z.object({ primaryApiKey: z.string().min(1) }));
  if (key === 'yes' || process.platform !== 'darwin') return key === 'yes' ? 'yes' : subscription;
  // There it keeps its login in the system's keychain.
  return 'unknown';
}

export const claudeLoginHint =
  'Log in with `claude auth login`, or set ANTHROPIC_API_KEY or CLAUDE_CODE_OAUTH_TOKEN.';
