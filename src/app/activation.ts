/** The checks before work: each finding is a named refusal, a hold on one task, or a warning. */
import type { SandboxMode } from '../adapters/sandbox/settings.ts';
import type { Amount } from '../domain/amount.ts';
import { checkedOutBranches, dirtyPaths, type Checkout } from '../adapters/git/checkout.ts';
import { tryGit } from '../adapters/git/git.ts';
import { codes } from '../domain/codes.ts';
import type { Hold } from '../domain/event.ts';
import type { TaskId } from '../domain/ids.ts';
import { declaredDependencies, taskOf } from '../domain/plan.ts';
import { PawlError } from '../domain/refusal.ts';
import { isSatisfied, type RunState } from '../domain/run-state.ts';
import { findActivationFaults, type ActivationFinding } from '../planning/activation.ts';
import type { LoadedPlan } from '../planning/read-plan.ts';
import { isHalfWritten } from '../planning/replace-file.ts';
import { configFiles, type Config } from './config.ts';

export interface RunWishes {
  readonly parallel?: number | 'auto';
  readonly batch?: boolean;
  readonly only?: readonly TaskId[];
  readonly agent?: string;
  readonly budget?: Amount;
  readonly allowBranch?: boolean;
  readonly allowDirty?: boolean;
  readonly strict?: boolean;
  readonly onSpecChange?: Config['onSpecChange'];
  readonly sandbox?: SandboxMode;
}

/** Throws BLOCKED::NOT-ON-MAIN-BRANCH, BLOCKED::DIRTY-GIT-STATUS, BRANCH-NAME-TAKEN or INTEGRATION-CHECKED-OUT. */
export async function checkGit(
  checkout: Checkout,
  config: Config,
  loaded: LoadedPlan,
  integrationRef: string,
  wishes: RunWishes,
): Promise<readonly string[]> {
  const { root, branch } = checkout;
  if (!config.baseBranches.includes(branch) && wishes.allowBranch !== true) {
    throw new PawlError(
      'BLOCKED::NOT-ON-MAIN-BRANCH',
      `the current branch is ${branch}, not ${config.baseBranches.join(' or ')}`,
      {
        hint: `\`git switch ${config.baseBranches[0]}\`, or \`pawl run --allow-branch\` to build on ${branch}.`,
      },
    );
  }
  await checkIntegrationBranch(root, integrationRef);
  const dirty = await uncommittedWork(root, loaded);
  if (dirty.length === 0) return [];
  const named = `${dirty.slice(0, 5).join(', ')}${dirty.length > 5 ? ` and ${dirty.length - 5} more` : ''}`;
  if (wishes.allowDirty !== true) {
    throw new PawlError(
      'BLOCKED::DIRTY-GIT-STATUS',
      `uncommitted changes that agents would not see: ${named}`,
      {
        hint: 'Commit or stash them, or `pawl run --allow-dirty` to work from HEAD without them.',
      },
    );
  }
  return [`Working from HEAD; agents do not see the uncommitted changes in ${named}.`];
}

/**
 * Paths with changes that agents would not see. The backlog, its views and the configuration are Pawl's own to read
 * and write, and do not count.
 */
export async function uncommittedWork(
  root: string,
  loaded: Pick<LoadedPlan, 'plan' | 'viewFiles'> | undefined,
): Promise<readonly string[]> {
  const views = loaded === undefined ? [] : [loaded.plan.file, ...loaded.viewFiles];
  const own: readonly string[] = [...views, ...configFiles];
  return (await dirtyPaths(root)).filter((path) => !own.includes(path) && !isHalfWritten(path));
}

