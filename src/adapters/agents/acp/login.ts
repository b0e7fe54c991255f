/** Where the agents that have a preset find their logins. */
import { z } from 'zod';
import type { AgentLogin } from '../../../ports/agent.ts';
import { geminiHomeFiles, opencodeHomeFiles } from '../home-settings.ts';
import { isSet, loginInJson, readHomeFile } from '../login.ts';
import type { Environment } from '../program.ts';

/** Never sure of a `no`: it also has models that need no login, and providers on the person's own machine. */
export function findOpencodeLogin(environment: Environment): AgentLogin {
  if (isSet(environment, ...opencodeKeys)) return 'yes';
  const file = readHomeFile(opencodeHomeFiles, '.local/share/opencode/auth.json', environment);
  const someone = z.record(z.string(), z.unknown()).refine((logins) => Object.keys(logins).length > 0);
  return loginInJson(file, someone) === 'yes' ? 'yes' : 'unknown';
}

const opencodeKeys = [
  'OPENCODE_API_KEY',
  'OPENCODE_AUTH_CONTENT',
  'ANTHROPIC_API_KEY',
  'GEMINI_API_KEY',
  'GOOGLE_GENERATIVE_AI_API_KEY',
  'OPENAI_API_KEY',
  'OPENROUTER_API_KEY',
] as const;

/** Without any of these it does not start (exit code 41). */
export function findGeminiLogin(environment: Environment): AgentLogin {
  if (isSet(environment, 'GEMINI_API_KEY')) return 'yes';
  const files = ['oauth_creds.json', 'gemini-credentials.json'] as const;
  const login = files.map((name) => readHomeFile(geminiHomeFiles, `.gemini/${name}`, environment));
  if (login.some(({ ok }) => ok)) return 'yes';
  const written = readHomeFile(geminiHomeFiles, '.gemini/.env', environment);
  if (written.ok) return /^\s*(?:export\s+)?GEMINI_API_KEY\s*=\s*\S/m.test(written.value) ? 'yes' : 'unknown';
  const unreadable = [...login, written].some((file) => !file.ok && file.error === 'unreadable');
  return unreadable || isSet(environment, ...googleNames) ? 'unknown' : 'no';
}

/** Ways through Google Cloud, which take more than one variable and are not all seen from here. */
const googleNames = [
  'GOOGLE_API_KEY',
  'GOOGLE_APPLICATION_CREDENTIALS',
  'GOOGLE_GENAI_USE_GCA',
  'GOOGLE_GENAI_USE_VERTEXAI',
] as const;
