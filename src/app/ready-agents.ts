/** Before a run: which agents of its pools are there, and the policy without the others. */
import { createAgent } from '../adapters/agents/registry.ts';
import type { Task } from '../domain/plan.ts';
import { poolOf, type Policy } from '../domain/policy.ts';
import { PawlError } from '../domain/refusal.ts';
import type { RolePool } from '../domain/roles.ts';
import type { Agent, AgentProbe } from '../ports/agent.ts';
import { agentConfigOf } from './config.ts';
import type { Project } from './project.ts';

export interface ReadyAgents {
  readonly agents: ReadonlyMap<string, Agent>;
  readonly policy: Policy;
}

/**
 * Looks for the agents that attempts at these tasks may get. One that is not logged in is warned of. One that is
 * missing is warned of and left out of the policy; throws AGENT-MISSING where nobody of a pool is left, and AGENT-UNKNOWN.
 */
export async function readyAgents(
  project: Project,
  policy: Policy,
  tasks: readonly Task[],
  onWarning: (text: string) => void,
): Promise<ReadyAgents> {
  const pools = tasks.length === 0 ? [poolOf(policy)] : tasks.map((task) => poolOf(policy, task));
  const found = await Promise.all([...new Set(pools.flat())].map((name) => lookFor(project, name)));
  const missing = new Map(found.flatMap(({ agent, probe }) => missingEntry(agent.name, probe)));
  for (const pool of pools) {
    const first = missing.get(pool[0] ?? '');
    if (first !== undefined && pool.every((name) => missing.has(name))) throw first;
  }
  for (const { message } of missing.values())
    onWarning(`WARN::FALLBACK-MISSING: ${message}; it gets no work`);
  for (const { agent, probe } of found) {
    if (probe.kind === 'missing' || probe.login !== 'no') continue;
    onWarning(`WARN::NOT-LOGGED-IN: agent ${agent.name} finds no key and no login. ${probe.loginHint ?? ''}`);
  }
  const ready = found.filter(({ agent }) => !missing.has(agent.name));
  return {
    agents: new Map(ready.map(({ agent }) => [agent.name, agent])),
    policy: withoutMissing(policy, missing),
  };
}

/** Looks for one agent. Throws AGENT-MISSING when it is not there, and AGENT-UNKNOWN. */
export async function readyAgent(project: Project, name: string): Promise<Agent> {
  const { agent, probe } = await lookFor(project, name);
  const [missing] = missingEntry(name, probe);
  if (missing !== undefined) throw missing[1];
  return agent;
}

async function lookFor(
  { config, root }: Project,
  name: string,
): Promise<{ readonly agent: Agent; readonly probe: AgentProbe }> {
  const agent = createAgent(name, agentConfigOf(config, name), { root });
  return { agent, probe: await agent.probe() };
}

function missingEntry(name: string, probe: AgentProbe): readonly (readonly [string, PawlError])[] {
  if (probe.kind === 'ready') return [];
  return [[name, new PawlError('AGENT-MISSING', `agent ${name}: ${probe.message}`, { hint: probe.hint })]];
}

function withoutMissing(policy: Policy, missing: ReadonlyMap<string, PawlError>): Policy {
  if (missing.size === 0 || policy.roles === undefined) return policy;
  const roles = Object.fromEntries(
    Object.entries(policy.roles).map(([role, pool]) => [role, poolWithout(pool, missing)]),
  );
  const [agent = policy.agent, ...fallbacks] = poolOf({ ...policy, roles });
  const { fallbacks: _before, ...rest } = policy;
  return { ...rest, roles, agent, ...(fallbacks.length === 0 ? {} : { fallbacks }) };
}

/** A list that nobody would be left of stays: no task needs it now, and whoever is asked for will be named. */
function poolWithout({ agents, byRisk, byKind }: RolePool, missing: ReadonlyMap<string, unknown>): RolePool {
  const present = (list: readonly string[]): readonly string[] => {
    const left = list.filter((name) => !missing.has(name));
    return left.length === 0 ? list : left;
  };
  const each = <T extends Readonly<Record<string, readonly string[]>>>(lists: T): T =>
    Object.fromEntries(Object.entries(lists).map(([key, list]) => [key, present(list)])) as T;
  return {
    agents: present(agents),
    ...(byRisk === undefined ? {} : { byRisk: each(byRisk) }),
    ...(byKind === undefined ? {} : { byKind: each(byKind) }),
  };
}
