/** What every journal must do, whatever it is stored in. */
import { describe, expect, test } from 'vitest';
import type { EventBody } from '../../src/domain/event.ts';
import type { ProcessIdentity } from '../../src/domain/process-identity.ts';
import type { Journal, JournalReader } from '../../src/ports/journal.ts';
import { commitId, START, taskId } from '../rig/events.ts';

export interface JournalPlace extends AsyncDisposable {
  /** Opens for writing; `alive` are the processes that live at that moment. */
  open(identity: ProcessIdentity, alive: readonly ProcessIdentity[], now?: number): Journal;
  /** Opens for reading; undefined when there is no journal. */
  read(): JournalReader | undefined;
  /** Leaves a decision for the holder of the lease. */
  post(plan: string, body: EventBody): void;
}

const first: ProcessIdentity = { pid: 101, startTime: '1', bootId: 'boot', host: 'here' };
const second: ProcessIdentity = { ...first, pid: 202 };
const foreign: ProcessIdentity = { ...first, pid: 303, host: 'elsewhere' };

const created = {
  type: 'run.created',
  plan: 'demo',
  base: commitId('ba5e'),
  baseBranch: 'main',
  integrationRef: 'refs/heads/pawl/demo',
} as const;
const skip = {
  type: 'task.decided',
  task: taskId('T-001'),
  decision: 'skip',
  reason: 'später — “não”',
  by: 'ann',
} as const;

export function describeJournal(name: string, makePlace: () => JournalPlace): void {
  describe(`the journal in ${name}`, () => {
    test('numbers events from 1 without gaps, per plan, and reads them back in order', async () => {
      await using place = makePlace();
      const journal = place.open(first, []);
      expect(journal.append('demo', created, START)).toEqual({ seq: 1, at: START, body: created });
      journal.append('other', created, START + 1);
      journal.append('demo', skip, START + 2);
      expect([...journal.readEvents('demo')]).toEqual([
        { seq: 1, at: START, body: created },
        { seq: 2, at: START + 2, body: skip },
      ]);
      expect([...journal.readEvents('other')].map((event) => event.seq)).toEqual([1]);
      expect([...journal.readEvents('none')]).toEqual([]);
      expect(journal.listPlans()).toEqual(['demo', 'other']);
      journal.close();
    });

    test('keeps what was appended when its process is gone', async () => {
      await using place = makePlace();
      const journal = place.open(first, []);
      journal.append('demo', created, START);
      journal.close();
      const reader = place.read();
      expect([...(reader?.readEvents('demo') ?? [])]).toEqual([{ seq: 1, at: START, body: created }]);
      reader?.close();
    });

    test('refuses a body that is no event, and appends nothing', async () => {
      await using place = makePlace();
      const journal = place.open(first, []);
      expect(() => journal.append('demo', { type: 'odd' } as unknown as EventBody, START)).toThrow();
      expect([...journal.readEvents('demo')]).toEqual([]);
      journal.close();
    });

    test('is nothing to a reader before it was made', async () => {
      await using place = makePlace();
      expect(place.read()).toBe(undefined);
    });

    test('lets readers see every append at once, and goes on while they read', async () => {
      await using place = makePlace();
      const journal = place.open(first, []);
      for (let count = 0; count < 3; count += 1) journal.append('demo', skip, START);
      const reader = place.read();
      const reading = reader === undefined ? undefined : Iterator.from(reader.readEvents('demo'));
      expect(reading?.next().value).toMatchObject({ seq: 1 });
      // In the middle of a read the writer appends, and is not held up.
      expect(journal.append('demo', skip, START).seq).toBe(4);
      expect([reading?.next().value, reading?.next().value]).toMatchObject([{ seq: 2 }, { seq: 3 }]);
      reading?.return?.();
      expect([...(reader?.readEvents('demo') ?? [])]).toHaveLength(4);
      reader?.close();
      journal.close();
    });

    describe('its lease', () => {
      test('is refused to a second writer while the first lives, and names it', async () => {
        await using place = makePlace();
        const journal = place.open(first, []);
        expect(() => place.open(second, [first])).toThrow(
          expect.objectContaining({ code: 'RUN-IN-PROGRESS', details: { owner: first } }),
        );
        expect(journal.append('demo', created, START).seq).toBe(1);
        expect(journal.owner()).toMatchObject({ identity: first });
        journal.close();
      });

      test('goes to the next when it was given back', async () => {
        await using place = makePlace();
        const journal = place.open(first, []);
        journal.releaseLease();
        expect(journal.owner()).toBe(undefined);
        journal.close();
        const next = place.open(second, [first]);
        expect(next.owner()).toMatchObject({ identity: second, fence: 2 });
        next.close();
      });

      test('of a dead process is taken over, and the dead one can write nothing more', async () => {
        await using place = makePlace();
        const sleeper = place.open(first, []);
        sleeper.append('demo', created, START);
        const journal = place.open(second, []);
        const lost = expect.objectContaining({ code: 'LEASE-LOST' });
        expect(() => sleeper.append('demo', skip, START)).toThrow(lost);
        expect(() => sleeper.heartbeat(START)).toThrow(lost);
        expect(() => sleeper.removeInbox(1)).toThrow(lost);
        expect(() => sleeper.releaseLease()).toThrow(lost);
        expect(journal.append('demo', skip, START).seq).toBe(2);
        expect(journal.owner()).toMatchObject({ identity: second, fence: 2 });
        sleeper.close();
        journal.close();
      });

      test('of another machine counts as held until it gave no sign for a minute', async () => {
        await using place = makePlace();
        const far = place.open(foreign, [], START);
        far.heartbeat(START + 10_000);
        expect(() => place.open(second, [], START + 69_999)).toThrow(
          expect.objectContaining({ code: 'RUN-IN-PROGRESS' }),
        );
        const journal = place.open(second, [], START + 70_000);
        expect(() => far.heartbeat(START + 71_000)).toThrow(expect.objectContaining({ code: 'LEASE-LOST' }));
        far.close();
        journal.close();
      });
    });

    test('its inbox hands on decisions of others in order, until they are removed', async () => {
      await using place = makePlace();
      const journal = place.open(first, []);
      const retry: EventBody = { ...skip, decision: 'retry' };
      place.post('demo', skip);
      place.post('other', skip);
      place.post('demo', retry);
      const entries = journal.readInbox('demo');
      expect(entries.map((entry) => entry.body)).toEqual([skip, retry]);
      journal.removeInbox(entries[0]?.id ?? 0);
      expect(journal.readInbox('demo').map((entry) => entry.body)).toEqual([retry]);
      expect(journal.readInbox('other')).toHaveLength(1);
      journal.close();
    });
  });
}
