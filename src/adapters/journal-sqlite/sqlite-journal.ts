/**
 * The journal in one SQLite file, `<git-common-dir>/pawl/pawl.db`.
 *
 * 1. WAL with synchronous=FULL: an append that returned survives kill -9 and power loss; readers never block it.
 * 2. One writer: every append checks the fencing token in the same transaction, so a process that was stopped and
 *    wakes up after another took over cannot write.
 * 3. A body is validated when written and when read; `user_version` says which vocabulary wrote it.
 */
import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { ZodError } from 'zod';
import { eventBodySchema, JOURNAL_VERSION, type EventBody, type JournalEvent } from '../../domain/event.ts';
import { processIdentitySchema, type ProcessIdentity } from '../../domain/process-identity.ts';
import { PawlError } from '../../domain/refusal.ts';
import type { InboxEntry, Journal, JournalReader, LeaseOwner } from '../../ports/journal.ts';

/** A holder on another machine that gave no sign for this long is taken for dead. */
const FOREIGN_LEASE_MS = 60_000;

/** How long to wait for another connection that writes, or makes or removes the files of the WAL. */
const BUSY_MS = 5_000;

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS events (
    plan TEXT NOT NULL, seq INTEGER NOT NULL, at INTEGER NOT NULL, type TEXT NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (plan, seq)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS lease (
    id INTEGER PRIMARY KEY CHECK (id = 1), owner TEXT NOT NULL, heartbeat_at INTEGER NOT NULL,
    fence INTEGER NOT NULL, released INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS inbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT, plan TEXT NOT NULL, at INTEGER NOT NULL, body TEXT NOT NULL
  ) STRICT;
`;

/**
 * Opens for reading. Undefined when there is no journal yet, or only the empty file of a process that died while it
 * made one. Throws JOURNAL-DAMAGED or JOURNAL-NEWER.
 */
export function openJournalReader(file: string, exists: boolean): JournalReader | undefined {
  if (!exists) return undefined;
  return translate(file, () => {
    const db = openReadOnly(file);
    if (checkVersion(db, file) > 0) return new SqliteReader(db, file);
    db.close();
    return undefined;
  });
}

/**
 * On a read-only disk SQLite cannot make the shared memory that readers of a WAL use. Without a WAL there is nothing
 * to share, and nobody who could write: the file is read as it is.
 */
function openReadOnly(file: string): DatabaseSync {
  const db = new DatabaseSync(file, { readOnly: true, timeout: BUSY_MS });
  try {
    db.prepare('PRAGMA user_version').get();
    return db;
  } catch (error) {
    const { errcode = 0 } = error as { errcode?: number };
    if ((errcode & 0xff) !== SQLITE.cannotOpen || existsSync(`${file}-wal`)) throw error;
    db.close();
    const url = pathToFileURL(file);
    url.searchParams.set('immutable', '1');
    return new DatabaseSync(url, { readOnly: true, timeout: BUSY_MS });
  }
}

export interface LeaseRequest {
  readonly identity: ProcessIdentity;
  readonly now: number;
  readonly isAlive: (identity: ProcessIdentity) => boolean;
}

/**
 * Opens for writing, makes the file where there is none, and takes the lease. Throws RUN-IN-PROGRESS when its
 * holder lives (details: `owner`), JOURNAL-UNWRITABLE, JOURNAL-DAMAGED, JOURNAL-NEWER or NO-SPACE.
 */
export function openJournal(file: string, request: LeaseRequest): Journal {
  return translate(file, () => {
    mkdirSync(dirname(file), { recursive: true });
    const db = new DatabaseSync(file, { timeout: BUSY_MS });
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
    // In one transaction: a file with a version has its tables, whenever its maker died.
    if (checkVersion(db, file) === 0)
      db.exec(`BEGIN IMMEDIATE; ${SCHEMA} PRAGMA user_version = ${JOURNAL_VERSION}; COMMIT;`);
    const fence = takeLease(db, request);
    return new SqliteJournal(db, file, request.identity, fence);
  });
}

/** Leaves a person's decision for the process that holds the lease. */
export function postToInbox(file: string, plan: string, body: EventBody, at: number): void {
  translate(file, () => {
    const db = new DatabaseSync(file, { timeout: BUSY_MS });
    db.exec('PRAGMA synchronous = FULL');
    const text = JSON.stringify(eventBodySchema.parse(body));
    db.prepare('INSERT INTO inbox (plan, at, body) VALUES (?, ?, ?)').run(plan, at, text);
    db.close();
  });
}

function takeLease(db: DatabaseSync, request: LeaseRequest): number {
  const { identity, now } = request;
  try {
    // Before the write lock too: a holder that was stopped in the middle of a write has that, and can be read.
    refuseWhileHeld(db, request);
    db.exec('BEGIN IMMEDIATE');
    const holder = refuseWhileHeld(db, request);
    const fence = (holder?.fence ?? 0) + 1;
    db.prepare(
      'INSERT INTO lease (id, owner, heartbeat_at, fence, released) VALUES (1, ?, ?, ?, 0) ' +
        'ON CONFLICT (id) DO UPDATE SET owner = excluded.owner, heartbeat_at = excluded.heartbeat_at, ' +
        'fence = excluded.fence, released = 0',
    ).run(JSON.stringify(identity), now, fence);
    db.exec('COMMIT');
    return fence;
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK');
    db.close();
    throw error;
  }
}

/** The last holder, when it holds the lease no more. */
function refuseWhileHeld(db: DatabaseSync, { identity, now, isAlive }: LeaseRequest): LeaseOwner | undefined {
  const holder = readOwner(db);
  if (holder === undefined || holder.released || !isHeld(holder, identity, now, isAlive)) return holder;
  throw new PawlError(
    'RUN-IN-PROGRESS',
    `process ${holder.identity.pid} on ${holder.identity.host} is working on it`,
    {
      hint: 'Type `pawl status --watch` to watch it, or stop it with Ctrl-C in its terminal.',
      details: { owner: holder.identity },
    },
  );
}

function isHeld(
  holder: LeaseOwner,
  self: ProcessIdentity,
  now: number,
  isAlive: (identity: ProcessIdentity) => boolean,
): boolean {
  if (holder.identity.host === self.host) return isAlive(holder.identity);
  return now - holder.heartbeatAt < FOREIGN_LEASE_MS;
}

function readOwner(db: DatabaseSync): (LeaseOwner & { readonly released: boolean }) | undefined {
  const row = db.prepare('SELECT owner, heartbeat_at, fence, released FROM lease WHERE id = 1').get();
  if (row === undefined) return undefined;
  return {
    identity: processIdentitySchema.parse(JSON.parse(String(row['owner']))),
    heartbeatAt: Number(row['heartbeat_at']),
    fence: Number(row['fence']),
    released: Number(row['released']) === 1,
  };
}

/** The version of the vocabulary that wrote the journal; 0 when there are no tables yet. */
function checkVersion(db: DatabaseSync, file: string): number {
  const version = Number(db.prepare('PRAGMA user_version').get()?.['user_version'] ?? 0);
  if (version > JOURNAL_VERSION) {
    db.close();
    throw new PawlError(
      'JOURNAL-NEWER',
      `${file} is of version ${version}; this Pawl reads up to ${JOURNAL_VERSION}`,
      {
        hint: 'Update Pawl.',
      },
    );
  }
  return version;
}

class SqliteReader implements JournalReader {
  protected readonly db: DatabaseSync;
  protected readonly file: string;

  constructor(db: DatabaseSync, file: string) {
    this.db = db;
    this.file = file;
  }

  *readEvents(plan: string): Generator<JournalEvent> {
    const rows = translate(this.file, () =>
      this.db.prepare('SELECT seq, at, body FROM events WHERE plan = ? ORDER BY seq').iterate(plan),
    );
    try {
      for (;;) {
        // A damaged page is met only when the row on it is reached.
        const next = translate(this.file, () => rows.next());
        if (next.done === true) return;
        const row = next.value;
        const seq = Number(row['seq']);
        yield { seq, at: Number(row['at']), body: this.#parse(String(row['body']), seq) };
      }
    } finally {
      // Left early, the statement would hold its snapshot, and later reads would not see what came after.
      rows.return?.();
    }
  }

  listPlans(): readonly string[] {
    return translate(this.file, () => {
      const rows = this.db.prepare('SELECT DISTINCT plan FROM events ORDER BY plan').all();
      return rows.map((row) => String(row['plan']));
    });
  }

  owner(): LeaseOwner | undefined {
    const owner = translate(this.file, () => readOwner(this.db));
    return owner?.released === true ? undefined : owner;
  }

  close(): void {
    this.db.close();
  }

  #parse(text: string, seq: number): EventBody {
    try {
      return eventBodySchema.parse(JSON.parse(text));
    } catch (error) {
      throw damaged(this.file, `event ${seq} cannot be read`, error);
    }
  }
}

class SqliteJournal extends SqliteReader implements Journal {
  readonly #identity: ProcessIdentity;
  readonly #fence: number;

  constructor(db: DatabaseSync, file: string, identity: ProcessIdentity, fence: number) {
    super(db, file);
    this.#identity = identity;
    this.#fence = fence;
  }

  append(plan: string, body: EventBody, at: number): JournalEvent {
    const valid = eventBodySchema.parse(body);
    const seq = this.#write(() => {
      const last = this.db.prepare('SELECT max(seq) AS seq FROM events WHERE plan = ?').get(plan);
      const next = Number(last?.['seq'] ?? 0) + 1;
      this.db
        .prepare('INSERT INTO events (plan, seq, at, type, body) VALUES (?, ?, ?, ?, ?)')
        .run(plan, next, at, valid.type, JSON.stringify(valid));
      return next;
    });
    return { seq, at, body: valid };
  }

  heartbeat(at: number): void {
    this.#write(() => this.db.prepare('UPDATE lease SET heartbeat_at = ? WHERE id = 1').run(at));
  }

  readInbox(plan: string): readonly InboxEntry[] {
    return translate(this.file, () => {
      const rows = this.db.prepare('SELECT id, body FROM inbox WHERE plan = ? ORDER BY id').all(plan);
      return rows.map((row) => ({
        id: Number(row['id']),
        plan,
        body: eventBodySchema.parse(JSON.parse(String(row['body']))),
      }));
    });
  }

  removeInbox(id: number): void {
    this.#write(() => this.db.prepare('DELETE FROM inbox WHERE id = ?').run(id));
  }

  releaseLease(): void {
    this.#write(() => this.db.prepare('UPDATE lease SET released = 1 WHERE id = 1').run());
  }

  #write<T>(work: () => T): T {
    return translate(this.file, () => {
      this.db.exec('BEGIN IMMEDIATE');
      try {
        const holder = readOwner(this.db);
        if (holder?.fence !== this.#fence) {
          throw new PawlError(
            'LEASE-LOST',
            `process ${holder?.identity.pid} took over from ${this.#identity.pid}`,
            {
              hint: 'Nothing is lost. Follow the other process with `pawl status`.',
            },
          );
        }
        const result = work();
        this.db.exec('COMMIT');
        return result;
      } catch (error) {
        // SQLite itself rolls back on a full disk; a second ROLLBACK would hide the cause.
        if (this.db.isTransaction) this.db.exec('ROLLBACK');
        throw error;
      }
    });
  }
}

