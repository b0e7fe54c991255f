/** The real agent programs inside the real sandbox, against a scripted model on loopback. */
import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { probeBubblewrap } from '../../../src/adapters/sandbox/bubblewrap.ts';
import { startScriptedModel } from '../../../src/testing/index.ts';
import { createProject } from '../../rig/repository.ts';
import { aiSdkSurface } from '../agents/ai-sdk.ts';
import { claudeSurface } from '../agents/claude.ts';
import { codexSurface } from '../agents/codex.ts';
import { geminiSurface } from '../agents/gemini.ts';
import { opencodeSurface } from '../agents/opencode.ts';

const bubblewrap = await probeBubblewrap(process.env['PATH'] ?? '');
if (bubblewrap.kind === 'missing')
  process.stderr.write(`SKIPPED: agents in the sandbox: ${bubblewrap.message}\n`);

const surfaces = [
  claudeSurface('control'),
  codexSurface('app-server'),
  opencodeSurface('acp'),
  geminiSurface('acp'),
  aiSdkSurface('openai'),
];

/** From the checkout to the person's own, and to their home. */
const spy = `cat ../../../../project/TASKS.md > seen.txt 2>&1
echo x > ../../../../home/x
echo 42 > answer.txt
`;

describe.each(surfaces)('$name in the sandbox', { timeout: 240_000 }, ({ program, config, variables }) => {
  test.skipIf(bubblewrap.kind === 'missing' || !program.present)(
    'does its work, and sees and writes nothing else',
    async () => {
      await using model = await startScriptedModel({
        spy: [
          { kind: 'answer', text: 'Looking.', call: { tool: 'shell', command: 'sh spy.sh' } },
          { kind: 'answer', text: 'The answer is written.' },
        ],
      });
      await using project = await createProject({
        tasks: [{ id: 'T-001' }],
        files: { 'spy.sh': spy },
        config: {
          agent: 'own',
          agents: { own: config },
          sandbox: { mode: 'require' },
          gates: { test: 'grep -qx 42 answer.txt || { echo "expected 42"; exit 1; }' },
          maxAttempts: 1,
          limits: { idleSeconds: 90, totalSeconds: 100 },
        },
      });
      const env = variables(model.baseUrl('spy'));
      const exit = await project.run(['run', '--json'], { env, timeoutMs: 110_000 });
      expect(exit.exitCode, exit.stdout + exit.stderr).toBe(0);
      expect(await project.git(['show', 'pawl/tasks:answer.txt'])).toBe('42');
      expect(await project.git(['show', 'pawl/tasks:seen.txt'])).toMatch(/No such file or directory$/);
      expect(existsSync(`${project.folder}/home/x`)).toBe(false);
      expect(project.orphans()).toEqual([]);
      expect(model.faults).toEqual([]);
    },
  );
});
