/** The composition root of a run: configuration becomes adapters, adapters become tools, and core drives them. */
import { adoptPlan, describeChanges } from './adoption.ts';
import { checkGit, checkPlan, checkSelection, describeFindings, type RunWishes } from './activation.ts';
import { createFaultInjection } from './fault-injection.ts';
import { checkSandbox, withSandboxMode } from './isolation.ts';
import { loadRun } from './planned-run.ts';
import { checkoutOf, type BacklogChoice, type Project } from './project.ts';
import { systemClock, withJournal } from './open-journal.ts';
import { readyAgents } from './ready-agents.ts';
import { gatesOf, policyOf } from './settings.ts';
import { composeTools } from './tools.ts';
import { ViewWriter } from './view-writer.ts';
import type { Checkout } from '../adapters/git/checkout.ts';
import { adoptLanded } from '../core/adopt-landed.ts';
import { drive, type DriveEnd, type StopControl } from '../core/driver.ts';
import { RunRecord, type EventListener } from '../core/record.ts';
import { recover, type Recovery } from '../core/recover.ts';
import type { LiveEvent, RunTools } from '../core/tools.ts';
import type { Policy } from '../domain/policy.ts';
import type { PawlError } from '../domain/refusal.ts';
import type { RunState } from '../domain/run-state.ts';
import { openTasks } from '../domain/schedule.ts';
import type { ProcessIdentity } from '../domain/process-identity.ts';
import type { LoadedPlan } from '../planning/read-plan.ts';
import { removeHalfWrittenViews } from '../planning/write-views.ts';
import { refusalOf } from './run-refusal.ts';

export interface RunObserver {
  readonly onEvent: EventListener;
  readonly onLive: (event: LiveEvent) => void;
  readonly onWarning: (text: string) => void;
  /** Called once, before the first task starts. */
  readonly onReady: (state: RunState, recovery: Recovery) => void;
}

export interface RunReport {
  readonly end: DriveEnd | 'refused';
  readonly refusal: PawlError | undefined;
  readonly state: RunState;
  readonly completedInSession: number;
  readonly remaining: number;
}

/**
 * Works the plan off until it is done, nothing can go on, or a person stops it. Resumes by itself.
 * Throws a PawlError when it refuses to start; a refusal after that is in the report.
 */
export async function runPlan(
  given: Project,
  choice: BacklogChoice,
  wishes: RunWishes,
  stop: StopControl,
  observer: RunObserver,
): Promise<RunReport> {
  const project = { ...given, config: withSandboxMode(given.config, wishes.sandbox) };
  const { root, config } = project;
  const checkout = await checkoutOf(project);
  const { loaded, state: before } = await loadRun(project, choice);
  const integrationRef = `refs/heads/pawl/${loaded.plan.name}`;
  for (const warning of await checkGit(checkout, config, loaded, integrationRef, wishes))
    observer.onWarning(warning);
  const findings = await checkPlan(root, loaded, before, config, wishes);
  for (const line of describeFindings(findings.warnings)) observer.onWarning(line);
  if (gatesOf(config, root).length === 0)
    observer.onWarning('WARN::NO-GATES: no gate is configured: whatever an agent commits will land');
  const wished = policyOf(config, withBudget(withBatch(wishes, loaded), before, config), root);
  const { agents, policy } = await readyAgents(project, wished, loaded.plan.tasks, observer.onWarning);
  for (const warning of await checkSandbox(config, [...agents.keys()])) observer.onWarning(warning);
  const hit = createFaultInjection(process.env['PAWL_FAULT']);
  return withJournal(project, async (journal, self) => {
    const record = new RunRecord(loaded.plan.name, journal, systemClock);
    checkSelection(loaded, record.state, wishes.only);
    record.listen(observer.onEvent);
    const tools = composeTools({
      project,
      checkout,
      record,
      journal,
      agents,
      hit,
      onLive: observer.onLive,
    });
    const choice = wishes.onSpecChange ?? config.onSpecChange;
    await begin(tools, checkout, policy, integrationRef, self, () => {
      const changes = adoptPlan(record, loaded.plan, findings.holds, choice);
      for (const line of describeChanges(changes, choice)) observer.onWarning(line);
    });
    return work(tools, project, checkout, loaded, stop, observer);
  });
}