function translate<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw translated(file, error);
  }
}

/** SQLite's primary result codes: https://www.sqlite.org/rescode.html */
const SQLITE = {
  busy: 5,
  readOnly: 8,
  ioError: 10,
  corrupt: 11,
  full: 13,
  cannotOpen: 14,
  notADatabase: 26,
} as const;

function translated(file: string, error: unknown): unknown {
  if (error instanceof PawlError) return error;
  const { errcode, code, syscall } = error as { errcode?: number; code?: string; syscall?: string };
  const primary = errcode === undefined ? undefined : errcode & 0xff;
  if (primary === SQLITE.full || code === 'ENOSPC') {
    return new PawlError('NO-SPACE', `no space left to write ${file}`, {
      hint: 'Free space, then type `pawl run`.',
      cause: error,
    });
  }
  if (primary === SQLITE.busy) {
    return new PawlError(
      'RUN-IN-PROGRESS',
      `${file}: another process has been writing for ${BUSY_MS / 1_000} s`,
      {
        hint: 'Try again; if it stays so, `pawl status` names the process.',
        cause: error,
      },
    );
  }
  if (primary === SQLITE.corrupt || primary === SQLITE.notADatabase) {
    return damaged(file, 'SQLite cannot read it', error);
  }
  if (error instanceof SyntaxError || error instanceof ZodError) {
    return damaged(file, 'what it says cannot be understood', error);
  }
  const refusals: readonly (number | undefined)[] = [SQLITE.readOnly, SQLITE.ioError, SQLITE.cannotOpen];
  if (
    refusals.includes(primary) ||
    code === 'EACCES' ||
    code === 'EROFS' ||
    code === 'EPERM' ||
    code === 'ENOTDIR' ||
    code === 'EEXIST' ||
    // A recursive mkdir in Node says ENOENT where the file system is read-only.
    (code === 'ENOENT' && syscall === 'mkdir')
  ) {
    return new PawlError('JOURNAL-UNWRITABLE', `${file}: ${(error as Error).message}`, {
      hint: 'Check permissions, and that the disk is not mounted read-only.',
      cause: error,
    });
  }
  return error;
}

function damaged(file: string, message: string, cause: unknown): PawlError {
  return new PawlError('JOURNAL-DAMAGED', `${file}: ${message}`, {
    hint: `Move it aside (\`mv ${file} ${file}.damaged\`), then type \`pawl run\`. Landed work is safe in git.`,
    cause,
  });
}
