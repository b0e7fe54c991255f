/** A whole run from the built command line with a real agent, against a scripted model on loopback. */
import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { startScriptedModel } from '../../../src/testing/index.ts';
import { createProject } from '../../rig/repository.ts';
import type { AgentSurface } from './surface.ts';

export function describeWholeRun(surface: AgentSurface): void {
  describe.skipIf(!surface.program.present)(`a run with ${surface.name}`, { timeout: 240_000 }, () => {
    test('a claim with the wrong work is refused by the gate, and the next attempt lands', async () => {
      await using model = await startScriptedModel({
        liar: [
          {
            kind: 'answer',
            text: 'Writing it.',
            call: { tool: 'shell', command: 'echo wrong > answer.txt' },
          },
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
          agent: 'own',
          agents: { own: surface.config },
          gates: { test: 'grep -qx 42 answer.txt || { echo "expected 42"; exit 1; }' },
          maxAttempts: 1,
          limits: { idleSeconds: 90, totalSeconds: 100 },
        },
      });
      const run = (script: string) =>
        project.run(['run', '--json'], { env: surface.variables(model.baseUrl(script)), timeoutMs: 110_000 });

      const first = await run('liar');
      expect(first.exitCode, first.stderr).toBe(1);
      expect(JSON.parse(first.stdout)).toMatchObject({
        end: 'finished',
        pulse: { falseCompletions: [{ task: 'T-001', attempt: 1 }] },
      });
      expect((await project.run(['retry', 'T-001'])).exitCode).toBe(0);

      const second = await run('honest');
      expect(second.exitCode, second.stderr).toBe(0);
      expect(await project.git(['show', 'pawl/tasks:answer.txt'])).toBe('42');
      const attempts = project.state().tasks.values().next().value?.attempts ?? [];
      // The first attempt never touched the file it was told to read; the second did, and its tokens were counted.
      expect(attempts.map((attempt) => attempt.unread)).toEqual([['docs/spec.md'], []]);
      expect(attempts[1]?.outcome).toMatchObject({
        kind: 'finished',
        lastWords: 'The answer is written.',
        usage: { inputTokens: 3_000, outputTokens: 150 },
      });
      const { costUsd, costBasis } = attempts[1]?.outcome?.usage ?? {};
      expect(costUsd !== undefined && costBasis !== 'priced').toBe('costUsd' in surface.usage);
      // It had a home of its own: nothing of its work was written to the user's.
      expect(readdirSync(project.env['HOME'] ?? '')).toEqual(surface.leftByVersion);
      expect(project.orphans()).toEqual([]);
      expect(model.faults).toEqual([]);
    });
  });
}
