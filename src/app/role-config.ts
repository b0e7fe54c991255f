/** `roles` of the configuration: its shape, the pools it comes to, and what can be wrong with it. */
import { z } from 'zod';
import { agentIdentity } from '../adapters/agents/identity.ts';
import type { AgentConfig } from '../adapters/agents/registry.ts';
import {
  findSelfJudgement,
  namesIn,
  roleSchema,
  type AgentIdentities,
  type Role,
  type RolePool,
  type Roles,
} from '../domain/roles.ts';
import { builtInAgents } from './built-in-agents.ts';

const name = z.string().min(1);
const names = z.array(name).min(1);

const assignmentSchema = z.union(
  [
    name,
    names,
    z.strictObject({
      agents: names,
      byRisk: z
        .strictObject({ High: names.optional(), Medium: names.optional(), Low: names.optional() })
        .optional(),
      byKind: z.strictObject({ task: names.optional(), fix: names.optional() }).optional(),
    }),
  ],
  'a name, a list of names, or `{ agents, byRisk, byKind }` of which `agents` is needed',
);
type Assignment = z.infer<typeof assignmentSchema>;

const notYet = 'This version checks it and does not call it yet.';
const otherwise = 'Otherwise the agents of `implementer`.';

export const rolesConfigSchema = z
  .strictObject({
    implementer: assignmentSchema
      .optional()
      .describe('Works on tasks. `agent` and `fallback` are the short way to say it.'),
    testAuthor: assignmentSchema
      .optional()
      .describe(`Writes tests before somebody else implements. ${notYet} ${otherwise}`),
    verifier: assignmentSchema
      .optional()
      .describe(
        `Tries to refute that a task is done; never the agent that implemented it, under whatever name. ${notYet} Otherwise nobody.`,
      ),
    reconciler: assignmentSchema
      .optional()
      .describe(`Compares what was made with the design. ${notYet} ${otherwise}`),
    resolver: assignmentSchema.optional().describe(`Settles conflicts of landing. ${notYet} ${otherwise}`),
    planner: assignmentSchema
      .optional()
      .describe(`Answers \`pawl plan --infer\` and \`pawl decompose\`. ${otherwise}`),
  })
  .optional()
  .describe(
    'Who acts in which role: a name, a list of names (who is not there or rate-limited is passed over), or `{ agents, byRisk, byKind }` with lists of their own for High, Medium and Low, and for tasks and fixes. The most specific list that fits is the whole pool of a task: its kind’s, else its risk’s, else `agents`.',
  );

/** What of the configuration says who acts in which role. */
export interface RoleSettings {
  readonly agent?: string | undefined;
  readonly fallback?: readonly string[] | undefined;
  readonly roles?: z.infer<typeof rolesConfigSchema>;
  readonly agents: Readonly<Record<string, AgentConfig>>;
  readonly maxConcurrent?: Readonly<Record<string, number>>;
}

const DEFAULT_AGENT = 'claude';

/** Every role's pool; `implementer`, where given, is all there is for that role. Only a verifier may be absent. */
export function rolesOf({ agent, fallback = [], roles = {} }: RoleSettings, implementer?: string): Roles {
  const working: RolePool =
    implementer !== undefined
      ? { agents: [implementer] }
      : roles.implementer !== undefined
        ? poolOfAssignment(roles.implementer)
        : { agents: [...new Set([agent ?? DEFAULT_AGENT, ...fallback])] };
  const others = roleSchema.options.flatMap((role): (readonly [Role, RolePool])[] => {
    const assigned = roles[role];
    if (role === 'implementer') return [[role, working]];
    if (assigned !== undefined) return [[role, poolOfAssignment(assigned)]];
    return role === 'verifier' ? [] : [[role, working]];
  });
  return Object.fromEntries(others);
}

/** The one that attempts get when nothing else is said. */
export function preferredAgent(settings: RoleSettings): string {
  return rolesOf(settings).implementer?.agents[0] ?? DEFAULT_AGENT;
}

function poolOfAssignment(assignment: Assignment): RolePool {
  if (typeof assignment === 'string') return { agents: [assignment] };
  if (Array.isArray(assignment)) return { agents: [...new Set(assignment)] };
  const { agents, byRisk, byKind } = assignment;
  return { agents, ...(byRisk === undefined ? {} : { byRisk }), ...(byKind === undefined ? {} : { byKind }) };
}

/** What each agent of the roles is; agents that nobody defined have no entry. */
export function identitiesOf(roles: Roles, { agents }: RoleSettings, root: string): AgentIdentities {
  const all = new Set(Object.values(roles).flatMap(namesIn));
  const path = process.env['PATH'] ?? '';
  return Object.fromEntries(
    [...all].flatMap((agent) => {
      const entry = agents[agent] ?? builtInAgents[agent];
      return entry === undefined ? [] : [[agent, agentIdentity(entry, { root, path })]];
    }),
  );
}

/** A line for each thing that is wrong, in the form of the configuration's other faults. */
export function roleFaults(settings: RoleSettings, root: string): readonly string[] {
  const { agent, fallback, roles, agents, maxConcurrent = {} } = settings;
  const faults: string[] = [];
  if (roles?.implementer !== undefined && (agent !== undefined || fallback !== undefined)) {
    const given = [agent !== undefined && '`agent`', fallback !== undefined && '`fallback`'].filter(Boolean);
    faults.push(
      `roles.implementer: ${given.join(' and ')} ${given.length === 1 ? 'says the same thing; take it' : 'say the same thing; take them'} out, or name the agents there alone`,
    );
  }
  for (const [role, assignment] of Object.entries(roles ?? {})) {
    if (assignment === undefined) continue;
    for (const unknown of namesIn(poolOfAssignment(assignment)).filter((one) => !isKnown(one, agents)))
      faults.push(`roles.${role}: no agent is named ${unknown}`);
  }
  for (const unknown of Object.keys(maxConcurrent).filter((one) => !isKnown(one, agents)))
    faults.push(`maxConcurrent: no agent is named ${unknown}`);
  return faults.length > 0 ? faults : selfJudgementFault(rolesOf(settings), settings, root);
}

function isKnown(agent: string, agents: RoleSettings['agents']): boolean {
  return Object.hasOwn(agents, agent) || Object.hasOwn(builtInAgents, agent);
}

/** One line, or none: an implementer that nobody but itself could judge. */
export function selfJudgementFault(roles: Roles, settings: RoleSettings, root: string): readonly string[] {
  const found = findSelfJudgement(roles, identitiesOf(roles, settings, root));
  if (found === undefined) return [];
  const { implementer, verifiers, task } = found;
  const alias = verifiers.includes(implementer)
    ? ''
    : ` (${verifiers.length === 1 ? 'it has' : 'they have'} its kind, program and model)`;
  return [
    `roles.verifier: what ${implementer} makes of a ${task.risk} ${task.kind} would be judged by ${verifiers.join(', ')}, which is ${implementer} itself${alias}; add an agent of another program or model`,
  ];
}
