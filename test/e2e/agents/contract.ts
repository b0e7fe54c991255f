/**
 * What every real agent is put through on every surface, against a scripted model on loopback: no account, no network.
 * Whatever happens, the outcome is the one its entry names, and no process of it is left.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, watch } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type AgentConfig, createAgent, environmentNamesOf } from '../../../src/adapters/agents/registry.ts';
import { identifyProcess } from '../../../src/adapters/process/process-table.ts';
import {
  type AgentRun,
  makePlace,
  type Place,
  runAgent,
  type RunOptions,
} from '../../integration/agents/agent-run.ts';
import { type ScriptedModel, startScriptedModel, type Step } from '../../../src/testing/index.ts';
import { isOffline } from './network.ts';
import type { AgentSurface, End, Situation } from './surface.ts';

type Steps = readonly [Step, ...Step[]];

if (!isOffline()) {
  console.warn(
    'these agents could reach the network of this machine; `npm run test:agents` runs them without one',
  );
}

export function describeAgentSurface(surface: AgentSurface): void {
  describe.skipIf(!surface.program.present).concurrent(surface.name, { timeout: 120_000 }, () => {
    describeWork(surface);
    for (const [situation, steps] of Object.entries(scripts(surface)) as [Situation, Steps | 'closed'][]) {
      const end = surface.ends[situation];
      if (!('outcome' in end)) continue;
      test(`comes to ${end.outcome.kind} by ${situation}`, () =>
        steps === 'closed' ? meetClosedPort(surface, end) : meet(surface, situation, end, steps));
    }
    describeStop(surface);
  });
}

/** What the model does, or that nothing listens where it should be. */
function scripts(surface: AgentSurface): Readonly<Record<Situation, Steps | 'closed'>> {
  return {
    ...surface.provider,
    'a limit of turns': [{ kind: 'answer', call: { tool: 'shell', command: 'true' } }],
    'a connection that is cut': [{ kind: 'answer', text: 'Hal', breakOff: 'cut' }],
    'a connection that is refused': 'closed',
    'an answer that never comes': [{ kind: 'hang' }],
    'an answer that stops in the middle': [{ kind: 'answer', text: 'Hal', breakOff: 'stall' }],
  };
}

function describeWork(surface: AgentSurface): void {
  test('is found with its version, without network', async () => {
    await using place = await makePlace();
    const agent = createAgent('agent', surface.config, { root: place.home });
    expect(await agent.probe()).toMatchObject({
      kind: 'ready',
      program: surface.program.path,
      version: expect.stringMatching(/\d+\.\d+\.\d+/),
    });
  });

  test('writes a file, runs a command and finishes', async () => {
    await using place = await makeCheckout();
    const path = join(place.workspace, 'hello.txt');
    const { write, shell } = surface.tools;
    const writing = 'echo hello > hello.txt';
    await using model = await startScriptedModel({
      work: [
        {
          kind: 'answer',
          text: 'Writing.',
          call:
            write === undefined
              ? { tool: 'shell', command: writing }
              : { tool: 'write', path, content: 'hello\n' },
        },
        {
          kind: 'answer',
          call: { tool: 'shell', command: 'tr a-z A-Z < hello.txt > loud.txt' },
          usage: { cacheReadTokens: 700, cacheWriteTokens: 30 },
        },
        { kind: 'answer', text: 'Both files are there.' },
      ],
    });
    const { outcome, events } = await runToItsEnd(surface, place, model);
    expect(outcome).toEqual({
      kind: 'finished',
      claim: 'done',
      lastWords: 'Both files are there.',
      usage: surface.usage,
      // Where its conversation can be taken up again.
      ...('session' in outcome ? { session: expect.stringMatching(/./) } : {}),
    });
    expect(events).toEqual(
      expect.arrayContaining([
        { type: 'text', text: 'Writing.' },
        write === undefined
          ? { type: 'tool', name: shell, detail: writing }
          : { type: 'tool', name: write, detail: path },
        { type: 'tool', name: shell, detail: 'tr a-z A-Z < hello.txt > loud.txt' },
      ]),
    );
    expect(await readFile(join(place.workspace, 'loud.txt'), 'utf8')).toBe('HELLO\n');
  });

  test('takes a brief of 200 kB', async () => {
    await using place = await makeCheckout();
    await using model = await startScriptedModel({ work: [{ kind: 'answer', text: 'Read.' }] });
    const brief = `${'word '.repeat(40_000)}END-OF-BRIEF`;
    const { outcome } = await runToItsEnd(surface, place, model, { brief });
    expect(outcome).toMatchObject({ kind: 'finished', lastWords: 'Read.' });
    expect(model.requests.some(({ body }) => JSON.stringify(body).includes(brief))).toBe(true);
  });

  test('does not do what it may not, asks nobody for it, and goes on', async () => {
    await using place = await makeCheckout();
    const { by, told, config = surface.config } = surface.denied;
    const path = join(by === 'command' ? place.workspace : place.home, 'denied.txt');
    await using model = await startScriptedModel({
      work: [
        {
          kind: 'answer',
          call:
            by === 'command'
              ? { tool: 'shell', command: `node -e 'fs.writeFileSync("denied.txt", "")'` }
              : { tool: 'write', path, content: 'x' },
        },
        { kind: 'answer', text: 'Then not.' },
      ],
    });
    const { outcome } = await runToItsEnd({ ...surface, config }, place, model);
    expect(outcome).toMatchObject({ kind: 'finished', lastWords: 'Then not.' });
    expect(outcome.denials ?? []).toHaveLength(told ? 1 : 0);
    expect(existsSync(path)).toBe(false);
  });
}

