import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { McpServer } from '../../../ports/agent.ts';
import type { Preparation } from './preparation.ts';

/** Its settings, in the attempt's own home: they say which login it uses, and that it does not retry for minutes. */
export async function prepareGemini({
  env,
  home,
  mcpServers,
}: Preparation): Promise<Readonly<Record<string, string>>> {
  const state = join(home, '.gemini');
  await mkdir(state, { recursive: true });
  const login = loginOf(env, state);
  const settings = {
    ...(login === undefined ? {} : { security: { auth: { selectedType: login } } }),
    mcpServers: Object.fromEntries(mcpServers.map(serverEntry)),
    privacy: { usageStatisticsEnabled: false },
    // Ten attempts take minutes without a word; waiting is the scheduler's business.
    general: { enableAutoUpdate: false, maxAttempts: 2 },
  };
  await writeFile(join(state, 'settings.json'), JSON.stringify(settings));
  return { GEMINI_CLI_HOME: home };
}

/** Gemini puts the values of variables in. It asks nobody about tools of a server that it trusts. */
function serverEntry({ name, argv: [command, ...args], variables }: McpServer): readonly [string, object] {
  const env = Object.fromEntries(variables.map((variable) => [variable, `$${variable}`]));
  return [name, { command, args, env, trust: true }];
}

function loginOf(env: Readonly<Record<string, string>>, state: string): string | undefined {
  if (env['GOOGLE_GENAI_USE_GCA'] === 'true') return 'oauth-personal';
  if (env['GOOGLE_GENAI_USE_VERTEXAI'] === 'true') return 'vertex-ai';
  if (env['GEMINI_API_KEY'] !== undefined) return 'gemini-api-key';
  if (existsSync(join(state, 'oauth_creds.json'))) return 'oauth-personal';
  return existsSync(join(state, '.env')) ? 'gemini-api-key' : undefined;
}
