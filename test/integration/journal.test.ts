import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { openJournal, openJournalReader } from '../../src/adapters/journal-sqlite/sqlite-journal.ts';
import type { Journal } from '../../src/ports/journal.ts';
import { commitId, START } from '../rig/events.ts';
import { makeTemporaryFolder } from '../rig/temporary.ts';

const identity = { pid: 101, startTime: '1', bootId: 'boot', host: 'here' };
const open = (file: string): Journal => openJournal(file, { identity, now: START, isAlive: () => false });
const created = {
  type: 'run.created',
  plan: 'demo',
  base: commitId('ba5e'),
  baseBranch: 'main',
  integrationRef: 'refs/heads/pawl/demo',
} as const;

test('an append is on the disk when it returns', async () => {
  await using folder = makeTemporaryFolder('journal');
  const file = join(folder.path, 'pawl.db');
  const journal = open(file);
  const db = new DatabaseSync(file, { readOnly: true });
  expect(db.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' });
  journal.append('demo', created, START);
  // Another connection sees it in the file, with the first one still open.
  expect(db.prepare('SELECT count(*) AS count FROM events').get()).toEqual({ count: 1 });
  expect(readFileSync(`${file}-wal`).includes('run.created')).toBe(true);
  db.close();
  journal.close();
});

test('a version of the future is refused to readers and writers, and the file is left as it is', async () => {
  await using folder = makeTemporaryFolder('journal');
  const file = join(folder.path, 'pawl.db');
  open(file).close();
  const db = new DatabaseSync(file);
  db.exec('PRAGMA user_version = 2');
  db.close();
  const before = readFileSync(file);
  const newer = expect.objectContaining({ code: 'JOURNAL-NEWER' });
  expect(() => open(file)).toThrow(newer);
  expect(() => openJournalReader(file, true)).toThrow(newer);
  expect(readFileSync(file).equals(before)).toBe(true);
});

test('a file that is no database is damaged to readers and writers, and is left as it is', async () => {
  await using folder = makeTemporaryFolder('journal');
  const file = join(folder.path, 'pawl.db');
  const text = 'this is not a database at all\n'.repeat(200);
  writeFileSync(file, text);
  const damaged = expect.objectContaining({ code: 'JOURNAL-DAMAGED' });
  expect(() => open(file)).toThrow(damaged);
  expect(() => openJournalReader(file, true)).toThrow(damaged);
  expect(readFileSync(file, 'utf8')).toBe(text);
});

test('damage in the middle is met when it is read, and is called damage then', async () => {
  await using folder = makeTemporaryFolder('journal');
  const file = join(folder.path, 'pawl.db');
  const journal = open(file);
  for (let count = 0; count < 200; count += 1) journal.append('demo', created, START);
  journal.close();
  const bytes = readFileSync(file);
  bytes.fill(0x5a, 4_096);
  writeFileSync(file, bytes);
  const reader = openJournalReader(file, true);
  const damaged = expect.objectContaining({ code: 'JOURNAL-DAMAGED' });
  expect(() => [...(reader?.readEvents('demo') ?? [])]).toThrow(damaged);
  expect(() => reader?.listPlans()).toThrow(damaged);
  expect(() => reader?.owner()).toThrow(damaged);
  reader?.close();
  expect(() => open(file)).toThrow(damaged);
});

test('the file of a process that died before it made the tables is like none', async () => {
  await using folder = makeTemporaryFolder('journal');
  const file = join(folder.path, 'pawl.db');
  writeFileSync(file, '');
  expect(openJournalReader(file, true)).toBe(undefined);
  const journal = open(file);
  expect(journal.append('demo', created, START).seq).toBe(1);
  journal.close();
});

test('a place that cannot be written to is a refusal that names the file', async (context) => {
  if (process.getuid?.() === 0) {
    console.warn('skipped: a superuser may write everywhere, so permissions cannot be tested');
    return context.skip();
  }
  await using folder = makeTemporaryFolder('journal');
  const place = join(folder.path, 'closed');
  mkdirSync(place);
  chmodSync(place, 0o500);
  const file = join(place, 'pawl', 'pawl.db');
  expect(() => open(file)).toThrow(
    expect.objectContaining({ code: 'JOURNAL-UNWRITABLE', message: expect.stringContaining(file) }),
  );
  expect(existsSync(file)).toBe(false);
});

test('a path with a file where a folder should be is a refusal too', async () => {
  await using folder = makeTemporaryFolder('journal');
  writeFileSync(join(folder.path, 'pawl'), '');
  expect(() => open(join(folder.path, 'pawl', 'pawl.db'))).toThrow(
    expect.objectContaining({ code: 'JOURNAL-UNWRITABLE' }),
  );
});
