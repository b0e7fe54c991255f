/** What a person sees while a run goes on: a live board at a terminal, plain lines elsewhere, nothing with --json. */
import type { RunObserver } from '../app/run.ts';
import type { LiveEvent } from '../core/tools.ts';
import type { TaskId } from '../domain/ids.ts';
import type { RunState } from '../domain/run-state.ts';
import { renderBoard } from '../reporting/board-text.ts';
import { boardOf, type LiveActivity } from '../reporting/board.ts';
import { lineOf } from '../reporting/lines.ts';
import { Screen } from '../tui/screen.ts';
import { activityAfter } from './activity.ts';
import type { CommandContext } from './output.ts';

export interface Presenter extends RunObserver {
  say(text: string): void;
  /** Leaves the terminal as it was. May be called twice. */
  close(): void;
}

const REDRAW_MS = 120;

export function createPresenter(context: CommandContext): Presenter {
  if (context.json) return silent;
  return process.stdout.isTTY && process.env['TERM'] !== 'dumb' ? createBoard(context) : createLines();
}

const silent: Presenter = {
  onEvent: () => undefined,
  onLive: () => undefined,
  onWarning: () => undefined,
  onReady: () => undefined,
  say: () => undefined,
  close: () => undefined,
};

function createLines(): Presenter {
  const print = (text: string): void => void process.stdout.write(`${text}\n`);
  return {
    onEvent(event, state) {
      const line = lineOf(event, state);
      if (line !== undefined) print(line);
    },
    onLive: () => undefined,
    onWarning: (text) => print(`! ${text}`),
    onReady: (_state, recovery) => {
      for (const line of recoveryLines(recovery)) print(line);
    },
    say: print,
    close: () => undefined,
  };
}

function createBoard(context: CommandContext): Presenter {
  const live = new Map<TaskId, LiveActivity>();
  let state: RunState | undefined;
  const redraw = (): void => {
    if (state === undefined) return;
    const now = Date.now();
    screen.draw(
      renderBoard(boardOf(state, live, now), {
        columns: screen.columns,
        rows: screen.rows,
        color: context.color,
        now,
      }),
    );
  };
  const screen = new Screen(process.stdout, redraw);
  const timer = setInterval(redraw, REDRAW_MS);
  let closed = false;
  return {
    onEvent(event, latest) {
      const { body } = event;
      if (body.type === 'attempt.started' || body.type === 'attempt.committed') live.delete(body.task);
      if (state !== undefined) state = latest;
    },
    onLive: (event) => noteLive(live, event),
    onWarning: (text) => screen.log(`! ${text}`),
    onReady(latest, recovery) {
      for (const line of recoveryLines(recovery)) screen.log(line);
      state = latest;
      redraw();
    },
    say: (text) => screen.log(text),
    close() {
      if (closed) return;
      closed = true;
      clearInterval(timer);
      redraw();
      screen.close();
    },
  };
}

function noteLive(live: Map<TaskId, LiveActivity>, event: LiveEvent): void {
  live.set(event.task, activityAfter(live.get(event.task) ?? {}, event, Date.now()));
}

function recoveryLines(recovery: Parameters<RunObserver['onReady']>[1]): readonly string[] {
  const { orphansEnded, interrupted, resumed } = recovery;
  const lines: string[] = [];
  if (orphansEnded > 0)
    lines.push(
      `Ended ${orphansEnded} ${orphansEnded === 1 ? 'process' : 'processes'} that an earlier session had left.`,
    );
  if (interrupted.length > 0)
    lines.push(`Cut off by the last stop, done again without counting: ${interrupted.join(', ')}.`);
  if (resumed.length > 0) lines.push(`Taken up where they were: ${resumed.join(', ')}.`);
  return lines;
}
