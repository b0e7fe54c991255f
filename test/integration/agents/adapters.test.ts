import { chmod, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { createClaudeAgent } from '../../../src/adapters/agents/claude/agent.ts';
import { createCommandAgent } from '../../../src/adapters/agents/command.ts';
import { createAgent } from '../../../src/adapters/agents/registry.ts';
import { createScriptedAgent } from '../../../src/adapters/agents/scripted.ts';
import type { Agent } from '../../../src/ports/agent.ts';
import { makePlace, type Place, runAgent } from './agent-run.ts';

describe('a command as an agent', () => {
  test('reads the brief, works in the workspace and claims to be done by exit code 0', async () => {
    await using place = await makePlace();
    const script =
      'cat > brief.txt; printf "\\033[31mtask %s\\033[0m\\n" "$PAWL_TASK/$PAWL_ATTEMPT"; echo "$@" >&2';
    const argv = ['sh', '-c', script, 'sh', '{task}', '{attempt}', '{workspace}', '{other}'] as const;
    const { outcome, events, survivors } = await runAgent(createCommandAgent({ name: 'own', argv }), place);
    const said = `T-001 2 ${place.workspace} {other}`;
    expect(await readFile(join(place.workspace, 'brief.txt'), 'utf8')).toBe('Do the task.');
    expect(events).toHaveLength(2);
    expect(events).toEqual(
      expect.arrayContaining([
        { type: 'text', text: 'task T-001/2' },
        { type: 'text', text: said },
      ]),
    );
    expect(outcome).toMatchObject({ kind: 'finished', claim: 'done' });
    expect(outcome.lastWords.split('\n').toSorted()).toEqual([said, 'task T-001/2'].toSorted());
    expect(survivors).toEqual([]);
  });

  test('that ends with another exit code crashed', async () => {
    await using place = await makePlace();
    const agent = createCommandAgent({ name: 'own', argv: ['sh', '-c', 'echo no key; exit 3'] });
    expect((await runAgent(agent, place)).outcome).toEqual({
      kind: 'crashed',
      exitCode: 3,
      message: 'the command did not end with exit code 0 (exit code 3)',
      lastWords: 'no key',
    });
  });

  test('that a signal ends crashed by it', async () => {
    await using place = await makePlace();
    const agent = createCommandAgent({ name: 'own', argv: ['sh', '-c', 'kill -KILL $$'] });
    expect((await runAgent(agent, place)).outcome).toMatchObject({ kind: 'crashed', signal: 'SIGKILL' });
  });

  test('that is not there is unavailable, and its probe says so', async () => {
    await using place = await makePlace();
    const argv = ['no-such-agent-program'] as const;
    const agent = createCommandAgent({ name: 'own', argv, environment: place.environment });
    expect((await runAgent(agent, place)).outcome.kind).toBe('unavailable');
    expect(await agent.probe()).toEqual({
      kind: 'missing',
      program: 'no-such-agent-program',
      message: 'no-such-agent-program was not found on PATH',
      hint: 'Install it, or correct agents.own.argv in the configuration.',
    });
  });

  test('that says nothing is ended at the idle limit, with its stubborn children', async () => {
    await using place = await makePlace();
    const script = 'trap "" TERM; echo working; setsid sh -c \'trap "" TERM; while :; do sleep 1; done\'';
    const agent = createCommandAgent({ name: 'own', argv: ['sh', '-c', script] });
    const limits = { idleMs: 500, totalMs: 60_000, graceMs: 100 };
    const { outcome, survivors } = await runAgent(agent, place, { limits });
    expect(outcome).toEqual({ kind: 'idle', idleMs: 500, lastWords: 'working' });
    expect(survivors).toEqual([]);
  });

  test('that a person stops is cancelled', async () => {
    await using place = await makePlace();
    const stop = new AbortController();
    const agent = createCommandAgent({
      name: 'own',
      argv: ['sh', '-c', 'echo working; cat /dev/zero >/dev/null'],
    });
    const onEvent = (): void => stop.abort();
    const { outcome, survivors } = await runAgent(agent, place, { signal: stop.signal, onEvent });
    expect(outcome).toEqual({ kind: 'cancelled', lastWords: 'working' });
    expect(survivors).toEqual([]);
  });

  test('named by a path is looked for in the repository, not in the workspace', async () => {
    await using place = await makePlace();
    const repository = place.home;
    await writeFile(join(repository, 'agent.sh'), '#!/bin/sh\necho from the repository\n', { mode: 0o755 });
    await writeFile(join(place.workspace, 'agent.sh'), '#!/bin/sh\necho from the workspace\n', {
      mode: 0o755,
    });
    const agent = createAgent('own', { kind: 'command', argv: ['./agent.sh'] }, { root: repository });
    expect((await runAgent(agent, place)).outcome.lastWords).toBe('from the repository');
    expect(await agent.probe()).toMatchObject({ kind: 'ready', program: join(repository, 'agent.sh') });
  });
});

/** From source, so that no build is needed. */
const scriptedProgram = fileURLToPath(new URL('../../../src/scripted-agent/main.ts', import.meta.url));

async function scriptedAgent(place: Place, ...steps: readonly object[]): Promise<Agent> {
  const scriptFile = join(place.home, 'script.json');
  const script = { tasks: { 'T-001': [[{ claim: 'none', summary: 'the first attempt' }], steps] } };
  await writeFile(scriptFile, JSON.stringify(script));
  return createScriptedAgent({ name: 'rehearsal', scriptFile, program: scriptedProgram });
}

describe('the scripted agent', () => {
  test('gets its script, task, attempt and brief, and finishes with its claim', async () => {
    await using place = await makePlace();
    const agent = await scriptedAgent(
      place,
      { expectBrief: 'Do the task.' },
      { say: '{{task}}/{{attempt}}' },
      { progress: { percent: 50, next: 'the other half' } },
      { claim: 'blocked', summary: 'no spec' },
    );
    const { outcome, events } = await runAgent(agent, place);
    expect(events).toEqual([
      { type: 'text', text: 'T-001/2' },
      { type: 'progress', percent: 50, next: 'the other half' },
    ]);
    expect(outcome).toEqual({ kind: 'finished', claim: 'blocked', lastWords: 'no spec' });
    expect(await agent.probe()).toMatchObject({
      kind: 'ready',
      version: expect.stringMatching(/^pawl-scripted-agent \d/),
    });
  });

  test('says when its rate limit ends', async () => {
    await using place = await makePlace();
    const before = Date.now();
    const agent = await scriptedAgent(place, { rateLimit: { resetsInSeconds: 600 } });
    const { outcome } = await runAgent(agent, place);
    expect(outcome.kind).toBe('rate-limited');
    if (outcome.kind !== 'rate-limited') return;
    expect(outcome.resetsAt).toBeGreaterThan(before + 500_000);
    expect(outcome.resetsAt).toBeLessThan(before + 1_200_000);
  });

  test('that crashes is a crash, although it had spoken', async () => {
    await using place = await makePlace();
    const agent = await scriptedAgent(place, { say: 'nearly there' }, { crash: { signal: 'SIGKILL' } });
    const { outcome } = await runAgent(agent, place);
    expect(outcome).toMatchObject({ kind: 'crashed', signal: 'SIGKILL', lastWords: 'nearly there' });
  });

  test('whose script is wrong cannot work, and says what is wrong with it', async () => {
    await using place = await makePlace();
    const { outcome } = await runAgent(await scriptedAgent(place, { dance: true }), place);
    expect(outcome).toMatchObject({
      kind: 'unavailable',
      message: expect.stringContaining('expected one verb of'),
    });
  });

  test('without its script is missing', async () => {
    await using place = await makePlace();
    const agent = await scriptedAgent(place);
    await rm(join(place.home, 'script.json'));
    expect(await agent.probe()).toEqual({
      kind: 'missing',
      program: scriptedProgram,
      message: `the script ${join(place.home, 'script.json')} cannot be read`,
      hint: 'Write it, or correct agents.rehearsal.script in the configuration.',
    });
  });
});

/** Stands in for the CLI where it is not installed: shows how it was called, then prints the lines it is given. */
const claudeStandIn = `#!/usr/bin/env node
const { readFileSync, writeFileSync } = require('node:fs');
const called = { args: process.argv.slice(2), env: process.env, brief: readFileSync(0, 'utf8'), cwd: process.cwd() };
writeFileSync(process.env.HOME + '/called.json', JSON.stringify(called));
process.stdout.write(readFileSync(process.env.HOME + '/lines.jsonl', 'utf8'));
process.stderr.write('a word on standard error');
process.exitCode = Number(process.env.STAND_IN_EXIT ?? 0);
`;

describe('running Claude Code by what it prints', () => {
  test('is headless, quiet, bounded in retries, and has the brief on standard input', async () => {
    await using place = await makePlace();
    const program = join(place.home, 'claude');
    await writeFile(program, claudeStandIn, { mode: 0o755 });
    await writeFile(
      join(place.home, 'lines.jsonl'),
      '{"type":"result","subtype":"success","is_error":false,"result":"All done"}\n',
    );
    const agent = createClaudeAgent({
      name: 'c',
      program,
      surface: 'print',
      model: 'some-model',
      maxTurns: 40,
      maxBudgetUsd: 2.5,
      args: ['--effort', 'low'],
    });
    const brief = `# T-001\n${'long '.repeat(50_000)}`;
    const { outcome } = await runAgent(agent, place, { brief, env: { API_TIMEOUT_MS: '5000' } });
    const called = JSON.parse(await readFile(join(place.home, 'called.json'), 'utf8'));
    expect(outcome).toEqual({ kind: 'finished', claim: 'done', lastWords: 'All done' });
    expect(called.brief).toBe(brief);
    expect(called.cwd).toBe(place.workspace);
    expect(called.args.join(' ')).toBe(
      '-p --permission-mode bypassPermissions --output-format stream-json --verbose --setting-sources  ' +
        '--strict-mcp-config --model some-model --max-turns 40 --max-budget-usd 2.5 --effort low',
    );
    expect(called.env).toMatchObject({
      CLAUDE_CODE_MAX_RETRIES: '2',
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
      DISABLE_AUTOUPDATER: '1',
      API_TIMEOUT_MS: '5000',
    });
    expect(called.env['IS_SANDBOX']).toBe(process.getuid?.() === 0 ? '1' : undefined);
  });

  test('that prints no result event crashed, with its complaint', async () => {
    await using place = await makePlace();
    const program = join(place.home, 'claude');
    await writeFile(program, claudeStandIn, { mode: 0o755 });
    await writeFile(join(place.home, 'lines.jsonl'), '{"type":"system","subtype":"init"}\n');
    const agent = createClaudeAgent({ name: 'c', program, surface: 'print' });
    expect((await runAgent(agent, place, { env: { STAND_IN_EXIT: '1' } })).outcome).toEqual({
      kind: 'crashed',
      exitCode: 1,
      message: 'claude ended without a result event (exit code 1): a word on standard error',
      lastWords: '',
    });
  });
});

describe('looking for Claude Code', () => {
  test('finds it on PATH with its version', async () => {
    await using place = await makePlace();
    const program = join(place.home, 'claude');
    await writeFile(program, '#!/bin/sh\n[ "$1" = --version ] && echo "9.9.9 (Claude Code)"\n', {
      mode: 0o755,
    });
    const environment = { PATH: `${place.workspace}:${place.home}`, ANTHROPIC_API_KEY: 'k' };
    expect(await createClaudeAgent({ name: 'c', environment }).probe()).toEqual({
      kind: 'ready',
      program,
      version: '9.9.9 (Claude Code)',
      login: 'yes',
      notes: [expect.stringMatching(/^newer than .*, which Pawl is tested with$/)],
      cannot: [],
    });
  });

  test('says that it is missing, or that what is there does not start', async () => {
    await using place = await makePlace();
    const agent = createClaudeAgent({ name: 'c', environment: { PATH: place.home } });
    expect(await agent.probe()).toMatchObject({ kind: 'missing', message: 'claude was not found on PATH' });
    const program = join(place.home, 'claude');
    await writeFile(program, '#!/bin/sh\nexit 1\n');
    expect(await agent.probe()).toMatchObject({ kind: 'missing', message: 'claude was not found on PATH' });
    await chmod(program, 0o755);
    expect(await agent.probe()).toMatchObject({
      kind: 'missing',
      message: `${program} does not start: Command failed: ${program} --version`,
    });
  });
});
