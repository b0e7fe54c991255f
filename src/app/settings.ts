import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { detectGates, detectSetup } from '../adapters/gates/detect-gates.ts';
import type { Amount } from '../domain/amount.ts';
import type { BriefTemplate } from '../domain/brief.ts';
import type { TaskId } from '../domain/ids.ts';
import type { Policy } from '../domain/policy.ts';
import { PawlError } from '../domain/refusal.ts';
import type { Gate } from '../ports/gates.ts';
import type { Config } from './config.ts';
import { identitiesOf, rolesOf, selfJudgementFault } from './role-config.ts';

/** The gates in force: the detected ones, replaced, removed and added to by `gates` in the configuration. */
export function gatesOf(config: Config, root: string): readonly Gate[] {
  const gates = new Map<string, Gate>(detectGates(root).map((gate) => [gate.name, gate]));
  const order = ['typecheck', 'test', 'lint', 'build'];
  for (const [name, command] of Object.entries(config.gates)) {
    if (command === false) gates.delete(name);
    else gates.set(name, { name, command });
  }
  const rank = (gate: Gate): number => (order.includes(gate.name) ? order.indexOf(gate.name) : order.length);
  return [...gates.values()].toSorted((a, b) => rank(a) - rank(b));
}

export function setupOf(config: Config, root: string): string | undefined {
  return config.setup === false ? undefined : (config.setup ?? detectSetup(root));
}

export interface PolicyWishes {
  readonly parallel?: number | 'auto';
  readonly agent?: string;
  readonly only?: readonly TaskId[];
  /** Takes the place of `budgets.run`. */
  readonly budget?: Amount | 'none';
}

/** `root` is the repository's. Throws CONFIG-INVALID when the wished agent would be its own verifier. */
export function policyOf(config: Config, wishes: PolicyWishes, root: string): Policy {
  const roles = rolesOf(config, wishes.agent);
  const [fault] = selfJudgementFault(roles, config, root);
  if (fault !== undefined)
    throw new PawlError('CONFIG-INVALID', `with --agent ${wishes.agent}: ${fault}`, {
      hint: 'Choose another agent, or another `roles.verifier`.',
    });
  const [agent = '', ...fallbacks] = roles.implementer?.agents ?? [];
  return {
    parallel: wishes.parallel ?? config.parallel,
    maxAgents: config.maxAgents,
    maxAttempts: config.maxAttempts,
    maxConflicts: config.maxConflicts,
    maxRedeliveries: config.maxRedeliveries,
    sameFailureLimit: config.sameFailureLimit,
    backoffMs: config.backoffSeconds * 1_000,
    backoffCapMs: config.backoffCapSeconds * 1_000,
    riskOrder: config.riskOrder,
    agent,
    ...(fallbacks.length === 0 ? {} : { fallbacks }),
    ...(Object.keys(config.maxConcurrent).length === 0 ? {} : { maxConcurrent: config.maxConcurrent }),
    roles,
    identities: identitiesOf(roles, config, root),
    ...(wishes.only === undefined ? {} : { only: wishes.only }),
    ...(config.resume === 'never' ? {} : { resume: config.resume }),
    ...budgetsOf(config, wishes),
  };
}

function budgetsOf({ budgets }: Config, { budget }: PolicyWishes): Pick<Policy, 'budgets'> {
  const { run: configured, ...others } = budgets;
  const run = budget === 'none' ? undefined : (budget ?? configured);
  const wanted = run === undefined ? others : { ...others, run };
  return Object.keys(wanted).length === 0 ? {} : { budgets: wanted };
}

/** Throws CONFIG-INVALID when `brief` is neither a template's name nor a file that can be read. */
export function templateOf(config: Config, root: string): BriefTemplate {
  if (config.brief === 'delegation' || config.brief === 'code-assist') return { kind: config.brief };
  const file = resolve(root, config.brief);
  try {
    return { kind: 'text', text: readFileSync(file, 'utf8') };
  } catch (error) {
    throw new PawlError(
      'CONFIG-INVALID',
      `brief: ${config.brief} is no template, and no file that can be read`,
      {
        hint: 'Use `delegation`, `code-assist`, or the path of a text file.',
        cause: error,
      },
    );
  }
}
