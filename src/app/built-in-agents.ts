import type { AgentConfig } from '../adapters/agents/registry.ts';

/** The agents that are there without being listed under `agents`. */
export const builtInAgents: Readonly<Record<string, AgentConfig>> = {
  claude: { kind: 'claude' },
  opencode: { kind: 'acp', preset: 'opencode' },
  gemini: { kind: 'acp', preset: 'gemini' },
  codex: { kind: 'codex' },
};
