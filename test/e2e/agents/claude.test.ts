/** The real Claude Code, on its surfaces. */
import { existsSync } from 'node:fs';
import { readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createAgent } from '../../../src/adapters/agents/registry.ts';
import { startScriptedModel } from '../../../src/testing/index.ts';
import { makePlace, runAgent } from '../../integration/agents/agent-run.ts';
import { claudeSurface } from './claude.ts';
import { describeAgentSurface } from './contract.ts';

const surfaces = ['control', 'print'] as const;
for (const surface of surfaces) describeAgentSurface(claudeSurface(surface));

const { program, config, variables } = claudeSurface('control');

describe.skipIf(!program.present).concurrent('Claude Code besides', { timeout: 120_000 }, () => {
  test.each(surfaces)('says that it is not logged in without asking anybody, by %s', async (surface) => {
    await using place = await makePlace();
    const agent = createAgent('claude', claudeSurface(surface).config, { root: '/' });
    const { outcome } = await runAgent(agent, place);
    expect(outcome).toMatchObject({ kind: 'auth', message: expect.stringContaining('Not logged in') });
  });

  test.each(surfaces)('stops at its budget, and the overshoot is counted, by %s', async (surface) => {
    await using place = await makePlace();
    await using model = await startScriptedModel({
      loop: [{ kind: 'answer', call: { tool: 'shell', command: 'true' } }],
    });
    const bounded = { ...claudeSurface(surface).config, maxBudgetUsd: 0.005 };
    const { outcome } = await runAgent(createAgent('claude', bounded, { root: '/' }), place, {
      env: variables(model.baseUrl('loop')),
    });
    expect(outcome.kind).toBe('budget');
    expect(outcome.usage?.costUsd).toBeGreaterThan(0.005);
  });

  test('may work in the workspace and in TMPDIR, and is denied the rest with a reason', async () => {
    await using place = await makePlace();
    const outside = join(place.home, 'outside.txt');
    await symlink(place.home, join(place.workspace, 'link'));
    const write = (path: string) => ({
      kind: 'answer' as const,
      call: { tool: 'write' as const, path, content: 'x' },
    });
    const shell = (command: string) => ({
      kind: 'answer' as const,
      call: { tool: 'shell' as const, command },
    });
    await using model = await startScriptedModel({
      work: [
        write(join(place.workspace, 'in.txt')),
        write(join(place.environment['TMPDIR'] ?? '', 'in.txt')),
        write(outside),
        write(join(place.workspace, 'link', 'linked.txt')),
        shell(`echo x > ${outside}`),
        shell('node -e "process.stdout.write(String(40 + 2))" > out.txt 2> /dev/null; cat out.txt'),
        { kind: 'answer', text: 'Tried all.' },
      ],
    });
    const run = await runAgent(createAgent('claude', config, { root: '/' }), place, {
      env: variables(model.baseUrl('work')),
    });
    expect(run.outcome).toMatchObject({ kind: 'finished', lastWords: 'Tried all.' });
    expect(run.outcome.denials).toEqual([
      `Write: ${outside}`,
      expect.stringMatching(/^Write: .*linked\.txt$/),
      `Bash: ${outside}`,
    ]);
    expect(existsSync(join(place.workspace, 'in.txt'))).toBe(true);
    expect(await readFile(join(place.workspace, 'out.txt'), 'utf8')).toBe('42');
    expect(existsSync(outside)).toBe(false);
    expect(existsSync(join(place.home, 'linked.txt'))).toBe(false);
    expect(JSON.stringify(model.requests.at(-1)?.body)).toContain(`${outside} is outside the workspace`);
    expect(model.faults).toEqual([]);
  });
});
