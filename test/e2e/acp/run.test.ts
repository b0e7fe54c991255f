/** A whole run from the built command line with the real OpenCode, against a scripted model on loopback. */
import { delimiter, dirname } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createProject } from '../../rig/repository.ts';
import { startScriptedModel } from '../../../src/testing/index.ts';
import { opencode } from './real-agents.ts';

describe.skipIf(!opencode.present)('pawl run --agent opencode', { timeout: 120_000 }, () => {
  test('works on a task, and its work lands with its usage', async () => {
    await using model = await startScriptedModel({
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
        agents: {
          opencode: {
            kind: 'acp',
            preset: 'opencode',
            model: opencode.model,
            passEnv: ['npm_config_offline'],
          },
        },
        gates: { test: 'grep -qx 42 answer.txt || { echo "expected 42"; exit 1; }' },
        maxAttempts: 1,
        limits: { idleSeconds: 60, totalSeconds: 100 },
      },
    });
    const env = {
      ...opencode.variables(model.baseUrl('honest')),
      PATH: `${dirname(opencode.program)}${delimiter}${process.env['PATH'] ?? ''}`,
    };
    const exit = await project.run(['run', '--json', '--agent', 'opencode'], { env, timeoutMs: 110_000 });
    expect(exit.stderr).toBe('');
    expect(exit.exitCode).toBe(0);
    expect(await project.git(['show', 'pawl/tasks:answer.txt'])).toBe('42');
    const attempt = project.state().tasks.values().next().value?.attempts[0];
    expect(attempt?.unread).toEqual([]);
    expect(attempt?.outcome).toMatchObject({
      kind: 'finished',
      lastWords: 'The answer is written.',
      usage: { inputTokens: 3_000, outputTokens: 150 },
    });
    expect(project.orphans()).toEqual([]);
    expect(model.faults).toEqual([]);
  });
});
