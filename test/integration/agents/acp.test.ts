import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { createAcpAgent } from '../../../src/adapters/agents/acp/agent.ts';
import { createAgent } from '../../../src/adapters/agents/registry.ts';
import { noUsage } from '../../../src/domain/usage.ts';
import type { Agent, AgentEvent } from '../../../src/ports/agent.ts';
import { makePlace, type Place, runAgent } from './agent-run.ts';

const program = fileURLToPath(new URL('../../rig/acp-agent.ts', import.meta.url));

function agentOf(...scene: readonly string[]): Agent {
  return createAcpAgent({ name: 'own', argv: [process.execPath, program, ...scene] });
}

async function received(place: Place): Promise<readonly { method?: string; params?: object }[]> {
  const lines = (await readFile(join(place.home, 'received.jsonl'), 'utf8')).trim().split('\n');
  return lines.map((line) => JSON.parse(line) as { method?: string; params?: object });
}

describe('an agent over the Agent Client Protocol', () => {
  test('gets the brief in a session in the workspace, works and finishes', async () => {
    await using place = await makePlace();
    const brief = `# T-001\n${'long '.repeat(50_000)}`;
    const { outcome, events, survivors } = await runAgent(agentOf('work'), place, { brief });
    const usage = {
      inputTokens: 12,
      outputTokens: 3,
      cacheReadTokens: 0,
      cacheWriteTokens: 0,
      costUsd: 0.25,
    };
    expect(outcome).toEqual({ kind: 'finished', claim: 'done', lastWords: 'It is made.', usage });
    expect(events).toEqual([
      { type: 'text', text: 'Working.' },
      { type: 'turn' },
      { type: 'tool', name: 'edit', detail: 'made.txt' },
      { type: 'usage', usage: { ...noUsage, costUsd: 0.25 } },
      { type: 'text', text: 'It is made.' },
      { type: 'usage', usage },
    ]);
    expect(existsSync(join(place.workspace, 'made.txt'))).toBe(true);
    const messages = await received(place);
    expect(messages.map(({ method }) => method)).toEqual(['initialize', 'session/new', 'session/prompt']);
    expect(messages[1]?.params).toEqual({ cwd: place.workspace, mcpServers: [] });
    expect(messages[2]?.params).toEqual({
      sessionId: 'session-1',
      prompt: [{ type: 'text', text: brief }],
    });
    expect(survivors).toEqual([]);
    expect(await readdir(place.environment['TMPDIR'] ?? '')).toEqual([]);
  });

  test('has every request answered at once: permissions by their paths, the rest refused', async () => {
    await using place = await makePlace();
    const { outcome, events } = await runAgent(agentOf('permissions'), place);
    expect(outcome.kind).toBe('finished');
    expect(JSON.parse(outcome.lastWords)).toEqual([
      { outcome: { outcome: 'selected', optionId: 'allow_once' } },
      { outcome: { outcome: 'selected', optionId: 'reject_once' } },
      -32_602,
      -32_602,
      -32_601,
      -32_601,
    ]);
    expect(events).toContainEqual({ type: 'tool', name: 'edit', detail: 'denied: ../outside.txt' });
    expect(outcome.denials).toEqual(['edit: ../outside.txt']);
  });

  test('is understood through stray output, endless lines and answers to nothing', async () => {
    await using place = await makePlace();
    const { outcome } = await runAgent(agentOf('noise'), place);
    expect(outcome).toMatchObject({ kind: 'finished', lastWords: 'Despite the noise.' });
  });

  test.each(['silent', 'deaf'])('that is %s is ended at the idle limit', async (scene) => {
    await using place = await makePlace();
    const limits = { idleMs: 1_500, totalMs: 60_000, graceMs: 500 };
    const { outcome, events, survivors } = await runAgent(agentOf(scene), place, { limits });
    const lastWords = scene === 'silent' ? 'Let me think.' : '';
    expect(outcome).toEqual({ kind: 'idle', idleMs: 1_500, lastWords });
    expect(events).toEqual(lastWords === '' ? [] : [{ type: 'text', text: lastWords }]);
    expect(survivors).toEqual([]);
  });

  test.each([0, 3])('that exits with code %d before it answers crashed', async (code) => {
    await using place = await makePlace();
    const { outcome } = await runAgent(agentOf('quits', String(code)), place);
    expect(outcome).toEqual({
      kind: 'crashed',
      exitCode: code,
      message: `the agent ended without an answer (exit code ${code}): out of ideas`,
      lastWords: 'I am going.',
    });
  });

  test('that says nothing before it is done crashed', async () => {
    await using place = await makePlace();
    const { outcome } = await runAgent(agentOf('mute'), place);
    expect(outcome).toMatchObject({ kind: 'crashed', message: expect.stringContaining('without an answer') });
  });

  test('that stays after its answer has finished all the same, and is ended', async () => {
    await using place = await makePlace();
    const { outcome, survivors } = await runAgent(agentOf('stays'), place);
    expect(outcome).toMatchObject({ kind: 'finished', lastWords: 'Done, but I stay.' });
    expect(survivors).toEqual([]);
  });

  test('that is cancelled is asked to stop first', async () => {
    await using place = await makePlace();
    const stop = new AbortController();
    const onEvent = (event: AgentEvent): void => (event.type === 'tool' ? stop.abort() : undefined);
    const options = { signal: stop.signal, onEvent };
    const { outcome, survivors } = await runAgent(agentOf('polite'), place, options);
    expect(outcome).toMatchObject({ kind: 'cancelled', lastWords: 'Working.' });
    expect(existsSync(join(place.home, 'cancelled'))).toBe(true);
    expect((await received(place)).at(-1)).toMatchObject({ method: 'session/cancel' });
    expect(survivors).toEqual([]);
  });

  test('that ignores the cancel is ended with its stubborn child', async () => {
    await using place = await makePlace();
    const stop = new AbortController();
    const limits = { idleMs: 60_000, totalMs: 60_000, graceMs: 300 };
    const onEvent = (event: AgentEvent): void => (event.type === 'tool' ? stop.abort() : undefined);
    const options = { signal: stop.signal, limits, onEvent };
    const { outcome, survivors } = await runAgent(agentOf('stubborn'), place, options);
    expect(outcome.kind).toBe('cancelled');
    expect(survivors).toEqual([]);
  });

  test('that was cancelled before it began does not begin', async () => {
    await using place = await makePlace();
    const { outcome, survivors } = await runAgent(agentOf('work'), place, { signal: AbortSignal.abort() });
    expect(outcome).toEqual({ kind: 'cancelled', lastWords: '' });
    expect(existsSync(join(place.workspace, 'made.txt'))).toBe(false);
    expect(survivors).toEqual([]);
  });

  test('that is no such agent is a crash, and one that is not there is unavailable', async () => {
    await using place = await makePlace();
    const other = createAcpAgent({ name: 'own', argv: ['sh', '-c', 'echo usage: other; exit 2'] });
    expect((await runAgent(other, place)).outcome).toMatchObject({ kind: 'crashed', exitCode: 2 });
    const missing = createAcpAgent({
      name: 'own',
      argv: ['no-such-agent'],
      environment: place.environment,
    });
    expect((await runAgent(missing, place)).outcome.kind).toBe('unavailable');
    expect(await missing.probe()).toEqual({
      kind: 'missing',
      program: 'no-such-agent',
      message: 'no-such-agent was not found on PATH',
      hint: 'Install it, or correct agents.own.argv in the configuration.',
    });
  });
});

