/** What becomes of reports between the channel and the journal, with a real journal. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openJournal } from '../../src/adapters/journal-sqlite/sqlite-journal.ts';
import { openReportDesk, type ReportDesk } from '../../src/core/effects/attempt-reports.ts';
import { RunRecord } from '../../src/core/record.ts';
import type { LiveEvent } from '../../src/core/tools.ts';
import type { Report } from '../../src/domain/report.ts';
import { recordOf } from '../../src/domain/run-state.ts';
import { JournalRig, makePlan, START, taskId } from '../rig/events.ts';
import { makeTemporaryFolder } from '../rig/temporary.ts';

interface Desk extends AsyncDisposable {
  readonly desk: ReportDesk;
  readonly record: RunRecord;
  readonly live: readonly LiveEvent[];
  readonly pass: (ms: number) => void;
  /** Another process takes the journal over. */
  readonly loseLease: () => void;
}

/** Of the first attempt at T-001, whose agent is at work. */
function openDesk(): Desk {
  const folder = makeTemporaryFolder('desk');
  const file = join(folder.path, 'pawl.db');
  const open = (pid: number) =>
    openJournal(file, {
      identity: { pid, startTime: '1', bootId: 'boot', host: 'host' },
      now: START,
      isAlive: () => false,
    });
  let now = START;
  const clock = { now: () => now };
  const journal = open(1);
  const plan = makePlan([{ id: 'T-001' }]);
  const record = new RunRecord(plan.name, journal, clock);
  for (const { body } of new JournalRig(plan).begin().start('T-001').events) record.record(body);
  const live: LiveEvent[] = [];
  const desk = openReportDesk(
    { task: taskId('T-001'), attempt: 1 },
    { record, clock, onLive: (event) => live.push(event) },
  );
  const others = [journal];
  return {
    desk,
    record,
    live,
    pass: (ms) => (now += ms),
    loseLease: () => void others.push(open(2)),
    async [Symbol.asyncDispose]() {
      for (const one of others) one.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

const progress = (percent: number): Report => ({ type: 'progress', percent, next: '' });
const question: Report = { type: 'question', text: 'Why?' };

/** What the journal holds of the attempt, in order. */
function journalled({ record }: Desk): readonly Report[] {
  const reports: Report[] = [];
  for (const { report } of recordOf(record.state, taskId('T-001')).attempts[0]?.reports ?? [])
    reports.push(report);
  return reports;
}

test('all progress is shown, and some of it journalled: the first, one in a while, and the last', async () => {
  await using place = openDesk();
  const seen: (number | undefined)[] = [];
  const latest = (): number | undefined => {
    const found = journalled(place).find((report) => report.type === 'progress');
    return found?.type === 'progress' ? found.percent : undefined;
  };
  for (const [percent, ms] of [
    [1, 0],
    [2, 5_000],
    [3, 14_999],
    [4, 1],
    [5, 1_000],
  ] as const) {
    place.pass(ms);
    expect(place.desk.take(progress(percent)).ok).toBe(true);
    seen.push(latest());
  }
  place.desk.close();
  expect([...seen, latest()]).toEqual([1, 1, 1, 4, 4, 5]);
  expect(
    place.live.map(({ type, ...live }) => (type === 'agent' && 'event' in live ? live.event : undefined)),
  ).toEqual([1, 2, 3, 4, 5].map((percent) => ({ type: 'progress', percent, next: '' })));
});

test('an agent cannot flood the journal', async () => {
  await using place = openDesk();
  for (let count = 0; count < 200; count += 1) expect(place.desk.take(question).ok).toBe(true);
  expect(place.desk.take(question)).toEqual({
    ok: false,
    error: '200 reports were taken; go on with the task itself',
  });
  expect(journalled(place)).toHaveLength(200);
  expect(place.desk.take(progress(50)).ok).toBe(true);
});

test('a report that could not be journalled is not confirmed, and whoever closes the desk hears why', async () => {
  await using place = openDesk();
  place.loseLease();
  expect(place.desk.take(question)).toEqual({
    ok: false,
    error: 'the report could not be kept: Pawl is about to stop',
  });
  expect(() => place.desk.close()).toThrow(/took over/);
  expect(journalled(place)).toEqual([]);
});
