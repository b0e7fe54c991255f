/** The real agent programs inside the real sandbox, against a scripted model on loopback. */
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { probeBubblewrap } from '../../../src/adapters/sandbox/bubblewrap.ts';
import { startScriptedModel } from '../../../src/testing/index.ts';
import { createProject } from '../../rig/repository.ts';
import { aiSdkSurface } from '../agents/ai-sdk.ts';
import { claudeSurface } from '../agents/claude.ts';
import { codexSurface } from '../agents/codex.ts';
import { geminiSurface } from '../agents/gemini.ts';
import { opencodeSurface } from '../agents/opencode.ts';
import { bodiesOf } from '../observations.ts';

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

/** From the checkout to the person's own, and to their home; to another port than the model's; and to Pawl. */
const spyOn = (port: number): string => `cat ../../../../project/TASKS.md > seen.txt 2>&1
echo x > ../../../../home/x
node -e "fetch('http://127.0.0.1:${port}/').then(() => console.log('reached'), () => console.log('refused'))" > reached.txt
pawl-report progress 50 "the rest" > /dev/null
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
      const other = createServer((_request, response) => void response.end('reached'));
      await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
      const { port } = other.address() as AddressInfo;
      await using project = await createProject({
        tasks: [{ id: 'T-001' }],
        files: { 'spy.sh': spyOn(port) },
        config: {
          agent: 'own',
          agents: { own: config },
          sandbox: { mode: 'require', network: [new URL(model.baseUrl('spy')).host] },
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
      expect(await project.git(['show', 'pawl/tasks:reached.txt'])).toBe('refused');
      expect(existsSync(`${project.folder}/home/x`)).toBe(false);
      expect(bodiesOf(project.events(), 'attempt.reported')).toMatchObject([{ report: { percent: 50 } }]);
      expect(project.orphans()).toEqual([]);
      expect(model.faults).toEqual([]);
      other.close();
    },
  );
});
