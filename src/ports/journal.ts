import type { EventBody, JournalEvent } from '../domain/event.ts';
import type { ProcessIdentity } from '../domain/process-identity.ts';

/**
 * The append-only record of runs. One writer at a time, by a lease with a fencing token; any number of readers,
 * which never hold the writer up.
 */
export interface JournalReader {
  /** Every event of the run of that plan, in order; empty when there is none. */
  readEvents(plan: string): Iterable<JournalEvent>;
  /** The names of the plans that have a run. */
  listPlans(): readonly string[];
  /** Who holds the lease now, dead or alive. */
  owner(): LeaseOwner | undefined;
  close(): void;
}

export interface LeaseOwner {
  readonly identity: ProcessIdentity;
  /** ms since the epoch. */
  readonly heartbeatAt: number;
  readonly fence: number;
}

/** A decision of a person that waits for the process that holds the lease. */
export interface InboxEntry {
  readonly id: number;
  readonly plan: string;
  readonly body: EventBody;
}

export interface Journal extends JournalReader {
  /**
   * Appends durably: when this returns, the event survives a crash of the process and of the machine.
   * Throws PawlError LEASE-LOST when another writer has taken over, NO-SPACE or JOURNAL-UNWRITABLE when the disk
   * refuses; nothing is appended then.
   */
  append(plan: string, body: EventBody, at: number): JournalEvent;
  heartbeat(at: number): void;
  /** Entries in order of arrival. They stay until {@link removeInbox}. */
  readInbox(plan: string): readonly InboxEntry[];
  removeInbox(id: number): void;
  releaseLease(): void;
}
