import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { boardOf, type LiveActivity } from '../../../src/reporting/board.ts';
import { renderBoard } from '../../../src/reporting/board-text.ts';
import { widthOf } from '../../../src/reporting/text.ts';
import { stripEscapes } from '../../../src/util/harmless-text.ts';
import { fold } from '../../../src/domain/fold.ts';
import { emptyState, type RunState } from '../../../src/domain/run-state.ts';
import type { TaskId } from '../../../src/domain/ids.ts';
import { JournalRig, makePlan, MINUTE, START, taskId } from '../../rig/events.ts';

const plan = makePlan(
  [
    { id: 'T-001', title: 'Set up the repository', size: 'S' },
    { id: 'T-002', title: 'Parse the configuration file', dependencies: ['T-001'], risk: 'High' },
    { id: 'T-003', title: 'Write the renderer', dependencies: ['T-001'] },
    { id: 'T-004', title: '設定ファイルを読む 🚀 そして表示', dependencies: ['T-001'], size: 'L' },
    { id: 'T-005', title: 'Add the command line', dependencies: ['T-002', 'T-003'] },
    { id: 'T-006', title: 'Guide', dependencies: ['T-003'], risk: 'Low', size: 'S' },
    { id: 'T-007', title: 'Benchmarks', risk: 'Low' },
    { id: 'T-008', title: 'Cache', dependencies: ['T-007'] },
    { id: 'T-009', title: 'Release notes', risk: 'Low' },
  ],
  { title: 'A small tool' },
);

function longRun(): JournalRig {
  const rig = new JournalRig(plan).begin({ parallel: 4, sameFailureLimit: 2 });
  rig.start('T-001').start('T-007').at(2).prove('T-001').land('T-001');
  rig.at(3).start('T-002').start('T-003').start('T-004').at(4).refute('T-007').start('T-007', 2);
  rig.at(5).refute('T-007', 2).at(6).refute('T-002').at(6.5).start('T-002', 2);
  rig.at(7).use('T-002', 2, { inputTokens: 1_200, cacheReadTokens: 41_800, costUsd: 0.12 });
  return rig.at(8).prove('T-003').at(8.5).prove('T-004');
}

const now = START + 9.4 * MINUTE;
const live = new Map<TaskId, LiveActivity>([
  [
    taskId('T-002'),
    { percent: 45, doing: 'Edit src/config.ts', said: 'Next I add the default', since: now - 2_000 },
  ],
  [taskId('T-003'), { gate: 'test' }],
]);

test('a wide board shows work, merge queue, what ended, what waits, and the figures', () => {
  const board = boardOf(longRun().state(), live, now);
  expect(renderBoard(board, { columns: 120, rows: 30, color: false, now })).toEqual([
    'A small tool                                                                                              9:24 · ETA ~9m',
    '████░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░ 11%  1 of 9 done · 1 blocked',
    '',
    '● T-002  Parse the configuration file  scripted  2/5  coding            2:54  ██░░░  45%  43k tokens · 0.12 USD',
    '         Edit src/config.ts · Next I add the default',
    '● T-003  Write the renderer            scripted  1/5  landing: test     6:24',
    '',
    'to land next  T-004',
    '',
    '✗ T-007  Benchmarks                    failure: the same failure 2 times: gate test failed · 4m ago',
    '↺ T-002  Parse the configuration file  gate test failed · 3m ago',
    '✓ T-001  Set up the repository         landed c0ffee0 · 7m ago',
    '',
    '· T-009  Release notes                 ready, waits for a slot',
    '· T-005  Add the command line          waits for T-002, T-003',
    '· T-006  Guide                         waits for T-003',
    '· T-008  Cache                         waits for T-007',
    '',
    'efficiency 68% · sent back 3 · false completions 3 · conflicts 0',
  ]);
});

test('a narrow, low board keeps the work and lets the rest go', () => {
  const board = boardOf(longRun().state(), live, now);
  expect(renderBoard(board, { columns: 50, rows: 8, color: false, now })).toEqual([
    'A small tool                        9:24 · ETA ~9m',
    '██░░░░░░░░░░░░░░░░ 11%  1 of 9 done · 1 blocked',
    '● T-002  Parse the config…  coding            2:54',
    '● T-003  Write the render…  landing: test     6:24',
    'to land next  T-004',
    '✗ T-007  Benchmarks         failure: the same fai…',
    '↺ T-002  Parse the config…  gate test failed · 3m…',
    'efficiency 68% · sent back 3 · false completions …',
  ]);
  expect(renderBoard(board, { columns: 50, rows: 3, color: false, now })).toEqual([
    'A small tool                        9:24 · ETA ~9m',
    '██░░░░░░░░░░░░░░░░ 11%  1 of 9 done · 1 blocked',
    '  2 more at work',
  ]);
});

test('before the first landing there is no ETA, and wide titles keep the columns aligned', () => {
  const rig = new JournalRig(
    makePlan([
      { id: 'A', title: '設定ファイル' },
      { id: 'B', title: 'Plain' },
    ]),
  );
  const board = boardOf(rig.begin().start('A').start('B').state(), new Map(), START + 5_000);
  expect(renderBoard(board, { columns: 70, rows: 20, color: false, now: START + 5_000 })).toEqual([
    'Demo plan                                                 0:05 · ETA –',
    '░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░  0%  0 of 2 done',
    '',
    '● A  設定ファイル  1/5  coding     0:05',
    '● B  Plain         1/5  coding     0:05',
    '',
    'efficiency 67% · sent back 0 · false completions 0 · conflicts 0',
  ]);
});