function describeStop(surface: AgentSurface): void {
  test('is cancelled in the middle of a tool, and takes its stubborn child in a session of its own with it', async () => {
    await using place = await makeCheckout();
    const child = "process.on('SIGTERM', () => {}); require('fs').writeFileSync('pid', String(process.pid));";
    await writeFile(join(place.home, 'stubborn.cjs'), `${child} setInterval(() => {}, 1_000);\n`);
    const command = `setsid ${process.execPath} ${join(place.home, 'stubborn.cjs')}`;
    await using model = await startScriptedModel({
      work: [{ kind: 'answer', call: { tool: 'shell', command } }],
    });
    const file = join(place.workspace, 'pid');
    const stop = new AbortController();
    const watcher = watch(place.workspace, () => {
      if (existsSync(file) && readFileSync(file, 'utf8') !== '') stop.abort();
    });
    const { outcome } = await runToItsEnd(surface, place, model, { signal: stop.signal }).finally(() =>
      watcher.close(),
    );
    expect(outcome.kind).toBe('cancelled');
    expect(identifyProcess(Number(readFileSync(file, 'utf8')))).toBeUndefined();
  });

  test('is cancelled before it began', async () => {
    await using place = await makeCheckout();
    await using model = await startScriptedModel({ work: [{ kind: 'answer', text: 'Too late.' }] });
    const { outcome } = await runToItsEnd(surface, place, model, { signal: AbortSignal.abort() });
    expect(outcome.kind).toBe('cancelled');
  });
}

async function meet(surface: AgentSurface, situation: Situation, end: End, steps: Steps): Promise<void> {
  await using place = await makeCheckout();
  await using model = await startScriptedModel({ work: steps });
  const { config = surface.config, variables = surface.variables } = end;
  const limits = limitsFor(surface, end);
  const { outcome, events } = await runToItsEnd({ ...surface, config, variables }, place, model, { limits });
  expectEnd(outcome, end);
  if (situation === 'a rate limit') {
    expect(events.filter(({ type }) => type === 'retrying')).toHaveLength(surface.toldRetries);
  }
  const turns = model.requests.filter(({ request }) => request.tools.length > 0);
  expect(turns.length).toBeGreaterThan(0);
  if (situation !== 'a limit of turns') expect(turns.length).toBeLessThanOrEqual(surface.mostRequests);
}

async function meetClosedPort(surface: AgentSurface, end: End): Promise<void> {
  await using place = await makeCheckout();
  const baseUrl = `http://127.0.0.1:${await closedPort()}`;
  const { outcome } = await runAlone(surface, place, baseUrl, { limits: limitsFor(surface, end) });
  expectEnd(outcome, end);
}

function limitsFor(surface: AgentSurface, end: End): typeof longLimits {
  const isIdle = end.outcome.kind === 'idle' || end.waits === true;
  return isIdle ? { ...longLimits, idleMs: surface.idleMs } : longLimits;
}

const longLimits = { idleMs: 90_000, totalMs: 100_000, graceMs: 1_000 };

/** Nothing may be made up: a time or a status that the entry does not name is a fault. */
function expectEnd(outcome: AgentRun['outcome'], end: End): void {
  expect(outcome).toMatchObject(end.outcome);
  for (const name of ['resetsAt', 'httpStatus'] as const) {
    expect(name in outcome, `${name} in ${JSON.stringify(outcome)}`).toBe(name in end.outcome);
  }
}

/** A workspace as Pawl makes it is a repository; without one OpenCode takes the whole file system for its project. */
async function makeCheckout(): Promise<Place> {
  const place = await makePlace();
  execFileSync('git', ['init', '-q', place.workspace]);
  return place;
}

/** The steps are those of the script `work`. */
async function runToItsEnd(
  surface: AgentSurface,
  place: Place,
  model: ScriptedModel,
  options: RunOptions = {},
): Promise<AgentRun> {
  const run = await runAlone(surface, place, model.baseUrl('work'), options);
  expect(model.faults).toEqual([]);
  return run;
}

/** One process was started, its end was seen, and nothing is left of it, whatever the outcome. */
async function runAlone(
  surface: AgentSurface,
  place: Place,
  baseUrl: string,
  options: RunOptions = {},
): Promise<AgentRun> {
  const run = await runAgent(createAgent('agent', surface.config, { root: place.home }), place, {
    limits: longLimits,
    env: passedOn(surface.config, surface.variables(baseUrl)),
    ...options,
  });
  expect(run.ends).toHaveLength(1);
  expect(run.survivors).toEqual([]);
  return run;
}

/** A run of Pawl hands over no other variables. */
function passedOn(
  config: AgentConfig,
  variables: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const names = environmentNamesOf(config);
  return Object.fromEntries(Object.entries(variables).filter(([name]) => names.includes(name)));
}

async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => {
    server.close(resolve);
  });
  return port;
}
