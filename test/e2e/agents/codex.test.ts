/** The real Codex, on its surfaces. */
import { execFileSync } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createCodexAgent } from '../../../src/adapters/agents/codex/agent.ts';

import { startScriptedModel } from '../../../src/testing/index.ts';
import { makePlace, runAgent } from '../../integration/agents/agent-run.ts';
import { codexSurface } from './codex.ts';
import { describeAgentSurface } from './contract.ts';
import { describeWholeRun } from './whole-run.ts';

const surfaces = ['app-server', 'exec'] as const;
for (const surface of surfaces) describeAgentSurface(codexSurface(surface));
describeWholeRun(codexSurface('app-server'));

const { program, variables } = codexSurface('app-server');

describe.skipIf(!program.present).concurrent('Codex besides', { timeout: 120_000 }, () => {
  test.each(surfaces)(
    'leaves the user’s settings, login and sessions as they were, by %s',
    async (surface) => {
      await using place = await makePlace();
      // Codex would note a repository that it may write to as trusted.
      execFileSync('git', ['init', '-q', place.workspace]);
      const home = join(place.home, '.codex');
      await mkdir(home);
      await writeFile(join(home, 'config.toml'), 'model_reasoning_effort = "low"\n');
      await using model = await startScriptedModel({ text: [{ kind: 'answer', text: 'Read.' }] });
      const agent = createCodexAgent({ name: 'codex', program: program.path, model: 'scripted', surface });
      const { outcome } = await runAgent(agent, place, { env: variables(model.baseUrl('text')) });
      expect(outcome.kind).toBe('finished');
      expect(await readFile(join(home, 'config.toml'), 'utf8')).toBe('model_reasoning_effort = "low"\n');
      const left = await readdir(home);
      expect(left.filter((name) => /sqlite|auth|sessions|history/.test(name))).toEqual([]);
    },
  );

  test.each(surfaces)('whose quota is spent needs a person, by %s', async (surface) => {
    await using place = await makePlace();
    await using model = await startScriptedModel({
      spent: [{ kind: 'error', status: 429, type: 'insufficient_quota', message: 'no credit' }],
    });
    const agent = createCodexAgent({ name: 'codex', program: program.path, model: 'scripted', surface });
    const { outcome } = await runAgent(agent, place, { env: variables(model.baseUrl('spent')) });
    expect(outcome.kind).toBe('auth');
  });

  test('gives up a network that never comes, although it would wait for ever and say so', async () => {
    await using place = await makePlace();
    const agent = createCodexAgent({ name: 'codex', program: program.path, model: 'scripted' });
    const nowhere = variables('http://127.0.0.1:9');
    const { outcome, survivors } = await runAgent(agent, place, { env: nowhere });
    expect(outcome).toMatchObject({ kind: 'api-error', message: expect.stringContaining('network') });
    expect(survivors).toEqual([]);
  });

  test('is asked to interrupt its turn before its processes are ended', async () => {
    await using place = await makePlace();
    await using model = await startScriptedModel({
      slow: [{ kind: 'answer', call: { tool: 'shell', command: 'echo $$ > pid; exec sleep 600' } }],
    });
    const stop = new AbortController();
    const agent = createCodexAgent({ name: 'codex', program: program.path, model: 'scripted' });
    const running = runAgent(agent, place, {
      signal: stop.signal,
      env: variables(model.baseUrl('slow')),
      onEvent: (event) => {
        if (event.type === 'tool') stop.abort();
      },
    });
    const { outcome, survivors } = await running;
    expect(outcome.kind).toBe('cancelled');
    expect(survivors).toEqual([]);
    expect(await readFile(join(place.home, 'agent.log'), 'utf8')).toContain('"status":"interrupted"');
  });

  test('takes another provider from the arguments', async () => {
    await using place = await makePlace();
    await using model = await startScriptedModel({ other: [{ kind: 'answer', text: 'From elsewhere.' }] });
    const provider = `model_providers.mine={name="mine",base_url="${model.baseUrl('other')}/v1",env_key="MY_KEY",wire_api="responses"}`;
    const args = ['-c', 'model_provider="mine"', '-c', provider];
    const agent = createCodexAgent({ name: 'codex', program: program.path, model: 'scripted', args });
    const run = await runAgent(agent, place, { env: { MY_KEY: 'dummy', OPENAI_API_KEY: 'dummy' } });
    expect(run.outcome).toMatchObject({ kind: 'finished', lastWords: 'From elsewhere.' });
  });
});