/** Batch mode works on at most 3 tasks at once, and one at a time where the plan lacks its metadata (source 001). */
function withBatch(wishes: RunWishes, loaded: LoadedPlan): RunWishes {
  if (wishes.batch !== true) return wishes;
  return { ...wishes, parallel: loaded.facts?.hasParallelMetadata === false ? 1 : 3 };
}

/** What the command line once allowed the run holds for its later sessions, too, unless the configuration says more. */
function withBudget(wishes: RunWishes, before: RunState | undefined, config: Project['config']): RunWishes {
  const earlier = before?.session?.policy.budgets?.run;
  const isAsked = wishes.budget !== undefined || config.budgets.run !== undefined;
  return isAsked || earlier === undefined ? wishes : { ...wishes, budget: earlier };
}

/** Brings run, plan and session into the journal. Repeating it after a crash adds only what is missing. */
async function begin(
  tools: RunTools,
  checkout: Checkout,
  policy: Policy,
  integrationRef: string,
  owner: ProcessIdentity,
  adopt: () => void,
): Promise<void> {
  const { record, hit } = tools;
  if (record.state.run === undefined) {
    const { head, branch } = checkout;
    record.record({
      type: 'run.created',
      plan: record.plan,
      base: head,
      baseBranch: branch,
      integrationRef,
    });
    hit('run-created');
  }
  adopt();
  hit('plan-adopted');
  // Until a first session is journalled, so that a kill in the middle of it does not leave it half done for good.
  if (record.state.session === undefined) await adoptLanded(tools);
  record.record({ type: 'session.started', owner, policy });
  hit('session-started');
}

async function work(
  tools: RunTools,
  project: Project,
  checkout: Checkout,
  loaded: LoadedPlan,
  stop: StopControl,
  observer: RunObserver,
): Promise<RunReport> {
  const { record, hit } = tools;
  const views = new ViewWriter({
    root: project.root,
    loaded,
    state: () => record.state,
    hit,
    onProblem: (file, message) => observer.onWarning(`VIEW-UNWRITABLE: ${file}: ${message}`),
  });
  if (project.config.views) {
    await removeHalfWrittenViews(project.root, loaded);
    record.listen((event) => views.notice(event));
  }
  const before = countCompleted(record.state);
  const recovery = await recover(tools);
  await catchUp(tools, checkout, observer);
  observer.onReady(record.state, recovery);
  const end = await driveWithViews(tools, stop, project.config.views ? views : undefined);
  hit('session-ending');
  const refusal = record.state.refusal === undefined ? undefined : refusalOf(record.state.refusal);
  const reason = refusal === undefined ? end : 'refused';
  record.record({
    type: 'session.ended',
    reason,
    commit: checkout.head,
    ...(refusal === undefined ? {} : { code: refusal.code, message: refusal.message }),
  });
  const { state } = record;
  const remaining = state.plan === undefined ? 0 : openTasks(state, state.plan).length;
  return { end: reason, refusal, state, completedInSession: countCompleted(state) - before, remaining };
}

/** However the run ends, the backlog shows where it stands. */
async function driveWithViews(
  tools: RunTools,
  stop: StopControl,
  views: ViewWriter | undefined,
): Promise<DriveEnd> {
  try {
    return await drive(tools, stop);
  } finally {
    await tools.reports.close();
    await views?.flush();
  }
}

function countCompleted(state: RunState): number {
  let count = 0;
  for (const record of state.tasks.values())
    if (record.state.status === 'completed' && record.state.by === 'pawl') count += 1;
  return count;
}

/** When the user's branch has gone ahead of everything on the integration branch, work builds on it. */
async function catchUp(
  { record, repository }: RunTools,
  checkout: Checkout,
  observer: RunObserver,
): Promise<void> {
  const from = record.state.integrationHead;
  if (from === checkout.head || (await repository.isAncestor(checkout.head, from))) return;
  if (!(await repository.isAncestor(from, checkout.head))) {
    const branch = record.state.run?.integrationRef.replace('refs/heads/', '') ?? '';
    observer.onWarning(
      `WARN::BRANCH-DIVERGED: ${checkout.branch} has commits that ${branch} has not, and agents do not see them; \`pawl land\` brings the two together`,
    );
    return;
  }
  const ref = record.state.run?.integrationRef ?? '';
  const moved = await repository.moveRef(ref, checkout.head, from, `pawl: follow ${checkout.branch}`);
  if (moved.ok) record.record({ type: 'integration.moved', from, to: checkout.head });
}
