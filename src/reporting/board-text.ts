/**
 * The live terminal board, drawn.
 *
 * 1. Never more than `rows` lines, never a line of more than `columns` cells.
 * 2. When rows are short, the waiting list and what ended give way first, then the second lines of the tasks in
 *    work, the figures, the merge queue; the tasks in work and the header stay longest.
 */
import { formatAge } from '../util/duration.ts';
import type { BoardModel, RecentRow, RunningRow, WaitingRow } from './board.ts';
import { percent } from './metrics.ts';
import { renderLine, span, type Line, type Span, type Tone } from './spans.ts';
import { bar, fit, stopwatch, widthOf, wrap } from './text.ts';

export interface BoardOptions {
  readonly columns: number;
  readonly rows: number;
  /** Whether escape sequences for colour may be used. */
  readonly color: boolean;
  /** Ms since the epoch. */
  readonly now: number;
}

/** Sections never ask for more rows than this, however many there would be. */
const MOST_RECENT = 8;
const MOST_WAITING = 6;
/** So many rows of what ended and what waits come before a second line for each task in work. */
const FEW = 3;
/** Empty lines between the sections. */
const GAPS = 5;
/** After so long without progress a row says how long it has been quiet. */
const QUIET_AFTER_MS = 10_000;
/** After so long that is worth a look. */
const LONG_QUIET_MS = 60_000;
/** A terminal that is narrower does not show what an agent is doing. */
const ACTIVITY_COLUMNS = 76;

export function renderBoard(model: BoardModel, options: BoardOptions): readonly string[] {
  const columns = Math.max(0, Math.floor(options.columns));
  const rows = Math.max(0, Math.floor(options.rows));
  const header = headerLines(model, columns);
  const counts = share(model, rows, columns, header.length);
  const layout = layoutOf(model, columns, counts.activity);
  const sections: readonly (readonly Line[])[] = [
    header.slice(0, counts.header),
    counts.activity
      ? model.running.flatMap((row) => [
          runningLine(row, layout, options.now),
          ...activityLines(row, layout, options.now),
        ])
      : shorten(
          model.running.map((row) => runningLine(row, layout, options.now)),
          counts.running,
          (more) => `  ${more} more at work`,
        ),
    queueLines(model, columns).slice(0, counts.queue),
    model.recent.slice(0, counts.recent).map((row) => recentLine(row, layout, options.now)),
    waitingLines(model, layout, counts.waiting),
    [figuresLine(model)].slice(0, counts.figures),
  ];
  return spaced(sections, rows).map((line) => renderLine(line, columns, options.color));
}

interface Share {
  readonly header: number;
  readonly running: number;
  /** Whether every task in work has a second line: what its agent is doing. */
  readonly activity: boolean;
  readonly queue: number;
  readonly recent: number;
  readonly waiting: number;
  readonly figures: number;
}

/** Gives the rows out in the order of importance. */
function share(model: BoardModel, rows: number, columns: number, headerRows: number): Share {
  let left = rows;
  const take = (wanted: number): number => {
    const taken = Math.min(wanted, left);
    left -= taken;
    return taken;
  };
  const ended = Math.min(MOST_RECENT, model.recent.length);
  const waits = Math.min(MOST_WAITING, model.waiting.length);
  const header = take(headerRows);
  const running = take(model.running.length);
  const queue = take(model.queue.length > 0 ? 1 : 0);
  const figures = take(1);
  const few = { recent: take(Math.min(FEW, ended)), waiting: take(Math.min(FEW, waits)) };
  const active = model.running.filter(isActive).length;
  const activity = columns >= ACTIVITY_COLUMNS && active > 0 && left >= active + GAPS;
  if (activity) take(active);
  const recent = few.recent + take(ended - few.recent);
  const waiting = few.waiting + take(waits - few.waiting);
  return { header, running, activity, queue, recent, waiting, figures };
}

/** One empty line between sections, as far as there is room: the first gaps first. */
function spaced(sections: readonly (readonly Line[])[], rows: number): readonly Line[] {
  const filled = sections.filter((lines) => lines.length > 0);
  let room = rows - filled.reduce((sum, lines) => sum + lines.length, 0);
  return filled.flatMap((lines, index) => {
    if (index === 0 || room <= 0) return lines;
    room -= 1;
    return [[], ...lines];
  });
}

