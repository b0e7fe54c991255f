/** Where the crash suite kills, in two lists of about the same length, so that two workers share them. */
import type { FaultPoint } from '../../src/ports/fault-points.ts';

/** A number is the hit that kills; without one it is the first. */
export type Fault = FaultPoint | `${FaultPoint}:${number}`;

export const attemptFaults: readonly Fault[] = [
  'run-created',
  'plan-adopted',
  'session-started',
  'attempt-started',
  'workspace-half-made',
  'workspace-half-made:2',
  'workspace-made',
  'workspace-reset',
  'workspace-reset:4',
  'attempt-prepared',
  'process-spawned-before-journal',
  'process-journalled-before-go',
  'process-journalled-before-go:5',
  'agent-running',
  'agent-running:4',
];

export const landingFaults: readonly Fault[] = [
  'agent-ended',
  'agent-ended:3',
  'attempt-snapshot-before-ref',
  'attempt-ref-before-journal',
  'attempt-ref-before-journal:3',
  'attempt-committed',
  'gate-running',
  'gate-finished',
  'gate-finished:4',
  'attempt-proven',
  'merge-made',
  'landing-prepared',
  'landing-prepared:3',
  'landed-before-journal',
  'landed-before-journal:2',
  'landed',
  'landed:4',
  'views-before-rename',
  'views-written',
  'session-ending',
];
