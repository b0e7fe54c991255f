/** All that is known of the agents: whether they are there, what they are for, and what they have done here. */
import { existsSync } from 'node:fs';
import { openJournalReader } from '../adapters/journal-sqlite/sqlite-journal.ts';
import { agentRecords } from '../domain/agent-records.ts';
import type { JournalEvent } from '../domain/event.ts';
import { foldAll } from '../domain/fold.ts';
import { namesIn, roleSchema } from '../domain/roles.ts';
import { agentLimits, type AgentLimit } from '../reporting/agent-text.ts';
import type { AgentOverview } from '../reporting/agents-text.ts';
import type { Project } from './project.ts';
import { rolesOf } from './role-config.ts';
import { probeAgents } from './survey.ts';

/**
 * Agents that are there first, then by name; also those that only a journal knows. Of every run in the repository.
 * `now` in ms since the epoch.
 */
export async function surveyedAgents(project: Project, now: number): Promise<readonly AgentOverview[]> {
  const runs = readRuns(project);
  const records = agentRecords(runs);
  const limits = limitsOf(runs, now);
  const roles = rolesOf(project.config);
  const probed = await probeAgents(project);
  const known = new Set(probed.map(({ name }) => name));
  const gone = [...records.keys()].filter((name) => !known.has(name));
  const overview = [...probed, ...gone.map((name) => ({ name, probe: undefined }))].map(
    ({ name, probe }): AgentOverview => ({
      name,
      probe,
      roles: roleSchema.options.filter((role) => roles[role] && namesIn(roles[role]).includes(name)),
      record: records.get(name),
      limit: limits.get(name),
    }),
  );
  const rank = ({ probe }: AgentOverview): number =>
    probe === undefined ? 2 : probe.kind === 'ready' ? 0 : 1;
  return overview.toSorted((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
}

function readRuns({ places }: Project): readonly (readonly JournalEvent[])[] {
  const journal = openJournalReader(places.journalFile, existsSync(places.journalFile));
  if (journal === undefined) return [];
  try {
    return journal.listPlans().map((plan) => [...journal.readEvents(plan)]);
  } finally {
    journal.close();
  }
}

/** A provider's limit does not care which run met it: the one that lasts longest counts. */
function limitsOf(runs: readonly (readonly JournalEvent[])[], now: number): ReadonlyMap<string, AgentLimit> {
  const all = runs.flatMap((events) => agentLimits(foldAll(events), now));
  const byAgent = new Map<string, AgentLimit>();
  for (const limit of all.toSorted((a, b) => (a.until ?? '').localeCompare(b.until ?? '')))
    byAgent.set(limit.agent, limit);
  return byAgent;
}