/** Stands in for a CLI that is not installed: notes its surroundings, then ends. */
const standIn = `#!/usr/bin/env node
const { readFileSync, writeFileSync, existsSync } = require('node:fs');
const { env } = process;
const read = (path) => (existsSync(path) ? readFileSync(path, 'utf8') : undefined);
const files = [env.GEMINI_CLI_HOME + '/.gemini/settings.json', env.GEMINI_CLI_HOME + '/.gemini/oauth_creds.json',
  env.XDG_DATA_HOME + '/opencode/auth.json'].map(read);
if (process.argv[2] === '--version') console.log('9.9.9');
else writeFileSync(env.HOME + '/called.json', JSON.stringify({ args: process.argv.slice(2), env, files }));
`;

interface Called {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly files: readonly (string | undefined)[];
}

async function called(place: Place, config: object, env: Readonly<Record<string, string>>): Promise<Called> {
  await writeFile(join(place.home, 'cli'), standIn, { mode: 0o755 });
  const full = { kind: 'acp' as const, ...config, argv: ['./cli', 'serve'] as [string, string] };
  const agent = createAgent('own', full, { root: place.home });
  expect(await agent.probe()).toMatchObject({ kind: 'ready', version: expect.stringContaining('9.9.9') });
  expect((await runAgent(agent, place, { env })).outcome.kind).toBe('crashed');
  return JSON.parse(await readFile(join(place.home, 'called.json'), 'utf8')) as Called;
}

