/**
 * Keeps an agent's copies of login files and the person's own the same while the agent works.
 *
 * A provider gives out a new key for renewal each time one is used, and takes a second use of the old one for theft:
 * so what one attempt renews has to reach the person's own file, and the other attempts, at once. Links would do,
 * but agents replace such files by rename, and a file that is mounted into a sandbox cannot be replaced at all.
 *
 * 1. The side that changed since both were the same wins; when both did, the one that was written later.
 * 2. A JSON file that does not parse is half written, or no login: it is not carried.
 * 3. A file that is gone on one side is not removed on the other, and a login the person removed does not come back.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, realpathSync, watch, type FSWatcher } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type FoundFile, readGuarded, writeGuarded } from './guarded-files.ts';

/** One login: the person's own file, by its absolute path, and the copy, below the agent's home. */
export interface LoginPair {
  readonly own: string;
  readonly copy: string;
  /** A digest of what both held when they were last the same. */
  readonly common: string;
}

export class LoginSync {
  readonly #home: string;
  readonly #onChange: (pairs: readonly LoginPair[]) => void;
  readonly #watchers: FSWatcher[] = [];
  #pairs: readonly LoginPair[];

  /** `onChange` hears of every pair that has become the same anew. */
  constructor(
    home: string,
    pairs: readonly LoginPair[],
    onChange: (pairs: readonly LoginPair[]) => void = () => undefined,
  ) {
    this.#home = home;
    this.#pairs = pairs;
    this.#onChange = onChange;
  }

  /** Until {@link LoginSync.close}. Where the system cannot watch, the pairs are made the same at the end only. */
  watch(): void {
    const folders = this.#pairs.flatMap(({ own, copy }) => [
      dirname(realOf(own)),
      join(this.#home, dirname(copy)),
    ]);
    for (const folder of new Set(folders)) {
      try {
        const watcher = watch(folder, { persistent: false }, () => this.sync());
        watcher.on('error', () => watcher.close());
        this.#watchers.push(watcher);
      } catch (error) {
        if (!(error instanceof Error && 'syscall' in error)) throw error;
      }
    }
  }

  sync(): void {
    const pairs = this.#pairs.map((pair) => syncPair(this.#home, pair));
    if (pairs.every((pair, index) => pair === this.#pairs[index])) return;
    this.#pairs = pairs;
    this.#onChange(pairs);
  }

  close(): void {
    for (const watcher of this.#watchers) watcher.close();
    this.sync();
  }
}

function syncPair(home: string, pair: LoginPair): LoginPair {
  const ownFile = realOf(pair.own);
  const own = readGuarded(dirname(ownFile), basename(ownFile));
  const copy = readGuarded(home, pair.copy);
  if (own === undefined || copy === undefined) return pair;
  if (own.text === copy.text) return after(pair, own.text);
  const source = winnerOf(own, copy, pair.common);
  if (!isWhole(pair.own, source.text)) return pair;
  const written =
    source === own
      ? writeGuarded(home, pair.copy, own.text, 0o600)
      : writeGuarded(dirname(ownFile), basename(ownFile), copy.text, own.mode);
  return written ? after(pair, source.text) : pair;
}

function after(pair: LoginPair, text: string): LoginPair {
  const common = digestOf(text);
  return common === pair.common ? pair : { ...pair, common };
}

function winnerOf(own: FoundFile, copy: FoundFile, common: string): FoundFile {
  if (digestOf(own.text) === common) return copy;
  if (digestOf(copy.text) === common) return own;
  return copy.modifiedMs > own.modifiedMs ? copy : own;
}

function isWhole(name: string, text: string): boolean {
  if (!name.endsWith('.json')) return text.trim() !== '';
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null;
  } catch {
    return false;
  }
}

/** The file behind a link that the person made, as those do who keep such files in a repository. */
function realOf(path: string): string {
  return existsSync(path) ? realpathSync(path) : path;
}

/** A copy of the person's own file, or undefined when it has none that can be read. */
export function beginLogin(home: string, own: string, copy: string): LoginPair | undefined {
  const file = realOf(own);
  const found = readGuarded(dirname(file), basename(file));
  if (found === undefined || !writeGuarded(home, copy, found.text, 0o600)) return undefined;
  // Watched even before the agent makes it anew.
  mkdirSync(join(home, dirname(copy)), { recursive: true });
  return { own, copy, common: digestOf(found.text) };
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