interface Layout {
  readonly columns: number;
  readonly id: number;
  readonly title: number;
  /** 0: the column is left out. */
  readonly agent: number;
  readonly attempt: number;
  readonly stage: number;
  readonly elapsed: number;
  readonly bar: number;
  /** What an agent is doing has a line of its own. */
  readonly activity: boolean;
}

function layoutOf(model: BoardModel, columns: number, activity: boolean): Layout {
  const { running, recent, waiting } = model;
  const shown = [...running, ...recent.slice(0, MOST_RECENT), ...waiting.slice(0, MOST_WAITING)];
  const widest = (texts: readonly string[], most: number): number =>
    texts.reduce((width, text) => Math.max(width, Math.min(most, widthOf(text))), 0);
  const id = widest(
    shown.map(({ task }) => task),
    Math.max(6, Math.floor(columns / 4)),
  );
  const working = running.length > 0;
  const agent =
    columns < 90
      ? 0
      : widest(
          running.map((row) => row.agent),
          12,
        );
  const attempt = columns < 60 ? 0 : widest(running.map(attemptText), 7);
  const stage =
    columns < 36
      ? 0
      : widest(
          running.map((row) => row.stage),
          18,
        );
  const elapsed = columns < 48 || !working ? 0 : 7;
  const barWidth = columns < 76 || running.every((row) => row.percent === undefined) ? 0 : 10;
  const cells = [id, agent, attempt, stage, elapsed, barWidth].filter((width) => width > 0);
  const used = activity
    ? widest(
        running.map(({ used: text = '' }) => text),
        28,
      )
    : 0;
  const left =
    columns - 2 - [...cells, ...(used > 0 ? [used] : [])].reduce((sum, width) => sum + width + 2, 0);
  const wanted = widest(
    shown.map((row) => row.title),
    60,
  );
  // A third of the room goes to what an agent is doing, where that has no line of its own and can be read.
  const share = activity || columns < ACTIVITY_COLUMNS ? left : Math.floor(left * 0.64);
  const title = Math.max(0, Math.min(wanted, share));
  return { columns, id, title, agent, attempt, stage, elapsed, bar: barWidth, activity };
}

function headerLines(model: BoardModel, columns: number): readonly Line[] {
  const eta = model.etaMs === undefined ? '–' : model.etaMs < 60_000 ? '<1m' : `~${formatAge(model.etaMs)}`;
  const times = `${stopwatch(model.elapsedMs)} · ETA ${eta}`;
  const { tally } = model;
  const goal = tally.total - tally.abandoned;
  const done = goal === 0 ? 1 : tally.completed / goal;
  // Rounded down, so that 100 % means all of them.
  const share = `${String(Math.floor(done * 100)).padStart(3)}%`;
  const width = Math.max(4, Math.min(40, columns - 32));
  const words = [`${tally.completed} of ${goal} done`];
  if (tally.blocked > 0) words.push(`${tally.blocked} blocked`);
  if (tally.abandoned > 0) words.push(`${tally.abandoned} set aside`);
  const full = Math.round(done * width);
  return [
    [
      span(fit(model.title, Math.max(0, columns - widthOf(times) - 2)), 'bold'),
      span('  '),
      span(times, 'dim'),
    ],
    [span(bar(1, full), 'green'), span(bar(0, width - full), 'dim'), span(`${share}  ${words.join(' · ')}`)],
  ];
}

function runningLine(row: RunningRow, layout: Layout, now: number): Line {
  const tone: Tone = row.stage.startsWith('landing') ? 'green' : 'cyan';
  const cells: Span[] = [span('● ', tone), span(fit(row.task, layout.id), 'bold')];
  const add = (width: number, text: string, style?: Tone, align?: 'right'): void => {
    if (width > 0) cells.push(span('  '), span(fit(text, width, align), style));
  };
  add(layout.title, row.title);
  add(layout.agent, row.agent, 'dim');
  add(layout.attempt, attemptText(row), row.attempt > 1 ? 'yellow' : 'dim');
  add(layout.stage, row.stage, tone);
  add(layout.elapsed, stopwatch(now - row.startedAt), 'dim', 'right');
  add(layout.bar, row.percent === undefined ? '' : percentBar(row.percent), 'cyan');
  if (layout.activity) cells.push(span('  '), span(row.used ?? '', 'dim'));
  else if (layout.columns >= ACTIVITY_COLUMNS) cells.push(span('  '), ...activityCells(row, now));
  return cells;
}