describe('an agent that Pawl knows', () => {
  test('OpenCode keeps its state in its home, finds its login there, and asks before it leaves the workspace', async () => {
    await using place = await makePlace();
    const shared = join(place.home, '.local/share/opencode');
    await mkdir(shared, { recursive: true });
    await writeFile(join(shared, 'auth.json'), 'the login');
    const content = JSON.stringify({ provider: { mine: {} }, permission: 'allow', experimental: { x: 1 } });
    const { args, env, files } = await called(
      place,
      { preset: 'opencode', model: 'mine/m' },
      { OPENCODE_CONFIG_CONTENT: content, XDG_CONFIG_HOME: '/somewhere' },
    );
    expect(args).toEqual(['serve']);
    expect(files[2]).toBe('the login');
    expect(JSON.parse(env['OPENCODE_CONFIG_CONTENT'] ?? '')).toMatchObject({
      provider: { mine: {} },
      model: 'mine/m',
      experimental: { x: 1, continue_loop_on_deny: true },
      permission: { external_directory: 'ask' },
    });
    for (const name of ['XDG_DATA_HOME', 'XDG_CONFIG_HOME', 'XDG_STATE_HOME']) {
      expect(env[name]?.startsWith(`${place.home}/.`)).toBe(true);
    }
  });

  test('Gemini finds its login in its home, and retries little', async () => {
    await using place = await makePlace();
    await mkdir(join(place.home, '.gemini'));
    await writeFile(join(place.home, '.gemini/oauth_creds.json'), 'the login');
    const { args, env, files } = await called(place, { preset: 'gemini', model: 'gemini-2.5-pro' }, {});
    expect(args).toEqual(['serve', '-m', 'gemini-2.5-pro']);
    expect(files[1]).toBe('the login');
    expect(JSON.parse(files[0] ?? '')).toMatchObject({
      security: { auth: { selectedType: 'oauth-personal' } },
      general: { maxAttempts: 2 },
    });
    expect(env).toMatchObject({ GEMINI_CLI_NO_RELAUNCH: 'true', NO_BROWSER: 'true', HOME: place.home });
  });

  test('can be driven without the protocol: brief on standard input, state and login as ever', async () => {
    await using place = await makePlace();
    await mkdir(join(place.home, '.gemini'));
    await writeFile(join(place.home, '.gemini/oauth_creds.json'), 'the login');
    const script = `#!/usr/bin/env node
      const said = require('node:fs').readFileSync(0, 'utf8');
      const login = require('node:fs').readFileSync(process.env.GEMINI_CLI_HOME + '/.gemini/oauth_creds.json', 'utf8');
      const content = [said, login, ...process.argv.slice(2)].join('|');
      console.log(JSON.stringify({ type: 'message', role: 'assistant', content, delta: true }));
      console.log(JSON.stringify({ type: 'result', status: 'success' }));
    `;
    await writeFile(join(place.home, 'cli'), script, { mode: 0o755 });
    const config = { kind: 'acp', preset: 'gemini', surface: 'headless', model: 'm' } as const;
    const agent = createAgent('own', { ...config, argv: ['./cli', '--yes'] }, { root: place.home });
    const { outcome, survivors } = await runAgent(agent, place);
    expect(outcome).toEqual({
      kind: 'finished',
      claim: 'done',
      lastWords: 'Do the task.|the login|--yes|-m|m',
    });
    expect(survivors).toEqual([]);
    expect(await readdir(place.environment['TMPDIR'] ?? '')).toEqual([]);
  });

  test('that asks its model for nothing again and again is given up', async () => {
    await using place = await makePlace();
    const script = `#!/usr/bin/env node
      setInterval(() => {
        console.log(JSON.stringify({ type: 'step_start', part: {} }));
        console.log(JSON.stringify({ type: 'step_finish', part: { reason: 'unknown' } }));
      }, 20);
    `;
    await writeFile(join(place.home, 'cli'), script, { mode: 0o755 });
    const config = { kind: 'acp', preset: 'opencode', surface: 'headless' } as const;
    const agent = createAgent('own', { ...config, argv: ['./cli'] }, { root: place.home });
    const { outcome, survivors } = await runAgent(agent, place);
    expect(outcome).toMatchObject({ kind: 'refused', message: expect.stringContaining('nothing said') });
    expect(survivors).toEqual([]);
  });
});
