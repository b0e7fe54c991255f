/** Brings the integration branch to the user's branch: the only command that touches the user's checkout. */
import { checkoutOf, loadPlan, type BacklogChoice, type Project } from './project.ts';
import { systemClock, withJournal } from './open-journal.ts';
import { composeTools } from './tools.ts';
import { createFaultInjection } from './fault-injection.ts';
import type { Checkout } from '../adapters/git/checkout.ts';
import { gitRefusal, tryGit } from '../adapters/git/git.ts';
import { followIntegration } from '../core/effects/land-attempt.ts';
import { RunRecord } from '../core/record.ts';
import { recover } from '../core/recover.ts';
import type { RunTools } from '../core/tools.ts';
import { PawlError } from '../domain/refusal.ts';
import type { GateRun } from '../domain/event.ts';

export interface LandReport {
  readonly branch: string;
  readonly from: string;
  readonly to: string;
  readonly how: 'fast-forward' | 'merge';
  readonly gates: readonly GateRun[];
}

/**
 * Fast-forwards the branch the run began on, or merges where both sides have moved; then the merged tree must pass
 * the gates too. Throws NO-RUN, NOTHING-TO-LAND, BLOCKED::NOT-ON-MAIN-BRANCH, LAND-CHECKOUT-DIRTY, LAND-CONFLICT,
 * LAND-GATES or RUN-IN-PROGRESS; the branch and the checkout are untouched then.
 */
export async function landRun(project: Project, choice: BacklogChoice): Promise<LandReport> {
  const checkout = await checkoutOf(project);
  const { plan } = await loadPlan(project, choice);
  return withJournal(project, async (journal) => {
    const record = new RunRecord(plan.name, journal, systemClock);
    const { run } = record.state;
    if (run === undefined)
      throw new PawlError('NO-RUN', `nothing has been run for ${plan.file} yet`, {
        hint: 'Type `pawl run`.',
      });
    if (checkout.branch !== run.baseBranch) {
      throw new PawlError(
        'BLOCKED::NOT-ON-MAIN-BRANCH',
        `the run builds on ${run.baseBranch}, and ${checkout.branch} is checked out`,
        {
          hint: `\`git switch ${run.baseBranch}\`, then \`pawl land\`.`,
        },
      );
    }
    const hit = createFaultInjection(process.env['PAWL_FAULT']);
    const tools = composeTools({
      project,
      checkout,
      record,
      journal,
      agents: new Map(),
      hit,
      onLive: () => undefined,
    });
    await recover(tools);
    await followIntegration(tools);
    const report = await bring(tools, project, checkout, run.integrationRef);
    record.record({ type: 'run.landed', branch: checkout.branch, commit: report.to, from: report.from });
    return report;
  });
}

async function bring(
  tools: RunTools,
  project: Project,
  checkout: Checkout,
  integrationRef: string,
): Promise<LandReport> {
  const { record, repository } = tools;
  const theirs = record.state.integrationHead;
  const { head: from, branch } = checkout;
  const short = integrationRef.replace('refs/heads/', '');
  if (await repository.isAncestor(theirs, from)) {
    throw new PawlError('NOTHING-TO-LAND', `${branch} already holds everything on ${short}`, {
      hint: 'Type `pawl status`.',
    });
  }
  if (await repository.isAncestor(from, theirs)) {
    await moveCheckout(project.root, theirs);
    return { branch, from, to: theirs, how: 'fast-forward', gates: [] };
  }
  const merged = await repository.merge(from, theirs);
  if (merged.kind === 'conflict') {
    throw new PawlError('LAND-CONFLICT', `${branch} and ${short} both changed ${merged.paths.join(', ')}`, {
      hint: `Merge by hand: \`git merge ${short}\``,
      details: { paths: merged.paths },
    });
  }
  const to = await repository.commitTree(
    merged.tree,
    [from, theirs],
    `Merge branch '${short}' into ${branch}\n`,
  );
  const gates = await proveMerge(tools, to, merged.tree);
  await moveCheckout(project.root, to);
  return { branch, from, to, how: 'merge', gates };
}

async function proveMerge(tools: RunTools, commit: string, tree: string): Promise<readonly GateRun[]> {
  const { pool, gates, startProcess } = tools;
  const workspace = await pool.acquire();
  const runs: GateRun[] = [];
  try {
    const context = { label: 'land', startProcess, signal: new AbortController().signal };
    const clean = await pool.reset(workspace, commit, context);
    if (!clean.ok)
      throw new PawlError('LAND-GATES', 'the merged tree cannot be set up', {
        details: { failure: clean.error },
      });
    for (const gate of gates.list) {
      const run = await gates.run(gate, workspace, { ...context, tree, onStart: () => undefined });
      if (run === undefined) throw new Error('Internal error: a gate was cancelled that nobody cancels');
      runs.push(run);
      if (run.status !== 'passed') {
        const end = run.output.trim().split('\n').slice(-12).join('\n');
        throw new PawlError(
          'LAND-GATES',
          `the branches merge, but gate ${gate.name} fails on the result:\n${end}`,
          {
            hint: 'Nothing was changed. Mend it on your branch, then type `pawl land`.',
            details: { gates: runs },
          },
        );
      }
    }
    return runs;
  } finally {
    pool.release(workspace);
  }
}

/** git itself refuses where files with uncommitted changes would be overwritten, and then changes nothing. */
async function moveCheckout(root: string, to: string): Promise<void> {
  const args = ['merge', '--ff-only', '--quiet', to];
  const result = await tryGit(root, args);
  if (result.code === 0) return;
  if (/would be overwritten|local changes/.test(result.stderr)) {
    throw new PawlError('LAND-CHECKOUT-DIRTY', result.stderr.trim(), {
      hint: 'Nothing was changed. Commit or stash those files, then type `pawl land`.',
    });
  }
  throw gitRefusal(args, result);
}