async function checkIntegrationBranch(root: string, integrationRef: string): Promise<void> {
  const tree = (await checkedOutBranches(root)).get(integrationRef);
  const short = integrationRef.replace('refs/heads/', '');
  if (tree !== undefined) {
    throw new PawlError('INTEGRATION-CHECKED-OUT', `${short} is checked out in ${tree}`, {
      hint: `Switch it to another branch: \`git -C ${tree} switch -\``,
    });
  }
  if ((await tryGit(root, ['show-ref', '--verify', '--quiet', 'refs/heads/pawl'])).code === 0) {
    throw new PawlError('BRANCH-NAME-TAKEN', `a branch named pawl is in the way of ${short}`, {
      hint: 'Rename it: `git branch -m pawl my-pawl`.',
    });
  }
}

export interface PlanFindings {
  readonly holds: readonly Hold[];
  readonly warnings: readonly ActivationFinding[];
}

/** Throws the first refusal among the findings; with `strict`, a held task is one. */
export async function checkPlan(
  root: string,
  loaded: LoadedPlan,
  state: RunState | undefined,
  config: Config,
  wishes: RunWishes,
): Promise<PlanFindings> {
  const strict = wishes.strict ?? config.strict;
  const parallelMode = wishes.batch === true ? 'batch' : wishes.parallel === 1 ? 'sequential' : 'parallel';
  const found = await findActivationFaults({ root, loaded, parallelMode, strict, now: Date.now() });
  const begun = state !== undefined && state.tasks.size > 0;
  const findings = found.filter((finding) => !(begun && finding.code.endsWith('LOW-ORCHESTRATION-VALUE')));
  const asked = wishes.only;
  const fatal = findings.find(
    (finding) =>
      finding.severity === 'refusal' ||
      (finding.severity === 'hold' &&
        (strict || (finding.task !== undefined && asked?.includes(finding.task) === true))),
  );
  if (fatal !== undefined) {
    throw new PawlError(fatal.code, fatal.message, {
      hint: fatal.hint,
      ...(fatal.task === undefined ? {} : { subject: fatal.task }),
      details: { findings },
    });
  }
  return {
    holds: findings.flatMap(holdOf),
    warnings: findings.filter((finding) => finding.severity !== 'hold'),
  };
}

function holdOf(finding: ActivationFinding): readonly Hold[] {
  if (finding.severity !== 'hold' || finding.task === undefined) return [];
  return [{ task: finding.task, code: finding.code, message: finding.message, hint: finding.hint }];
}

/** Throws BLOCKED::DEPENDENCY-NOT-DONE when a task asked for by name needs one that is open and not asked for. */
export function checkSelection(
  loaded: LoadedPlan,
  state: RunState,
  only: readonly TaskId[] | undefined,
): void {
  for (const id of only ?? []) {
    const task = taskOf(loaded.plan, id);
    const open = (task === undefined ? [] : declaredDependencies(task)).filter(
      (other) => !isSatisfied(state, other) && only?.includes(other) !== true,
    );
    if (open.length > 0) {
      throw new PawlError(
        'BLOCKED::DEPENDENCY-NOT-DONE',
        `${id} depends on ${open.join(', ')}, which ${open.length === 1 ? 'is' : 'are'} not done`,
        {
          subject: id,
          hint: `Ask for ${open.length === 1 ? 'it' : 'them'} too: \`pawl run --only ${[...open, id].join(',')}\``,
        },
      );
    }
  }
}

/** More findings of one code than this are summed up in one line. */
const NAMED_FINDINGS = 3;

/** One line per finding; many of the same kind become one line that names the first tasks. */
export function describeFindings(findings: readonly ActivationFinding[]): readonly string[] {
  return [...Map.groupBy(findings, (finding) => finding.code)].flatMap(([code, same]) => {
    const tasks = same.flatMap(({ task }) => (task === undefined ? [] : [task]));
    if (tasks.length <= NAMED_FINDINGS) {
      return same.map(({ task, message }) => `${code}${task === undefined ? '' : `::${task}`}: ${message}`);
    }
    const named = tasks.slice(0, NAMED_FINDINGS).join(', ');
    return [
      `${code} ${tasks.length} tasks: ${named} and ${tasks.length - NAMED_FINDINGS} more. ${codes[code].meaning}`,
    ];
  });
}
