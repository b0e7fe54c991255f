/**
 * The real OpenCode and Gemini CLI against a scripted model on loopback: no account, no network. Their versions are
 * those that scripts/install-test-agents.sh pins, or whatever PAWL_TEST_OPENCODE and PAWL_TEST_GEMINI name.
 */
import { existsSync } from 'node:fs';
import { mkdir, readFile, watch, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createAcpAgent } from '../../../src/adapters/agents/acp/agent.ts';
import { identifyProcess } from '../../../src/adapters/process/process-table.ts';
import { makePlace, type Place, runAgent } from '../../integration/agents/agent-run.ts';
import { startScriptedModel } from '../../../src/testing/index.ts';
import { type RealAgent, realAgents } from './real-agents.ts';

const limits = { idleMs: 60_000, totalMs: 80_000, graceMs: 2_000 };

function run(agent: RealAgent, place: Place, base: string, more: Parameters<typeof runAgent>[2] = {}) {
  const created = createAcpAgent({
    name: agent.name,
    preset: agent.name,
    argv: [agent.program, ...agent.args],
    model: agent.model,
  });
  return runAgent(created, place, { limits, env: agent.variables(base), ...more });
}

function error(status: number): { kind: 'error'; status: number; type: string; message: string } {
  return { kind: 'error', status, type: 'scripted_error', message: `a scripted ${status}` };
}

/** Becomes the pid in a file of the workspace, as soon as it is there. */
async function pidWrittenTo(place: Place, name: string): Promise<number> {
  const file = join(place.workspace, name);
  for await (const _change of watch(place.workspace)) {
    const pid = existsSync(file) ? Number(await readFile(file, 'utf8')) : 0;
    if (pid > 0) return pid;
  }
  throw new Error(`${file} was never written`);
}

for (const agent of realAgents) {
  describe.skipIf(!agent.present)(`${agent.name} over the protocol`, { timeout: 90_000 }, () => {
    test('is found with its version, without network', async () => {
      const created = createAcpAgent({ name: 'a', preset: agent.name, argv: [agent.program, ...agent.args] });
      expect(await created.probe()).toMatchObject({
        kind: 'ready',
        version: expect.stringMatching(/^\d+\.\d+\.\d+ \(\w+\)$/),
      });
    });

    test('writes a file, runs a command and finishes', async () => {
      await using place = await makePlace();
      const path = join(place.workspace, 'hello.txt');
      await using model = await startScriptedModel({
        work: [
          { kind: 'answer', text: 'Writing.', call: { tool: 'write', path, content: 'hello\n' } },
          {
            kind: 'answer',
            call: { tool: 'shell', command: 'tr a-z A-Z < hello.txt > loud.txt' },
            usage: { cacheReadTokens: 700 },
          },
          { kind: 'answer', text: 'Both files are there.' },
        ],
      });
      const { outcome, events, survivors } = await run(agent, place, model.baseUrl('work'));
      expect(outcome).toEqual({
        kind: 'finished',
        claim: 'done',
        lastWords: 'Both files are there.',
        usage: agent.usage,
      });
      expect(events).toEqual(
        expect.arrayContaining([
          { type: 'text', text: 'Writing.' },
          { type: 'tool', name: 'edit', detail: path },
          { type: 'tool', name: 'execute', detail: 'tr a-z A-Z < hello.txt > loud.txt' },
        ]),
      );
      expect(await readFile(join(place.workspace, 'loud.txt'), 'utf8')).toBe('HELLO\n');
      expect(survivors).toEqual([]);
      expect(model.faults).toEqual([]);
    });

    test('cannot write outside the workspace with its own tools, and goes on', async () => {
      await using place = await makePlace();
      // Without a repository OpenCode takes the whole file system for its project.
      await mkdir(join(place.workspace, '.git'));
      await writeFile(join(place.workspace, '.git/HEAD'), 'ref: refs/heads/main\n');
      for (const folder of ['objects', 'refs']) await mkdir(join(place.workspace, '.git', folder));
      const path = join(place.home, 'outside.txt');
      await using model = await startScriptedModel({
        out: [
          { kind: 'answer', call: { tool: 'write', path, content: 'x' } },
          { kind: 'answer', text: 'Then not.' },
        ],
      });
      const { outcome } = await run(agent, place, model.baseUrl('out'));
      expect(outcome).toMatchObject({ kind: 'finished', lastWords: 'Then not.' });
      expect(existsSync(path)).toBe(false);
    });

    test('whose key is refused needs a person', async () => {
      await using place = await makePlace();
      await using model = await startScriptedModel({ locked: [error(401)] });
      const { outcome } = await run(agent, place, model.baseUrl('locked'));
      expect(outcome).toMatchObject({ kind: 'auth', message: expect.stringContaining('a scripted 401') });
    });

    test('that is rate limited says so after few retries', async () => {
      await using place = await makePlace();
      await using model = await startScriptedModel({
        full: [{ ...error(429), headers: { 'retry-after': '1' } }],
      });
      const { outcome } = await run(agent, place, model.baseUrl('full'));
      expect(outcome).toMatchObject({ kind: 'rate-limited' });
      const turns = model.requests.filter(({ request }) => request.tools.length > 0);
      expect(turns.length).toBeLessThanOrEqual(agent.mostRequests);
    });

    test('whose model refuses does not count as finished', async () => {
      await using place = await makePlace();
      await using model = await startScriptedModel({ no: [{ kind: 'answer', ...agent.refusal }] });
      const { outcome } = await run(agent, place, model.baseUrl('no'));
      expect(outcome.kind).toBe(agent.refusalOutcome);
    });

    test('whose model never answers is ended at the idle limit, and nothing is left of it', async () => {
      await using place = await makePlace();
      await using model = await startScriptedModel({ silent: [{ kind: 'hang' }] });
      const idle = { ...limits, idleMs: 12_000 };
      const { outcome, survivors } = await run(agent, place, model.baseUrl('silent'), { limits: idle });
      expect(outcome).toMatchObject({ kind: 'idle', idleMs: 12_000 });
      expect(model.requests.length).toBeGreaterThan(0);
      expect(survivors).toEqual([]);
    });

    test('that is cancelled takes a stubborn child of its tool with it', async () => {
      await using place = await makePlace();
      const child =
        "process.on('SIGTERM', () => {}); require('fs').writeFileSync('pid', String(process.pid));";
      await writeFile(join(place.home, 'stubborn.cjs'), `${child} setInterval(() => {}, 1_000);\n`);
      const command = `setsid ${process.execPath} ${join(place.home, 'stubborn.cjs')}`;
      await using model = await startScriptedModel({
        fork: [{ kind: 'answer', call: { tool: 'shell', command } }],
      });
      const stop = new AbortController();
      const written = pidWrittenTo(place, 'pid').finally(() => stop.abort());
      const { outcome, survivors } = await run(agent, place, model.baseUrl('fork'), { signal: stop.signal });
      expect(outcome.kind).toBe('cancelled');
      expect(identifyProcess(await written)).toBeUndefined();
      expect(survivors).toEqual([]);
    });
  });
}
