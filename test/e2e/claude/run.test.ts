/** A whole run from the built command line with the real Claude Code, against a scripted model on loopback. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { createProject } from '../../rig/repository.ts';
import { startScriptedModel } from '../../../src/testing/index.ts';

const installed = fileURLToPath(
  new URL('../../../.cache/agents/claude/node_modules/.bin/claude', import.meta.url),
);
const program = process.env['PAWL_TEST_CLAUDE'] ?? installed;
const present = existsSync(program);
if (!present) console.warn(`skipped: there is no Claude Code at ${program}`);

describe.skipIf(!present)('pawl run --agent claude', { timeout: 90_000 }, () => {
  test('a claim with the wrong work is refused by the gate, and the next attempt lands', async () => {
    await using model = await startScriptedModel({
      liar: [
        { kind: 'answer', text: 'Writing it.', call: { tool: 'shell', command: 'echo wrong > answer.txt' } },
        { kind: 'answer', text: 'All criteria are met.' },
      ],
      honest: [
        { kind: 'answer', text: 'Reading.', call: { tool: 'shell', command: 'cat docs/spec.md' } },
        { kind: 'answer', text: 'Writing it.', call: { tool: 'shell', command: 'echo 42 > answer.txt' } },
        { kind: 'answer', text: 'The answer is written.' },
      ],
    });
    await using project = await createProject({
      tasks: [{ id: 'T-001', fields: { 'Spec reference': 'docs/spec.md, Answer' } }],
      files: { 'docs/spec.md': '# Answer\n\nanswer.txt holds 42.\n' },
      config: {
        agent: 'claude',
        agents: { claude: { kind: 'claude', program, model: 'claude-sonnet-4-5' } },
        gates: { test: 'grep -qx 42 answer.txt || { echo "expected 42"; exit 1; }' },
        maxAttempts: 1,
        limits: { idleSeconds: 60, totalSeconds: 80 },
      },
    });
    const env = (script: string) => ({
      ANTHROPIC_API_KEY: 'dummy',
      ANTHROPIC_BASE_URL: model.baseUrl(script),
    });

    const first = await project.run(['run', '--json'], { env: env('liar'), timeoutMs: 80_000 });
    expect(first.exitCode).toBe(1);
    expect(JSON.parse(first.stdout)).toMatchObject({
      end: 'finished',
      pulse: { falseCompletions: [{ task: 'T-001', attempt: 1 }] },
    });
    expect((await project.run(['retry', 'T-001'])).exitCode).toBe(0);

    const second = await project.run(['run', '--json'], { env: env('honest'), timeoutMs: 80_000 });
    expect(second.exitCode).toBe(0);
    expect(await project.git(['show', 'pawl/tasks:answer.txt'])).toBe('42');
    const attempts = project.state().tasks.values().next().value?.attempts ?? [];
    // The first attempt never touched the file it was told to read; the second did, and its cost was kept.
    expect(attempts.map((attempt) => attempt.unread)).toEqual([['docs/spec.md'], []]);
    expect(attempts[1]?.outcome).toMatchObject({ kind: 'finished', lastWords: 'The answer is written.' });
    expect(attempts[1]?.outcome?.usage?.inputTokens).toBeGreaterThan(0);
    expect(project.orphans()).toEqual([]);
    expect(model.faults).toEqual([]);
  });
});

describe.skipIf(!present)('resume: auto', { timeout: 90_000 }, () => {
  test('a small failure is repaired in the same conversation, in the files as they were left', async () => {
    const shell = (text: string, command: string) => ({
      kind: 'answer' as const,
      text,
      call: { tool: 'shell' as const, command },
      usage: { inputTokens: 9_000 },
    });
    const done = { kind: 'answer' as const, text: 'Done.', usage: { cacheReadTokens: 9_500 } };
    await using model = await startScriptedModel({
      repair: ({ request, body }) => {
        if (request.tools.length === 0) return undefined;
        if (!JSON.stringify(body).includes('The gates have refused your work'))
          return request.turn === 0
            ? shell('Writing it.', 'echo wrong > src/answer.txt; echo kept > b.txt')
            : done;
        return request.turn === 1
          ? shell('Repairing it.', 'test -f b.txt && echo 42 > src/answer.txt')
          : done;
      },
    });
    await using project = await createProject({
      tasks: [{ id: 'T-001' }],
      files: { 'src/index.txt': 'x\n' },
      config: {
        agent: 'claude',
        agents: { claude: { kind: 'claude', program, model: 'claude-sonnet-4-5' } },
        gates: { test: 'grep -qx 42 src/answer.txt || { echo "src/answer.txt:1 expected 42"; exit 1; }' },
        resume: 'auto',
        limits: { idleSeconds: 60, totalSeconds: 80 },
      },
    });
    const run = await project.run(['run'], {
      env: { ANTHROPIC_API_KEY: 'dummy', ANTHROPIC_BASE_URL: model.baseUrl('repair') },
      timeoutMs: 80_000,
    });
    expect(run.exitCode, run.stdout).toBe(0);
    expect(run.stdout).toContain('takes the conversation up again: a small failure of gate test');
    expect(await project.git(['show', 'pawl/tasks:src/answer.txt'])).toBe('42');
    const attempts = project.state().tasks.values().next().value?.attempts ?? [];
    expect(attempts.map(({ beginning }) => beginning?.mode)).toEqual([undefined, 'resumed']);
    // One conversation in two attempts, each of which has used what it has used itself.
    expect(attempts[1]?.outcome?.session).toBe(attempts[0]?.outcome?.session);
    expect(attempts.map(({ usage }) => usage?.cacheReadTokens)).toEqual([9_500, 9_500]);
    expect((await project.run(['show', 'T-001'])).stdout).toContain('resumed: a small failure of gate test');
    expect(project.orphans()).toEqual([]);
    expect(model.faults).toEqual([]);
  });
});

describe.skipIf(!present)('questions to Claude Code', { timeout: 90_000 }, () => {
  test('a missing dependency and a whole backlog are taken from its answers', async () => {
    const answer = (value: object) => ({
      kind: 'answer' as const,
      text: 'Writing my answer.',
      call: { tool: 'write' as const, path: 'pawl-answer.json', content: JSON.stringify(value) },
    });
    const done = { kind: 'answer' as const, text: 'The answer is written.' };
    await using model = await startScriptedModel({
      infer: [
        answer({
          edges: [{ task: 'T-002', on: 'T-001', reason: 'it reads what T-001 writes', confidence: 0.9 }],
        }),
        done,
      ],
      decompose: [
        answer({
          title: 'Answer',
          tasks: [{ id: 'T-001', title: 'Answer', criteria: ['answer.txt holds 42'] }],
        }),
        done,
      ],
    });
    await using project = await createProject({
      tasks: [{ id: 'T-001' }, { id: 'T-002' }],
      files: { 'docs/spec.md': '# Answer\n\nanswer.txt holds 42.\n' },
      config: {
        agent: 'claude',
        agents: { claude: { kind: 'claude', program, model: 'claude-sonnet-4-5' } },
        limits: { idleSeconds: 60, totalSeconds: 80 },
      },
    });
    const ask = (script: string, ...args: readonly string[]) =>
      project.run(args, {
        env: { ANTHROPIC_API_KEY: 'dummy', ANTHROPIC_BASE_URL: model.baseUrl(script) },
        timeoutMs: 80_000,
      });
    const inferred = await ask('infer', 'plan', '--infer');
    expect(inferred.stdout, inferred.stderr).toContain(
      'T-002 needs T-001: it reads what T-001 writes (90 %, by an agent)',
    );
    const drafted = await ask('decompose', 'decompose', 'docs/spec.md', '--out', 'docs/TASKS.md', '--yes');
    expect(drafted.stdout, drafted.stderr).toContain('Written.');
    expect((await project.run(['plan', '--backlog', 'docs/TASKS.md'])).exitCode).toBe(0);
    expect(project.orphans()).toEqual([]);
    expect(model.faults).toEqual([]);
  });
});
