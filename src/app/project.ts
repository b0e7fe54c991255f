import { existsSync } from 'node:fs';
import { inspectCheckout, locateRepository, type Checkout } from '../adapters/git/checkout.ts';
import { isAlive } from '../adapters/process/process-table.ts';
import type { TaskId } from '../domain/ids.ts';
import { indexOf, type Plan, type PlanFormat } from '../domain/plan.ts';
import type { ProcessIdentity } from '../domain/process-identity.ts';
import { PawlError } from '../domain/refusal.ts';
import { foldAll } from '../domain/fold.ts';
import type { RunState } from '../domain/run-state.ts';
import { Speller } from '../planning/spelling.ts';
import type { PlanFault } from '../planning/plan-fault.ts';
import type { JournalReader } from '../ports/journal.ts';
import { readPlan, type LoadedPlan } from '../planning/read-plan.ts';
import { loadConfig, type Config } from './config.ts';
import { placesOf, type Places } from './places.ts';

export interface BacklogChoice {
  readonly backlog?: string | readonly string[];
  readonly format?: PlanFormat;
}

/** A repository with its configuration, as commands find it. Nothing has been written. */
export interface Project {
  readonly root: string;
  readonly commonDir: string;
  readonly places: Places;
  readonly config: Config;
}

/** Throws NO-GIT, NO-REPOSITORY, CONFIG-UNREADABLE or CONFIG-INVALID. */
export async function openProject(folder: string): Promise<Project> {
  const { root, commonDir } = await locateRepository(folder);
  return { root, commonDir, places: placesOf(root, commonDir), config: await loadConfig(root) };
}

export async function checkoutOf(project: Project): Promise<Checkout> {
  return inspectCheckout(project.root);
}

/** A refused backlog, with everything needed to print its faults. */
export class PlanRefusal extends PawlError {
  readonly fault: PlanFault;

  constructor(fault: PlanFault) {
    super(fault.code, fault.message, { hint: fault.hint, details: { diagnostics: fault.diagnostics } });
    this.fault = fault;
  }
}

/** Reads the backlog. Throws {@link PlanRefusal}. */
export async function loadPlan(project: Project, choice: BacklogChoice): Promise<LoadedPlan> {
  const backlog = choice.backlog ?? project.config.backlog;
  const format = choice.format ?? project.config.format;
  const read = await readPlan({
    root: project.root,
    ...(backlog === undefined ? {} : { backlog }),
    ...(format === undefined ? {} : { format }),
  });
  if (!read.ok) throw new PlanRefusal(read.error);
  return read.value;
}

/**
 * What the journal has of a plan, without taking the lease; undefined when it has nothing. Decisions on inferred
 * dependencies may be there before there is a run.
 * Cheap when there is no journal. Throws JOURNAL-DAMAGED or JOURNAL-NEWER.
 */
export async function readRun(project: Project, plan: string): Promise<RunState | undefined> {
  const journal = await openForReading(project);
  if (journal === undefined) return undefined;
  try {
    const state = foldAll(journal.readEvents(plan));
    return state.seq === 0 ? undefined : state;
  } finally {
    journal.close();
  }
}

/** The living process that holds the lease of this repository, if there is one. */
export async function workerOf(project: Project): Promise<ProcessIdentity | undefined> {
  const journal = await openForReading(project);
  if (journal === undefined) return undefined;
  try {
    const owner = journal.owner();
    return owner !== undefined && isAlive(owner.identity) ? owner.identity : undefined;
  } finally {
    journal.close();
  }
}

/** The store and the event schemas are loaded only where there is a journal to be read. */
async function openForReading({ places }: Project): Promise<JournalReader | undefined> {
  if (!existsSync(places.journalFile)) return undefined;
  const { openJournalReader } = await import('../adapters/journal-sqlite/sqlite-journal.ts');
  return openJournalReader(places.journalFile, true);
}

/** Throws UNKNOWN-TASK, naming the closest ids. */
export function findTaskId(plan: Plan, text: string): TaskId {
  const id = text as TaskId;
  if (indexOf(plan).has(id)) return id;
  const wanted = text.toLowerCase();
  const ids = plan.tasks.map((task) => task.id);
  const nearest = new Speller(ids).suggest(text);
  const within = ids.filter(
    (known) => known.toLowerCase().includes(wanted) || wanted.includes(known.toLowerCase()),
  );
  const close = [...new Set([...(nearest === undefined ? [] : [nearest]), ...within])];
  throw new PawlError('UNKNOWN-TASK', `no task of ${plan.file} has the id ${text}`, {
    hint:
      close.length > 0 ? `Did you mean ${close.slice(0, 3).join(', ')}?` : 'Type `pawl plan` to see the ids.',
  });
}
