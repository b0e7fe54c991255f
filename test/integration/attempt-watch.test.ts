/** What an agent at work has used, between its output and the journal, with a real journal. */
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { openJournal } from '../../src/adapters/journal-sqlite/sqlite-journal.ts';
import { type AttemptWatch, watchAttempt } from '../../src/core/effects/attempt-watch.ts';
import { RunRecord } from '../../src/core/record.ts';
import { recordOf } from '../../src/domain/run-state.ts';
import type { Usage } from '../../src/domain/usage.ts';
import { JournalRig, makePlan, START, taskId } from '../rig/events.ts';
import { makeTemporaryFolder } from '../rig/temporary.ts';

interface Scene extends AsyncDisposable {
  readonly watch: AttemptWatch;
  readonly watches: ReadonlySet<AttemptWatch>;
  readonly record: RunRecord;
  /** Another process takes the journal over. */
  readonly loseLease: () => void;
}

/** Of the first attempt at T-001, whose agent is at work. */
function openWatch(): Scene {
  const folder = makeTemporaryFolder('watch');
  const file = join(folder.path, 'pawl.db');
  const open = (pid: number) =>
    openJournal(file, {
      identity: { pid, startTime: '1', bootId: 'boot', host: 'host' },
      now: START,
      isAlive: () => false,
    });
  const journal = open(1);
  const clock = { now: () => START };
  const plan = makePlan([{ id: 'T-001' }]);
  const record = new RunRecord(plan.name, journal, clock);
  for (const { body } of new JournalRig(plan).begin().start('T-001').events) record.record(body);
  const watches = new Set<AttemptWatch>();
  const limits = { idleMs: 60_000, totalMs: 60_000, graceMs: 0 };
  const watch = watchAttempt(
    { task: taskId('T-001'), attempt: 1, agent: 'scripted' },
    { record, limits, watches, clock, priced: (_agent, usage) => usage },
    new AbortController().signal,
  );
  const others = [journal];
  return {
    watch,
    watches,
    record,
    loseLease: () => void others.push(open(2)),
    async [Symbol.asyncDispose]() {
      for (const one of others) one.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

const used = (inputTokens: number): Usage => ({
  inputTokens,
  outputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
});

afterEach(() => void vi.useRealTimers());

test('what is told is in the journal at once', async () => {
  await using scene = openWatch();
  scene.watch.notice({ type: 'usage', usage: used(7) });
  expect(recordOf(scene.record.state, taskId('T-001')).attempts[0]?.usage?.inputTokens).toBe(7);
  expect(scene.watch.signal.aborted).toBe(false);
  scene.watch.close();
});

test('a journal that refuses ends the agent, and is told of at the end, not to who reads its output', async () => {
  await using scene = openWatch();
  scene.loseLease();
  scene.watch.notice({ type: 'usage', usage: used(7) });
  expect(scene.watch.signal.aborted).toBe(true);
  expect(() => scene.watch.conclude({ kind: 'cancelled', lastWords: '' })).toThrow(
    'process 2 took over from 1',
  );
  scene.watch.close();
});

test('nothing of a watch that is closed goes on, also when the attempt never came to an outcome', async () => {
  vi.useFakeTimers();
  await using scene = openWatch();
  scene.watch.notice({ type: 'text', text: 'At work.' });
  expect(vi.getTimerCount()).toBe(1);
  scene.watch.close();
  expect(vi.getTimerCount()).toBe(0);
  expect(scene.watches.size).toBe(0);
});