test('an agent that has been quiet for a minute is said to be', () => {
  const rig = new JournalRig(makePlan([{ id: 'A', title: 'Parser' }])).begin().start('A').at(3);
  const seen = new Map([[taskId('A'), { doing: 'npm test', since: START + 30_000 }]]);
  const lines = renderBoard(boardOf(rig.state(), seen, rig.now), {
    columns: 100,
    rows: 10,
    color: false,
    now: rig.now,
  });
  expect(lines[3]).toBe('● A  Parser  scripted  1/5  coding     3:00');
  expect(lines[4]).toBe('     quiet 2:30  npm test');
});

test('where rows are few, what an agent is doing stands behind its task', () => {
  const board = boardOf(longRun().state(), live, now);
  const lines = renderBoard(board, { columns: 120, rows: 10, color: false, now });
  expect(lines[2]).toBe(
    '● T-002  Parse the configuration file  scripted  2/5  coding            2:54  ██░░░  45%  Edit src/config.ts · Next I a…',
  );
});

test('a request that is made again is shown and is no progress', () => {
  const rig = new JournalRig(makePlan([{ id: 'A', title: 'Parser' }])).begin().start('A').at(1);
  const seen = new Map([
    [taskId('A'), { doing: 'Bash npm test', retrying: 'overloaded (529)', since: START + 30_000 }],
  ]);
  const lines = renderBoard(boardOf(rig.state(), seen, rig.now), {
    columns: 100,
    rows: 30,
    color: false,
    now: rig.now,
  });
  expect(lines[4]).toBe('     quiet 0:30  retrying: overloaded (529)');
});

test('colour adds escape sequences and nothing else', () => {
  const board = boardOf(longRun().state(), live, now);
  const size = { columns: 100, rows: 30, now };
  const colored = renderBoard(board, { ...size, color: true });
  expect(colored.map(stripEscapes)).toEqual(renderBoard(board, { ...size, color: false }));
  expect(colored.join('\n')).toContain('\u001B[31m✗ \u001B[0m');
});

test('escape sequences of an agent never reach the board', () => {
  const rig = new JournalRig(makePlan([{ id: 'A', title: 'x\u001B[2Jy' }]))
    .begin()
    .start('A', 1, 'a\u001B[31mb');
  const evil = new Map([[taskId('A'), { said: '\u001B]0;title\u0007\u001B[10Ahello\r\nworld' }]]);
  const text = renderBoard(boardOf(rig.state(), evil, START), {
    columns: 120,
    rows: 10,
    color: false,
    now: START,
  }).join('\n');
  expect(text).toContain('● A  xy  ab  1/5  coding     0:00\n     hello world');
  expect(text).not.toContain('\u001B');
});

test('at every point of a long run and at every size the board fits', () => {
  const { events } = longRun();
  const sizes = fc.record({
    columns: fc.integer({ min: 0, max: 160 }),
    rows: fc.integer({ min: 0, max: 40 }),
  });
  fc.assert(
    fc.property(sizes, fc.integer({ min: 0, max: events.length }), fc.boolean(), (size, count, color) => {
      let state: RunState = emptyState();
      for (const event of events.slice(0, count)) state = fold(state, event);
      const lines = renderBoard(boardOf(state, live, now), { ...size, color, now });
      expect(lines.length).toBeLessThanOrEqual(size.rows);
      for (const line of lines) {
        expect(widthOf(stripEscapes(line))).toBeLessThanOrEqual(size.columns);
        expect(line).not.toMatch(/[\n\r]/);
      }
    }),
    { numRuns: 500 },
  );
});

test('titles and texts of any characters fit, too', () => {
  const texts = fc.string({ unit: 'binary', maxLength: 80 });
  fc.assert(
    fc.property(texts, texts, fc.integer({ min: 1, max: 120 }), (title, text, columns) => {
      const rig = new JournalRig(
        makePlan(
          [
            { id: 'A', title },
            { id: 'B', title: text },
          ],
          { title },
        ),
      ).begin();
      const activity = new Map([[taskId('A'), { doing: text, said: title, percent: 50 }]]);
      const board = boardOf(rig.start('A').state(), activity, START);
      for (const line of renderBoard(board, { columns, rows: 12, color: false, now: START })) {
        expect(widthOf(line)).toBeLessThanOrEqual(columns);
      }
    }),
  );
});

test('the working tasks outlast every other section as rows get fewer', () => {
  const board = boardOf(longRun().state(), live, now);
  for (let rows = 4; rows < 30; rows += 1) {
    const lines = renderBoard(board, { columns: 80, rows, color: false, now });
    expect(lines.filter((line) => line.startsWith('●'))).toHaveLength(2);
  }
});

test('a waiting list that does not fit says how many more there are', () => {
  const many = makePlan(Array.from({ length: 200 }, (_, index) => ({ id: `T-${index}`, title: 'x' })));
  const board = boardOf(new JournalRig(many).begin().state(), new Map(), START);
  const lines = renderBoard(board, { columns: 80, rows: 40, color: false, now: START });
  expect(lines.filter((line) => line.includes('waiting'))).toEqual(['  195 more waiting']);
});
