/** Which agents may act in which role, in order of preference. Who of them is free is the business of agent-choice.ts. */
import { z } from 'zod';
import { riskSchema, taskKindSchema, type Task } from './plan.ts';

export const roleSchema = z.enum([
  'implementer',
  'testAuthor',
  'verifier',
  'reconciler',
  'resolver',
  'planner',
]);
export type Role = z.infer<typeof roleSchema>;

/** Roles that this version calls; the others are checked and resolved, and nobody acts in them yet. */
export const calledRoles: readonly Role[] = ['implementer', 'planner'];

const pool = z.array(z.string()).readonly();

/** The agents of one role. Lists are not joined: the most specific one that fits a task is its whole pool. */
export const rolePoolSchema = z
  .object({
    agents: pool,
    byRisk: z.partialRecord(riskSchema, pool).readonly().optional(),
    byKind: z.partialRecord(taskKindSchema, pool).readonly().optional(),
  })
  .readonly();
export type RolePool = z.infer<typeof rolePoolSchema>;

/** A role that is absent has nobody. */
export const rolesSchema = z.partialRecord(roleSchema, rolePoolSchema).readonly();
export type Roles = z.infer<typeof rolesSchema>;

/**
 * What each agent is, by name: two names with the same text are one agent. A name that is absent is like no other.
 * The text is compared, never read.
 */
export const agentIdentitiesSchema = z.record(z.string(), z.string()).readonly();
export type AgentIdentities = z.infer<typeof agentIdentitiesSchema>;

/** What of a task decides which pool is its own. */
export type TaskClass = Pick<Task, 'risk' | 'kind'>;

/** The agents of a role in order of preference, the task's own: by its kind, else by its risk, else `agents`. */
export function poolFor(roles: Roles, role: Role, task?: TaskClass): readonly string[] {
  const { agents = [], byRisk, byKind } = roles[role] ?? {};
  if (task === undefined) return agents;
  return byKind?.[task.kind] ?? byRisk?.[task.risk] ?? agents;
}

/** Who judges what `implementer` made of the task: never itself, under whatever name. Undefined: nobody may. */
export function verifierFor(
  roles: Roles,
  identities: AgentIdentities,
  task: TaskClass,
  implementer: string,
): string | undefined {
  return poolFor(roles, 'verifier', task).find((name) => !isSameAgent(identities, name, implementer));
}

function isSameAgent(identities: AgentIdentities, one: string, other: string): boolean {
  return one === other || (identities[one] !== undefined && identities[one] === identities[other]);
}

/** An implementer whose work no verifier could judge, and the verifiers that are no other than itself. */
export interface SelfJudgement {
  readonly implementer: string;
  readonly verifiers: readonly string[];
  readonly task: TaskClass;
}

/** The first such case among all risks and kinds of tasks; undefined when there is none, or no verifier at all. */
export function findSelfJudgement(roles: Roles, identities: AgentIdentities): SelfJudgement | undefined {
  if (roles.verifier === undefined) return undefined;
  for (const kind of taskKindSchema.options) {
    for (const risk of riskSchema.options) {
      const task = { risk, kind };
      const implementer = poolFor(roles, 'implementer', task).find(
        (name) => verifierFor(roles, identities, task, name) === undefined,
      );
      if (implementer !== undefined)
        return { implementer, verifiers: poolFor(roles, 'verifier', task), task };
    }
  }
  return undefined;
}

/** Every agent of a pool, in whatever class of task, each once. */
export function namesIn({ agents, byRisk = {}, byKind = {} }: RolePool): readonly string[] {
  return [...new Set([agents, ...Object.values(byRisk), ...Object.values(byKind)].flat())];
}
