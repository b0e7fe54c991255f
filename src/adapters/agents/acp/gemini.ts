import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { linkLogin, type Preparation } from './private-state.ts';

/**
 * A home of its own: settings, servers, extensions and memories of the person or of the attempt before are not
 * loaded, and parallel attempts do not share a history. Source: the agents reference, § 5.
 */
export async function prepareGemini(preparation: Preparation): Promise<Readonly<Record<string, string>>> {
  const { env, folder } = preparation;
  const state = join(folder, '.gemini');
  await mkdir(state);
  const home = env['GEMINI_CLI_HOME'] ?? env['HOME'];
  const linked = home === undefined ? [] : await linkLogin(join(home, '.gemini'), state, loginFiles);
  const login = loginOf(env, linked);
  const settings = {
    ...(login === undefined ? {} : { security: { auth: { selectedType: login } } }),
    privacy: { usageStatisticsEnabled: false },
    // Ten attempts take minutes without a word; waiting is the scheduler's business.
    general: { enableAutoUpdate: false, maxAttempts: 2 },
  };
  await writeFile(join(state, 'settings.json'), JSON.stringify(settings));
  return { GEMINI_CLI_HOME: folder };
}

/** `.env` is where its documentation asks people to put their key. */
const loginFiles = ['.env', 'gemini-credentials.json', 'google_accounts.json', 'oauth_creds.json'];

function loginOf(env: Readonly<Record<string, string>>, linked: readonly string[]): string | undefined {
  if (env['GOOGLE_GENAI_USE_GCA'] === 'true') return 'oauth-personal';
  if (env['GOOGLE_GENAI_USE_VERTEXAI'] === 'true') return 'vertex-ai';
  if (env['GEMINI_API_KEY'] !== undefined) return 'gemini-api-key';
  if (linked.includes('oauth_creds.json')) return 'oauth-personal';
  return linked.includes('.env') ? 'gemini-api-key' : undefined;
}
