import { join } from 'node:path';
import { openJournalReader } from '../src/adapters/journal-sqlite/sqlite-journal.ts';
import type { EventBody, JournalEvent } from '../src/domain/event.ts';

/** The plan's name that {@link manifestFile} in a repository's root leads to. */
export const planName = 'manifest';
export const integrationRef = `refs/heads/pawl/${planName}`;

/** The events of the repository's run. Throws when there is none. */
export function eventsOf(root: string): readonly JournalEvent[] {
  const journal = openJournalReader(join(root, '.git/pawl/pawl.db'), true);
  if (journal === undefined) throw new Error(`${root} has no journal`);
  try {
    return [...journal.readEvents(planName)];
  } finally {
    journal.close();
  }
}

export type EventOf<Type extends EventBody['type']> = Extract<EventBody, { type: Type }>;

/** The events of one type, with their times in ms since the epoch. */
export function eventsOfType<Type extends EventBody['type']>(
  events: readonly JournalEvent[],
  type: Type,
): readonly { readonly at: number; readonly body: EventOf<Type> }[] {
  return events.flatMap(({ at, body }) => (body.type === type ? [{ at, body: body as EventOf<Type> }] : []));
}

/** The time of all gates that were run, whatever they ran beside; in ms. */
export function gateMsOf(events: readonly JournalEvent[]): number {
  const runs = eventsOfType(events, 'gate.finished').filter(({ body }) => !body.run.cached);
  return runs.reduce((sum, { body }) => sum + body.run.durationMs, 0);
}