/** Below the title: what the agent is doing now. */
function activityLines(row: RunningRow, layout: Layout, now: number): readonly Line[] {
  return isActive(row) ? [[span(' '.repeat(layout.id + 4)), ...activityCells(row, now)]] : [];
}

function activityCells(row: RunningRow, now: number): readonly Span[] {
  const { doing = '', said = '', retrying } = row;
  const quietMs = row.activeAt === undefined ? 0 : now - row.activeAt;
  const quiet =
    quietMs < QUIET_AFTER_MS
      ? []
      : [span(`quiet ${stopwatch(quietMs)}  `, quietMs < LONG_QUIET_MS ? 'dim' : 'yellow')];
  if (retrying !== undefined) return [...quiet, span(`retrying: ${retrying}`, 'yellow')];
  return [...quiet, span(doing), span(doing !== '' && said !== '' ? ' · ' : '', 'dim'), span(said, 'dim')];
}

function isActive({ doing = '', said = '', retrying = '' }: RunningRow): boolean {
  return doing !== '' || said !== '' || retrying !== '';
}

function attemptText(row: RunningRow): string {
  return `${row.attempt}/${row.attemptsAllowed}`;
}

function percentBar(value: number): string {
  return `${bar(value / 100, 5)} ${String(Math.round(value)).padStart(3)}%`;
}

function queueLines({ queue }: BoardModel, columns: number): readonly Line[] {
  const label = 'to land next  ';
  const [first, second] = wrap(queue, Math.max(1, columns - label.length - 2));
  if (first === undefined) return [];
  return [[span(label, 'dim'), span(first), span(second === undefined ? '' : ' …', 'dim')]];
}

const marks: Readonly<Record<RecentRow['kind'], { readonly mark: string; readonly tone: Tone }>> = {
  landed: { mark: '✓ ', tone: 'green' },
  'sent-back': { mark: '↺ ', tone: 'yellow' },
  blocked: { mark: '✗ ', tone: 'red' },
};

function recentLine(row: RecentRow, layout: Layout, now: number): Line {
  const { mark, tone } = marks[row.kind];
  const detail = `${row.detail} · ${formatAge(now - row.at)} ago`;
  return [span(mark, tone), ...nameCells(row, layout), span(detail, row.kind === 'landed' ? 'dim' : tone)];
}

function waitingLines(model: BoardModel, layout: Layout, rows: number): readonly Line[] {
  const lines = model.waiting.map((row): Line => [
    span('· ', 'dim'),
    ...nameCells(row, layout, 'dim'),
    span(row.reason, row.ready ? undefined : 'dim'),
  ]);
  return shorten(lines, rows, (more) => `  ${more} more waiting`, model.moreWaiting);
}

/** Id and title; the title gives way, so that there is room for what is said about the task. */
function nameCells(row: Pick<WaitingRow, 'task' | 'title'>, layout: Layout, tone?: Tone): readonly Span[] {
  const id = span(fit(row.task, layout.id), tone);
  const room = layout.columns - layout.id - 4;
  const width = Math.min(layout.title, Math.floor(room * 0.5));
  return width < 8 ? [id, span('  ')] : [id, span('  '), span(fit(row.title, width), tone), span('  ')];
}

/** At most `rows` lines; when some are left out, the last line says how many. */
function shorten(
  lines: readonly Line[],
  rows: number,
  words: (more: number) => string,
  beyond = 0,
): readonly Line[] {
  if (rows <= 0) return [];
  if (lines.length <= rows && beyond === 0) return lines;
  const kept = lines.slice(0, rows - 1);
  return [...kept, [span(words(lines.length - kept.length + beyond), 'dim')]];
}

function figuresLine({ metrics }: BoardModel): Line {
  const alarm = (count: number): Tone => (count > 0 ? 'yellow' : 'dim');
  return [
    span(`efficiency ${percent(metrics.parallelEfficiency)}`, 'dim'),
    span(' · ', 'dim'),
    span(`sent back ${metrics.sentBack}`, alarm(metrics.sentBack)),
    span(' · ', 'dim'),
    span(`false completions ${metrics.falseCompletions}`, alarm(metrics.falseCompletions)),
    span(' · ', 'dim'),
    span(`conflicts ${metrics.conflicts}`, alarm(metrics.conflicts)),
  ];
}
