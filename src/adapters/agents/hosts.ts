import { unreachable } from '../../util/unreachable.ts';
import type { AgentConfig } from './registry.ts';

/** The hosts of an agent's model and of its login, which it reaches whatever the network is limited to. */
export function hostsOf(config: AgentConfig): readonly string[] {
  switch (config.kind) {
    case 'claude':
      return anthropic;
    case 'codex':
      return openai;
    case 'acp':
      if (config.preset === undefined) return [];
      return config.preset === 'gemini' ? google : [...anthropic, ...openai, ...google, ...gateways];
    case 'ai-sdk':
      return [...providers[config.provider], ...baseOf(config.baseUrl)];
    case 'scripted':
    case 'command':
      return [];
    default:
      return unreachable(config);
  }
}

const anthropic = ['api.anthropic.com', 'console.anthropic.com', 'platform.claude.com'];
const openai = ['api.openai.com', 'auth.openai.com', 'chatgpt.com'];
const google = [
  'generativelanguage.googleapis.com',
  'cloudcode-pa.googleapis.com',
  'aiplatform.googleapis.com',
  'oauth2.googleapis.com',
];
const gateways = ['opencode.ai', 'openrouter.ai', 'models.dev'];

const providers = { anthropic, openai, google, 'openai-compatible': [] } as const;

function baseOf(url: string | undefined): readonly string[] {
  if (url === undefined || !URL.canParse(url)) return [];
  const { hostname, port, protocol } = new URL(url);
  return [`${hostname}:${port || (protocol === 'http:' ? '80' : '443')}`];
}
