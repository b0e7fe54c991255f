/** Real agents report through the command on their PATH and through the tools of the MCP server `pawl`. */
import { describe, expect, test } from 'vitest';
import { startScriptedModel, type Step } from '../../../src/testing/index.ts';
import { createProject } from '../../rig/repository.ts';
import { aiSdkSurface } from './ai-sdk.ts';
import { claudeSurface } from './claude.ts';
import { codexSurface } from './codex.ts';
import { geminiSurface } from './gemini.ts';
import { opencodeSurface } from './opencode.ts';
import type { AgentSurface } from './surface.ts';

/** How an agent names the tool for a criterion, and in which group it offers it. */
interface Tool {
  readonly name: string;
  readonly namespace?: string;
}

const ofClaude = { name: 'mcp__pawl__report_criterion' };
const ofCodex = { namespace: 'mcp__pawl', name: 'report_criterion' };
const ofOpencode = { name: 'pawl_report_criterion' };

const cases: readonly (readonly [AgentSurface, Tool | undefined])[] = [
  [claudeSurface('control'), ofClaude],
  [claudeSurface('print'), ofClaude],
  [codexSurface('app-server'), ofCodex],
  [codexSurface('exec'), ofCodex],
  [opencodeSurface('acp'), ofOpencode],
  [opencodeSurface('headless'), ofOpencode],
  // It starts no servers in a folder that it does not trust.
  [geminiSurface('acp'), undefined],
  [geminiSurface('headless'), { name: 'mcp_pawl_report_criterion' }],
  // It knows nothing of MCP.
  [aiSdkSurface('anthropic'), undefined],
];

function scriptOf(tool: Tool | undefined): readonly [Step, ...Step[]] {
  const shell = (command: string): Step => ({
    kind: 'answer',
    text: 'Going on.',
    call: { tool: 'shell', command },
  });
  const input = { id: 'T-001.AC1', claim: 'met', where: 'answer.txt' };
  return [
    shell('pawl-report progress 40 "tests next"'),
    tool === undefined
      ? shell('pawl-report criterion T-001.AC1 met answer.txt')
      : { kind: 'answer', text: 'Reporting.', call: { tool: 'named', ...tool, input } },
    shell('echo 42 > answer.txt'),
    { kind: 'answer', text: 'The answer is written.' },
  ];
}

for (const [surface, tool] of cases) {
  describe.skipIf(!surface.program.present)(surface.name, { timeout: 240_000 }, () => {
    test(`reports by command${tool === undefined ? '' : ' and by tool'}`, async () => {
      await using model = await startScriptedModel({ report: scriptOf(tool) });
      await using project = await createProject({
        tasks: [{ id: 'T-001', criteria: ['answer.txt holds 42'] }],
        config: {
          agent: 'own',
          agents: { own: surface.config },
          gates: { test: 'grep -qx 42 answer.txt' },
          maxAttempts: 1,
          limits: { idleSeconds: 90, totalSeconds: 100 },
        },
      });
      const run = await project.run(['run', '--json'], {
        env: surface.variables(model.baseUrl('report')),
        timeoutMs: 110_000,
      });
      expect(run.exitCode, run.stdout + run.stderr).toBe(0);
      const [attempt] = project.state().tasks.values().next().value?.attempts ?? [];
      expect(attempt?.reports.map(({ report }) => report)).toEqual([
        { type: 'progress', percent: 40, next: 'tests next' },
        { type: 'criterion', id: 'T-001.AC1', claim: 'met', where: 'answer.txt', note: '' },
      ]);
      expect(model.faults).toEqual([]);
      expect(project.orphans()).toEqual([]);
    });
  });
}
