import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findGeminiLogin, findOpencodeLogin } from '../../../src/adapters/agents/acp/login.ts';
import { findClaudeLogin } from '../../../src/adapters/agents/claude/login.ts';
import { findCodexLogin } from '../../../src/adapters/agents/codex/login.ts';
import type { FindLogin } from '../../../src/adapters/agents/login.ts';
import { type AgentConfig, createAgent } from '../../../src/adapters/agents/registry.ts';
import { makePlace, type Place } from './agent-run.ts';

type Case = readonly [
  files: Readonly<Record<string, string>>,
  variables: Readonly<Record<string, string>>,
  login: 'yes' | 'no' | 'unknown',
];

/** `HOME` in a value stands for the home. */
async function check(find: FindLogin, [files, variables, login]: Case): Promise<void> {
  await using place = await makePlace();
  await writeFiles(place, files);
  const moved = Object.entries(variables).map(([name, value]) => [name, value.replace('HOME', place.home)]);
  expect(find({ HOME: place.home, ...Object.fromEntries(moved) })).toBe(login);
}

async function writeFiles({ home }: Place, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(home, path)), { recursive: true });
    await writeFile(join(home, path), text);
  }
}

const subscription = '{"claudeAiOauth":{"accessToken":"a","refreshToken":"r","expiresAt":1}}';

describe('a login of Claude Code', () => {
  test.each<Case>([
    [{}, {}, process.platform === 'darwin' ? 'unknown' : 'no'],
    [{}, { ANTHROPIC_API_KEY: '' }, process.platform === 'darwin' ? 'unknown' : 'no'],
    [{}, { ANTHROPIC_API_KEY: 'k' }, 'yes'],
    [{}, { ANTHROPIC_AUTH_TOKEN: 'k' }, 'yes'],
    [{}, { CLAUDE_CODE_OAUTH_TOKEN: 'k' }, 'yes'],
    [{ '.claude/.credentials.json': subscription }, {}, 'yes'],
    [{ 'else/.credentials.json': subscription }, { CLAUDE_CONFIG_DIR: 'HOME/else' }, 'yes'],
    [{ '.claude.json': '{"primaryApiKey":"k"}' }, {}, 'yes'],
    [{ '.claude.json': '{"userID":"u"}' }, {}, process.platform === 'darwin' ? 'unknown' : 'no'],
    [{ '.claude/.credentials.json': '{"new":1}' }, {}, 'unknown'],
    [{ '.claude/.credentials.json': 'torn' }, {}, 'unknown'],
  ])('with files %j and variables %j: %s', (...row) => check(findClaudeLogin, row));
});

describe('a login of Codex', () => {
  test.each<Case>([
    [{}, {}, 'no'],
    [{}, { CODEX_API_KEY: 'k' }, 'yes'],
    [{}, { OPENAI_API_KEY: 'k' }, 'yes'],
    [{ '.codex/auth.json': '{"OPENAI_API_KEY":"k"}' }, {}, 'yes'],
    [{ '.codex/auth.json': '{"OPENAI_API_KEY":null,"tokens":{"access_token":"a"}}' }, {}, 'yes'],
    [{ '.codex/auth.json': '{}' }, {}, 'unknown'],
    [{ 'else/auth.json': '{"OPENAI_API_KEY":"k"}' }, { CODEX_HOME: 'HOME/else' }, 'yes'],
    // It may name a provider that needs no key, or a keyring.
    [{ '.codex/config.toml': '' }, {}, 'unknown'],
  ])('with files %j and variables %j: %s', (...row) => check(findCodexLogin, row));
});

describe('a login of OpenCode', () => {
  test.each<Case>([
    // It has models that need none.
    [{}, {}, 'unknown'],
    [{}, { OPENROUTER_API_KEY: 'k' }, 'yes'],
    [{ '.local/share/opencode/auth.json': '{"openai":{"type":"api","key":"k"}}' }, {}, 'yes'],
    [{ '.local/share/opencode/auth.json': '{}' }, {}, 'unknown'],
    [{ 'data/opencode/auth.json': '{"openai":{}}' }, { XDG_DATA_HOME: 'HOME/data' }, 'yes'],
  ])('with files %j and variables %j: %s', (...row) => check(findOpencodeLogin, row));
});

describe('a login of Gemini', () => {
  test.each<Case>([
    [{}, {}, 'no'],
    [{}, { GEMINI_API_KEY: 'k' }, 'yes'],
    [{ '.gemini/oauth_creds.json': '{}' }, {}, 'yes'],
    [{ '.gemini/.env': 'OTHER=1\nexport GEMINI_API_KEY = "k"\n' }, {}, 'yes'],
    [{ '.gemini/.env': 'OTHER=1\nGEMINI_API_KEY=\n' }, {}, 'unknown'],
    [{}, { GOOGLE_GENAI_USE_VERTEXAI: 'true' }, 'unknown'],
  ])('with files %j and variables %j: %s', (...row) => check(findGeminiLogin, row));
});

describe('a missing login', () => {
  async function probe(more: Partial<AgentConfig>): Promise<unknown> {
    await using place = await makePlace();
    await writeFiles(place, { 'bin/claude': '#!/bin/sh\necho 2.1.328\n' });
    await chmod(join(place.home, 'bin/claude'), 0o755);
    const config = { kind: 'claude', program: './bin/claude', ...more } as AgentConfig;
    return createAgent('a', config, { root: place.home, environment: place.environment }).probe();
  }

  test.skipIf(process.platform === 'darwin')('is sure, with what to do about it', async () => {
    expect(await probe({})).toMatchObject({
      login: 'no',
      loginHint: expect.stringContaining('claude auth login'),
    });
  });

  test.each<Partial<AgentConfig>>([
    { passEnv: ['MY_KEY'] },
    { homeFiles: ['.mine/login.json'] },
    { args: ['--settings', 'mine.json'] },
  ])('is not sure where the person hands over %j', async (more) => {
    expect(await probe(more)).toMatchObject({ login: 'unknown' });
  });
});
