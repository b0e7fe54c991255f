/**
 * The loop that carries a run: decide, start effects, wait for something to happen, decide again.
 *
 * 1. There is one await in the loop. Effects start in it, and what comes of them returns as events.
 * 2. A command that is in flight is not performed again.
 * 3. The first unexpected throw of an effect ends the session: agents are cancelled, everything in flight is
 *    waited for, then it is thrown on. Resuming is safe at that point as at any other.
 */
import { decide, type Command } from '../domain/decide.ts';
import { unreachable } from '../util/unreachable.ts';
import { applyInbox } from './inbox.ts';
import { checkAttempt } from './effects/check-attempt.ts';
import { landAttempt } from './effects/land-attempt.ts';
import { startAttempt } from './effects/start-attempt.ts';
import type { RunTools } from './tools.ts';

/** How often the lease is renewed and the inbox read. */
const BEAT_MS = 1_000;

export type DriveEnd = 'done' | 'finished' | 'stopped';

export interface StopControl {
  /** Nothing new starts; what is in work goes on to its landing. */
  stopping: boolean;
  /** Aborted to end agents and gates at once. */
  readonly now: AbortController;
  /** Called by {@link drive}; wakes the loop when `stopping` was set. */
  wake: () => void;
}

export function createStopControl(): StopControl {
  return { stopping: false, now: new AbortController(), wake: () => undefined };
}

export async function drive(tools: RunTools, stop: StopControl): Promise<DriveEnd> {
  const { record, clock, journal } = tools;
  const inFlight = new Map<string, Promise<void>>();
  const failures: unknown[] = [];
  let bell = Promise.withResolvers<void>();
  const ring = (): void => bell.resolve();
  stop.wake = ring;
  const beat = setInterval(ring, BEAT_MS);
  try {
    for (;;) {
      if (failures.length === 0) attempt(failures, stop, () => beatOnce());
      const stopping = stop.stopping || failures.length > 0;
      const decision = decide(record.state, clock.now(), { stopping });
      const startable = stop.now.signal.aborted ? [] : decision.commands;
      for (const command of startable) {
        if (!inFlight.has(command.id)) launch(command);
      }
      if (inFlight.size === 0 && failures.length > 0) throw failures[0];
      if (inFlight.size === 0 && stopping) return decision.settled === 'done' ? 'done' : 'stopped';
      if (inFlight.size === 0 && decision.settled !== undefined) return decision.settled;
      const timer = alarm(decision.wakeAt);
      await bell.promise;
      clearTimeout(timer);
      bell = Promise.withResolvers<void>();
    }
  } finally {
    clearInterval(beat);
  }

  function beatOnce(): void {
    journal.heartbeat(clock.now());
    applyInbox(tools);
  }

  function launch(command: Command): void {
    const work = perform(command, tools, stop.now.signal)
      .catch((error: unknown) => fatal(failures, stop, error))
      .finally(() => {
        inFlight.delete(command.id);
        ring();
      });
    inFlight.set(command.id, work);
  }

  function alarm(wakeAt: number | undefined): NodeJS.Timeout | undefined {
    return wakeAt === undefined ? undefined : setTimeout(ring, Math.max(0, wakeAt - clock.now()));
  }
}

function attempt(failures: unknown[], stop: StopControl, work: () => void): void {
  try {
    work();
  } catch (error) {
    fatal(failures, stop, error);
  }
}

function fatal(failures: unknown[], stop: StopControl, error: unknown): void {
  failures.push(error);
  stop.now.abort();
}

async function perform(command: Command, tools: RunTools, signal: AbortSignal): Promise<void> {
  switch (command.type) {
    case 'start':
      return startAttempt(command, tools, signal);
    case 'check':
      return checkAttempt(command, tools, signal);
    case 'land':
      return landAttempt(command, tools, signal);
    default:
      return unreachable(command);
  }
}
