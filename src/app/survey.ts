/** What is there to work with, for `init` and `doctor`: looking only. */
import { existsSync, readdirSync, statfsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { git } from '../adapters/git/git.ts';
import { openJournalReader } from '../adapters/journal-sqlite/sqlite-journal.ts';
import { isAlive } from '../adapters/process/process-table.ts';
import { createAgent } from '../adapters/agents/registry.ts';
import { PawlError } from '../domain/refusal.ts';
import { foldAll } from '../domain/fold.ts';
import { calledRoles, namesIn, roleSchema, type RolePool } from '../domain/roles.ts';
import type { LoadedPlan } from '../planning/read-plan.ts';
import type { AgentCapabilities, AgentProbe } from '../ports/agent.ts';
import { uncommittedWork } from './activation.ts';
import { agentConfigOf, agentNames, findConfig } from './config.ts';
import { checkoutOf, loadPlan, workerOf, type BacklogChoice, type Project } from './project.ts';
import { rolesOf } from './role-config.ts';
import { gatesOf, setupOf } from './settings.ts';
import { surveySandbox } from './survey-sandbox.ts';
import { describePool } from '../reporting/pool-text.ts';

export interface Finding {
  readonly subject: string;
  readonly status: 'ok' | 'warning' | 'fault';
  readonly message: string;
  readonly hint?: string;
  /** Of an agent that is there. */
  readonly agent?: Omit<Extract<AgentProbe, { kind: 'ready' }>, 'kind'> & {
    readonly capabilities: AgentCapabilities;
  };
}

const LOW_DISK_BYTES = 2 * 1024 ** 3;

export interface ProbedAgent {
  readonly name: string;
  readonly capabilities: AgentCapabilities;
  readonly probe: AgentProbe;
}

export async function probeAgents(project: Project): Promise<readonly ProbedAgent[]> {
  return Promise.all(
    agentNames(project.config).map(async (name) => {
      const agent = createAgent(name, agentConfigOf(project.config, name), { root: project.root });
      return { name, capabilities: agent.capabilities, probe: await agent.probe() };
    }),
  );
}

export async function survey(project: Project, choice: BacklogChoice): Promise<readonly Finding[]> {
  const backlog = await orRefusal(() => loadPlan(project, choice));
  const probes = await probeAgents(project);
  return [
    { subject: 'node', status: 'ok', message: process.version },
    await surveyGit(project),
    ...(await surveyCheckout(project, backlog)),
    surveyBacklog(backlog),
    ...surveyGates(project),
    ...surveyAgents(project, probes),
    ...surveyRoles(project, probes),
    ...(await surveyJournal(project)),
    ...surveyDisk(project),
    ...(await surveySandbox(project)),
  ];
}

async function surveyGit({ root }: Project): Promise<Finding> {
  return { subject: 'git', status: 'ok', message: (await git(root, ['version'])).trim() };
}

async function surveyCheckout(
  project: Project,
  backlog: LoadedPlan | PawlError,
): Promise<readonly Finding[]> {
  const { config, root } = project;
  const found = await orRefusal(() => checkoutOf(project));
  if (found instanceof PawlError) return [refused('checkout', found)];
  const onBase = config.baseBranches.includes(found.branch);
  const dirty = await uncommittedWork(root, backlog instanceof PawlError ? undefined : backlog);
  return [
    {
      subject: 'branch',
      status: onBase ? 'ok' : 'warning',
      message: onBase ? found.branch : `${found.branch} is not one of ${config.baseBranches.join(', ')}`,
      ...(onBase ? {} : { hint: '`pawl run --allow-branch` builds on it all the same.' }),
    },
    {
      subject: 'checkout',
      status: dirty.length === 0 ? 'ok' : 'warning',
      message:
        dirty.length === 0
          ? 'clean'
          : `${dirty.length} uncommitted ${dirty.length === 1 ? 'change' : 'changes'} that agents would not see`,
      ...(dirty.length === 0
        ? {}
        : { hint: 'Commit or stash them, or `pawl run --allow-dirty` works from HEAD without them.' }),
    },
    {
      subject: 'config',
      status: 'ok',
      message: findConfig(root) ?? 'none; everything is detected',
    },
  ];
}

function surveyBacklog(found: LoadedPlan | PawlError): Finding {
  if (found instanceof PawlError) return refused('backlog', found);
  return {
    subject: 'backlog',
    status: 'ok',
    message: `${found.plan.file}: ${found.plan.tasks.length} tasks`,
  };
}

function surveyGates(project: Project): readonly Finding[] {
  const gates = gatesOf(project.config, project.root);
  const setup = setupOf(project.config, project.root);
  const none: Finding = {
    subject: 'gates',
    status: 'warning',
    message: 'none: whatever an agent commits would land',
    hint: 'Set `gates` in pawl.config.ts, or add typecheck, test, lint or build scripts to package.json.',
  };
  return [
    { subject: 'setup', status: 'ok', message: setup ?? 'none needed' },
    ...(gates.length === 0
      ? [none]
      : gates.map((gate): Finding => ({
          subject: `gate ${gate.name}`,
          status: 'ok',
          message: gate.command,
        }))),
  ];
}

function surveyAgents({ config }: Project, probes: readonly ProbedAgent[]): readonly Finding[] {
  const missing = missingOf(probes);
  // A pool of which nobody is there refuses a run.
  const needed = listsOf(rolesOf(config).implementer).filter((list) =>
    list.every((name) => missing.has(name)),
  );
  return probes.map(({ name, capabilities, probe }): Finding => {
    if (probe.kind === 'ready') return describeAgent(name, probe, capabilities);
    const status = needed.some((list) => list.includes(name)) ? 'fault' : 'warning';
    return { subject: `agent ${name}`, status, message: probe.message, hint: probe.hint };
  });
}

function describeAgent(
  name: string,
  { kind: _kind, ...found }: Extract<AgentProbe, { kind: 'ready' }>,
  capabilities: AgentCapabilities,
): Finding {
  const login = { yes: [], no: ['not logged in'], unknown: ['login not known'] }[found.login];
  const about = [`${found.version} (${found.program})`, ...login, ...found.notes].join('; ');
  const limits = found.cannot.map((limit) => `cannot ${limit}`);
  return {
    subject: `agent ${name}`,
    status: found.login === 'no' ? 'warning' : 'ok',
    message: [about, ...limits].join('\n'),
    ...(found.loginHint === undefined ? {} : { hint: found.loginHint }),
    agent: { ...found, capabilities },
  };
}

function missingOf(probes: readonly ProbedAgent[]): ReadonlySet<string> {
  return new Set(probes.flatMap(({ name, probe }) => (probe.kind === 'missing' ? [name] : [])));
}

function listsOf(
  { agents, byRisk = {}, byKind = {} }: RolePool = { agents: [] },
): readonly (readonly string[])[] {
  return [agents, ...Object.values(byRisk), ...Object.values(byKind)];
}

/** Each role with its agents; roles that nothing calls yet say so. */
function surveyRoles({ config }: Project, probes: readonly ProbedAgent[]): readonly Finding[] {
  const roles = rolesOf(config);
  const missing = missingOf(probes);
  return roleSchema.options.map((role): Finding => {
    const pool = roles[role];
    const absent = pool === undefined ? [] : namesIn(pool).filter((name) => missing.has(name));
    const parts = [
      pool === undefined ? 'nobody' : describePool(pool),
      ...(absent.length === 0 ? [] : [`not there: ${absent.join(', ')}`]),
      ...(calledRoles.includes(role) ? [] : ['this version does not call it yet']),
    ];
    return { subject: `role ${role}`, status: 'ok', message: parts.join('; ') };
  });
}

async function surveyJournal(project: Project): Promise<readonly Finding[]> {
  const { journalFile } = project.places;
  const worker = await workerOf(project);
  const journal = openJournalReader(journalFile, existsSync(journalFile));
  if (journal === undefined) return [{ subject: 'journal', status: 'ok', message: 'none yet' }];
  try {
    const plans = journal.listPlans();
    const orphans = plans
      .flatMap((plan) => [...foldAll(journal.readEvents(plan)).processes.values()])
      .filter((one) => isAlive(one.identity));
    const lock =
      worker === undefined ? 'nobody works on it' : `process ${worker.pid} on ${worker.host} works on it`;
    return [
      { subject: 'journal', status: 'ok', message: `${journalFile}; plans: ${plans.join(', ')}; ${lock}` },
      worker === undefined && orphans.length > 0
        ? {
            subject: 'processes',
            status: 'warning',
            message: `${orphans.length} left by a session that died: ${orphans.map((one) => `${one.label} (${one.identity.pid})`).join(', ')}`,
            hint: '`pawl run` ends them before it goes on.',
          }
        : { subject: 'processes', status: 'ok', message: 'no leftovers' },
    ];
  } finally {
    journal.close();
  }
}

function surveyDisk({ places }: Project): readonly Finding[] {
  let folder = places.workspaceFolder;
  while (!existsSync(folder)) folder = dirname(folder);
  const { bavail, bsize } = statfsSync(folder);
  const free = bavail * bsize;
  const count = existsSync(places.workspaceFolder)
    ? readdirSync(places.workspaceFolder).filter((name) =>
        existsSync(join(places.workspaceFolder, name, 'ready')),
      ).length
    : 0;
  return [
    { subject: 'workspaces', status: 'ok', message: `${count} in ${places.workspaceFolder}` },
    {
      subject: 'disk',
      status: free < LOW_DISK_BYTES ? 'warning' : 'ok',
      message: `${(free / 1024 ** 3).toFixed(1)} GiB free where workspaces are`,
    },
  ];
}

function refused(subject: string, error: PawlError): Finding {
  return {
    subject,
    status: 'fault',
    message: `${error.label}: ${error.message}`,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
  };
}

async function orRefusal<T>(work: () => Promise<T>): Promise<T | PawlError> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof PawlError) return error;
    throw error;
  }
}
