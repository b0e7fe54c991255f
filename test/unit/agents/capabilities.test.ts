import { describe, expect, test } from 'vitest';
import { capabilities, limitsOf } from '../../../src/adapters/agents/capabilities.ts';
import { agentConfigSchema, createAgent } from '../../../src/adapters/agents/registry.ts';

const entries: readonly object[] = [
  { kind: 'scripted', script: 's.json' },
  { kind: 'claude' },
  { kind: 'claude', surface: 'print' },
  { kind: 'codex' },
  { kind: 'codex', surface: 'exec' },
  { kind: 'acp', preset: 'opencode' },
  { kind: 'acp', preset: 'opencode', surface: 'headless' },
  { kind: 'acp', preset: 'gemini' },
  { kind: 'acp', preset: 'gemini', surface: 'headless' },
  { kind: 'acp', argv: ['agent'] },
  { kind: 'ai-sdk', provider: 'openai', model: 'm' },
  { kind: 'command', argv: ['agent'] },
];

describe('what agents can do', () => {
  test.each(entries)('%j says that it takes up conversations only if it does', (entry) => {
    const agent = createAgent('a', agentConfigSchema.parse(entry), { root: '/r' });
    expect(agent.capabilities.resume).toBe(agent.conversationFile !== undefined);
  });

  test('is another thing on each surface', () => {
    const kinds = entries.map((entry) => {
      const agent = createAgent('a', agentConfigSchema.parse(entry), { root: '/r' });
      return Object.entries(capabilities).find(([, value]) => value === agent.capabilities)?.[0];
    });
    expect(kinds.toSorted()).toEqual(Object.keys(capabilities).toSorted());
  });
});

describe('what agents cannot do', () => {
  test('is said by what follows for the person', () => {
    expect(limitsOf(capabilities['claude/control'])).toEqual([]);
    expect(limitsOf(capabilities['gemini/headless'])).toEqual([
      'be asked to stop: a stop ends its processes at once',
      'tell its tokens while it works: a budget is looked at when it has ended',
      'tell what it costs: its tokens are priced from a list',
      'tell when a rate limit resets: Pawl waits by its own backoff',
      'take up the conversation of an attempt before',
      'be held to a schema',
    ]);
    expect(limitsOf(capabilities.command)).toEqual([
      'be asked to stop: a stop ends its processes at once',
      'tell its tokens: no budget holds',
      'tell its turns: no limit on turns holds',
      'tell when a rate limit resets: Pawl waits by its own backoff',
      'take up the conversation of an attempt before',
      'be held to a schema',
    ]);
    expect(limitsOf(capabilities.acp)).toContain(
      'be relied on to tell its tokens: budgets hold for what it tells',
    );
  });
});
