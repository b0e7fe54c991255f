import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { agentIdentity } from '../../src/adapters/agents/identity.ts';
import type { AgentConfig } from '../../src/adapters/agents/registry.ts';
import { configSchema, type PawlConfig } from '../../src/app/config.ts';
import { roleFaults, rolesOf } from '../../src/app/role-config.ts';
import { makeTemporaryFolder } from '../rig/temporary.ts';

const read = (config: PawlConfig): ReturnType<typeof configSchema.parse> => configSchema.parse(config);
const faultsOf = (config: PawlConfig): readonly string[] => roleFaults(read(config), '/repository');
const agents: PawlConfig['agents'] = {
  sonnet: { kind: 'claude', model: 'sonnet' },
  opus: { kind: 'claude', model: 'opus' },
  again: { kind: 'claude', model: 'sonnet', args: ['--effort', 'high'], maxTurns: 9 },
};

describe('the roles of a configuration', () => {
  test('without any are the agent and its fallbacks, in every role but the verifier’s', () => {
    const working = { agents: ['opus', 'codex'] };
    expect(rolesOf(read({ agents, agent: 'opus', fallback: ['codex', 'opus'] }))).toEqual({
      implementer: working,
      testAuthor: working,
      reconciler: working,
      resolver: working,
      planner: working,
    });
    expect(rolesOf(read({})).implementer).toEqual({ agents: ['claude'] });
  });

  test('are taken as a name, a list, or lists by risk and kind', () => {
    const byClass = { agents: ['opus'], byRisk: { Low: ['sonnet'] }, byKind: { fix: ['codex'] } };
    const roles = rolesOf(
      read({ agents, roles: { implementer: byClass, planner: 'codex', verifier: ['codex', 'opus'] } }),
    );
    expect(roles).toMatchObject({
      implementer: byClass,
      resolver: byClass,
      planner: { agents: ['codex'] },
      verifier: { agents: ['codex', 'opus'] },
    });
  });

  test('have one implementer when the command line names it', () => {
    const config = read({
      agents,
      roles: { implementer: { agents: ['opus'], byRisk: { High: ['codex'] } } },
    });
    expect(rolesOf(config, 'gemini').implementer).toEqual({ agents: ['gemini'] });
  });
});

describe('a configuration is refused', () => {
  test('that names the implementer twice', () => {
    expect(faultsOf({ agent: 'codex', fallback: ['gemini'], roles: { implementer: 'claude' } })).toEqual([
      'roles.implementer: `agent` and `fallback` say the same thing; take them out, or name the agents there alone',
    ]);
    expect(faultsOf({ agent: 'codex', roles: { planner: 'claude' } })).toEqual([]);
  });

  test('that names agents nobody defined, also those that every object has', () => {
    expect(
      faultsOf({
        roles: { planner: 'ghost', resolver: { agents: ['codex'], byKind: { fix: ['constructor'] } } },
      }),
    ).toEqual(['roles.resolver: no agent is named constructor', 'roles.planner: no agent is named ghost']);
    expect(faultsOf({ maxConcurrent: { codex: 1, ghost: 2 } })).toEqual([
      'maxConcurrent: no agent is named ghost',
    ]);
  });

  test('that lets an agent judge its own work, under whatever name', () => {
    expect(faultsOf({ agents, roles: { implementer: ['opus', 'sonnet'], verifier: 'opus' } })).toEqual([
      'roles.verifier: what opus makes of a High task would be judged by opus, which is opus itself; add an agent of another program or model',
    ]);
    expect(faultsOf({ agents, agent: 'sonnet', roles: { verifier: ['again'] } })).toEqual([
      'roles.verifier: what sonnet makes of a High task would be judged by again, which is sonnet itself (it has its kind, program and model); add an agent of another program or model',
    ]);
    expect(
      faultsOf({ agents, roles: { implementer: ['opus', 'sonnet'], verifier: ['opus', 'sonnet'] } }),
    ).toEqual([]);
  });

  test('for one class of tasks alone', () => {
    const verifier = { agents: ['codex'], byKind: { fix: ['sonnet'] } };
    expect(faultsOf({ agents, agent: 'sonnet', roles: { verifier } })[0]).toContain(
      'what sonnet makes of a High fix would be judged by sonnet',
    );
  });
});

describe('two names are one agent', () => {
  test('when kind, program and model are the same, however the program is written', async () => {
    await using folder = makeTemporaryFolder('identity');
    writeFileSync(join(folder.path, 'claude'), '#!/bin/sh\n', { mode: 0o755 });
    symlinkSync('claude', join(folder.path, 'link'));
    const of = (config: AgentConfig): string =>
      agentIdentity(config, { root: folder.path, path: folder.path });
    const plain = of({ kind: 'claude' });
    expect(of({ kind: 'claude', program: './link', args: ['--verbose'], maxBudgetUsd: 1 })).toBe(plain);
    expect(of({ kind: 'claude', model: 'opus' })).not.toBe(plain);
    expect(of({ kind: 'claude', program: 'elsewhere' })).not.toBe(plain);
    expect(of({ kind: 'acp', preset: 'opencode' })).toBe(of({ kind: 'acp', argv: ['opencode', 'acp'] }));
    expect(of({ kind: 'command', argv: ['agent', 'a'] })).not.toBe(
      of({ kind: 'command', argv: ['agent', 'b'] }),
    );
  });
});
