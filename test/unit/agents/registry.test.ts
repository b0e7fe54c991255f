import { describe, expect, test } from 'vitest';
import { agentConfigSchema, createAgent, environmentNamesOf } from '../../../src/adapters/agents/registry.ts';

describe('agent configuration', () => {
  test.each([
    { kind: 'scripted', script: 'agents/rehearsal.json' },
    { kind: 'claude' },
    {
      kind: 'claude',
      program: './bin/claude',
      model: 'm',
      args: ['--effort', 'low'],
      maxTurns: 9,
      maxBudgetUsd: 2.5,
    },
    { kind: 'acp', preset: 'opencode', model: 'openai/m' },
    { kind: 'acp', preset: 'gemini', argv: ['./bin/gemini', '--acp'], passEnv: ['MY_KEY'] },
    { kind: 'acp', argv: ['my-agent', 'acp'] },
    { kind: 'acp', preset: 'gemini', surface: 'headless' },
    { kind: 'codex' },
    {
      kind: 'codex',
      program: 'codex',
      model: 'm',
      args: ['-c', 'x=1'],
      surface: 'exec',
      passEnv: ['MY_KEY'],
    },
    { kind: 'ai-sdk', provider: 'anthropic', model: 'm', maxSteps: 9, maxOutputTokens: 99, apiKeyEnv: 'K' },
    { kind: 'ai-sdk', provider: 'openai-compatible', model: 'm', baseUrl: 'http://127.0.0.1:11434/v1' },
    { kind: 'command', argv: ['my-agent'], passEnv: ['MY_KEY'] },
    { kind: 'command', argv: ['my-agent', '--task', '{task}'] },
  ])('takes %j', (config) => {
    expect(agentConfigSchema.parse(config)).toEqual(config);
  });

  test.each([
    { kind: 'unknown' },
    { kind: 'scripted' },
    { kind: 'acp' },
    { kind: 'acp', model: 'm' },
    { kind: 'acp', preset: 'unknown' },
    { kind: 'acp', argv: ['my-agent'], surface: 'headless' },
    { kind: 'command', argv: [] },
    { kind: 'claude', maxTurns: 0 },
    { kind: 'ai-sdk', provider: 'anthropic' },
    { kind: 'ai-sdk', provider: 'unknown', model: 'm' },
    { kind: 'ai-sdk', provider: 'openai-compatible', model: 'm' },
    { kind: 'ai-sdk', provider: 'openai', model: 'm', baseUrl: 'file:///etc/passwd' },
    { kind: 'codex', surface: 'mcp' },
    { kind: 'claude', modle: 'a slip of the pen' },
    { kind: 'command', argv: ['my-agent'], passEnv: ['MY KEY'] },
  ])('refuses %j', (config) => {
    expect(agentConfigSchema.safeParse(config).success).toBe(false);
  });

  test('gives every agent its name', () => {
    const agent = createAgent('builder', { kind: 'claude' }, { root: '/repository' });
    expect(agent.name).toBe('builder');
  });
});

describe('what an agent gets of the user’s environment', () => {
  test('a claude agent gets its own credentials; others do not', () => {
    expect(environmentNamesOf({ kind: 'claude' })).toContain('ANTHROPIC_API_KEY');
    expect(environmentNamesOf({ kind: 'codex' })).toContain('OPENAI_API_KEY');
    expect(environmentNamesOf({ kind: 'codex' })).not.toContain('ANTHROPIC_API_KEY');
    expect(environmentNamesOf({ kind: 'command', argv: ['x'] })).not.toContain('ANTHROPIC_API_KEY');
    expect(environmentNamesOf({ kind: 'scripted', script: 'x' })).not.toContain('ANTHROPIC_API_KEY');
  });

  test('an agent over the protocol gets the credentials of its preset only', () => {
    expect(environmentNamesOf({ kind: 'acp', preset: 'gemini' })).toContain('GEMINI_API_KEY');
    expect(environmentNamesOf({ kind: 'acp', preset: 'gemini' })).not.toContain('ANTHROPIC_API_KEY');
    expect(environmentNamesOf({ kind: 'acp', argv: ['x'] })).not.toContain('GEMINI_API_KEY');
  });

  test('the built-in agent gets the key of its provider only', () => {
    const names = (provider: 'anthropic' | 'openai-compatible', apiKeyEnv?: string) =>
      environmentNamesOf({
        kind: 'ai-sdk',
        provider,
        model: 'm',
        baseUrl: 'http://127.0.0.1/v1',
        apiKeyEnv,
        passEnv: ['MORE'],
      });
    expect(names('anthropic')).toEqual(expect.arrayContaining(['ANTHROPIC_API_KEY', 'MORE']));
    expect(names('anthropic')).not.toContain('OPENAI_API_KEY');
    expect(names('anthropic', 'OTHER_KEY')).toContain('OTHER_KEY');
    expect(names('anthropic', 'OTHER_KEY')).not.toContain('ANTHROPIC_API_KEY');
    expect(names('openai-compatible').filter((name) => name.endsWith('_API_KEY'))).toEqual([]);
  });

  test('every agent gets PATH and HOME', () => {
    for (const config of [
      { kind: 'claude' } as const,
      { kind: 'acp', preset: 'opencode' } as const,
      { kind: 'codex' } as const,
      { kind: 'ai-sdk', provider: 'openai', model: 'm' } as const,
      { kind: 'command', argv: ['x'] as [string] } as const,
      { kind: 'scripted', script: 'x' } as const,
    ]) {
      expect(environmentNamesOf(config)).toEqual(expect.arrayContaining(['PATH', 'HOME']));
    }
  });

  test('names of the user’s own are added', () => {
    expect(environmentNamesOf({ kind: 'command', argv: ['x'], passEnv: ['MY_KEY'] })).toContain('MY_KEY');
  });
});
