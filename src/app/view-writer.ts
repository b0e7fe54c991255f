import type { JournalEvent } from '../domain/event.ts';
import type { RunState } from '../domain/run-state.ts';
import type { HitFaultPoint } from '../ports/fault-points.ts';
import { writeViews } from '../planning/write-views.ts';
import type { LoadedPlan } from '../planning/read-plan.ts';
import { runViewOf } from '../reporting/views.ts';

/** The least time between two writings while a run goes on; the last state is always written. */
const PAUSE_MS = 300;

/** Events after which a status in the backlog may differ. */
const telling: ReadonlySet<JournalEvent['body']['type']> = new Set([
  'attempt.started',
  'attempt.failed',
  'attempt.interrupted',
  'attempt.proven',
  'landing.landed',
  'landing.rejected',
  'task.decided',
  'plan.adopted',
]);

export interface ViewWriterOptions {
  readonly root: string;
  readonly loaded: LoadedPlan;
  readonly state: () => RunState;
  readonly hit: HitFaultPoint;
  /** Says that a file could not be written, once per file. */
  readonly onProblem: (file: string, message: string) => void;
}

/**
 * Writes statuses back to the backlog's own files as the run goes on. The journal is the truth: a view that could
 * not be written is a warning, and is written at the next change.
 */
export class ViewWriter {
  readonly #options: ViewWriterOptions;
  readonly #reported = new Set<string>();
  #writing: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: ViewWriterOptions) {
    this.#options = options;
  }

  notice(event: JournalEvent): void {
    if (!telling.has(event.body.type) || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.flush();
    }, PAUSE_MS);
  }

  /** Writes the present state; settles when it is on disk. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#writing = this.#writing.then(() => this.#write());
    return this.#writing;
  }

  async #write(): Promise<void> {
    const { root, loaded, state, hit, onProblem } = this.#options;
    hit('views-before-rename');
    const written = await writeViews({ root, loaded, view: runViewOf(state(), state().at) });
    hit('views-written');
    for (const { file, error } of written) {
      if (error === undefined || this.#reported.has(file)) continue;
      this.#reported.add(file);
      onProblem(file, error);
    }
  }
}
