import { createProcessStarter } from '../../src/adapters/process/owned-process.ts';
import type { ProcessOutcome, ProcessSpec, StartProcess } from '../../src/ports/processes.ts';

export interface ProcessLog {
  readonly startProcess: StartProcess;
  /** What was started, in order. */
  readonly started: readonly ProcessSpec[];
  readonly ended: readonly ProcessOutcome[];
}

let markers = 0;

/** Real processes, and a list of them in place of the journal. */
export function createProcessLog(): ProcessLog {
  const started: ProcessSpec[] = [];
  const ended: ProcessOutcome[] = [];
  const startProcess = createProcessStarter({
    nextMarker: () => `log-${process.pid}-${(markers += 1)}`,
    onStarted: (_identity, _marker, spec) => void started.push(spec),
    onEnded: (_marker, outcome) => void ended.push(outcome),
  });
  return { startProcess, started, ended };
}
