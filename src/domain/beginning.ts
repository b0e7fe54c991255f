/**
 * Whether the next attempt takes up the conversation of the failed one, in the workspace as that left it, or begins
 * anew from a clean base. Anew is the default (source 004). To resume pays for a small, well-placed failure while
 * the provider's cache is warm: reading a conversation from the cache costs a tenth of its input, writing into the
 * cache 1.25 times. With h tokens of conversation, r tokens that a new agent reads again and n turns to go:
 *
 * 1. warm: resuming costs 0.1·h·n more, beginning anew 1.25·r + 0.1·r·(n − 1);
 * 2. cold: both write first, so that the shorter one wins.
 *
 * Source of the prices: the published cache multipliers of Anthropic; other providers are near them.
 */
import { z } from 'zod';
import type { Failure } from './failure.ts';
import type { AttemptRecord } from './run-state.ts';

export const beginningSchema = z
  .object({
    mode: z.enum(['fresh', 'resumed']),
    /** Half a sentence. */
    because: z.string(),
  })
  .readonly();
export type Beginning = z.infer<typeof beginningSchema>;

export interface BeginningFacts {
  /** All attempts at the task before the one that begins, oldest first. */
  readonly attempts: readonly AttemptRecord[];
  /** Who gets the next attempt. */
  readonly agent: string;
  /** The conversation of the last attempt is still there. */
  readonly isKept: boolean;
  /** Bytes of the files that the last attempt changed, as it left them. */
  readonly changedBytes: number;
  /** Ms since the epoch. */
  readonly now: number;
}

/** Providers forget a cached conversation after this long without a request. */
const CACHE_MS = 5 * 60_000;
/** A repair of a small failure takes about so many turns. */
const REPAIR_TURNS = 5;
/** More places than this in a gate's output are no small failure. */
const MOST_PLACES = 5;
/** Nor are more changed files. */
export const mostFilesToRepair = 10;

const BYTES_PER_TOKEN = 4;

export function beginningOf(facts: BeginningFacts): Beginning {
  const last = facts.attempts.at(-1);
  if (last?.end.status !== 'failed') return fresh('there is no failed attempt just before');
  const { failure } = last.end;
  if (failure.kind !== 'gate') return fresh('no gate says what to repair');
  if (last.agent !== facts.agent) return fresh(`it was ${last.agent} that failed`);
  if (last.beginning?.mode === 'resumed') return fresh('one repair has failed already');
  if (!facts.isKept) return fresh('there is no conversation to take up');
  const unplaced = whyNotSmall(failure, last);
  if (unplaced !== undefined) return fresh(unplaced);
  return cheaper(last, facts);
}

function whyNotSmall(failure: Extract<Failure, { kind: 'gate' }>, last: AttemptRecord): string | undefined {
  const places = placesIn(failure.output).length;
  if (places === 0) return 'the failing gate names no file';
  if (places > MOST_PLACES) return `the failing gate names ${places} files`;
  return last.files.length > mostFilesToRepair ? `the attempt changed ${last.files.length} files` : undefined;
}

/** Files that a gate's output names, those of installed packages left out. */
export function placesIn(output: string): readonly string[] {
  const named = output.matchAll(/((?:[\w@.-]+\/)*)[\w@-][\w@.-]*\.[a-z]\w{0,4}(?=(:\d+|[(\s'"`),\]]|$))/gim);
  const files = [...named].filter(([, folder, behind = '']) => folder !== '' || behind.startsWith(':'));
  return [...new Set(files.map(([path]) => path))].filter((path) => !/(?:^|\/)node_modules\//.test(path));
}

function cheaper(last: AttemptRecord, { changedBytes, now }: BeginningFacts): Beginning {
  if (last.prompt === undefined) return fresh('the length of its conversation is not known');
  const h = last.prompt.last;
  const r = last.prompt.first + Math.ceil(changedBytes / BYTES_PER_TOKEN);
  const isWarm = now - last.prompt.at <= CACHE_MS;
  const most = isWarm ? (r * (1.15 + 0.1 * REPAIR_TURNS)) / (0.1 * REPAIR_TURNS) : r;
  const sizes = `${h} tokens of conversation, ${r} to read anew, cache ${isWarm ? 'warm' : 'cold'}`;
  return h < most
    ? { mode: 'resumed', because: `a small failure of gate ${gateOf(last)}; ${sizes}` }
    : fresh(`that is cheaper: ${sizes}`);
}

function gateOf({ end }: AttemptRecord): string {
  return end.status === 'failed' && end.failure.kind === 'gate' ? end.failure.gate : '';
}

function fresh(because: string): Beginning {
  return { mode: 'fresh', because };
}
