import { readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { createClaudeAgent } from '../../../src/adapters/agents/claude/agent.ts';
import type { Agent } from '../../../src/ports/agent.ts';
import { makePlace, type Place, runAgent } from './agent-run.ts';

const standIn = fileURLToPath(new URL('../../rig/claude-stand-in.ts', import.meta.url));

async function agentIn(place: Place): Promise<Agent> {
  const program = join(place.home, 'claude');
  await writeFile(program, `#!/bin/sh\nexec '${process.execPath}' '${standIn}' "$@"\n`, { mode: 0o755 });
  return createClaudeAgent({ name: 'c', program, maxTurns: 40, args: ['--effort', 'low'] });
}

async function received(place: Place): Promise<readonly unknown[]> {
  const lines = (await readFile(join(place.home, 'received.jsonl'), 'utf8')).trim().split('\n');
  return lines.map((line) => JSON.parse(line) as unknown);
}

const initialize = { type: 'control_request', request_id: 'pawl-1', request: { subtype: 'initialize' } };
const interrupt = { type: 'control_request', request_id: 'pawl-2', request: { subtype: 'interrupt' } };
const limits = { idleMs: 20_000, totalMs: 60_000, graceMs: 1_000 };

describe('Claude Code by its control protocol', () => {
  test('gets the brief after it has answered, has its questions answered, and ends with its result', async () => {
    await using place = await makePlace();
    const agent = await agentIn(place);
    const brief = `# T-001\n${'long '.repeat(50_000)}`;
    const { outcome, events, survivors } = await runAgent(agent, place, {
      brief,
      env: { CLAUDE_SCENE: 'work' },
    });
    const denials = ['Write: /etc/hosts', 'Bash: /etc/hosts', 'AskUserQuestion: a question to a person'];
    expect(outcome).toEqual({
      kind: 'finished',
      claim: 'done',
      lastWords: 'allow deny deny deny',
      denials,
    });
    expect(events).toContainEqual({ type: 'tool', name: 'Write', detail: 'denied: /etc/hosts' });
    const [first, second, allowed] = await received(place);
    expect(first).toEqual(initialize);
    expect(second).toEqual({
      type: 'user',
      message: { role: 'user', content: [{ type: 'text', text: brief }] },
    });
    // The whole input comes back: what is left out would be written as missing.
    expect(allowed).toMatchObject({
      response: {
        subtype: 'success',
        response: { behavior: 'allow', updatedInput: { file_path: 'made.txt', content: 'made\n' } },
      },
    });
    // It went by itself.
    expect((await received(place)).at(-1)).toEqual({ type: 'end of input' });
    expect(survivors).toEqual([]);
  });

  test('is headless, quiet, bounded in retries, and asks over its output', async () => {
    await using place = await makePlace();
    const agent = await agentIn(place);
    await runAgent(agent, place, { env: { CLAUDE_SCENE: 'work', API_TIMEOUT_MS: '5000' } });
    const started = JSON.parse(await readFile(join(place.home, 'started.json'), 'utf8'));
    expect(started.args.join(' ')).toBe(
      '-p --input-format stream-json --permission-prompt-tool stdio --permission-mode default ' +
        '--output-format stream-json --verbose --setting-sources  --strict-mcp-config --max-turns 40 --effort low',
    );
    expect(started.env).toMatchObject({ CLAUDE_CODE_MAX_RETRIES: '2', API_TIMEOUT_MS: '5000' });
  });

  test('may work in the real folder of a workspace that is reached by a link', async () => {
    await using place = await makePlace();
    const agent = await agentIn(place);
    const workspace = join(place.home, 'linked');
    await symlink(place.workspace, workspace);
    const { outcome } = await runAgent(
      agent,
      { ...place, workspace },
      { env: { CLAUDE_SCENE: 'real-path' } },
    );
    expect(outcome).toMatchObject({ kind: 'finished', lastWords: 'allow' });
  });

  test('has a question that Pawl does not know answered with an error', async () => {
    await using place = await makePlace();
    const agent = await agentIn(place);
    const { outcome } = await runAgent(agent, place, { env: { CLAUDE_SCENE: 'unknown-question' } });
    expect(JSON.parse(outcome.lastWords)).toMatchObject({ subtype: 'error', request_id: 'ask-9' });
  });

  test('that does not begin the conversation crashed, and says why', async () => {
    await using place = await makePlace();
    const agent = await agentIn(place);
    const { outcome } = await runAgent(agent, place, { env: { CLAUDE_SCENE: 'refuses' } });
    expect(outcome).toMatchObject({ kind: 'crashed', message: expect.stringContaining('no such request') });
    expect(await received(place)).toEqual([initialize, { type: 'end of input' }]);
  });

  test('that never answers is ended at the idle limit', async () => {
    await using place = await makePlace();
    const agent = await agentIn(place);
    const { outcome, survivors } = await runAgent(agent, place, {
      limits: { ...limits, idleMs: 1_500 },
      env: { CLAUDE_SCENE: 'silent' },
    });
    expect(outcome).toMatchObject({ kind: 'idle', idleMs: 1_500 });
    expect(survivors).toEqual([]);
  });

  test('that stays after its result has finished all the same, and is ended', async () => {
    await using place = await makePlace();
    const agent = await agentIn(place);
    const { outcome, survivors } = await runAgent(agent, place, { limits, env: { CLAUDE_SCENE: 'stays' } });
    expect(outcome).toMatchObject({ kind: 'finished', lastWords: 'Done, and still here.' });
    expect(survivors).toEqual([]);
  });

  test.each([
    ['tool', 'and stops'],
    ['deaf-tool', 'and does not hear it'],
  ])('that is stopped in a %s is asked first %s; its tool is gone either way', async (scene) => {
    await using place = await makePlace();
    const agent = await agentIn(place);
    const stop = new AbortController();
    const { outcome, survivors } = await runAgent(agent, place, {
      limits,
      signal: stop.signal,
      env: { CLAUDE_SCENE: scene },
      onEvent: (event) => {
        if (event.type === 'text') stop.abort();
      },
    });
    expect(outcome.kind).toBe('cancelled');
    expect(await received(place)).toContainEqual(interrupt);
    expect(survivors).toEqual([]);
  });

  test('that is stopped before it began is ended at once', async () => {
    await using place = await makePlace();
    const agent = await agentIn(place);
    const { outcome, survivors } = await runAgent(agent, place, {
      signal: AbortSignal.abort(),
      env: { CLAUDE_SCENE: 'silent' },
    });
    expect(outcome.kind).toBe('cancelled');
    expect(survivors).toEqual([]);
  });
});
