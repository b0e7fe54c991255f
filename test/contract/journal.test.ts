import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  openJournal,
  openJournalReader,
  postToInbox,
} from '../../src/adapters/journal-sqlite/sqlite-journal.ts';
import { START } from '../rig/events.ts';
import { makeTemporaryFolder } from '../rig/temporary.ts';
import { describeJournal } from './journal-contract.ts';

describeJournal('an SQLite file', () => {
  const folder = makeTemporaryFolder('journal');
  const file = join(folder.path, 'pawl', 'pawl.db');
  return {
    open: (identity, alive, now = START) =>
      openJournal(file, {
        identity,
        now,
        isAlive: (one) => alive.some((other) => one.pid === other.pid),
      }),
    read: () => openJournalReader(file, existsSync(file)),
    post: (plan, body) => postToInbox(file, plan, body, START),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
});
