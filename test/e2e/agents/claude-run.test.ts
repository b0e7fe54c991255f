/** What only a run with Claude Code shows: a conversation that is taken up again, and questions to it. */
import { describe, expect, test } from 'vitest';
import { startScriptedModel } from '../../../src/testing/index.ts';
import { createProject } from '../../rig/repository.ts';
import { bubblewrap } from '../../integration/isolation/sandbox-scene.ts';
import { claudeSurface } from './claude.ts';
import { describeWholeRun } from './whole-run.ts';

const claude = claudeSurface('control');
const { program, config, variables } = claude;

describeWholeRun(claude);

describe.skipIf(!program.present)('resume: auto', { timeout: 240_000 }, () => {
  test.each([
    ['without a sandbox', { mode: 'off' }],
    ['in a sandbox with a limited network', { mode: 'require', network: [] }],
  ])('a small failure is repaired in the same conversation and files, %s', async (_name, sandbox) => {
    if (sandbox.mode === 'require' && bubblewrap.kind === 'missing') {
      process.stderr.write(`SKIPPED: a conversation taken up in the sandbox: ${bubblewrap.message}\n`);
      return;
    }
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
            ? shell(
                'Writing it.',
                'echo wrong > src/answer.txt; git add -A; git commit -qm wrong; echo kept > b.txt',
              )
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
        agents: { claude: config },
        gates: { test: 'grep -qx 42 src/answer.txt || { echo "src/answer.txt:1 expected 42"; exit 1; }' },
        resume: 'auto',
        sandbox,
        limits: { idleSeconds: 90, totalSeconds: 100 },
      },
    });
    const run = await project.run(['run'], {
      env: variables(model.baseUrl('repair')),
      timeoutMs: 110_000,
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

describe.skipIf(!program.present)('questions to Claude Code', { timeout: 240_000 }, () => {
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
        agents: { claude: config },
        limits: { idleSeconds: 90, totalSeconds: 100 },
      },
    });
    const ask = (script: string, ...args: readonly string[]) =>
      project.run(args, {
        env: variables(model.baseUrl(script)),
        timeoutMs: 110_000,
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
