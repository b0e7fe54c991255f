/** Makes the adapters and hands them to core: the only place they are constructed. */
import { hostname } from 'node:os';
import { join } from 'node:path';
import { agentConfigOf } from './config.ts';
import { projectEnvironment } from './environment.ts';
import { isolationOf } from './isolation.ts';
import { systemClock } from './open-journal.ts';
import type { Project } from './project.ts';
import { gatesOf, setupOf, templateOf } from './settings.ts';
import { createDependencyStore } from '../adapters/dependencies/dependency-store.ts';
import { createShellGates } from '../adapters/gates/shell-gates.ts';
import type { Checkout } from '../adapters/git/checkout.ts';
import { createGitRepository } from '../adapters/git/git-repository.ts';
import { createWorktreePool, nothingToProvide } from '../adapters/git/worktree-pool.ts';
import { createProcessStarter, endTree } from '../adapters/process/owned-process.ts';
import { modelOf } from '../adapters/agents/registry.ts';
import { createReportChannel } from '../adapters/report-channel/report-channel.ts';
import type { RunRecord } from '../core/record.ts';
import type { RunTools } from '../core/tools.ts';
import { withCost } from '../domain/prices.ts';
import type { Agent } from '../ports/agent.ts';
import type { HitFaultPoint } from '../ports/fault-points.ts';
import type { Journal } from '../ports/journal.ts';
import type { Workspace } from '../ports/workspaces.ts';

export interface Composition {
  readonly project: Project;
  readonly checkout: Checkout;
  readonly record: RunRecord;
  readonly journal: Journal;
  readonly agents: ReadonlyMap<string, Agent>;
  readonly hit: HitFaultPoint;
  readonly onLive: RunTools['onLive'];
  /** `none`: workspaces get the committed files alone, which is all that a question needs. */
  readonly dependencies?: 'provided' | 'none';
}

export function composeTools({
  project,
  checkout,
  record,
  journal,
  agents,
  hit,
  onLive,
  dependencies = 'provided',
}: Composition): RunTools {
  const { root, commonDir, config, places } = project;
  const { limits } = config;
  const setup = setupOf(config, root);
  const environmentFor = (workspace: Workspace): Readonly<Record<string, string>> =>
    projectEnvironment(config, workspace);
  const provide =
    setup === undefined || dependencies === 'none'
      ? nothingToProvide
      : createDependencyStore({
          root,
          folder: places.dependencyFolder,
          setup,
          timeoutMs: limits.setupSeconds * 1_000,
          environmentFor,
        });
  let processes = 0;
  const startProcess = createProcessStarter({
    nextMarker: () =>
      `${hostname()}-${process.pid}-${record.state.session?.startedAt ?? 0}-${(processes += 1)}`,
    onStarted(identity, marker, spec) {
      hit('process-spawned-before-journal');
      record.record({ type: 'process.started', identity, marker, label: spec.label });
      hit('process-journalled-before-go');
    },
    onEnded: (marker, outcome) =>
      void record.record({ type: 'process.ended', marker, leftovers: outcome.leftovers }),
  });
  return {
    record,
    journal,
    repository: createGitRepository({
      root,
      identity: checkout.identity,
      hit,
      attributesFile: places.attributesFile,
    }),
    pool: createWorktreePool({ root, commonDir, folder: places.workspaceFolder, hit, provide }),
    gates: createShellGates({
      list: gatesOf(config, root),
      timeoutMs: limits.gateSeconds * 1_000,
      environmentFor,
    }),
    agents,
    startProcess,
    reports: createReportChannel(),
    template: templateOf(config, root),
    limits: {
      idleMs: limits.idleSeconds * 1_000,
      totalMs: limits.totalSeconds * 1_000,
      graceMs: limits.graceSeconds * 1_000,
      ...(limits.turns === undefined ? {} : { turns: limits.turns }),
      ...(config.budgets.attempt === undefined ? {} : { budget: config.budgets.attempt }),
    },
    priced: (name, usage) => withCost(usage, config.prices, modelOf(agentConfigOf(config, name))),
    watches: new Set(),
    isolation: isolationOf(project, checkout, startProcess),
    logFolder: join(places.logFolder, record.plan),
    clock: systemClock,
    hit,
    onLive,
    endOrphan: (identity, marker) => endTree(identity, marker, limits.graceSeconds * 1_000),
  };
}
