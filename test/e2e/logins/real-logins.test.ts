/** What Pawl says of a login, against what the real programs say of it themselves. Without network. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { findClaudeLogin } from '../../../src/adapters/agents/claude/login.ts';
import { findCodexLogin } from '../../../src/adapters/agents/codex/login.ts';
import { createAgent } from '../../../src/adapters/agents/registry.ts';
import { makePlace, type Place, runAgent } from '../../integration/agents/agent-run.ts';

const programs = Object.fromEntries(
  (['claude', 'codex', 'gemini'] as const).map((name) => {
    const installed = `../../../.cache/agents/${name}/node_modules/.bin/${name}`;
    return [
      name,
      process.env[`PAWL_TEST_${name.toUpperCase()}`] ?? fileURLToPath(new URL(installed, import.meta.url)),
    ];
  }),
) as Readonly<Record<'claude' | 'codex' | 'gemini', string>>;

for (const [name, program] of Object.entries(programs)) {
  if (!existsSync(program)) console.warn(`skipped: there is no ${name} at ${program}`);
}

type Case = readonly [files: Readonly<Record<string, string>>, variables: Readonly<Record<string, string>>];

async function writeFiles({ home }: Place, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(home, path)), { recursive: true });
    await writeFile(join(home, path), text);
  }
}

/** Both output streams, whatever the exit code. */
function ask(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<string> {
  return new Promise((resolve) => {
    const child = execFile(program, args, { env }, (_error, stdout, stderr) => resolve(stdout + stderr));
    child.stdin?.end();
  });
}

describe.skipIf(!existsSync(programs.claude))('the login of Claude Code', { timeout: 60_000 }, () => {
  test.each<Case>([
    [{}, {}],
    [{}, { ANTHROPIC_API_KEY: 'k' }],
    [{}, { ANTHROPIC_AUTH_TOKEN: 'k' }],
    [{}, { CLAUDE_CODE_OAUTH_TOKEN: 'k' }],
    [
      { '.claude/.credentials.json': '{"claudeAiOauth":{"accessToken":"a","scopes":["user:inference"]}}' },
      {},
    ],
    [{ '.claude.json': '{"primaryApiKey":"k"}' }, {}],
    [{ '.claude.json': '{"userID":"u"}' }, {}],
  ])('with files %j and variables %j is what `claude auth status` says', async (files, variables) => {
    await using place = await makePlace();
    await writeFiles(place, files);
    const env = { ...place.environment, ...variables, CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1' };
    const found = findClaudeLogin(env);
    const status = JSON.parse(await ask(programs.claude, ['auth', 'status'], env)) as { loggedIn: boolean };
    expect(found).toBe(status.loggedIn ? 'yes' : 'no');
  });
});

describe.skipIf(!existsSync(programs.codex))('the login of Codex', { timeout: 60_000 }, () => {
  test.each<Case>([
    [{}, {}],
    [{ '.codex/auth.json': '{"OPENAI_API_KEY":"k"}' }, {}],
  ])('with files %j is what `codex login status` says', async (files) => {
    await using place = await makePlace();
    await writeFiles(place, files);
    const said = await ask(programs.codex, ['login', 'status'], place.environment);
    expect(findCodexLogin(place.environment)).toBe(said.includes('Not logged in') ? 'no' : 'yes');
  });
});

describe.skipIf(!existsSync(programs.gemini))('Gemini without a login', { timeout: 60_000 }, () => {
  test.each(['acp', 'headless'] as const)('is told before it runs, and by its end (%s)', async (surface) => {
    await using place = await makePlace();
    const PATH = `${dirname(programs.gemini)}:${place.environment['PATH']}`;
    const environment = { ...place.environment, PATH };
    const agent = createAgent('g', { kind: 'acp', preset: 'gemini', surface }, { root: '/', environment });
    expect(await agent.probe()).toMatchObject({ kind: 'ready', login: 'no' });
    expect((await runAgent(agent, place, { env: { PATH } })).outcome.kind).toBe('auth');
  });
});
