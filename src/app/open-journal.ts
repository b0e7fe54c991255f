import { identifyProcess, isAlive } from '../adapters/process/process-table.ts';
import { openJournal } from '../adapters/journal-sqlite/sqlite-journal.ts';
import type { ProcessIdentity } from '../domain/process-identity.ts';
import { PawlError } from '../domain/refusal.ts';
import type { Journal } from '../ports/journal.ts';
import type { Project } from './project.ts';

export const systemClock = { now: () => Date.now() };

export function ownIdentity(): ProcessIdentity {
  const self = identifyProcess(process.pid);
  if (self === undefined) throw new Error('Internal error: this process is not in the process table');
  return self;
}

/**
 * Works with the journal as its only writer; the lease is given back in the end. Throws RUN-IN-PROGRESS while
 * another process lives that holds it, and what the journal refuses.
 */
export async function withJournal<T>(
  project: Project,
  work: (journal: Journal, self: ProcessIdentity) => Promise<T>,
): Promise<T> {
  const identity = ownIdentity();
  const journal = openJournal(project.places.journalFile, { identity, now: systemClock.now(), isAlive });
  try {
    return await work(journal, identity);
  } finally {
    giveBack(journal);
  }
}

function giveBack(journal: Journal): void {
  try {
    journal.releaseLease();
  } catch (error) {
    // Taken over by another process, or the disk refuses: the lease ends with this process all the same.
    if (!(error instanceof PawlError)) throw error;
  } finally {
    journal.close();
  }
}
