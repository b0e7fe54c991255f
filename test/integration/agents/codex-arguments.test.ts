import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { codexArguments } from '../../../src/adapters/agents/codex/command-line.ts';
import { makePlace, type Place } from './agent-run.ts';

/** The settings, without their flags. */
function settingsOf(place: Place, env: Readonly<Record<string, string>>): readonly string[] {
  const request = { cwd: place.workspace, env: { ...place.environment, ...env }, mcpServers: [] };
  return codexArguments('app-server', {}, request).filter((_, index, all) => all[index - 1] === '-c');
}

async function logIn(home: string): Promise<void> {
  await mkdir(home);
  await writeFile(join(home, 'auth.json'), '{}');
}

test('what is configured comes last, so that it wins, and the brief comes from standard input', async () => {
  await using place = await makePlace();
  const request = { cwd: place.workspace, env: place.environment, mcpServers: [] };
  const options = { model: 'm "1"', args: ['-c', 'sandbox_mode="workspace-write"'] };
  const server = codexArguments('app-server', options, request);
  expect(server.slice(0, 3)).toEqual(['app-server', '--disable', 'plugins']);
  expect(server.slice(-3)).toEqual(['model="m \\"1\\""', '-c', 'sandbox_mode="workspace-write"']);
  expect(codexArguments('exec', options, request).slice(-3)).toEqual([...options.args, '-']);
});

test('a key from the environment needs a provider that names it, with few retries', async () => {
  await using place = await makePlace();
  expect(settingsOf(place, {}).join('\n')).not.toContain('model_provider');
  expect(settingsOf(place, { OPENAI_API_KEY: 'dummy' })).toEqual(
    expect.arrayContaining([
      'model_provider="pawl"',
      'model_providers.pawl={name="OpenAI",base_url="https://api.openai.com/v1",env_key="OPENAI_API_KEY",wire_api="responses",request_max_retries=1,stream_max_retries=1}',
    ]),
  );
});

test('Codex reports its use to nobody', async () => {
  await using place = await makePlace();
  expect(settingsOf(place, {})).toContain('analytics.enabled=false');
});

test('a key never comes on the command line, where every user of the machine could read it', async () => {
  await using place = await makePlace();
  expect(settingsOf(place, { OPENAI_API_KEY: 'dummy-secret' }).join('\n')).not.toContain('dummy-secret');
});

test('OPENAI_API_KEY gives way to a login, CODEX_API_KEY does not', async () => {
  await using place = await makePlace();
  await logIn(join(place.home, '.codex'));
  expect(settingsOf(place, { OPENAI_API_KEY: 'dummy' }).join('\n')).not.toContain('model_provider');
  const elsewhere = { OPENAI_API_KEY: 'dummy', CODEX_HOME: join(place.home, 'other') };
  expect(settingsOf(place, elsewhere)).toContain('model_provider="pawl"');
  expect(settingsOf(place, { CODEX_API_KEY: 'dummy' }).join('\n')).toContain('env_key="CODEX_API_KEY"');
});
