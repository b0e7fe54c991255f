import type { EventBody, JournalEvent } from '../domain/event.ts';
import { fold, foldAll } from '../domain/fold.ts';
import type { RunState } from '../domain/run-state.ts';
import type { Clock } from '../ports/clock.ts';
import type { Journal } from '../ports/journal.ts';

/** Hears of every event after it is journalled and folded. Must not throw. */
export type EventListener = (event: JournalEvent, state: RunState) => void;

/**
 * The only way anything happens to a run: journal first, then the folded state, then those who watch.
 * If `record` throws, nothing has happened.
 */
export class RunRecord {
  readonly plan: string;
  readonly #journal: Journal;
  readonly #clock: Clock;
  readonly #listeners: EventListener[] = [];
  #state: RunState;

  constructor(plan: string, journal: Journal, clock: Clock) {
    this.plan = plan;
    this.#journal = journal;
    this.#clock = clock;
    this.#state = foldAll(journal.readEvents(plan));
  }

  get state(): RunState {
    return this.#state;
  }

  record(body: EventBody): JournalEvent {
    // A clock that was set back must not make time run backwards within a run.
    const at = Math.max(this.#clock.now(), this.#state.at);
    const event = this.#journal.append(this.plan, body, at);
    this.#state = fold(this.#state, event);
    for (const listener of this.#listeners) listener(event, this.#state);
    return event;
  }

  listen(listener: EventListener): void {
    this.#listeners.push(listener);
  }
}
